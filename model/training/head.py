"""Train a linear head on cached features: AdamW, one cycle, milliseconds an epoch, plain numpy.

`head_steps.py` has each step; they are torch's, and so are the figures that a seed gives.

Features are centred and divided by one number for all dimensions, not one for each: full
standardisation blows up what hardly varies, and errs on one real photo in a hundred more
(tests/benchmarks/accuracy.py). Both are folded into the weights afterwards, so that a saved head
works on raw features.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from model.errors import CannotTrain
from model.evaluation.numerics import cross_entropy
from model.runs.settings import Epoch, HeadSettings
from model.training.cores import one_core
from model.training.head_steps import (
    Floats,
    batches,
    loss_and_slopes,
    mean_and_scale,
    move,
    one_cycle,
    scaled,
    targets,
    zero_averages,
)


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


def _evaluate(weights: Floats, x: Floats, labels: NDArray[np.intp]) -> tuple[float, float]:
    """Compute the mean loss and the error rate of the weights on photos (N, D + 1)."""
    logits = x @ weights.T
    loss = float(cross_entropy(logits, labels).mean())
    return loss, float((logits.argmax(axis=1) != labels).mean())
