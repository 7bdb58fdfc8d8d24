"""Choose settings, train, watch the curves, and put a run to work."""

from functools import partial

import streamlit as st

from model.catalogue.dataset import check_trainable
from model.errors import CannotTrain
from model.jobs.queue import is_training
from model.jobs.records import FINE_TUNE
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
from pages.shared.cache.jobs import get_head_jobs, is_training_head
from pages.shared.cache.store import get_dataset
from pages.shared.frame import require_frame, show_header
from pages.shared.text import plain
from pages.shared.training_curves import show_training
from pages.shared.visit import Visit
from pages.shared.watching import unseen_job


def start(visit: Visit, request: TrainRequest) -> None:
    """Start the training that was asked for, or queue it."""
    if request.mode == "head":
        start_training(get_head_jobs(), visit.store, visit.workspace, request)
    else:
        enqueue_fine_tune(visit.store, visit.workspace, request)


def can_train(visit: Visit, request: TrainRequest) -> bool:
    """Check that dataset and memory allow the training; a sentence says why not."""
    backbone, settings = find_backbone(request.backbone), request.settings
    try:
        check_trainable(request.dataset)
        check_disk(visit.store.home, request.mode)
        if isinstance(settings, FineTuneSettings) and not is_training(visit.store):
            check_memory(backbone, settings.batch_size, settings.image_px)
    except CannotTrain as error:
        st.warning(plain(str(error)), icon=":material/block:")
        return False
    return True


def costs(visit: Visit, request: TrainRequest) -> str:
    """Say how long a training takes, and of fine-tuning how much memory."""
    settings, time = request.settings, duration(estimate_s(visit.store, request))
    if not isinstance(settings, FineTuneSettings):
        return f"About {time} on this machine."
    megabytes = needed_mb(find_backbone(request.backbone), settings.batch_size, settings.image_px)
    return f"About {time} and {megabytes / 1000:.1f} GB of memory on this machine."


def ask_to_start(visit: Visit, request: TrainRequest, *, busy: bool) -> None:
    """Draw the buttons that look for a learning rate and that train."""
    st.caption(costs(visit, request))
    possible = can_train(visit, request)
    st.button(
        "Find a learning rate",
        disabled=not possible,
        type="tertiary",
        icon=":material/troubleshoot:",
        on_click=partial(enqueue_lr_find, visit.store, visit.workspace, request),
        key="retrain_find_lr",
        help="fastai's finder tries ever larger rates and watches where the loss falls best.",
    )
    st.button(
        "Train",
        type="primary",
        icon=":material/model_training:",
        width="stretch",
        disabled=busy or not possible,
        on_click=partial(start, visit, request),
        key="retrain_start",
    )


visit = require_frame()
job = unseen_job(FINE_TUNE, visit)

show_header("Train it again")
st.markdown(
    "Choose how often it sees the photos, press Train, watch it learn, and see what that changes."
)
asking, watching = st.columns([4, 7], gap="medium")
with asking:
    request = ask_for_training(visit.workspace, get_dataset(visit))
    fine_tuning = job is not None and not job.is_over
    busy = is_training_head(visit.workspace) if request.mode == "head" else fine_tuning
    ask_to_start(visit, request, busy=busy)
with watching:
    show_lr_finder(visit)
    if job is not None:
        with st.container(border=True):
            show_job(job, visit)
    with st.container(border=True):
        show_training(get_head_jobs().of(visit.workspace), visit)
show_runs(visit)
