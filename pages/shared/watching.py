"""Watching a background job until it is over: its bar, and a button that cancels it."""

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from model.jobs.threads import BackgroundJob
from pages.shared import state

TICK_S = 0.5

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


def show_killed(job: int | None, sentence: str, key: str) -> None:
    """Warn that a job of this number died with an earlier server, until that is closed."""
    if job is None or state.is_seen(f"job {job}"):
        return
    st.warning(sentence, icon=":material/error:")
    st.button("Close", key=key, on_click=state.set_seen, args=(f"job {job}",))
