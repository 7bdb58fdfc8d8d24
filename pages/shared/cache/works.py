"""Work in the background of this server."""

from typing import TYPE_CHECKING

import streamlit as st

from model.datasets.background import Intake
from model.gather.background import Hunt
from model.jobs.threads import Works
from model.training.background import HeadJobs

if TYPE_CHECKING:
    from model.experiments.background import Inquiry


@st.cache_resource(show_spinner=False)
def get_head_jobs() -> HeadJobs:
    """The head trainings under way in this server."""
    return HeadJobs()


@st.cache_resource(show_spinner=False)
def get_intakes() -> Works[Intake]:
    """The photos that are being added in this server."""
    return Works()


@st.cache_resource(show_spinner=False)
def get_hunts() -> Works[Hunt]:
    """The searches for photos in this server."""
    return Works()


@st.cache_resource(show_spinner=False)
def get_inquiries() -> "Works[Inquiry]":
    """The experiments that are being made in this server."""
    return Works()
