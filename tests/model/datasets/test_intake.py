"""Photos taken in: doubles, copies, splits, a full workspace, and whatever may happen in the
middle.
"""

import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from io import BytesIO
from itertools import islice
from random import Random
from threading import Event

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from model.catalogue.dataset import find_dataset
from model.catalogue.origins import origins
from model.catalogue.schema import FingerprintRow, JobRow
from model.catalogue.store import Store, keep_photos, read_photo
from model.catalogue.workspaces import new_workspace_id, view_of
from model.datasets import intake
from model.datasets.background import ImportJob, Opening, start_import
from model.datasets.intake import BATCH, ImportResult, IncomingPhoto, add_photos
from model.datasets.manage import (
    copy_dataset,
    create_dataset,
    delete_dataset,
    remove_class,
    remove_photos,
)
from model.datasets.quota import usage
from model.datasets.splits import assign_splits
from model.errors import (
    AreoleError,
    Cancelled,
    NotFound,
    PhotoRefused,
    SourceFailed,
    StoreUnavailable,
)
from model.jobs.queue import last_killed_job
from model.jobs.records import CANCELLED, DONE, FAILED, INTAKE, INTAKE_KILLED, RUNNING, record_job
from model.jobs.threads import BackgroundJob, BackgroundJobs
from model.photos.image import Photo
from model.photos.photo_id import PhotoId, digest
from model.photos.prefetch import AHEAD, ahead
from tests.conftest import STARTER_PHOTOS, encoded
from tests.model.datasets.arriving import arriving, bring, data_of, name_of, pets

SCENES = tuple(f"{number:04d}.jpg" for number in (1, 40, 80, 120, 160, 240))


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """A write after every second photo."""
    monkeypatch.setattr(intake, "BATCH", 2)


@pytest.fixture
def name(bare_store: Store, workspace: str) -> str:
    """An empty dataset of the visitor's own."""
    return create_dataset(bare_store, "Pets", ["cat", "dog"], owner=workspace)


def cats(seeds: Iterable[int]) -> list[IncomingPhoto]:
    return [arriving(seed, "cat") for seed in seeds]


def photos_in(store: Store, name: str) -> set[PhotoId]:
    return {one.photo for one in find_dataset(store, name).photos}


def splits_in(store: Store, name: str) -> dict[str, str]:
    return {one.file: one.split for one in find_dataset(store, name).photos}


def scene(file: str, crop: float = 1.0) -> IncomingPhoto:
    """A real photo, or the most of it."""
    data = (STARTER_PHOTOS / file).read_bytes()
    if crop < 1:
        whole = Image.open(BytesIO(data))
        data = encoded(
            whole.crop((0, 0, round(whole.width * crop), round(whole.height * crop))), quality=90
        )
    return IncomingPhoto(f"{file} {crop}", "cat", lambda: data)


def noise(seed: int) -> IncomingPhoto:
    """A photo that does not shrink: about 400 kB."""
    pixels = np.random.default_rng(seed).integers(0, 255, (500, 500, 3), dtype=np.uint8)
    return arriving(seed, "cat", data=encoded(Image.fromarray(pixels), quality=95))


def test_photos_are_kept_with_file_label_and_origin(
    bare_store: Store, workspace: str, name: str
) -> None:
    reports: list[tuple[int, int]] = []
    report, coming = ImportResult(), [arriving(1, "cat"), arriving(2, "dog")]
    add_photos(
        bare_store,
        name,
        coming,
        report,
        total=2,
        owner=workspace,
        progress=lambda *done: reports.append(done),
    )
    dataset = find_dataset(bare_store, name)
    assert (report.added, report.doubles, report.left_out, report.refused) == (2, 0, 0, [])
    assert reports == [(1, 2), (2, 2)]
    assert {(one.photo, one.file, one.label) for one in dataset.photos} == {
        (name_of(1), "cat 1.jpg", "cat"),
        (name_of(2), "dog 2.jpg", "dog"),
    }
    assert read_photo(bare_store, name_of(1)) == data_of(1)
    assert origins(bare_store, dataset.id) == {
        name_of(seed): coming[seed - 1].origin for seed in (1, 2)
    }


def test_doubles_are_counted_in_a_batch_and_against_the_dataset(
    bare_store: Store, workspace: str, name: str
) -> None:
    first = bring(bare_store, name, cats([1, 2, 1, 1]), workspace)
    again = bring(bare_store, name, [arriving(2, "dog"), *cats([3])], workspace)
    assert (first.added, first.doubles) == (2, 2)
    assert (again.added, again.doubles) == (1, 1)
    assert find_dataset(bare_store, name).label_of(name_of(2)) == "cat"


def test_a_double_comes_to_the_same_photo_whatever_its_file(
    bare_store: Store, workspace: str, name: str
) -> None:
    picture = Image.open(BytesIO(data_of(1)))
    png = encoded(picture, "PNG")
    report = bring(
        bare_store, name, [arriving(7, "cat", data=png), arriving(8, "cat", data=png)], workspace
    )
    assert (report.added, report.doubles) == (1, 1)


def test_refused_files_are_named_with_their_reasons_and_the_others_come(
    bare_store: Store, workspace: str, name: str
) -> None:
    def locked() -> bytes:
        raise PhotoRefused("It is locked.")

    wrong = [
        arriving(1, "cat", data=b""),
        arriving(2, "cat", data=b"no photo"),
        IncomingPhoto("locked.jpg", "cat", locked),
    ]
    report = bring(bare_store, name, [*wrong, arriving(3, "bird"), arriving(4, "dog")], workspace)
    assert report.added == 1
    told = {one.path: one.reason for one in report.refused}
    assert told.keys() == {"cat 1.jpg", "cat 2.jpg", "locked.jpg", "bird 3.jpg"}
    assert "empty" in told["cat 1.jpg"]
    assert "not an image" in told["cat 2.jpg"]
    assert told["locked.jpg"] == "It is locked."
    assert told["bird 3.jpg"] == "The class bird is no longer there."
    assert photos_in(bare_store, name) == {name_of(4)}


def test_splits_are_those_of_assign_splits(bare_store: Store, workspace: str, name: str) -> None:
    coming = [arriving(seed, "cat" if seed % 3 else "dog") for seed in range(BATCH - 2)]
    bring(bare_store, name, coming, workspace)
    labels = {name_of(seed): coming[seed].label for seed in range(BATCH - 2)}
    members = find_dataset(bare_store, name).photos
    first = {one.photo: one.split for one in members}
    assert first == assign_splits(labels, {}, [])
    bring(bare_store, name, cats(range(100, 110)), workspace)
    taken = {one.photo: (one.label, one.split) for one in members}
    then = assign_splits({name_of(seed): "cat" for seed in range(100, 110)}, taken, [])
    assert {one.photo: one.split for one in find_dataset(bare_store, name).photos} == first | then


@pytest.mark.usefixtures("small_batches")
def test_near_duplicates_land_in_one_split_in_any_batch(
    bare_store: Store, workspace: str, name: str
) -> None:
    coming = [scene(file, crop) for crop in (1.0, 0.95) for file in SCENES]
    Random(1).shuffle(coming)
    bring(bare_store, name, coming, workspace)
    bring(bare_store, name, [scene(file, 0.9) for file in SCENES], workspace)
    splits = splits_in(bare_store, name)
    assert len(splits) == 3 * len(SCENES)
    assert set(splits.values()) == {"train", "valid", "test"}
    for file in SCENES:
        assert len({splits[f"{file} {crop}"] for crop in (1.0, 0.95, 0.9)}) == 1


def test_copies_of_photos_that_came_by_copying_a_dataset_are_recognised(
    store: Store, workspace: str
) -> None:
    originals = [one for one in find_dataset(store, "starter").photos if one.file in SCENES]
    name = create_dataset(store, "Pets", ["cat", "dog"], owner=workspace)
    bring(store, name, [scene(one.file) for one in originals], workspace)
    with store.writing() as session:
        session.execute(
            delete(FingerprintRow)
        )  # As in a starter set that nobody has added anything to yet
    copy = copy_dataset(store, workspace, find_dataset(store, name), "Copy")
    bring(store, copy, [scene(file, 0.9) for file in SCENES], workspace)
    splits = splits_in(store, copy)
    assert {file: splits[f"{file} 0.9"] for file in SCENES} == {
        file: splits[f"{file} 1.0"] for file in SCENES
    }


def test_told_splits_win(bare_store: Store, workspace: str, name: str) -> None:
    told = ["test", "valid", "train"] * 4
    bring(
        bare_store,
        name,
        [arriving(seed, "cat", split) for seed, split in enumerate(told)],
        workspace,
    )
    assert splits_in(bare_store, name) == {
        f"cat {seed}.jpg": split for seed, split in enumerate(told)
    }
    copies = [
        IncomingPhoto("copy", "cat", scene(SCENES[0], 0.9).read, split="test"),
        scene(SCENES[0]),
    ]
    bring(
        bare_store,
        name,
        [IncomingPhoto("whole", "cat", scene(SCENES[1]).read, split="train"), *copies],
        workspace,
    )
    splits = splits_in(bare_store, name)
    assert (splits["copy"], splits[f"{SCENES[0]} 1.0"], splits["whole"]) == (
        "test",
        "test",
        "train",
    )


def test_a_workspace_full_of_photos_stops_with_the_right_counts(
    bare_store: Store, workspace: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AREOLE_MAX_PHOTOS", "5")
    report = bring(
        bare_store,
        name,
        [*cats([0, 1, 2, 2]), arriving(9, "cat", data=b"x"), *cats([3, 4, 5, 6, 7])],
        workspace,
    )
    assert (report.added, report.doubles, len(report.refused), report.left_out) == (5, 1, 1, 3)
    assert usage(bare_store, workspace).is_full
    assert usage(bare_store, workspace).is_full
    again = bring(bare_store, name, cats([0, 8, 9]), workspace)
    assert (again.added, again.doubles, again.left_out) == (0, 1, 2)
    shell = bring(bare_store, name, cats([8]), None)  # Nobody's import is counted.
    assert shell.added == 1


@pytest.mark.usefixtures("small_batches")
def test_a_workspace_full_of_bytes_stops_with_the_right_counts(
    bare_store: Store, workspace: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AREOLE_MAX_MB", "1")
    coming = [noise(seed) for seed in range(6)]
    sizes = [len(one.read()) for one in coming]
    fit = next(number for number in range(6) if sum(sizes[: number + 1]) > 1_000_000)
    report = bring(bare_store, name, coming, workspace)
    assert 2 <= fit < 5
    assert (report.added, report.left_out) == (fit, 6 - fit)
    assert usage(bare_store, workspace).bytes == sum(sizes[:fit])


@pytest.mark.usefixtures("small_batches")
def test_what_everybody_has_or_the_workspace_has_already_takes_no_room(
    bare_store: Store, workspace: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pets(bare_store, None, first=0, number=3)
    bring(
        bare_store,
        create_dataset(bare_store, "Others", ["cat", "dog"], owner=workspace),
        cats([10, 11]),
        workspace,
    )
    monkeypatch.setenv("AREOLE_MAX_PHOTOS", "3")
    report = bring(bare_store, name, cats([*range(6), 10, 11, 20, 21, 22]), workspace)
    assert (report.added, report.left_out) == (9, 2)
    assert usage(bare_store, workspace).photos == 3


def test_a_workspace_fills_up_through_two_intakes_at_once(
    bare_store: Store, workspace: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "BATCH", 1)
    monkeypatch.setenv("AREOLE_MAX_PHOTOS", "6")
    inner = ImportResult()

    def other_tab(done: int, total: int) -> None:
        if done == 2:
            add_photos(bare_store, name, cats(range(20, 23)), inner, total=3, owner=workspace)

    report = ImportResult()
    add_photos(
        bare_store, name, cats(range(9)), report, total=9, owner=workspace, progress=other_tab
    )
    assert inner.added == 3
    assert report.added + inner.added in (6, 7)  # The one that is at the door when another comes in
    assert report.added + report.left_out == 9


@pytest.mark.usefixtures("small_batches")
def test_cancelled_in_the_middle_what_came_stays(
    bare_store: Store, workspace: str, name: str
) -> None:
    report = ImportResult()

    def progress(done: int, total: int) -> None:
        if done == 5:
            raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        add_photos(
            bare_store, name, cats(range(9)), report, total=9, owner=workspace, progress=progress
        )
    assert report.added == 5
    assert photos_in(bare_store, name) == {name_of(seed) for seed in range(5)}


def test_what_came_before_its_source_failed_stays(
    bare_store: Store, workspace: str, name: str
) -> None:
    def failing() -> Iterator[IncomingPhoto]:
        yield from cats(range(3))
        raise SourceFailed("The network is gone.")

    report = ImportResult()
    with pytest.raises(SourceFailed):
        add_photos(bare_store, name, failing(), report, total=9, owner=workspace)
    assert report.added == len(photos_in(bare_store, name)) == 3


@pytest.mark.usefixtures("small_batches")
def test_a_dataset_deleted_in_the_middle_is_a_sentence(
    bare_store: Store, workspace: str, name: str
) -> None:
    report = ImportResult()

    def progress(done: int, total: int) -> None:
        if done == 3:
            delete_dataset(bare_store, workspace, name)

    with pytest.raises(NotFound, match="no longer here"):
        add_photos(
            bare_store, name, cats(range(9)), report, total=9, owner=workspace, progress=progress
        )
    assert report.added == 2
    assert not list((bare_store.home / "photos").rglob("*.jpg"))


@pytest.mark.usefixtures("small_batches")
def test_a_class_removed_in_the_middle_takes_nothing_more(
    bare_store: Store, workspace: str
) -> None:
    name = create_dataset(bare_store, "Pets", ["cat", "dog", "fox"], owner=workspace)
    coming = [
        arriving(seed, label)
        for seed, label in enumerate(["cat", "fox", "cat", "fox", "fox", "cat"])
    ]
    report = ImportResult()

    def progress(done: int, total: int) -> None:
        if done == 2:
            remove_class(bare_store, workspace, name, "fox")

    add_photos(bare_store, name, coming, report, total=6, owner=workspace, progress=progress)
    assert [(one.path, one.reason) for one in report.refused] == [
        (f"fox {seed}.jpg", "The class fox is no longer there.") for seed in (3, 4)
    ]
    assert photos_in(bare_store, name) == {name_of(seed) for seed in (0, 2, 5)}


@pytest.mark.usefixtures("small_batches")
def test_what_another_tab_adds_or_removes_meanwhile_is_noticed(
    bare_store: Store, workspace: str, name: str
) -> None:
    inner, report = ImportResult(), ImportResult()

    def other_tab(done: int, total: int) -> None:
        if done == 3:
            add_photos(
                bare_store,
                name,
                [*map(scene, SCENES), *cats([4, 50])],
                inner,
                total=8,
                owner=workspace,
            )
            remove_photos(bare_store, workspace, name, [name_of(0)])

    coming = [*cats(range(6)), *(scene(file, 0.9) for file in SCENES), *cats([0])]
    add_photos(
        bare_store, name, coming, report, total=len(coming), owner=workspace, progress=other_tab
    )
    assert (inner.added, report.added, report.doubles) == (8, 12, 1)
    assert name_of(0) in photos_in(bare_store, name)
    splits = splits_in(bare_store, name)
    assert {file: splits[f"{file} 0.9"] for file in SCENES} == {
        file: splits[f"{file} 1.0"] for file in SCENES
    }


@pytest.mark.usefixtures("small_batches")
def test_two_intakes_into_one_dataset_at_once_lose_and_double_nothing(
    bare_store: Store, workspace: str, name: str
) -> None:
    before = view_of(bare_store, workspace).revision
    with ThreadPoolExecutor(2) as pool:
        reports = list(
            pool.map(
                lambda seeds: bring(bare_store, name, cats(seeds), workspace),
                (range(20), range(30)[::-1]),
            )
        )
    assert sum(report.added for report in reports) == len(photos_in(bare_store, name)) == 30
    assert sum(report.doubles for report in reports) == 20
    assert view_of(bare_store, workspace).revision > before
    assert not any(report.refused for report in reports)


def test_a_full_disk_is_a_sentence_and_nothing_is_half_there(
    bare_store: Store, workspace: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: str, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(bare_store.files, "pipe_file", full)
    report = ImportResult()
    with pytest.raises(StoreUnavailable, match="No space left"):
        add_photos(bare_store, name, cats(range(3)), report, total=3, owner=workspace)
    assert (report.added, photos_in(bare_store, name)) == (0, set())


def test_decoded_pixels_are_not_held(
    bare_store: Store, workspace: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[Photo] = []

    def noted(store: Store, session: Session, photos: list[Photo]) -> None:
        held.extend(photos)
        keep_photos(store, session, photos)

    monkeypatch.setattr(intake, "keep_photos", noted)
    png = encoded(Image.open(BytesIO(data_of(99))), "PNG")
    bring(
        bare_store,
        name,
        [*cats(range(6)), arriving(99, "dog", data=png), arriving(8, "bird")],
        workspace,
    )
    assert len(held) == 7
    assert all(
        photo.image.tile for photo in held if hasattr(photo.image, "tile")
    )  # What Pillow is yet to decode
    assert all(hasattr(photo.image, "tile") for photo in held)


def test_only_a_few_are_read_before_they_are_asked_for() -> None:
    drawn: list[int] = []

    def items() -> Iterator[int]:
        for number in range(1000):
            drawn.append(number)
            yield number

    results = ahead(items(), str)
    taken = [result for _, result in islice(results, 20)]
    assert taken == [str(number) for number in range(20)]
    assert len(drawn) <= 20 + AHEAD


def test_results_come_in_order_and_a_failure_of_the_items_comes_last() -> None:
    def items() -> Iterator[int]:
        yield from range(20)
        raise SourceFailed("Gone.")

    def halved(number: int) -> int:
        if number == 3:
            raise PhotoRefused("Three.")
        return number // 2

    came: list[tuple[int, int | AreoleError]] = []
    with pytest.raises(SourceFailed):
        came.extend(ahead(items(), halved))
    assert [item for item, _ in came] == list(range(20))
    assert [result for _, result in came if isinstance(result, int)] == [
        number // 2 for number in range(20) if number != 3
    ]
    assert str(came[3][1]) == "Three."


def opening(arrivals: Iterable[IncomingPhoto], total: int) -> Opening:
    @contextmanager
    def opened(_: ImportJob) -> Iterator[tuple[Iterable[IncomingPhoto], int]]:
        yield arrivals, total

    return opened


def waiting_for(
    go: Event, started: Event, arrivals: Iterable[IncomingPhoto]
) -> Iterator[IncomingPhoto]:
    """Files that come once somebody says so."""
    started.set()
    assert go.wait(20)
    yield from arrivals


def state_of(store: Store, workspace: str) -> tuple[str, str]:
    with store.reading() as session:
        row = session.scalars(
            select(JobRow).where(JobRow.workspace == workspace).order_by(JobRow.id.desc())
        ).first()
        assert row is not None
        return row.state, row.message


def test_an_intake_goes_on_in_the_background_one_at_a_time_a_workspace(
    bare_store: Store, workspace: str, name: str
) -> None:
    works, go, started, neighbour = (
        BackgroundJobs[ImportJob](),
        Event(),
        Event(),
        new_workspace_id(),
    )
    theirs = create_dataset(bare_store, "Theirs", ["cat", "dog"], owner=neighbour)
    coming = opening(waiting_for(go, started, cats(range(3))), 3)
    first = start_import(works, bare_store, workspace, dataset=name, title="Adding", opened=coming)
    assert started.wait(20)
    assert state_of(bare_store, workspace) == (RUNNING, "")
    again = start_import(
        works, bare_store, workspace, dataset=name, title="More", opened=opening(cats([9]), 1)
    )
    other = start_import(
        works, bare_store, neighbour, dataset=theirs, title="Theirs", opened=opening(cats([8]), 1)
    )
    assert again is first
    assert other.finished.wait(20)
    works.forget(workspace)
    assert works.of(workspace) is first
    go.set()
    assert first.finished.wait(20)
    assert (first.error, first.result.added, first.done, first.total) == (None, 3, 3, 3)
    assert state_of(bare_store, workspace) == (DONE, "")
    assert photos_in(bare_store, name) == {name_of(seed) for seed in range(3)}
    works.forget(workspace)
    assert works.of(workspace) is None


def test_an_intake_can_be_cancelled(bare_store: Store, workspace: str, name: str) -> None:
    works, go, started = BackgroundJobs[ImportJob](), Event(), Event()
    coming = opening(waiting_for(go, started, cats(range(30))), 30)
    work = start_import(works, bare_store, workspace, dataset=name, title="Adding", opened=coming)
    assert started.wait(20)
    work.cancelled = True
    go.set()
    assert work.finished.wait(20)
    assert (work.error, work.result.added) == ("Cancelled.", 1)
    assert state_of(bare_store, workspace) == (CANCELLED, "Cancelled.")
    assert photos_in(bare_store, name) == {name_of(0)}


def test_an_intake_that_cannot_be_opened_or_written_ends_with_a_sentence(
    bare_store: Store, workspace: str, name: str
) -> None:
    @contextmanager
    def unreadable(_: ImportJob) -> Iterator[tuple[Iterable[IncomingPhoto], int]]:
        raise PhotoRefused("The ZIP is cut off.")
        yield (), 0

    works = BackgroundJobs[ImportJob]()
    work = start_import(
        works, bare_store, workspace, dataset=name, title="Adding", opened=unreadable
    )
    assert work.finished.wait(20)
    assert work.error == "The ZIP is cut off."
    assert state_of(bare_store, workspace) == (FAILED, "The ZIP is cut off.")
    delete_dataset(bare_store, workspace, name)
    work = start_import(
        works, bare_store, workspace, dataset=name, title="Adding", opened=opening(cats([1]), 1)
    )
    assert work.finished.wait(20)
    assert work.error == "This dataset is no longer here."


def test_a_mistake_of_ours_is_a_sentence_for_visitors_and_a_traceback_for_the_log(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    logged, is_logged = [], Event()

    def log(failure: threading.ExceptHookArgs) -> None:
        logged.append(failure.exc_type)
        is_logged.set()

    def broken(_: BackgroundJob) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(threading, "excepthook", log)
    work = BackgroundJobs[BackgroundJob]().start("someone", BackgroundJob("Dividing"), broken)
    assert is_logged.wait(20)
    assert work.finished.is_set()
    assert logged == [ZeroDivisionError]
    assert work.error is not None
    assert "mistake of ours" in work.error


def test_an_intake_whose_server_was_killed_is_noticed_until_the_next(
    bare_store: Store, workspace: str, name: str
) -> None:
    assert last_killed_job(bare_store, workspace, INTAKE) is None
    with record_job(bare_store, INTAKE, {"dataset": name}, workspace=workspace):
        with bare_store.writing() as session:
            session.execute(
                update(JobRow).values(process_started=1.0)
            )  # Another process had this number.
        job = last_killed_job(bare_store, workspace, INTAKE)
        assert job is not None
    assert state_of(bare_store, workspace) == (FAILED, INTAKE_KILLED)
    assert last_killed_job(bare_store, workspace, INTAKE) == job
    assert last_killed_job(bare_store, new_workspace_id(), INTAKE) is None
    with (
        pytest.raises(Cancelled),
        record_job(bare_store, INTAKE, {"dataset": name}, workspace=workspace),
    ):
        raise Cancelled("Cancelled.")
    assert last_killed_job(bare_store, workspace, INTAKE) is None
    with (
        pytest.raises(SourceFailed),
        record_job(bare_store, INTAKE, {"dataset": name}, workspace=workspace),
    ):
        raise SourceFailed("The network is gone.")
    assert state_of(bare_store, workspace) == (FAILED, "The network is gone.")
    assert last_killed_job(bare_store, workspace, INTAKE) is None


def test_names_are_those_of_the_kept_bytes(bare_store: Store, workspace: str, name: str) -> None:
    bring(
        bare_store,
        name,
        [arriving(1, "cat", data=encoded(Image.open(BytesIO(data_of(1))), "PNG"))],
        workspace,
    )
    [photo] = photos_in(bare_store, name)
    assert photo == digest(read_photo(bare_store, photo))
