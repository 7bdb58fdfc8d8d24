"""A run's evaluation under the labels of today, and what was edited since its training."""

from collections.abc import Mapping
from dataclasses import dataclass

from model.catalogue.dataset import Dataset, Split
from model.evaluation.table import Evaluation
from model.photos.photo_id import PhotoId
from model.runs.run import Run


@dataclass(frozen=True)
class CurrentEvaluation:
    """A run's evaluation under a dataset's labels, and the edits since its training."""

    run: Run
    dataset: Dataset
    tables: dict[str, Evaluation]  # By split, without photos that were removed or added
    relabelled: int  # Photos that the run evaluated, under another label now
    removed: int  # Photos that the run evaluated and the dataset no longer has
    added: int  # Photos that the run never evaluated

    @property
    def changes(self) -> int:
        """Photos that were relabelled, removed or added."""
        return self.relabelled + self.removed + self.added


def current_evaluation(run: Run, dataset: Dataset) -> CurrentEvaluation:
    """Put a run's evaluation under the dataset's labels and count the edits since its training."""
    table = run.evaluation.relabelled(dataset.labels)
    relabelled, removed = count_edits(run.evaluation, dataset.labels)
    return CurrentEvaluation(
        run,
        dataset,
        {split: table.for_split(split) for split in Split},
        relabelled,
        removed,
        added=len(dataset.labels.keys() - set(run.evaluation.photos)),
    )


def count_edits(table: Evaluation, labels: Mapping[PhotoId, str]) -> tuple[int, int]:
    """Count the photos of a table that `labels` has under another label, and those it lacks."""
    removed = sum(photo not in labels for photo in table.photos)
    same = sum(labels.get(photo) == label for photo, label in table.labels_by_photo.items())
    return len(table.photos) - removed - same, removed
