"""Files on their way into a dataset.

Which of them are photos to be, and what the folders they lie in say of them.

Where they come from - a ZIP, a folder, a browser - is told in archives.py. A name is only looked
at: nothing is written under it.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from model.datasets.layout import TABLE
from model.errors import ArchiveRefused, PhotoRefused
from model.photos.image import MAX_MEGABYTES

MAX_FILES = 10_000
MAX_BYTES = MAX_MEGABYTES * 1_000_000
MAX_PATH = 200  # Characters of a path that people see

SPLITS = {  # Folder -> split
    "train": "train",
    "training": "train",
    "valid": "valid",
    "validation": "valid",
    "val": "valid",
    "test": "test",
    "testing": "test",
}
HIDDEN = (
    "__macosx",
    "thumbs.db",
    "ehthumbs.db",
    "desktop.ini",
    "icon\r",
    "@eadir",
    "$recycle.bin",
    "system volume information",
)
ARCHIVES = {  # How files begin
    b"PK\3\4": "ZIP",
    b"PK\5\6": "ZIP",
    b"PK\7\x08": "ZIP",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!\x1a\x07": "RAR",
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz",
    b"\x28\xb5\x2f\xfd": "Zstandard",
}
ARCHIVE_SUFFIXES = (
    "zip",
    "7z",
    "rar",
    "tar",
    "gz",
    "tgz",
    "bz2",
    "tbz2",
    "xz",
    "txz",
    "zst",
    "jar",
    "cab",
    "iso",
    "dmg",
)
OTHER_SUFFIXES = (
    "txt", "md", "rtf", "csv", "tsv", "json", "xml", "yaml", "yml", "html", "htm", "css", "js", "svg", "svgz", "pdf", "ps", "eps",
    "doc", "docx", "odt", "xls", "xlsx", "ods", "ppt", "pptx", "odp", "py", "ipynb", "sh", "bat", "cmd", "ps1", "exe", "dll", "msi",
    "so", "lnk", "url", "ini", "log", "db", "sqlite", "npy", "npz", "pkl", "pt", "safetensors", "mp3", "wav", "mp4", "mov", "avi",
    "mkv", "webm",
)  # fmt: skip

OUTSIDE = "Its name points to a place outside. Give it an ordinary name."
BAD_NAME = "Its name holds a character that no file name can hold. Give it an ordinary name."
LARGE = f"The file has more than {MAX_MEGABYTES} MB. Save a smaller copy."
NO_PHOTO = "This is no photo."
NESTED = "This is an archive, not a photo. Unpack it first."

Folder = tuple[str, ...]


@dataclass(frozen=True)
class ImportFile:
    """A file on its way into a dataset: where it lay, what that says, and how to read it."""

    path: str  # For people: with "/", without control characters, at most MAX_PATH characters
    label: str | None  # The class folder as it is written; None for a loose photo
    split: str | None  # "train", "valid" or "test" where a folder says so
    read: Callable[[], bytes]  # Raises PhotoRefused


@dataclass(frozen=True)
class RefusedFile:
    """A file that is not taken."""

    path: str
    reason: str  # A sentence, the same for all files refused for this reason


@dataclass(frozen=True)
class Bundle:
    """What was found, in the order of the paths; `table` is the photos.csv of our own export."""

    files: tuple[ImportFile, ...]
    refused: tuple[RefusedFile, ...]
    table: bytes | None


class FoundFile(NamedTuple):
    """A file under the name that it came with, and what is already known against it."""

    name: str
    read: Callable[[], bytes]
    fault: str | None = None


def bundle(found: Sequence[FoundFile], container: str) -> Bundle:
    """Sort files into photos to be, refused ones, and a table; hidden files are passed over.

    Raises ArchiveRefused.
    """
    if len(found) > MAX_FILES:
        raise too_many_files(container)
    named = [
        (parts, one)
        for one in found
        if (parts := _parts(one.name)) and not _passed_over(parts, one.name)
    ]
    if not named:
        raise ArchiveRefused(f"The {container} holds no files. Choose one with photos in it.")
    table = _table(named)
    faults = [(parts, one, _fault(parts, one)) for parts, one in named if one is not table]
    refused = [RefusedFile(shown(one.name), fault) for _, one, fault in faults if fault]
    taken = [(parts, one) for parts, one, fault in faults if not fault]
    filings = _filings({parts[:-1] for parts, _ in taken})
    files = [
        ImportFile(shown("/".join(parts)), *filings[parts[:-1]], one.read) for parts, one in taken
    ]
    told = None
    if table:
        try:
            told = table.read()
        except PhotoRefused as error:
            refused.append(RefusedFile(shown(table.name), str(error)))
    return Bundle(tuple(sorted(files, key=_path)), tuple(sorted(refused, key=_path)), told)


def _path(one: ImportFile | RefusedFile) -> str:
    return one.path


def too_many_files(container: str) -> ArchiveRefused:
    """What is said of more than MAX_FILES."""
    return ArchiveRefused(
        f"The {container} holds more than {MAX_FILES:,} files. Split it into smaller ones."
    )


def archive_kind(data: bytes) -> str | None:
    """Which kind of archive some bytes are, by how they begin; None where they are none."""
    if data[257:262] == b"ustar":
        return "tar"
    return next((kind for start, kind in ARCHIVES.items() if data.startswith(start)), None)


def checked(data: bytes) -> bytes:
    """The bytes of one file. Raises PhotoRefused where they are too many or an archive."""
    if len(data) > MAX_BYTES:
        raise PhotoRefused(LARGE)
    if archive_kind(data):
        raise PhotoRefused(NESTED)
    return data


def shown(name: str) -> str:
    """A path as people see it: on one line, without characters that turn or hide text, its end
    where it is long.
    """
    text = "".join(char if char.isprintable() else " " if char.isspace() else "" for char in name)
    return text if len(text) <= MAX_PATH else f"…{text[1 - MAX_PATH :]}"


def _parts(name: str) -> Folder:
    """The folders and the file of a path, whichever way its slashes lean.

    Nothing for a path of nothing.
    """
    return tuple(part for part in name.replace("\\", "/").split("/") if part not in ("", "."))


def _passed_over(parts: Folder, name: str) -> bool:
    """Whether this is a folder's own entry or something that a system hides.

    Nobody asked for it, nobody misses it.
    """
    return ".." not in parts and (name.endswith(("/", "\\")) or any(map(hidden, parts)))


def hidden(part: str) -> bool:
    """Whether a system hides files and folders of this name."""
    return part.startswith(".") or part.casefold() in HIDDEN


def _fault(parts: Folder, found: FoundFile) -> str | None:
    """Why a file is not taken, as far as its name and what is known of it say."""
    if "\0" in found.name:
        return BAD_NAME
    if (
        found.name.startswith(("/", "\\")) or ".." in parts or re.match("[A-Za-z]:", parts[0])
    ):  # A drive's letter
        return OUTSIDE
    suffix = parts[-1].casefold().rpartition(".")[2] if "." in parts[-1] else ""
    by_suffix = (
        NESTED if suffix in ARCHIVE_SUFFIXES else NO_PHOTO if suffix in OTHER_SUFFIXES else None
    )
    return found.fault or by_suffix


def _table(named: Sequence[tuple[Folder, FoundFile]]) -> FoundFile | None:
    """Our own export's table, where there is exactly one at the root or in the one folder around
    everything.
    """
    around = {parts[0] for parts, _ in named}
    lengths = (1, 2) if len(around) == 1 else (1,)
    tables = [
        one
        for parts, one in named
        if parts[-1] == TABLE and len(parts) in lengths and not one.fault
    ]
    return tables[0] if len(tables) == 1 else None


def _filings(folders: set[Folder]) -> dict[Folder, tuple[str | None, str | None]]:
    """The label and the split that each folder says of the photos in it.

    `folders` are those that hold photos directly.

    The label is the folder that a photo lies in, as for fastai's `parent_label`: cats/persian/1.jpg
    is a persian. It is the folder above where that one is named like a split (cats/train/1.jpg
    beside dogs/train/2.jpg). Photos of a split's folder, or of the folder around all others
    (pets/1.jpg beside pets/cats/2.jpg), have none.
    """
    around = _shared(folders) if len(folders) > 1 else None
    above = _shared({folder[:-1] for folder in folders})
    beside: dict[Folder, set[str]] = defaultdict(set)
    for folder in folders - {()}:
        beside[folder[:-1]].add(folder[-1].casefold())
    filings: dict[Folder, tuple[str | None, str | None]] = {(): (None, None)}
    for folder in folders - {()}:
        splits = [SPLITS.get(part.casefold()) for part in folder]
        if _vehicles(beside[folder[:-1]]):
            splits[-1] = None
        classes = [
            part if split is None else None for part, split in zip(folder, splits, strict=True)
        ]
        label = (
            classes[-1]
            if splits[-1] is None
            else classes[-2]
            if len(folder) - 1 > len(above)
            else None
        )
        split = next((split for split in reversed(splits) if split), None)
        filings[folder] = None if folder == around else label, split
    return filings


def _vehicles(names: set[str]) -> bool:
    """Whether "train" is a class beside these, like bus and car, and not the photos to train on."""
    return names & SPLITS.keys() == {"train"} and len(names) > 1


def _shared(folders: set[Folder]) -> Folder:
    """The folder around all of these."""
    first, last = min(folders, default=()), max(folders, default=())
    same = [one == other for one, other in zip(first, last, strict=False)]
    return first[: same.index(False) if False in same else len(same)]
