"""Gathering from the first wish to photos in a dataset, and searches that are made once for a whole class."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from threading import Barrier, Event
from zipfile import ZipFile

import pytest

from model.catalogue.dataset import find_dataset
from model.catalogue.origins import Origin, origins
from model.catalogue.store import Store
from model.csv_files import from_csv
from model.datasets.background import ImportJob, start_import
from model.datasets.export import write_zip
from model.datasets.intake import ImportResult, add_photos
from model.datasets.layout import ATTRIBUTION, TABLE
from model.datasets.manage import create_dataset, delete_dataset
from model.errors import Cancelled, SourceFailed
from model.gather import search_cache
from model.gather.background import (
    MOST_UNREACHED,
    SearchJob,
    SearchRequest,
    arrivals,
    fetching,
    find_source,
    start_search,
)
from model.gather.search_cache import KEPT_S, forget_searches, search_once
from model.gather.sources.registry import PhotoSource, sources
from model.gather.sources.results import PhotoSearch, WebPhoto
from model.jobs.threads import BackgroundJobs
from model.photos.image import digest
from tests.model.gather.conftest import Clock
from tests.model.gather.fake_sources import FakeSources, Reply, made_photo
from tests.model.gather.net.test_fetch import unchecked


@pytest.fixture(autouse=True)
def fresh_searches() -> Iterator[None]:
    forget_searches()
    yield
    forget_searches()


@pytest.fixture
def name(bare_store: Store, workspace: str) -> str:
    return create_dataset(bare_store, "Pets", ["cat", "dog"], owner=workspace)


def hunted(
    workspace: str, *wishes: SearchRequest, source: str = "openverse", commercial: bool = False
) -> SearchJob:
    """A search that is over."""
    hunt = start_search(BackgroundJobs(), workspace, "pets", source, wishes, commercial=commercial)
    assert hunt.finished.wait(30)
    return hunt


def once(
    source: str,
    text: str,
    number: int = 5,
    check: Callable[[], None] = unchecked,
    *,
    commercial: bool = False,
) -> PhotoSearch:
    return search_once(
        sources()[source],
        text,
        number,
        commercial=commercial,
        progress=lambda done, total: None,
        check=check,
    )


def gone(number: int, fake: FakeSources) -> list[WebPhoto]:
    """Photos on a server that hangs up."""
    places = [f"/photos/gone/{each}" for each in range(number)]
    fake.forever.update(dict.fromkeys(places, lambda handler: None))
    return [WebPhoto(f"{fake.address}{place}", "", Origin("Openverse")) for place in places]


@pytest.mark.usefixtures("fake")
def test_wishes_are_searched_one_by_one_and_a_failing_one_spares_the_others(workspace: str) -> None:
    wishes = [
        SearchRequest("cat", "cat", 6),
        SearchRequest("elk", "broken elk", 6),
        SearchRequest("fox", "few foxes", 6),
        SearchRequest("dog", "busy dog", 6),
    ]
    hunt = hunted(workspace, *wishes, source="commons")
    assert hunt.error is None
    assert {label: len(search.found) for label, search in hunt.found.items()} == {
        "cat": 6,
        "fox": 4,
    }
    assert list(hunt.failed) == ["elk", "dog"]
    assert "2 minutes" in hunt.failed["dog"]
    assert (hunt.done, hunt.total, hunt.dataset, hunt.source) == (24, 24, "pets", "commons")


@pytest.mark.usefixtures("fake")
def test_the_same_words_for_two_classes_are_found_for_both(workspace: str) -> None:
    hunt = hunted(
        workspace, SearchRequest("cat", "pet", 3), SearchRequest("dog", "PET ", 3), commercial=True
    )
    assert hunt.found["cat"] is hunt.found["dog"]


def test_a_source_that_is_not_on_offer_is_named(
    fake: FakeSources, workspace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SourceFailed, match="There are: inaturalist, openverse, commons"):
        start_search(BackgroundJobs(), workspace, "pets", "bing", [], commercial=False)
    monkeypatch.setenv("AREOLE_GATHER", "off")
    with pytest.raises(SourceFailed, match="switched off"):
        find_source("openverse")
    assert fake.asked == []


def test_a_hunt_can_be_cancelled_and_keeps_what_was_found(
    fake: FakeSources, workspace: str
) -> None:
    works = BackgroundJobs[SearchJob]()
    hunts: list[SearchJob] = []
    begun = Event()

    def cancelling(handler: object) -> None:
        assert begun.wait(20)
        hunts[0].cancelled = True
        Reply({"result_count": 0, "page_count": 0, "results": []}).send(handler)  # type: ignore[arg-type]  # What it is given

    assert once("openverse", "cat", 3)
    fake.script["/openverse"] = [cancelling]
    wishes = [
        SearchRequest("cat", "cat", 3),
        SearchRequest("dog", "dog", 3),
        SearchRequest("fox", "fox", 3),
    ]
    hunts.append(start_search(works, workspace, "pets", "openverse", wishes, commercial=False))
    again = start_search(
        works, workspace, "others", "commons", [SearchRequest("elk", "elk", 3)], commercial=False
    )
    begun.set()
    assert again is hunts[0]
    assert hunts[0].finished.wait(30)
    assert hunts[0].error == "Cancelled."
    assert "cat" in hunts[0].found
    assert "fox" not in hunts[0].found
    assert not [path for path in fake.paths() if path.startswith("/commons")]


def test_found_photos_join_their_classes_with_their_origins(
    fake: FakeSources, bare_store: Store, workspace: str, name: str
) -> None:
    hunt = hunted(workspace, SearchRequest("cat", "cat", 6), SearchRequest("dog", "dog", 4))
    wanted = {label: search.found for label, search in hunt.found.items()}
    works = BackgroundJobs[ImportJob]()
    work = start_import(
        works, bare_store, workspace, dataset=name, title="Adding", opened=fetching(wanted)
    )
    assert work.finished.wait(30)
    assert (work.error, work.result.added, work.result.refused, work.total) == (None, 10, [], 10)
    dataset = find_dataset(bare_store, name)
    known = origins(bare_store, dataset.id)
    for label, photos in wanted.items():
        assert {known[one.photo] for one in dataset.photos if one.label == label} == {
            found.origin for found in photos
        }
    origin = wanted["cat"][0].origin
    assert (origin.source, origin.author, origin.page.startswith("https://")) == (
        "Openverse",
        "Ana",
        True,
    )
    assert len({one.file for one in dataset.photos}) == 10
    assert all(
        one.file.startswith(one.label) and one.file.endswith(".jpg") for one in dataset.photos
    )
    buffer = BytesIO()
    write_zip(bare_store, dataset, dataset, buffer)
    exported = dict(_unpacked(buffer))
    rows = {row["photo"]: row for row in from_csv(exported[TABLE])}
    assert {
        photo: (row["source"], row["licence"], row["page"], row["author"])
        for photo, row in rows.items()
    } == {
        photo: (origin.source, origin.licence, origin.page, origin.author)
        for photo, origin in known.items()
    }
    assert exported[ATTRIBUTION].decode().count("by Ana, CC") == 10 - sum(
        "CC" not in one.licence for one in known.values()
    )


def _unpacked(buffer: BytesIO) -> Iterator[tuple[str, bytes]]:
    with ZipFile(buffer) as folder:
        for path in folder.namelist():
            yield path, folder.read(path)


def test_photos_of_one_title_have_names_of_their_own(fake: FakeSources) -> None:
    titled = Origin("Openverse", title="Cat / " + "x" * 200)
    photos = [
        WebPhoto(f"{fake.address}/photos/openverse/cat/{number}/b.jpg", "", titled)
        for number in range(3)
    ]
    files = [arrival.file for arrival in arrivals({"cat": photos}, unchecked)]
    assert len(set(files)) == 3
    assert all(len(file) < 100 for file in files)


@pytest.mark.usefixtures("fake")
def test_gathering_again_adds_only_what_is_new(
    bare_store: Store, workspace: str, name: str
) -> None:
    reports = [ImportResult(), ImportResult()]
    for number, report in zip((3, 5), reports, strict=True):
        found = once("commons", "cat", number).found
        add_photos(
            bare_store,
            name,
            arrivals({"cat": found}, unchecked),
            report,
            total=number,
            owner=workspace,
        )
    assert [(report.added, report.doubles) for report in reports] == [(3, 0), (2, 3)]


@pytest.mark.usefixtures("fake")
def test_torn_photos_are_counted_with_the_reason(
    bare_store: Store, workspace: str, name: str
) -> None:
    found = once("commons", "torn cat", 8).found
    torn = [one for one in found if int(one.photo_url.split("/")[-2]) % 4 == 3]
    report = ImportResult()
    add_photos(
        bare_store, name, arrivals({"cat": found}, unchecked), report, total=8, owner=workspace
    )
    assert torn
    assert (report.added, len(report.refused)) == (8 - len(torn), len(torn))
    assert {one.reason for one in report.refused} == {
        "The photo was not taken: it is text/html, not a photo."
    }
    assert all("torn cat" in one.path for one in report.refused)


def test_five_unreachable_in_a_row_stop_the_rest_and_keep_what_came(
    fake: FakeSources, bare_store: Store, workspace: str, name: str
) -> None:
    reached = once("commons", "cat", 3).found
    report = ImportResult()
    photos = {"cat": [*gone(4, fake), *reached], "dog": [*gone(9, fake), *reached]}
    with pytest.raises(
        SourceFailed, match="5 photos in a row could not be reached, so the rest was not tried"
    ):
        add_photos(bare_store, name, arrivals(photos, unchecked), report, total=19, owner=workspace)
    assert report.added == 3
    assert len(report.refused) == 4 + MOST_UNREACHED - 1
    assert {one.label for one in find_dataset(bare_store, name).photos} == {"cat"}
    assert not [
        path
        for path in fake.paths()
        if path.startswith("/photos/gone/") and path >= "/photos/gone/8"
    ]


def test_the_row_is_broken_by_any_answer(
    fake: FakeSources, bare_store: Store, workspace: str, name: str
) -> None:
    answered = WebPhoto(f"{fake.address}/photos/no/such", "", Origin())
    fake.forever["/photos/no/such"] = Reply(b"", 404)
    photos = [*gone(4, fake), answered, *gone(4, fake), answered, *once("commons", "cat", 1).found]
    report = ImportResult()
    add_photos(
        bare_store, name, arrivals({"cat": photos}, unchecked), report, total=11, owner=workspace
    )
    assert (report.added, len(report.refused)) == (1, 10)


@pytest.mark.usefixtures("fake")
def test_a_download_can_be_cancelled_and_keeps_what_came(
    bare_store: Store, workspace: str, name: str
) -> None:
    found = once("commons", "cat", 20).found
    report = ImportResult()

    def progress(done: int, total: int) -> None:
        if done == 4:
            raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        add_photos(
            bare_store,
            name,
            arrivals({"cat": found}, unchecked),
            report,
            total=20,
            owner=workspace,
            progress=progress,
        )
    assert report.added == len(find_dataset(bare_store, name).photos) == 4


def test_a_dataset_deleted_while_photos_are_downloaded_is_a_sentence(
    fake: FakeSources, bare_store: Store, workspace: str, name: str
) -> None:
    found = once("commons", "cat", 4).found
    delete_dataset(bare_store, workspace, name)
    work = start_import(
        BackgroundJobs(),
        bare_store,
        workspace,
        dataset=name,
        title="Adding",
        opened=fetching({"cat": found}),
    )
    assert work.finished.wait(30)
    assert work.error == "This dataset is no longer here."
    assert not [path for path in fake.paths() if path.startswith("/photos/")]


def test_photos_are_kept_byte_for_byte_where_they_are_bare(
    fake: FakeSources, bare_store: Store, workspace: str, name: str
) -> None:
    found = once("commons", "cat", 1).found
    add_photos(
        bare_store,
        name,
        arrivals({"cat": found}, unchecked),
        ImportResult(),
        total=1,
        owner=workspace,
    )
    assert [one.photo for one in find_dataset(bare_store, name).photos] == [
        digest(made_photo("commons cat", 0))
    ]


def test_thirty_who_ask_the_same_at_once_ask_the_source_once(fake: FakeSources) -> None:
    together = Barrier(30)

    def pupil(number: int) -> PhotoSearch:
        together.wait(20)
        return once("openverse", ("cactus", " Cactus", "CACTUS\t")[number % 3])

    with ThreadPoolExecutor(30) as pool:
        answers = list(pool.map(pupil, range(30)))
    assert all(answer is answers[0] for answer in answers)
    assert fake.paths() == ["/openverse"]


@pytest.mark.usefixtures("fake")
def test_what_differs_is_asked_for_itself() -> None:
    answers = [
        once("openverse", "cat"),
        once("openverse", "dog"),
        once("openverse", "cat", 6),
        once("openverse", "cat", commercial=True),
        once("commons", "cat"),
    ]
    assert len({id(answer) for answer in answers}) == 5
    assert once("openverse", "cat") is answers[0]


def test_after_a_day_the_source_is_asked_again(
    fake: FakeSources, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    monkeypatch.setattr(search_cache, "monotonic", clock.monotonic)
    first = once("openverse", "cat")
    clock.time += KEPT_S - 1
    assert once("openverse", "cat") is first
    clock.time += 2
    assert once("openverse", "cat") is not first
    assert fake.paths() == ["/openverse"] * 2


def test_a_failure_is_not_kept(fake: FakeSources) -> None:
    fake.script["/openverse"] = [Reply({"detail": "no"}, 404)]
    with pytest.raises(SourceFailed):
        once("openverse", "cat")
    assert once("openverse", "cat").found


def test_only_so_many_searches_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def search(self: PhotoSource, text: str, *_: object) -> PhotoSearch:
        asked.append(text)
        return PhotoSearch((), {}, text)

    monkeypatch.setattr(PhotoSource, "search", search)
    monkeypatch.setattr(search_cache, "MOST_KEPT", 3)
    for text in ("a", "b", "c", "d", "d", "b", "a"):
        once("openverse", text)
    assert asked == ["a", "b", "c", "d", "a"]
    assert len(search_cache._turns) <= 4 + 1


def test_who_waits_for_anothers_search_can_be_called_off(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go = Event(), Event()

    def search(self: PhotoSource, text: str, *_: object) -> PhotoSearch:
        begun.set()
        assert go.wait(20)
        return PhotoSearch((), {}, text)

    def check() -> None:
        raise Cancelled("Cancelled.")

    monkeypatch.setattr(PhotoSource, "search", search)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(once, "openverse", "cat")
        assert begun.wait(20)
        with pytest.raises(Cancelled):
            once("openverse", "cat", check=check)
        go.set()
        assert first.result() is once("openverse", "cat", check=check)
