"""Caches the open data folder, and a visit's dataset, origins and history."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from model.catalogue.dataset import Dataset, find_dataset
from model.catalogue.edits import History
from model.catalogue.origins import Origin, origins
from model.catalogue.store import Store, open_store
from model.cleaning.decisions import history
from model.photos.photo_id import PhotoId
from pages.shared.visit import Visit

BY_VISIT: dict[str | type[Any], Callable[[Any], Any]] = {Visit: lambda visit: visit.key}


@st.cache_resource(show_spinner=False, validate=Store.is_alive, on_release=Store.close)
def get_store() -> Store:
    """Open the data folder, again if it was deleted."""
    return open_store()


@st.cache_resource(show_spinner=False, max_entries=64, hash_funcs=BY_VISIT)
def get_dataset(visit: Visit) -> Dataset:
    """Load the workspace's dataset with its edits applied."""
    return find_dataset(visit.store, visit.view.dataset, workspace=visit.workspace)


@st.cache_resource(show_spinner=False, max_entries=16, hash_funcs=BY_VISIT)
def get_origins(visit: Visit) -> dict[PhotoId, Origin]:
    """Load the origins of the photos of the workspace's dataset, as it was imported."""
    return origins(visit.store, get_dataset(visit).id)


@st.cache_resource(show_spinner=False, max_entries=64, hash_funcs=BY_VISIT)
def get_history(visit: Visit) -> History:
    """Load the decisions of a workspace about its dataset."""
    return history(visit.store, visit.workspace)
