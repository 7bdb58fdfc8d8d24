"""Everything that is cached, in one place.

Keys are small and true: a photo's hash, a run's id, a workspace's last edit.

Cached values are shared by all visitors and never changed. torch is imported inside the functions
that need it: that takes two seconds, and the first paint must not wait for it.
"""

import streamlit as st

from model.catalogue.dataset import Dataset, find_dataset
from model.catalogue.edits import History
from model.catalogue.origins import Origin, origins
from model.catalogue.store import Store, open_store
from model.catalogue.workspaces import View, view_of
from model.cleaning.decisions import history


@st.cache_resource(show_spinner=False, validate=Store.is_alive)
def get_store() -> Store:
    """The data folder, opened again if somebody deleted it."""
    return open_store()


def get_dataset(workspace: str) -> Dataset:
    """The workspace's dataset with its edits applied."""
    return dataset_of_view(view_of(get_store(), workspace), workspace, get_store().identity)


@st.cache_resource(show_spinner=False, max_entries=32)
def dataset_of_view(view: View, workspace: str, store_identity: int | None) -> Dataset:
    """Most of the view and the last are unused in the body.

    They keep an old dataset from outliving a change of it.
    """
    return find_dataset(get_store(), view.dataset, workspace=workspace)


def get_origins(workspace: str) -> dict[str, Origin]:
    """Where the photos of the workspace's dataset come from, as it was imported."""
    return _origins(
        view_of(get_store(), workspace), get_dataset(workspace).id, get_store().identity
    )


@st.cache_resource(show_spinner=False, max_entries=16)
def _origins(view: View, dataset: int, store_identity: int | None) -> dict[str, Origin]:
    """The first and last are unused in the body, as in `dataset_of_view`."""
    return origins(get_store(), dataset)


def get_history(workspace: str) -> History:
    """What was decided in a workspace."""
    return _history(view_of(get_store(), workspace), workspace, get_store().identity)


@st.cache_resource(show_spinner=False, max_entries=64)
def _history(view: View, workspace: str, store_identity: int | None) -> History:
    """The first and last are unused in the body, as in `dataset_of_view`."""
    return history(get_store(), workspace)
