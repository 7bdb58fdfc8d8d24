"""Records of jobs: what runs where, how it ended, and which process is gone."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum

import psutil
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from model.catalogue.schema import JobRow
from model.catalogue.store import Store
from model.catalogue.workspaces import ensure_workspace
from model.errors import AreoleError, Cancelled, ServerStopped


class JobKind(StrEnum):
    """Kinds of job, as they are stored."""

    HEAD = "head"
    FINE_TUNE = "fine-tune"
    LR_FIND = "lr-find"
    INTAKE = "intake"


class JobState(StrEnum):
    """States of a job, as they are stored."""

    QUEUED = "queued"
    RUNNING = "running"
    STOPPING = "stopping"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


HEAD, FINE_TUNE, LR_FIND, INTAKE = JobKind
QUEUED, RUNNING, STOPPING, DONE, FAILED, CANCELLED = JobState
ALIVE = (RUNNING, STOPPING)
OWN_PROCESS = (FINE_TUNE, LR_FIND)
CLOCK_STEP_S = 2.0  # A start is counted from the machine's, whose clock may be set right meanwhile.
KILLED = (
    "Its process was killed, or ran out of memory. A smaller batch or smaller photos take less."
)
HEAD_KILLED = (
    "The server stopped in the middle of it. Nothing of it was kept: train it again, it takes "
    "seconds."
)
INTAKE_KILLED = (
    "The server stopped while photos were being added. Those that were in by then are in the "
    "dataset; add the others again: what is there already is recognised."
)
KILLED_SAYS = {**dict.fromkeys(OWN_PROCESS, KILLED), HEAD: HEAD_KILLED, INTAKE: INTAKE_KILLED}


@contextmanager
def record_job(
    store: Store, kind: JobKind, settings: dict[str, object], *, workspace: str | None = None
) -> Iterator[None]:
    """Note that a job runs in this process, and how it ended."""
    fail_orphaned_jobs(store)
    with store.writing() as session:
        if workspace:
            ensure_workspace(session, workspace)
        process = {"process": os.getpid(), "process_started": psutil.Process().create_time()}
        new = {"workspace": workspace, "kind": kind, "state": RUNNING, "settings": settings}
        job = insert_job(store, session, **new, **process)
    with record_end(store, job):
        yield


def insert_job(store: Store, session: Session, **columns: object) -> int:
    """Add a job of this host, in a writing transaction; returns its id."""
    row = JobRow(host=host_of(store), **columns)
    session.add(row)
    session.flush()
    return row.id


@contextmanager
def record_end(store: Store, job: int) -> Iterator[None]:
    """Note how a job ended."""
    try:
        yield
    except ServerStopped:  # The next look finds its process gone, and says so.
        raise
    except AreoleError as error:
        _end(store, job, CANCELLED if isinstance(error, Cancelled) else FAILED, str(error))
        raise
    except BaseException as error:
        name = type(error).__name__
        sentence = f"It broke off by a mistake of ours ({name}); the server's log says more."
        _end(store, job, FAILED, sentence)
        raise
    _end(store, job, DONE, "")


def host_of(store: Store) -> str:
    """Return the machine of the processes: a SQLite file has one, even in a new container."""
    return "local" if store.engine.dialect.name == "sqlite" else socket.gethostname()


def fail_orphaned_jobs(store: Store) -> None:
    """Mark the jobs of this host whose process is gone: it was killed, or ran out of memory."""
    with store.reading() as session:
        running = session.scalars(
            select(JobRow).where(JobRow.state.in_(ALIVE), JobRow.host == host_of(store))
        )
        orphans = [
            (job.id, JobKind(job.kind))
            for job in running
            if not _is_alive(job.process, job.process_started)
        ]
    for job, kind in orphans:
        _end(store, job, FAILED, KILLED_SAYS[kind])


def is_stopping(store: Store, job: int) -> bool:
    """Check if this job was asked to stop."""
    with store.reading() as session:
        state = session.scalars(select(JobRow.state).where(JobRow.id == job)).one_or_none()
        return state != JobState.RUNNING


def set_job_run(store: Store, job: int, run: str) -> None:
    """Record the run that a job has made."""
    with store.writing() as session:
        session.execute(update(JobRow).where(JobRow.id == job).values(run=run))


def _end(store: Store, job: int, state: JobState, message: str) -> None:
    with store.writing() as session:
        ending = update(JobRow).where(JobRow.id == job, JobRow.state.in_(ALIVE))
        end = {"state": state, "message": message[:500], "ended_at": datetime.now(UTC)}
        session.execute(ending.values(end))


def _is_alive(pid: int, started: float) -> bool:
    """Check that a process runs and, as a restart gives numbers anew, has started when it did."""
    try:
        process = psutil.Process(pid)
        if process.status() != psutil.STATUS_ZOMBIE:
            return abs(process.create_time() - started) < CLOCK_STEP_S
        if process.ppid() == os.getpid():
            os.waitpid(pid, os.WNOHANG)  # A child of ours that is over: only we can let it go.
    except (psutil.NoSuchProcess, ChildProcessError):
        pass
    return False
