"""Take the steps of a head's training: scale, shuffle, loss and slopes, one cycle, AdamW, in numpy.

Each is torch's, in its order and its precision. The bias is the weight of a feature that is always
1, so that all that is learned is one array, (C, D + 1).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import cos, pi, sqrt

import numpy as np
from numpy.typing import NDArray

from model.runs.settings import HeadSettings

WARM_UP = 0.3  # The share of the steps in which the learning rate rises, to its peak
FIRST_RATE, LAST_RATE = 1 / 25, 1 / 25 / 10_000  # As shares of the peak
MOST_MOMENTUM, LEAST_MOMENTUM = 0.95, 0.85  # The least where the learning rate is highest
SQUARES_KEPT = 0.999  # What AdamW keeps of the mean squared slope, a step
TINY = 1e-8  # So that it never divides by zero

Floats = NDArray[np.float32]


@dataclass
class Averages:
    """What AdamW remembers of its steps so far, for each weight (C, D + 1)."""

    slopes: Floats
    squares: Floats  # Of the slopes
    steps: int = 0


def mean_and_scale(features: Floats) -> tuple[Floats, float]:
    """Compute the mean of features (N, D) in each dimension, and the spread of all of them."""
    return features.mean(axis=0), max(float(features.std()), 1e-6)


def scaled(features: Floats, mean: Floats, scale: float) -> Floats:
    """Scale features, (N, D) -> (N, D + 1): the last is always 1, and its weight is the bias."""
    x = np.ones((len(features), features.shape[1] + 1), np.float32)
    np.subtract(features, mean, out=x[:, :-1])
    x[:, :-1] /= scale
    return x


def targets(labels: NDArray[np.intp], classes: int, smoothing: float) -> Floats:
    """Make the probabilities that are asked for, (N,) -> (N, C): 1 for a photo's label.

    Smoothing shares a part of it among all classes.
    """
    certain = np.eye(classes, dtype=np.float32)
    return ((1 - smoothing) * certain + smoothing / classes)[labels]


def batches(photos: int, size: int, random: np.random.RandomState) -> Iterator[NDArray[np.intp]]:
    """Shuffle the numbers of photos and yield them a batch at a time."""
    order = shuffled(photos, random)
    for first in range(0, photos, size):
        yield order[first : first + size]


def shuffled(count: int, random: np.random.RandomState) -> NDArray[np.intp]:
    """Shuffle the numbers below `count` into the very order of `torch.randperm`."""
    order = list(range(count))
    draws = random.randint(0, 2**32, count - 1, np.uint32) % np.arange(count, 1, -1)
    for place, draw in enumerate(draws.tolist()):
        # Each place in turn gets one of the numbers that are left.
        order[place], order[place + draw] = order[place + draw], order[place]
    return np.array(order, np.intp)


def one_cycle(steps: int, settings: HeadSettings) -> Iterator[tuple[float, float]]:
    """Yield the learning rate and momentum of each step: the rate rises, then falls.

    Momentum does the opposite. Smith 2018, https://arxiv.org/abs/1803.09820.
    """
    peak, turn = settings.learning_rate, WARM_UP * steps - 1
    first, last = peak * FIRST_RATE, peak * LAST_RATE
    for step in range(steps):
        if step <= turn:
            share = step / turn
            yield _eased(first, peak, share), _eased(MOST_MOMENTUM, LEAST_MOMENTUM, share)
        else:
            share = (step - turn) / (steps - 1 - turn)
            yield _eased(peak, last, share), _eased(LEAST_MOMENTUM, MOST_MOMENTUM, share)


def _eased(start: float, end: float, share: float) -> float:
    """Go a share, 0 to 1, of the way from start to end: gently at both, along a cosine."""
    return end + (start - end) / 2 * (cos(pi * share) + 1)


def loss_and_slopes(weights: Floats, x: Floats, y: Floats) -> tuple[float, Floats]:
    """Compute the loss of a batch and its slope along each weight, (C, D + 1).

    Features x (B, D + 1), targets y (B, C).
    """
    # Forward: turn logits into probabilities; how unlikely do they make what is asked for?
    logits = x @ weights.T
    logits -= logits.max(axis=1, keepdims=True)
    powers = np.exp(logits)
    sums = powers.sum(axis=1, keepdims=True)
    loss = float(((np.log(sums) - logits) * y).sum() / len(y))
    # Backward: how much worse would it get if a weight were larger?
    return loss, (powers / sums - y).T @ x / len(y)


def zero_averages(weights: Floats) -> Averages:
    """Make what AdamW remembers before its first step."""
    return Averages(np.zeros_like(weights), np.zeros_like(weights))


def move(
    weights: Floats,
    slopes: Floats,
    averages: Averages,
    rate: float,
    momentum: float,
    *,
    weight_decay: float,
) -> None:
    """Move the weights by one step of AdamW, in place.

    Loshchilov and Hutter 2019, https://arxiv.org/abs/1711.05101.
    """
    # Shrink every weight a little: large ones must be earned.
    weights *= 1 - rate * weight_decay
    # Average the slopes and their squares, the latest counting most.
    averages.steps += 1
    averages.slopes += (1 - momentum) * (slopes - averages.slopes)
    averages.squares *= SQUARES_KEPT
    averages.squares += (1 - SQUARES_KEPT) * slopes * slopes
    # Both began at zero: divide by how much of them has been filled since.
    slope_filled = 1 - momentum**averages.steps
    squares_filled = 1 - SQUARES_KEPT**averages.steps
    # Go downhill. Divided by how steep it usually is, every weight goes about as far.
    steepness = np.sqrt(averages.squares) / sqrt(squares_filled) + TINY
    weights -= rate / slope_filled * (averages.slopes / steepness)
