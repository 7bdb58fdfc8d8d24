"""The assignment's heart: the ten highest losses, with an explanation and an action each."""

from collections.abc import Collection
from dataclasses import dataclass

from model.catalogue.edits import NOTE, History
from model.catalogue.measures import load_qualities
from model.catalogue.store import Store
from model.cleaning.worksheet import ROWS, WorksheetCase, worksheet
from model.evaluation.top_losses import TopLoss, ranked, top_losses
from model.runs.run import Run


@dataclass(frozen=True)
class LossCase:
    """A photo with a high loss: the visitor's decision, and the run's figures."""

    case: WorksheetCase
    loss: TopLoss

    @property
    def is_judged(self) -> bool:
        """True where it was decided what to do."""
        return self.case.edit is not None and self.case.edit.action != NOTE

    @property
    def reason(self) -> str:
        """The visitor's own explanation."""
        return self.case.edit.reason if self.case.edit else ""


@dataclass(frozen=True)
class Losses:
    """The ten highest losses of a run among its validation photos."""

    run: str  # Its name
    cases: tuple[LossCase, ...]

    @property
    def judged(self) -> int:
        """Number of those that were decided."""
        return sum(case.is_judged for case in self.cases)


def find_losses(
    store: Store, name: str, run: Run, photos: Collection[str], history: History | None
) -> Losses:
    """Find the ten among `photos`, the dataset's, under the labels the run was trained with.

    As in the worksheet, what was decided before the training does not count: the run learned it.
    """
    table = run.evaluation.for_split("valid")
    table = table.rows(row for row, photo in enumerate(table.photos) if photo in photos)
    standing = history.standing if history else {}
    since = {
        photo: edit for photo, edit in standing.items() if edit.created_at >= run.card.trained_at
    }
    rows = ranked(table)[:ROWS]
    qualities = load_qualities(store, [table.photos[row] for row in rows])
    issues = {photo: quality.issues for photo, quality in qualities.items()}
    labels = run.evaluation.labels_by_photo
    losses = top_losses(table, rows, labels, issues, run.card.unfamiliar_below)
    return Losses(name, tuple(map(LossCase, worksheet(table, since), losses)))
