"""Forecasts of a learning curve, with intervals.

Three things are uncertain: the draws that were measured and the photos that judged them (a
bootstrap over both), and what becomes of one training on photos that are yet to be gathered.
Without the last, the interval held one true gain in three.
"""

from dataclasses import dataclass

import numpy as np

from model.experiments.power_law import Floats, fit
from model.experiments.repeats import Mistakes

LEAST_SIZES = 4  # Three unknowns, and one size to hold them against.
AHEAD = (1, 1.25, 1.5, 1.75)  # Times the photos there are; and 2, exactly
MORE = (100, 300)  # Photos that can be gathered in a lesson, or in a week
FURTHEST = 3  # Times the photos there are; the curve is unknown beyond.
ROUNDS = 500
BAND = (0.025, 0.975)


@dataclass(frozen=True)
class Forecast:
    """The error to expect with so many training photos, with 95 % intervals."""

    photos: int
    error: float
    low: float
    high: float
    gain: float  # Over the photos there are
    gain_low: float  # In one training
    gain_high: float
    trend_low: float  # On average over many: only the curve's own uncertainty
    trend_high: float


def forecasts(sizes: list[int], mistakes: Mistakes, seed: int) -> tuple[Forecast, ...]:
    """Forecast from mistakes (draws, sizes, photos); none where there are too few sizes."""
    if len(sizes) < LEAST_SIZES:
        return ()
    now, random = sizes[-1], np.random.default_rng(seed)
    curves = fit(sizes, _resampled(mistakes, random))
    luck = _luck(sizes, mistakes) * random.normal(size=ROUNDS)
    ahead = {round(now * times) for times in AHEAD} | {2 * now}
    ahead |= {now + more for more in MORE if now + more <= FURTHEST * now}
    results = []
    for photos in sorted(ahead):
        errors = curves.at(photos)
        trend = curves.at(now) - errors
        # They hold those there are; the more are new, the less is known.
        unseen = luck * np.sqrt(2 * (1 - now / photos))
        error = (float(np.median(errors)), *_band(np.clip(errors - unseen, 0, 1)))
        gain = (float(np.median(trend)), *_band(trend + unseen))
        results.append(Forecast(photos, *error, *gain, *_band(trend)))
    return tuple(results)


def _resampled(mistakes: Mistakes, random: np.random.Generator) -> Floats:
    """Resample error curves (B, S), as other draws and other photos might have given them.

    Whole curves: the same photos judge every size, so a slope is surer than its height.
    """
    draws, _, photos = mistakes.shape
    # (B, draws) and (B, photos)
    by_draw = random.multinomial(draws, np.full(draws, 1 / draws), ROUNDS) / draws
    by_photo = random.multinomial(photos, np.full(photos, 1 / photos), ROUNDS) / photos
    return np.asarray(
        np.einsum("bd,dsp,bp->bs", by_draw, mistakes.astype(float), by_photo, optimize=True)
    )


def _luck(sizes: list[int], mistakes: Mistakes) -> float:
    """Estimate the standard deviation of the error over other training sets of the same size.

    It shows among draws of at most half of them; it falls with the root of their number, and draws
    from one pile differ less.
    """
    rates, share = mistakes.mean(axis=2), np.array(sizes) / sizes[-1]
    small = share <= 0.5 if (share <= 0.5).any() else share < 1
    variance = rates.var(axis=0, ddof=1)[small] / (1 - share[small]) * share[small]
    return float(np.sqrt(variance.mean()))


def _band(values: Floats) -> tuple[float, float]:
    low, high = np.quantile(values, BAND)
    return float(low), float(high)
