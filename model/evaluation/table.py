"""A run's evaluation: one table of photo, split, label, logits and look-alikes, and its figures."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from model.evaluation.numerics import cross_entropy, softmax
from model.photos.photo_id import PhotoId


@dataclass(frozen=True)
class Evaluation:
    """A run's logits for every photo of its dataset. Rows are photos; labels index `classes`."""

    classes: tuple[str, ...]
    photos: tuple[PhotoId, ...]
    splits: tuple[str, ...]
    labels: NDArray[np.intp]  # (N,)
    logits: NDArray[np.float32]  # (N, C)
    neighbours: tuple[tuple[PhotoId, ...], ...]  # The most similar train photos, the nearest first
    similarities: NDArray[np.float32]  # (N,), mean cosine similarity to the row's neighbours
    temperature: float = 1.0

    def rows(self, positions: Iterable[int]) -> "Evaluation":
        """Select rows, in the order given."""
        rows = np.fromiter(positions, np.intp)
        return replace(
            self,
            photos=tuple(self.photos[row] for row in rows),
            splits=tuple(self.splits[row] for row in rows),
            labels=self.labels[rows],
            logits=self.logits[rows],
            neighbours=tuple(self.neighbours[row] for row in rows),
            similarities=self.similarities[rows],
        )

    def for_split(self, split: str) -> "Evaluation":
        """Select the rows of one split."""
        return self.rows(row for row, name in enumerate(self.splits) if name == split)

    def relabelled(self, labels: Mapping[PhotoId, str]) -> "Evaluation":
        """Put the photos under new labels, without inference; leaves out those without one."""
        positions = {name: position for position, name in enumerate(self.classes)}
        new = [positions.get(labels.get(photo, "")) for photo in self.photos]
        table = self.rows(row for row, label in enumerate(new) if label is not None)
        return replace(
            table, labels=np.array([label for label in new if label is not None], np.intp)
        )

    @property
    def labels_by_photo(self) -> dict[PhotoId, str]:
        """Label of each photo, by the photo's name."""
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
        """Number of rows predicted as another class than their label."""
        return int((self.predicted != self.labels).sum())

    @property
    def confusion(self) -> NDArray[np.int64]:
        """Counts [actual][predicted], (C, C)."""
        return confusion_matrix(self.labels, self.predicted, len(self.classes))


def confusion_matrix(
    labels: NDArray[np.intp], predicted: NDArray[np.intp], classes: int
) -> NDArray[np.int64]:
    """Count photos by class: [actual][predicted], (C, C)."""
    counts = np.bincount(labels * classes + predicted, minlength=classes * classes)
    return counts.reshape(classes, classes)


def most_confused(confusion: NDArray[np.int64]) -> list[tuple[int, int, int]]:
    """Rank confused pairs of classes, (actual, predicted, count), the most frequent first."""
    pairs = [
        (int(row), int(column), int(confusion[row, column]))
        for row, column in zip(*np.nonzero(confusion), strict=True)
        if row != column
    ]
    return sorted(pairs, key=lambda pair: -pair[2])


def per_class(
    confusion: NDArray[np.int64], classes: tuple[str, ...]
) -> dict[str, dict[str, float | int | None]]:
    """Compute support, precision, recall and F1 of each class; None where none can be counted."""
    figures: dict[str, dict[str, float | int | None]] = {}
    for position, name in enumerate(classes):
        right, support = confusion[position, position], confusion[position].sum()
        predicted = confusion[:, position].sum()
        figures[name] = {
            "support": int(support),
            "precision": float(right / predicted) if predicted else None,
            "recall": float(right / support) if support else None,
            "f1": float(2 * right / (support + predicted)) if support + predicted else None,
        }
    return figures
