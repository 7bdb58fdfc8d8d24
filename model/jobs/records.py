"""Records of jobs: what runs where, how it ended, and which process is gone."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import psutil
from sqlalchemy import select, update

from model.catalogue.schema import JobRow
from model.catalogue.store import Store
from model.catalogue.workspaces import ensure_workspace
from model.errors import AreoleError, Cancelled

QUEUED, RUNNING, STOPPING, DONE, FAILED, CANCELLED = (
    "queued",
    "running",
    "stopping",
    "done",
    "failed",
    "cancelled",
)
ALIVE = (RUNNING, STOPPING)
HEAD, FINE_TUNE, LR_FIND, INTAKE = "head", "fine-tune", "lr-find", "intake"  # Kinds of job
OWN_PROCESS = (FINE_TUNE, LR_FIND)
CLOCK_STEP_S = 2.0  # A start is counted from the machine's, whose clock may be set right meanwhile.
KILLED = (
    "Its process was killed, or ran out of memory. A smaller batch or smaller photos take less."
)
HEAD_KILLED = "The server stopped in the middle of it. Nothing of it was kept: train it again, it takes seconds."
INTAKE_KILLED = (
    "The server stopped while photos were being added. Those that were in by then are in the "
    "dataset; "
    "add the others again: what is there already is recognised."
)
KILLED_SAYS = {**dict.fromkeys(OWN_PROCESS, KILLED), HEAD: HEAD_KILLED, INTAKE: INTAKE_KILLED}


@contextmanager
def record_job(
    store: Store, kind: str, settings: dict[str, object], *, workspace: str | None = None
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
    except AreoleError as error:
        _end(store, job, CANCELLED if isinstance(error, Cancelled) else FAILED, str(error))
        raise
    except BaseException as error:
        _end(
            store,
            job,
            FAILED,
            f"It broke off by a mistake of ours ({type(error).__name__}); the server's log says "
            f"more.",
        )
        raise
    _end(store, job, DONE, "")


def host_of(store: Store) -> str:
    """Which machine's processes the jobs belong to.

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


def _this_process() -> dict[str, Any]:
    return {"process": os.getpid(), "process_started": psutil.Process().create_time()}


def _end(store: Store, job: int, state: str, message: str) -> None:
    with store.writing() as session:
        ending = update(JobRow).where(JobRow.id == job, JobRow.state.in_(ALIVE))
        session.execute(
            ending.values(state=state, message=message[:500], ended_at=datetime.now(UTC))
        )


def _is_alive(process: int, started: float) -> bool:
    """Process numbers come round again, in a container at every restart.

    The time of its start tells two apart.
    """
    try:
        found = psutil.Process(process)
        if found.status() != psutil.STATUS_ZOMBIE:
            return abs(found.create_time() - started) < CLOCK_STEP_S
        if found.ppid() == os.getpid():
            os.waitpid(process, os.WNOHANG)  # A child of ours that is over: nobody else lets it go.
    except (psutil.NoSuchProcess, ChildProcessError):
        pass
    return False
