"""Features with known answers: clouds of points instead of photos."""

import numpy as np
from numpy.typing import NDArray

from model.experiments.split_features import SplitFeatures
from model.training.head import LabelledFeatures
from tests.conftest import photo_ids

Labels = NDArray[np.intp]


def clouds(
    train: int,
    valid: int,
    test: int = 0,
    *,
    classes: int = 3,
    dimensions: int = 20,
    apart: float = 3.0,
    seed: int = 0,
) -> SplitFeatures:
    """Draw Gaussian clouds of unit width, `apart` from the middle; classes are equally frequent."""
    random = np.random.default_rng(seed)

    def part(count: int) -> LabelledFeatures:
        labels = np.arange(count) % classes
        points = apart * np.eye(classes, dimensions)[labels] + random.normal(
            size=(count, dimensions)
        )
        return LabelledFeatures(points.astype(np.float32), labels)

    counts = {"train": train, "valid": valid, "test": test}
    names = {
        split: photo_ids(*(f"{split} {row}" for row in range(count)))
        for split, count in counts.items()
    }
    return SplitFeatures(
        tuple("abcdefghijklmnopqrst"[:classes]),
        part(train),
        part(valid),
        part(test),
        names,
    )


def flipped(labels: Labels, share: float, classes: int, seed: int) -> Labels:
    """Change a share of the labels at random into others."""
    random, changed = np.random.default_rng(seed), labels.copy()
    rows = random.choice(len(labels), round(share * len(labels)), replace=False)
    changed[rows] = (changed[rows] + random.integers(1, classes, len(rows))) % classes
    return changed


def unheard(done: int, total: int) -> None:
    """Nobody wants to know how far it is."""
