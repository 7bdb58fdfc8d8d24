"""A run in a report: its training, its error rates, and what has changed since."""

from dataclasses import dataclass

from model.evaluation.table import Evaluation
from model.networks.backbones import find_backbone
from model.runs.current import CurrentEvaluation
from model.runs.run import RunCard

EVALUATED = ("valid", "test")


@dataclass(frozen=True)
class Training:
    """A training, and the changes to its data since."""

    name: str
    current: CurrentEvaluation

    @property
    def card(self) -> RunCard:
        """Card of the run."""
        return self.current.run.card

    @property
    def backbone(self) -> str:
        """Title of its backbone, for people."""
        return find_backbone(self.card.backbone).title

    @property
    def learned_from(self) -> int:
        """Number of train photos."""
        return len(self.current.run.evaluation.for_split("train").photos)

    @property
    def results(self) -> dict[str, Evaluation]:
        """Evaluations on the splits it did not learn from, under the labels of now, by split."""
        tables = {split: self.current.tables[split] for split in EVALUATED}
        return {split: table for split, table in tables.items() if table.photos}
