"""What is being trained and how it ended, so that whoever looks later knows, even if the process was killed."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import psutil
from sqlalchemy import select, update

from model.errors import AreoleError
from model.schema import JobRow
from model.store import Store
from model.workspaces import ensure_workspace

RUNNING, DONE, FAILED = "running", "done", "failed"


@contextmanager
def recorded(store: Store, kind: str, settings: dict[str, object], *, workspace: str | None = None) -> Iterator[None]:
    """Note that a job runs in this process, and how it ended."""
    fail_orphans(store)
    row = JobRow(
        workspace=workspace,
        kind=kind,
        state=RUNNING,
        host=socket.gethostname(),
        process=os.getpid(),
        process_started=psutil.Process().create_time(),
        settings=settings,
    )
    with store.writing() as session:
        if workspace:
            ensure_workspace(session, workspace)
        session.add(row)
        session.flush()
        job = row.id
    try:
        yield
    except AreoleError as error:
        _end(store, job, FAILED, str(error))
        raise
    except BaseException as error:
        _end(store, job, FAILED, type(error).__name__)
        raise
    _end(store, job, DONE, "")


def fail_orphans(store: Store) -> None:
    """Mark the jobs of this host whose process is gone: it was killed, or ran out of memory."""
    with store.writing() as session:
        running = select(JobRow).where(JobRow.state == RUNNING, JobRow.host == socket.gethostname())
        for job in session.scalars(running):
            if not _is_alive(job.process, job.process_started):
                job.state, job.message = FAILED, "Its process was killed, or ran out of memory."


def _end(store: Store, job: int, state: str, message: str) -> None:
    with store.writing() as session:
        ending = update(JobRow).where(JobRow.id == job, JobRow.state == RUNNING)
        session.execute(ending.values(state=state, message=message[:500], ended_at=datetime.now(UTC)))


def _is_alive(process: int, started: float) -> bool:
    """Process numbers come round again, in a container at every restart: the time of its start tells two apart."""
    try:
        return psutil.Process(process).create_time() == started
    except psutil.NoSuchProcess:
        return False
