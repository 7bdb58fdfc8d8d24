"""Head trainings in threads of this server."""

from dataclasses import dataclass, field
from time import monotonic
from typing import ClassVar

from model.catalogue.store import Store
from model.jobs.threads import BackgroundJob, BackgroundJobs, Turns
from model.runs.settings import Epoch
from model.training.request import TrainRequest

_turns = Turns()  # Thirty heads at once would each be the slower, and pages with them.
SAME_CLICK_S = 2.0  # The very same request within this time is a double click.


@dataclass
class HeadJob(BackgroundJob):
    """A head training; `done` of `total` photos have features, and `total` is 0 where all had.

    It is cancelled between photos, not between epochs.
    """

    CANCELLED: ClassVar[str] = (
        "Cancelled. What it has looked at is kept: the next start goes on from there."
    )
    request: TrainRequest = field(kw_only=True)
    history: list[Epoch] = field(default_factory=list)
    run: str | None = None  # The id of the run it made
    place: int = 0  # Trainings that come before it, once its photos have features

    def note_place(self, place: int) -> None:
        """Note how many trainings come before it. Raises Cancelled once a page asked for it."""
        self.place = place
        self.check()


def start_training(
    jobs: BackgroundJobs[HeadJob], store: Store, workspace: str, request: TrainRequest
) -> HeadJob:
    """Train a head in the background, unless the workspace is training one already."""

    def train(job: HeadJob) -> None:
        from model.training.head_run import train_head_run  # Numpy's part: no page waits for it.

        turn = _turns.take(job.note_place)
        run = train_head_run(
            store, request, on_features=job.report, on_epoch=job.history.append, turn=turn
        )
        job.run = run.card.id

    def is_repeat(last: HeadJob) -> bool:
        return last.request == request and monotonic() - last.started < SAME_CLICK_S

    return jobs.start(workspace, HeadJob(f"head {request.name}", request=request), train, is_repeat)
