"""Photos from a ZIP, a folder on disk or a browser's upload: read one by one, never trusted.

Nothing is unpacked to disk. A ZIP's list of files is measured before zipfile reads it, because what
zipfile makes of it takes twenty times the memory; and files in a ZIP may not overlap (D. Fifield, A
better zip bomb, 2019), which zipfile checks only since 3.11.8.
"""

import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from io import SEEK_END
from itertools import islice, pairwise
from pathlib import Path
from stat import S_IFDIR, S_IFMT, S_IFREG, S_ISREG
from threading import Lock
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from model.datasets.folders import (
    LARGE,
    MAX_BYTES,
    MAX_FILES,
    Bundle,
    FoundFile,
    archive_kind,
    bundle,
    checked,
    is_hidden,
    too_many_files,
)
from model.errors import ArchiveRefused, PhotoRefused

MAX_LIST_BYTES = MAX_FILES * 500  # In a ZIP's list, a path of 100 characters takes 150 to 250.
MAX_TOTAL_BYTES = 4_000_000_000  # That may come out of one ZIP
MAX_RATIO = 200  # Photos hardly shrink; a drawing as BMP may by a hundred.
BOMB_BYTES = 5_000_000  # From here on the ratio matters.

# APPNOTE.TXT 6.3.10 of PKWARE, 4.3.16, 4.3.15 and 4.3.14
END, END_MARK = struct.Struct("<4s4H2LH"), b"PK\5\6"
LOCATOR, LOCATOR_MARK = struct.Struct("<4sLQL"), b"PK\6\7"
END64, END64_MARK = struct.Struct("<4sQ2H2L4Q"), b"PK\6\6"
ENTRY_MARK = b"PK\1\2"
LOCAL_HEADER_BYTES = 30
LONGEST_END = LOCATOR.size + END64.size + END.size + 65535  # With a comment
ENCRYPTED, UTF8 = 0x1, 0x800  # Flags
AES = 99  # A method

BROKEN = (
    *(BadZipFile, RuntimeError, OSError, EOFError, ValueError, OverflowError),
    *(struct.error, zlib.error),
)

SPECIAL = "This is a link or a device, not a file. Put the photo itself there."
UNREADABLE = "This cannot be read. Check who may read it."
LOCKED = "The file is locked with a password. Make the ZIP again without one."
METHOD = "The file is compressed in an unusual way. Make the ZIP again with the usual one, Deflate."
BOMB = "The file unpacks to hundreds of times its size, as no photo does."
DAMAGED = "The file is damaged in the ZIP. Make or download the ZIP again."
SPENT = f"The ZIP unpacks to more than {MAX_TOTAL_BYTES // 10**9} GB. Split it into smaller ones."
CLOSED = "The ZIP was closed before this file was read. Choose it again."
CUT_OFF = "The ZIP is cut off or damaged. Make or download it again."


@contextmanager
def zip_bundle(file: Path | IO[bytes]) -> Iterator[Bundle]:
    """Open a ZIP and sort its files, readable from any thread while open. Raises ArchiveRefused."""
    with ExitStack() as opened:
        source = opened.enter_context(_open(file)) if isinstance(file, Path) else file
        entries = _Entries(_open_zip(source))
        opened.callback(entries.close)
        files = [
            FoundFile(_name(info), partial(entries.read, info), _fault(info))
            for info in entries.listed
        ]
        yield bundle(files, "ZIP")


def folder_bundle(folder: Path) -> Bundle:
    """Sort the files in and below a folder, without following links. Raises ArchiveRefused."""
    return bundle(list(islice(_files_below(folder), MAX_FILES + 1)), "folder")


def uploaded_bundle(files: Sequence[tuple[str, bytes]]) -> Bundle:
    """Sort a browser's upload: files with their paths or mere names. Raises ArchiveRefused."""
    return bundle([FoundFile(name, partial(checked, data)) for name, data in files], "upload")


class _Entries:
    """The files in a ZIP: read one at a time, no further than headers and MAX_TOTAL_BYTES say."""

    def __init__(self, archive: ZipFile) -> None:
        self.listed = archive.infolist()
        self._archive = archive
        self._left = MAX_TOTAL_BYTES
        self._lock = Lock()
        self._closed = False

    def read(self, info: ZipInfo) -> bytes:
        """Read a file that `_fault` has nothing against. Raises PhotoRefused."""
        with self._lock:
            if self._closed:
                raise PhotoRefused(CLOSED)
            self._left -= info.file_size  # zipfile stops there, whatever else comes out.
            if self._left < 0:
                raise PhotoRefused(SPENT)
            try:
                with self._archive.open(info) as stream:
                    # Asked for everything at once, zipfile inflates first and cuts then.
                    data = stream.read(info.file_size)
            except BROKEN as error:
                raise PhotoRefused(DAMAGED) from error
        if len(data) != info.file_size:
            raise PhotoRefused(DAMAGED)
        return checked(data)

    def close(self) -> None:
        """Wait for a read under way; later ones are refused."""
        with self._lock:
            self._closed = True
            self._archive.close()


def _open(file: Path) -> IO[bytes]:
    try:
        return file.open("rb")
    except OSError as error:
        raise ArchiveRefused(f"The ZIP cannot be read: {error.strerror}.") from error


def _open_zip(file: IO[bytes]) -> ZipFile:
    try:
        _check_list(file)
        archive = ZipFile(file)
    except BROKEN as error:
        raise ArchiveRefused(CUT_OFF) from error
    infos = sorted(archive.infolist(), key=lambda info: info.header_offset)
    if any(
        info.header_offset + LOCAL_HEADER_BYTES + info.compress_size > following.header_offset
        for info, following in pairwise(infos)
    ):
        raise ArchiveRefused(
            "Files in the ZIP overlap: it is damaged, or made to do harm. Make it again."
        )
    return archive


def _check_list(file: IO[bytes]) -> None:
    """Check that a whole ZIP's list of files is there and not too long. Raises ArchiveRefused."""
    size = file.seek(0, SEEK_END)
    file.seek(max(0, size - LONGEST_END))
    tail = file.read()
    plain = tail[-END.size :].startswith(END_MARK) and tail.endswith(b"\0\0")
    place = len(tail) - END.size if plain else tail.rfind(END_MARK)
    if place < 0:
        raise _no_zip(file)
    _, disk, first_disk, _, count, length, _, _ = END.unpack_from(tail, place)
    end = size - len(tail) + place
    locator = tail[max(0, place - LOCATOR.size) : place]
    if locator.startswith(LOCATOR_MARK):
        end -= LOCATOR.size + END64.size
        disk, first_disk, count, length = _end64(
            tail[: place - LOCATOR.size][-END64.size :], locator, end
        )
    if disk or first_disk:
        raise ArchiveRefused("This is one part of a ZIP in several. Make it again in one part.")
    if count > MAX_FILES:
        raise too_many_files("ZIP")
    if length > MAX_LIST_BYTES:
        raise ArchiveRefused(
            "The ZIP's list of files is longer than any that Areole reads. "
            "Split it into smaller ones."
        )
    file.seek(end - length)
    if file.read(length).count(ENTRY_MARK) > MAX_FILES:  # Whatever it claims
        raise too_many_files("ZIP")


def _end64(record: bytes, locator: bytes, end: int) -> tuple[int, int, int, int]:
    """Read disk, first disk, number of files and length of the list from a ZIP64's end record.

    It is taken only at its one unambiguous place. Raises ArchiveRefused.
    """
    _, _, offset, _ = LOCATOR.unpack(locator)
    mark, size, _, _, disk, first_disk, _, count, length, _ = END64.unpack(record)
    if mark != END64_MARK or size != END64.size - 12 or offset != end:
        raise ArchiveRefused(CUT_OFF)
    return disk, first_disk, count, length


def _no_zip(file: IO[bytes]) -> ArchiveRefused:
    file.seek(0)
    start = file.read(512)
    kind = archive_kind(start)
    if kind == "ZIP":
        return ArchiveRefused(CUT_OFF)
    if kind:
        return ArchiveRefused(
            f"This is a {kind} archive, not a ZIP. Unpack it and make a ZIP of the folder."
        )
    return ArchiveRefused(
        "This is not a ZIP. Choose one, or make one of the folder."
        if start
        else "The file is empty. Choose another."
    )


def _name(info: ZipInfo) -> str:
    """Decode a name in a ZIP with all its characters; macOS writes UTF-8 without saying so."""
    if info.flag_bits & UTF8:
        return info.orig_filename
    try:
        return info.orig_filename.encode("cp437").decode()
    except UnicodeError:
        return info.orig_filename


def _fault(info: ZipInfo) -> str | None:
    """Name the fault that a ZIP's list already shows in a file; None without one."""
    faults = {
        SPECIAL: S_IFMT(info.external_attr >> 16) not in (0, S_IFREG, S_IFDIR),
        LOCKED: bool(info.flag_bits & ENCRYPTED) or info.compress_type == AES,
        # zipfile's bzip2 and LZMA know no bounds.
        METHOD: info.compress_type not in (ZIP_STORED, ZIP_DEFLATED),
        BOMB: info.file_size > max(BOMB_BYTES, MAX_RATIO * info.compress_size),
        LARGE: info.file_size > MAX_BYTES,
    }
    return next((fault for fault, holds in faults.items() if holds), None)


def _files_below(folder: Path) -> Iterator[FoundFile]:
    waiting = [folder]
    while waiting:
        directory = waiting.pop()
        try:
            with os.scandir(directory) as inside:
                entries = list(islice(inside, MAX_FILES + 1))
        except OSError as error:
            if directory == folder:
                raise ArchiveRefused(f"The folder cannot be read: {error.strerror}.") from error
            name = directory.relative_to(folder).as_posix()
            yield FoundFile(name, partial(_read, directory), UNREADABLE)
            continue
        for entry in entries:
            path = Path(entry)
            if entry.is_dir(follow_symlinks=False):
                waiting += [] if is_hidden(entry.name) else [path]
            else:
                name = path.relative_to(folder).as_posix()
                yield FoundFile(name, partial(_read, path), _fault_on_disk(entry))


def _fault_on_disk(entry: os.DirEntry[str]) -> str | None:
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError:
        return UNREADABLE
    if not S_ISREG(status.st_mode):
        return SPECIAL
    return LARGE if status.st_size > MAX_BYTES else None


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return checked(opened.read(MAX_BYTES + 1))
    except OSError as error:
        raise PhotoRefused(UNREADABLE) from error
