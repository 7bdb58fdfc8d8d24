"""Fixtures for all that gathers: fake sources, a clock that makes nothing wait, no internet."""

import socket
from collections.abc import Iterator
from threading import Thread

import pytest

from model.gather.gatherer import Gatherer
from model.gather.net import pause as waiting
from tests.model.gather.fake_sources import FakeSources


@pytest.fixture
def no_internet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test leave the machine, not even by mistake."""
    connect = socket.socket.connect

    def inside(self: socket.socket, address: tuple[str, int]) -> None:
        assert self.family == socket.AF_UNIX or address[0] in ("127.0.0.1", "::1"), (
            f"a test wanted to reach {address}"
        )
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", inside)


class Clock:
    """Time that passes only in sleeps."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds

    @property
    def waited(self) -> float:
        """The seconds slept in all."""
        return sum(self.slept)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Let waits for slots, pauses and back-offs pass at once; a request's time limit is real."""
    fake = Clock()
    monkeypatch.setattr(waiting, "monotonic", fake.monotonic)
    monkeypatch.setattr(waiting, "sleep", fake.sleep)
    return fake


@pytest.fixture
def gatherer() -> Gatherer:
    """Make a process's rate limits and searches anew."""
    return Gatherer()


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> Iterator[FakeSources]:
    """Run the fake sources, with Areole pointed at them."""
    server = FakeSources()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setenv("AREOLE_TEST_SERVER", server.address)
    yield server
    server.shutdown()
    thread.join()
    server.server_close()
