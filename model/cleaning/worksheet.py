"""The assignment's worksheet: the ten highest losses, with what the visitor made of each and why."""

from dataclasses import dataclass

from model.catalogue.edits import DELETE, KEEP, RELABEL, Edit
from model.evaluation.table import Evaluation
from model.evaluation.top_losses import ranked

ROWS = 10


@dataclass(frozen=True, slots=True)
class WorksheetCase:
    """A photo with a high loss, under the label the run was trained with."""

    photo: str
    split: str
    label: str
    predicted: str
    probability: float  # Of the predicted class
    loss: float
    edit: Edit | None  # What the visitor decided, if she did

    @property
    def action(self) -> str:
        """What was done, in the assignment's words."""
        if self.edit is None:
            return ""
        return {KEEP: "kept", DELETE: "deleted", RELABEL: f"moved to {self.edit.label}"}.get(
            self.edit.action, ""
        )


def worksheet(table: Evaluation, standing: dict[str, Edit]) -> list[WorksheetCase]:
    """The ten highest losses of a run's table. `standing` is what counts of the workspace's decisions."""
    shares, losses = table.probabilities, table.losses
    return [
        WorksheetCase(
            table.photos[row],
            table.splits[row],
            table.classes[table.labels[row]],
            table.classes[table.predicted[row]],
            float(shares[row].max()),
            float(losses[row]),
            standing.get(table.photos[row]),
        )
        for row in ranked(table)[:ROWS]
    ]
