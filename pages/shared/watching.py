"""Watching a background job until it is over: its bar, and a button that cancels it."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import streamlit as st

from model.jobs.queue import Job, cancel, last_job
from model.jobs.records import STOPPING, JobKind
from model.jobs.threads import BackgroundJob
from pages.shared import state
from pages.shared.visit import Visit

TICK_S, QUEUE_TICK_S = 0.5, 1.0

SomeJob = TypeVar("SomeJob", bound=BackgroundJob)


@st.fragment(run_every=TICK_S)
def watch(
    job: SomeJob, sentence: Callable[[SomeJob], str], key: str, *, help: str | None = None
) -> None:
    """Show a job's progress, told by `sentence`, until it is over; then run the page again."""
    st.progress(min(1.0, job.done / max(1, job.total)), sentence(job))
    if st.button("Cancel", icon=":material/cancel:", key=key, disabled=job.cancelled, help=help):
        job.cancelled = True
    if not job.is_running:
        st.rerun()


@st.fragment(run_every=QUEUE_TICK_S)
def watch_queued(
    job_id: int,
    kind: JobKind,
    visit: Visit,
    key: str,
    show: Callable[[Job], None],
    *,
    show_more: Callable[[Job], None] = lambda job: None,
) -> None:
    """Show a queued job, drawn by `show`, until it is over; then run the page again."""
    job = last_job(visit.store, visit.workspace, kind)
    if job is None or job.is_over or job.id != job_id:
        st.rerun()
    show(job)
    if job.state != STOPPING:
        stop = partial(cancel, visit.store, visit.workspace, job.id)
        st.button("Cancel", icon=":material/cancel:", key=key, on_click=stop)
    show_more(job)


def unseen_job(kind: JobKind, visit: Visit) -> Job | None:
    """Find the workspace's latest job of a kind, unless it is over and was closed."""
    job = last_job(visit.store, visit.workspace, kind)
    return None if job and job.is_over and state.is_seen(f"job {job.id}") else job


def ask_to_close(job_id: int, key: str) -> None:
    """Draw a button that closes a job that is over, for this session."""
    st.button("Close", key=key, on_click=partial(state.set_seen, f"job {job_id}"))


def show_killed(job_id: int | None, sentence: str, key: str) -> None:
    """Warn that a job of this number died with an earlier server, until that is closed."""
    if job_id is not None and not state.is_seen(f"job {job_id}"):
        st.warning(sentence, icon=":material/error:")
        ask_to_close(job_id, key)
