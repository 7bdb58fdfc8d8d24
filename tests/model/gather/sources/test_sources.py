"""Each source in its documented shape (see the fake), and in every shape it should not have."""

from contextlib import suppress
from copy import deepcopy
from dataclasses import astuple
from typing import Any

import pytest

from model.catalogue.origins import Origin
from model.errors import Cancelled, SourceFailed
from model.gather.gatherer import Gatherer
from model.gather.sources.registry import sources
from model.gather.sources.results import (
    NO_ADDRESS,
    NO_LICENCE,
    NO_PAGE,
    NO_PHOTO,
    NO_SENSE,
    NOT_COMMERCIAL,
    TWICE,
    PhotoSearch,
)
from model.progress import Check, Progress, no_progress
from tests.model.gather.fake_sources import FakeSources, Reply, commons_page
from tests.model.gather.net.test_fetch import unchecked

KEY = "s3cret-key"
ALL = ("inaturalist", "openverse", "commons", "bing")
WHERE = {
    "inaturalist": "/inaturalist/observations",
    "openverse": "/openverse",
    "commons": "/commons",
    "bing": "/bing",
}


@pytest.fixture(autouse=True)
def with_bing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AREOLE_BING_URL", "https://search.example/v7.0/images/search")
    monkeypatch.setenv("AREOLE_BING_KEY", KEY)


def search(
    name: str,
    text: str = "cactus",
    number: int = 200,
    *,
    commercial: bool = False,
    check: Check = unchecked,
    progress: Progress = no_progress,
) -> PhotoSearch:
    """Search as the first visitor of a server that has just started."""
    return Gatherer().search(
        name, text, number, commercial=commercial, progress=progress, check=check
    )


def places_in(value: object, here: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """The way to every fact in a JSON answer, of the first entry only in lists."""
    inside = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value[:1])
        if isinstance(value, list)
        else ()
    )
    return [here] * bool(here) + [
        place for key, inner in inside for place in places_in(inner, (*here, key))
    ]


# Any is whatever JSON can say.
def changed(value: Any, place: tuple[object, ...], odd: object) -> Any:  # noqa: ANN401
    """A copy of a JSON answer with one fact replaced."""
    copy = deepcopy(value)
    inner = copy
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = odd
    return copy


def openverse_page(*results: object) -> Reply:
    return Reply(
        {
            "result_count": len(results),
            "page_count": 1,
            "page_size": 20,
            "page": 1,
            "results": list(results),
        }
    )


def openverse_result(**changes: object) -> dict[str, object]:
    """https://github.com/WordPress/openverse, api/api/serializers/media_serializers.py."""
    usual: dict[str, object] = {
        "id": "1f",
        "title": "Golden barrel",
        "foreign_landing_url": "https://www.flickr.com/photos/ana/1",
        "url": "https://live.staticflickr.com/1_b.jpg",
        "thumbnail": "https://api.openverse.org/v1/images/1f/thumb/",
        "creator": "Ana",
        "license": "by-sa",
        "license_version": "2.0",
        "license_url": "https://creativecommons.org/licenses/by-sa/2.0/",
        "filetype": "jpg",
        "width": 1024,
        "height": 768,
    }
    return usual | changes


def test_which_sources_are_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    assert tuple(sources()) == ALL
    assert all(source.title and source.note for source in sources().values())
    monkeypatch.delenv("AREOLE_BING_KEY")
    assert tuple(sources()) == ALL[:3]
    monkeypatch.setenv("AREOLE_BING_KEY", "a key\nwith a line break")
    assert "bing" not in sources()
    monkeypatch.setenv("AREOLE_GATHER", "off")
    assert not sources()


@pytest.mark.parametrize("name", ALL)
def test_paging_goes_on_until_there_are_enough(fake: FakeSources, name: str) -> None:
    done: list[tuple[int, int]] = []
    answer = search(name, number=65, progress=lambda *progress: done.append(progress))
    assert len({photo.photo_url for photo in answer.photos}) == 65
    assert done == [(count, 65) for count in range(1, 66)]
    pages = fake.paths().count(WHERE[name])
    assert pages == {"inaturalist": 2, "openverse": 4, "commons": 2, "bing": 2}[name]


@pytest.mark.parametrize("name", ALL)
def test_paging_ends_with_the_source(fake: FakeSources, name: str) -> None:
    photos = search(name).photos
    assert len(photos) == {"inaturalist": 90, "openverse": 90, "commons": 72, "bing": 90}[name]
    assert (
        fake.paths().count(WHERE[name])
        == {"inaturalist": 2, "openverse": 5, "commons": 2, "bing": 2}[name]
    )


@pytest.mark.parametrize("name", ALL[1:])
def test_a_search_that_finds_nothing_is_no_failure(fake: FakeSources, name: str) -> None:
    answer = search(name, "nothing")
    assert answer.photos == ()
    assert "nothing" in answer.understood


@pytest.mark.parametrize("name", ALL)
def test_a_search_can_be_called_off(fake: FakeSources, name: str) -> None:
    def check() -> None:
        if len(fake.asked) > 1:
            raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        search(name, check=check)
    assert len(fake.asked) == 2


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(
    "body",
    [
        b'{"results": [',
        b"",
        b"\xff\xfe",
        b"[" * 100_000,
        [],
        None,
        4,
        "text",
        {},
        {"results": None},
        {"results": {}, "value": {}},
    ],
    ids=repr,
)
def test_an_answer_that_makes_no_sense_is_a_sentence(
    fake: FakeSources, name: str, body: object
) -> None:
    for path in (WHERE[name], "/inaturalist/taxa"):
        fake.forever[path] = Reply(body, headers={"Content-Type": "application/json"})
    with pytest.raises(SourceFailed, match="answered in a way that Areole does not understand"):
        search(name)


@pytest.mark.parametrize("name", ALL)
def test_entries_that_make_no_sense_are_passed_over(fake: FakeSources, name: str) -> None:
    odd: list[Any] = [None, 4, "text", [], {}, {"photos": None}, {"photos": [None, {}, 4]}]
    odd += [
        {"imageinfo": [None], "title": None},
        {"imageinfo": {}, "title": "File:x"},
        {"license": ["by"], "url": 4},
    ]
    odd += [
        {"contentUrl": {}, "hostPageUrl": 4},
        {"photos": [{"license_code": "cc-by", "url": 4, "id": "x"}], "user": []},
    ]
    shapes: dict[str, object] = {
        "results": odd,
        "value": odd,
        "query": {"pages": odd},
        "page_count": 1,
        "total_results": 1,
    }
    fake.forever[WHERE[name]] = Reply(shapes)
    answer = search(name)
    assert answer.photos == ()
    assert sum(answer.passed_over.values()) == len(odd)
    assert set(answer.passed_over) <= {NO_SENSE, NO_LICENCE, NO_ADDRESS}


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(
    "odd",
    ["\ud800", "https://a.example/\ud800", 10**4000, -1, [], {}, None, True],
    ids=lambda odd: repr(odd)[:20],
)
def test_any_one_fact_that_makes_no_sense_never_breaks_a_search(
    fake: FakeSources, name: str, odd: object
) -> None:
    search(name, "few", 1)
    usual = fake.answer(fake.asked[-1])
    assert isinstance(usual, Reply)
    for place in places_in(usual.body):
        fake.forever[WHERE[name]] = Reply(changed(usual.body, place, odd))
        with suppress(SourceFailed):
            for photo in search(name, "few").photos:
                " ".join(
                    (photo.photo_url, photo.thumbnail_url, *astuple(photo.origin))
                ).encode()  # Half characters cannot be stored.
                assert (photo.width or 1) < 1_000_000


@pytest.mark.parametrize("name", ALL)
def test_a_source_that_turns_us_away_is_a_sentence(fake: FakeSources, name: str) -> None:
    for path in (WHERE[name], "/inaturalist/taxa"):
        fake.forever[path] = Reply(b"Forbidden", 403)
    with pytest.raises(SourceFailed, match=r"refused to answer \(403\)") as failure:
        search(name)
    assert ("AREOLE_CONTACT" in str(failure.value)) == (name == "commons")


@pytest.mark.parametrize("text", ["", "  ", "\n", "<b></b>"])
def test_nothing_to_look_for(fake: FakeSources, text: str) -> None:
    for name in ALL:
        with pytest.raises(SourceFailed, match="Write what to look for"):
            search(name, text)
    assert not fake.asked


@pytest.mark.parametrize("name", ALL)
def test_two_hundred_are_the_most(fake: FakeSources, name: str) -> None:
    wanted: list[int] = []
    search(name, "few", 100_000, progress=lambda done, total: wanted.append(total))
    assert set(wanted) == {200}


@pytest.mark.parametrize("name", ALL)
def test_a_source_that_repeats_itself_is_not_listened_to_for_ever(
    fake: FakeSources, name: str
) -> None:
    results = [openverse_result()]
    photo = {"contentUrl": "https://a.example/1.jpg", "hostPageUrl": "https://a.example/"}
    endless = {
        "page_count": 10**9,
        "total_results": 10**9,
        "results": results,
        "continue": {"gsroffset": 20, "continue": "gsroffset||"},
        "query": {"pages": results},
        "value": [photo],
        "nextOffset": 50,
    }
    fake.forever[WHERE[name]] = Reply(endless)
    answer = search(name)
    assert len(answer.photos) <= 1
    assert fake.paths().count(WHERE[name]) <= 12


# iNaturalist


def test_inaturalist_shares_the_number_among_the_names(fake: FakeSources) -> None:
    answer = search("inaturalist", "cactus, Oak ,cactus,", 7)
    assert [photo.origin.title for photo in answer.photos] == ["cactus", "Oak"] * 3 + ["cactus"]
    assert answer.understood == "iNaturalist looked for Cactus (cactus, family), Oak (Oak, family)."


def test_inaturalist_takes_more_of_one_where_another_has_little(fake: FakeSources) -> None:
    titles = [photo.origin.title for photo in search("inaturalist", "few agaves, oak", 20).photos]
    assert titles.count("few agaves") == 5
    assert titles.count("oak") == 15


def test_inaturalist_prefers_the_taxon_of_exactly_that_name(fake: FakeSources) -> None:
    """The shape: https://api.inaturalist.org/v1/docs/#!/Taxa/get_taxa."""
    taxa = [
        {
            "id": 1,
            "name": "Campylorhynchus",
            "rank": "genus",
            "preferred_common_name": "Cactus Wrens",
        },
        {"id": 2, "name": "Cactaceae", "rank": "family", "preferred_common_name": "Cactus"},
    ]
    for name, number in (("cactus", "2"), ("CACTACEAE", "2"), ("wren", "1")):
        fake.script["/inaturalist/taxa"] = [Reply({"results": [None, {"id": "x"}, *taxa]})]
        search("inaturalist", name, 1)
        assert fake.asked[-1].parameters["taxon_id"] == number


def test_inaturalist_says_what_it_does_not_know(fake: FakeSources) -> None:
    answer = search("inaturalist", "few oaks, nothing at all")
    assert len(answer.photos) == 5
    assert answer.understood.endswith("It knows nothing that is called “nothing at all”.")
    with pytest.raises(SourceFailed, match="knows nothing that is called “nothing at all”"):
        search("inaturalist", "nothing at all")
    with pytest.raises(SourceFailed, match="between one and 12 names"):
        search("inaturalist", ",".join(f"name {number}" for number in range(13)))


def test_inaturalist_takes_one_photo_of_an_observation_by_the_photos_own_licence(
    fake: FakeSources,
) -> None:
    """The shape: pyinat/pyinaturalist, test/sample_data/get_observations_node_page1.json."""
    photo_url = "https://inaturalist-open-data.s3.amazonaws.com/photos"

    def observation(number: int, *licences: object) -> dict[str, object]:
        photos = [
            {
                "id": number * 10 + which,
                "license_code": licence,
                "url": f"{photo_url}/{number * 10 + which}/square.jpeg?1",
                "original_dimensions": {"width": 2048, "height": 1536},
            }
            for which, licence in enumerate(licences)
        ]
        user = {"login": "ana", "name": "<b>Ana</b>\nB\u202e"}
        return {
            "id": number,
            "license_code": "cc-by",
            "photos": photos,
            "user": user,
            "taxon": {"name": "Cereus"},
        }

    observations = [
        observation(1, None, "cc-by-nd", "cc-by-nc", "cc0"),
        observation(2, None, "cc-by-nc-nd"),
        observation(3),
    ]
    fake.forever["/inaturalist/observations"] = Reply({"total_results": 3, "results": observations})
    answer = search("inaturalist")
    assert [photo.photo_url for photo in answer.photos] == [
        "https://inaturalist-open-data.s3.amazonaws.com/photos/12/medium.jpeg?1"
    ]
    assert answer.photos[0].thumbnail_url.endswith("/12/small.jpeg?1")
    assert (answer.photos[0].width, answer.photos[0].height) == (500, 375)
    assert answer.photos[0].origin == Origin(
        source="iNaturalist",
        licence="CC BY-NC 4.0",
        licence_url="https://creativecommons.org/licenses/by-nc/4.0/",
        author="Ana B",
        page="https://www.inaturalist.org/photos/12",
        title="Cereus",
    )
    assert answer.passed_over == {NO_LICENCE: 1, NO_SENSE: 1}
    for_work = search("inaturalist", commercial=True)
    assert [photo.origin.licence for photo in for_work.photos] == ["CC0 1.0"]


@pytest.mark.parametrize(
    ("commercial", "licences"),
    [(False, "cc0,cc-by,cc-by-sa,cc-by-nc,cc-by-nc-sa"), (True, "cc0,cc-by,cc-by-sa")],
)
def test_inaturalist_is_asked_as_documented(
    fake: FakeSources, commercial: bool, licences: str
) -> None:
    search("inaturalist", "few", commercial=commercial)
    asked = fake.asked[-1].parameters
    assert (asked["photo_license"], asked["quality_grade"], asked["photos"]) == (
        licences,
        "research",
        "true",
    )
    assert int(asked["per_page"]) <= 200


# Openverse


def test_openverse_in_full(fake: FakeSources) -> None:
    fake.forever["/openverse"] = openverse_page(openverse_result())
    answer = search("openverse")
    assert answer.photos[0].photo_url == "https://live.staticflickr.com/1_b.jpg"
    assert answer.photos[0].thumbnail_url == "https://api.openverse.org/v1/images/1f/thumb/"
    assert (answer.photos[0].width, answer.photos[0].height) == (1024, 768)
    assert answer.photos[0].origin == Origin(
        source="Openverse",
        licence="CC BY-SA 2.0",
        licence_url="https://creativecommons.org/licenses/by-sa/2.0/",
        author="Ana",
        page="https://www.flickr.com/photos/ana/1",
        title="Golden barrel",
    )
    assert fake.asked[0].parameters == {
        "q": "cactus",
        "page": "1",
        "page_size": "20",
        "license": "cc0,pdm,by,by-sa,by-nc,by-nc-sa",
    }


@pytest.mark.parametrize(
    ("changes", "commercial", "reason"),
    [
        ({"license": "by-nd"}, False, NO_LICENCE),
        ({"license": None}, False, NO_LICENCE),
        ({"license": "by-nc"}, True, NOT_COMMERCIAL),
        ({"url": None}, False, NO_ADDRESS),
        ({"url": "http://live.staticflickr.com/1_b.jpg"}, False, NO_ADDRESS),
        ({"url": "http://127.0.0.1:1/1.jpg"}, False, NO_ADDRESS),
        ({"filetype": "svg"}, False, NO_PHOTO),
    ],
)
def test_openverse_entries_that_cannot_be_used(
    fake: FakeSources, changes: dict[str, object], commercial: bool, reason: str
) -> None:
    fake.forever["/openverse"] = openverse_page(
        openverse_result(**changes), openverse_result(), openverse_result()
    )
    answer = search("openverse", commercial=commercial)
    assert len(answer.photos) == 1
    assert answer.passed_over == {reason: 1, TWICE: 1}


def test_openverse_licences_for_paid_work(fake: FakeSources) -> None:
    photos = search("openverse", commercial=True).photos
    assert fake.asked[0].parameters["license"] == "cc0,pdm,by,by-sa"
    assert {photo.origin.licence for photo in photos} == {
        "CC0 1.0",
        "public domain",
        "CC BY 2.0",
        "CC BY-SA 4.0",
    }


def test_openverse_authors_and_titles_are_plain_short_lines(fake: FakeSources) -> None:
    fake.forever["/openverse"] = openverse_page(
        openverse_result(
            creator='<script>alert(1)</script><a href="https://x">Ana\r\n&amp;\x00 \u202eBen</a>',
            title="&lt;img src=x onerror=alert(1)&gt;" + "Golden " * 100,
            thumbnail="javascript:alert(1)",
            foreign_landing_url="http://museum.example/1",
            width="1024",
            height=-1,
        )
    )
    photo = search("openverse").photos[0]
    assert photo.origin.author == "alert(1)Ana & Ben"
    assert photo.origin.title.startswith("Golden Golden")
    assert len(photo.origin.title) <= 120
    assert photo.thumbnail_url == photo.photo_url
    assert photo.origin.page == "https://openverse.org/image/1f"
    assert (photo.width, photo.height) == (None, None)


# Wikimedia Commons


def test_commons_in_full_and_in_the_order_of_the_search(fake: FakeSources) -> None:
    answer = search("commons", number=5)
    assert [photo.origin.title for photo in answer.photos] == [
        f"cactus {number}" for number in (0, 1, 2, 4, 5)
    ]
    assert answer.passed_over == {NO_LICENCE: 1}
    assert answer.photos[0].photo_url.endswith("/0/640px.jpg")
    assert answer.photos[0].origin == Origin(
        source="Wikimedia Commons",
        licence="CC BY-SA 4.0",
        licence_url="https://creativecommons.org/licenses/by-sa/4.0",
        author="Ana & 0",
        page="https://commons.wikimedia.org/wiki/File:cactus_0.jpg",
        title="cactus 0",
    )
    assert answer.photos[2].origin.licence == "public domain"
    asked = fake.asked[0].parameters
    assert asked["gsrsearch"] == "filetype:bitmap cactus"
    assert (asked["formatversion"], asked["generator"], asked["iiurlwidth"]) == (
        "2",
        "search",
        "640",
    )


def test_commons_goes_on_where_it_says(fake: FakeSources) -> None:
    search("commons", number=45)
    assert [asked.parameters.get("gsroffset") for asked in fake.asked] == [None, "50"]
    assert fake.asked[1].parameters["continue"] == "gsroffset||"


def test_commons_batches_that_come_in_instalments(fake: FakeSources) -> None:
    """Until `batchcomplete`, the same pages come again with what was missing.

    https://www.mediawiki.org/wiki/API:Continue.
    """
    whole = [commons_page(fake, "cactus", number) for number in (0, 1)]
    bare = [{key: value for key, value in page.items() if key != "imageinfo"} for page in whole]
    going_on = {"iistart": "2026", "continue": "||"}
    fake.script["/commons"] = [
        Reply({"continue": going_on, "query": {"pages": [bare[1], whole[0]]}}),
        Reply({"batchcomplete": True, "query": {"pages": [whole[1], bare[0]]}}),
    ]
    answer = search("commons")
    assert [photo.origin.title for photo in answer.photos] == ["cactus 0", "cactus 1"]
    assert answer.passed_over == {}
    assert fake.asked[1].parameters["iistart"] == "2026"


def test_commons_going_on_with_half_a_character(fake: FakeSources) -> None:
    fake.script["/commons"] = [
        Reply({"continue": {"gsroffset": "\ud800"}}),
        Reply({"batchcomplete": True}),
    ]
    assert search("commons").photos == ()


@pytest.mark.parametrize("going_on", [{"gsroffset": {}}, {"gsroffset": None}, {"gsroffset": [1]}])
def test_commons_going_on_in_a_way_that_makes_no_sense(fake: FakeSources, going_on: object) -> None:
    fake.forever["/commons"] = Reply({"continue": going_on})
    with pytest.raises(SourceFailed, match="does not understand"):
        search("commons")


@pytest.mark.parametrize(
    ("mime", "found"),
    [("image/png", 1), ("image/webp", 1), ("image/tiff", 0), ("application/pdf", 0), (None, 0)],
)
def test_commons_kinds_of_files(fake: FakeSources, mime: object, found: int) -> None:
    info = {
        "thumburl": "https://upload.wikimedia.org/1.png",
        "descriptionurl": "https://commons.wikimedia.org/wiki/File:1",
        "mime": mime,
        "user": "Uploader",
        "extmetadata": {"LicenseShortName": {"value": "CC0"}, "Artist": []},
    }
    fake.forever["/commons"] = Reply(
        {"query": {"pages": [{"title": "File:A. b. 1.png", "imageinfo": [info]}]}}
    )
    answer = search("commons")
    assert [(photo.origin.author, photo.origin.title) for photo in answer.photos] == [
        ("Uploader", "A. b. 1")
    ] * found
    assert answer.passed_over == ({} if found else {NO_PHOTO: 1})


def test_commons_errors_come_with_status_200(fake: FakeSources) -> None:
    """https://www.mediawiki.org/wiki/API:Errors_and_warnings."""
    fake.forever["/commons"] = Reply(
        {"error": {"code": "ratelimited", "info": "You've exceeded your rate limit."}}
    )
    with pytest.raises(SourceFailed, match="could not search for this"):
        search("commons")


# Bing


def test_bing_in_full(fake: FakeSources) -> None:
    answer = search("bing", "few")
    assert answer.photos[0].origin == Origin(
        source="Bing",
        licence="reuse allowed, says the search",
        page="https://garden.example/0",
        title="few 0",
    )
    assert answer.photos[0].photo_url.endswith("/0/full.jpg")
    assert answer.photos[0].thumbnail_url.endswith("/0/thumb.jpg")
    assert fake.asked[0].headers["Ocp-Apim-Subscription-Key"] == KEY
    asked = fake.asked[0].parameters
    assert (asked["license"], asked["imageType"], asked["count"], asked["offset"]) == (
        "Modify",
        "Photo",
        "50",
        "0",
    )
    search("bing", "few", commercial=True)
    assert fake.asked[1].parameters["license"] == "ModifyCommercially"


def test_bing_photos_without_a_page_are_passed_over(fake: FakeSources) -> None:
    entry = {"contentUrl": "https://a.example/1.jpg", "hostPageUrl": "http://a.example/"}
    fake.forever["/bing"] = Reply({"value": [entry]})
    assert search("bing").passed_over == {NO_PAGE: 1}


def test_the_key_travels_to_no_other_host_and_into_no_sentence(fake: FakeSources) -> None:
    elsewhere = FakeSources()
    failures = [
        Reply(status=302, headers={"Location": f"{elsewhere.address}/bing"}),
        Reply({"error": {"message": KEY}}, 401),
        Reply(KEY.encode(), 400),
        Reply([KEY]),
    ]
    for failure in failures:
        fake.script["/bing"] = [failure]
        with pytest.raises(SourceFailed) as raised:
            search("bing")
        assert KEY not in str(raised.value)
    assert fake.paths() == ["/bing"] * len(failures)
    elsewhere.socket.settimeout(0.1)
    elsewhere.handle_request()
    assert not elsewhere.asked
    elsewhere.server_close()
