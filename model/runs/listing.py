"""The runs a workspace may look at, and what it does with them: use one, rename, delete."""

import shutil
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from model.catalogue.schema import ActiveRunRow, DatasetRow, RunRow
from model.catalogue.starter import CLASSES, STARTER
from model.catalogue.store import Store
from model.catalogue.workspaces import current_dataset, ensure_workspace
from model.errors import NotFound
from model.runs.run import SHIPPED, run_folder

MAX_NAME = 80
SHIPPED_NAME = "Shipped head"


@dataclass(frozen=True, slots=True)
class Entry:
    """A run in a workspace's list."""

    id: str
    name: str
    own: bool  # Its own runs a workspace may rename and delete; the shipped one and those from the shell it may only use.


def active_run(store: Store, workspace: str) -> str | None:
    """The run this workspace uses for its dataset: its own choice, else the first it trained on a dataset of its own.

    Else the one that ships, where that knows the dataset's classes; else None.
    """
    with store.reading() as session:
        dataset = session.get_one(DatasetRow, current_dataset(session, workspace))
        chosen = session.get(ActiveRunRow, (workspace, dataset.id))
        if chosen is not None and (chosen.run != SHIPPED or _suits(dataset)):
            return chosen.run
        oldest = (
            select(RunRow.id)
            .where(_visible(session, workspace))
            .order_by(RunRow.created_at, RunRow.id)
        )
        first = None if dataset.name == STARTER else session.scalars(oldest).first()
        return first or (SHIPPED if _suits(dataset) else None)


def runs_of(store: Store, workspace: str) -> list[Entry]:
    """The runs of this workspace and those from the shell on its dataset, the newest first; the shipped one last, if it suits."""
    with store.reading() as session:
        newest = (
            select(RunRow)
            .where(_visible(session, workspace))
            .order_by(RunRow.created_at.desc(), RunRow.id)
        )
        entries = [
            Entry(row.id, row.name, row.workspace is not None) for row in session.scalars(newest)
        ]
        if _suits(session.get_one(DatasetRow, current_dataset(session, workspace))):
            entries.append(Entry(SHIPPED, SHIPPED_NAME, own=False))
        return entries


def activate_run(store: Store, workspace: str, run: str) -> None:
    """Let Classify and Evaluate use a run. Raises NotFound for one that this workspace may not see."""
    with store.writing() as session:
        dataset = session.get_one(DatasetRow, current_dataset(session, workspace))
        there = select(RunRow.id).where(RunRow.id == run, _visible(session, workspace))
        if not (_suits(dataset) if run == SHIPPED else session.scalars(there).one_or_none()):
            raise NotFound("This run is no longer here.")
        ensure_workspace(session, workspace)
        session.merge(ActiveRunRow(workspace=workspace, dataset_id=dataset.id, run=run))


def rename_run(store: Store, workspace: str, run: str, name: str) -> None:
    """Call one of the workspace's own runs something else. Raises NotFound."""
    with store.writing() as session:
        renamed = (
            update(RunRow)
            .where(RunRow.id == run, RunRow.workspace == workspace)
            .values(name=name.strip()[:MAX_NAME] or run)
        )
        if session.execute(renamed).rowcount == 0:  # type: ignore[attr-defined]  # Missing from the type of an update's result.
            raise NotFound("This run is no longer here.")


def delete_run(store: Store, workspace: str, run: str) -> None:
    """Destroy one of the workspace's own runs; where it was in use, the shipped one takes its place. Raises NotFound."""
    with store.writing() as session:
        gone = delete(RunRow).where(RunRow.id == run, RunRow.workspace == workspace)
        if session.execute(gone).rowcount == 0:  # type: ignore[attr-defined]  # As above.
            raise NotFound("This run is no longer here.")
        session.execute(delete(ActiveRunRow).where(ActiveRunRow.run == run))
    shutil.rmtree(run_folder(store, run), ignore_errors=True)


def _visible(session: Session, workspace: str) -> ColumnElement[bool]:
    dataset = current_dataset(session, workspace)
    return (RunRow.dataset_id == dataset) & or_(
        RunRow.workspace == workspace, RunRow.workspace.is_(None)
    )


def _suits(dataset: DatasetRow) -> bool:
    """Whether the run that ships knows a dataset's classes."""
    return tuple(dataset.classes) == CLASSES
