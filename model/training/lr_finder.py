"""Find a learning rate with fastai: a training with an ever larger rate, and the loss at each.

Like finetune.py, it imports fastai.
"""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

# isort: skip  # model.training.finetune has made it importable.
from fastai.callback.schedule import valley
from torch import nn
from torch.utils.data import TensorDataset

from model.catalogue.dataset import check_trainable
from model.catalogue.store import Store
from model.errors import Cancelled
from model.networks.backbones import find_backbone
from model.networks.features import extract_features
from model.runs.settings import FineTuneSettings
from model.training.fastai_callbacks import Watcher
from model.training.finetune import build_learner, data_loaders, start_from_trained_head
from model.training.head_run import labelled_features
from model.training.request import TrainRequest

from fastai.vision.all import Callback, CrossEntropyLossFlat, DataLoaders, Learner  # isort: skip

STEPS = 100


@dataclass(frozen=True)
class LearningRateResult:
    """Learning rates tried, the smoothed loss at each, and the one fastai's `valley` suggests."""

    rates: list[float]
    losses: list[float]
    suggestion: float


class Steps(Callback):  # type: ignore[misc]  # fastai has no types.
    """Reports each step; stops when asked."""

    def __init__(self, watcher: Watcher) -> None:
        self.watcher, self.done = watcher, 0

    def after_batch(self) -> None:
        """Report that one rate was tried; raise Cancelled when asked to stop."""
        if self.watcher.is_cancelled():
            raise Cancelled("Cancelled.")
        self.done += 1
        self.watcher.on_batch(self.done, STEPS)


def find_learning_rate(store: Store, request: TrainRequest, watcher: Watcher) -> LearningRateResult:
    """Try learning rates for the training that is asked for.

    Raises CannotTrain, NotFound, WeightsMissing.
    """
    check_trainable(request.dataset)
    learner = (
        _fine_tuner(store, request, watcher)
        if isinstance(request.settings, FineTuneSettings)
        else _head_learner(store, request)
    )
    with (
        TemporaryDirectory() as folder,
        learner.no_bar(),
        learner.no_logging(),
        learner.added_cbs(Steps(watcher)),
    ):
        learner.path = Path(folder)  # It parks the weights there, to put them back.
        suggestion = learner.lr_find(num_it=STEPS, show_plot=False, suggest_funcs=(valley,)).valley
    recorder = learner.recorder
    return LearningRateResult(
        [float(rate) for rate in recorder.lrs],
        [float(loss) for loss in recorder.losses],
        float(suggestion),
    )


def _fine_tuner(store: Store, request: TrainRequest, watcher: Watcher) -> Learner:
    backbone, settings = find_backbone(request.backbone), request.settings
    assert isinstance(settings, FineTuneSettings)
    learner = build_learner(
        data_loaders(store, request.dataset, backbone, settings),
        backbone,
        settings,
        len(request.dataset.classes),
    )
    start_from_trained_head(store, request.dataset, backbone, learner.model[1][-1], watcher)
    return learner


def _head_learner(store: Store, request: TrainRequest) -> Learner:
    """Make a learner of the head alone on cached features, scaled as `model.training.head` does."""
    dataset, settings = request.dataset, request.settings
    features = extract_features(
        store, [labelled.photo for labelled in dataset.photos], find_backbone(request.backbone)
    )
    train, valid = (labelled_features(dataset, split, features) for split in ("train", "valid"))
    mean, scale = train.features.mean(axis=0), max(float(train.features.std()), 1e-6)
    sets = [
        TensorDataset(
            torch.from_numpy((part.features - mean) / scale), torch.from_numpy(part.labels)
        )
        for part in (train, valid)
    ]
    loaders = DataLoaders.from_dsets(
        *sets, bs=settings.batch_size, num_workers=0, device=torch.device("cpu")
    )
    linear = nn.Linear(features.shape[1], len(dataset.classes))
    nn.init.zeros_(linear.weight)
    nn.init.zeros_(linear.bias)
    return Learner(
        loaders,
        linear,
        loss_func=CrossEntropyLossFlat(label_smoothing=settings.label_smoothing),
        wd=settings.weight_decay,
    )
