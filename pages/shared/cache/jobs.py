"""Caches the background jobs of this server: one registry for each kind of job."""

from typing import TYPE_CHECKING, Any

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
    """Give the head trainings of this server."""
    return BackgroundJobs()


@st.cache_resource(show_spinner=False)
def get_import_jobs() -> BackgroundJobs[ImportJob]:
    """Give the imports of photos of this server."""
    return BackgroundJobs()


@st.cache_resource(show_spinner=False)
def get_gatherer() -> Gatherer:
    """Make this server's rate limits and searches of photo sources, once."""
    return Gatherer()


@st.cache_resource(show_spinner=False)
def get_search_jobs() -> BackgroundJobs[SearchJob]:
    """Give the photo searches of this server."""
    return BackgroundJobs()


@st.cache_resource(show_spinner=False)
def get_experiment_jobs() -> "BackgroundJobs[ExperimentJob]":
    """Give the experiments of this server."""
    return BackgroundJobs()


def all_jobs() -> list[BackgroundJobs[Any]]:
    """Give the jobs of every kind."""
    return [get_head_jobs(), get_import_jobs(), get_search_jobs(), get_experiment_jobs()]


def is_importing(workspace: str) -> bool:
    """Check for an import of the workspace that is still running."""
    job = get_import_jobs().of(workspace)
    return job is not None and job.is_running


def is_training_head(workspace: str) -> bool:
    """Check for a head training of the workspace that is still running."""
    job = get_head_jobs().of(workspace)
    return job is not None and job.is_running
