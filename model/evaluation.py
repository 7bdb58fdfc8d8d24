"""How good a run is: one table of photo, split, label and logits, and the figures that follow from it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.trust import cross_entropy, softmax


@dataclass(frozen=True)
class Evaluation:
    """What a run says about every photo of its dataset. Rows are photos; labels are positions in `classes`."""

    classes: tuple[str, ...]
    photos: tuple[str, ...]
    splits: tuple[str, ...]
    labels: NDArray[np.intp]  # (N,)
    logits: NDArray[np.float32]  # (N, C)
    temperature: float = 1.0

    def of(self, split: str) -> "Evaluation":
        """The rows of one split."""
        rows = [row for row, name in enumerate(self.splits) if name == split]
        photos = tuple(self.photos[row] for row in rows)
        return Evaluation(self.classes, photos, (split,) * len(rows), self.labels[rows], self.logits[rows], self.temperature)

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


def confusion_matrix(labels: NDArray[np.intp], predicted: NDArray[np.intp], classes: int) -> NDArray[np.int64]:
    """Counts [actual][predicted], (C, C)."""
    counts = np.bincount(labels * classes + predicted, minlength=classes * classes)
    return counts.reshape(classes, classes)


def per_class(confusion: NDArray[np.int64], classes: tuple[str, ...]) -> dict[str, dict[str, float | int | None]]:
    """Support, precision, recall and F1 of each class; None where nothing was there to count."""
    figures: dict[str, dict[str, float | int | None]] = {}
    for position, name in enumerate(classes):
        right, support, predicted = confusion[position, position], confusion[position].sum(), confusion[:, position].sum()
        figures[name] = {
            "support": int(support),
            "precision": float(right / predicted) if predicted else None,
            "recall": float(right / support) if support else None,
            "f1": float(2 * right / (support + predicted)) if support + predicted else None,
        }
    return figures
