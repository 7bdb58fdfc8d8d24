"""Hostile and odd ZIPs, made by hand because zipfile refuses to, each with its sentence."""

import bz2
import gzip
import lzma
import stat
import struct
import tarfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from io import BytesIO

from tests.conftest import encoded, picture

STORED, DEFLATED = 0, 8
UTF8 = 0x800
PHOTO, OTHER = encoded(picture(64, 48, seed=1)), encoded(picture(64, 48, seed=2))
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
HTML = b"<!doctype html><script>alert(1)</script>"
SEVEN, RAR = b"7z\xbc\xaf\x27\x1c" + bytes(600), b"Rar!\x1a\x07\1" + bytes(600)


def deflated(data: bytes) -> bytes:
    """Bytes as a ZIP holds them."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


@dataclass(frozen=True)
class Entry:
    """A file for a ZIP, and the lies that are told about it."""

    name: str | bytes
    data: bytes = PHOTO
    method: int = DEFLATED
    flags: int = UTF8
    mode: int = 0
    system: int = 3  # Unix
    version: int = 20
    extra: bytes = b""
    packed: bytes | None = None
    size: int | None = None
    packed_size: int | None = None
    crc: int | None = None
    local_name: bytes | None = None
    local_mark: bytes = b"PK\3\4"
    local_extra: bytes = b""
    offset: int | None = None

    @property
    def raw_name(self) -> bytes:
        """The name's bytes."""
        return self.name if isinstance(self.name, bytes) else self.name.encode()

    @property
    def body(self) -> bytes:
        """What lies in the ZIP."""
        return (
            self.packed
            if self.packed is not None
            else deflated(self.data)
            if self.method == DEFLATED
            else self.data
        )

    @property
    def facts(self) -> bytes:
        """What both headers say."""
        size = len(self.data) if self.size is None else self.size
        packed_size = len(self.body) if self.packed_size is None else self.packed_size
        crc = zlib.crc32(self.data) if self.crc is None else self.crc
        return struct.pack(
            "<5H3L", self.version, self.flags, self.method, 0, 0x21, crc, packed_size, size
        )

    def local(self) -> bytes:
        """The header before the file."""
        name = self.raw_name if self.local_name is None else self.local_name
        return (
            self.local_mark
            + self.facts
            + struct.pack("<2H", len(name), len(self.local_extra))
            + name
            + self.local_extra
        )

    def listed(self, offset: int) -> bytes:
        """The line in the ZIP's list."""
        place = offset if self.offset is None else self.offset
        lengths = struct.pack(
            "<5H2L", len(self.raw_name), len(self.extra), 0, 0, 0, self.mode << 16, place
        )
        return (
            b"PK\1\2" + bytes([20, self.system]) + self.facts + lengths + self.raw_name + self.extra
        )


def end(count: int, length: int, offset: int, comment: bytes = b"", disk: int = 0) -> bytes:
    """The end of a ZIP."""
    return (
        struct.pack(
            "<4s4H2LH",
            b"PK\5\6",
            disk,
            disk,
            min(count, 65535),
            min(count, 65535),
            length,
            offset,
            len(comment),
        )
        + comment
    )


def end64(
    count: int,
    length: int,
    offset: int,
    *,
    disks: int = 1,
    place: int | None = None,
    size: int = 44,
) -> bytes:
    """What stands before the end of a ZIP64."""
    record = struct.pack("<4sQ2H2L4Q", b"PK\6\6", size, 45, 45, 0, 0, count, count, length, offset)
    return record + struct.pack(
        "<4sLQL", b"PK\6\7", 0, offset + length if place is None else place, disks
    )


def parts_of(*entries: Entry) -> tuple[bytes, bytes]:
    """The files and the list of a ZIP."""
    files, listed = bytearray(), bytearray()
    for entry in entries:
        listed += entry.listed(len(files))
        files += entry.local() + entry.body
    return bytes(files), bytes(listed)


def zip_of(*entries: Entry, comment: bytes = b"", count: int | None = None, disk: int = 0) -> bytes:
    """A ZIP."""
    files, listed = parts_of(*entries)
    return (
        files
        + listed
        + end(len(entries) if count is None else count, len(listed), len(files), comment, disk)
    )


def zip64_of(
    *entries: Entry,
    count: int | None = None,
    disks: int = 1,
    place: int | None = None,
    size: int = 44,
) -> bytes:
    """A ZIP64."""
    files, listed = parts_of(*entries)
    claimed = len(entries) if count is None else count
    return (
        files
        + listed
        + end64(claimed, len(listed), len(files), disks=disks, place=place, size=size)
        + end(65535, 0xFFFFFFFF, 0xFFFFFFFF)
    )


CATS, DOGS = Entry("cats/good.jpg"), Entry("dogs/good.jpg", OTHER, STORED)
GOOD = zip_of(CATS, DOGS)


def beside(*entries: Entry) -> bytes:
    """A ZIP with two good photos and others between them."""
    return zip_of(CATS, *entries, DOGS)


def many(number: int, count: int | None = None) -> bytes:
    """A ZIP of empty files."""
    return zip_of(*(Entry(f"{place:x}", b"", STORED) for place in range(number)), count=count)


def millions() -> bytes:
    """A ZIP of 8 MB that claims five million files, and lists as many as fit."""
    listed = Entry(b"", b"", STORED).listed(0) * 170_000
    return listed + end64(5_000_000, len(listed), 0) + end(65535, 0xFFFFFFFF, 0xFFFFFFFF)


def as_many_as_fit() -> bytes:
    """A ZIP that claims three files, and lists a hundred thousand in 5 MB."""
    listed = Entry(b"", b"", STORED).listed(0) * 108_000
    return listed + end(3, len(listed), 0)


def listed_again() -> bytes:
    """A bomb whose list names the same file a hundred times."""
    listed = CATS.listed(0) * 100
    files = CATS.local() + CATS.body
    return files + listed + end(100, len(listed), len(files))


def quoted(number: int = 30) -> bytes:
    """Fifield's bomb: each file quotes the next one's header as text; all end in one kernel."""
    kernel = deflated(bytes(1_000_000))
    whole, starts, data = kernel, [], bytes(1_000_000)
    for place in reversed(range(number)):
        entry = Entry(f"cats/{place}.jpg", data, packed=whole)
        header = entry.local()
        starts.append((entry, len(header) + len(whole)))
        data = header + data
        whole = b"\0" + struct.pack("<2H", len(header), len(header) ^ 0xFFFF) + header + whole
    files = whole[5:]
    listed = b"".join(entry.listed(len(files) - length) for entry, length in starts)
    return files + listed + end(number, len(listed), len(files))


def hidden_in_extra() -> bytes:
    """Two files with the same bytes: the header of the first holds the second as an extra field."""
    inner = Entry("cats/2.jpg")
    header = inner.local()
    outer = Entry("cats/1.jpg", local_extra=struct.pack("<2H", 0x9999, len(header)) + header)
    files = outer.local() + outer.body
    listed = outer.listed(0) + inner.listed(len(outer.local()) - len(header))
    return files + listed + end(2, len(listed), len(files))


def tarred() -> bytes:
    """A tar of one photo."""
    buffer = BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as folder:
        entry = tarfile.TarInfo("cats/good.jpg")
        entry.size = len(PHOTO)
        folder.addfile(entry, BytesIO(PHOTO))
    return buffer.getvalue()


def png_bomb(side: int) -> bytes:
    """A PNG of a few bytes that claims a size."""
    chunks = [
        (b"IHDR", struct.pack(">2L5B", side, side, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(bytes(60))),
        (b"IEND", b""),
    ]
    packed = (
        struct.pack(">L", len(body)) + kind + body + struct.pack(">L", zlib.crc32(kind + body))
        for kind, body in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def damaged(data: bytes, start: int, stop: int, seed: int) -> bytes:
    """Bytes with others in the middle."""
    noise = zlib.compress(str(seed).encode() * 50) * (1 + (stop - start) // 20)
    return data[:start] + noise[: stop - start] + data[stop:]


def entry64(size: int) -> Entry:
    """A file whose size stands in a ZIP64 field."""
    return Entry("cats/bad.jpg", size=0xFFFFFFFF, extra=struct.pack("<2HQ", 1, 8, size))


def special(mode: int) -> Entry:
    """What Unix calls a special file; a link points to its content."""
    return Entry("cats/bad.jpg", b"/etc/passwd", STORED, mode=mode | 0o777)


# One bad file between two good photos -> its sentence, by the list, on reading or at the gate.
BAD_FILES: dict[str, tuple[Entry, str]] = {
    "zip slip": (Entry("../../bad.jpg"), "place outside"),
    "zip slip from within": (Entry("cats/../../bad.jpg"), "place outside"),
    "zip slip on Windows": (Entry("..\\..\\bad.jpg"), "place outside"),
    "zip slip with both slashes": (Entry("cats\\../../bad.jpg"), "place outside"),
    "zip slip of a hidden file": (Entry("../.bashrc"), "place outside"),
    "zip slip in Apple's folder": (Entry("__MACOSX/../../bad.jpg"), "place outside"),
    "zip slip of a folder": (Entry("../bad/", b"", STORED), "place outside"),
    "absolute": (Entry("/etc/bad.jpg"), "place outside"),
    "drive": (Entry("C:\\bad.jpg"), "place outside"),
    "drive without a slash": (Entry("c:bad.jpg"), "place outside"),
    "UNC": (Entry("\\\\server\\share\\bad.jpg"), "place outside"),
    "device path": (Entry("\\\\?\\C:\\bad.jpg"), "place outside"),
    "NUL": (Entry("cats/bad.jpg\0.txt"), "no file name can hold"),
    "symlink": (special(stat.S_IFLNK), "a link or a device"),
    "fifo": (special(stat.S_IFIFO), "a link or a device"),
    "block device": (special(stat.S_IFBLK), "a link or a device"),
    "character device": (special(stat.S_IFCHR), "a link or a device"),
    "socket": (special(stat.S_IFSOCK), "a link or a device"),
    "zipcrypto": (Entry("cats/bad.jpg", flags=UTF8 | 1), "password"),
    "AES": (Entry("cats/bad.jpg", method=99, flags=UTF8 | 1, version=51), "password"),
    "AES without a flag": (Entry("cats/bad.jpg", method=99, version=51), "password"),
    "strong encryption": (Entry("cats/bad.jpg", flags=UTF8 | 0x41), "password"),
    "patched data": (Entry("cats/bad.jpg", flags=UTF8 | 0x20), "damaged in the ZIP"),
    "deflate64": (Entry("cats/bad.jpg", method=9), "unusual way"),
    "bzip2": (Entry("cats/bad.jpg", method=12, packed=bz2.compress(PHOTO)), "unusual way"),
    "LZMA": (Entry("cats/bad.jpg", method=14), "unusual way"),
    "unknown method": (Entry("cats/bad.jpg", method=1234), "unusual way"),
    "ZIP in the ZIP": (Entry("cats/bad.zip", GOOD), "an archive"),
    "tar.gz in the ZIP": (Entry("cats/bad.tar.gz", gzip.compress(tarred())), "an archive"),
    "ZIP called jpg": (Entry("cats/bad.jpg", GOOD), "an archive"),
    "empty ZIP called jpg": (Entry("cats/bad.jpg", end(0, 0, 0)), "an archive"),
    "tar called jpg": (Entry("cats/bad.jpg", tarred()), "an archive"),
    "gzip without a suffix": (Entry("cats/bad", gzip.compress(PHOTO)), "an archive"),
    "7z called png": (Entry("cats/bad.png", SEVEN), "an archive"),
    "RAR called webp": (Entry("cats/bad.webp", RAR), "an archive"),
    "xz called gif": (Entry("cats/bad.gif", lzma.compress(PHOTO)), "an archive"),
    "bzip2 called bmp": (Entry("cats/bad.bmp", bz2.compress(PHOTO)), "an archive"),
    "ratio bomb": (Entry("cats/bad.jpg", bytes(20_000_000)), "hundreds of times"),
    "claims 4 GB": (Entry("cats/bad.jpg", size=2**32 - 2), "hundreds of times"),
    "claims exabytes by ZIP64": (entry64(2**63), "hundreds of times"),
    "claims 26 MB": (
        Entry("cats/bad.jpg", packed=bytes(200_000), size=26_000_000),
        "more than 25 MB",
    ),
    "yields more than it says": (Entry("cats/bad.jpg", size=100), "damaged in the ZIP"),
    "yields less than it says": (Entry("cats/bad.jpg", size=20_000), "damaged in the ZIP"),
    "yields a hundred times more": (
        Entry("cats/bad.jpg", bytes(300_000_000), size=4_900_000),
        "damaged in the ZIP",
    ),
    "wrong checksum": (Entry("cats/bad.jpg", crc=1), "damaged in the ZIP"),
    "noise for deflated": (Entry("cats/bad.jpg", packed=b"\xff" * 500), "damaged in the ZIP"),
    "cut off within": (Entry("cats/bad.jpg", packed=deflated(PHOTO)[:300]), "damaged in the ZIP"),
    "another name before the file": (
        Entry("cats/bad.jpg", local_name=b"cats/bad.png"),
        "damaged in the ZIP",
    ),
    "no UTF-8 before the file": (
        Entry("cats/bad.jpg", local_name=b"\xff" * 12),
        "damaged in the ZIP",
    ),
    "no header before the file": (
        Entry("cats/bad.jpg", local_mark=b"PK\1\1"),
        "damaged in the ZIP",
    ),
    "lies behind the end": (Entry("cats/bad.jpg", offset=2**31), "damaged in the ZIP"),
    "text": (Entry("cats/bad.txt", b"text"), "no photo"),
    "table in a class": (Entry("cats/photos.csv", b"a,b"), "no photo"),
    "PDF": (Entry("cats/bad.PDF", b"%PDF-1.7"), "no photo"),
    "program": (Entry("cats/bad.exe", b"MZ"), "no photo"),
    "program called like a photo": (Entry("cats/bad.jpg.exe", b"MZ"), "no photo"),
    "program behind a turned name": (Entry("cats/\u202egpj.exe", b"MZ"), "no photo"),
    "SVG with a script": (Entry("cats/bad.svg", SVG), "no photo"),
    "SVG called jpg": (Entry("cats/bad.jpg", SVG), "not an image"),
    "HTML called png": (Entry("cats/bad.png", HTML), "not an image"),
    "text called jpg": (Entry("cats/bad.jpg", b"no picture at all"), "not an image"),
    "text without a suffix": (Entry("cats/README", b"read me"), "not an image"),
    "empty photo": (Entry("cats/bad.jpg", b"", STORED), "is empty"),
    "300 megapixels": (Entry("cats/bad.png", png_bomb(17_400)), "60 million pixels"),
    "cut off JPEG": (Entry("cats/bad.jpg", PHOTO[:-300]), "cut off or damaged"),
    "too small": (Entry("cats/bad.png", encoded(picture(20, 20), "PNG")), "each side needs"),
}

Maker = Callable[[], bytes]
CUT_OFF, OVERLAP, TOO_MANY = "cut off or damaged", "overlap", "more than 10,000 files"

# A ZIP refused as a whole -> what is said of it.
WHOLE: dict[str, tuple[Maker, str]] = {
    "empty file": (lambda: b"", "file is empty"),
    "one byte": (lambda: b"P", "not a ZIP"),
    "text called zip": (lambda: b"Dear teacher, the dog ate my photos. " * 99, "not a ZIP"),
    "photo called zip": (lambda: PHOTO, "not a ZIP"),
    "7z called zip": (lambda: SEVEN, "a 7z archive"),
    "RAR called zip": (lambda: RAR, "a RAR archive"),
    "tar called zip": (tarred, "a tar archive"),
    "gzip called zip": (lambda: gzip.compress(tarred()), "a gzip archive"),
    "bzip2 called zip": (lambda: bz2.compress(PHOTO), "a bzip2 archive"),
    "xz called zip": (lambda: lzma.compress(PHOTO), "a xz archive"),
    "empty ZIP": (zip_of, "holds no files"),
    "only a folder": (partial(zip_of, Entry("cats/", b"", STORED)), "holds no files"),
    "only hidden files": (
        partial(zip_of, Entry("__MACOSX/cats/._1.jpg"), Entry(".DS_Store")),
        "holds no files",
    ),
    "20,000 files": (partial(many, 20_000), TOO_MANY),
    "20,000 files that claim to be three": (partial(many, 20_000, count=3), TOO_MANY),
    "claims 60,000 files": (partial(zip_of, CATS, count=60_000), TOO_MANY),
    "claims five million files by ZIP64": (partial(zip64_of, CATS, count=5_000_000), TOO_MANY),
    "millions of files": (millions, TOO_MANY),
    "as many files as fit": (as_many_as_fit, TOO_MANY),
    "claims a list of 100 MB": (lambda: GOOD[:-22] + end(2, 100_000_000, 0), "longer than any"),
    "claims a list longer than the file": (lambda: GOOD[:-22] + end(2, 100_000, 0), CUT_OFF),
    "claims half a list": (lambda: GOOD[:-22] + end(2, 70, 0), CUT_OFF),
    "no list": (lambda: GOOD[:-22] + end(2, 0, 0), "holds no files"),
    "one of several parts": (partial(zip_of, CATS, disk=1), "one part"),
    "ZIP64 in several parts": (partial(zip64_of, CATS, disks=2), CUT_OFF),
    "ZIP64 whose record lies elsewhere": (partial(zip64_of, CATS, place=0), CUT_OFF),
    "ZIP64 whose record is longer": (partial(zip64_of, CATS, size=100), CUT_OFF),
    "ZIP64 mark without a record": (
        lambda: GOOD[:-22] + b"PK\6\7" + bytes(16) + GOOD[-22:],
        CUT_OFF,
    ),
    "ZIP64 without its record": (lambda: GOOD[:-22] + end(65535, 0xFFFFFFFF, 0xFFFFFFFF), TOO_MANY),
    "ZIP64 with a broken field": (
        partial(beside, Entry("cats/bad.jpg", size=0xFFFFFFFF, extra=b"\1\0\2\0xx")),
        CUT_OFF,
    ),
    "extra field beyond its end": (
        partial(beside, Entry("cats/bad.jpg", extra=b"\1\0\xff\xff")),
        CUT_OFF,
    ),
    "name that is no UTF-8": (partial(beside, Entry(b"cats/\xff\xfe.jpg")), CUT_OFF),
    "from the future": (partial(beside, Entry("cats/bad.jpg", version=99)), CUT_OFF),
    "an end in the comment": (
        partial(zip_of, CATS, comment=b"PK\5\6" + bytes(30)),
        "holds no files",
    ),
    "half an end in the comment": (partial(zip_of, CATS, comment=b"PK\5\6 and so on"), CUT_OFF),
    "a file listed a hundred times": (listed_again, OVERLAP),
    "Fifield's bomb": (quoted, OVERLAP),
    "a file in another's header": (hidden_in_extra, OVERLAP),
    **{
        f"cut off at {percent} %": (
            partial(lambda percent: GOOD[: len(GOOD) * percent // 100], percent),
            CUT_OFF,
        )
        for percent in range(4, 100, 6)
    },
}

# Odd, but harmless: a ZIP -> the paths and labels of all photos in it but the two good ones.
HARMLESS: dict[str, tuple[Maker, list[tuple[str, str | None]]]] = {
    "full-width dots": (
        partial(beside, Entry("\uff0e\uff0e/odd.jpg")),
        [("\uff0e\uff0e/odd.jpg", "\uff0e\uff0e")],
    ),
    "two-dot leader": (partial(beside, Entry("\u2025/odd.jpg")), [("\u2025/odd.jpg", "\u2025")]),
    "percent-encoded": (
        partial(beside, Entry("%2e%2e/%2e%2e/odd.jpg")),
        [("%2e%2e/%2e%2e/odd.jpg", "%2e%2e")],
    ),
    "division slash": (
        partial(beside, Entry("..\u2215..\u2215odd.jpg")),
        [],
    ),  # A hidden file, with a long name
    "blank before the dots": (partial(beside, Entry(" ../odd.jpg")), [(" ../odd.jpg", " ..")]),
    "only dots": (partial(beside, Entry("cats/.....")), []),
    "only blanks": (partial(beside, Entry("   /   ")), [("   /   ", "   ")]),
    "newline": (partial(beside, Entry("cats/a\nb\r.jpg")), [("cats/a b .jpg", "cats")]),
    "emoji": (partial(beside, Entry("🌵/🌵.jpg")), [("🌵/🌵.jpg", "🌵")]),
    "turned name": (partial(beside, Entry("cats/\u202egpj.jpg")), [("cats/gpj.jpg", "cats")]),
    "zero width": (partial(beside, Entry("cats/a\u200b\ufeffb.jpg")), [("cats/ab.jpg", "cats")]),
    "5,000 characters": (
        partial(beside, Entry(f"cats/{'x' * 5000}.jpg")),
        [(f"…{'x' * 195}.jpg", "cats")],
    ),
    "5,000 folders": (
        partial(beside, Entry("a/" * 5000 + "odd.jpg")),
        [("…" + ("a/" * 99 + "odd.jpg")[-199:], "a")],
    ),
    "Windows's device": (partial(beside, Entry("CON/AUX.jpg")), [("CON/AUX.jpg", "CON")]),
    "another stream": (
        partial(beside, Entry("cats/odd.jpg:hidden")),
        [("cats/odd.jpg:hidden", "cats")],
    ),
    "backslashes": (partial(beside, Entry("birds\\odd.jpg")), [("birds/odd.jpg", "birds")]),
    "dots and slashes for nothing": (
        partial(beside, Entry(".//cats/.//odd.jpg")),
        [("cats/odd.jpg", "cats")],
    ),
    "name in cp437": (
        partial(beside, Entry(b"caf\x82/odd.jpg", flags=0)),
        [("café/odd.jpg", "café")],
    ),
    "name in UTF-8, unsaid": (
        partial(beside, Entry("Kätzchen/odd.jpg", flags=0)),
        [("Kätzchen/odd.jpg", "Kätzchen")],
    ),
    "no name": (partial(beside, Entry("")), []),
    "suffix in capitals": (partial(beside, Entry("cats/ODD.JPG")), [("cats/ODD.JPG", "cats")]),
    "unknown suffix": (partial(beside, Entry("cats/odd.xyz")), [("cats/odd.xyz", "cats")]),
    "no suffix": (partial(beside, Entry("cats/odd")), [("cats/odd", "cats")]),
    "same name twice": (
        partial(beside, Entry("cats/odd.jpg"), Entry("cats/odd.jpg", OTHER)),
        [("cats/odd.jpg", "cats")] * 2,
    ),
    "folders": (partial(beside, Entry("birds/", b"", STORED), Entry("bees\\", b"", STORED)), []),
    "JPEG that is a ZIP, too": (
        partial(beside, Entry("cats/odd.jpg", PHOTO + GOOD)),
        [("cats/odd.jpg", "cats")],
    ),
    "ZIP64 field": (
        partial(
            beside,
            Entry("cats/odd.jpg", size=0xFFFFFFFF, extra=struct.pack("<2HQ", 1, 8, len(PHOTO))),
        ),
        [("cats/odd.jpg", "cats")],
    ),
    "what systems hide": (
        partial(
            beside,
            *map(
                Entry,
                (
                    "__MACOSX/cats/._1.jpg",
                    "cats/._1.jpg",
                    "cats/.DS_Store",
                    "Thumbs.db",
                    "cats/desktop.ini",
                    ".git/HEAD",
                    "cats/@eaDir/1.jpg",
                    "cats/Icon\r",
                ),
            ),
        ),
        [],
    ),
    "ZIP64": (partial(zip64_of, CATS, DOGS), []),
    "self-extracting": (lambda: b"MZ" + bytes(5000) + GOOD, []),
    "GIF that is a ZIP, too": (lambda: encoded(picture(), "GIF") + GOOD, []),
    "JPEG before the ZIP": (lambda: PHOTO + GOOD, []),
    "a ZIP before the ZIP": (lambda: zip_of(Entry("cats/other.jpg")) + GOOD, []),
    "comment": (partial(zip_of, CATS, DOGS, comment=b"made by hand" * 5000), []),
    "wrong number of files": (partial(zip_of, CATS, DOGS, count=1), []),
    "made on Windows": (
        partial(beside, Entry("cats/odd.jpg", system=0)),
        [("cats/odd.jpg", "cats")],
    ),
}
