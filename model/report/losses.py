"""The assignment's heart: the ten highest losses, with an explanation and an action each."""

from collections.abc import Collection
from dataclasses import dataclass

from model.catalogue.edits import NOTE, History
from model.catalogue.measures import load_qualities
from model.catalogue.store import Store
from model.cleaning.worksheet import ROWS, WorksheetCase, worksheet
from model.evaluation.top_losses import ranked
from model.photos.photo_id import PhotoId
from model.runs.run import Run


@dataclass(frozen=True)
class Losses:
    """The ten highest losses of a run among its validation photos."""

    run: str  # Its name
    cases: tuple[WorksheetCase, ...]

    @property
    def decided(self) -> int:
        """Number of those that were decided; a note decides nothing."""
        return sum(case.edit is not None and case.edit.action != NOTE for case in self.cases)


def find_losses(
    store: Store, name: str, run: Run, photos: Collection[PhotoId], history: History | None
) -> Losses:
    """Find the ten among `photos`, the dataset's, under the labels the run was trained with.

    As on the page, what was decided before the training does not count: the run learned it.
    """
    table = run.evaluation.for_split("valid")
    table = table.rows(row for row, photo in enumerate(table.photos) if photo in photos)
    standing, trained_at = history.standing if history else {}, run.card.trained_at
    since = {photo: edit for photo, edit in standing.items() if edit.created_at >= trained_at}
    qualities = load_qualities(store, [table.photos[row] for row in ranked(table)[:ROWS]])
    issues = {photo: quality.issues for photo, quality in qualities.items()}
    labels = run.evaluation.labels_by_photo
    cases = worksheet(table, since, labels, issues, run.card.unfamiliar_below)
    return Losses(name, tuple(cases))
