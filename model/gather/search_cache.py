"""A cache of searches: a school asks a source through one address, thirty pupils ask the same."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from threading import Lock
from time import monotonic

from model.gather.net.pause import LOOK_S
from model.gather.sources.results import PhotoSearch
from model.progress import Check

KEPT_S = 24 * 3600
MOST_KEPT = 256


class SearchCache:
    """Keeps a day's searches, and makes each once however many threads want it."""

    def __init__(self) -> None:
        self._searches: dict[Hashable, tuple[float, PhotoSearch]] = {}
        self.turns: dict[Hashable, Lock] = {}
        self._lock = Lock()

    def get(self, key: Hashable, search: Callable[[], PhotoSearch], check: Check) -> PhotoSearch:
        """Return the search of this key, made now where there is none of the last day.

        A thread that wants a search under way waits for it. Raises what `search` and `check` raise.
        """
        with self._turn(key, check):
            made_at, result = self._searches.get(key, (0.0, None))
            if result is not None and monotonic() - made_at < KEPT_S:
                return result
            result = search()
            with self._lock:
                self._searches[key] = (monotonic(), result)
                while len(self._searches) > MOST_KEPT:
                    del self._searches[next(iter(self._searches))]
            return result

    @contextmanager
    def _turn(self, key: Hashable, check: Check) -> Iterator[None]:
        """Hold the lock of a key; idle locks beyond the limit are dropped."""
        with self._lock:
            if len(self.turns) > MOST_KEPT:
                self.turns = {key: turn for key, turn in self.turns.items() if turn.locked()}
            turn = self.turns.setdefault(key, Lock())
        while not turn.acquire(timeout=LOOK_S):
            check()
        try:
            yield
        finally:
            turn.release()
