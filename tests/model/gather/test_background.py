"""Gathering from the first wish to photos in a dataset."""

from collections.abc import Iterator
from functools import partial
from io import BytesIO
from threading import Event
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
from model.errors import Cancelled, InvalidRequest, SourceFailed
from model.gather.background import (
    MOST_UNREACHED,
    SearchJob,
    SearchRequest,
    arrivals,
    downloading,
    start_search,
)
from model.gather.gatherer import Gatherer
from model.gather.sources.registry import find_source
from model.gather.sources.results import WebPhoto
from model.jobs.threads import BackgroundJobs
from model.photos.photo_id import digest
from tests.model.gather.fake_sources import FakeSources, Reply, made_photo
from tests.model.gather.net.test_fetch import unchecked


@pytest.fixture
def name(bare_store: Store, workspace: str) -> str:
    return create_dataset(bare_store, "Pets", ["cat", "dog"], owner=workspace)


def searched(
    gatherer: Gatherer,
    workspace: str,
    *requests: SearchRequest,
    source: str = "openverse",
    commercial: bool = False,
) -> SearchJob:
    """Search in the background, to the end."""
    job = start_search(
        BackgroundJobs(),
        gatherer,
        workspace,
        dataset="pets",
        source=source,
        requests=requests,
        commercial=commercial,
    )
    assert job.finished.wait(30)
    return job


def photos_of(gatherer: Gatherer, text: str, number: int) -> tuple[WebPhoto, ...]:
    return gatherer.search("commons", text, number, commercial=False, check=unchecked).photos


def gone(number: int, fake: FakeSources) -> list[WebPhoto]:
    """Photos on a server that hangs up."""
    places = [f"/photos/gone/{each}" for each in range(number)]
    fake.forever.update(dict.fromkeys(places, lambda handler: None))
    return [WebPhoto(f"{fake.address}{place}", "", Origin("Openverse")) for place in places]


@pytest.mark.usefixtures("fake")
def test_wishes_are_searched_one_by_one_and_a_failing_one_spares_the_others(
    workspace: str, gatherer: Gatherer
) -> None:
    requests = [
        SearchRequest("cat", "cat", 6),
        SearchRequest("elk", "broken elk", 6),
        SearchRequest("fox", "few foxes", 6),
        SearchRequest("dog", "busy dog", 6),
    ]
    job = searched(gatherer, workspace, *requests, source="commons")
    assert job.error is None
    assert {label: len(search.photos) for label, search in job.searches.items()} == {
        "cat": 6,
        "fox": 4,
    }
    assert list(job.failed) == ["elk", "dog"]
    assert "2 minutes" in job.failed["dog"]
    assert (job.done, job.total, job.dataset, job.source) == (24, 24, "pets", "commons")


@pytest.mark.usefixtures("fake")
def test_the_same_words_for_two_classes_are_found_for_both(
    workspace: str, gatherer: Gatherer
) -> None:
    job = searched(
        gatherer,
        workspace,
        SearchRequest("cat", "pet", 3),
        SearchRequest("dog", "PET ", 3),
        commercial=True,
    )
    assert job.searches["cat"] is job.searches["dog"]


def test_a_source_that_is_not_on_offer_is_named(
    fake: FakeSources, workspace: str, monkeypatch: pytest.MonkeyPatch, gatherer: Gatherer
) -> None:
    with pytest.raises(InvalidRequest, match="There are: inaturalist, openverse, commons"):
        searched(gatherer, workspace, source="bing")
    monkeypatch.setenv("AREOLE_GATHER", "off")
    with pytest.raises(InvalidRequest, match="switched off"):
        find_source("openverse")
    assert fake.asked == []


def test_a_search_can_be_cancelled_and_keeps_what_was_found(
    fake: FakeSources, workspace: str, gatherer: Gatherer
) -> None:
    works = BackgroundJobs[SearchJob]()
    jobs: list[SearchJob] = []
    begun = Event()

    def cancelling(handler: object) -> None:
        assert begun.wait(20)
        jobs[0].cancelled = True
        nothing = Reply({"result_count": 0, "page_count": 0, "results": []})
        nothing.send(handler)  # type: ignore[arg-type]  # What it is given

    assert gatherer.search("openverse", "cat", 3, commercial=False, check=unchecked)
    fake.script["/openverse"] = [cancelling]
    requests = [
        SearchRequest("cat", "cat", 3),
        SearchRequest("dog", "dog", 3),
        SearchRequest("fox", "fox", 3),
    ]
    start = partial(start_search, works, gatherer, workspace, commercial=False)
    jobs.append(start(dataset="pets", source="openverse", requests=requests))
    elk = SearchRequest("elk", "elk", 3)
    again = start(dataset="others", source="commons", requests=[elk])
    begun.set()
    assert again is jobs[0]
    assert jobs[0].finished.wait(30)
    assert jobs[0].error == "Cancelled."
    assert "cat" in jobs[0].searches
    assert "fox" not in jobs[0].searches
    assert not [path for path in fake.paths() if path.startswith("/commons")]


def test_found_photos_join_their_classes_with_their_origins(
    fake: FakeSources, bare_store: Store, workspace: str, name: str, gatherer: Gatherer
) -> None:
    job = searched(
        gatherer, workspace, SearchRequest("cat", "cat", 6), SearchRequest("dog", "dog", 4)
    )
    wanted = {label: search.photos for label, search in job.searches.items()}
    works = BackgroundJobs[ImportJob]()
    work = start_import(
        works,
        bare_store,
        workspace,
        dataset=name,
        title="Adding",
        opened=downloading(gatherer, wanted),
    )
    assert work.finished.wait(30)
    assert (work.error, work.result.added, work.result.refused, work.total) == (None, 10, [], 10)
    dataset = find_dataset(bare_store, name)
    by_photo = origins(bare_store, dataset.id)
    for label, photos in wanted.items():
        assert {by_photo[one.photo] for one in dataset.photos if one.label == label} == {
            photo.origin for photo in photos
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
        for photo, origin in by_photo.items()
    }
    assert exported[ATTRIBUTION].decode().count("by Ana, CC") == 10 - sum(
        "CC" not in one.licence for one in by_photo.values()
    )


def _unpacked(buffer: BytesIO) -> Iterator[tuple[str, bytes]]:
    with ZipFile(buffer) as folder:
        for path in folder.namelist():
            yield path, folder.read(path)


def test_photos_of_one_title_have_names_of_their_own(fake: FakeSources, gatherer: Gatherer) -> None:
    titled = Origin("Openverse", title="Cat / " + "x" * 200)
    photos = [
        WebPhoto(f"{fake.address}/photos/openverse/cat/{number}/b.jpg", "", titled)
        for number in range(3)
    ]
    files = [arrival.file for arrival in arrivals(gatherer, {"cat": photos}, unchecked)]
    assert len(set(files)) == 3
    assert all(len(file) < 100 for file in files)


@pytest.mark.usefixtures("fake")
def test_gathering_again_adds_only_what_is_new(
    bare_store: Store, workspace: str, name: str, gatherer: Gatherer
) -> None:
    reports = [ImportResult(), ImportResult()]
    for number, report in zip((3, 5), reports, strict=True):
        photos = photos_of(gatherer, "cat", number)
        add_photos(
            bare_store,
            name,
            arrivals(gatherer, {"cat": photos}, unchecked),
            report,
            total=number,
            owner=workspace,
        )
    assert [(report.added, report.doubles) for report in reports] == [(3, 0), (2, 3)]


@pytest.mark.usefixtures("fake")
def test_torn_photos_are_counted_with_the_reason(
    bare_store: Store, workspace: str, name: str, gatherer: Gatherer
) -> None:
    photos = photos_of(gatherer, "torn cat", 8)
    torn = [one for one in photos if int(one.photo_url.split("/")[-2]) % 4 == 3]
    report = ImportResult()
    add_photos(
        bare_store,
        name,
        arrivals(gatherer, {"cat": photos}, unchecked),
        report,
        total=8,
        owner=workspace,
    )
    assert torn
    assert (report.added, len(report.refused)) == (8 - len(torn), len(torn))
    assert {one.reason for one in report.refused} == {
        "The photo was not taken: it is text/html, not a photo."
    }
    assert all("torn cat" in one.path for one in report.refused)


def test_five_unreachable_in_a_row_stop_the_rest_and_keep_what_came(
    fake: FakeSources, bare_store: Store, workspace: str, name: str, gatherer: Gatherer
) -> None:
    reached = photos_of(gatherer, "cat", 3)
    report = ImportResult()
    photos = {"cat": [*gone(4, fake), *reached], "dog": [*gone(9, fake), *reached]}
    with pytest.raises(
        SourceFailed, match="5 photos in a row could not be reached, so the rest was not tried"
    ):
        add_photos(
            bare_store,
            name,
            arrivals(gatherer, photos, unchecked),
            report,
            total=19,
            owner=workspace,
        )
    assert report.added == 3
    assert len(report.refused) == 4 + MOST_UNREACHED - 1
    assert {one.label for one in find_dataset(bare_store, name).photos} == {"cat"}
    assert not [
        path
        for path in fake.paths()
        if path.startswith("/photos/gone/") and path >= "/photos/gone/8"
    ]


def test_the_row_is_broken_by_any_answer(
    fake: FakeSources, bare_store: Store, workspace: str, name: str, gatherer: Gatherer
) -> None:
    answered = WebPhoto(f"{fake.address}/photos/no/such", "", Origin())
    fake.forever["/photos/no/such"] = Reply(b"", 404)
    photos = [*gone(4, fake), answered, *gone(4, fake), answered, *photos_of(gatherer, "cat", 1)]
    report = ImportResult()
    add_photos(
        bare_store,
        name,
        arrivals(gatherer, {"cat": photos}, unchecked),
        report,
        total=11,
        owner=workspace,
    )
    assert (report.added, len(report.refused)) == (1, 10)


@pytest.mark.usefixtures("fake")
def test_a_download_can_be_cancelled_and_keeps_what_came(
    bare_store: Store, workspace: str, name: str, gatherer: Gatherer
) -> None:
    photos = photos_of(gatherer, "cat", 20)
    report = ImportResult()

    def progress(done: int, total: int) -> None:
        if done == 4:
            raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        add_photos(
            bare_store,
            name,
            arrivals(gatherer, {"cat": photos}, unchecked),
            report,
            total=20,
            owner=workspace,
            progress=progress,
        )
    assert report.added == len(find_dataset(bare_store, name).photos) == 4


def test_a_dataset_deleted_while_photos_are_downloaded_is_a_sentence(
    fake: FakeSources, bare_store: Store, workspace: str, name: str, gatherer: Gatherer
) -> None:
    photos = photos_of(gatherer, "cat", 4)
    delete_dataset(bare_store, workspace, name)
    work = start_import(
        BackgroundJobs(),
        bare_store,
        workspace,
        dataset=name,
        title="Adding",
        opened=downloading(gatherer, {"cat": photos}),
    )
    assert work.finished.wait(30)
    assert work.error == "This dataset is no longer here."
    assert not [path for path in fake.paths() if path.startswith("/photos/")]


def test_photos_are_kept_byte_for_byte_where_they_are_bare(
    fake: FakeSources, bare_store: Store, workspace: str, name: str, gatherer: Gatherer
) -> None:
    photos = photos_of(gatherer, "cat", 1)
    add_photos(
        bare_store,
        name,
        arrivals(gatherer, {"cat": photos}, unchecked),
        ImportResult(),
        total=1,
        owner=workspace,
    )
    assert [one.photo for one in find_dataset(bare_store, name).photos] == [
        digest(made_photo("commons cat", 0))
    ]
