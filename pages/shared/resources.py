"""Everything that is cached, in one place. Keys are small and true: a photo's hash, a run's id, a workspace's last edit.

Cached values are shared by all visitors and never changed. torch is imported inside the functions that need it: that
takes two seconds, and the first paint must not wait for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING

import streamlit as st
from PIL import Image, ImageOps

from model.catalogue.dataset import SPLITS, Dataset, find_dataset
from model.catalogue.edits import History
from model.catalogue.measures import qualities
from model.catalogue.origins import Origin, origins
from model.catalogue.store import Store, open_store, open_stored
from model.catalogue.workspaces import View, view_of
from model.classify.answer import Answer
from model.classify.evidence import overlay
from model.cleaning.decisions import history
from model.cleaning.suspects import Suspects, find_suspects
from model.datasets.background import Intake
from model.errors import NotFound
from model.evaluation.table import Evaluation
from model.gather.background import Hunt
from model.jobs.threads import Works
from model.photos.quality import Flaw
from model.runs.listing import active_run, runs_of
from model.runs.run import Card, Run, load_card, load_run, run_folder
from model.training.background import HeadJobs
from pages.shared import state
from pages.shared.progress import progress_bar

if TYPE_CHECKING:
    from model.classify.classifier import Classifier
    from model.experiments.background import Inquiry
    from model.experiments.saved import Result
    from model.experiments.tuning.findings import Search
    from model.report.contents import Contents
    from model.runs.settings import HeadSettings

THUMBNAIL_PX, PICTURE_PX = 192, 640


@st.cache_resource(show_spinner=False, validate=Store.is_alive)
def get_store() -> Store:
    """The data folder, opened again if somebody deleted it."""
    return open_store()


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


@st.cache_resource(show_spinner=False, max_entries=16)
def get_run(run_id: str) -> Run:
    """A saved run with its evaluation."""
    return load_run(run_folder(get_store(), run_id))


@st.cache_resource(show_spinner=False, max_entries=1024)
def get_card(run_id: str) -> Card:
    """How a run was made, without its evaluation."""
    return load_card(run_folder(get_store(), run_id))


def active_run_id(workspace: str) -> str | None:
    """The run this workspace uses; where it cannot be read, another; None where nothing was trained on this dataset yet."""
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


def get_dataset(workspace: str) -> Dataset:
    """The workspace's dataset with its edits applied."""
    return _dataset(view_of(get_store(), workspace), workspace, get_store().identity)


@st.cache_resource(show_spinner=False, max_entries=32)
def _dataset(view: View, workspace: str, store_identity: int | None) -> Dataset:
    """Most of the view and the last are unused in the body: they keep an old dataset from outliving a change of it."""
    return find_dataset(get_store(), view.dataset, workspace=workspace)


def get_origins(workspace: str) -> dict[str, Origin]:
    """Where the photos of the workspace's dataset come from, as it was imported."""
    return _origins(view_of(get_store(), workspace), get_dataset(workspace).id, get_store().identity)


@st.cache_resource(show_spinner=False, max_entries=16)
def _origins(view: View, dataset: int, store_identity: int | None) -> dict[str, Origin]:
    """The first and last are unused in the body, as in `_dataset`."""
    return origins(get_store(), dataset)


@dataclass(frozen=True)
class Judged:
    """What a run says about a dataset as it is now, split by split, and what was edited since the run was trained."""

    run: Run
    dataset: Dataset
    tables: dict[str, Evaluation]
    relabelled: int
    removed: int
    added: int


def get_judged(run_id: str, workspace: str) -> Judged:
    """A run's evaluation under the workspace's labels."""
    return _judged(run_id, view_of(get_store(), workspace), workspace, get_store().identity)


@st.cache_resource(show_spinner=False, max_entries=32)
def _judged(run_id: str, view: View, workspace: str, store_identity: int | None) -> Judged:
    run, dataset = get_run(run_id), _dataset(view, workspace, store_identity)
    table, known = run.evaluation.under(dataset.labels), set(run.evaluation.photos)
    was = {photo: run.card.classes[label] for photo, label in zip(run.evaluation.photos, run.evaluation.labels, strict=True)}
    return Judged(
        run,
        dataset,
        {split: table.of(split) for split in SPLITS},
        relabelled=sum(was[photo] != dataset.labels[photo] for photo in table.photos),
        removed=len(known) - len(table.photos),
        added=sum(photo not in known for photo in dataset.labels),
    )


def get_flaws(photos: Sequence[str]) -> dict[str, tuple[Flaw, ...]]:
    """What is wrong with photos, measured with a bar unless it was before."""
    with progress_bar("Looking for blurred, dark and tiny photos") as progress:
        return {photo: quality.flaws for photo, quality in qualities(get_store(), photos, progress).items()}


def get_history(workspace: str) -> History:
    """What was decided in a workspace."""
    return _history(view_of(get_store(), workspace), workspace, get_store().identity)


@st.cache_resource(show_spinner=False, max_entries=64)
def _history(view: View, workspace: str, store_identity: int | None) -> History:
    """The first and last are unused in the body, as in `_dataset`."""
    return history(get_store(), workspace)


@dataclass
class _Found:
    """What was found in a run; thirty visitors at once wait for the first, instead of all looking."""

    lock: Lock = field(default_factory=Lock)
    suspects: Suspects | None = None


@st.cache_resource(show_spinner=False, max_entries=16)
def _found(run_id: str, store_identity: int | None) -> _Found:
    return _Found()


def get_suspects(run_id: str) -> Suspects:
    """What deserves a second look among a run's photos, looked for with a bar unless it was before."""
    found = _found(run_id, get_store().identity)
    with progress_bar("Looking through all photos for wrong labels, bad photos and copies") as progress, found.lock:
        if found.suspects is None:
            found.suspects = find_suspects(get_store(), get_run(run_id), progress)
        return found.suspects


@st.cache_resource(show_spinner=False, max_entries=512)
def get_answer(photo: str, run_id: str) -> Answer:
    """What a run says about a kept photo."""
    return _classifier(run_id).answer(open_stored(get_store(), photo), photo)


def prepare_look_alikes(run_id: str) -> None:
    """Let the backbone look at the run's training photos, with a bar, unless it has seen them: once a session is enough."""
    with progress_bar("Looking at the photos the classifier learned from") as progress:
        if state.is_prepared(run_id) or get_card(run_id).mode == "fine-tune":  # That brings its own along.
            return
        from model.networks.backbones import find_backbone
        from model.networks.features import features, still_there

        run = get_run(run_id)
        backbone = find_backbone(run.card.backbone)
        features(get_store(), still_there(get_store(), run.evaluation.of("train").photos, backbone), backbone, progress)
    state.set_prepared(run_id)


@st.cache_resource(show_spinner=False, max_entries=4)
def _classifier(run_id: str) -> "Classifier":
    from model.classify.classifier import load_classifier

    return load_classifier(get_store(), run_id)


@st.cache_resource(show_spinner=False, max_entries=128)
def get_picture(photo: str) -> bytes:
    """A kept photo as a JPEG of at most 640 pixels a side."""
    return _jpeg(open_stored(get_store(), photo))


@st.cache_resource(show_spinner=False, max_entries=2048)
def get_thumbnail(photo: str) -> bytes:
    """The middle of a kept photo as a small square JPEG."""
    return _jpeg(ImageOps.fit(open_stored(get_store(), photo), (THUMBNAIL_PX, THUMBNAIL_PX)))


@st.cache_resource(show_spinner=False, max_entries=256)
def get_evidence(photo: str, run_id: str, position: int, side_px: int = PICTURE_PX) -> bytes:
    """The photo with the evidence for and against a class laid over it, as a JPEG."""
    image = open_stored(get_store(), photo)
    image.thumbnail((side_px, side_px))
    return _jpeg(overlay(image, get_answer(photo, run_id).evidence, position))


def _jpeg(image: Image.Image) -> bytes:
    image.thumbnail((PICTURE_PX, PICTURE_PX))
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


def is_tuned(run_id: str) -> bool:
    """Whether a run is a whole network that can be read."""
    try:
        return get_card(run_id).mode == "fine-tune"
    except NotFound:
        return False


def get_usual(workspace: str) -> "tuple[str, HeadSettings]":
    """The backbone and settings that this workspace's experiments use."""
    from model.report.experiments import usual_settings

    run = active_run_id(workspace)
    return usual_settings(get_card(run) if run else None)


def get_found(kind: str, dataset: Dataset, workspace: str) -> "Result | None":
    """What an experiment on the dataset as it is now has found, if it was made."""
    from model.experiments.saved import kept

    backbone, settings = get_usual(workspace)
    return kept(get_store(), kind, dataset.fingerprint, backbone, settings)


def get_search(dataset: Dataset, workspace: str) -> "Search | None":
    """What a search for better settings has found so far."""
    from model.experiments.tuning.findings import findings

    return findings(get_store(), dataset, workspace=workspace)


def get_contents(workspace: str) -> "Contents":
    """What the workspace's report says."""
    from model.report.contents import report_contents
    from model.report.experiments import experiment_findings

    run = active_run_id(workspace)
    answers = experiment_findings(get_store(), get_dataset(workspace), get_card(run) if run else None, workspace)
    return report_contents(get_store(), workspace, run, answers)
