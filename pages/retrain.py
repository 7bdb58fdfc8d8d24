"""Choose the number of epochs, train on the cached dataset, watch the curves, and put a run to
work.
"""

import streamlit as st

from model.catalogue.dataset import check_trainable
from model.catalogue.store import Store
from model.errors import CannotTrain
from model.jobs.queue import is_training, last_job
from model.networks.backbones import find_backbone
from model.runs.settings import FineTuneSettings
from model.training.background import start_training
from model.training.estimates import estimate_s
from model.training.memory import check_disk, check_memory, needed_mb
from model.training.request import TrainRequest, enqueue_fine_tune, enqueue_lr_find
from model.wording import duration
from pages.parts.retrain.fine_tuning import show_job
from pages.parts.retrain.lr_finder import show_lr_finder
from pages.parts.retrain.runs import show_runs
from pages.parts.retrain.settings import ask_for_training
from pages.shared import state
from pages.shared.cache.store import get_dataset, get_store
from pages.shared.cache.works import get_head_jobs
from pages.shared.frame import require_frame
from pages.shared.text import plain
from pages.shared.training_curves import show_training


def start(store: Store, workspace: str, request: TrainRequest) -> None:
    """Begin the training that was asked for, or queue it."""
    if request.mode == "head":
        start_training(get_head_jobs(), store, workspace, request)
    else:
        enqueue_fine_tune(store, workspace, request)


def can_train(store: Store, request: TrainRequest) -> bool:
    """Whether dataset and memory allow the training; a sentence says why not."""
    try:
        check_trainable(request.dataset)
        check_disk(store.home, request.mode)
        if isinstance(request.settings, FineTuneSettings) and not is_training(store):
            check_memory(
                find_backbone(request.backbone),
                request.settings.batch_size,
                request.settings.image_px,
            )
    except CannotTrain as error:
        st.warning(plain(str(error)), icon=":material/block:")
        return False
    return True


def memory(request: TrainRequest) -> str:
    """What a fine-tuning takes besides time; a head takes next to nothing."""
    settings = request.settings
    if not isinstance(settings, FineTuneSettings):
        return ""
    backbone = find_backbone(request.backbone)
    needed_gb = needed_mb(backbone, settings.batch_size, settings.image_px) / 1000
    return f" and {needed_gb:.1f} GB of memory"


require_frame()
store, workspace = get_store(), state.workspace()
dataset, head_job, job = (
    get_dataset(workspace),
    get_head_jobs().of(workspace),
    last_job(store, workspace),
)

st.title("Train it again", anchor=False)
st.markdown(
    "Choose how often it sees the photos, press Train, watch it learn, and see what that changes."
)
asking, watching = st.columns([4, 7], gap="medium")
with asking:
    request = ask_for_training(workspace, dataset)
    st.caption(f"About {duration(estimate_s(store, request))}{memory(request)} on this machine.")
    possible = can_train(store, request)
    st.button(
        "Find a learning rate",
        disabled=not possible,
        type="tertiary",
        icon=":material/troubleshoot:",
        on_click=enqueue_lr_find,
        args=(store, workspace, request),
        key="retrain_find_lr",
        help="fastai's finder tries ever larger rates and watches where the loss falls best.",
    )
    busy = (
        (head_job is not None and head_job.is_running)
        if request.mode == "head"
        else (job is not None and not job.is_over)
    )
    st.button(
        "Train",
        type="primary",
        icon=":material/model_training:",
        width="stretch",
        disabled=busy or not possible,
        on_click=start,
        args=(store, workspace, request),
        key="retrain_start",
    )
with watching:
    show_lr_finder(store, workspace)
    if job is not None and not (job.is_over and state.is_seen(f"job {job.id}")):
        with st.container(border=True):
            show_job(job, store, workspace)
    with st.container(border=True):
        show_training(head_job, store, workspace)
show_runs(store, workspace)
