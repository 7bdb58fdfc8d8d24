"""How good a run is: one table of photo, split, label, logits and look-alikes, and the figures that follow from it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from model.evaluation.numerics import cross_entropy, softmax


@dataclass(frozen=True)
class Evaluation:
    """What a run says about every photo of its dataset. Rows are photos; labels are positions in `classes`."""

    classes: tuple[str, ...]
    photos: tuple[str, ...]
    splits: tuple[str, ...]
    labels: NDArray[np.intp]  # (N,)
    logits: NDArray[np.float32]  # (N, C)
    neighbours: tuple[
        tuple[str, ...], ...
    ]  # The most similar training photos of each row, the nearest first.
    similarities: NDArray[np.float32]  # (N,), the mean over the row's neighbours
    temperature: float = 1.0

    def rows(self, positions: Iterable[int]) -> "Evaluation":
        """Some rows, in the order given."""
        kept = np.fromiter(positions, np.intp)
        return replace(
            self,
            photos=tuple(self.photos[row] for row in kept),
            splits=tuple(self.splits[row] for row in kept),
            labels=self.labels[kept],
            logits=self.logits[kept],
            neighbours=tuple(self.neighbours[row] for row in kept),
            similarities=self.similarities[kept],
        )

    def for_split(self, split: str) -> "Evaluation":
        """The rows of one split."""
        return self.rows(row for row, name in enumerate(self.splits) if name == split)

    def relabelled(self, labels: Mapping[str, str]) -> "Evaluation":
        """The rows whose photo has one of these labels, under it: what later edits make of the table, without inference."""
        positions = {name: position for position, name in enumerate(self.classes)}
        kept = self.rows(
            row for row, photo in enumerate(self.photos) if labels.get(photo) in positions
        )
        return replace(
            kept, labels=np.array([positions[labels[photo]] for photo in kept.photos], np.intp)
        )

    @property
    def labels_by_photo(self) -> dict[str, str]:
        """The label of each photo in this table, by name."""
        rows = zip(self.photos, self.labels, strict=True)
        return {photo: self.classes[label] for photo, label in rows}

    @property
    def predicted(self) -> NDArray[np.intp]:
        """Position of the best class, (N,)."""
        return np.asarray(self.logits.argmax(axis=1))

    @property
    def probabilities(self) -> NDArray[np.float32]:
        """Calibrated, (N, C)."""
        return softmax(self.logits, self.temperature)

    @property
    def losses(self) -> NDArray[np.float32]:
        """Cross-entropy of each row at the temperature, (N,)."""
        return cross_entropy(self.logits, self.labels, self.temperature)

    @property
    def errors(self) -> int:
        """How many rows are predicted as another class than their label."""
        return int((self.predicted != self.labels).sum())

    @property
    def confusion(self) -> NDArray[np.int64]:
        """Counts [actual][predicted], (C, C)."""
        return confusion_matrix(self.labels, self.predicted, len(self.classes))


def confusion_matrix(
    labels: NDArray[np.intp], predicted: NDArray[np.intp], classes: int
) -> NDArray[np.int64]:
    """Counts [actual][predicted], (C, C)."""
    counts = np.bincount(labels * classes + predicted, minlength=classes * classes)
    return counts.reshape(classes, classes)


def most_confused(confusion: NDArray[np.int64]) -> list[tuple[int, int, int]]:
    """Pairs that were mistaken for each other as (actual, predicted, count), the most frequent first."""
    pairs = [
        (int(row), int(column), int(confusion[row, column]))
        for row, column in zip(*np.nonzero(confusion), strict=True)
    ]
    return sorted((pair for pair in pairs if pair[0] != pair[1]), key=lambda pair: -pair[2])


def per_class(
    confusion: NDArray[np.int64], classes: tuple[str, ...]
) -> dict[str, dict[str, float | int | None]]:
    """Support, precision, recall and F1 of each class; None where nothing was there to count."""
    figures: dict[str, dict[str, float | int | None]] = {}
    for position, name in enumerate(classes):
        right, support, predicted = (
            confusion[position, position],
            confusion[position].sum(),
            confusion[:, position].sum(),
        )
        figures[name] = {
            "support": int(support),
            "precision": float(right / predicted) if predicted else None,
            "recall": float(right / support) if support else None,
            "f1": float(2 * right / (support + predicted)) if support + predicted else None,
        }
    return figures
