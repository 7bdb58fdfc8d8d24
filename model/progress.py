"""Long work: callbacks that say how far it is and whether to go on, and the time it still takes."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

Progress = Callable[[int, int], None]  # Units done, units in all
Check = Callable[[], None]  # Raises Cancelled once the work was cancelled

FEW = 3  # Units of work from which its pace is told


def no_progress(done: int, total: int) -> None:
    """Report progress to no one."""


@dataclass
class Pace:
    """How long work still takes at the pace of its own reports."""

    clock: Callable[[], float] = monotonic
    seconds_left: float | None = None  # Unknown until a few units are done.
    _done: int = 0
    _total: int = 0
    _since: int = 0  # Units done at the first report: it took no time to find those.
    _started: float = 0.0

    def report(self, done: int, total: int) -> None:
        """Note how much is done; another total, or fewer units than before, is other work."""
        now = self.clock()
        if total != self._total or done < self._done:
            self._since, self._started = done, now
        self._done, self._total = done, total
        units = done - self._since
        pace_s = (now - self._started) / units if units >= FEW else None
        self.seconds_left = None if pace_s is None else pace_s * (total - done)
