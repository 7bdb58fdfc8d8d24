"""Clean names of classes, typed or from folders, so that pages, file names and charts hold them."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

from model.wording import listed

MIN_CLASSES = 2
MAX_CLASSES = 20
MAX_CLASS_NAME = 40
MAX_TYPED = 400  # Characters looked at: to normalise a million combining marks takes minutes.

# In file names: https://learn.microsoft.com/windows/win32/fileio/naming-a-file
FORBIDDEN = '/\\:*?"<>|'
# Though Unicode calls them letters, marks or symbols
INVISIBLE = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
RESERVED = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?= *(\.|$))", re.IGNORECASE
)


def clean_class_name(text: str) -> str:
    """Clean a name: one line, at most MAX_CLASS_NAME characters, fit for any file system; or ""."""
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
    """Cut a name, not between a letter and its marks unless these have no end."""
    end = MAX_CLASS_NAME
    while end < len(name) and end > 0 and unicodedata.category(name[end]).startswith("M"):
        end -= 1
    return name[: end or MAX_CLASS_NAME]


def merge_class_names(
    names: Iterable[str], known: Iterable[str] = ()
) -> tuple[dict[str, str], list[str]]:
    """Map each name to its class or "", and make a sentence for each class of several names.

    Names that differ in case only are one class, spelled as in `known`, or as the first of them.
    """
    spellings = {_key(name): name for name in known}
    cleaned = {name: clean_class_name(name) for name in names}
    mapping = {
        name: spellings.setdefault(_key(clean), clean) if clean else ""
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
    """Say which names come to one class; nothing where it is only one."""
    spellings = list(dict.fromkeys([label, *cleaned]))
    if len(spellings) > 1:
        return f"{listed(spellings)} are taken for the same class."
    if len(cleaned) > 1:
        return f"{len(cleaned)} names come out as {label} and are taken for the same class."
    return ""
