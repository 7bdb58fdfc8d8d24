"""Caches runs, and their evaluations under today's labels."""

import streamlit as st

from model.errors import NotFound
from model.runs.current import CurrentEvaluation, current_evaluation
from model.runs.run import Run, RunCard, load_card, load_run, run_folder
from pages.shared.cache.store import BY_VISIT, get_dataset, get_store
from pages.shared.visit import Visit


@st.cache_resource(show_spinner=False, max_entries=16)
def get_run(run_id: str) -> Run:
    """Load a saved run with its evaluation. Raises NotFound."""
    return load_run(run_folder(get_store(), run_id))


@st.cache_resource(show_spinner=False, max_entries=1024)
def get_card(run_id: str) -> RunCard:
    """Load a run's card without its evaluation. Raises NotFound."""
    return load_card(run_folder(get_store(), run_id))


@st.cache_resource(show_spinner=False, max_entries=64, hash_funcs=BY_VISIT)
def get_current_evaluation(run_id: str, visit: Visit) -> CurrentEvaluation:
    """Evaluate a run under the workspace's labels. Raises NotFound."""
    return current_evaluation(get_run(run_id), get_dataset(visit))


def active_run_id(visit: Visit) -> str | None:
    """Find the run in use, or another that can be read; None before the first."""
    return next((run for run in visit.preferred_runs if _is_readable(run)), None)


def is_fine_tuned(run_id: str) -> bool:
    """Tell a whole network that can be read from a head."""
    try:
        return get_card(run_id).mode == "fine-tune"
    except NotFound:
        return False


def _is_readable(run_id: str) -> bool:
    try:
        get_run(run_id)
    except NotFound:
        return False
    return True
