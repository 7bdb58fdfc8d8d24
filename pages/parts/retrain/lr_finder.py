"""The learning rate finder: watched, drawn, and its suggestion taken over."""

from functools import partial
from math import log
from typing import Any

import streamlit as st

from model.jobs.queue import Job
from model.jobs.records import FAILED, LR_FIND
from model.wording import time_left
from pages.parts.retrain.settings import RATES
from pages.shared.cache.charts import show_chart
from pages.shared.text import plain
from pages.shared.visit import Visit
from pages.shared.watching import ask_to_close, unseen_job, watch_queued


def show_lr_finder(visit: Visit) -> None:
    """Draw the workspace's latest search for a learning rate, until it was closed."""
    job = unseen_job(LR_FIND, visit)
    if job is None:
        return
    with st.container(border=True):
        st.markdown("**Which learning rate?**")
        if not job.is_over:
            watch_queued(job.id, LR_FIND, visit, "retrain_cancel_lr", _show_progress)
        elif job.rate_search:
            _show_rates(job, job.rate_search)
        else:
            _show_failure(job)


def _show_failure(job: Job) -> None:
    if job.state == FAILED:
        st.error(plain(job.message), icon=":material/error:")
    else:
        st.info("Cancelled.", icon=":material/cancel:")
    ask_to_close(job.id, "retrain_close_lr")


def _show_progress(job: Job) -> None:
    waiting = f"Waiting: {job.place} before it." if job.place else "Waking up fastai: some seconds."
    st.progress(
        job.done / job.total if job.total else 0.0,
        f"Step {job.done} of {job.total}{time_left(job.left_s)}" if job.done else waiting,
    )


def _show_rates(job: Job, search: dict[str, Any]) -> None:
    """Draw the loss at each rate, and offer the rate where it falls best."""
    from pages.shared.charts.training import rate_search

    suggestion, is_head = float(search["suggestion"]), "fine-tune" not in job.arguments
    finding = (
        f"For {'the head' if is_head else 'the whole network'}, fastai's valley rule suggests "
        f"{suggestion:.1e}. Look for a steep fall, well before the loss grows."
    )
    curve = partial(rate_search, search["rates"], search["losses"], suggestion)
    show_chart(curve, alt=finding)
    st.markdown(finding)
    nearest = min(RATES, key=lambda rate: abs(log(rate / suggestion)))
    key = "retrain_learning_rate" if is_head else "retrain_learning_rate_tuned"
    with st.container(horizontal=True):
        st.button(
            f"Use {nearest:g}",
            key="retrain_use_lr",
            on_click=partial(st.session_state.__setitem__, key, nearest),
        )
        ask_to_close(job.id, "retrain_close_lr")
