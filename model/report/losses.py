"""The assignment's heart: the ten highest losses, each with an explanation and what was done."""

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
    """A photo with a high loss: what the visitor made of it, and what the run says."""

    case: WorksheetCase
    found: TopLoss

    @property
    def is_judged(self) -> bool:
        """Whether it was decided what to do."""
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
        """How many of them were decided."""
        return sum(one.is_judged for one in self.cases)


def find_losses(
    store: Store, name: str, run: Run, known: Collection[str], history: History | None
) -> Losses:
    """The ten, under the labels the run was trained with, as the worksheet has them; what was decided before, it has learned.

    Photos that are not among those `known` to the dataset are passed over: another dataset's.
    """
    table = run.evaluation.for_split("valid")
    table = table.rows(row for row, photo in enumerate(table.photos) if photo in known)
    standing = history.standing if history else {}
    since = {
        photo: edit for photo, edit in standing.items() if edit.created_at >= run.card.trained_at
    }
    rows = ranked(table)[:ROWS]
    flaws = {
        photo: one.issues
        for photo, one in load_qualities(store, [table.photos[row] for row in rows]).items()
    }
    found = top_losses(
        table, rows, run.evaluation.labels_by_photo, flaws, run.card.unfamiliar_below
    )
    return Losses(
        name,
        tuple(
            LossCase(case, one) for case, one in zip(worksheet(table, since), found, strict=True)
        ),
    )
