"""Turns, back-off and wishes to be left alone, on a clock that makes nobody wait."""

import time
from collections.abc import Callable
from email.utils import formatdate
from threading import Thread

import pytest

from model.errors import Cancelled, SourceFailed
from model.gather.gatherer import Gatherer
from model.gather.sources.api import TRIES
from model.progress import Check
from tests.model.gather.fake_sources import FakeSources, Reply
from tests.model.gather.fixtures import Clock
from tests.model.gather.net.test_fetch import unchecked

NOTHING = Reply({"batchcomplete": True})
BUSY = 429


AskCommons = Callable[..., object]


@pytest.fixture
def ask_commons(gatherer: Gatherer) -> AskCommons:
    """Ask Commons, always in the same queue."""

    def ask(check: Check = unchecked) -> object:
        return gatherer.api("commons", check).get("", {"q": "cactus"})

    return ask


def pauses(status: int, after: str) -> Reply:
    return Reply(b"", status, {"Retry-After": after})


def test_the_least_interval_is_kept(fake: FakeSources, clock: Clock, gatherer: Gatherer) -> None:
    fake.forever["/inaturalist/taxa"] = Reply({"results": []})
    for _ in range(5):
        gatherer.api("inaturalist", unchecked).get("/taxa", {})
    assert clock.waited == pytest.approx(4 * 1.0)


def test_one_at_a_time_whoever_asks(fake: FakeSources, ask_commons: AskCommons) -> None:
    def slow(handler: object) -> None:
        time.sleep(0.1)
        NOTHING.send(handler)  # type: ignore[arg-type]

    fake.forever["/commons"] = slow
    askers = [Thread(target=ask_commons) for _ in range(4)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert len(fake.asked) == 4
    assert fake.most_at_once == 1


@pytest.mark.parametrize("status", [429, 503])
def test_a_short_wish_to_wait_is_obeyed(
    fake: FakeSources, clock: Clock, status: int, ask_commons: AskCommons
) -> None:
    fake.script["/commons"] = [pauses(status, "12"), NOTHING]
    ask_commons()
    assert clock.waited == pytest.approx(12, abs=2)
    assert len(fake.asked) == 2


def test_a_short_wish_given_as_a_date_is_obeyed(
    fake: FakeSources, clock: Clock, ask_commons: AskCommons
) -> None:
    fake.script["/commons"] = [pauses(BUSY, formatdate(time.time() + 10, usegmt=True)), NOTHING]
    ask_commons()
    assert 8 <= clock.waited <= 13


@pytest.mark.parametrize("status", [429, 503])
def test_a_long_wish_to_wait_is_told_at_once_to_everybody(
    fake: FakeSources, clock: Clock, status: int, ask_commons: AskCommons
) -> None:
    fake.script["/commons"] = [pauses(status, "300")]
    told = []
    for _ in range(3):
        with pytest.raises(SourceFailed) as failure:
            ask_commons()
        told.append(str(failure.value))
    assert set(told) == {
        "Wikimedia Commons asks for a pause. Try again in 5 minutes, or choose another source."
    }
    assert len(fake.asked) == 1
    assert clock.waited == 0
    clock.time += 301
    fake.script["/commons"] = [NOTHING]
    ask_commons()
    assert len(fake.asked) == 2


def test_a_pause_of_one_source_is_none_of_another(
    fake: FakeSources, ask_commons: AskCommons, gatherer: Gatherer
) -> None:
    fake.script["/commons"] = [pauses(BUSY, "300")]
    with pytest.raises(SourceFailed):
        ask_commons()
    fake.forever["/inaturalist/taxa"] = Reply({"results": []})
    assert gatherer.api("inaturalist", unchecked).get("/taxa", {}) == {"results": []}


@pytest.mark.parametrize("after", ["soon", "", "9" * 5000, "Wed, 99 Foo 2026", "-5"])
def test_a_wish_that_makes_no_sense_is_a_minute(
    fake: FakeSources, after: str, ask_commons: AskCommons
) -> None:
    fake.script["/commons"] = [pauses(BUSY, after)]
    with pytest.raises(SourceFailed, match="Try again in 60 seconds"):
        ask_commons()


def test_a_wish_for_ever_is_not_for_ever(fake: FakeSources, ask_commons: AskCommons) -> None:
    fake.script["/commons"] = [pauses(BUSY, "99999999")]
    with pytest.raises(SourceFailed, match="Try again in 6 hours"):
        ask_commons()


def test_who_waits_can_leave(fake: FakeSources, clock: Clock, ask_commons: AskCommons) -> None:
    fake.forever["/commons"] = pauses(BUSY, "14")

    def check() -> None:
        if clock.waited > 3:
            raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        ask_commons(check)
    assert clock.waited < 4
    assert len(fake.asked) == 1


def test_who_backs_off_can_leave(fake: FakeSources, clock: Clock, ask_commons: AskCommons) -> None:
    fake.forever["/commons"] = Reply(b"", 500)

    def check() -> None:
        if clock.waited > 0.1:
            raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        ask_commons(check)
    assert clock.waited < 0.3


def test_who_waits_for_another_can_leave(
    fake: FakeSources, ask_commons: AskCommons, gatherer: Gatherer
) -> None:
    def check() -> None:
        raise Cancelled("Cancelled.")

    with gatherer.api("commons", unchecked).queue.slot(unchecked), pytest.raises(Cancelled):
        ask_commons(check)
    fake.forever["/commons"] = NOTHING
    ask_commons()  # The one who left holds no place.


def test_wishes_to_wait_without_end_are_given_up(
    fake: FakeSources, ask_commons: AskCommons
) -> None:
    fake.forever["/commons"] = pauses(BUSY, "1")
    with pytest.raises(SourceFailed, match="the server answered 429"):
        ask_commons()
    assert len(fake.asked) == TRIES


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_failure_that_passes_is_asked_again_after_a_while(
    fake: FakeSources, clock: Clock, status: int, ask_commons: AskCommons
) -> None:
    fake.script["/commons"] = [Reply(b"", status), Reply(b"", status), NOTHING]
    ask_commons()
    assert len(fake.asked) == 3
    assert 1.0 < clock.waited < 6


def test_a_failure_that_stays_is_a_sentence(fake: FakeSources, ask_commons: AskCommons) -> None:
    fake.forever["/commons"] = Reply(b"Traceback: secret", 500)
    with pytest.raises(
        SourceFailed,
        match=r"Wikimedia Commons does not answer as it should: the server answered 500",
    ) as failure:
        ask_commons()
    assert "secret" not in str(failure.value)
    assert len(fake.asked) == TRIES


def test_a_dropped_connection_is_tried_again(fake: FakeSources, ask_commons: AskCommons) -> None:
    fake.script["/commons"] = [lambda handler: None, NOTHING]
    ask_commons()
    assert len(fake.asked) == 2


def test_offline_is_said(
    fake: FakeSources, clock: Clock, monkeypatch: pytest.MonkeyPatch, ask_commons: AskCommons
) -> None:
    monkeypatch.setenv("AREOLE_TEST_SERVER", "http://127.0.0.1:9")
    with pytest.raises(SourceFailed, match="cannot be reached; this server may be offline"):
        ask_commons()
    assert 1.5 < clock.waited < 15


def test_what_does_not_pass_is_not_asked_again(fake: FakeSources, ask_commons: AskCommons) -> None:
    fake.forever["/commons"] = Reply(b"", 404)
    with pytest.raises(SourceFailed, match="answered 404"):
        ask_commons()
    assert len(fake.asked) == 1


@pytest.mark.parametrize(("header", "wait_s"), [("anon_burst", 10), ("anon_sustained", 3600)])
def test_openverse_is_left_alone_when_it_has_no_requests_left(
    fake: FakeSources, clock: Clock, header: str, wait_s: float, gatherer: Gatherer
) -> None:
    """The headers: WordPress/openverse, api/api/utils/throttle.py."""
    empty = {"result_count": 0, "page_count": 0, "results": []}
    fake.forever["/openverse"] = Reply(empty, headers={f"X-RateLimit-Available-{header}": "0"})
    gatherer.search("openverse", "cactus", 1, commercial=False, check=unchecked)
    if wait_s > 15:
        with pytest.raises(
            SourceFailed, match=r"Openverse asks for a pause\. Try again in 60 minutes"
        ):
            gatherer.search("openverse", "agave", 1, commercial=False, check=unchecked)
    else:
        gatherer.search("openverse", "agave", 1, commercial=False, check=unchecked)
        assert clock.waited == pytest.approx(wait_s)
