"""Work in the background of the server: it goes on when the page is left, and whoever looks again finds it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from time import monotonic
from typing import Generic, TypeVar

from model.errors import AreoleError, Cancelled

MOST_REMEMBERED = 100  # Works that are over


@dataclass
class BackgroundJob:
    """Something under way or over. Written by its own thread, read by pages; only `cancelled` is for pages to set."""

    title: str
    done: int = 0
    total: int = 0
    error: str | None = None
    cancelled: bool = False
    started: float = field(default_factory=monotonic)
    finished: Event = field(default_factory=Event)

    @property
    def is_running(self) -> bool:
        """Whether it is still under way."""
        return not self.finished.is_set()

    def report(self, done: int, total: int) -> None:
        """How much is done; where the work can be cancelled."""
        self.done, self.total = done, total
        self.check()

    def check(self) -> None:
        """Raise Cancelled where nobody wants the rest."""
        if self.cancelled:
            raise Cancelled("Cancelled.")


SomeWork = TypeVar("SomeWork", bound=BackgroundJob)


class BackgroundJobs(Generic[SomeWork]):
    """What this server does in the background, one thing at a time for each workspace."""

    def __init__(self) -> None:
        self._works: dict[str, SomeWork] = {}
        self._lock = Lock()

    def of(self, workspace: str) -> SomeWork | None:
        """The last work of a workspace since the server started."""
        return self._works.get(workspace)

    def forget(self, workspace: str) -> None:
        """Let go of a work that is over, and of all it holds."""
        with self._lock:
            work = self._works.get(workspace)
            if work is not None and not work.is_running:
                del self._works[workspace]

    def start(self, workspace: str, work: SomeWork, action: Callable[[SomeWork], None]) -> SomeWork:
        """Begin to do something, unless something is being done already: then that goes on, and the new wish is dropped."""
        with self._lock:
            last = self._works.get(workspace)
            if last is not None and last.is_running:
                return last
            for over in [name for name, old in self._works.items() if not old.is_running][
                :-MOST_REMEMBERED
            ]:
                del self._works[over]
            self._works[workspace] = work
        Thread(target=_do, args=(work, action), daemon=True, name=work.title).start()
        return work


def _do(work: SomeWork, action: Callable[[SomeWork], None]) -> None:
    over = False
    try:
        action(work)
        over = True
    except AreoleError as error:
        work.error, over = str(error), True
    finally:
        if not over:  # A mistake of ours: the log has the traceback, the visitor a sentence.
            work.error = "It broke off by a mistake of ours. The server's log says why."
        work.finished.set()
