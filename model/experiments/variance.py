"""Is it even real? How much the error moves by luck alone, and the least change that this validation set can show."""

from dataclasses import dataclass, replace
from math import sqrt
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from model.evaluation.intervals import LEAST_DIFFERENT, Z_95, wilson
from model.experiments.repeats import (
    ErrorRange,
    Mistakes,
    error_range,
    mistakes_per_training,
    seeds,
    select_rows,
    with_progress,
)
from model.experiments.split_features import Progress, SplitFeatures
from model.runs.settings import HeadSettings
from model.wording import between, count, percent, points

if TYPE_CHECKING:
    from model.training.head import LabelledFeatures

SEEDS, SPLITS = 10, 10


@dataclass(frozen=True)
class SeedAndSplitVariance:
    """The error rate, and three kinds of luck in it."""

    KIND: ClassVar[str] = "reality"
    VERSION: ClassVar[int] = 1
    valid_photos: int
    errors: int  # With the seed asked for
    low: float  # Where the true error rate lies, with 95 % confidence
    high: float
    seeds: ErrorRange  # The same photos in other orders
    splits: ErrorRange  # Other photos of train and valid for validation, as many of each class
    seed_errors: tuple[float, ...]  # One by one, for a chart
    split_errors: tuple[float, ...]
    fixed_at_least: (
        int | None
    )  # Photos that must be set right, and none wrong, to be more than chance; None: there are too few
    unpaired_at_least: (
        int | None
    )  # Fewer mistakes on as many other photos, to be more than chance; None: even none is not

    @property
    def error(self) -> float:
        """The error rate with the seed asked for."""
        return self.errors / self.valid_photos

    @property
    def sentence(self) -> str:
        """The answer in plain words."""
        return (
            f"With {count(self.valid_photos, 'validation photo')}, {percent(self.error)} wrong means "
            f"{percent(self.low)} to {percent(self.high)}; {self._least}. "
            f"Training in another order gave {between(self.seeds.low, self.seeds.high)} wrong, "
            f"choosing other photos for validation {between(self.splits.low, self.splits.high)}."
        )

    @property
    def _least(self) -> str:
        if self.fixed_at_least is None:
            return f"with only {count(self.errors, 'mistake')}, even a classifier without any may just be lucky"
        return f"a change of under {points(self.fixed_at_least / self.valid_photos)} on them cannot be told from luck"


def run(
    material: SplitFeatures, settings: HeadSettings, progress: Progress, seed: int = 0
) -> SeedAndSplitVariance:
    """Train under other seeds and on other splits. Raises CannotTrain, and what `progress` raises."""
    chosen = [(material.train, material.valid, one) for one in seeds(settings, seed, SEEDS)]
    chosen += [
        (*_split_anew(material, seed * SPLITS + number), settings) for number in range(SPLITS)
    ]
    wrong: list[Mistakes] = []
    for train, valid, one in with_progress(chosen, progress):
        wrong += mistakes_per_training(train, valid, [valid], material.classes, one)
    by_seed, by_split = (error_range(np.stack(part)) for part in (wrong[:SEEDS], wrong[SEEDS:]))
    assert (
        by_seed is not None and by_split is not None
    )  # No dataset is trainable without validation photos.
    errors, photos = int(wrong[0].sum()), len(wrong[0])
    rates = [float(row.mean()) for row in wrong]
    return SeedAndSplitVariance(
        photos,
        errors,
        *wilson(errors, photos),
        seeds=by_seed,
        splits=by_split,
        seed_errors=tuple(rates[:SEEDS]),
        split_errors=tuple(rates[SEEDS:]),
        fixed_at_least=LEAST_DIFFERENT if errors >= LEAST_DIFFERENT else None,
        unpaired_at_least=least_unpaired(errors, photos),
    )


def least_unpaired(errors: int, photos: int) -> int | None:
    """How many fewer mistakes on as many other photos are more than chance at 95 %; None where even none at all is not.

    The usual test of two shares: their difference over its standard error where both are truly the same.
    """
    for fewer in range(1, errors + 1):
        share = (2 * errors - fewer) / (2 * photos)
        if fewer / photos > Z_95 * sqrt(2 * share * (1 - share) / photos):
            return fewer
    return None


def _split_anew(
    material: SplitFeatures, seed: int
) -> tuple["LabelledFeatures", "LabelledFeatures"]:
    """The train and valid photos shuffled within their classes, each split with as many of each as it had. Copies may part."""
    random = np.random.default_rng(seed)
    labels = np.concatenate([material.train.labels, material.valid.labels])
    pool = replace(
        material.train,
        features=np.concatenate([material.train.features, material.valid.features]),
        labels=labels,
    )
    held = []
    for label, number in enumerate(
        np.bincount(material.valid.labels, minlength=len(material.classes))
    ):
        held += random.permutation(np.flatnonzero(labels == label))[:number].tolist()
    valid = np.isin(np.arange(len(labels)), held)
    return select_rows(pool, np.flatnonzero(~valid)), select_rows(pool, np.flatnonzero(valid))
