"""Would more photos help? The error by number of training photos, and the curve's forecast."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from model.catalogue.dataset import MIN_PHOTOS_A_CLASS
from model.experiments.forecasts import Forecast, forecasts
from model.experiments.repeats import (
    ErrorRange,
    error_range,
    mistakes_per_training,
    select_rows,
    with_progress,
)
from model.experiments.split_features import SplitFeatures
from model.progress import Progress
from model.runs.settings import HeadSettings
from model.wording import count, percent, points

SHARES = np.geomspace(0.1, 1, 8)
DRAWS = 5
# Steps an epoch. With fewer, heads on less than 200 photos err for want of training, and more
# photos seem to help less.
LEAST_STEPS = 5
WORTH = 0.01  # A gain that is surely smaller is not worth doubling the photos for.


class Trend(StrEnum):
    """The course of a learning curve when the photos double."""

    FALLS = "falls"
    FLAT = "flat"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Point:
    """The error with so many training photos, over the draws."""

    photos: int
    valid: ErrorRange
    test: ErrorRange | None  # None where there are no test photos


@dataclass(frozen=True)
class LearningCurve:
    """Measured errors, and those to be expected."""

    KIND: ClassVar[str] = "learning-curve"
    VERSION: ClassVar[int] = 1
    valid_photos: int
    test_photos: int
    points: tuple[Point, ...]
    # From the photos there are; none where there are too few sizes to draw a curve through
    forecasts: tuple[Forecast, ...]

    @property
    def doubled(self) -> Forecast | None:
        """The forecast for twice as many photos."""
        twice = 2 * self.points[-1].photos
        return next((forecast for forecast in self.forecasts if forecast.photos == twice), None)

    @property
    def verdict(self) -> Trend:
        """The trend when photos double: a fall shows on at least one validation photo."""
        then = self.doubled
        if then is None:
            return Trend.UNKNOWN
        if then.trend_high < WORTH:
            return Trend.FLAT
        is_visible = then.trend_low > 0 and then.gain >= 1 / self.valid_photos
        return Trend.FALLS if is_visible else Trend.UNKNOWN

    @property
    def sentence(self) -> str:
        """The answer in plain words."""
        now, then = self.points[-1], self.doubled
        if then is None:
            return (
                "It cannot be told with so few photos: "
                f"no curve goes through {count(now.photos, 'training photo')}."
            )
        more, most = f"{now.photos:,} more photos (twice as many)", points(max(then.gain_high, 0))
        if self.verdict == Trend.FALLS:
            return (
                f"The curve still falls: {more} should bring about {points(then.gain)}, "
                f"from {percent(now.valid.error)} wrong to about {percent(then.error)}; "
                f"in a single try it may be anything from {_least(then)} to {most}."
            )
        if self.verdict == Trend.FLAT:
            return (
                f"The curve is flat at {percent(now.valid.error)} wrong: more of the same will "
                f"hardly help. Even {more} should on average bring less than {points(WORTH)}."
            )
        return (
            f"It cannot be told with so few photos: {more} might bring anything from "
            f"{_least(then)} to {most}, and only {count(self.valid_photos, 'validation photo')} "
            "can show it."
        )


def run(
    features: SplitFeatures, settings: HeadSettings, progress: Progress, seed: int = 0
) -> LearningCurve:
    """Train on draws of 10 % to 100 % of the photos. Raises CannotTrain, and as `progress`."""
    train = features.train
    orders = [_shuffled(train.labels, seed * DRAWS + draw) for draw in range(DRAWS)]
    counts_by_size = list(dict.fromkeys(_class_counts(train.labels, share) for share in SHARES))
    sizes = [sum(counts) for counts in counts_by_size]
    # The same steps at every size: else few photos would also mean little training.
    steps = max(LEAST_STEPS, sizes[-1] / settings.batch_size)
    draws = [(draw, counts) for draw in range(DRAWS) for counts in counts_by_size]
    mistakes = []
    for draw, counts in with_progress(draws, progress):
        first = [order[:number] for order, number in zip(orders[draw], counts, strict=True)]
        part = select_rows(train, np.concatenate(first))
        batch_size = max(1, round(sum(counts) / steps))
        drawn = replace(settings, batch_size=batch_size, seed=settings.seed + draw)
        mistakes.append(mistakes_per_training(replace(features, train=part), drawn))
    valid, test = (  # (draws, sizes, photos)
        np.stack(part).reshape(DRAWS, len(sizes), -1) for part in zip(*mistakes, strict=True)
    )
    measured = tuple(
        Point(size, error_range(valid[:, at]), error_range(test[:, at]) if test.size else None)
        for at, size in enumerate(sizes)
    )
    return LearningCurve(valid.shape[2], test.shape[2], measured, forecasts(sizes, valid, seed))


def _shuffled(labels: NDArray[np.intp], seed: int) -> list[NDArray[np.intp]]:
    """Shuffle the rows of each class; draws take the first, so larger sizes hold the smaller."""
    random = np.random.default_rng(seed)
    return [random.permutation(np.flatnonzero(labels == label)) for label in np.unique(labels)]


def _class_counts(labels: NDArray[np.intp], share: float) -> tuple[int, ...]:
    """Count the photos of each class in a share of all."""
    counts = np.unique(labels, return_counts=True)[1].tolist()
    return tuple(max(MIN_PHOTOS_A_CLASS, round(number * share)) for number in counts)


def _least(then: Forecast) -> str:
    return "nothing" if then.gain_low < 0.0005 else points(then.gain_low)
