"""Searches that were made already: a school asks a source through one address, and thirty pupils ask the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from time import monotonic

from model.gather.net.pause import LOOK_S, Check
from model.gather.sources.registry import PhotoSource
from model.gather.sources.results import PhotoSearch, Progress

KEPT_S = 24 * 3600
MOST_KEPT = 256

Asked = tuple[str, str, int, bool]  # Source, text, number, whether for commercial use

_kept: dict[Asked, tuple[float, PhotoSearch]] = {}
_turns: dict[Asked, Lock] = {}
_lock = Lock()


def search_once(
    source: PhotoSource,
    text: str,
    number: int,
    *,
    commercial: bool,
    progress: Progress,
    check: Check,
) -> PhotoSearch:
    """What `source.search` finds; whoever asks the same within a day gets the same, and who asks meanwhile waits for it.

    Raises SourceFailed, and what `check` raises.
    """
    asked = (source.service.name, " ".join(text.casefold().split()), number, commercial)
    with _turn(asked, check):
        known = _kept.get(asked)
        if known and monotonic() - known[0] < KEPT_S:
            return known[1]
        search = source.search(text, number, commercial, progress, check)
        with _lock:
            _kept[asked] = (monotonic(), search)
            while len(_kept) > MOST_KEPT:
                del _kept[next(iter(_kept))]
        return search


def forget_searches() -> None:
    """Ask the sources anew from now on."""
    with _lock:
        _kept.clear()


@contextmanager
def _turn(asked: Asked, check: Check) -> Iterator[None]:
    """One at a time for the same search."""
    with _lock:
        if len(_turns) > MOST_KEPT:
            for idle in [key for key, lock in _turns.items() if not lock.locked()]:
                del _turns[idle]
        turn = _turns.setdefault(asked, Lock())
    while not turn.acquire(timeout=LOOK_S):
        check()
    try:
        yield
    finally:
        turn.release()
