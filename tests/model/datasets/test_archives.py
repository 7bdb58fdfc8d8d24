"""ZIPs, folders and uploads.

What is found in them, what is refused with which words, and that nothing gets out of them.
"""

import os
import stat
import time
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model.datasets import archives
from model.datasets.archives import folder_bundle, uploaded_bundle, zip_bundle
from model.datasets.folders import MAX_FILES, Bundle, ImportFile
from model.errors import ArchiveRefused, PhotoRefused
from model.photos.image import open_photo
from tests.model.photos.hostile_files import (
    BAD_FILES,
    CATS,
    DOGS,
    GOOD,
    HARMLESS,
    OTHER,
    PHOTO,
    STORED,
    WHOLE,
    Entry,
    Maker,
    beside,
    damaged,
    zip_of,
)

Seen = tuple[str, str | None]


def tree(folder: Path) -> set[str]:
    """Everything that lies in a folder."""
    return {str(path) for path in folder.rglob("*")}


@pytest.fixture(autouse=True)
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Work deep in a folder where a file that got out would be seen."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "a" / "b")
    before = tree(tmp_path)
    yield
    assert not [
        path for path in tree(tmp_path) - before if not Path(path).is_relative_to(tmp_path / "made")
    ]


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A folder for a test's own files."""
    (tmp_path / "made").mkdir()
    return tmp_path / "made"


def put(folder: Path, *names: str, data: bytes = PHOTO) -> None:
    """Write the same file under several names."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def opened(files: tuple[ImportFile, ...]) -> tuple[list[Seen], dict[str, str]]:
    """Which files pass the gate, and what is said of the others."""
    seen, said = [], {}
    for file in files:
        try:
            open_photo(file.read())
        except PhotoRefused as error:
            said[file.path] = str(error)
        else:
            seen.append((file.path, file.label))
    return seen, said


def outcome(data: bytes) -> tuple[list[Seen], dict[str, str]]:
    """The photos that come out of a ZIP, and what is said of all other files in it."""
    with zip_bundle(BytesIO(data)) as found:
        seen, said = opened(found.files)
        return seen, said | {one.path: one.reason for one in found.refused}


def filed(*names: str) -> dict[str, tuple[str | None, str | None]]:
    """What the folders say of photos under these names."""
    return {
        file.path: (file.label, file.split)
        for file in uploaded_bundle([(name, PHOTO) for name in names]).files
    }


@pytest.mark.parametrize(("entry", "sentence"), BAD_FILES.values(), ids=BAD_FILES)
def test_a_bad_file_is_refused_and_the_photos_beside_it_come_through(
    entry: Entry, sentence: str
) -> None:
    seen, said = outcome(beside(entry))
    assert seen == [("cats/good.jpg", "cats"), ("dogs/good.jpg", "dogs")]
    (told,) = said.values()
    assert sentence in told
    assert told.endswith(".")


@pytest.mark.parametrize(("make", "sentence"), WHOLE.values(), ids=WHOLE)
def test_a_zip_is_refused_as_a_whole(make: Maker, sentence: str) -> None:
    with pytest.raises(ArchiveRefused, match=sentence):
        outcome(make())


@pytest.mark.parametrize(("make", "others"), HARMLESS.values(), ids=HARMLESS)
def test_odd_zips_are_taken(make: Maker, others: list[Seen]) -> None:
    seen, said = outcome(make())
    assert said == {}
    assert sorted(seen, key=str) == sorted(
        [("cats/good.jpg", "cats"), ("dogs/good.jpg", "dogs"), *others], key=str
    )


@pytest.mark.parametrize("seed", range(12))
def test_noise_in_the_middle_never_crashes(seed: int) -> None:
    start = Random(seed).randrange(len(GOOD))
    try:
        seen, _ = outcome(damaged(GOOD, start, min(len(GOOD), start + 200), seed))
    except ArchiveRefused:
        return
    assert len(seen) <= 2


@settings(suppress_health_check=list(HealthCheck), max_examples=300)
@given(
    damage=st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), max_size=12),
    cut=st.integers(0, 300),
    from_end=st.booleans(),
)
def test_a_damaged_zip_is_taken_or_refused(
    damage: list[tuple[int, int]], cut: int, from_end: bool
) -> None:
    data = bytearray(GOOD)
    for place, value in damage:
        data[-1 - place % 150 if from_end else place % len(data)] = value  # The list is at the end.
    try:
        seen, _ = outcome(bytes(data[: len(data) - max(0, cut - 200)]))
    except ArchiveRefused:
        return
    assert len(seen) <= 2


@pytest.mark.parametrize(
    "name", ["millions of files", "as many files as fit", "20,000 files", "Fifield's bomb"]
)
def test_a_refused_bomb_costs_little_memory(name: str, made: Path) -> None:
    (made / "bomb.zip").write_bytes(WHOLE[name][0]())
    tracemalloc.start()
    with pytest.raises(ArchiveRefused), zip_bundle(made / "bomb.zip"):
        pytest.fail("taken")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50_000_000


def test_a_file_that_unpacks_to_more_than_it_says_costs_what_it_says() -> None:
    data = zip_of(BAD_FILES["yields a hundred times more"][0])  # 300 MB
    with zip_bundle(BytesIO(data)) as found:
        tracemalloc.start()
        with pytest.raises(PhotoRefused, match="damaged"):
            found.files[0].read()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 20_000_000


def test_all_that_comes_out_of_a_zip_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_TOTAL_BYTES", len(PHOTO) + len(OTHER))
    with zip_bundle(BytesIO(GOOD)) as found:
        assert [file.read() for file in found.files] == [PHOTO, OTHER]
        with pytest.raises(PhotoRefused, match="more than 4 GB"):
            found.files[0].read()


def test_a_closed_zip_is_not_read(made: Path) -> None:
    put(made, "good.zip", data=GOOD)
    with zip_bundle(made / "good.zip") as found:
        assert found.files[0].read() == PHOTO
    with pytest.raises(PhotoRefused, match="closed"):
        found.files[0].read()


def test_an_open_file_stays_open_and_may_be_closed_too_early() -> None:
    file = BytesIO(GOOD)
    with zip_bundle(file) as found:
        pass
    assert not file.closed
    with zip_bundle(file) as found:
        file.close()
        with pytest.raises(PhotoRefused, match="damaged"):
            found.files[0].read()


def test_a_worker_reads_while_the_zip_is_closed() -> None:
    with ThreadPoolExecutor(2) as pool:
        with zip_bundle(
            BytesIO(beside(*(Entry(f"cats/{number}.jpg") for number in range(300))))
        ) as found:
            waiting = [pool.submit(file.read) for file in found.files]
            assert waiting[0].result() == PHOTO
        errors = {str(one.exception()) for one in waiting if one.exception()}
    assert all("closed" in error for error in errors)


def test_an_error_of_the_caller_passes_through() -> None:
    with pytest.raises(ValueError, match="mine"), zip_bundle(BytesIO(GOOD)):
        raise ValueError("mine")


def test_a_zip_that_is_not_there(made: Path) -> None:
    with (
        pytest.raises(ArchiveRefused, match="cannot be read: No such file"),
        zip_bundle(made / "none.zip"),
    ):
        pytest.fail("taken")
    with pytest.raises(ArchiveRefused, match="cannot be read: Is a directory"), zip_bundle(made):
        pytest.fail("taken")


def test_files_and_refusals_come_in_the_order_of_their_paths() -> None:
    with zip_bundle(BytesIO(zip_of(DOGS, Entry("b.txt"), CATS, Entry("a.txt")))) as found:
        assert [file.path for file in found.files] == ["cats/good.jpg", "dogs/good.jpg"]
        assert [one.path for one in found.refused] == ["a.txt", "b.txt"]


def test_reasons_can_be_counted() -> None:
    with zip_bundle(BytesIO(beside(*(Entry(f"../{number}.jpg") for number in range(5))))) as found:
        assert len({one.reason for one in found.refused}) == 1


@pytest.mark.parametrize(
    ("entries", "table"),
    [
        ([Entry("photos.csv", b"mine")], b"mine"),
        ([Entry("photos.csv", b"mine"), Entry("cats/photos.csv", b"other")], b"mine"),
        ([Entry("photos.csv", b"one"), Entry("photos.csv", b"two")], None),
        ([Entry("cats/photos.csv", b"other")], None),
        ([Entry("photos.csv", b"mine", crc=1)], None),
        ([Entry("photos.csv", b"mine", flags=1)], None),
        ([Entry("photos.csv", b"/etc/passwd", mode=stat.S_IFLNK)], None),
    ],
    ids=[
        "at the root",
        "and another in a class",
        "twice",
        "in a class",
        "damaged",
        "locked",
        "a link",
    ],
)
def test_the_table_of_our_own_export(entries: list[Entry], table: bytes | None) -> None:
    with zip_bundle(BytesIO(beside(*entries))) as found:
        assert found.table == table
        assert len(found.files) == 2
        assert len(found.refused) == len(entries) - (table is not None)


def test_the_table_in_a_wrapping_folder() -> None:
    found = uploaded_bundle(
        [("pets/photos.csv", b"mine"), ("pets/train/cats/1.jpg", PHOTO), (".DS_Store", b"")]
    )
    assert found.table == b"mine"


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["cats/1.jpg", "dogs/2.jpg"], [("cats", None), ("dogs", None)]),
        (["pets/cats/1.jpg", "pets/dogs/2.jpg"], [("cats", None), ("dogs", None)]),
        (["train/cats/1.jpg", "valid/dogs/2.jpg"], [("cats", "train"), ("dogs", "valid")]),
        (
            ["pets/Training/cats/1.jpg", "pets/VAL/dogs/2.jpg"],
            [("cats", "train"), ("dogs", "valid")],
        ),
        (
            ["pets/validation/cats/1.jpg", "pets/testing/dogs/2.jpg"],
            [("cats", "valid"), ("dogs", "test")],
        ),
        (["train/pets/cats/1.jpg", "test/pets/dogs/2.jpg"], [("cats", "train"), ("dogs", "test")]),
        (["1.jpg", "2.jpg"], [(None, None)] * 2),
        (["holiday/1.jpg", "holiday/2.jpg"], [("holiday", None)] * 2),
        (["1.jpg", "cats/2.jpg"], [(None, None), ("cats", None)]),
        (
            ["pets/1.jpg", "pets/cats/2.jpg", "pets/dogs/3.jpg"],
            [(None, None), ("cats", None), ("dogs", None)],
        ),
        (
            ["cats/1.jpg", "cats/persian/2.jpg", "dogs/3.jpg"],
            [("cats", None), ("persian", None), ("dogs", None)],
        ),
        (["train/1.jpg", "train/2.jpg"], [(None, "train")] * 2),
        (["train/1.jpg", "test/2.jpg"], [(None, "train"), (None, "test")]),
        (["pets/train/1.jpg", "pets/test/2.jpg"], [(None, "train"), (None, "test")]),
        (
            ["train/cats/1.jpg", "train/dogs/2.jpg", "test/3.jpg"],
            [("cats", "train"), ("dogs", "train"), (None, "test")],
        ),
        (["train/1.jpg", "train/cats/2.jpg"], [(None, "train"), ("cats", "train")]),
        (
            ["cats/train/1.jpg", "dogs/train/2.jpg", "dogs/test/3.jpg"],
            [("cats", "train"), ("dogs", "train"), ("dogs", "test")],
        ),
        (
            ["bus/1.jpg", "car/2.jpg", "train/3.jpg"],
            [("bus", None), ("car", None), ("train", None)],
        ),
        (["test/bus/1.jpg", "test/train/2.jpg"], [("bus", "test"), ("train", "test")]),
        (["1.jpg", "train/2.jpg"], [(None, None), (None, "train")]),
        (["cats/1.jpg", "test/2.jpg"], [("cats", None), (None, "test")]),
        (["latest/1.jpg", "training data/2.jpg"], [("latest", None), ("training data", None)]),
        (["pets\\cats\\1.jpg", "pets\\dogs\\2.jpg"], [("cats", None), ("dogs", None)]),
    ],
)
def test_what_the_folders_say(names: list[str], said: list[tuple[str | None, str | None]]) -> None:
    told = filed(*names)
    assert [told[name.replace("\\", "/")] for name in names] == said


def test_a_folder_is_found_like_a_zip_of_it(made: Path) -> None:
    put(
        made,
        "cats/1.jpg",
        "dogs/deep/2.JPG",
        ".git/3.jpg",
        "cats/.4.jpg",
        "Thumbs.db",
        "notes.txt",
        "cats/inner.zip",
    )
    found = folder_bundle(made)
    assert opened(found.files) == ([("cats/1.jpg", "cats"), ("dogs/deep/2.JPG", "deep")], {})
    assert [one.path for one in found.refused] == ["cats/inner.zip", "notes.txt"]


def said_of(found: Bundle) -> dict[str, str]:
    """What is said of the files that are refused."""
    return {one.path: one.reason for one in found.refused}


def test_links_are_not_followed(made: Path) -> None:
    put(made, "inside/cats/1.jpg", "outside/secret.jpg")
    inside = made / "inside"
    links = {
        "loop": inside,
        "cats/loop": inside / "cats",
        "outside": made / "outside",
        "cats/passwd.jpg": Path("/etc/passwd"),
        "cats/secret.jpg": made / "outside" / "secret.jpg",
        "cats/dangling.jpg": made / "none",
        "cats/itself.jpg": inside / "cats" / "itself.jpg",
    }
    for name, target in links.items():
        (inside / name).symlink_to(target)
    found = folder_bundle(inside)
    assert [file.path for file in found.files] == ["cats/1.jpg"]
    assert said_of(found).keys() == links.keys()
    assert all("a link or a device" in reason for reason in said_of(found).values())


def test_a_fifo_does_not_hang(made: Path) -> None:
    put(made, "cats/1.jpg")
    os.mkfifo(made / "cats" / "fifo.jpg")
    assert "a link or a device" in said_of(folder_bundle(made))["cats/fifo.jpg"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_what_nobody_may_read(made: Path) -> None:
    put(made, "cats/1.jpg", "cats/2.jpg", "dogs/3.jpg")
    (made / "cats" / "2.jpg").chmod(0)
    (made / "dogs").chmod(0)
    found = folder_bundle(made)
    seen, said = opened(found.files)
    (made / "dogs").chmod(0o700)
    assert seen == [("cats/1.jpg", "cats")]
    assert "cannot be read" in said["cats/2.jpg"]
    assert "cannot be read" in said_of(found)["dogs"]


def test_a_file_that_goes_away(made: Path) -> None:
    put(made, "cats/1.jpg")
    found = folder_bundle(made)
    (made / "cats" / "1.jpg").unlink()
    with pytest.raises(PhotoRefused, match="cannot be read"):
        found.files[0].read()


def test_large_and_growing_files(made: Path) -> None:
    put(made, "cats/1.jpg", "cats/2.jpg")
    os.truncate(made / "cats" / "1.jpg", 26_000_000)
    found = folder_bundle(made)
    os.truncate(made / "cats" / "2.jpg", 26_000_000)
    assert "more than 25 MB" in said_of(found)["cats/1.jpg"]
    with pytest.raises(PhotoRefused, match="more than 25 MB"):
        found.files[0].read()


def test_names_that_are_no_utf8(made: Path) -> None:
    (made / "cats").mkdir()
    Path(os.fsdecode(os.fsencode(made / "cats") + b"/odd\xff.jpg")).write_bytes(PHOTO)
    (file,) = folder_bundle(made).files
    assert file.path.encode() == b"cats/odd.jpg"
    assert file.read() == PHOTO


def test_folders_that_are_none(made: Path) -> None:
    put(made, "file")
    for folder, sentence in ((made / "none", "No such file"), (made / "file", "Not a directory")):
        with pytest.raises(ArchiveRefused, match=sentence):
            folder_bundle(folder)
    (made / "file").unlink()
    with pytest.raises(ArchiveRefused, match="The folder holds no files"):
        folder_bundle(made)


def test_five_thousand_files_take_no_time_and_too_many_are_refused(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(made, *(f"{number % 50}/{number}.jpg" for number in range(5000)), data=b"")
    start = time.perf_counter()
    assert len(folder_bundle(made).files) == 5000
    assert time.perf_counter() - start < 10
    put(made, *(f".git/{number}" for number in range(9)))  # Not counted
    monkeypatch.setattr(archives, "MAX_FILES", 5000)
    monkeypatch.setattr("model.datasets.folders.MAX_FILES", 5000)
    assert len(folder_bundle(made).files) == 5000
    monkeypatch.setattr("model.datasets.folders.MAX_FILES", 4999)
    with pytest.raises(ArchiveRefused, match="The folder holds more than 4,999 files"):
        folder_bundle(made)


def test_an_upload_of_mere_names() -> None:
    found = uploaded_bundle(
        [
            ("1.jpg", PHOTO),
            ("notes.txt", b""),
            ("2.zip", GOOD),
            ("3.jpg", GOOD),
            ("../4.jpg", PHOTO),
        ]
    )
    seen, said = opened(found.files)
    assert seen == [("1.jpg", None)]
    assert "an archive" in said["3.jpg"]
    assert said_of(found).keys() == {"notes.txt", "2.zip", "../4.jpg"}


def test_uploads_that_are_too_large() -> None:
    with pytest.raises(ArchiveRefused, match="The upload holds more than"):
        uploaded_bundle([("1.jpg", b"")] * (MAX_FILES + 1))
    with pytest.raises(ArchiveRefused, match="The upload holds no files"):
        uploaded_bundle([])
    (file,) = uploaded_bundle([("1.jpg", bytes(25_000_001))]).files
    with pytest.raises(PhotoRefused, match="more than 25 MB"):
        file.read()


def test_ten_thousand_files_in_a_zip_take_no_time() -> None:
    data = zip_of(
        *(Entry(f"{number % 300}/{number}.jpg", b"", STORED) for number in range(MAX_FILES))
    )
    start = time.perf_counter()
    with zip_bundle(BytesIO(data)) as found:
        assert len(found.files) == MAX_FILES
    assert time.perf_counter() - start < 10
