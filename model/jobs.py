"""What is being trained or taken in, and how it ended, so that whoever looks later knows, even if the process was killed.

Fine-tunings run in processes of their own, one at a time on a host; others wait in the catalogue. Nobody watches the
queue: whoever looks at it, and a trainer that ends, starts the next.
"""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psutil
from sqlalchemy import func, select, update

from model.catalogue.schema import JobRow
from model.catalogue.store import ROOT, Store
from model.catalogue.workspaces import ensure_workspace
from model.errors import AreoleError, Cancelled, NotFound
from model.job_files import Doing, checkpoint_file, epochs_in, forget_reports, report_file, reports_of
from model.requests import TrainRequest
from model.runs.settings import Epoch

QUEUED, RUNNING, STOPPING, DONE, FAILED, CANCELLED = "queued", "running", "stopping", "done", "failed", "cancelled"
ALIVE = (RUNNING, STOPPING)
HEAD, FINE_TUNE, LR_FIND, INTAKE = "head", "fine-tune", "lr-find", "intake"  # Kinds of job
OWN_PROCESS = (FINE_TUNE, LR_FIND)
CLOCK_STEP_S = 2.0  # A start is counted from the machine's, whose clock may be set right meanwhile.
KILLED = "Its process was killed, or ran out of memory. A smaller batch or smaller photos take less."
HEAD_KILLED = "The server stopped in the middle of it. Nothing of it was kept: train it again, it takes seconds."
INTAKE_KILLED = (
    "The server stopped while photos were being added. Those that were in by then are in the dataset; "
    "add the others again: what is there already is recognised."
)
KILLED_SAYS = {**dict.fromkeys(OWN_PROCESS, KILLED), HEAD: HEAD_KILLED, INTAKE: INTAKE_KILLED}


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


@contextmanager
def recorded(store: Store, kind: str, settings: dict[str, object], *, workspace: str | None = None) -> Iterator[None]:
    """Note that a job runs in this process, and how it ended."""
    fail_orphans(store)
    with store.writing() as session:
        if workspace:
            ensure_workspace(session, workspace)
        row = JobRow(workspace=workspace, kind=kind, state=RUNNING, host=host_of(store), settings=settings, **_this_process())
        session.add(row)
        session.flush()
        job = row.id
    with ending(store, job):
        yield


@contextmanager
def ending(store: Store, job: int) -> Iterator[None]:
    """Note how a job ended."""
    try:
        yield
    except AreoleError as error:
        _end(store, job, CANCELLED if isinstance(error, Cancelled) else FAILED, str(error))
        raise
    except BaseException as error:
        _end(store, job, FAILED, f"It broke off by a mistake of ours ({type(error).__name__}); the server's log says more.")
        raise
    _end(store, job, DONE, "")


def enqueue(store: Store, workspace: str, request: TrainRequest) -> int:
    """Ask for a fine-tuning; where one of this workspace waits or runs already, that is the one. Starts it if it is its turn."""
    return _enqueue(
        store, workspace, FINE_TUNE, {"arguments": [*request.arguments, f"--name={request.name}"], "name": request.name}
    )


def enqueue_lr_find(store: Store, workspace: str, request: TrainRequest) -> None:
    """Ask for the learning rate finder on the training that is meant; one at a time for a workspace, in the same queue."""
    _enqueue(store, workspace, LR_FIND, {"arguments": ["lr-find", *request.arguments[1:]], "name": request.name})


def resume(store: Store, workspace: str, job: int) -> None:
    """Ask for the rest of a fine-tuning that broke off: it goes on from its last finished epoch. Raises NotFound."""
    with store.reading() as session:
        row = session.scalars(select(JobRow).where(JobRow.id == job, JobRow.workspace == workspace)).one_or_none()
        if row is None:
            raise NotFound("This training is no longer here.")
        arguments, name = row.settings["arguments"], row.settings["name"]
    assert isinstance(arguments, list)
    started = arguments[: arguments.index("--resume")] if "--resume" in arguments else arguments
    _enqueue(store, workspace, FINE_TUNE, {"arguments": [*started, "--resume", str(job)], "name": name})


def _enqueue(store: Store, workspace: str, kind: str, settings: dict[str, Any]) -> int:
    """Add to the queue. What the workspace's earlier trainers left is of no use then, but what this one goes on from."""
    with store.writing() as session:
        ensure_workspace(session, workspace)
        unfinished = JobRow.state.in_((QUEUED, *ALIVE))
        job = session.scalars(select(JobRow.id).where(JobRow.workspace == workspace, JobRow.kind == kind, unfinished)).first()
        if job is None:
            here = host_of(store)
            row = JobRow(workspace=workspace, kind=kind, state=QUEUED, host=here, process=0, process_started=0.0, settings=settings)
            session.add(row)
            session.flush()
            job = row.id
            asked = settings["arguments"]
            kept = int(asked[asked.index("--resume") + 1]) if "--resume" in asked else None
            for old in session.scalars(select(JobRow.id).where(JobRow.workspace == workspace, JobRow.kind == kind, ~unfinished)):
                if old != kept:
                    forget_reports(store, old)
    start_next(store)
    return job


def start_next(store: Store) -> None:
    """Start the fine-tuning that has waited longest on this host, unless one is running."""
    fail_orphans(store)
    here = (JobRow.kind.in_(OWN_PROCESS), JobRow.host == host_of(store))
    with store.reading() as session:
        if session.scalars(select(JobRow.id).where(*here, JobRow.state == QUEUED)).first() is None:
            return
    with store.writing() as session:
        if session.scalars(select(JobRow.id).where(*here, JobRow.state.in_(ALIVE))).first() is not None:
            return
        job = session.scalars(select(JobRow).where(*here, JobRow.state == QUEUED).order_by(JobRow.id)).first()
        if job is not None:
            process = _spawn(store, job)
            job.state, job.process, job.process_started = RUNNING, process.pid, process.create_time()


def cancel(store: Store, workspace: str, job: int) -> None:
    """Take a job out of the queue, or ask it to stop within a batch."""
    mine = update(JobRow).where(JobRow.id == job, JobRow.workspace == workspace)
    with store.writing() as session:
        session.execute(mine.where(JobRow.state == QUEUED).values(state=CANCELLED, ended_at=datetime.now(UTC)))
        session.execute(mine.where(JobRow.state == RUNNING).values(state=STOPPING))


def is_stopping(store: Store, job: int) -> bool:
    """Whether somebody has asked this job to stop."""
    with store.reading() as session:
        return session.scalars(select(JobRow.state).where(JobRow.id == job)).one_or_none() != RUNNING


def note_run(store: Store, job: int, run: str) -> None:
    """What a job has made."""
    with store.writing() as session:
        session.execute(update(JobRow).where(JobRow.id == job).values(run=run))


def last_job(store: Store, workspace: str, kind: str = FINE_TUNE) -> Job | None:
    """The workspace's latest job of a kind, with what its trainer has reported; starts it if it is its turn."""
    start_next(store)
    with store.reading() as session:
        mine = select(JobRow).where(JobRow.workspace == workspace, JobRow.kind == kind)
        row = session.scalars(mine.order_by(JobRow.id.desc())).first()
        if row is None:
            return None
        before = select(func.count()).where(JobRow.kind.in_(OWN_PROCESS), JobRow.host == row.host, JobRow.id < row.id)
        place = session.scalar(before.where(JobRow.state.in_((QUEUED, *ALIVE)))) if row.state == QUEUED else 0
        reports = reports_of(store, row.id)
        last: dict[str, Any] = next((report for report in reversed(reports) if "total" in report), {})
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


def killed(store: Store, workspace: str, kind: str) -> int | None:
    """The workspace's latest job of a kind, if its server was killed meanwhile."""
    fail_orphans(store)
    with store.reading() as session:
        mine = select(JobRow).where(JobRow.workspace == workspace, JobRow.kind == kind)
        row = session.scalars(mine.order_by(JobRow.id.desc())).first()
        return row.id if row is not None and row.message == KILLED_SAYS[kind] else None


def resumable(store: Store, job: Job) -> int | None:
    """The job whose last epoch is kept and can be gone on from: this one, or the one that this was to go on from."""
    asked = [int(job.arguments[job.arguments.index("--resume") + 1])] if "--resume" in job.arguments else []
    return next((number for number in (job.id, *asked) if checkpoint_file(store, number).exists()), None)


def is_training(store: Store) -> bool:
    """Whether a trainer runs here: the next one waits for its memory."""
    with store.reading() as session:
        alive = select(JobRow.id).where(JobRow.kind.in_(OWN_PROCESS), JobRow.host == host_of(store), JobRow.state.in_(ALIVE))
        return session.scalars(alive).first() is not None


def host_of(store: Store) -> str:
    """Which machine's processes the jobs belong to. A SQLite file has one machine, even when a new container gave it a new name."""
    return "local" if store.engine.dialect.name == "sqlite" else socket.gethostname()


def fail_orphans(store: Store) -> None:
    """Mark the jobs of this host whose process is gone: it was killed, or ran out of memory."""
    with store.reading() as session:
        running = session.scalars(select(JobRow).where(JobRow.state.in_(ALIVE), JobRow.host == host_of(store)))
        orphans = [job.id for job in running if not _is_alive(job.process, job.process_started)]
    if orphans:  # Pages look every second: they write only when there is something to write.
        with store.writing() as session:
            for kind, message in KILLED_SAYS.items():
                gone = update(JobRow).where(JobRow.id.in_(orphans), JobRow.state.in_(ALIVE), JobRow.kind == kind)
                session.execute(gone.values(state=FAILED, message=message, ended_at=datetime.now(UTC)))


def _spawn(store: Store, job: JobRow) -> psutil.Popen:
    """Start the command that a person could type, in a session of its own: it outlives the server."""
    report = report_file(store, job.id)
    report.parent.mkdir(parents=True, exist_ok=True)
    arguments: list[str] = job.settings["arguments"]  # type: ignore[assignment]  # JSON has no better type.
    # In one piece with their options: a workspace's id and a name may begin with a dash.
    command = [sys.executable, "-m", "model", *arguments, f"--workspace={job.workspace}", f"--job={job.id}", "--json"]
    environment = {**os.environ, "AREOLE_HOME": str(store.home)}
    with report.open("wb") as lines, report.with_suffix(".log").open("wb") as log:
        return psutil.Popen(command, cwd=ROOT, env=environment, stdout=lines, stderr=log, stdin=subprocess.DEVNULL,
                            start_new_session=True)  # fmt: skip


def _this_process() -> dict[str, Any]:
    return {"process": os.getpid(), "process_started": psutil.Process().create_time()}


def _end(store: Store, job: int, state: str, message: str) -> None:
    with store.writing() as session:
        ending = update(JobRow).where(JobRow.id == job, JobRow.state.in_(ALIVE))
        session.execute(ending.values(state=state, message=message[:500], ended_at=datetime.now(UTC)))


def _is_alive(process: int, started: float) -> bool:
    """Process numbers come round again, in a container at every restart: the time of its start tells two apart."""
    try:
        found = psutil.Process(process)
        if found.status() != psutil.STATUS_ZOMBIE:
            return abs(found.create_time() - started) < CLOCK_STEP_S
        if found.ppid() == os.getpid():
            os.waitpid(process, os.WNOHANG)  # A child of ours that is over: nobody else lets it go.
    except (psutil.NoSuchProcess, ChildProcessError):
        pass
    return False
