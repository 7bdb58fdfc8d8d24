"""What is asked of a training.

On what data, with what settings, for whom - and the command that asks the same again.
"""

import shlex
from dataclasses import asdict, dataclass, field

from model.catalogue.dataset import Dataset
from model.catalogue.store import Store
from model.jobs.queue import enqueue
from model.jobs.records import FINE_TUNE, LR_FIND
from model.networks.backbones import DEFAULT_BACKBONE
from model.runs.settings import MODES, HeadSettings, Mode, Settings


@dataclass(frozen=True)
class TrainRequest:
    """What to train on, with what, for whom."""

    dataset: Dataset
    backbone: str = DEFAULT_BACKBONE
    settings: Settings = field(default_factory=HeadSettings)
    name: str = ""
    workspace: str | None = None

    @property
    def mode(self) -> Mode:
        """Which of the two ways of training the settings are for."""
        return next(mode for mode, kind in MODES.items() if isinstance(self.settings, kind))

    @property
    def arguments(self) -> list[str]:
        """List the arguments of `python -m model` that repeat this training, but for its owner."""
        asked = [
            "train",
            "--dataset",
            self.dataset.name,
            "--mode",
            self.mode,
            "--backbone",
            self.backbone,
        ]
        if self.workspace:
            asked += ["--edits", str(self.dataset.edits)]
        for setting, value in asdict(self.settings).items():
            asked += [option(setting), str(value)]
        return asked

    @property
    def command(self) -> str:
        """The same, to be typed."""
        whose = [f"--workspace={self.workspace}"] if self.workspace and self.dataset.edits else []
        return shlex.join(["python", "-m", "model", *self.arguments, *whose])


def option(setting: str) -> str:
    """What the command line calls a setting."""
    return "--lr" if setting == "learning_rate" else "--" + setting.replace("_", "-")


def enqueue_fine_tune(store: Store, workspace: str, request: TrainRequest) -> int:
    """Ask for a fine-tuning; where one of this workspace waits or runs already, that is the one.

    Starts it if it is its turn.
    """
    return enqueue(
        store, workspace, FINE_TUNE, [*request.arguments, f"--name={request.name}"], request.name
    )


def enqueue_lr_find(store: Store, workspace: str, request: TrainRequest) -> None:
    """Ask for the learning rate finder on the training that is meant.

    One at a time for a workspace, in the same queue.
    """
    enqueue(store, workspace, LR_FIND, ["lr-find", *request.arguments[1:]], request.name)
