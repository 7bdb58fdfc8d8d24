"""Watch a training: its curves while they grow, fastai's table, and what they say."""

from collections.abc import Mapping, Sequence
from functools import partial
from math import ceil
from time import monotonic

import streamlit as st

from model.jobs.queue import last_killed_job
from model.jobs.records import HEAD, HEAD_KILLED
from model.runs.run import RunCard
from model.runs.settings import Epoch
from model.training.background import HeadJob
from model.wording import count, curve_finding, time_left
from pages.shared import state
from pages.shared.cache.charts import show_chart
from pages.shared.cache.jobs import get_head_jobs
from pages.shared.cache.runs import active_run_id, get_card
from pages.shared.text import plain
from pages.shared.visit import Visit
from pages.shared.watching import show_killed

TICK_S, WAIT_S = 0.15, 0.5
MANY_AT_ONCE, LONG_WAIT_S = 3, 2.0  # Trainings; how long each is left alone then
GROW_S = 1.2  # A head learns faster than the eye sees: its curves take at least so long to grow.


def show_training(job: HeadJob | None, visit: Visit) -> None:
    """Draw the training under way, or the end of the last one, or that of the run in use."""
    if job and not (job.run and state.is_seen(job.run)) and not job.error:
        watch(job)
        return
    if job is None:  # This server knows of no training; an earlier one may.
        killed = last_killed_job(visit.store, visit.workspace, HEAD)
        show_killed(killed, HEAD_KILLED, "retrain_close_killed")
    elif job.error:
        show = st.info if job.cancelled else st.error
        show(plain(job.error), icon=":material/cancel:" if job.cancelled else ":material/error:")
    visit = visit.renewed()  # A training that was watched may have ended meanwhile.
    names = visit.run_names
    shown = job.run if job and job.run in names else active_run_id(visit)
    if shown is None:
        st.caption("Nothing trained on this dataset yet. Its curves will grow here.")
        return
    card = get_card(shown)
    st.markdown(f"**{plain(names[card.id])}**")
    show_card_curves({names[card.id]: card})
    show_epochs(card)


@st.fragment(run_every=TICK_S)
def watch(job: HeadJob) -> None:
    """Draw a training under way, until it is over."""
    # Drawing and learning share one interpreter lock: it learns twenty times faster while this
    # waits.
    few = get_head_jobs().running() < MANY_AT_ONCE
    job.finished.wait(WAIT_S if few else LONG_WAIT_S)
    st.markdown(f"**{plain(job.request.name)}**")
    elapsed = monotonic() - job.started
    if job.total and not job.history and job.is_running:
        _show_features(job)
    epochs = job.request.settings.epochs
    if job.place and job.is_running:
        st.caption(f"Waiting for {count(job.place, 'training')} of others.")
    # Where many train, growing curves would hold up everyone's pages: there they come at the end.
    grown = ceil(epochs * min(1.0, elapsed / GROW_S)) if few else epochs if job.run else 0
    shown = tuple(job.history[:grown])
    show_curves({job.request.name: shown}, epochs)
    if job.error or (job.run and grown >= len(job.history)):
        if job.run:
            state.set_seen(job.run)
        st.rerun()


def _show_features(job: HeadJob) -> None:
    """Draw how far the features are, which come before the first epoch."""
    left = time_left(job.pace.seconds_left)
    st.progress(
        job.done / job.total,
        f"Looking at the photos: {job.done} of {job.total}{left}. Once is enough.",
    )
    if st.button("Cancel", icon=":material/cancel:", key="retrain_cancel"):
        job.cancelled = True


def show_card_curves(cards: dict[str, RunCard]) -> None:
    """Draw the curves of finished runs."""
    histories = {name: card.history for name, card in cards.items()}
    show_curves(histories, max(map(len, histories.values())))


def show_curves(histories: Mapping[str, Sequence[Epoch]], epochs: int) -> None:
    """Draw losses and error rate side by side."""
    from pages.shared.charts.training import error_curves, loss_curves

    findings = " ".join(
        f"{name}: {curve_finding(history)}" for name, history in histories.items() if history
    )
    losses, errors = st.columns(2)
    with losses:
        show_chart(partial(loss_curves, histories, epochs), alt=findings or "Nothing learned yet")
    with errors:
        show_chart(
            partial(error_curves, histories, epochs),
            alt="The error rate on the validation photos after each epoch",
        )


def show_epochs(card: RunCard) -> None:
    """Say what the curves show, and draw the table behind them."""
    import pandas as pd  # Not before the first paint: half a second.

    from pages.shared.charts.training import rate_curves

    st.markdown(curve_finding(card.history))
    with st.expander("Every epoch", icon=":material/table_rows:"):
        show_chart(
            partial(rate_curves, {card.name: card.history}, len(card.history)),
            alt="The learning rate at the end of each epoch",
        )
        table = pd.DataFrame([_row(epoch, card.best_epoch) for epoch in card.history])
        st.dataframe(table, hide_index=True, alt="The training table, as fastai prints it")
        st.caption(
            "Best: the lowest valid_loss. Losses are in nats; error_rate is the share of wrong "
            "validation photos."
        )


def _row(epoch: Epoch, best_epoch: int) -> dict[str, str]:
    """Write an epoch as fastai's table does."""
    minutes, seconds = divmod(epoch.seconds, 60)
    return {
        "epoch": f"{epoch.epoch}{' (best)' if epoch.epoch == best_epoch else ''}",
        "train_loss": f"{epoch.train_loss:.4f}",
        "valid_loss": f"{epoch.valid_loss:.4f}",
        "error_rate": f"{epoch.error_rate:.4f}",
        "learning rate": f"{epoch.learning_rate:.1e}",
        "time": f"{seconds:.3f} s" if epoch.seconds < 10 else f"{minutes:.0f}:{seconds:02.0f}",
    }
