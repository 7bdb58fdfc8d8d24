"""Searches that are made once for a whole class."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier, Event

import pytest

from model.errors import Cancelled, SourceFailed
from model.gather import search_cache
from model.gather.gatherer import Gatherer
from model.gather.search_cache import KEPT_S, SearchCache
from model.gather.sources.results import PhotoSearch
from tests.model.gather.fake_sources import FakeSources, Reply
from tests.model.gather.fixtures import Clock
from tests.model.gather.net.test_fetch import unchecked


def search(
    gatherer: Gatherer, source: str, text: str, number: int = 5, *, commercial: bool = False
) -> PhotoSearch:
    return gatherer.search(source, text, number, commercial=commercial, check=unchecked)


def test_thirty_who_ask_the_same_at_once_ask_the_source_once(
    fake: FakeSources, gatherer: Gatherer
) -> None:
    together = Barrier(30)

    def pupil(number: int) -> PhotoSearch:
        together.wait(20)
        return search(gatherer, "openverse", ("cactus", " Cactus", "CACTUS\t")[number % 3])

    with ThreadPoolExecutor(30) as pool:
        answers = list(pool.map(pupil, range(30)))
    assert all(answer is answers[0] for answer in answers)
    assert fake.paths() == ["/openverse"]


@pytest.mark.usefixtures("fake")
def test_what_differs_is_asked_for_itself(gatherer: Gatherer) -> None:
    answers = [
        search(gatherer, "openverse", "cat"),
        search(gatherer, "openverse", "dog"),
        search(gatherer, "openverse", "cat", 6),
        search(gatherer, "openverse", "cat", commercial=True),
        search(gatherer, "commons", "cat"),
    ]
    assert len({id(answer) for answer in answers}) == 5
    assert search(gatherer, "openverse", "cat") is answers[0]


def test_after_a_day_the_source_is_asked_again(
    fake: FakeSources, monkeypatch: pytest.MonkeyPatch, gatherer: Gatherer
) -> None:
    clock = Clock()
    monkeypatch.setattr(search_cache, "monotonic", clock.monotonic)
    first = search(gatherer, "openverse", "cat")
    clock.time += KEPT_S - 1
    assert search(gatherer, "openverse", "cat") is first
    clock.time += 2
    assert search(gatherer, "openverse", "cat") is not first
    assert fake.paths() == ["/openverse"] * 2


def test_a_failure_is_not_kept(fake: FakeSources, gatherer: Gatherer) -> None:
    fake.script["/openverse"] = [Reply({"detail": "no"}, 404)]
    with pytest.raises(SourceFailed):
        search(gatherer, "openverse", "cat")
    assert search(gatherer, "openverse", "cat").photos


def test_only_so_many_searches_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[str] = []

    def made(text: str) -> PhotoSearch:
        texts.append(text)
        return PhotoSearch((), {}, text)

    monkeypatch.setattr(search_cache, "MOST_KEPT", 3)
    cache = SearchCache()
    for text in ("a", "b", "c", "d", "d", "b", "a"):
        assert cache.get(text, partial(made, text), unchecked).understood == text
    assert texts == ["a", "b", "c", "d", "a"]
    assert len(cache.turns) <= 4 + 1


def test_who_waits_for_anothers_search_can_be_called_off() -> None:
    begun, go = Event(), Event()

    def made() -> PhotoSearch:
        begun.set()
        assert go.wait(20)
        return PhotoSearch((), {}, "cat")

    def check() -> None:
        raise Cancelled("Cancelled.")

    cache = SearchCache()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(cache.get, "cat", made, unchecked)
        assert begun.wait(20)
        with pytest.raises(Cancelled):
            cache.get("cat", made, check)
        go.set()
        assert first.result() is cache.get("cat", made, check)
