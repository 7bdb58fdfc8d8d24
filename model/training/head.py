"""Train a linear head on cached features: AdamW, one cycle, milliseconds an epoch.

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
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import Linear
from torch.nn.functional import cross_entropy
from torch.optim import AdamW
from torch.optim.lr_scheduler import OneCycleLR

from model.errors import CannotTrain
from model.runs.settings import Epoch, HeadSettings


@dataclass(frozen=True)
class Head:
    """A linear classifier on pooled features (D,), with the history of its training."""

    weight: NDArray[np.float32]  # (C, D)
    bias: NDArray[np.float32]  # (C,)
    history: tuple[Epoch, ...]
    best_epoch: int

    def logits(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Compute logits: (..., D) -> (..., C)."""
        return features @ self.weight.T + self.bias


@dataclass(frozen=True)
class LabelledFeatures:
    """Features (N, D) of photos and the positions (N,) of their labels in the list of classes."""

    features: NDArray[np.float32]
    labels: NDArray[np.intp]


def train_head(
    train: LabelledFeatures,
    valid: LabelledFeatures,
    classes: tuple[str, ...],
    settings: HeadSettings,
    on_epoch: Callable[[Epoch], None] = lambda epoch: None,
) -> Head:
    """Train a linear head. The same seed gives the same numbers. Raises CannotTrain."""
    # 1. Scale: centre every feature, and divide all by one number.
    mean, scale = train.features.mean(axis=0), max(float(train.features.std()), 1e-6)
    x_train, x_valid = (torch.from_numpy((part.features - mean) / scale) for part in (train, valid))
    y_train, y_valid = torch.from_numpy(train.labels), torch.from_numpy(valid.labels)

    # 2. Begin with a head that knows nothing: all weights are zero, so every class is as likely.
    head = _blank_head(train.features.shape[1], len(classes))
    best_weights, history = _copy(head), list[Epoch]()
    optimizer, schedule = _one_cycle(head, len(y_train), settings)
    shuffle = torch.Generator().manual_seed(settings.seed)
    for number in range(settings.epochs):
        # 3. Learn: go once through the training photos, in a new order, a batch at a time.
        started = perf_counter()
        batches = torch.randperm(len(y_train), generator=shuffle).split(settings.batch_size)
        total_loss, rate = 0.0, 0.0
        for batch in batches:
            rate = float(schedule.get_last_lr()[0])
            loss = _learn(head, x_train[batch], y_train[batch], optimizer, settings)
            schedule.step()
            total_loss += loss * len(batch)
        train_loss, seconds = total_loss / len(y_train), perf_counter() - started

        # 4. Evaluate on photos that it does not learn from.
        valid_loss, error_rate = _evaluate(head, x_valid, y_valid)
        if not isfinite(train_loss + valid_loss):
            raise CannotTrain("The losses grew beyond all bounds. Choose a lower learning rate.")
        history.append(Epoch(number, train_loss, valid_loss, error_rate, seconds, rate))
        on_epoch(history[-1])

        # 5. Keep the weights of the best epoch so far, or of the last, as the settings say.
        if best_epoch(history) == number or settings.keep == "last":
            best_weights = _copy(head)

        # 6. Stop early once patience is over.
        if settings.patience and number - best_epoch(history) >= settings.patience:
            break

    # 7. Fold the scaling into the weights, so that the head works on raw features.
    weight, bias = _fold(best_weights, mean, scale)
    return Head(weight, bias, tuple(history), best_epoch(history))


def best_epoch(history: Sequence[Epoch]) -> int:
    """Find the epoch with the lowest valid_loss, the first of equals."""
    return min(history, key=lambda epoch: epoch.valid_loss).epoch


def _blank_head(features: int, classes: int) -> Linear:
    head = Linear(features, classes)
    torch.nn.init.zeros_(head.weight)
    torch.nn.init.zeros_(head.bias)
    return head


def _one_cycle(head: Linear, photos: int, settings: HeadSettings) -> tuple[AdamW, OneCycleLR]:
    """Make AdamW with a learning rate that rises, then falls (Smith 2018, arXiv 1803.09820)."""
    optimizer = AdamW(head.parameters(), weight_decay=settings.weight_decay)
    steps = -(-photos // settings.batch_size)
    rate, epochs = settings.learning_rate, settings.epochs
    return optimizer, OneCycleLR(optimizer, rate, epochs=epochs, steps_per_epoch=steps)


def _learn(head: Linear, x: Tensor, y: Tensor, optimizer: AdamW, settings: HeadSettings) -> float:
    """Move the head's weights once, by a batch of features x (N, D), labels y (N,); its loss."""
    # Forward: how wrong are the logits of this batch?
    loss = cross_entropy(head(x), y, label_smoothing=settings.label_smoothing)
    # Backward: in which direction would each weight make it worse?
    optimizer.zero_grad()
    loss.backward()
    # Step: move each weight the other way, as far as the learning rate says.
    optimizer.step()
    return loss.item()


def _evaluate(head: Linear, x: Tensor, y: Tensor) -> tuple[float, float]:
    """Compute the mean loss and the error rate of the head on photos (N, D)."""
    with torch.inference_mode():
        logits = head(x)
        loss = cross_entropy(logits, y).item()
        return loss, (logits.argmax(dim=1) != y).float().mean().item()


def _copy(head: Linear) -> tuple[Tensor, Tensor]:
    return head.weight.detach().clone(), head.bias.detach().clone()


def _fold(
    weights: tuple[Tensor, Tensor], mean: NDArray[np.float32], scale: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Turn weight and bias for scaled features into those for raw ones."""
    weight, bias = (part.numpy() for part in weights)
    folded = np.asarray(weight / scale, np.float32)
    return folded, bias - folded @ mean
