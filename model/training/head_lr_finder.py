"""Find a learning rate for a head: train with an ever larger one, and see where the loss falls.

As fastai's `lr_find` does for a whole network, with the steps of `model.training.head`.
Smith 2015, https://arxiv.org/abs/1506.01186.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from math import isfinite

import numpy as np

from model.catalogue.dataset import check_trainable
from model.catalogue.store import Store
from model.errors import CannotTrain
from model.networks.backbones import find_backbone
from model.networks.features import extract_features
from model.progress import Progress
from model.runs.settings import HeadSettings
from model.training.cores import one_core
from model.training.head import LabelledFeatures
from model.training.head_run import labelled_features
from model.training.head_steps import (
    batches,
    loss_and_slopes,
    mean_and_scale,
    move,
    scaled,
    targets,
    zero_averages,
)
from model.training.request import TrainRequest

STEPS = 100
LEAST_RATE, MOST_RATE = 1e-7, 10.0
MOMENTUM = 0.9
KEPT = 0.98  # Of the smoothed loss, from one step to the next
TOO_MUCH = 4  # Times the least smoothed loss, and it stops
FIRST, LAST = 10, -5  # Steps that count for the suggestion


@dataclass(frozen=True)
class LearningRateResult:
    """Learning rates tried, the smoothed loss at each, and the one fastai's `valley` suggests."""

    rates: list[float]
    losses: list[float]
    suggestion: float


def find_head_learning_rate(
    store: Store, request: TrainRequest, progress: Progress
) -> LearningRateResult:
    """Try learning rates for the head that is asked for; `progress` counts the steps.

    Raises CannotTrain, NotFound, WeightsMissing, StoreUnavailable, and what `progress` raises.
    """
    dataset, settings = request.dataset, request.settings
    assert isinstance(settings, HeadSettings)
    check_trainable(dataset)
    photos = [labelled.photo for labelled in dataset.photos]
    features = extract_features(store, photos, find_backbone(request.backbone))
    train = labelled_features(dataset, "train", features)
    return try_learning_rates(train, len(dataset.classes), settings, progress)


@one_core()
@np.errstate(over="ignore", invalid="ignore")  # It goes on until the loss grows.
def try_learning_rates(
    train: LabelledFeatures, classes: int, settings: HeadSettings, progress: Progress
) -> LearningRateResult:
    """Try learning rates on features. Raises CannotTrain, and what `progress` raises."""
    x = scaled(train.features, *mean_and_scale(train.features))
    y = targets(train.labels, classes, settings.label_smoothing)
    weights = np.zeros((classes, x.shape[1]), np.float32)
    averages, average_loss, losses = zero_averages(weights), 0.0, list[float]()
    rates = [LEAST_RATE * (MOST_RATE / LEAST_RATE) ** (step / STEPS) for step in range(STEPS)]
    random = np.random.RandomState(settings.seed % 2**32)
    epochs = (batches(len(x), settings.batch_size, random) for _ in range(STEPS))
    for rate, batch in zip(rates, chain.from_iterable(epochs), strict=False):
        loss, slopes = loss_and_slopes(weights, x[batch], y[batch])
        move(weights, slopes, averages, rate, MOMENTUM, weight_decay=settings.weight_decay)
        # Single batches differ: smooth the loss, and divide by how much has been filled since 0.
        average_loss = KEPT * average_loss + (1 - KEPT) * loss
        smooth_loss = average_loss / (1 - KEPT ** (len(losses) + 1))
        if not isfinite(smooth_loss):
            break
        losses.append(smooth_loss)
        progress(len(losses), STEPS)
        if smooth_loss > TOO_MUCH * min(losses):
            break
    rates = rates[: len(losses)]
    if not losses[FIRST:LAST]:
        raise CannotTrain("The losses grew beyond all bounds at every learning rate.")
    return LearningRateResult(rates, losses, valley(rates[FIRST:LAST], losses[FIRST:LAST]))


def valley(rates: Sequence[float], losses: Sequence[float]) -> float:
    """Suggest the rate in the middle of the longest fall of the losses, as fastai's `valley`."""
    falls = list[int]()  # The most losses, each less than the one before, that end with this one
    for at, loss in enumerate(losses):
        earlier = [falls[before] for before in range(at) if losses[before] > loss]
        falls.append(1 + max(earlier, default=0))
    longest = max(falls)
    start = falls.index(longest) - longest
    return rates[start + longest // 3 + longest // 6]
