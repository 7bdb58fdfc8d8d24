"""The settings that a search tries, and their ranges."""

from dataclasses import dataclass
from enum import StrEnum

from model.catalogue.dataset import Dataset
from model.networks.backbones import BACKBONES, DEFAULT_BACKBONE
from model.runs.settings import HeadSettings

Params = dict[str, float | int | str]
# Its number grows when the ranges below change: older trials would not compare.
PREFIX = "areole-1"
BACKBONE = "backbone"
# Not several side by side: Optuna cannot add a choice to the searches that there are.
BACKBONES_TRIED = tuple(
    row.name for row in BACKBONES.values() if row.is_installed and not row.parts
)


@dataclass(frozen=True)
class Range:
    """A setting's range; least and most are both allowed."""

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


class TrialState(StrEnum):
    """The state of a trial."""

    DONE = "done"
    DIVERGED = "diverged"  # Its losses grew beyond all bounds.
    BROKEN_OFF = "broken off"  # Cancelled or killed
    RUNNING = "running"
    WAITING = "waiting"


@dataclass(frozen=True)
class Trial:
    """Settings that were tried, with losses and error rates where it is done."""

    number: int
    state: TrialState
    params: Params  # By the names in SPACE, and BACKBONE
    seconds: float
    valid_loss: float | None = None
    valid_error: float | None = None
    test_loss: float | None = None  # None too where there are no test photos
    test_error: float | None = None


def study_name(dataset: Dataset, workspace: str | None) -> str:
    """Name Optuna's study: an edit that changes the dataset makes another one."""
    return f"{PREFIX}-{dataset.fingerprint}-{workspace or 'everybody'}"


def settings_of(params: Params) -> HeadSettings:
    """Make head settings from a trial's parameters."""
    # Their types are as the ranges say.
    return HeadSettings(**{name: params[name] for name in SPACE})  # type: ignore[arg-type]
