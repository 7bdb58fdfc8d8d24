"""Names of classes: from whatever a visitor types or a folder is called to what pages, file names and charts can hold."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

MIN_CLASSES = 2
MAX_CLASSES = 20
MAX_CLASS_NAME = 40
MAX_TYPED = (
    400  # Characters looked at: normalising a line of a million combining marks takes minutes.
)

FORBIDDEN = (
    '/\\:*?"<>|'  # In file names: https://learn.microsoft.com/windows/win32/fileio/naming-a-file
)
INVISIBLE = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"  # Though Unicode calls them letters, marks or symbols
RESERVED = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?= *(\.|$))", re.IGNORECASE
)


def clean_class_name(text: str) -> str:
    """A name on one line, at most MAX_CLASS_NAME characters, that any file system takes; "" where nothing usable is left."""
    composed = unicodedata.normalize("NFC", text[:MAX_TYPED])
    name = unicodedata.normalize("NFC", "".join(_kept(char) for char in composed))
    name = " ".join(name.split()).strip(" .")
    name = RESERVED.sub(r"\1_", name, count=1) if RESERVED.match(name) else name
    return _cut(name).rstrip(" .")


def _kept(char: str) -> str:
    if char.isspace() or char in FORBIDDEN:
        return " "
    return "" if char in INVISIBLE or unicodedata.category(char).startswith("C") else char


def _cut(name: str) -> str:
    """The beginning of a name, not ending between a letter and its marks; a letter with marks without end is cut anyway."""
    end = MAX_CLASS_NAME
    while end < len(name) and end > 0 and unicodedata.category(name[end]).startswith("M"):
        end -= 1
    return name[: end or MAX_CLASS_NAME]


def merge_class_names(
    names: Iterable[str], known: Iterable[str] = ()
) -> tuple[dict[str, str], list[str]]:
    """The class of each name, "" where nothing usable is left, and a sentence for each class that several names come to.

    Names that differ in case only are one class, spelled as in `known`, or else as the first of them.
    """
    chosen = {_key(name): name for name in known}
    cleaned = {name: clean_class_name(name) for name in names}
    mapping = {
        name: chosen.setdefault(_key(clean), clean) if clean else ""
        for name, clean in cleaned.items()
    }
    groups: dict[str, list[str]] = defaultdict(list)
    for name, label in mapping.items():
        groups[label].append(name)
    groups.pop("", None)
    notices = [_notice(label, [cleaned[name] for name in group]) for label, group in groups.items()]
    return mapping, [notice for notice in notices if notice]


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name.casefold())


def _notice(label: str, cleaned: list[str]) -> str:
    """What is said of a class to which these names came; nothing where it is the only one."""
    spellings = list(dict.fromkeys([label, *cleaned]))
    if len(spellings) > 1:
        return f"{', '.join(spellings[:-1])} and {spellings[-1]} are taken for the same class."
    return (
        f"{len(cleaned)} names come out as {label} and are taken for the same class."
        if len(cleaned) > 1
        else ""
    )
