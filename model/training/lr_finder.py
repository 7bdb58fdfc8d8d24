"""Find a learning rate for a whole network with fastai.

A training with an ever larger rate, and the loss at each; a head's is in `head_lr_finder.py`.
Like finetune.py, it imports fastai.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

# isort: skip  # model.training.finetune has made it importable.
from fastai.callback.schedule import valley

from model.catalogue.dataset import check_trainable
from model.catalogue.store import Store
from model.errors import Cancelled
from model.networks.backbones import find_backbone
from model.runs.settings import FineTuneSettings
from model.training.fastai_callbacks import Watcher
from model.training.finetune import build_learner, data_loaders, start_from_trained_head
from model.training.head_lr_finder import STEPS, LearningRateResult
from model.training.request import TrainRequest

from fastai.vision.all import Callback, Learner  # isort: skip


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
    learner = _fine_tuner(store, request, watcher)
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
