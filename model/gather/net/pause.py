"""Waiting that can be called off."""

from collections.abc import Callable
from time import monotonic, sleep

Check = Callable[[], None]  # Raises Cancelled once nobody wants the answer any more.
LOOK_S = 0.1


def now() -> float:
    """Seconds on a clock that only goes forward."""
    return monotonic()


def pause(seconds: float, check: Check) -> None:
    """Wait, asking `check` all the while."""
    end = now() + seconds
    check()
    while (left := end - now()) > 0:
        sleep(min(LOOK_S, left))
        check()
