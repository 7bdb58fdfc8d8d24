"""What a report says about a run: how it was trained, how good it is, what has changed since."""

from dataclasses import dataclass

from model.catalogue.dataset import Dataset
from model.evaluation.intervals import wilson
from model.evaluation.table import Evaluation
from model.networks.backbones import find_backbone
from model.runs.current import current_evaluation
from model.runs.run import Run, RunCard

JUDGED = ("valid", "test")


@dataclass(frozen=True)
class Training:
    """How a run came about, and what the data has seen since."""

    name: str
    card: RunCard
    backbone: str  # Its title, for people
    relabelled: int  # Photos that it judged, edited since
    removed: int
    added: int
    learned_from: int  # Train photos


@dataclass(frozen=True)
class SplitResult:
    """How a run does on one split, under the labels of now."""

    split: str
    table: Evaluation

    @property
    def photos(self) -> int:
        """How many were judged."""
        return len(self.table.photos)

    @property
    def error_rate(self) -> float:
        """The share of wrong answers, 0 to 1."""
        return self.table.errors / self.photos

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true error rate lies with 95 % confidence."""
        return wilson(self.table.errors, self.photos)


def describe_training(name: str, run: Run, dataset: Dataset) -> Training:
    """How a run was trained, beside the dataset as it is now."""
    card, current = run.card, current_evaluation(run, dataset)
    return Training(
        name,
        card,
        find_backbone(card.backbone).title,
        current.relabelled,
        current.removed,
        current.added,
        learned_from=len(run.evaluation.for_split("train").photos),
    )


def results_of(run: Run, dataset: Dataset) -> tuple[SplitResult, ...]:
    """How a run does on the splits that it did not learn from; without those that have no photo."""
    table = run.evaluation.relabelled(dataset.labels)
    found = (SplitResult(split, table.for_split(split)) for split in JUDGED)
    return tuple(one for one in found if one.photos)
