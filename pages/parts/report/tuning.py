"""A search for better settings with Optuna, and what of its gain is luck."""

from functools import partial

import streamlit as st

from model.catalogue.dataset import Dataset
from model.experiments.tuning.background import start_tuning
from model.experiments.tuning.findings import TuningResult, best_request
from model.experiments.tuning.run import forget_search
from model.experiments.tuning.space import BACKBONE, SPACE
from model.training.background import start_training
from pages.parts.report.findings import get_tuning_result
from pages.shared.cache.jobs import get_experiment_jobs, get_head_jobs, is_training_head
from pages.shared.callbacks import attempting
from pages.shared.frame import link_to_page
from pages.shared.text import plain
from pages.shared.visit import Visit

TRIALS = 30


def show_search(dataset: Dataset, visit: Visit, *, busy: bool) -> None:
    """Draw the trials so far, and buttons to go on."""
    search = get_tuning_result(visit)
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
            on_click=partial(_search, dataset, visit),
        )
        if search is not None:
            _ask_what_to_do(search, dataset, visit, busy=busy)


def _ask_what_to_do(search: TuningResult, dataset: Dataset, visit: Visit, *, busy: bool) -> None:
    st.button(
        "Keep the best as a run",
        key="report_keep_best",
        icon=":material/bookmark_add:",
        disabled=busy or is_training_head(visit.workspace),
        on_click=partial(_keep_best, search, dataset, visit),
    )
    link_to_page("retrain", "Runs", ":material/model_training:")
    st.button(
        "Start the search over",
        type="tertiary",
        key="report_forget",
        disabled=busy,
        on_click=attempting(forget_search, visit.store, dataset, workspace=visit.workspace),
    )


def _show_charts(search: TuningResult) -> None:
    from pages.shared.charts.tuning import importances, search_history

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
    settings = [
        f"{part.title.lower()} {params[name]:.3g}" for name, part in SPACE.items() if name in params
    ]
    return ", ".join([*settings, str(params[BACKBONE])])


def _search(dataset: Dataset, visit: Visit) -> None:
    start_tuning(
        get_experiment_jobs(),
        visit.store,
        visit.workspace,
        dataset,
        trials=TRIALS,
        other_backbones=False,
    )


def _keep_best(search: TuningResult, dataset: Dataset, visit: Visit) -> None:
    request = best_request(dataset, search, visit.workspace)
    start_training(get_head_jobs(), visit.store, visit.workspace, request)
    st.toast(
        "It is being trained, and will stand among the runs on Retrain in a second.",
        icon=":material/bookmark_add:",
    )
