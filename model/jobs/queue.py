"""What is being trained or taken in, and how it ended, so that whoever looks later knows, even if
the process was killed.

Fine-tunings run in processes of their own, one at a time on a host; others wait in the catalogue.
Nobody watches the queue: whoever looks at it, and a trainer that ends, starts the next.
"""

import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psutil
from sqlalchemy import func, select, update

from model.catalogue.schema import JobRow
from model.catalogue.store import ROOT, Store
from model.catalogue.workspaces import ensure_workspace
from model.errors import NotFound
from model.jobs.records import (
    ALIVE,
    CANCELLED,
    DONE,
    FAILED,
    FINE_TUNE,
    KILLED_SAYS,
    OWN_PROCESS,
    QUEUED,
    RUNNING,
    STOPPING,
    fail_orphaned_jobs,
    host_of,
)
from model.jobs.reports import (
    Doing,
    checkpoint_file,
    epochs_in,
    forget_reports,
    report_file,
    reports_of,
)
from model.runs.settings import Epoch


@dataclass(frozen=True)
class Job:
    """A job with a process of its own, as its workspace sees it."""

    id: int
    name: str
    state: str
    message: str
    run: str | None
    place: int  # How many fine-tunings are before it; 0 once it runs
    epochs: int  # Frozen ones included
    history: tuple[Epoch, ...]
    doing: Doing
    done: int  # Batches learned, or photos looked at or judged
    total: int
    seconds: float  # Since batch `since`
    since: int
    arguments: tuple[str, ...]
    found: dict[str, Any] | None  # What the learning rate finder found

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in (DONE, FAILED, CANCELLED)


def resume(store: Store, workspace: str, job: int) -> None:
    """Ask for the rest of a fine-tuning that broke off: it goes on from its last finished epoch.

    Raises NotFound.
    """
    with store.reading() as session:
        row = session.scalars(
            select(JobRow).where(JobRow.id == job, JobRow.workspace == workspace)
        ).one_or_none()
        if row is None:
            raise NotFound("This training is no longer here.")
        arguments, name = row.settings["arguments"], row.settings["name"]
    assert isinstance(arguments, list)
    started = arguments[: arguments.index("--resume")] if "--resume" in arguments else arguments
    enqueue(store, workspace, FINE_TUNE, [*started, "--resume", str(job)], str(name))


def enqueue(store: Store, workspace: str, kind: str, arguments: list[str], name: str) -> int:
    """Queue a command of `python -m model` and start it if it is its turn; returns the job's id.

    Where a job of this kind waits or runs for the workspace already, that is the one. Reports of
    the workspace's earlier jobs are deleted, except those of the job that this one resumes.
    """
    with store.writing() as session:
        ensure_workspace(session, workspace)
        unfinished = JobRow.state.in_((QUEUED, *ALIVE))
        job = session.scalars(
            select(JobRow.id).where(JobRow.workspace == workspace, JobRow.kind == kind, unfinished)
        ).first()
        if job is None:
            here = host_of(store)
            row = JobRow(
                workspace=workspace,
                kind=kind,
                state=QUEUED,
                host=here,
                process=0,
                process_started=0.0,
                settings={"arguments": arguments, "name": name},
            )
            session.add(row)
            session.flush()
            job = row.id
            resumed = (
                int(arguments[arguments.index("--resume") + 1]) if "--resume" in arguments else None
            )
            for old in session.scalars(
                select(JobRow.id).where(
                    JobRow.workspace == workspace, JobRow.kind == kind, ~unfinished
                )
            ):
                if old != resumed:
                    forget_reports(store, old)
    start_next(store)
    return job


def start_next(store: Store) -> None:
    """Start the fine-tuning that has waited longest on this host, unless one is running."""
    fail_orphaned_jobs(store)
    here = (JobRow.kind.in_(OWN_PROCESS), JobRow.host == host_of(store))
    with store.reading() as session:
        if session.scalars(select(JobRow.id).where(*here, JobRow.state == QUEUED)).first() is None:
            return
    with store.writing() as session:
        if (
            session.scalars(select(JobRow.id).where(*here, JobRow.state.in_(ALIVE))).first()
            is not None
        ):
            return
        job = session.scalars(
            select(JobRow).where(*here, JobRow.state == QUEUED).order_by(JobRow.id)
        ).first()
        if job is not None:
            process = _spawn(store, job)
            job.state, job.process, job.process_started = (
                RUNNING,
                process.pid,
                process.create_time(),
            )


def cancel(store: Store, workspace: str, job: int) -> None:
    """Take a job out of the queue, or ask it to stop within a batch."""
    mine = update(JobRow).where(JobRow.id == job, JobRow.workspace == workspace)
    with store.writing() as session:
        session.execute(
            mine.where(JobRow.state == QUEUED).values(state=CANCELLED, ended_at=datetime.now(UTC))
        )
        session.execute(mine.where(JobRow.state == RUNNING).values(state=STOPPING))


def is_stopping(store: Store, job: int) -> bool:
    """Whether somebody has asked this job to stop."""
    with store.reading() as session:
        return (
            session.scalars(select(JobRow.state).where(JobRow.id == job)).one_or_none() != RUNNING
        )


def set_job_run(store: Store, job: int, run: str) -> None:
    """What a job has made."""
    with store.writing() as session:
        session.execute(update(JobRow).where(JobRow.id == job).values(run=run))


def last_job(store: Store, workspace: str, kind: str = FINE_TUNE) -> Job | None:
    """The workspace's latest job of a kind, with what its trainer has reported.

    Starts it if it is its turn.
    """
    start_next(store)
    with store.reading() as session:
        mine = select(JobRow).where(JobRow.workspace == workspace, JobRow.kind == kind)
        row = session.scalars(mine.order_by(JobRow.id.desc())).first()
        if row is None:
            return None
        before = select(func.count()).where(
            JobRow.kind.in_(OWN_PROCESS), JobRow.host == row.host, JobRow.id < row.id
        )
        place = (
            session.scalar(before.where(JobRow.state.in_((QUEUED, *ALIVE))))
            if row.state == QUEUED
            else 0
        )
        reports = reports_of(store, row.id)
        last: dict[str, Any] = next(
            (report for report in reversed(reports) if "total" in report), {}
        )
        return Job(
            id=row.id,
            name=str(row.settings["name"]),
            state=row.state,
            message=row.message,
            run=row.run,
            place=place or 0,
            epochs=int(last.get("epochs", 0)),
            history=tuple(epochs_in(reports)),
            doing=last.get("doing", "waking"),
            done=int(last.get("done", 0)),
            total=int(last.get("total", 0)),
            seconds=float(last.get("seconds", 0.0)),
            since=int(last.get("since", 0)),
            arguments=tuple(row.settings["arguments"]),  # type: ignore[arg-type]  # JSON has no better type.
            found=next((report for report in reports if "suggestion" in report), None),
        )


def last_killed_job(store: Store, workspace: str, kind: str) -> int | None:
    """The workspace's latest job of a kind, if its server was killed meanwhile."""
    fail_orphaned_jobs(store)
    with store.reading() as session:
        mine = select(JobRow).where(JobRow.workspace == workspace, JobRow.kind == kind)
        row = session.scalars(mine.order_by(JobRow.id.desc())).first()
        return row.id if row is not None and row.message == KILLED_SAYS[kind] else None


def resumable_job(store: Store, job: Job) -> int | None:
    """The job whose last epoch is kept and can be gone on from.

    This one, or the one that this was to go on from.
    """
    asked = (
        [int(job.arguments[job.arguments.index("--resume") + 1])]
        if "--resume" in job.arguments
        else []
    )
    return next(
        (number for number in (job.id, *asked) if checkpoint_file(store, number).exists()), None
    )


def is_training(store: Store) -> bool:
    """Whether a trainer runs here: the next one waits for its memory."""
    with store.reading() as session:
        alive = select(JobRow.id).where(
            JobRow.kind.in_(OWN_PROCESS), JobRow.host == host_of(store), JobRow.state.in_(ALIVE)
        )
        return session.scalars(alive).first() is not None


def _spawn(store: Store, job: JobRow) -> psutil.Popen:
    """Start the command that a person could type, in a session of its own.

    It outlives the server.
    """
    report = report_file(store, job.id)
    report.parent.mkdir(parents=True, exist_ok=True)
    arguments: list[str] = job.settings["arguments"]  # type: ignore[assignment]  # JSON has no better type.
    # In one piece with their options: a workspace's id and a name may begin with a dash.
    command = [
        sys.executable,
        "-m",
        "model",
        *arguments,
        f"--workspace={job.workspace}",
        f"--job={job.id}",
        "--json",
    ]
    environment = {**os.environ, "AREOLE_HOME": str(store.home)}
    with report.open("wb") as lines, report.with_suffix(".log").open("wb") as log:
        return psutil.Popen(command, cwd=ROOT, env=environment, stdout=lines, stderr=log, stdin=subprocess.DEVNULL,
                            start_new_session=True)  # fmt: skip
