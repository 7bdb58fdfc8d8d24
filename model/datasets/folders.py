"""Files on their way into a dataset: which are photos to be, under which class and split.

archives.py opens what they come from: a ZIP, a folder, a browser. A name is only looked at: nothing
is written under it.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
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
    *("__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "@eadir", "$recycle.bin"),
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
    *("zip", "7z", "rar", "tar", "gz", "tgz", "bz2", "tbz2", "xz", "txz", "zst", "jar", "cab"),
    *("iso", "dmg"),
)
OTHER_SUFFIXES = (
    *("txt", "md", "rtf", "csv", "tsv", "json", "xml", "yaml", "yml", "html", "htm", "css", "js"),
    *("svg", "svgz", "pdf", "ps", "eps", "doc", "docx", "odt", "xls", "xlsx", "ods", "ppt", "pptx"),
    *("odp", "py", "ipynb", "sh", "bat", "cmd", "ps1", "exe", "dll", "msi", "so", "lnk", "url"),
    *("ini", "log", "db", "sqlite", "npy", "npz", "pkl", "pt", "safetensors", "mp3", "wav", "mp4"),
    *("mov", "avi", "mkv", "webm"),
)

OUTSIDE = "Its name points to a place outside. Give it an ordinary name."
BAD_NAME = "Its name holds a character that no file name can hold. Give it an ordinary name."
LARGE = f"The file has more than {MAX_MEGABYTES} MB. Save a smaller copy."
NO_PHOTO = "This is no photo."
NESTED = "This is an archive, not a photo. Unpack it first."

Folder = tuple[str, ...]


@dataclass(frozen=True)
class ImportFile:
    """A file on its way into a dataset: its path, the label and split of that, and its bytes."""

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
    """Files in the order of their paths; `table` is the photos.csv of our own export."""

    files: tuple[ImportFile, ...]
    refused: tuple[RefusedFile, ...]
    table: bytes | None


class FoundFile(NamedTuple):
    """A file under the name that it came with, and what is already known against it."""

    name: str
    read: Callable[[], bytes]
    fault: str | None = None


def bundle(incoming: Sequence[FoundFile], container: str) -> Bundle:
    """Sort files into photos, refused and a table; skip hidden ones. Raises ArchiveRefused."""
    if len(incoming) > MAX_FILES:
        raise too_many_files(container)
    named = [
        (parts, file)
        for file in incoming
        if (parts := _parts(file.name)) and not _is_skipped(parts, file.name)
    ]
    if not named:
        raise ArchiveRefused(f"The {container} holds no files. Choose one with photos in it.")
    table = _table(named)
    faults = [(parts, file, _fault(parts, file)) for parts, file in named if file is not table]
    refused = [RefusedFile(shown(file.name), fault) for _, file, fault in faults if fault]
    taken = [(parts, file) for parts, file, fault in faults if not fault]
    filings = _filings({parts[:-1] for parts, _ in taken})
    files = [
        ImportFile(shown("/".join(parts)), *filings[parts[:-1]], file.read) for parts, file in taken
    ]
    table_bytes = None
    if table:
        try:
            table_bytes = table.read()
        except PhotoRefused as error:
            refused.append(RefusedFile(shown(table.name), str(error)))
    by_path = attrgetter("path")
    files.sort(key=by_path)
    refused.sort(key=by_path)
    return Bundle(tuple(files), tuple(refused), table_bytes)


def too_many_files(container: str) -> ArchiveRefused:
    """Make the refusal of more than MAX_FILES."""
    return ArchiveRefused(
        f"The {container} holds more than {MAX_FILES:,} files. Split it into smaller ones."
    )


def archive_kind(data: bytes) -> str | None:
    """Name the kind of archive that bytes are by their beginning; None where they are none."""
    if data[257:262] == b"ustar":
        return "tar"
    return next((kind for start, kind in ARCHIVES.items() if data.startswith(start)), None)


def checked(data: bytes) -> bytes:
    """Return the bytes of a file. Raises PhotoRefused where they are too many or an archive."""
    if len(data) > MAX_BYTES:
        raise PhotoRefused(LARGE)
    if archive_kind(data):
        raise PhotoRefused(NESTED)
    return data


def shown(name: str) -> str:
    """Write a path for people: one line, nothing that turns or hides text, only the end if long."""
    text = "".join(char if char.isprintable() else " " if char.isspace() else "" for char in name)
    return text if len(text) <= MAX_PATH else f"…{text[1 - MAX_PATH :]}"


def _parts(name: str) -> Folder:
    """Split a path into folders and file, whichever way its slashes lean; empty for no path."""
    return tuple(part for part in name.replace("\\", "/").split("/") if part not in ("", "."))


def _is_skipped(parts: Folder, name: str) -> bool:
    """Check if a name is a folder's own entry or one that a system hides."""
    return ".." not in parts and (name.endswith(("/", "\\")) or any(map(is_hidden, parts)))


def is_hidden(part: str) -> bool:
    """Check if a system hides files and folders of this name."""
    return part.startswith(".") or part.casefold() in HIDDEN


def _fault(parts: Folder, file: FoundFile) -> str | None:
    """Name the fault that a file's name or its archive shows; None without one."""
    if "\0" in file.name:
        return BAD_NAME
    has_drive = re.match("[A-Za-z]:", parts[0])
    if has_drive or file.name.startswith(("/", "\\")) or ".." in parts:
        return OUTSIDE
    suffix = parts[-1].casefold().rpartition(".")[2] if "." in parts[-1] else ""
    if file.fault or suffix in ARCHIVE_SUFFIXES:
        return file.fault or NESTED
    return NO_PHOTO if suffix in OTHER_SUFFIXES else None


def _table(named: Sequence[tuple[Folder, FoundFile]]) -> FoundFile | None:
    """Find our own export's table: the only one at the root or in the one folder around all."""
    around = {parts[0] for parts, _ in named}
    lengths = (1, 2) if len(around) == 1 else (1,)
    tables = [
        file
        for parts, file in named
        if parts[-1] == TABLE and len(parts) in lengths and not file.fault
    ]
    return tables[0] if len(tables) == 1 else None


def _filings(folders: set[Folder]) -> dict[Folder, tuple[str | None, str | None]]:
    """Read the label and the split of its photos from the path of each folder that holds some.

    The label is the folder that a photo lies in, as for fastai's `parent_label`:
    cats/persian/1.jpg is a persian. It is the folder above where that one is named like a split
    (cats/train/1.jpg beside dogs/train/2.jpg). Photos of a split's folder, or of the folder
    around all others (pets/1.jpg beside pets/cats/2.jpg), have none.
    """
    around = _shared(folders) if len(folders) > 1 else None
    above = _shared({folder[:-1] for folder in folders})
    beside: dict[Folder, set[str]] = defaultdict(set)
    for folder in folders - {()}:
        beside[folder[:-1]].add(folder[-1].casefold())
    filings: dict[Folder, tuple[str | None, str | None]] = {(): (None, None)}
    for folder in folders - {()}:
        splits = [SPLITS.get(part.casefold()) for part in folder]
        if _train_is_a_class(beside[folder[:-1]]):
            splits[-1] = None
        depth = -1 if splits[-1] is None else -2
        has_label = folder != around and (depth == -1 or len(folder) - 1 > len(above))
        label = folder[depth] if has_label and splits[depth] is None else None
        filings[folder] = label, next(filter(None, reversed(splits)), None)
    return filings


def _train_is_a_class(names: set[str]) -> bool:
    """Check if "train" is a class like bus and car beside it, and not the photos to train on."""
    return names & SPLITS.keys() == {"train"} and len(names) > 1


def _shared(folders: set[Folder]) -> Folder:
    """Find the folder around all of these."""
    first, last = min(folders, default=()), max(folders, default=())
    same = [part == other for part, other in zip(first, last, strict=False)]
    return first[: same.index(False) if False in same else len(same)]
