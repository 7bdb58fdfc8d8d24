"""Jobs in threads of this server: they go on when a page is left, and any page shows them."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Condition, Event, Lock, Thread
from time import monotonic
from typing import ClassVar, Generic, TypeVar

from model.errors import AreoleError, Cancelled, ServerStopped
from model.progress import Pace

MOST_REMEMBERED = 100  # Finished jobs
LOOK_S = 0.5  # Between two looks of one that waits: it may have been cancelled.


@dataclass
class BackgroundJob:
    """A job, written by its own thread and read by pages; only `cancelled` is theirs to set."""

    CANCELLED: ClassVar[str] = "Cancelled."

    title: str
    done: int = 0
    total: int = 0
    error: str | None = None
    cancelled: bool = False
    stopped: bool = False  # With its server
    started: float = field(default_factory=monotonic)
    finished: Event = field(default_factory=Event)
    pace: Pace = field(default_factory=Pace)

    @property
    def is_running(self) -> bool:
        """True until its thread has ended."""
        return not self.finished.is_set()

    def report(self, done: int, total: int) -> None:
        """Note how much is done. Raises Cancelled once a page asked for it."""
        self.done, self.total = done, total
        self.pace.report(done, total)
        self.check()

    def check(self) -> None:
        """Raise Cancelled once a page asked for it, ServerStopped once the server stops."""
        if self.stopped:
            raise ServerStopped("The server stopped.")
        if self.cancelled:
            raise Cancelled(self.CANCELLED)


SomeJob = TypeVar("SomeJob", bound=BackgroundJob)


class BackgroundJobs(Generic[SomeJob]):
    """Jobs of one kind in this server, one at a time for each workspace."""

    def __init__(self) -> None:
        self._jobs: dict[str, SomeJob] = {}
        self._lock = Lock()

    def of(self, workspace: str) -> SomeJob | None:
        """Return the last job of a workspace since the server started."""
        return self._jobs.get(workspace)

    def running(self) -> int:
        """Count the jobs of all workspaces that have not ended."""
        with self._lock:
            return sum(job.is_running for job in self._jobs.values())

    def forget(self, workspace: str) -> None:
        """Let go of a finished job, and of all it holds."""
        with self._lock:
            job = self._jobs.get(workspace)
            if job is not None and not job.is_running:
                del self._jobs[workspace]

    def start(
        self,
        workspace: str,
        job: SomeJob,
        action: Callable[[SomeJob], None],
        is_repeat: Callable[[SomeJob], bool] = lambda last: False,
    ) -> SomeJob:
        """Start a job in a thread of its own and return it.

        Where the workspace's last job still runs, or `is_repeat` takes the new one for a double
        click on the last, that last one is returned and nothing starts.
        """
        with self._lock:
            last = self._jobs.get(workspace)
            if last is not None and (last.is_running or is_repeat(last)):
                return last
            finished = [name for name, old in self._jobs.items() if not old.is_running]
            for name in finished[:-MOST_REMEMBERED]:
                del self._jobs[name]
            self._jobs[workspace] = job
        Thread(target=_run, args=(job, action), daemon=True, name=job.title).start()
        return job

    def stop(self) -> list[SomeJob]:
        """Ask all jobs that run to end with the server, and return them."""
        running = [job for job in self._jobs.values() if job.is_running]
        for job in running:
            job.stopped = True
        return running


class Turns:
    """Work that goes one at a time, in the order of asking."""

    def __init__(self) -> None:
        self._waiting: deque[object] = deque()
        self._changed = Condition()

    @contextmanager
    def take(self, on_place: Callable[[int], None]) -> Iterator[None]:
        """Wait for a turn and hold it; `on_place` is told how many come before, 0 at last.

        What `on_place` raises ends the waiting.
        """
        ticket = object()
        try:
            with self._changed:
                self._waiting.append(ticket)
                while place := self._waiting.index(ticket):
                    on_place(place)
                    self._changed.wait(LOOK_S)
            on_place(0)
            yield
        finally:
            with self._changed:
                self._waiting.remove(ticket)
                self._changed.notify_all()


def _run(job: SomeJob, action: Callable[[SomeJob], None]) -> None:
    # Replaced below unless a mistake of ours ends it: the log has the traceback then.
    error: str | None = "It broke off by a mistake of ours. The server's log says why."
    try:
        action(job)
        error = None
    except AreoleError as failure:
        error = str(failure)
    finally:
        job.error = error
        job.finished.set()
