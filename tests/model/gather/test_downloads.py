import time
from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from io import BytesIO
from itertools import islice
from threading import enumerate as threads

import pytest
from PIL import Image

from model.catalogue.origins import Origin
from model.errors import AreoleError, Cancelled, PhotoRefused, SourceFailed
from model.gather import gatherer as module
from model.gather.gatherer import AHEAD, AT_ONCE, Gatherer
from model.gather.net.fetch import PHOTO
from model.gather.sources.results import WebPhoto
from tests.model.gather.fake_sources import FakeSources, Reply, made_photo
from tests.model.gather.fixtures import Clock
from tests.model.gather.net.test_fetch import cancelled_after, unchecked

Act = Callable[[BaseHTTPRequestHandler], None]


def photo_at(fake: FakeSources, path: str) -> WebPhoto:
    return WebPhoto(f"{fake.address}{path}", "", Origin())


def photos(fake: FakeSources, count: int) -> list[WebPhoto]:
    return [photo_at(fake, f"/photos/commons/cactus/{number}/640px.jpg") for number in range(count)]


def slowly(seconds: float) -> Act:
    def act(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(seconds)
        Reply(b"bytes", headers={"Content-Type": "image/jpeg"}).send(handler)

    return act


def workers() -> list[str]:
    return [thread.name for thread in threads() if thread.name.startswith("gather")]


def test_from_a_search_to_pictures(fake: FakeSources, gatherer: Gatherer) -> None:
    results = gatherer.search("commons", "cactus", 5, commercial=False, check=unchecked).photos
    pictures = [
        Image.open(BytesIO(data))
        for _, data in gatherer.downloads(results, unchecked)
        if isinstance(data, bytes)
    ]
    assert [picture.size for picture in pictures] == [(480, 360)] * 5


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(b"", 404), "the server answered 404"),
        (Reply(b"", 403), "the server answered 403"),
        (Reply(b"<html>", headers={"Content-Type": "text/html"}), "it is text/html, not a photo"),
        (
            Reply(b"", headers={"Content-Type": "image/jpeg", "Content-Length": "25000001"}),
            "it has more than 25 MB",
        ),
        (Reply(status=302, headers={"Location": "https://10.0.0.1/"}), "its address is not public"),
    ],
)
def test_why_a_photo_was_not_taken(
    fake: FakeSources, reply: Reply, said: str, gatherer: Gatherer
) -> None:
    fake.forever["/1.jpg"] = reply
    with pytest.raises(PhotoRefused) as failure:
        gatherer.download(photo_at(fake, "/1.jpg"), unchecked)
    assert str(failure.value) == f"The photo was not taken: {said}."
    assert len(fake.asked) == 1


def test_a_photo_that_takes_too_long(
    fake: FakeSources, monkeypatch: pytest.MonkeyPatch, gatherer: Gatherer
) -> None:
    monkeypatch.setattr(module, "PHOTO", replace(PHOTO, seconds=0.4))
    fake.forever["/1.jpg"] = slowly(2)
    with pytest.raises(PhotoRefused, match="it took longer than"):
        gatherer.download(photo_at(fake, "/1.jpg"), unchecked)


def test_a_server_that_stumbles_is_asked_once_more(
    fake: FakeSources, clock: Clock, gatherer: Gatherer
) -> None:
    fake.script["/1.jpg"] = [
        Reply(b"", 500),
        Reply(b"bytes", headers={"Content-Type": "image/jpeg"}),
    ]
    assert gatherer.download(photo_at(fake, "/1.jpg"), unchecked) == b"bytes"
    assert clock.waited > 0.5


def test_a_server_that_stays_down(
    fake: FakeSources, monkeypatch: pytest.MonkeyPatch, gatherer: Gatherer
) -> None:
    fake.forever["/1.jpg"] = Reply(b"", 502)
    with pytest.raises(PhotoRefused, match="the server answered 502"):
        gatherer.download(photo_at(fake, "/1.jpg"), unchecked)
    monkeypatch.setenv("AREOLE_TEST_SERVER", "http://127.0.0.1:9")
    with pytest.raises(SourceFailed, match="This server may be offline"):
        gatherer.download(WebPhoto("http://127.0.0.1:9/1.jpg", "", Origin()), unchecked)


def test_a_busy_server_is_asked_no_more(fake: FakeSources, gatherer: Gatherer) -> None:
    fake.forever["/1.jpg"] = Reply(b"", 429, {"Retry-After": "600"})
    for _ in range(3):
        with pytest.raises(
            SourceFailed, match=r"127\.0\.0\.1 asks for a pause. Try again in 10 minutes"
        ):
            gatherer.download(photo_at(fake, "/1.jpg"), unchecked)
    assert len(fake.asked) == 1


def test_photos_come_in_order_with_what_went_wrong(fake: FakeSources, gatherer: Gatherer) -> None:
    items = photos(fake, 8)
    items[3] = photo_at(fake, "/missing.jpg")
    fake.script["/photos/commons/cactus/0/640px.jpg"] = [slowly(0.3)]
    results = list(gatherer.downloads(items, unchecked))
    assert [item for item, _ in results] == items
    assert results[0][1] == b"bytes"
    assert isinstance(results[3][1], PhotoRefused)
    assert [data for number, (_, data) in enumerate(results) if number not in (0, 3)] == [
        made_photo("commons cactus", number) for number in (1, 2, 4, 5, 6, 7)
    ]
    assert not workers()


def test_three_at_once_and_no_more(fake: FakeSources, gatherer: Gatherer) -> None:
    fake.forever["/1.jpg"] = slowly(0.15)
    assert len(list(gatherer.downloads([photo_at(fake, "/1.jpg")] * 7, unchecked))) == 7
    assert fake.most_at_once == AT_ONCE


def test_three_at_once_for_all_who_download_together(fake: FakeSources, gatherer: Gatherer) -> None:
    fake.forever["/1.jpg"] = slowly(0.1)
    first, second = (
        gatherer.downloads([photo_at(fake, "/1.jpg")] * 4, unchecked) for _ in range(2)
    )
    for pair in zip(first, second, strict=True):
        assert [data for _, data in pair] == [b"bytes", b"bytes"]
    assert fake.most_at_once == AT_ONCE


def test_few_photos_are_fetched_ahead(fake: FakeSources, gatherer: Gatherer) -> None:
    results = gatherer.downloads(photos(fake, 30), unchecked)
    list(islice(results, 2))
    time.sleep(0.3)
    assert len(fake.asked) <= 2 + AHEAD
    results.close()
    assert not workers()


def test_calling_off_ends_what_is_under_way_and_leaves_no_thread(
    fake: FakeSources, gatherer: Gatherer
) -> None:
    fake.forever["/1.jpg"] = slowly(4)
    start = time.monotonic()
    with pytest.raises(Cancelled):
        list(gatherer.downloads([photo_at(fake, "/1.jpg")] * 9, cancelled_after(0.3)))
    assert time.monotonic() - start < 3
    assert not workers()
    assert len(fake.asked) <= AT_ONCE


def test_calling_off_is_heard_when_photos_come_fast(fake: FakeSources, gatherer: Gatherer) -> None:
    fake.forever["/1.jpg"] = slowly(0)
    with pytest.raises(Cancelled):
        list(gatherer.downloads([photo_at(fake, "/1.jpg")], cancelled_after(-1)))


def test_closing_early_ends_what_is_under_way_and_leaves_no_thread(
    fake: FakeSources, gatherer: Gatherer
) -> None:
    fake.forever["/0.jpg"] = slowly(0)
    fake.forever["/1.jpg"] = slowly(4)
    start = time.monotonic()
    results = gatherer.downloads(
        [photo_at(fake, "/0.jpg"), *[photo_at(fake, "/1.jpg")] * 9], unchecked
    )
    assert next(results)[1] == b"bytes"
    results.close()
    assert time.monotonic() - start < 3
    assert not workers()


def test_a_download_can_be_called_off_while_it_backs_off(
    fake: FakeSources, clock: Clock, gatherer: Gatherer
) -> None:
    fake.forever["/1.jpg"] = Reply(b"", 429, {"Retry-After": "14"})

    def check() -> None:
        if clock.waited > 2:
            raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        gatherer.download(photo_at(fake, "/1.jpg"), check)
    assert clock.waited < 3


def test_what_went_wrong_is_one_of_ours(fake: FakeSources, gatherer: Gatherer) -> None:
    items = [
        photo_at(fake, "/missing.jpg"),
        WebPhoto("https://127.0.0.1/1.jpg", "", Origin()),
        WebPhoto("https://[::1", "", Origin()),
    ]
    assert all(isinstance(data, AreoleError) for _, data in gatherer.downloads(items, unchecked))
