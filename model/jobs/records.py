"""Records of jobs: what runs where, how it ended, and which process is gone."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import psutil
from sqlalchemy import select, update

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
        row = JobRow(
            workspace=workspace,
            kind=kind,
            state=RUNNING,
            host=host_of(store),
            settings=settings,
            **_this_process(),
        )
        session.add(row)
        session.flush()
        job = row.id
    with record_end(store, job):
        yield


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
    """Return the machine whose processes the jobs are.

    A SQLite file has one machine, even when a new container gave it a new name.
    """
    return "local" if store.engine.dialect.name == "sqlite" else socket.gethostname()


def fail_orphaned_jobs(store: Store) -> None:
    """Mark the jobs of this host whose process is gone: it was killed, or ran out of memory."""
    with store.reading() as session:
        running = session.scalars(
            select(JobRow).where(JobRow.state.in_(ALIVE), JobRow.host == host_of(store))
        )
        orphans = [job.id for job in running if not _is_alive(job.process, job.process_started)]
    if orphans:  # Pages look every second: they write only when there is something to write.
        with store.writing() as session:
            for kind, message in KILLED_SAYS.items():
                gone = update(JobRow).where(
                    JobRow.id.in_(orphans), JobRow.state.in_(ALIVE), JobRow.kind == kind
                )
                session.execute(
                    gone.values(state=FAILED, message=message, ended_at=datetime.now(UTC))
                )


def is_stopping(store: Store, job: int) -> bool:
    """Check if this job was asked to stop."""
    with store.reading() as session:
        state = session.scalars(select(JobRow.state).where(JobRow.id == job)).one_or_none()
        return state != JobState.RUNNING


def set_job_run(store: Store, job: int, run: str) -> None:
    """Record the run that a job has made."""
    with store.writing() as session:
        session.execute(update(JobRow).where(JobRow.id == job).values(run=run))


def _this_process() -> dict[str, Any]:
    return {"process": os.getpid(), "process_started": psutil.Process().create_time()}


def _end(store: Store, job: int, state: JobState, message: str) -> None:
    with store.writing() as session:
        ending = update(JobRow).where(JobRow.id == job, JobRow.state.in_(ALIVE))
        session.execute(
            ending.values(state=state, message=message[:500], ended_at=datetime.now(UTC))
        )


def _is_alive(pid: int, started: float) -> bool:
    """Check that a process runs and is not a later one of the same number.

    Numbers come round again, in a container at every restart; the time of its start tells them
    apart.
    """
    try:
        process = psutil.Process(pid)
        if process.status() != psutil.STATUS_ZOMBIE:
            return abs(process.create_time() - started) < CLOCK_STEP_S
        if process.ppid() == os.getpid():
            os.waitpid(pid, os.WNOHANG)  # A child of ours that is over: only we can let it go.
    except (psutil.NoSuchProcess, ChildProcessError):
        pass
    return False
