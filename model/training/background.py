"""Head trainings in the background of the server: they go on when the page is left, and whoever looks again finds them."""

from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from time import monotonic

from model.catalogue.store import Store
from model.errors import AreoleError, Cancelled
from model.runs.settings import Epoch
from model.training.request import TrainRequest

MOST_REMEMBERED = 100  # Finished trainings
SAME_CLICK_S = 2.0  # A second wish for the very same training within this time is a double click.


@dataclass
class HeadJob:
    """A training under way or over. Written by its own thread, read by pages."""

    request: TrainRequest
    started: float = field(default_factory=monotonic)
    looked: tuple[int, int] | None = (
        None  # How many photos the backbone has looked at, and of how many; None: it knew them all
    )
    history: list[Epoch] = field(default_factory=list)
    run: str | None = None
    error: str | None = None
    cancelled: bool = False
    finished: Event = field(default_factory=Event)

    @property
    def is_running(self) -> bool:
        """Whether it is still under way."""
        return self.run is None and self.error is None


class HeadJobs:
    """The head trainings of this server, one at a time for each workspace."""

    def __init__(self) -> None:
        self._jobs: dict[str, HeadJob] = {}
        self._lock = Lock()

    def of(self, workspace: str) -> HeadJob | None:
        """The last training of a workspace since the server started."""
        return self._jobs.get(workspace)

    def start(self, store: Store, workspace: str, request: TrainRequest) -> HeadJob:
        """Begin a training, unless one is under way or the same was asked for a moment ago: then that one."""
        with self._lock:
            last = self._jobs.get(workspace)
            if last and (
                last.is_running
                or (last.request == request and monotonic() - last.started < SAME_CLICK_S)
            ):
                return last
            for finished in [name for name, old in self._jobs.items() if not old.is_running][
                :-MOST_REMEMBERED
            ]:
                del self._jobs[finished]
            job = self._jobs[workspace] = HeadJob(request)
        Thread(target=_train, args=(store, job), daemon=True, name=f"head {request.name}").start()
        return job


def _train(store: Store, job: HeadJob) -> None:
    from model.training.head_run import train_head_run  # torch: two seconds that no page waits for.

    def look(done: int, total: int) -> None:
        job.looked = (done, total)
        if job.cancelled:
            raise Cancelled(
                "Cancelled. What it has looked at is kept: the next start goes on from there."
            )

    try:
        job.run = train_head_run(
            store, job.request, on_features=look, on_epoch=job.history.append
        ).card.id
    except AreoleError as error:
        job.error = str(error)
    finally:
        if job.is_running:  # A mistake of ours: the log has the traceback, the visitor a sentence.
            job.error = "The training broke off. The server's log says why."
        job.finished.set()
