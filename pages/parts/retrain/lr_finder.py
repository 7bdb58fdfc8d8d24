"""The learning rate finder on the page.

Asked for, watched, drawn, and its suggestion taken over.
"""

from math import log

import streamlit as st

from model.jobs.queue import Job, cancel, last_job
from model.jobs.records import FAILED, LR_FIND
from pages.parts.retrain.settings import RATES
from pages.shared import state
from pages.shared.text import plain
from pages.shared.visit import Visit

TICK_S = 1.0


def show_lr_finder(visit: Visit) -> None:
    """The workspace's latest search for a learning rate, until it was closed."""
    job = last_job(visit.store, visit.workspace, LR_FIND)
    if job is None or (job.is_over and state.is_seen(f"job {job.id}")):
        return
    with st.container(border=True):
        st.markdown("**Which learning rate?**")
        if job.is_over:
            _show_found(job)
        else:
            _watch(job.id, visit)


@st.fragment(run_every=TICK_S)
def _watch(job_id: int, visit: Visit) -> None:
    job = last_job(visit.store, visit.workspace, LR_FIND)
    if job is None or job.is_over or job.id != job_id:
        st.rerun()
    waiting = f"Waiting: {job.place} before it." if job.place else "Waking up fastai: some seconds."
    st.progress(
        job.done / job.total if job.total else 0.0,
        f"Step {job.done} of {job.total}" if job.done else waiting,
    )
    st.button(
        "Cancel",
        icon=":material/cancel:",
        key="retrain_cancel_lr",
        on_click=cancel,
        args=(visit.store, visit.workspace, job.id),
    )


def _show_found(job: Job) -> None:
    """The loss at each rate, and the rate where it falls best."""
    if job.rate_search:
        from pages.shared.charts.training import rate_search

        suggestion = float(job.rate_search["suggestion"])
        mode = "the whole network" if "fine-tune" in job.arguments else "the head"
        said = (
            f"For {mode}, fastai's valley rule suggests {suggestion:.1e}. Look for a steep "
            f"fall, well before the loss grows."
        )
        st.altair_chart(
            rate_search(job.rate_search["rates"], job.rate_search["losses"], suggestion), alt=said
        )
        st.markdown(said)
        nearest = min(RATES, key=lambda rate: abs(log(rate / suggestion)))
        key = "retrain_learning_rate" + ("_tuned" if "fine-tune" in job.arguments else "")
        with st.container(horizontal=True):
            st.button(
                f"Use {nearest:g}",
                key="retrain_use_lr",
                on_click=st.session_state.__setitem__,
                args=(key, nearest),
            )
            _ask_to_close(job)
        return
    if job.state == FAILED:
        st.error(plain(job.message), icon=":material/error:")
    else:
        st.info("Cancelled.", icon=":material/cancel:")
    _ask_to_close(job)


def _ask_to_close(job: Job) -> None:
    st.button("Close", key="retrain_close_lr", on_click=state.set_seen, args=(f"job {job.id}",))
