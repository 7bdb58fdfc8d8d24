"""Runs, and their evaluation under today's labels."""

import streamlit as st

from model.catalogue.workspaces import View, view_of
from model.errors import NotFound
from model.runs.current import CurrentEvaluation, current_evaluation
from model.runs.listing import active_run, runs_of
from model.runs.run import Run, RunCard, load_card, load_run, run_folder
from pages.shared.cache.store import dataset_of_view, get_store


@st.cache_resource(show_spinner=False, max_entries=16)
def get_run(run_id: str) -> Run:
    """A saved run with its evaluation."""
    return load_run(run_folder(get_store(), run_id))


@st.cache_resource(show_spinner=False, max_entries=1024)
def get_card(run_id: str) -> RunCard:
    """How a run was made, without its evaluation."""
    return load_card(run_folder(get_store(), run_id))


def active_run_id(workspace: str) -> str | None:
    """The run this workspace uses; where it cannot be read, another.

    None where nothing was trained on this dataset yet.
    """
    others = [entry.id for entry in runs_of(get_store(), workspace)]
    for run in (active_run(get_store(), workspace), *reversed(others)):
        if run in others and _is_readable(run):
            return run
    return None


def _is_readable(run: str) -> bool:
    try:
        get_run(run)
    except NotFound:
        return False
    return True


def get_current_evaluation(run_id: str, workspace: str) -> CurrentEvaluation:
    """A run's evaluation under the workspace's labels."""
    return _current_evaluation(
        run_id, view_of(get_store(), workspace), workspace, get_store().identity
    )


@st.cache_resource(show_spinner=False, max_entries=32)
def _current_evaluation(
    run_id: str, view: View, workspace: str, store_identity: int | None
) -> CurrentEvaluation:
    return current_evaluation(get_run(run_id), dataset_of_view(view, workspace, store_identity))


def is_fine_tuned(run_id: str) -> bool:
    """Whether a run is a whole network that can be read."""
    try:
        return get_card(run_id).mode == "fine-tune"
    except NotFound:
        return False
