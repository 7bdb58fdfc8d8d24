"""Work in the background of this server."""

from typing import TYPE_CHECKING

import streamlit as st

from model.datasets.background import ImportJob
from model.gather.background import SearchJob
from model.gather.gatherer import Gatherer
from model.jobs.threads import BackgroundJobs
from model.training.background import HeadJob

if TYPE_CHECKING:
    from model.experiments.background import ExperimentJob


@st.cache_resource(show_spinner=False)
def get_head_jobs() -> BackgroundJobs[HeadJob]:
    """The head trainings under way in this server."""
    return BackgroundJobs()


@st.cache_resource(show_spinner=False)
def get_import_jobs() -> BackgroundJobs[ImportJob]:
    """The photos that are being added in this server."""
    return BackgroundJobs()


@st.cache_resource(show_spinner=False)
def get_gatherer() -> Gatherer:
    """Make this server's rate limits and searches of photo sources, once."""
    return Gatherer()


@st.cache_resource(show_spinner=False)
def get_search_jobs() -> BackgroundJobs[SearchJob]:
    """The searches for photos in this server."""
    return BackgroundJobs()


@st.cache_resource(show_spinner=False)
def get_experiment_jobs() -> "BackgroundJobs[ExperimentJob]":
    """The experiments that are being made in this server."""
    return BackgroundJobs()
