"""The assignment's worksheet: the ten highest losses, with the decision on each and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from model.catalogue.edits import DELETE, KEEP, RELABEL, Edit
from model.evaluation.table import Evaluation
from model.evaluation.top_losses import TopLoss, ranked, top_losses
from model.photos.photo_id import PhotoId
from model.photos.quality import ImageIssue

ROWS = 10
NO_LABELS: Mapping[PhotoId, str] = MappingProxyType({})
NO_ISSUES: Mapping[PhotoId, tuple[ImageIssue, ...]] = MappingProxyType({})


@dataclass(frozen=True)
class WorksheetCase(TopLoss):
    """A photo with a high loss under the label the run was trained with, and its standing edit."""

    edit: Edit | None = None

    @property
    def label(self) -> str:
        """The label the run was trained with."""
        return self.actual

    @property
    def action(self) -> str:
        """The edit in the assignment's words; "" for none or a note."""
        if self.edit is None:
            return ""
        names = {KEEP: "kept", DELETE: "deleted", RELABEL: f"moved to {self.edit.label}"}
        return names.get(self.edit.action, "")


def worksheet(
    table: Evaluation,
    standing: Mapping[PhotoId, Edit],
    labels: Mapping[PhotoId, str] = NO_LABELS,
    issues: Mapping[PhotoId, tuple[ImageIssue, ...]] = NO_ISSUES,
    unfamiliar_below: float = 0.0,
) -> list[WorksheetCase]:
    """Take the ten highest losses of a run's table, with the edit that stands for each photo.

    `labels`, `issues` and `unfamiliar_below` are those of `top_losses`; only its reasons need them.
    """
    losses = top_losses(table, ranked(table)[:ROWS], labels, issues, unfamiliar_below)
    return [WorksheetCase(**vars(loss), edit=standing.get(loss.photo)) for loss in losses]
