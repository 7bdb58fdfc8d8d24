"""Train a linear head on cached features: AdamW, one cycle, milliseconds an epoch.

Features are centred and divided by one number for all dimensions, not one for each: full standardisation blows up what
hardly varies, and errs on one real photo in a hundred more (tests/benchmarks/accuracy.py). Both are folded into the
weights afterwards, so that a saved head works on raw features.
"""

from collections.abc import Callable, Iterator, Sequence
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
    """A linear classifier on pooled features (D,), and how it came about."""

    weight: NDArray[np.float32]  # (C, D)
    bias: NDArray[np.float32]  # (C,)
    history: tuple[Epoch, ...]
    best_epoch: int

    def logits(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """(..., D) -> (..., C)."""
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
    """Train, and keep the epoch that the settings say. The same seed gives the same numbers. Raises CannotTrain."""
    mean, scale = train.features.mean(axis=0), max(float(train.features.std()), 1e-6)
    scaled = [torch.from_numpy((part.features - mean) / scale) for part in (train, valid)]
    targets = [torch.from_numpy(part.labels) for part in (train, valid)]
    linear = Linear(train.features.shape[1], len(classes))
    torch.nn.init.zeros_(linear.weight)
    torch.nn.init.zeros_(linear.bias)
    history: list[Epoch] = []
    kept = _copy(linear)
    for train_loss, rate, seconds in _epochs(linear, scaled[0], targets[0], settings):
        with torch.inference_mode():
            logits = linear(scaled[1])
            valid_loss = cross_entropy(logits, targets[1]).item()
            error_rate = (logits.argmax(dim=1) != targets[1]).float().mean().item()
        if not isfinite(train_loss + valid_loss):
            raise CannotTrain("The losses grew beyond all bounds. Choose a lower learning rate.")
        history.append(Epoch(len(history), train_loss, valid_loss, error_rate, seconds, rate))
        on_epoch(history[-1])
        if best_epoch(history) == history[-1].epoch or settings.keep == "last":
            kept = _copy(linear)
        if settings.patience and len(history) - 1 - best_epoch(history) >= settings.patience:
            break
    weight, bias = (part.numpy() for part in kept)
    folded = np.asarray(weight / scale, np.float32)
    return Head(folded, bias - folded @ mean, tuple(history), best_epoch(history))


def best_epoch(history: Sequence[Epoch]) -> int:
    """The epoch with the lowest valid_loss, the first of equals."""
    return min(history, key=lambda epoch: epoch.valid_loss).epoch


def _copy(linear: Linear) -> tuple[Tensor, Tensor]:
    return linear.weight.detach().clone(), linear.bias.detach().clone()


def _epochs(
    linear: Linear, features: Tensor, targets: Tensor, settings: HeadSettings
) -> Iterator[tuple[float, float, float]]:
    """Train `linear` in place; the mean loss, the last learning rate and the seconds of each epoch."""
    shuffle = torch.Generator().manual_seed(settings.seed)
    steps = -(-len(targets) // settings.batch_size)
    optimizer = AdamW(linear.parameters(), weight_decay=settings.weight_decay)
    schedule = OneCycleLR(
        optimizer, settings.learning_rate, epochs=settings.epochs, steps_per_epoch=steps
    )
    for _ in range(settings.epochs):
        start, total = perf_counter(), 0.0
        for batch in torch.randperm(len(targets), generator=shuffle).split(settings.batch_size):
            rate = float(schedule.get_last_lr()[0])
            loss = cross_entropy(
                linear(features[batch]), targets[batch], label_smoothing=settings.label_smoothing
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(batch)
        yield total / len(targets), rate, perf_counter() - start
