"""Settings of a training, and the figures of an epoch."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Keep = Literal["best", "last"]  # The epoch that becomes the run: lowest valid_loss, or last


class Mode(StrEnum):
    """A way to train, as commands and cards name it."""

    HEAD = "head"
    FINE_TUNE = "fine-tune"


@dataclass(frozen=True)
class HeadSettings:
    """Settings of a head; tests/benchmarks/accuracy.py found no better defaults for real photos."""

    epochs: int = 10
    learning_rate: float = 5e-4
    weight_decay: float = 0.01
    batch_size: int = 32
    label_smoothing: float = 0.0
    keep: Keep = "best"
    patience: int = 0  # Epochs without a lower valid_loss before it stops early; 0: never.
    seed: int = 0


@dataclass(frozen=True)
class FineTuneSettings:
    """Settings of fine-tuning; the defaults fit into 1.5 GB of memory beside the app."""

    epochs: int = 3
    learning_rate: float = 5e-4  # fastai's base_lr, of the head; a hundredth for the first layers
    weight_decay: float = 0.01
    batch_size: int = 6
    image_px: int = 224
    augmentation: float = 1.0  # fastai's aug_transforms(mult=...); 0: none
    frozen_epochs: int = 1
    label_smoothing: float = 0.0
    keep: Keep = "best"
    patience: int = 0
    seed: int = 0


Settings = HeadSettings | FineTuneSettings
MODES: dict[Mode, type[HeadSettings] | type[FineTuneSettings]] = {
    Mode.HEAD: HeadSettings,
    Mode.FINE_TUNE: FineTuneSettings,
}


@dataclass(frozen=True)
class Epoch:
    """A row of the training table, as fastai prints it."""

    epoch: int
    train_loss: float
    valid_loss: float
    error_rate: float
    seconds: float
    learning_rate: float  # At the epoch's end
