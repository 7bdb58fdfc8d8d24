"""Hook into fastai's training.

Reports and cancelling, the weights that are kept, mixed precision, several processes.
"""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from time import perf_counter
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from model.errors import CannotTrain, NotFound
from model.networks.torchvision_operators import define_missing_operators
from model.progress import Check, Progress, no_progress
from model.runs.settings import Epoch, FineTuneSettings
from model.training.head import best_epoch

define_missing_operators()
from fastai.vision.all import (  # noqa: E402  # It imports torchvision.
    Callback,
    CancelEpochException,
    CancelFitException,
    CancelValidException,
    Learner,
)

# Check, network and head -> loss and error rate on the validation photos
Evaluate = Callable[[Check, nn.Module, nn.Module], tuple[float, float]]

REPORT_S = 0.3  # Between two reports of batches.


@dataclass
class Watcher:
    """Callbacks that follow a fine-tuning and may stop it."""

    on_batch: Progress = no_progress  # Batches of all epochs
    on_epoch: Callable[[Epoch], None] = lambda epoch: None
    on_features: Progress = no_progress  # Photos whose features were extracted before
    on_evaluate: Progress = no_progress  # Photos evaluated afterwards
    is_cancelled: Callable[[], bool] = lambda: False


# A learner keeps each callback as an attribute, by its name without "Callback": one called
# FineTuneCallback would hide the learner's own `fine_tune`.
class ReportCallback(Callback):  # type: ignore[misc]  # fastai has no types.
    """Reports batches and epochs, keeps the wanted weights, stops when asked or out of patience."""

    order = 60  # After the Recorder.

    def __init__(
        self,
        watcher: Watcher,
        settings: FineTuneSettings,
        evaluate: Evaluate,
        checkpoint: Path | None,
        history: list[Epoch],
    ) -> None:
        self.watcher, self.settings, self.evaluate = watcher, settings, evaluate
        self.checkpoint, self.history = checkpoint, history
        self.kept: dict[str, Tensor] = {}
        self.skipped = len(history)  # Epochs of a training that broke off
        self.batches, self.reported, self.is_over, self.is_cancelled = 0, 0.0, False, False

    def restore(self, model: nn.Module) -> None:
        """Begin with the weights of the last finished epoch. Raises NotFound."""
        if self.checkpoint is None or not self.checkpoint.exists():
            raise NotFound("What the training had learned is no longer here. Start it anew.")
        saved = load_file(self.checkpoint)
        self.kept = {
            name.removeprefix("kept/"): tensor
            for name, tensor in saved.items()
            if name.startswith("kept/")
        }
        model.load_state_dict(
            {
                name.removeprefix("last/"): tensor
                for name, tensor in saved.items()
                if name.startswith("last/")
            }
        )

    def before_fit(self) -> None:
        """Skip the second fit, of the epochs not frozen, where the first was stopped."""
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
        self.check()
        self.batches += 1
        in_epoch = len(self.dls.train)
        is_last = self.batches % in_epoch == 0
        if is_last or perf_counter() - self.reported > REPORT_S:
            self.reported = perf_counter()
            epochs = self.settings.frozen_epochs + self.settings.epochs
            self.watcher.on_batch(self.batches, in_epoch * epochs)

    def check(self) -> None:
        """Stop the training when cancelled; what it learned in earlier epochs is kept."""
        if self.watcher.is_cancelled():
            self.is_over = self.is_cancelled = True
            raise CancelFitException

    def after_train(self) -> None:
        """Note the seconds of learning, without the evaluation."""
        self.train_seconds = perf_counter() - self.started

    def before_validate(self) -> None:
        """Evaluate as the saved run will be served, instead of fastai's own way."""
        network, head = self._model().children()
        *_, linear = head.children()
        started = perf_counter()
        self.valid_loss, self.error_rate = self.evaluate(self.check, network, linear)
        self.valid_seconds = perf_counter() - started
        raise CancelValidException

    def after_epoch(self) -> None:
        """Report; keep the weights if they are the ones wanted."""
        if self.is_skipped:
            return
        train_loss, valid_loss = float(self.recorder.values[-1][0]), self.valid_loss
        if not isfinite(train_loss + valid_loss):
            raise CannotTrain("The losses grew beyond all bounds. Choose a lower learning rate.")
        rate, seconds = float(self.opt.hypers[-1]["lr"]), perf_counter() - self.started
        errors, number = self.error_rate, len(self.history)
        self.history.append(Epoch(number, train_loss, valid_loss, errors, seconds, rate))
        if best_epoch(self.history) == self.history[-1].epoch or self.settings.keep == "last":
            self.kept = {name: tensor.clone() for name, tensor in self._weights().items()}
        self._save_checkpoint()
        self.watcher.on_epoch(self.history[-1])
        if (
            self.settings.patience
            and len(self.history) - 1 - best_epoch(self.history) >= self.settings.patience
        ):
            self.is_over = True
            raise CancelFitException

    def _model(self) -> nn.Module:
        """The model itself: where several processes learn together, it is wrapped."""
        model: nn.Module = self.model.module if hasattr(self.model, "module") else self.model
        return model

    def _weights(self) -> dict[str, Tensor]:
        return {name: tensor.detach().cpu() for name, tensor in self._model().state_dict().items()}

    def _save_checkpoint(self) -> None:
        """Write beside and rename: whenever the process dies, a whole file is there."""
        if self.checkpoint is None:
            return
        last = self._weights()
        unfinished = self.checkpoint.with_suffix(".unfinished")
        parts = (("last", last), ("kept", self.kept))
        both = {
            f"{kind}/{name}": tensor.contiguous()
            for kind, part in parts
            for name, tensor in part.items()
        }
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


def together(learner: Learner) -> AbstractContextManager[Any]:
    """Enter fastai's data-parallel training where torchrun started several processes.

    Gloo on CPUs, NCCL on GPUs.
    """
    if os.environ.get("WORLD_SIZE", "1") == "1":
        return nullcontext()
    # The import also gives learners their distrib_ctx.
    from fastai.distributed import DistributedDL

    on_gpu = torch.cuda.is_available()
    if not on_gpu:
        DistributedDL._broadcast = _broadcast  # noqa: SLF001  # fastai offers no other way in.
    context: AbstractContextManager[Any] = learner.distrib_ctx(sync_bn=on_gpu, cpu=not on_gpu)
    return context


def _broadcast(_: object, numbers: list[int], rank: int) -> list[int]:
    """Send the photos' order from one process to all; fastai's own works on GPUs only."""
    order = torch.tensor(numbers)
    torch.distributed.broadcast(order, rank)
    return order.tolist()


def mixed_precision() -> list[Callback]:
    """Return the callback for numbers of half the size, where the machine has them."""
    if torch.cuda.is_available():
        from fastai.callback.fp16 import AMPMode, MixedPrecision

        return [MixedPrecision(AMPMode.BF16 if torch.cuda.is_bf16_supported() else AMPMode.FP16)]
    has_bfloat16 = torch.cpu._is_avx512_bf16_supported()  # noqa: SLF001  # It has no public name.
    return [CpuAutocast()] if has_bfloat16 else []
