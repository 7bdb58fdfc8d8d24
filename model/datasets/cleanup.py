"""Clear away workspaces that were not used for long, with all that only they need."""

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select

from model.catalogue.schema import (
    ActiveRunRow,
    AskedRow,
    BrowserRow,
    DatasetRow,
    EditRow,
    JobRow,
    RunRow,
    WorkspaceRow,
)
from model.catalogue.store import Store
from model.catalogue.workspaces import forget_unused
from model.datasets.manage import destroy_dataset
from model.jobs.reports import forget_reports
from model.runs.run import run_folder


def unused_workspaces(store: Store, days: float) -> list[str]:
    """List workspaces that were neither opened nor changed for so many days."""
    with store.reading() as session:
        unused = WorkspaceRow.used_at < datetime.now(UTC) - timedelta(days=days)
        ids = select(WorkspaceRow.id).where(unused).order_by(WorkspaceRow.used_at)
        return list(session.scalars(ids))


def clear_workspaces(store: Store, workspaces: Sequence[str]) -> None:
    """Destroy workspaces with all that only they need. Raises StoreUnavailable."""
    for workspace in workspaces:
        _clear(store, workspace)


def _clear(store: Store, workspace: str) -> None:
    with store.writing() as session:
        runs = list(session.scalars(select(RunRow.id).where(RunRow.workspace == workspace)))
        for row in session.scalars(select(DatasetRow).where(DatasetRow.owner == workspace)).all():
            runs += destroy_dataset(store, session, row)
        photos = {*session.scalars(select(AskedRow.photo).where(AskedRow.workspace == workspace))}
        photos |= {*session.scalars(select(EditRow.photo).where(EditRow.workspace == workspace))}
        jobs = list(session.scalars(select(JobRow.id).where(JobRow.workspace == workspace)))
        for table in (AskedRow, EditRow, ActiveRunRow, RunRow, JobRow, BrowserRow):
            session.execute(delete(table).where(table.workspace == workspace))
        session.execute(delete(WorkspaceRow).where(WorkspaceRow.id == workspace))
        forget_unused(store, session, photos)
    for run in runs:
        shutil.rmtree(run_folder(store, run), ignore_errors=True)
    for job in jobs:
        forget_reports(store, job)
