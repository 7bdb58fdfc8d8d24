"""Request a training: its data, settings and workspace, and the command that asks for it again."""

import shlex
from dataclasses import asdict, dataclass, field

from model.catalogue.dataset import Dataset
from model.catalogue.store import Store
from model.errors import InvalidRequest
from model.jobs.queue import enqueue
from model.jobs.records import FINE_TUNE, LR_FIND
from model.networks.backbones import DEFAULT_BACKBONE, find_backbone
from model.runs.settings import MODES, HeadSettings, Mode, Settings


@dataclass(frozen=True)
class TrainRequest:
    """A dataset to train on, the backbone and settings, and the workspace it is for.

    Raises NotFound for no backbone, InvalidRequest for one that cannot be trained so.
    """

    dataset: Dataset
    backbone: str = DEFAULT_BACKBONE
    settings: Settings = field(default_factory=HeadSettings)
    name: str = ""
    workspace: str | None = None

    def __post_init__(self) -> None:
        """Refuse to train several networks side by side further."""
        backbone = find_backbone(self.backbone)
        if self.mode is Mode.FINE_TUNE and not backbone.trains_whole:
            raise InvalidRequest(
                f"{backbone.title} is for a head only, because it is several networks. "
                f"Train a head, or choose one of {', '.join(backbone.networks)}."
            )

    @property
    def mode(self) -> Mode:
        """Mode of training that the settings are for."""
        return next(mode for mode, kind in MODES.items() if isinstance(self.settings, kind))

    @property
    def arguments(self) -> list[str]:
        """Words after `python -m model` that ask for the same training again, but its workspace."""
        words = ["train", "--dataset", self.dataset.name]
        words += ["--mode", self.mode, "--backbone", self.backbone]
        if self.workspace:
            words += ["--edits", str(self.dataset.edits)]
        for setting, value in asdict(self.settings).items():
            words += [option(setting), str(value)]
        return words

    @property
    def command(self) -> str:
        """Shell command for the same training."""
        edits_of = (
            [f"--workspace={self.workspace}"] if self.workspace and self.dataset.edits else []
        )
        return shlex.join(["python", "-m", "model", *self.arguments, *edits_of])


def option(setting: str) -> str:
    """Name a setting as the command line does."""
    return "--lr" if setting == "learning_rate" else "--" + setting.replace("_", "-")


def enqueue_fine_tune(store: Store, workspace: str, request: TrainRequest) -> int:
    """Queue a fine-tuning; where one of this workspace waits or runs already, return that one.

    Starts it if it is its turn.
    """
    return enqueue(
        store, workspace, FINE_TUNE, [*request.arguments, f"--name={request.name}"], request.name
    )


def enqueue_lr_find(store: Store, workspace: str, request: TrainRequest) -> None:
    """Queue the learning rate finder for a training.

    One at a time for a workspace, in the same queue.
    """
    enqueue(store, workspace, LR_FIND, ["lr-find", *request.arguments[1:]], request.name)
