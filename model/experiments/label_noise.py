"""Would cleaner labels help? The share of wrong labels, and the error with doubtful ones changed.

Train photos are doubted by the other train photos alone: asking the validation photos too would fit
the labels to those who judge.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import product
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from model.catalogue.dataset import MIN_PHOTOS_A_CLASS
from model.cleaning.leave_one_out import leave_one_out_probabilities
from model.evaluation.intervals import SIGNIFICANT
from model.experiments.noise_estimate import NoiseEstimate, estimate_noise
from model.experiments.repeats import (
    ErrorRange,
    Mistakes,
    PairedComparison,
    compare_paired,
    error_range,
    mistakes_per_training,
    seeds,
    select_rows,
    with_progress,
)
from model.experiments.split_features import SplitFeatures
from model.progress import Progress
from model.runs.settings import HeadSettings
from model.training.head import LabelledFeatures
from model.wording import between, count, percent

SHARES = (0.0, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2)
SEEDS = 3


class Cleaning(StrEnum):
    """A way to deal with doubtful labels."""

    REMOVED = "removed"
    RELABELLED = "relabelled"


class Effect(StrEnum):
    """The effect of dealing with doubtful labels."""

    HELPS = "helps"
    HARMS = "harms"
    LUCK = "luck"
    NOTHING = "nothing to clean"


CONCLUSIONS = {
    Effect.HELPS: "cleaner labels help.",
    Effect.HARMS: "these are hard photos rather than wrong labels, and needed.",
    Effect.LUCK: "no more than luck; a person who looks may do better.",
}


@dataclass(frozen=True)
class Step:
    """The error after dealing with so many train photos, the most doubtful first; over seeds."""

    photos: int
    share: float
    valid: ErrorRange  # Under its labels as they are
    test: ErrorRange | None


Series = dict[int, list[list[Mistakes]]]  # Photos dealt with -> seeds -> valid and test


@dataclass(frozen=True)
class LabelNoise:
    """The share of wrong labels, and the effect of dealing with them."""

    KIND: ClassVar[str] = "label-noise"
    VERSION: ClassVar[int] = 1
    estimate: NoiseEstimate  # Of train and valid together
    doubtful: int  # Train photos that the others would call otherwise; a step of both series
    removed: tuple[Step, ...]
    relabelled: tuple[Step, ...]
    removing: PairedComparison  # All the doubtful, against none, on the valid and test photos
    relabelling: PairedComparison

    @property
    def better(self) -> Cleaning:
        """The way of dealing with doubtful photos that got more photos right."""
        is_removing = self.removing.net_fixed >= self.relabelling.net_fixed
        return Cleaning.REMOVED if is_removing else Cleaning.RELABELLED

    @property
    def verdict(self) -> Effect:
        """The better way's effect beyond chance; two were tried, so each has half the chance."""
        if not self.doubtful:
            return Effect.NOTHING
        if self._tried.p_value >= SIGNIFICANT / 2:
            return Effect.LUCK
        return Effect.HELPS if self._tried.net_fixed > 0 else Effect.HARMS

    @property
    def sentence(self) -> str:
        """The answer in plain words."""
        noise = self.estimate
        look = (
            f"About {percent(noise.share)} of the labels look" if noise.share else "No label looks"
        )
        start = (
            f"{look} plainly wrong ({between(noise.low, noise.high)}); "
            f"{percent(noise.disagreeing)} are not what similar photos are called. "
        )
        if not self.doubtful:
            return f"{start}No training photo's label is in doubt: there is nothing to clean."
        dealt = "leaving out" if self.better == Cleaning.REMOVED else "relabelling"
        photos = count(self.doubtful, "training photo")
        effect = f"Blindly {dealt} the {photos} in doubt {self._tried.words}"
        return f"{start}{effect}: {CONCLUSIONS[self.verdict]}"

    @property
    def _tried(self) -> PairedComparison:
        return self.removing if self.better == Cleaning.REMOVED else self.relabelling


def run(
    features: SplitFeatures, settings: HeadSettings, progress: Progress, seed: int = 0
) -> LabelNoise:
    """Train with ever fewer doubtful labels, in two ways. Raises CannotTrain, and as `progress`."""
    train, classes = features.train, features.classes
    probabilities = leave_one_out_probabilities(train.features, train.labels, len(classes))
    ranked = np.argsort(probabilities[np.arange(len(train.labels)), train.labels], kind="stable")
    suggested = probabilities.argmax(axis=1)
    doubtful = int((suggested != train.labels).sum())
    counts = sorted({round(share * len(ranked)) for share in SHARES} | {doubtful})
    series: dict[Cleaning, Series] = {way: {number: [] for number in counts} for way in Cleaning}
    trainings = list(product(counts, Cleaning, seeds(settings, seed, SEEDS)))
    for number, way, seeded in with_progress(trainings, progress):
        first, is_removing = ranked[:number], way == Cleaning.REMOVED
        cleaned = _without(train, first) if is_removing else _renamed(train, first, suggested)
        series[way][number].append(mistakes_per_training(replace(features, train=cleaned), seeded))
    removed, relabelled = (_steps(trained, len(ranked)) for trained in series.values())
    comparisons = (
        compare_paired(_first_seed(trained[0]), _first_seed(trained[doubtful]))
        for trained in series.values()
    )
    return LabelNoise(_estimate(features, seed), doubtful, removed, relabelled, *comparisons)


def _estimate(features: SplitFeatures, seed: int) -> NoiseEstimate:
    both = np.concatenate([features.train.features, features.valid.features])
    labels = np.concatenate([features.train.labels, features.valid.labels])
    probabilities = leave_one_out_probabilities(both, labels, len(features.classes))
    return estimate_noise(probabilities, labels, seed)


def _without(train: LabelledFeatures, rows: Iterable[int]) -> LabelledFeatures:
    """Remove train photos, as long as their class keeps enough to be learned."""
    left, is_kept = np.bincount(train.labels), np.ones(len(train.labels), bool)
    for row in rows:
        label = train.labels[row]
        if left[label] > MIN_PHOTOS_A_CLASS:
            left[label] -= 1
            is_kept[row] = False
    return select_rows(train, np.flatnonzero(is_kept))


def _renamed(
    train: LabelledFeatures, rows: NDArray[np.intp], suggested: NDArray[np.intp]
) -> LabelledFeatures:
    """Relabel train photos as it is suggested."""
    labels = train.labels.copy()
    labels[rows] = suggested[rows]
    return replace(train, labels=labels)


def _steps(series: Series, photos: int) -> tuple[Step, ...]:
    steps = []
    for number, trainings in series.items():
        valid, test = (np.stack(part) for part in zip(*trainings, strict=True))
        test_errors = error_range(test) if test.size else None
        steps.append(Step(number, number / photos, error_range(valid), test_errors))
    return tuple(steps)


def _first_seed(trainings: list[list[Mistakes]]) -> Mistakes:
    """Join the mistakes of the first seed on all photos that judge."""
    return np.concatenate(trainings[0])
