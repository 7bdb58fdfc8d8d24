"""Would other settings help? A search with Optuna.

Watch it, go on, keep the best - and see what of its gain is luck.
"""

import streamlit as st

from model.catalogue.dataset import Dataset
from model.experiments.tuning.background import start_tuning
from model.experiments.tuning.findings import TuningResult, best_request
from model.experiments.tuning.run import forget_search
from model.experiments.tuning.space import BACKBONE, SPACE
from model.training.background import start_training
from pages.shared import state
from pages.shared.cache.report import get_tuning_result
from pages.shared.cache.store import get_store
from pages.shared.cache.works import get_experiment_jobs, get_head_jobs
from pages.shared.callbacks import attempt
from pages.shared.text import plain

TRIALS = 30


def show_search(dataset: Dataset, workspace: str, *, busy: bool) -> None:
    """What was found so far, and buttons to go on."""
    search = get_tuning_result(dataset, workspace)
    st.subheader("Would other settings help?", anchor=False)
    if search is not None:
        st.markdown(plain(search.sentence))
        _show_charts(search)
        st.caption(f"The best so far: {_in_words(search)}.")
    else:
        st.caption(
            "Optuna tries learning rates, weight decays, label smoothings and numbers of epochs, "
            "and learns where to look."
        )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            f"Try {TRIALS} {'more' if search else 'settings'}",
            key="report_search_more",
            icon=":material/experiment:",
            disabled=busy,
            on_click=_search,
            args=(dataset, workspace),
        )
        if search is not None:
            _ask_what_to_do(search, dataset, workspace, busy=busy)


def _ask_what_to_do(search: TuningResult, dataset: Dataset, workspace: str, *, busy: bool) -> None:
    job = get_head_jobs().of(workspace)
    st.button(
        "Keep the best as a run",
        key="report_keep_best",
        icon=":material/bookmark_add:",
        disabled=busy or (job is not None and job.is_running),
        on_click=_keep_best,
        args=(search, dataset, workspace),
    )
    st.page_link(
        "pages/retrain.py",
        label="Runs",
        icon=":material/model_training:",
        query_params=state.link(),
    )
    start_over = (forget_search, get_store(), dataset)
    st.button(
        "Start the search over",
        type="tertiary",
        key="report_forget",
        disabled=busy,
        on_click=attempt,
        args=start_over,
        kwargs={"workspace": workspace},
    )


def _show_charts(search: TuningResult) -> None:
    from pages.shared.charts.tuning import (
        importances,
        search_history,
    )  # Not before the first paint: see charts.py.

    drawing, mattering = st.columns([7, 5], gap="medium")
    with drawing:
        st.altair_chart(
            search_history(search), alt=f"The best error rate after each trial. {search.sentence}"
        )
    with mattering:
        if search.importances:
            st.markdown("**What matters**")
            ranked = ", ".join(f"{name} {share:.0%}" for name, share in search.importances.items())
            st.altair_chart(importances(search), alt=f"How much each setting matters: {ranked}")
        else:
            st.caption("After ten trials it can be said which settings matter.")


def _in_words(search: TuningResult) -> str:
    params = search.best.params
    told = [
        f"{part.title.lower()} {params[name]:.3g}" for name, part in SPACE.items() if name in params
    ]
    return ", ".join([*told, str(params[BACKBONE])])


def _search(dataset: Dataset, workspace: str) -> None:
    start_tuning(
        get_experiment_jobs(), get_store(), workspace, dataset, trials=TRIALS, other_backbones=False
    )


def _keep_best(search: TuningResult, dataset: Dataset, workspace: str) -> None:
    start_training(
        get_head_jobs(), get_store(), workspace, best_request(dataset, search, workspace)
    )
    st.toast(
        "It is being trained, and will stand among the runs on Retrain in a second.",
        icon=":material/bookmark_add:",
    )
