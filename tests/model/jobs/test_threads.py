"""Jobs in threads of the server."""

from collections.abc import Callable
from threading import Event, Thread
from time import sleep

import pytest
from sqlalchemy import update

from model.catalogue.schema import JobRow
from model.catalogue.store import Store
from model.catalogue.workspaces import new_workspace_id
from model.errors import Cancelled
from model.jobs.queue import last_killed_job
from model.jobs.records import INTAKE, record_job
from model.jobs.threads import BackgroundJob, BackgroundJobs, Turns

TIMEOUT_S = 20
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


def test_turns_are_taken_one_at_a_time_in_the_order_of_asking() -> None:
    turns, order, places = Turns(), list[int](), dict[int, list[int]]()
    first_holds, first_may_end = Event(), Event()

    def work(number: int) -> None:
        with turns.take(places.setdefault(number, []).append):
            order.append(number)
            if number == 0:
                first_holds.set()
                first_may_end.wait(TIMEOUT_S)

    threads = [Thread(target=work, args=(number,)) for number in range(4)]
    for number, thread in enumerate(threads):
        thread.start()
        if number == 0:
            assert first_holds.wait(TIMEOUT_S)
        while not places.get(number):  # It has its place in the queue.
            sleep(0.001)
    first_may_end.set()
    for thread in threads:
        thread.join(TIMEOUT_S)
    assert order == [0, 1, 2, 3]
    assert places[0] == [0]
    assert places[3][0] == 3
    assert places[3][-1] == 0
    assert sorted(places[3], reverse=True) == places[3]


def test_one_that_is_cancelled_while_it_waits_holds_up_no_one() -> None:
    turns = Turns()

    def cancelled(place: int) -> None:
        raise Cancelled("Cancelled.")

    with turns.take(lambda place: None), pytest.raises(Cancelled), turns.take(cancelled):
        raise AssertionError("It never had a turn.")
    with turns.take(lambda place: None):
        pass
