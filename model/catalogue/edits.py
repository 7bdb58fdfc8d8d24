"""A workspace's decisions about photos. Rows are only ever appended, also to take one back, so that nothing is ever lost.

Decisions made together are a step; a step is undone and redone as one. What counts for a photo is its last decision that
was not undone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from model.catalogue.schema import EditRow

KEEP, RELABEL, DELETE, ADD, NOTE = (
    "keep",
    "relabel",
    "delete",
    "add",
    "note",
)  # A note says something and decides nothing.
UNDO, REDO, GONE = (
    "undo",
    "redo",
    "gone",
)  # Gone: its photo was destroyed, and redo has nothing to bring back.
MAX_REASON = 500


@dataclass(frozen=True, slots=True)
class Edit:
    """A decision about a photo."""

    id: int
    step: int
    photo: str
    action: str
    label: str | None  # The photo's from then on; None once it is deleted
    reason: str
    created_at: datetime
    undone: bool = False

    @property
    def decides(self) -> bool:
        """Whether it decides something, and is not only a note."""
        return self.action != NOTE


@dataclass(frozen=True)
class History:
    """All decisions of a workspace, the oldest first, and what can be undone and redone."""

    workspace: str
    dataset: int  # Its id
    edits: tuple[Edit, ...]
    redoable: int | None  # The step that redo brings back
    last: int  # The number of the last row; it grows with all that is said

    @property
    def standing(self) -> dict[str, Edit]:
        """What counts for each photo: its last decision, with the reason of the last note on it."""
        found: dict[str, Edit] = {}
        for edit in self.edits:
            if not edit.undone:
                under = found.get(edit.photo, edit) if edit.action == NOTE else edit
                found[edit.photo] = replace(edit, action=under.action, label=under.label)
        return found

    @property
    def undoable(self) -> int | None:
        """The step that undo takes back: the last that is not undone as a whole."""
        return max((edit.step for edit in self.edits if not edit.undone), default=None)


def history_of(session: Session, workspace: str, dataset: int, up_to: int | None = None) -> History:
    """What was decided in a workspace about a dataset, or what had been when row `up_to` was the last."""
    rows = (
        select(EditRow)
        .where(EditRow.workspace == workspace, EditRow.dataset_id == dataset)
        .order_by(EditRow.id)
    )
    if up_to is not None:
        rows = rows.where(EditRow.id <= up_to)
    edits: dict[int, Edit] = {}
    undone: list[int] = []  # Steps, the one that redo brings back last
    last = 0
    for row in session.scalars(rows):
        last = row.id
        if row.target is None:
            made = (
                row.created_at if row.created_at.tzinfo else row.created_at.replace(tzinfo=UTC)
            )  # SQLite forgets it.
            edits[row.id] = Edit(
                row.id, row.step, row.photo, row.action, row.label, row.reason, made
            )
            undone.clear()
            continue
        edits[row.target] = replace(edits[row.target], undone=row.action in (UNDO, GONE))
        step = edits[row.target].step
        undone = [other for other in undone if other != step] + (
            [step] if row.action == UNDO else []
        )
    return History(workspace, dataset, tuple(edits.values()), undone[-1] if undone else None, last)


def append(
    session: Session, before: History, rows: Iterable[tuple[str, str, str | None, str]]
) -> None:
    """Within a transaction that writes: decide about photos, given as (photo, action, label, reason), in one step more."""
    step = max((edit.step for edit in before.edits), default=0) + 1
    for photo, action, label, reason in rows:
        _add(session, before, photo=photo, step=step, action=action, label=label, reason=reason)


def take_back(session: Session, before: History, edits: Sequence[Edit]) -> None:
    """Within a transaction that writes: undo decisions, the newest first, so that redo brings back the oldest first."""
    _turn(
        session,
        before,
        UNDO,
        sorted((edit for edit in edits if not edit.undone), key=lambda edit: -edit.id),
    )


def bring_back(session: Session, before: History, edits: Sequence[Edit]) -> None:
    """Within a transaction that writes: redo decisions."""
    _turn(session, before, REDO, [edit for edit in edits if edit.undone])


def let_go(session: Session, before: History, edits: Sequence[Edit]) -> None:
    """Within a transaction that writes: undone decisions that nothing can bring back make way for the ones before."""
    _turn(session, before, GONE, [edit for edit in edits if edit.undone])


def _turn(session: Session, before: History, action: str, edits: Sequence[Edit]) -> None:
    for edit in edits:
        _add(
            session,
            before,
            photo=edit.photo,
            step=edit.step,
            action=action,
            label=None,
            reason="",
            target=edit.id,
        )


def _add(session: Session, before: History, **columns: object) -> None:
    """One by one: the numbers of the rows are their order."""
    session.add(EditRow(workspace=before.workspace, dataset_id=before.dataset, **columns))
    session.flush()
