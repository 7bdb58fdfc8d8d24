"""A run in a report: its training, its error rates, and what has changed since."""

from dataclasses import dataclass

from model.catalogue.dataset import Dataset
from model.evaluation.intervals import wilson
from model.evaluation.table import Evaluation
from model.networks.backbones import find_backbone
from model.runs.current import current_evaluation
from model.runs.run import Run, RunCard

EVALUATED = ("valid", "test")


@dataclass(frozen=True)
class Training:
    """A training, and the changes to its data since."""

    name: str
    card: RunCard
    backbone: str  # Its title, for people
    relabelled: int  # Photos of its dataset that were edited since
    removed: int
    added: int
    learned_from: int  # Train photos


@dataclass(frozen=True)
class SplitResult:
    """Results of a run on one split, under the labels of now."""

    split: str
    table: Evaluation

    @property
    def photos(self) -> int:
        """Number of evaluated photos."""
        return len(self.table.photos)

    @property
    def error_rate(self) -> float:
        """Share of wrong answers, 0 to 1."""
        return self.table.errors / self.photos

    @property
    def interval(self) -> tuple[float, float]:
        """95% interval of the true error rate."""
        return wilson(self.table.errors, self.photos)


def describe_training(name: str, run: Run, dataset: Dataset) -> Training:
    """Describe how a run was trained, beside the dataset as it is now."""
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
    """Evaluate a run on the splits it did not learn from; without those that have no photo."""
    table = run.evaluation.relabelled(dataset.labels)
    results = (SplitResult(split, table.for_split(split)) for split in EVALUATED)
    return tuple(result for result in results if result.photos)
