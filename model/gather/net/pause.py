"""A sleep that can be cancelled, and the clock that all waiting here goes by."""

from time import monotonic, sleep

from model.progress import Check

LOOK_S = 0.1  # Polling interval


def now() -> float:
    """Return seconds on a clock that only goes forward."""
    return monotonic()


def pause(seconds: float, check: Check) -> None:
    """Sleep, calling `check` ten times a second. Raises what `check` raises."""
    end = now() + seconds
    check()
    while (left := end - now()) > 0:
        sleep(min(LOOK_S, left))
        check()
