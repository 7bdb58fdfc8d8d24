"""Is it even real? The error's variance by luck alone, and the least change that can be shown."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from model.evaluation.intervals import LEAST_DIFFERENT, wilson
from model.experiments.repeats import (
    ErrorRange,
    error_range,
    mistakes_per_training,
    seeds,
    select_rows,
    with_progress,
)
from model.experiments.split_features import SplitFeatures
from model.progress import Progress
from model.runs.settings import HeadSettings
from model.wording import between, count, percent, points

SEEDS, SPLITS = 10, 10


@dataclass(frozen=True)
class SeedAndSplitVariance:
    """The error rate, and three kinds of luck in it."""

    KIND: ClassVar[str] = "reality"
    VERSION: ClassVar[int] = 1
    valid_photos: int
    errors: int  # With the seed of the settings
    low: float  # 95 % interval of the true error rate
    high: float
    seeds: ErrorRange  # The same photos in other orders
    splits: ErrorRange  # Other photos of train and valid for validation, as many of each class
    seed_errors: tuple[float, ...]  # One by one, for a chart
    split_errors: tuple[float, ...]
    # Photos that must be set right, and none wrong, to be more than chance; None: too few mistakes
    fixed_at_least: int | None

    @property
    def error(self) -> float:
        """The error rate with the seed of the settings."""
        return self.errors / self.valid_photos

    @property
    def sentence(self) -> str:
        """The answer in plain words."""
        return (
            f"With {count(self.valid_photos, 'validation photo')}, {percent(self.error)} wrong "
            f"means {percent(self.low)} to {percent(self.high)}; {self._least}. "
            f"Training in another order gave {between(self.seeds.low, self.seeds.high)} wrong, "
            f"choosing other photos for validation {between(self.splits.low, self.splits.high)}."
        )

    @property
    def _least(self) -> str:
        if self.fixed_at_least is None:
            mistakes = count(self.errors, "mistake")
            return f"with only {mistakes}, even a classifier without any may just be lucky"
        least = points(self.fixed_at_least / self.valid_photos)
        return f"a change of under {least} on them cannot be told from luck"


def run(
    features: SplitFeatures, settings: HeadSettings, progress: Progress, seed: int = 0
) -> SeedAndSplitVariance:
    """Train with other seeds and on other splits. Raises CannotTrain, and as `progress`."""
    trainings = [(features, seeded) for seeded in seeds(settings, seed, SEEDS)]
    trainings += [
        (_split_anew(features, seed * SPLITS + number), settings) for number in range(SPLITS)
    ]
    mistakes = [
        mistakes_per_training(split, seeded)[0]
        for split, seeded in with_progress(trainings, progress)
    ]
    errors, photos = int(mistakes[0].sum()), len(mistakes[0])
    rates = [float(row.mean()) for row in mistakes]
    return SeedAndSplitVariance(
        photos,
        errors,
        *wilson(errors, photos),
        seeds=error_range(np.stack(mistakes[:SEEDS])),
        splits=error_range(np.stack(mistakes[SEEDS:])),
        seed_errors=tuple(rates[:SEEDS]),
        split_errors=tuple(rates[SEEDS:]),
        fixed_at_least=LEAST_DIFFERENT if errors >= LEAST_DIFFERENT else None,
    )


def _split_anew(features: SplitFeatures, seed: int) -> SplitFeatures:
    """Split train and valid photos anew, with as many of each class. Copies may part."""
    random, parts = np.random.default_rng(seed), (features.train, features.valid)
    pool = replace(
        features.train,
        features=np.concatenate([part.features for part in parts]),
        labels=np.concatenate([part.labels for part in parts]),
    )
    counts = np.bincount(features.valid.labels, minlength=len(features.classes))
    is_valid = np.zeros(len(pool.labels), bool)
    for label, number in enumerate(counts):
        is_valid[random.permutation(np.flatnonzero(pool.labels == label))[:number]] = True
    train, valid = (select_rows(pool, np.flatnonzero(rows)) for rows in (~is_valid, is_valid))
    return replace(features, train=train, valid=valid)
