"""Repeated head trainings: per-photo mistakes, and progress reporting."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from model.evaluation.intervals import mcnemar
from model.experiments.split_features import SplitFeatures
from model.progress import Progress
from model.runs.settings import HeadSettings
from model.training.head import LabelledFeatures, train_head
from model.wording import count

Mistakes = NDArray[np.bool_]  # (N,), True where the prediction is not the label
Item = TypeVar("Item")


@dataclass(frozen=True)
class ErrorRange:
    """An error rate over several trainings."""

    error: float  # Mean
    low: float  # Least
    high: float  # Greatest


def error_range(mistakes: Mistakes) -> ErrorRange:
    """Summarise mistakes (trainings, photos), of at least one photo."""
    rates = mistakes.mean(axis=1)
    return ErrorRange(float(rates.mean()), float(rates.min()), float(rates.max()))


@dataclass(frozen=True)
class PairedComparison:
    """Two heads on the same photos."""

    photos: int
    fixed: int  # Photos that only the second has right
    broken: int  # Photos that only the first has right
    p_value: float  # How often chance alone would part them so unevenly

    @property
    def net_fixed(self) -> int:
        """Photos that the second has right beyond the first, below 0 when fewer."""
        return self.fixed - self.broken

    @property
    def words(self) -> str:
        """The end of a sentence about the second."""
        return f"sets {self.fixed} right and {self.broken} wrong of {count(self.photos, 'photo')}"


def compare_paired(first: Mistakes, second: Mistakes) -> PairedComparison:
    """Compare the mistakes (N,) of a second head with a first's."""
    fixed, broken = int((first & ~second).sum()), int((second & ~first).sum())
    return PairedComparison(len(first), fixed, broken, mcnemar(fixed, broken))


def mistakes_per_training(features: SplitFeatures, settings: HeadSettings) -> list[Mistakes]:
    """Train a head; return its mistakes on valid and on test photos. Raises CannotTrain."""
    head = train_head(features.train, features.valid, features.classes, settings)
    judging = (features.valid, features.test)
    return [head.logits(part.features).argmax(axis=1) != part.labels for part in judging]


def select_rows(part: LabelledFeatures, rows: NDArray[np.intp]) -> LabelledFeatures:
    """Select some rows of a part."""
    return replace(part, features=part.features[rows], labels=part.labels[rows])


def with_progress(items: Sequence[Item], progress: Progress) -> Iterator[Item]:
    """Yield the items, reporting before and after each; `progress` may raise to stop it all."""
    progress(0, len(items))
    for done, item in enumerate(items, start=1):
        yield item
        progress(done, len(items))


def seeds(settings: HeadSettings, seed: int, number: int) -> list[HeadSettings]:
    """Repeat the settings under other seeds; where `seed` is 0, the first are the settings."""
    first = settings.seed + seed * number
    return [replace(settings, seed=first + number) for number in range(number)]
