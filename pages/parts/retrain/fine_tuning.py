"""Watching a fine-tuning, which runs in a process of its own."""

from functools import partial

import streamlit as st

from model.jobs.queue import Job, resumable_job, resume
from model.jobs.records import CANCELLED, FAILED, FINE_TUNE, QUEUED, STOPPING
from model.jobs.reports import Stage
from model.wording import count, curve_finding, time_left
from pages.shared.text import plain
from pages.shared.training_curves import show_curves
from pages.shared.visit import Visit
from pages.shared.watching import ask_to_close, watch_queued

LEARNING = 0.85  # Of the bar


def show_job(job: Job, visit: Visit) -> None:
    """Draw the workspace's latest fine-tuning, until its end was seen."""
    st.markdown(f"**{plain(job.name)}**")
    if job.is_over:
        _show_end(job, visit)
    else:
        key = "retrain_cancel_job"
        watch_queued(job.id, FINE_TUNE, visit, key, _show_progress, show_more=_show_epochs)


def _show_progress(job: Job) -> None:
    st.progress(_share(job), _doing(job))


def _show_epochs(job: Job) -> None:
    if job.history:
        show_curves({job.name: job.history}, job.epochs)
        last = job.history[-1]
        st.caption(
            f"After epoch {last.epoch}: valid_loss {last.valid_loss:.3f}, {last.error_rate:.1%} "
            "of the validation photos wrong."
        )


def _show_end(job: Job, visit: Visit) -> None:
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
            st.button(
                f"Go on after epoch {job.history[-1].epoch}" if job.history else "Go on",
                key="retrain_resume",
                type="primary",
                on_click=partial(resume, visit.store, visit.workspace, broken),
            )
        ask_to_close(job.id, "retrain_close_job")


def _share(job: Job) -> float:
    """Compute how full the bar is: learning takes most of the time, judging the rest."""
    done = min(1.0, job.done / job.total) if job.total else 0.0
    return {
        Stage.LOADING: 0.0,
        Stage.FEATURES: done,
        Stage.TRAINING: LEARNING * done,
        Stage.EVALUATING: LEARNING + (1 - LEARNING) * done,
    }[job.stage]


def _doing(job: Job) -> str:
    """Say in a line what it is about."""
    if job.state == QUEUED:
        return (
            f"Waiting: {count(job.place, 'training')} before it."
            if job.place
            else "Waiting for its turn."
        )
    if job.state == STOPPING:
        stopping = "Stopping; the best epoch so far is kept."
        return "Stopping." if job.stage is Stage.FEATURES else stopping
    left = time_left(job.left_s)
    if job.stage is Stage.EVALUATING:
        return f"Judging every photo: {job.done} of {job.total}{left}."
    if job.stage is Stage.FEATURES:
        return f"Looking at the photos: {job.done} of {job.total}{left}. Once is enough."
    if job.stage is Stage.LOADING or not job.done:
        return "Waking up fastai: some seconds."
    epoch = f"Epoch {len(job.history)} of 0 to {job.epochs - 1}"
    return f"{epoch}, batch {job.done} of {job.total}{left}"
