"""Would cleaner labels help? How many labels are wrong, and the error without, or with changed, labels most in doubt.

Train photos are doubted by the other train photos alone: asking the validation photos too would fit the labels to those who judge.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

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
from model.experiments.split_features import Progress, SplitFeatures
from model.runs.settings import HeadSettings
from model.wording import between, count, percent

if TYPE_CHECKING:
    from model.training.head import LabelledFeatures

HELPS, HARMS, LUCK, NOTHING = "helps", "harms", "luck", "nothing to clean"
SHARES = (0.0, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2)
SEEDS = 3
REMOVED, RELABELLED = "removed", "relabelled"


@dataclass(frozen=True)
class Step:
    """The error after dealing with so many of the train photos, the most doubtful first; over seeds."""

    photos: int
    share: float
    valid: ErrorRange  # Under its labels as they are
    test: ErrorRange | None


@dataclass(frozen=True)
class LabelNoise:
    """How many labels are wrong, and what dealing with them brings."""

    KIND: ClassVar[str] = "label-noise"
    VERSION: ClassVar[int] = 1
    estimate: NoiseEstimate  # Of train and valid together
    doubtful: int  # Train photos that the others would call otherwise; a step of both series
    removed: tuple[Step, ...]
    relabelled: tuple[Step, ...]
    removing: PairedComparison  # All the doubtful, against none, on the valid and test photos
    relabelling: PairedComparison

    @property
    def better(self) -> str:
        """Which way of dealing with the doubtful photos got more photos right."""
        return REMOVED if self.removing.net_fixed >= self.relabelling.net_fixed else RELABELLED

    @property
    def verdict(self) -> str:
        """Whether the better of the two ways changes anything beyond chance; two were tried, so each has half the chance."""
        if not self.doubtful:
            return NOTHING
        if self._tried.p_value >= SIGNIFICANT / 2:
            return LUCK
        return HELPS if self._tried.net_fixed > 0 else HARMS

    @property
    def sentence(self) -> str:
        """The answer in plain words."""
        noise = self.estimate
        found = (
            f"About {percent(noise.share)} of the labels look" if noise.share else "No label looks"
        )
        start = f"{found} plainly wrong ({between(noise.low, noise.high)}); "
        start += f"{percent(noise.disagreeing)} are not what similar photos are called. "
        if not self.doubtful:
            return start + "No training photo's label is in doubt: there is nothing to clean."
        dealt = "leaving out" if self.better == REMOVED else "relabelling"
        effect = f"Blindly {dealt} the {count(self.doubtful, 'training photo')} in doubt {self._tried.words}"
        says = {
            HELPS: "cleaner labels help.",
            HARMS: "these are hard photos rather than wrong labels, and needed.",
            LUCK: "no more than luck; a person who looks may do better.",
        }
        return f"{start}{effect}: {says[self.verdict]}"

    @property
    def _tried(self) -> PairedComparison:
        return self.removing if self.better == REMOVED else self.relabelling


def run(
    material: SplitFeatures, settings: HeadSettings, progress: Progress, seed: int = 0
) -> LabelNoise:
    """Estimate the noise, then train without, or with other labels for, the most doubtful. Raises CannotTrain."""
    train, judging = material.train, (material.valid, material.test)
    estimate = _estimated(material, seed)
    probabilities = leave_one_out_probabilities(train.features, train.labels, len(material.classes))
    ranked = np.argsort(probabilities[np.arange(len(train.labels)), train.labels], kind="stable")
    suggested = probabilities.argmax(axis=1)
    doubtful = int((suggested != train.labels).sum())
    counts = sorted({round(share * len(ranked)) for share in SHARES} | {doubtful})
    series: dict[str, dict[int, list[list[Mistakes]]]] = {
        way: {number: [] for number in counts} for way in (REMOVED, RELABELLED)
    }
    chosen = [
        (number, way, one)
        for number in counts
        for way in series
        for one in seeds(settings, seed, SEEDS)
    ]
    for number, way, one in with_progress(chosen, progress):
        first = ranked[:number]
        cleaned = _without(train, first) if way == REMOVED else _renamed(train, first, suggested)
        series[way][number].append(
            mistakes_per_training(cleaned, material.valid, judging, material.classes, one)
        )
    removed, relabelled = (_steps(found, len(ranked)) for found in series.values())
    duels = (compare_paired(_all(found[0]), _all(found[doubtful])) for found in series.values())
    return LabelNoise(estimate, doubtful, removed, relabelled, *duels)


def _estimated(material: SplitFeatures, seed: int) -> NoiseEstimate:
    vectors = np.concatenate([material.train.features, material.valid.features])
    labels = np.concatenate([material.train.labels, material.valid.labels])
    return estimate_noise(
        leave_one_out_probabilities(vectors, labels, len(material.classes)), labels, seed
    )


def _without(train: "LabelledFeatures", rows: Iterable[int]) -> "LabelledFeatures":
    """Train photos without some, as long as their class keeps enough to be learned."""
    left, kept = np.bincount(train.labels), np.ones(len(train.labels), bool)
    for row in rows:
        label = train.labels[row]
        if left[label] > MIN_PHOTOS_A_CLASS:
            left[label] -= 1
            kept[row] = False
    return select_rows(train, np.flatnonzero(kept))


def _renamed(
    train: "LabelledFeatures", rows: NDArray[np.intp], suggested: NDArray[np.intp]
) -> "LabelledFeatures":
    """Train photos, some under the label that is suggested for them."""
    labels = train.labels.copy()
    labels[rows] = suggested[rows]
    return replace(train, labels=labels)


def _steps(found: dict[int, list[list[Mistakes]]], photos: int) -> tuple[Step, ...]:
    steps = []
    for number, trainings in found.items():
        valid, test = (error_range(np.stack(column)) for column in zip(*trainings, strict=True))
        assert valid is not None  # No dataset is trainable without validation photos.
        steps.append(Step(number, number / photos, valid, test))
    return tuple(steps)


def _all(trainings: list[list[Mistakes]]) -> Mistakes:
    """The mistakes of the first seed on all photos that judge."""
    return np.concatenate(trainings[0])
