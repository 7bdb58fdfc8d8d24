"""Limits of what clients may ask: how often, and how much at once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil
from time import monotonic

from starlette.exceptions import HTTPException

MOST_CLIENTS = 10_000  # Remembered; those who may ask again at once are forgotten first.
EVERYONE = "everyone"
BODIES_BYTES = 60_000_000  # A body is there twice for a moment, as it came and as a whole.


class RateLimit:
    """Let each client ask `burst` times at once, and `per_second` times a second from then on.

    The generic cell rate algorithm: all it keeps of a client is when its requests are paid for.
    """

    def __init__(
        self, burst: int, per_second: float, clock: Callable[[], float] = monotonic
    ) -> None:
        self._gap_s, self._most_ahead_s, self._clock = 1 / per_second, burst / per_second, clock
        self._paid_at: dict[str, float] = {}

    def check(self, client: str) -> None:
        """Raise 429 for a client that asks too often."""
        now = self._clock()
        if len(self._paid_at) >= MOST_CLIENTS:
            self._paid_at = {name: at for name, at in self._paid_at.items() if at > now}
        ahead_s = max(self._paid_at.get(client, now) - now, 0.0) + self._gap_s
        if ahead_s > self._most_ahead_s * (1 + 1e-9):  # Sums of fractions are not exact.
            raise _too_many(ahead_s - self._most_ahead_s)
        self._paid_at[client] = now + ahead_s


class BytesInFlight:
    """What all requests together may hold in memory."""

    def __init__(self, most: int) -> None:
        self._free = most

    @contextmanager
    def room(self) -> Iterator[Callable[[int], None]]:
        """Give a function that takes room for some bytes, or raises 429; all is given back."""
        taken = 0

        def take(count: int) -> None:
            nonlocal taken
            if count > self._free:
                raise _too_many(1)
            self._free -= count
            taken += count

        try:
            yield take
        finally:
            self._free += taken


@dataclass
class Limits:
    """The limits of one server. Behind a proxy all clients have one address."""

    clients: RateLimit = field(default_factory=lambda: RateLimit(burst=40, per_second=10))
    everyone: RateLimit = field(default_factory=lambda: RateLimit(burst=120, per_second=30))
    # A batch at once; then as fast as a phone makes photos smaller.
    senders: RateLimit = field(default_factory=lambda: RateLimit(burst=20, per_second=4))
    uploads: RateLimit = field(default_factory=lambda: RateLimit(burst=60, per_second=30))
    bodies: BytesInFlight = field(default_factory=lambda: BytesInFlight(BODIES_BYTES))

    def check(self, client: str) -> None:
        """Raise 429 where a client, or all together, ask too often."""
        self.clients.check(client)
        self.everyone.check(EVERYONE)

    def check_upload(self, workspace: str) -> None:
        """Raise 429 where a workspace, or all together, send photos too often."""
        self.senders.check(workspace)
        self.uploads.check(EVERYONE)


def _too_many(wait_s: float) -> HTTPException:
    sentence = "Too many requests just now. Ask again in a moment."
    return HTTPException(429, sentence, {"Retry-After": str(max(1, ceil(wait_s)))})
