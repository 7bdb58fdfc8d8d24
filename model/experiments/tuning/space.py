"""The settings that a search tries, and their ranges."""

from dataclasses import dataclass

from model.catalogue.dataset import Dataset
from model.networks.backbones import BACKBONES, DEFAULT_BACKBONE
from model.runs.settings import HeadSettings

Params = dict[str, float | int | str]
PREFIX = (
    "areole-1"  # Its number grows when the ranges below change: older trials would not compare.
)
BACKBONE = "backbone"
BACKBONES_TRIED = tuple(row.name for row in BACKBONES.values() if row.is_installed)


@dataclass(frozen=True)
class Range:
    """What a setting may be: least and most are both allowed."""

    title: str
    least: float | int
    most: float | int
    log: bool = False


SPACE = {
    "learning_rate": Range("Learning rate", 1e-5, 1e-1, log=True),
    "weight_decay": Range("Weight decay", 1e-4, 1.0, log=True),
    "label_smoothing": Range("Label smoothing", 0.0, 0.4),
    "epochs": Range("Epochs", 1, 50),
}
DEFAULTS: Params = {
    **{name: getattr(HeadSettings(), name) for name in SPACE},
    BACKBONE: DEFAULT_BACKBONE,
}


@dataclass(frozen=True)
class Trial:
    """Settings that were tried, and how good they are. Only one that is done has losses and error rates."""

    number: int
    state: str  # done, diverged (its losses grew beyond all bounds), broken off (cancelled or killed), running or waiting
    params: Params  # By the names in SPACE, and BACKBONE
    seconds: float
    valid_loss: float | None = None
    valid_error: float | None = None
    test_loss: float | None = None  # None too where there are no test photos
    test_error: float | None = None


def study_name(dataset: Dataset, workspace: str | None) -> str:
    """What Optuna calls the search: an edit that changes the dataset makes another one."""
    return f"{PREFIX}-{dataset.fingerprint}-{workspace or 'everybody'}"


def settings_of(params: Params) -> HeadSettings:
    """What a trial with these parameters trains a head with."""
    return HeadSettings(**{name: params[name] for name in SPACE})  # type: ignore[arg-type]  # As the ranges say.
