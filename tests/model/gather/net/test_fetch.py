"""What the one way out lets in, and when it gives up. Time limits are real here, and short."""

import gzip
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from importlib.metadata import version
from threading import enumerate as threads

import pytest

from model.errors import Cancelled
from model.gather.net.errors import FetchFailed, Unreachable
from model.gather.net.fetch import JSON, PHOTO, fetch
from tests.model.gather.fake_sources import FakeSources, Reply, made_photo

JPEG = {"Content-Type": "image/jpeg"}
HURRIED = replace(PHOTO, seconds=0.5, megabytes=1)


def unchecked() -> None:
    """Nobody calls it off."""


def cancelled_after(seconds: float) -> Callable[[], None]:
    """Somebody calls it off."""
    end = time.monotonic() + seconds

    def check() -> None:
        if time.monotonic() > end:
            raise Cancelled("Cancelled.")

    return check


def dripping(before: bytes, drops: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
    """Send something at once, and then a byte every 50 ms until the connection ends."""

    def act(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(before)
        for position in range(200):
            time.sleep(0.05)
            handler.wfile.write(drops[position % len(drops) : position % len(drops) + 1])

    return act


def saying(raw: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
    """A server that sends these bytes and hangs up."""

    def act(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(raw)

    return act


DRIPS = {
    "status": dripping(b"HT", b"TP/1.1 "),
    "headers": dripping(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a"),
    "more headers": dripping(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
    "continue": dripping(b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "body": dripping(
        b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: 5000\r\n\r\n", b"a"
    ),
    "chunks": dripping(
        b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"1\r\na\r\n",
    ),
    "body of unknown length": dripping(
        b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n\r\n", b"a"
    ),
    "gzip of nothing": dripping(
        b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Encoding: gzip\r\n\r\n",
        gzip.compress(b""),
    ),
    "trailers": dripping(
        b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"1\r\na\r\n0\r\n",
        b"X: y\r\n",
    ),
    "silence": lambda handler: time.sleep(5),
}


def test_a_photo_comes_as_it_is(fake: FakeSources) -> None:
    answer = fetch(f"{fake.address}/photos/commons/cactus/1/640px.jpg", PHOTO, unchecked)
    assert answer.body == made_photo("commons cactus", 1)
    assert answer.headers["content-type"] == "image/jpeg"


def test_every_request_says_who_asks(fake: FakeSources, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"{fake.address}/photos/commons/cactus/1/640px.jpg"
    fetch(url, PHOTO, unchecked)
    monkeypatch.setenv("AREOLE_CONTACT", "ana@school.example\r\nX-Evil: 1")
    fetch(url, PHOTO, unchecked)
    library = f"requests/{version('requests')}"
    assert (
        fake.asked[0].headers["User-Agent"]
        == f"Areole/1.0 (an app for learning how image classifiers work) {library}"
    )
    assert (
        fake.asked[1].headers["User-Agent"]
        == f"Areole/1.0 (ana@school.example X-Evil: 1) {library}"
    )
    assert "X-Evil" not in fake.asked[1].headers


@pytest.mark.parametrize("proxy", ["http_proxy", "HTTPS_PROXY", "ALL_PROXY"])
def test_no_proxy_from_the_environment_is_used(
    fake: FakeSources, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv(proxy, "http://127.0.0.1:9")
    assert (
        fetch(f"{fake.address}/photos/commons/cactus/1/640px.jpg", PHOTO, unchecked).status == 200
    )


@pytest.mark.parametrize("drip", DRIPS.values(), ids=DRIPS)
def test_a_slow_drip_ends_with_the_time(
    fake: FakeSources, drip: Callable[[BaseHTTPRequestHandler], None]
) -> None:
    fake.forever["/drip"] = drip
    start = time.monotonic()
    with pytest.raises(FetchFailed, match="it took longer than"):
        fetch(f"{fake.address}/drip", HURRIED, unchecked)
    assert time.monotonic() - start < 3


def test_the_time_is_for_all_redirects_together(fake: FakeSources) -> None:
    def late(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(0.3)
        Reply(status=302, headers={"Location": "/late"}).send(handler)

    fake.forever["/late"] = late
    with pytest.raises(FetchFailed, match="it took longer than"):
        fetch(f"{fake.address}/late", HURRIED, unchecked)


@pytest.mark.parametrize("drip", ["silence", "headers", "body", "body of unknown length"])
def test_a_request_can_be_called_off_while_it_waits(fake: FakeSources, drip: str) -> None:
    fake.forever["/drip"] = DRIPS[drip]
    start = time.monotonic()
    with pytest.raises(Cancelled):
        fetch(f"{fake.address}/drip", PHOTO, cancelled_after(0.3))
    assert time.monotonic() - start < 3


def test_no_thread_is_left_behind(fake: FakeSources) -> None:
    fake.forever["/drip"] = DRIPS["body"]
    fetch(f"{fake.address}/photos/commons/cactus/1/640px.jpg", PHOTO, unchecked)
    with pytest.raises(FetchFailed):
        fetch("https://127.0.0.1/1.jpg", PHOTO, unchecked)
    with pytest.raises(Cancelled):
        fetch(f"{fake.address}/drip", PHOTO, cancelled_after(0.2))
    assert not [thread for thread in threads() if thread.name == "guard"]


def test_what_nobody_wants_is_not_asked_for(fake: FakeSources) -> None:
    with pytest.raises(Cancelled):
        fetch(f"{fake.address}/photos/commons/cactus/1/640px.jpg", PHOTO, cancelled_after(-1))
    assert not fake.asked


def test_a_body_that_says_it_is_too_large_is_not_read(fake: FakeSources) -> None:
    def boast(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: 1000001\r\n\r\n"
        )
        time.sleep(3)

    fake.forever["/large"] = boast
    with pytest.raises(FetchFailed, match="more than 1 MB"):
        fetch(f"{fake.address}/large", HURRIED, unchecked)


def test_a_body_that_does_not_say_so_is_cut(fake: FakeSources) -> None:
    sent = []

    def flood(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n\r\n")
        for _ in range(100):
            handler.wfile.write(bytes(1_000_000))
            sent.append(1)

    fake.forever["/flood"] = flood
    with pytest.raises(FetchFailed, match="more than 1 MB"):
        fetch(f"{fake.address}/flood", HURRIED, unchecked)
    assert len(sent) < 20  # What the system's buffers take


def test_what_a_gzip_holds_is_counted_and_never_unpacked_whole(fake: FakeSources) -> None:
    bomb = gzip.compress(gzip.compress(bytes(60_000_000)))
    fake.forever["/bomb"] = Reply(bomb, headers={**JPEG, "Content-Encoding": "gzip, gzip"})
    tracemalloc.start()
    with pytest.raises(FetchFailed, match="more than 1 MB"):
        fetch(f"{fake.address}/bomb", replace(HURRIED, seconds=10), unchecked)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10_000_000


def test_a_damaged_gzip_is_a_sentence(fake: FakeSources) -> None:
    fake.forever["/damaged"] = Reply(b"no gzip", headers={**JPEG, "Content-Encoding": "gzip"})
    with pytest.raises(FetchFailed, match="it is damaged"):
        fetch(f"{fake.address}/damaged", PHOTO, unchecked)


@pytest.mark.parametrize(
    ("kind", "said"),
    [("text/html; charset=utf-8", "it is text/html"), ("", "it is of unknown kind")],
)
def test_what_is_no_photo_is_not_read(fake: FakeSources, kind: str, said: str) -> None:
    fake.forever["/page"] = Reply(b"<html>", headers={"Content-Type": kind})
    with pytest.raises(FetchFailed, match=f"{said}, not a photo"):
        fetch(f"{fake.address}/page", PHOTO, unchecked)
    with pytest.raises(FetchFailed, match=f"{said}, not JSON"):
        fetch(f"{fake.address}/page", JSON, unchecked)


@pytest.mark.parametrize("kind", ["image/webp", "IMAGE/JPEG", "application/octet-stream"])
def test_what_may_be_a_photo_is_read(fake: FakeSources, kind: str) -> None:
    fake.forever["/photo"] = Reply(b"bytes", headers={"Content-Type": kind})
    assert fetch(f"{fake.address}/photo", PHOTO, unchecked).body == b"bytes"


def test_a_cut_body_is_no_body(fake: FakeSources) -> None:
    fake.forever["/cut"] = saying(
        b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: 9\r\n\r\nhalf"
    )
    with pytest.raises(Unreachable):
        fetch(f"{fake.address}/cut", PHOTO, unchecked)


@pytest.mark.parametrize(
    "noise",
    [
        b"",
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200,
        b"HTTP/1.1 200\r\n" + b"a" * 70000,
        b"HTTP/1.1 200 " + b"a" * 70000,
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + (b"X: " + b"a" * 60000 + b"\r\n") * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\na",
        b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"none\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nTransfer-Encoding: chunked\r\n\r\n"
        + b"1" * 70000,
    ],
)
def test_noise_is_no_answer(fake: FakeSources, noise: bytes) -> None:
    fake.forever["/noise"] = saying(noise)
    with pytest.raises(Unreachable, match="the connection failed"):
        fetch(f"{fake.address}/noise", HURRIED, unchecked)


def test_nobody_there(fake: FakeSources, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AREOLE_TEST_SERVER", "http://127.0.0.1:9")
    with pytest.raises(Unreachable):
        fetch("http://127.0.0.1:9/1.jpg", PHOTO, unchecked)


def test_three_redirects_are_followed(fake: FakeSources) -> None:
    for step in range(3):
        fake.forever[f"/{step}"] = Reply(
            status=(301, 302, 307)[step], headers={"Location": f"/{step + 1}"}
        )
    fake.forever["/3"] = Reply(b"bytes", headers=JPEG)
    assert fetch(f"{fake.address}/0", PHOTO, unchecked, {"X-Key": "secret"}).body == b"bytes"
    assert [("X-Key" in asked.headers) for asked in fake.asked] == [True, False, False, False]


def test_a_key_that_makes_no_sense(fake: FakeSources) -> None:
    with pytest.raises(FetchFailed, match="its key makes no sense"):
        fetch(f"{fake.address}/1.jpg", PHOTO, unchecked, {"X-Key": "secret\r\nX-Evil: 1"})
    assert not fake.asked


def test_a_redirect_loop_ends(fake: FakeSources) -> None:
    fake.forever["/loop"] = Reply(status=302, headers={"Location": "/loop"})
    with pytest.raises(FetchFailed, match="passed on more than 3 times"):
        fetch(f"{fake.address}/loop", PHOTO, unchecked)
    assert len(fake.asked) == 4


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("https://127.0.0.1/1.jpg", "not public"),
        ("https://169.254.169.254/latest/meta-data/", "not public"),
        ("https://[::ffff:10.0.0.1]/", "not public"),
        ("http://photos.example/1.jpg", "not one of https"),
        ("http://127.0.0.1:1/1.jpg", "not one of https"),
        ("file:///etc/passwd", "not one of https"),
        ("https://ana:secret@photos.example/1.jpg", "not one of https"),
        ("https://*.example/1.jpg", "makes no sense"),
        ("https://[::1", "passed on to nowhere"),
    ],
)
def test_redirects_to_where_nobody_should_go(fake: FakeSources, location: str, said: str) -> None:
    fake.forever["/away"] = Reply(status=302, headers={"Location": location})
    with pytest.raises(FetchFailed, match=said):
        fetch(f"{fake.address}/away", PHOTO, unchecked)


def test_an_api_is_not_followed_anywhere(fake: FakeSources) -> None:
    fake.forever["/away"] = Reply(status=302, headers={"Location": "/elsewhere"})
    assert fetch(f"{fake.address}/away", JSON, unchecked).status == 302
    assert fake.paths() == ["/away"]
