"""Caches predictions, evidence, pictures and label issues of photos."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING

import streamlit as st
from PIL import Image, ImageOps

from model.catalogue.measures import load_qualities
from model.catalogue.store import has_file, open_stored
from model.classify.answer import Prediction
from model.classify.evidence import overlay
from model.cleaning.suspects import Suspects, find_suspects
from model.errors import NotFound
from model.photos.photo_id import PhotoId
from model.photos.quality import ImageIssue
from pages.shared import state
from pages.shared.cache.runs import get_card, get_run
from pages.shared.cache.store import get_store
from pages.shared.progress import progress_bar

if TYPE_CHECKING:
    from model.classify.classifier import Classifier


THUMBNAIL_PX, PICTURE_PX = 256, 640


def get_image_issues(photos: Sequence[PhotoId]) -> dict[PhotoId, tuple[ImageIssue, ...]]:
    """Find what is wrong with photos as pictures, with a bar where they are not measured yet."""
    with progress_bar("Looking for blurred, dark and tiny photos") as progress:
        qualities = load_qualities(get_store(), photos, progress)
    return {photo: quality.issues for photo, quality in qualities.items()}


@dataclass
class _SuspectsBox:
    """The suspects of a run; thirty visitors at once wait for the first, instead of all looking."""

    lock: Lock = field(default_factory=Lock)
    suspects: Suspects | None = None


@st.cache_resource(show_spinner=False, max_entries=16)
def _suspects_box(run_id: str, store_identity: int | None) -> _SuspectsBox:
    return _SuspectsBox()


def get_suspects(run_id: str) -> Suspects:
    """Find label issues, bad photos and near-duplicates, with a bar the first time."""
    box = _suspects_box(run_id, get_store().identity)
    title = "Looking through all photos for wrong labels, bad photos and copies"
    with progress_bar(title) as progress, box.lock:
        if box.suspects is None:
            box.suspects = find_suspects(get_store(), get_run(run_id), progress)
        return box.suspects


@st.cache_resource(show_spinner=False, max_entries=512)
def get_prediction(photo: PhotoId, run_id: str) -> Prediction:
    """Predict the class of a stored photo. Raises NotFound."""
    return get_classifier(run_id).predict(open_stored(get_store(), photo), photo)


def prepare_look_alikes(run_id: str) -> None:
    """Extract features of the run's training photos, with a bar, unless cached; once a session."""
    with progress_bar("Looking at the photos the classifier learned from") as progress:
        if state.is_prepared(run_id) or get_card(run_id).mode == "fine-tune":  # It has its own.
            return
        from model.networks.backbones import find_backbone
        from model.networks.features import extract_features, photos_in_store

        store, run = get_store(), get_run(run_id)
        backbone = find_backbone(run.card.backbone)
        photos = photos_in_store(store, run.evaluation.for_split("train").photos, backbone)
        extract_features(store, photos, backbone, progress)
    state.set_prepared(run_id)


@st.cache_resource(show_spinner=False, max_entries=4)
def get_classifier(run_id: str) -> "Classifier":
    """Load a run that answers. Raises NotFound, WeightsMissing."""
    from model.classify.classifier import load_classifier

    return load_classifier(get_store(), run_id)


@st.cache_resource(show_spinner=False, max_entries=4096, ttl=600)
def check_stored(photo: PhotoId) -> None:
    """Raise NotFound where a photo is gone."""
    if not has_file(get_store(), photo):
        raise NotFound("This photo is no longer here. Upload it again.")


@st.cache_resource(show_spinner=False, max_entries=32)
def get_picture(photo: PhotoId) -> bytes:
    """Encode a stored photo as a JPEG of at most 640 pixels a side. Raises NotFound."""
    return _jpeg(open_stored(get_store(), photo))


@st.cache_resource(show_spinner=False, max_entries=512)
def get_thumbnail(photo: PhotoId) -> bytes:
    """Encode the middle of a stored photo as a small square JPEG. Raises NotFound."""
    return _jpeg(ImageOps.fit(open_stored(get_store(), photo), (THUMBNAIL_PX, THUMBNAIL_PX)))


@st.cache_resource(show_spinner=False, max_entries=256)
def get_evidence(photo: PhotoId, run_id: str, position: int, side_px: int = PICTURE_PX) -> bytes:
    """Lay the evidence for and against a class over a stored photo, as a JPEG. Raises NotFound."""
    image = open_stored(get_store(), photo)
    image.thumbnail((side_px, side_px))
    return _jpeg(overlay(image, get_prediction(photo, run_id).evidence, position))


def _jpeg(image: Image.Image) -> bytes:
    image.thumbnail((PICTURE_PX, PICTURE_PX))
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=88)
    return buffer.getvalue()
