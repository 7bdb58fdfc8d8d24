"""Train a linear head on cached features: AdamW, one cycle, milliseconds an epoch, plain numpy.

Every step is torch's, in its order and its precision: seeded figures are those that torch gives.

Features are centred and divided by one number for all dimensions, not one for each: full
standardisation blows up what hardly varies, and errs on one real photo in a hundred more
(tests/benchmarks/accuracy.py). Both are folded into the weights afterwards, so that a saved head
works on raw features.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import cos, isfinite, pi, sqrt
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from model.errors import CannotTrain
from model.evaluation.numerics import cross_entropy
from model.runs.settings import Epoch, HeadSettings
from model.training.cores import one_core

WARM_UP = 0.3  # The share of the steps in which the learning rate rises, to its peak
FIRST_RATE, LAST_RATE = 1 / 25, 1 / 25 / 10_000  # As shares of the peak
MOST_MOMENTUM, LEAST_MOMENTUM = 0.95, 0.85  # The least where the learning rate is highest
SQUARES_KEPT = 0.999  # What AdamW keeps of the mean squared slope, a step
TINY = 1e-8  # So that it never divides by zero

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Head:
    """A linear classifier on pooled features (D,), with the history of its training."""

    weight: Floats  # (C, D)
    bias: Floats  # (C,)
    history: tuple[Epoch, ...]
    best_epoch: int

    def logits(self, features: Floats) -> Floats:
        """Compute logits: (..., D) -> (..., C)."""
        return features @ self.weight.T + self.bias


@dataclass(frozen=True)
class LabelledFeatures:
    """Features (N, D) of photos and the positions (N,) of their labels in the list of classes."""

    features: Floats
    labels: NDArray[np.intp]


@dataclass
class Averages:
    """What AdamW remembers of its steps so far, for each weight (C, D + 1)."""

    slopes: Floats
    squares: Floats  # Of the slopes
    steps: int = 0


@one_core()
@np.errstate(over="ignore", invalid="ignore")  # Of losses beyond all bounds step 4 speaks.
def train_head(
    train: LabelledFeatures,
    valid: LabelledFeatures,
    classes: tuple[str, ...],
    settings: HeadSettings,
    on_epoch: Callable[[Epoch], None] = lambda epoch: None,
) -> Head:
    """Train a linear head. The same seed gives the same numbers. Raises CannotTrain."""
    # 1. Scale: centre every feature, and divide all by one number.
    mean, scale = mean_and_scale(train.features)
    x_train, x_valid = (scaled(part.features, mean, scale) for part in (train, valid))
    y_train = targets(train.labels, len(classes), settings.label_smoothing)

    # 2. Begin with a head that knows nothing: all weights are zero, so every class is as likely.
    weights = np.zeros((len(classes), x_train.shape[1]), np.float32)
    best_weights, averages, history = weights.copy(), zero_averages(weights), list[Epoch]()
    cycle = one_cycle(settings.epochs * -(-len(y_train) // settings.batch_size), settings)
    random = np.random.RandomState(settings.seed % 2**32)  # torch takes 32 bits of it, too.
    for number in range(settings.epochs):
        # 3. Learn: go once through the training photos, in a new order, a batch at a time.
        started, total_loss, rate = perf_counter(), 0.0, 0.0
        for batch in batches(len(y_train), settings.batch_size, random):
            loss, slopes = loss_and_slopes(weights, x_train[batch], y_train[batch])
            rate, momentum = next(cycle)
            move(weights, slopes, averages, rate, momentum, weight_decay=settings.weight_decay)
            total_loss += loss * len(batch)
        train_loss, seconds = total_loss / len(y_train), perf_counter() - started

        # 4. Evaluate on photos that it does not learn from.
        valid_loss, error_rate = _evaluate(weights, x_valid, valid.labels)
        if not isfinite(train_loss + valid_loss):
            raise CannotTrain("The losses grew beyond all bounds. Choose a lower learning rate.")
        history.append(Epoch(number, train_loss, valid_loss, error_rate, seconds, rate))
        on_epoch(history[-1])

        # 5. Keep the weights of the best epoch so far, or of the last, as the settings say.
        if best_epoch(history) == number or settings.keep == "last":
            best_weights = weights.copy()

        # 6. Stop early once patience is over.
        if settings.patience and number - best_epoch(history) >= settings.patience:
            break

    # 7. Fold the scaling into the weights, so that the head works on raw features.
    weight = np.asarray(best_weights[:, :-1] / scale, np.float32)
    bias = best_weights[:, -1] - weight @ mean
    return Head(weight, bias, tuple(history), best_epoch(history))


def best_epoch(history: Sequence[Epoch]) -> int:
    """Find the epoch with the lowest valid_loss, the first of equals."""
    return min(history, key=lambda epoch: epoch.valid_loss).epoch


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


def _evaluate(weights: Floats, x: Floats, labels: NDArray[np.intp]) -> tuple[float, float]:
    """Compute the mean loss and the error rate of the weights on photos (N, D + 1)."""
    logits = x @ weights.T
    loss = float(cross_entropy(logits, labels).mean())
    return loss, float((logits.argmax(axis=1) != labels).mean())
