"""Choose the number of epochs, train on the cached dataset, watch the curves, and put a run to work."""

import streamlit as st

from model.datasets import Dataset, check_trainable
from model.errors import CannotTrain
from model.requests import TrainRequest
from model.store import Store
from pages.shared import state
from pages.shared.frame import require_frame
from pages.shared.resources import get_dataset, get_head_jobs, get_store
from pages.shared.run_list import show_runs
from pages.shared.settings import ask_for_training
from pages.shared.training import show_training
from pages.shared.words import plain


def start(store: Store, workspace: str, request: TrainRequest) -> None:
    """Begin the training that was asked for."""
    get_head_jobs().start(store, workspace, request)


def can_train(dataset: Dataset) -> bool:
    """Whether the dataset allows a training; a sentence says why not."""
    try:
        check_trainable(dataset)
    except CannotTrain as error:
        st.warning(plain(str(error)), icon=":material/block:")
        return False
    return True


require_frame()
store, workspace = get_store(), state.workspace()
dataset, job = get_dataset(workspace), get_head_jobs().of(workspace)

st.title("Train it again", anchor=False)
st.markdown("The photos have been looked at; what is left is to learn. Choose how often, press Train, and see what it changes.")
asking, watching = st.columns([4, 7], gap="medium")
with asking:
    request = ask_for_training(workspace, dataset)
    running = job is not None and job.is_running
    st.button(
        "Train",
        type="primary",
        icon=":material/model_training:",
        width="stretch",
        disabled=running or not can_train(dataset),
        on_click=start,
        args=(store, workspace, request),
        key="retrain_start",
    )
with watching, st.container(border=True):
    show_training(job, workspace)
show_runs(store, workspace)
