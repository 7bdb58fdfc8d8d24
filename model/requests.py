"""What is asked of a training: on what data, with what settings, for whom - and the command that asks the same again."""

import shlex
from dataclasses import asdict, dataclass, field

from model.catalogue.dataset import Dataset
from model.networks.backbones import DEFAULT_BACKBONE
from model.runs.settings import MODES, HeadSettings, Settings


@dataclass(frozen=True)
class TrainRequest:
    """What to train on, with what, for whom."""

    dataset: Dataset
    backbone: str = DEFAULT_BACKBONE
    settings: Settings = field(default_factory=HeadSettings)
    name: str = ""
    workspace: str | None = None

    @property
    def mode(self) -> str:
        """Which of the two ways of training the settings are for."""
        return next(mode for mode, kind in MODES.items() if isinstance(self.settings, kind))

    @property
    def arguments(self) -> list[str]:
        """What follows `python -m model` to ask for the same training again, but for whose edits."""
        asked = ["train", "--dataset", self.dataset.name, "--mode", self.mode, "--backbone", self.backbone]
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
