"""Fixtures for gathering: the fake sources, a clock that does not make anybody wait, and a wall around the machine."""

import socket
from collections.abc import Iterator
from threading import Thread

import pytest

from model.gather import downloads
from model.gather.net import pause as waiting
from model.gather.net.rate_limit import Queue
from model.gather.sources import services
from tests.model.gather.fake_sources import FakeSources


@pytest.fixture(autouse=True)
def no_internet(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test of this folder leaves the machine, not even by mistake."""
    connect = socket.socket.connect

    def inside(self: socket.socket, address: tuple[str, int]) -> None:
        assert self.family == socket.AF_UNIX or address[0] in ("127.0.0.1", "::1"), (
            f"a test wanted to reach {address}"
        )
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", inside)


@pytest.fixture(autouse=True)
def fresh_queues(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test waits for another's turn."""
    queues = {
        service.name: Queue(service.title, service.least_interval_s)
        for service in services.SERVICES.values()
    }
    monkeypatch.setattr(services, "QUEUES", queues)
    downloads._queue.cache_clear()


class Clock:
    """Time that passes only when somebody sleeps."""

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
    """Waits for turns, pauses and back-offs pass at once. Limits on a request's time are real."""
    fake = Clock()
    monkeypatch.setattr(waiting, "monotonic", fake.monotonic)
    monkeypatch.setattr(waiting, "sleep", fake.sleep)
    return fake


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> Iterator[FakeSources]:
    """The fake sources, running, with Areole pointed at them."""
    server = FakeSources()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setenv("AREOLE_TEST_SERVER", server.address)
    yield server
    server.shutdown()
    thread.join()
    server.server_close()
