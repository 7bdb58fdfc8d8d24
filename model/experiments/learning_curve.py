"""Would more photos help? The error against the number of training photos, and where the curve leads."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from model.catalogue.dataset import MIN_PHOTOS_A_CLASS
from model.experiments.forecasts import Forecast, forecasts
from model.experiments.repeats import (
    ErrorRange,
    Mistakes,
    error_range,
    mistakes_per_training,
    select_rows,
    with_progress,
)
from model.experiments.split_features import Progress, SplitFeatures
from model.runs.settings import HeadSettings
from model.wording import count, percent, points

FALLS, FLAT, UNKNOWN = "falls", "flat", "unknown"
SHARES = np.geomspace(0.1, 1, 8)
DRAWS = 5
LEAST_STEPS = 5  # An epoch. With fewer, heads on less than 200 photos err for want of training, and more photos seem to help less.
WORTH = 0.01  # A gain that is surely smaller is not worth doubling the photos for.


@dataclass(frozen=True)
class Point:
    """The error with so many training photos, over the draws."""

    photos: int
    valid: ErrorRange
    test: ErrorRange | None  # None where there are no test photos


@dataclass(frozen=True)
class LearningCurve:
    """What was measured, and what is to be expected."""

    KIND: ClassVar[str] = "learning-curve"
    VERSION: ClassVar[int] = 1
    valid_photos: int
    test_photos: int
    points: tuple[Point, ...]
    forecasts: tuple[
        Forecast, ...
    ]  # From the photos there are; none where there are too few sizes to draw a curve through

    @property
    def doubled(self) -> Forecast | None:
        """What twice as many photos should give."""
        return next(
            (one for one in self.forecasts if one.photos == 2 * self.points[-1].photos), None
        )

    @property
    def verdict(self) -> str:
        """Doubling the photos decides: does the curve fall, and by at least what one validation photo shows?"""
        then = self.doubled
        if then is None:
            return UNKNOWN
        if then.trend_high < WORTH:
            return FLAT
        return FALLS if then.trend_low > 0 and then.gain >= 1 / self.valid_photos else UNKNOWN

    @property
    def sentence(self) -> str:
        """The answer in plain words."""
        now, then = self.points[-1], self.doubled
        if then is None:
            return f"It cannot be told with so few photos: no curve goes through {count(now.photos, 'training photo')}."
        more, most = f"{now.photos:,} more photos (twice as many)", points(max(then.gain_high, 0))
        if self.verdict == FALLS:
            return (
                f"The curve still falls: {more} should bring about {points(then.gain)}, from {percent(now.valid.error)} wrong "
                f"to about {percent(then.error)}; in a single try it may be anything from {_least(then)} to {most}."
            )
        if self.verdict == FLAT:
            return (
                f"The curve is flat at {percent(now.valid.error)} wrong: more of the same will hardly help. "
                f"Even {more} should on average bring less than {points(WORTH)}."
            )
        return (
            f"It cannot be told with so few photos: {more} might bring anything from {_least(then)} to {most}, "
            f"and only {count(self.valid_photos, 'validation photo')} can show it."
        )


def run(
    material: SplitFeatures, settings: HeadSettings, progress: Progress, seed: int = 0
) -> LearningCurve:
    """Train on stratified draws of about 10 % to 100 % of the train photos. Raises CannotTrain, and what `progress` raises."""
    labels = material.train.labels
    orders = [_shuffled(labels, seed * DRAWS + draw) for draw in range(DRAWS)]
    kept = list(dict.fromkeys(_a_class(labels, share) for share in SHARES))
    sizes = [sum(counts) for counts in kept]
    steps = max(
        LEAST_STEPS, sizes[-1] / settings.batch_size
    )  # At every size: else few photos would also mean little training.
    judging, wrong = (material.valid, material.test), []
    for draw, counts in with_progress(
        [(draw, counts) for draw in range(DRAWS) for counts in kept], progress
    ):
        rows = np.concatenate(
            [order[:count] for order, count in zip(orders[draw], counts, strict=True)]
        )
        chosen = replace(
            settings, batch_size=max(1, round(len(rows) / steps)), seed=settings.seed + draw
        )
        wrong.append(
            mistakes_per_training(
                select_rows(material.train, rows), material.valid, judging, material.classes, chosen
            )
        )
    valid, test = (
        np.stack(column).reshape(DRAWS, len(sizes), -1) for column in zip(*wrong, strict=True)
    )
    measured = tuple(_point(size, valid[:, at], test[:, at]) for at, size in enumerate(sizes))
    return LearningCurve(valid.shape[2], test.shape[2], measured, forecasts(sizes, valid, seed))


def _shuffled(labels: NDArray[np.intp], seed: int) -> list[NDArray[np.intp]]:
    """The rows of each class in a random order: a draw takes the first of each, so that every size holds the smaller ones."""
    random = np.random.default_rng(seed)
    return [random.permutation(np.flatnonzero(labels == label)) for label in np.unique(labels)]


def _a_class(labels: NDArray[np.intp], share: float) -> tuple[int, ...]:
    """How many photos of each class a share of all comes to."""
    counts = np.unique(labels, return_counts=True)[1].tolist()
    return tuple(max(MIN_PHOTOS_A_CLASS, round(count * share)) for count in counts)


def _point(photos: int, valid: Mistakes, test: Mistakes) -> Point:
    judged = error_range(valid)
    assert judged is not None  # No dataset is trainable without validation photos.
    return Point(photos, judged, error_range(test))


def _least(then: Forecast) -> str:
    return "nothing" if then.gain_low < 0.0005 else points(then.gain_low)
