"""Queue jobs with a process of their own: what is trained, how far it is, and how it ended.

Fine-tunings run one at a time on a host; others wait in the catalogue, also when a process was
killed. No process watches the queue: each look at it, and the end of a trainer, starts the next.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psutil
from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from model.catalogue.schema import JobRow
from model.catalogue.store import ROOT, Store
from model.catalogue.workspaces import ensure_workspace
from model.errors import NotFound
from model.jobs.records import (
    ALIVE,
    FINE_TUNE,
    KILLED_SAYS,
    OWN_PROCESS,
    JobKind,
    JobState,
    fail_orphaned_jobs,
    host_of,
    insert_job,
)
from model.jobs.reports import (
    Stage,
    checkpoint_file,
    epochs_in,
    forget_reports,
    report_file,
    reports_of,
)
from model.runs.settings import Epoch

UNFINISHED = JobRow.state.in_((JobState.QUEUED, *ALIVE))


@dataclass(frozen=True)
class Job:
    """A job with a process of its own, as its workspace sees it."""

    id: int
    name: str
    state: JobState
    message: str
    run: str | None
    place: int  # Fine-tunings before it; 0 once it runs
    epochs: int  # Frozen ones included
    history: tuple[Epoch, ...]
    stage: Stage
    done: int  # Batches learned, or photos whose features are extracted or that are evaluated
    total: int
    left_s: float | None  # Seconds of the whole job, once they can be told
    arguments: tuple[str, ...]
    rate_search: dict[str, Any] | None  # Learning rates, losses and suggestion of lr-find

    @property
    def is_over(self) -> bool:
        """True once nothing more will happen to it."""
        return self.state in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


def resume(store: Store, workspace: str, job: int) -> None:
    """Queue the rest of a fine-tuning, from its last finished epoch on. Raises NotFound."""
    with store.reading() as session:
        row = session.scalars(
            select(JobRow).where(JobRow.id == job, JobRow.workspace == workspace)
        ).one_or_none()
        if row is None:
            raise NotFound("This training is no longer here.")
        arguments, name = _arguments(row), str(row.settings["name"])
    command = arguments[: arguments.index("--resume")] if "--resume" in arguments else arguments
    enqueue(store, workspace, FINE_TUNE, [*command, "--resume", str(job)], name)


def enqueue(store: Store, workspace: str, kind: JobKind, arguments: list[str], name: str) -> int:
    """Queue a command of `python -m model`, start it if it is its turn, and return the job's id.

    Where a job of this kind waits or runs for the workspace already, that one is returned. Reports
    of the workspace's earlier jobs are deleted, except those of the job that this one resumes.
    """
    same_kind = (JobRow.workspace == workspace, JobRow.kind == kind)
    with store.writing() as session:
        ensure_workspace(session, workspace)
        job = session.scalars(select(JobRow.id).where(*same_kind, UNFINISHED)).first()
        if job is None:
            new = {"workspace": workspace, "kind": kind, "state": JobState.QUEUED}
            job = insert_job(store, session, **new, settings={"arguments": arguments, "name": name})
            for earlier in session.scalars(select(JobRow.id).where(*same_kind, ~UNFINISHED)):
                if earlier != _resumed_job(arguments):
                    forget_reports(store, earlier)
    start_next(store)
    return job


def start_next(store: Store) -> None:
    """Start the fine-tuning that has waited longest on this host, unless one is running."""
    fail_orphaned_jobs(store)
    queued = select(JobRow).where(*_own_process(store), JobRow.state == JobState.QUEUED)
    with store.reading() as session:
        if session.scalars(queued).first() is None:
            return
    with store.writing() as session:
        if _has_trainer(session, store):
            return
        job = session.scalars(queued.order_by(JobRow.id)).first()
        if job is not None:
            process = _spawn(store, job)
            job.state, job.process = JobState.RUNNING, process.pid
            job.process_started = process.create_time()


def cancel(store: Store, workspace: str, job: int) -> None:
    """Take a job out of the queue, or ask it to stop within a batch."""
    mine = update(JobRow).where(JobRow.id == job, JobRow.workspace == workspace)
    cancelled = {"state": JobState.CANCELLED, "ended_at": datetime.now(UTC)}
    with store.writing() as session:
        session.execute(mine.where(JobRow.state == JobState.QUEUED).values(cancelled))
        running = mine.where(JobRow.state == JobState.RUNNING)
        session.execute(running.values(state=JobState.STOPPING))


def last_job(store: Store, workspace: str, kind: JobKind = FINE_TUNE) -> Job | None:
    """Return the workspace's latest job of a kind, as reported; starts it if it is its turn."""
    start_next(store)
    with store.reading() as session:
        row = _last_row(session, workspace, kind)
        if row is None:
            return None
        reports = reports_of(store, row.id)
        last: dict[str, Any] = next(
            (report for report in reversed(reports) if "total" in report), {}
        )
        return Job(
            id=row.id,
            name=str(row.settings["name"]),
            state=JobState(row.state),
            message=row.message,
            run=row.run,
            place=_place(session, row),
            epochs=int(last.get("epochs", 0)),
            history=tuple(epochs_in(reports)),
            stage=Stage(last.get("stage", Stage.LOADING)),
            done=int(last.get("done", 0)),
            total=int(last.get("total", 0)),
            left_s=last.get("left_s"),
            arguments=tuple(_arguments(row)),
            rate_search=next((report for report in reports if "suggestion" in report), None),
        )


def last_killed_job(store: Store, workspace: str, kind: JobKind) -> int | None:
    """Return the workspace's latest job of a kind, if its server was killed meanwhile."""
    fail_orphaned_jobs(store)
    with store.reading() as session:
        row = _last_row(session, workspace, kind)
        return row.id if row is not None and row.message == KILLED_SAYS[kind] else None


def resumable_job(store: Store, job: Job) -> int | None:
    """Find the job whose kept epoch can be gone on from: this, or the one that it went on from."""
    candidates = (job.id, _resumed_job(job.arguments))
    return next((id_ for id_ in candidates if id_ and checkpoint_file(store, id_).exists()), None)


def is_training(store: Store) -> bool:
    """Check if a trainer runs here: the next one waits for its memory."""
    with store.reading() as session:
        return _has_trainer(session, store)


def _own_process(store: Store) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return JobRow.kind.in_(OWN_PROCESS), JobRow.host == host_of(store)


def _has_trainer(session: Session, store: Store) -> bool:
    alive = select(JobRow.id).where(*_own_process(store), JobRow.state.in_(ALIVE))
    return session.scalars(alive).first() is not None


def _last_row(session: Session, workspace: str, kind: JobKind) -> JobRow | None:
    mine = select(JobRow).where(JobRow.workspace == workspace, JobRow.kind == kind)
    return session.scalars(mine.order_by(JobRow.id.desc())).first()


def _place(session: Session, row: JobRow) -> int:
    """Count the fine-tunings before a waiting one on its host."""
    if row.state != JobState.QUEUED:
        return 0
    before = (JobRow.kind.in_(OWN_PROCESS), JobRow.host == row.host, JobRow.id < row.id)
    return session.scalar(select(func.count()).where(*before, UNFINISHED)) or 0


def _arguments(row: JobRow) -> list[str]:
    return row.settings["arguments"]  # type: ignore[return-value]  # JSON has no better type.


def _resumed_job(arguments: Sequence[str]) -> int | None:
    """Read the id of the job that a command resumes from its arguments."""
    return int(arguments[arguments.index("--resume") + 1]) if "--resume" in arguments else None


def _spawn(store: Store, job: JobRow) -> psutil.Popen:
    """Start the job's command in a session of its own, so that it outlives the server."""
    report = report_file(store, job.id)
    report.parent.mkdir(parents=True, exist_ok=True)
    # In one piece with their options: a workspace's id and a name may begin with a dash.
    own_options = [f"--workspace={job.workspace}", f"--job={job.id}", "--json"]
    with report.open("wb") as lines, report.with_suffix(".log").open("wb") as log:
        return psutil.Popen(
            [sys.executable, "-m", "model", *_arguments(job), *own_options],
            cwd=ROOT,
            env={**os.environ, "AREOLE_HOME": str(store.home)},
            stdout=lines,
            stderr=log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
