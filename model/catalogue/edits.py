"""A workspace's edits: decisions about photos. Rows are only ever appended, also to undo one.

Decisions made together are a step; a step is undone and redone as one. For a photo counts its last
decision that was not undone.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from model.catalogue.schema import EditRow
from model.photos.photo_id import PhotoId


class EditAction(StrEnum):
    """An edit, as the catalogue stores it."""

    KEEP = "keep"
    RELABEL = "relabel"
    DELETE = "delete"
    ADD = "add"
    NOTE = "note"  # Says something and decides nothing.
    UNDO = "undo"
    REDO = "redo"
    GONE = "gone"  # The photo was destroyed, so the edit cannot be redone.


KEEP, RELABEL, DELETE, ADD, NOTE, UNDO, REDO, GONE = EditAction
MAX_REASON = 500


@dataclass(frozen=True, slots=True)
class Edit:
    """A decision about a photo."""

    id: int
    step: int
    photo: PhotoId
    action: EditAction
    label: str | None  # The photo's from then on; None once it is deleted
    reason: str
    created_at: datetime
    undone: bool = False

    @property
    def decides(self) -> bool:
        """True unless it is only a note."""
        return self.action != NOTE


@dataclass(frozen=True)
class History:
    """All edits of a dataset in a workspace, the oldest first; which can be undone and redone."""

    workspace: str
    dataset: int  # Its id
    edits: tuple[Edit, ...]
    redoable: int | None  # The step that redo brings back
    last: int  # The number of the last row; it grows with every edit, undo and redo

    @property
    def standing(self) -> dict[PhotoId, Edit]:
        """Last decision about each photo, with the reason of the last note on it."""
        standing: dict[PhotoId, Edit] = {}
        for edit in self.edits:
            if not edit.undone:
                decision = standing.get(edit.photo, edit) if edit.action == NOTE else edit
                standing[edit.photo] = replace(edit, action=decision.action, label=decision.label)
        return standing

    @property
    def undoable(self) -> int | None:
        """Step that undo takes back: the last that is not undone as a whole."""
        return max((edit.step for edit in self.edits if not edit.undone), default=None)


def history_of(session: Session, workspace: str, dataset: int, up_to: int | None = None) -> History:
    """Read the edits of a dataset in a workspace: all, or those up to row number `up_to`."""
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
            edits[row.id] = _edit(row)
            undone.clear()
            continue
        edits[row.target] = replace(edits[row.target], undone=row.action in (UNDO, GONE))
        step = edits[row.target].step
        undone = [other for other in undone if other != step]
        if row.action == UNDO:
            undone.append(step)
    return History(workspace, dataset, tuple(edits.values()), undone[-1] if undone else None, last)


def _edit(row: EditRow) -> Edit:
    created = row.created_at
    created = created if created.tzinfo else created.replace(tzinfo=UTC)  # SQLite forgets it.
    return Edit(row.id, row.step, row.photo, EditAction(row.action), row.label, row.reason, created)


def append(
    session: Session, before: History, rows: Iterable[tuple[PhotoId, str, str | None, str]]
) -> None:
    """Append decisions (photo, action, label, reason) as one step, in a writing transaction."""
    step = max((edit.step for edit in before.edits), default=0) + 1
    for photo, action, label, reason in rows:
        _add(session, before, photo=photo, step=step, action=action, label=label, reason=reason)


def take_back(session: Session, before: History, edits: Iterable[Edit]) -> None:
    """Undo edits in a writing transaction, the newest first, so that redo starts at the oldest."""
    for edit in sorted(edits, key=lambda edit: -edit.id):
        if not edit.undone:
            _turn(session, before, edit, UNDO)


def bring_back(
    session: Session, before: History, edits: Iterable[Edit], is_there: Callable[[PhotoId], bool]
) -> None:
    """Redo edits in a writing transaction; those whose photo is not there are dropped for good."""
    for edit in edits:
        if edit.undone:
            _turn(session, before, edit, REDO if is_there(edit.photo) else GONE)


def _turn(session: Session, before: History, edit: Edit, action: EditAction) -> None:
    undone = {"photo": edit.photo, "step": edit.step, "target": edit.id}
    _add(session, before, **undone, action=action, label=None, reason="")


def _add(session: Session, before: History, **columns: object) -> None:
    """One by one, because the numbers of the rows are their order."""
    session.add(EditRow(workspace=before.workspace, dataset_id=before.dataset, **columns))
    session.flush()
