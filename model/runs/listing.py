"""Runs of a workspace: list, use, rename, delete."""

import shutil
from dataclasses import dataclass

from sqlalchemy import Select, delete, or_, select
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
class RunEntry:
    """A run in a workspace's list."""

    id: str
    name: str
    own: bool  # May be renamed and deleted; the shipped run and those from the shell may not.


def active_run(store: Store, workspace: str) -> str | None:
    """Find the run in use: the choice, else the first on an own dataset, else the shipped, or None.

    The run that ships counts only where it knows the dataset's classes.
    """
    with store.reading() as session:
        dataset = session.get_one(DatasetRow, current_dataset(session, workspace))
        active = session.get(ActiveRunRow, (workspace, dataset.id))
        if active is not None and (active.run != SHIPPED or _suits(dataset)):
            return active.run
        oldest = _visible_runs(session, workspace).order_by(RunRow.created_at, RunRow.id)
        first = None if dataset.name == STARTER else session.scalars(oldest).first()
        return first.id if first else SHIPPED if _suits(dataset) else None


def runs_of(store: Store, workspace: str) -> list[RunEntry]:
    """List the runs on the current dataset, the newest first; the shipped one last if it suits."""
    with store.reading() as session:
        newest = _visible_runs(session, workspace).order_by(RunRow.created_at.desc(), RunRow.id)
        rows = session.scalars(newest)
        entries = [RunEntry(row.id, row.name, row.workspace is not None) for row in rows]
        if _suits(session.get_one(DatasetRow, current_dataset(session, workspace))):
            entries.append(RunEntry(SHIPPED, SHIPPED_NAME, own=False))
        return entries


def activate_run(store: Store, workspace: str, run: str) -> None:
    """Make a run the one in use. Raises NotFound for one that this workspace may not see."""
    with store.writing() as session:
        dataset = session.get_one(DatasetRow, current_dataset(session, workspace))
        visible = _visible_runs(session, workspace).where(RunRow.id == run)
        if not (_suits(dataset) if run == SHIPPED else session.scalars(visible).one_or_none()):
            raise NotFound("This run is no longer here.")
        ensure_workspace(session, workspace)
        session.merge(ActiveRunRow(workspace=workspace, dataset_id=dataset.id, run=run))


def rename_run(store: Store, workspace: str, run: str, name: str) -> None:
    """Rename one of the workspace's own runs. Raises NotFound."""
    with store.writing() as session:
        _own_run(session, workspace, run).name = name.strip()[:MAX_NAME] or run


def delete_run(store: Store, workspace: str, run: str) -> None:
    """Delete one of the workspace's own runs; the shipped one is then in use. Raises NotFound."""
    with store.writing() as session:
        session.delete(_own_run(session, workspace, run))
        session.execute(delete(ActiveRunRow).where(ActiveRunRow.run == run))
    shutil.rmtree(run_folder(store, run), ignore_errors=True)


def _own_run(session: Session, workspace: str, run: str) -> RunRow:
    row = session.get(RunRow, run)
    if row is None or row.workspace != workspace:
        raise NotFound("This run is no longer here.")
    return row


def _visible_runs(session: Session, workspace: str) -> Select[RunRow]:
    owner = or_(RunRow.workspace == workspace, RunRow.workspace.is_(None))
    return select(RunRow).where(RunRow.dataset_id == current_dataset(session, workspace), owner)


def _suits(dataset: DatasetRow) -> bool:
    """True where the run that ships knows a dataset's classes."""
    return tuple(dataset.classes) == CLASSES
