"""Fine-tune the whole network with fastai, as the assignment did: `vision_learner` and `fine_tune`, with our linear head.

The only module that imports fastai: 200 MB and some seconds, in a process of its own.
"""

import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from model.backbones import Backbone, find_backbone
from model.datasets import Dataset, Member, check_trainable
from model.errors import Cancelled, NotFound
from model.estimates import STEP, remember
from model.features import STORED, features
from model.head import Head, best_epoch, train_head
from model.networks import build_network, feature_map, frozen
from model.process import speaks_for_all
from model.requests import TrainRequest
from model.runs import Epoch, FineTuneSettings, HeadSettings, Run, Tuned
from model.store import Store, open_stored, read_photo
from model.torchvision_operators import define_missing_operators
from model.training import examples, judged_run, keep_run, new_run_id

define_missing_operators()
from fastai.callback.channelslast import ChannelsLast  # noqa: E402  # They import torchvision, which needs the line above.
from fastai.vision.all import (  # noqa: E402
    Callback,
    CancelEpochException,
    CancelFitException,
    CategoryBlock,
    CrossEntropyLossFlat,
    DataBlock,
    DataLoaders,
    ImageBlock,
    IndexSplitter,
    Learner,
    Normalize,
    Resize,
    aug_transforms,
    default_split,
    error_rate,
    model_meta,
    set_seed,
    vision_learner,
)

REPORT_S = 0.3  # Between two reports of batches.


@dataclass
class Watcher:
    """Who is told how a fine-tuning goes, and may stop it."""

    on_batch: Callable[[int, int], None] = lambda done, total: None  # Batches done in all epochs, and of how many
    on_epoch: Callable[[Epoch], None] = lambda epoch: None
    on_look: Callable[[int, int], None] = lambda done, total: None  # Photos judged afterwards
    is_cancelled: Callable[[], bool] = lambda: False


def fine_tune_run(
    store: Store,
    request: TrainRequest,
    watcher: Watcher,
    *,
    folder: Path | None = None,
    checkpoint: Path | None = None,
    before: Sequence[Epoch] = (),
) -> Run | None:
    """Fine-tune, judge every photo as it will be served, and save the run.

    After each epoch the weights are kept in the file `checkpoint`. With the epochs `before` of a training that broke off it goes
    on from there: weights and learning rate as they were, the optimizer's moments anew. Cancelled, it saves the best epoch so far.
    Under `torchrun` several processes learn together; the first judges and saves, the others return None.
    Raises Cancelled where there is none, CannotTrain, NotFound, WeightsMissing, StoreUnavailable.
    """
    settings, dataset, backbone = request.settings, request.dataset, find_backbone(request.backbone)
    assert isinstance(settings, FineTuneSettings)
    check_trainable(dataset)
    started = perf_counter()
    learner = build_learner(data_loaders(store, dataset, backbone, settings), backbone, settings, len(dataset.classes))
    start_from_trained_head(store, dataset, backbone, learner.model[1][-1])
    progress = Progress(watcher, settings, checkpoint, list(before))
    if before and checkpoint:
        progress.restore(learner.model)
    with _together(learner):
        fit(learner, settings, progress)
    if not speaks_for_all():
        return None
    if len(progress.history) > max(settings.frozen_epochs, len(before)):
        seen, size = len(learner.dls.train_ds), (settings.image_px / 224) ** 2
        remember(store, STEP, backbone.name, progress.history[-1].seconds / seen / size)
    if not progress.history:
        raise Cancelled("Cancelled before the first epoch was over: there is nothing to keep.")
    learner.model.load_state_dict(progress.kept)
    network, linear = learner.model.cpu()[0], learner.model[1][-1]
    weights = _halved(network)
    vectors = _look(store, [member.photo for member in dataset.members], backbone, frozen(network), watcher)
    weight, bias = (part.detach().float().numpy() for part in (linear.weight, linear.bias))
    head = Head(weight, bias, tuple(progress.history), best_epoch(progress.history))
    run = judged_run(request, head, vectors.astype(np.float32), new_run_id("tuned"), seconds=perf_counter() - started)
    train = [row for row, member in enumerate(dataset.members) if member.split == "train"]
    tuned = Tuned(weights, vectors[train])
    keep_run(store, run, request, folder, tuned)
    return run


def data_loaders(store: Store, dataset: Dataset, backbone: Backbone, settings: FineTuneSettings) -> DataLoaders:
    """Batches of train and validation photos: square, varied while training, normalised as the backbone wants it."""
    members = [member for member in dataset.members if member.split in ("train", "valid")]
    varied = aug_transforms(mult=settings.augmentation) if settings.augmentation else []

    def photo(member: Member) -> bytes:
        return read_photo(store, member.photo)

    block = DataBlock(
        blocks=(ImageBlock, CategoryBlock(vocab=list(dataset.classes), sort=False)),
        get_x=photo,
        get_y=lambda member: member.label,
        splitter=IndexSplitter([row for row, member in enumerate(members) if member.split == "valid"]),
        item_tfms=Resize(settings.image_px),
        batch_tfms=[*varied, Normalize.from_stats(backbone.mean, backbone.std)],
    )
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    set_seed(settings.seed, reproducible=True)
    return block.dataloaders(members, bs=settings.batch_size, num_workers=0, device=device)


def build_learner(loaders: DataLoaders, backbone: Backbone, settings: FineTuneSettings, classes: int) -> Learner:
    """fastai's own learner on the backbone, with a linear head on average-pooled features."""

    def body(pretrained: bool = True) -> nn.Module:  # fastai asks; ours always are.
        return build_network(backbone.name)

    model_meta[body] = {"cut": lambda network: network, "split": default_split}
    return vision_learner(
        loaders,
        body,
        normalize=False,  # data_loaders does.
        n_out=classes,
        custom_head=nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(backbone.channels, classes)),
        loss_func=CrossEntropyLossFlat(label_smoothing=settings.label_smoothing),
        metrics=error_rate,
        wd=settings.weight_decay,
        cbs=[ChannelsLast(), *_mixed_precision()],
    )


def start_from_trained_head(store: Store, dataset: Dataset, backbone: Backbone, linear: nn.Linear) -> None:
    """Begin with the head that cached features give in a moment: a random one would first spoil what the network knows.

    Kumar et al. 2022, https://arxiv.org/abs/2202.10054.
    """
    photos = [member.photo for member in dataset.members]
    vectors = features(store, photos, backbone)
    train, valid = (examples(dataset, split, vectors) for split in ("train", "valid"))
    head = train_head(train, valid, dataset.classes, HeadSettings())
    linear.load_state_dict({"weight": torch.from_numpy(head.weight), "bias": torch.from_numpy(head.bias)})


def fit(learner: Learner, settings: FineTuneSettings, *callbacks: Callback) -> None:
    """fastai's `fine_tune`; without frozen epochs, its second half."""
    rate = settings.learning_rate
    with learner.no_bar(), learner.no_logging(), learner.added_cbs(list(callbacks)):
        if settings.frozen_epochs:
            learner.fine_tune(settings.epochs, rate, freeze_epochs=settings.frozen_epochs)
        else:
            learner.unfreeze()
            learner.fit_one_cycle(settings.epochs, slice(rate / 200, rate / 2), pct_start=0.3, div=5.0)


class Progress(Callback):  # type: ignore[misc]  # fastai has no types.
    """Reports batches and epochs, keeps the weights of the epoch that is wanted, stops when asked or when patience is over."""

    order = 60  # After the Recorder.

    def __init__(self, watcher: Watcher, settings: FineTuneSettings, checkpoint: Path | None, history: list[Epoch]) -> None:
        self.watcher, self.settings, self.checkpoint, self.history = watcher, settings, checkpoint, history
        self.kept: dict[str, Tensor] = {}
        self.skipped = len(history)  # Epochs of a training that broke off
        self.batches, self.reported, self.is_over = 0, 0.0, False

    def restore(self, model: nn.Module) -> None:
        """Begin with the weights of the last finished epoch. Raises NotFound."""
        if self.checkpoint is None or not self.checkpoint.exists():
            raise NotFound("What the training had learned is no longer here. Start it anew.")
        saved = load_file(self.checkpoint)
        self.kept = {name.removeprefix("kept/"): tensor for name, tensor in saved.items() if name.startswith("kept/")}
        model.load_state_dict({name.removeprefix("last/"): tensor for name, tensor in saved.items() if name.startswith("last/")})

    def before_fit(self) -> None:
        """The frozen epochs and the others are two fits."""
        if self.is_over:
            raise CancelFitException

    def before_epoch(self) -> None:
        """Start the clock; skip what was learned before."""
        self.started, self.is_skipped = perf_counter(), self.skipped > 0
        if self.is_skipped:
            self.skipped -= 1
            self.batches += len(self.dls.train)
            raise CancelEpochException

    def after_batch(self) -> None:
        """Report; stop within a batch when cancelled."""
        if self.watcher.is_cancelled():
            self.is_over = True
            raise CancelFitException
        if self.training:
            self.batches += 1
        if perf_counter() - self.reported > REPORT_S:
            self.reported = perf_counter()
            self.watcher.on_batch(self.batches, len(self.dls.train) * (self.settings.frozen_epochs + self.settings.epochs))

    def after_epoch(self) -> None:
        """Report; keep the weights if they are the ones wanted."""
        if self.is_skipped:
            return
        train_loss, valid_loss, errors = (float(value) for value in self.recorder.values[-1])
        rate, seconds = float(self.opt.hypers[-1]["lr"]), perf_counter() - self.started
        self.history.append(Epoch(len(self.history), train_loss, valid_loss, errors, seconds, rate))
        if best_epoch(self.history) == self.history[-1].epoch or self.settings.keep == "last":
            self.kept = {name: tensor.clone() for name, tensor in self._weights().items()}
        self._save_checkpoint()
        self.watcher.on_epoch(self.history[-1])
        if self.settings.patience and len(self.history) - 1 - best_epoch(self.history) >= self.settings.patience:
            self.is_over = True
            raise CancelFitException

    def _weights(self) -> dict[str, Tensor]:
        model = self.model.module if hasattr(self.model, "module") else self.model  # Several processes wrap it.
        return {name: tensor.detach().cpu() for name, tensor in model.state_dict().items()}

    def _save_checkpoint(self) -> None:
        """Write beside and rename: whenever the process dies, a whole file is there."""
        if self.checkpoint is None:
            return
        last = self._weights()
        unfinished = self.checkpoint.with_suffix(".unfinished")
        parts = (("last", last), ("kept", self.kept))
        both = {f"{kind}/{name}": tensor.contiguous() for kind, part in parts for name, tensor in part.items()}
        save_file(both, unfinished)
        unfinished.replace(self.checkpoint)


class CpuAutocast(Callback):  # type: ignore[misc]  # fastai has no types.
    """Mixed precision on a CPU that has bfloat16; fastai's own is for GPUs only."""

    order = 10  # As fastai's MixedPrecision.

    def before_batch(self) -> None:
        """Compute in bfloat16 from here on ..."""
        self.autocast: AbstractContextManager[Any] = torch.autocast("cpu", torch.bfloat16)
        self.autocast.__enter__()

    def after_pred(self) -> None:
        """... but the loss in full."""
        self.learn.pred = self.pred.float()
        self.autocast.__exit__(None, None, None)


def _together(learner: Learner) -> AbstractContextManager[Any]:
    """fastai's data-parallel training where torchrun started several processes: gloo on CPUs, NCCL on GPUs."""
    if os.environ.get("WORLD_SIZE", "1") == "1":
        return nullcontext()
    from fastai.distributed import DistributedDL  # The import also gives learners their distrib_ctx.

    on_gpu = torch.cuda.is_available()
    if not on_gpu:
        DistributedDL._broadcast = _broadcast
    return learner.distrib_ctx(sync_bn=on_gpu, cpu=not on_gpu)  # type: ignore[no-any-return]  # fastai has no types.


def _broadcast(_: object, numbers: list[int], rank: int) -> list[int]:
    """The photos' order, from one process to all; fastai's own works on GPUs only."""
    order = torch.tensor(numbers)
    torch.distributed.broadcast(order, rank)
    return order.tolist()


def _mixed_precision() -> list[Callback]:
    if torch.cuda.is_available():
        from fastai.callback.fp16 import AMPMode, MixedPrecision

        return [MixedPrecision(AMPMode.BF16 if torch.cuda.is_bf16_supported() else AMPMode.FP16)]
    return [CpuAutocast()] if torch.cpu._is_avx512_bf16_supported() else []  # torch has no public name for it.


def _halved(network: nn.Module) -> dict[str, NDArray[np.float16]]:
    """Round a network's weights to half precision, in place, so that what is judged is what is saved: 7 MB instead of 14."""
    # Contiguous, or safetensors writes the bytes of channels-last weights in their own order.
    weights = {name: np.ascontiguousarray(tensor.numpy(), np.float16) for name, tensor in network.state_dict().items()}
    network.load_state_dict({name: torch.from_numpy(array).float() for name, array in weights.items()})
    return weights


def _look(store: Store, photos: list[str], backbone: Backbone, network: nn.Module, watcher: Watcher) -> NDArray[np.float16]:
    vectors = np.zeros((len(photos), backbone.channels), STORED)
    for row, photo in enumerate(photos):
        vectors[row] = feature_map(open_stored(store, photo), backbone, network).numpy().mean(axis=(1, 2))
        watcher.on_look(row + 1, len(photos))
    return vectors
