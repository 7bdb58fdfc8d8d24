"""Watching a fine-tuning, which runs in a process of its own: whoever opens the page finds it."""

import streamlit as st

from model.jobs.queue import Job, cancel, last_job, resumable_job, resume
from model.jobs.records import CANCELLED, FAILED, QUEUED, STOPPING
from model.jobs.reports import Stage
from model.wording import count, curve_finding, duration
from pages.shared import state
from pages.shared.text import plain
from pages.shared.training_curves import show_curves
from pages.shared.visit import Visit

TICK_S = 1.0
LEARNING = 0.85  # Of the bar


def show_job(job: Job, visit: Visit) -> None:
    """Draw the workspace's latest fine-tuning, until its end was seen."""
    if job.is_over:
        _show_end(job, visit)
    else:
        _watch(job.id, visit)


@st.fragment(run_every=TICK_S)
def _watch(job_id: int, visit: Visit) -> None:
    job = last_job(visit.store, visit.workspace)
    if job is None or job.is_over or job.id != job_id:
        st.rerun()
    st.markdown(f"**{plain(job.name)}**")
    st.progress(_share(job), _doing(job))
    if job.state != STOPPING:
        st.button(
            "Cancel",
            icon=":material/cancel:",
            key="retrain_cancel_job",
            on_click=cancel,
            args=(visit.store, visit.workspace, job.id),
        )
    if job.history:
        show_curves({job.name: job.history}, job.epochs)
        last = job.history[-1]
        st.caption(
            f"After epoch {last.epoch}: valid_loss {last.valid_loss:.3f}, {last.error_rate:.1%} "
            f"of the validation photos wrong."
        )


def _show_end(job: Job, visit: Visit) -> None:
    st.markdown(f"**{plain(job.name)}**")
    if job.state == FAILED:
        st.error(plain(job.message), icon=":material/error:")
    elif job.state == CANCELLED:
        st.info(plain(job.message or "Cancelled while it waited."), icon=":material/cancel:")
    else:
        st.success(
            "Done. The run is kept; it is in the list below unless it was deleted.",
            icon=":material/check_circle:",
        )
    if job.history:
        show_curves({job.name: job.history}, max(job.epochs, len(job.history)))
        st.markdown(curve_finding(job.history))
    with st.container(horizontal=True):
        broken = resumable_job(visit.store, job)
        if broken is not None:
            resumed = f"Go on after epoch {job.history[-1].epoch}" if job.history else "Go on"
            st.button(
                resumed,
                key="retrain_resume",
                type="primary",
                on_click=resume,
                args=(visit.store, visit.workspace, broken),
            )
        st.button(
            "Close", key="retrain_close_job", on_click=state.set_seen, args=(f"job {job.id}",)
        )


def _share(job: Job) -> float:
    """How much of the bar is full: learning takes most of the time, judging the rest."""
    done = min(1.0, job.done / job.total) if job.total else 0.0
    return {
        Stage.LOADING: 0.0,
        Stage.FEATURES: done,
        Stage.TRAINING: LEARNING * done,
        Stage.EVALUATING: LEARNING + (1 - LEARNING) * done,
    }[job.stage]


def _doing(job: Job) -> str:
    """What it is about, in a line."""
    if job.state == QUEUED:
        return (
            f"Waiting: {count(job.place, 'training')} before it."
            if job.place
            else "Waiting for its turn."
        )
    if job.state == STOPPING:
        return (
            "Stopping."
            if job.stage is Stage.FEATURES
            else "Stopping; the best epoch so far is kept."
        )
    if job.stage is Stage.EVALUATING:
        return f"Judging every photo: {job.done} of {job.total}."
    if job.stage is Stage.FEATURES:
        return f"Looking at the photos: {job.done} of {job.total}. Once is enough."
    if job.stage is Stage.LOADING or not job.done:
        return "Waking up fastai: some seconds."
    learned = max(job.done - job.since, 1)
    when = (
        duration(job.seconds / learned * (job.total - job.done))
        if job.done > job.since
        else "some minutes"
    )
    return (
        f"Epoch {len(job.history)} of 0 to {job.epochs - 1}, batch {job.done} of {job.total}, "
        f"about {when} left"
    )
