"""Jobs in threads of the server."""

from collections.abc import Callable
from threading import Event

import pytest
from sqlalchemy import update

from model.catalogue.schema import JobRow
from model.catalogue.store import Store
from model.catalogue.workspaces import new_workspace_id
from model.jobs.queue import last_killed_job
from model.jobs.records import INTAKE, record_job
from model.jobs.threads import BackgroundJob, BackgroundJobs

Jobs = BackgroundJobs[BackgroundJob]


def started(jobs: Jobs, workspace: str, action: Callable[[BackgroundJob], None]) -> BackgroundJob:
    """Start a job and wait until it has begun."""
    began = Event()

    def work(job: BackgroundJob) -> None:
        began.set()
        action(job)

    job = jobs.start(workspace, BackgroundJob("A job"), work)
    began.wait()
    return job


def until_asked(job: BackgroundJob) -> None:
    """Work until the job is cancelled or stopped."""
    while True:
        job.check()


def test_a_stop_ends_all_jobs_that_run() -> None:
    jobs: Jobs = BackgroundJobs()
    running = [started(jobs, new_workspace_id(), until_asked) for _ in range(3)]
    over = started(jobs, new_workspace_id(), lambda _job: None)
    over.finished.wait()
    assert jobs.stop() == running
    for job in running:
        job.finished.wait()
    assert [job.error for job in (*running, over)] == ["The server stopped."] * 3 + [None]
    assert jobs.stop() == []


@pytest.mark.parametrize("ending", ["stopped", "cancelled"])
def test_a_job_that_a_stop_ended_is_told_of_later_and_a_cancelled_one_not(
    store: Store, workspace: str, ending: str
) -> None:
    def work(job: BackgroundJob) -> None:
        with record_job(store, INTAKE, {}, workspace=workspace):
            setattr(job, ending, True)
            job.check()

    job = started(BackgroundJobs(), workspace, work)
    job.finished.wait()
    mine = JobRow.workspace == workspace
    with store.writing() as session:  # The next server has another process.
        session.execute(update(JobRow).where(mine).values(process_started=1.0))
    assert (last_killed_job(store, workspace, INTAKE) is not None) == (ending == "stopped")
