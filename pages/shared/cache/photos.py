"""Answers, evidence and pictures of photos."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING

import streamlit as st
from PIL import Image, ImageOps

from model.catalogue.measures import load_qualities
from model.catalogue.store import open_stored
from model.classify.answer import Prediction
from model.classify.evidence import overlay
from model.cleaning.suspects import Suspects, find_suspects
from model.photos.quality import ImageIssue
from pages.shared import state
from pages.shared.progress import progress_bar

if TYPE_CHECKING:
    from model.classify.classifier import Classifier
from pages.shared.cache.runs import get_card, get_run
from pages.shared.cache.store import get_store

THUMBNAIL_PX, PICTURE_PX = 192, 640


def get_image_issues(photos: Sequence[str]) -> dict[str, tuple[ImageIssue, ...]]:
    """What is wrong with photos, measured with a bar unless it was before."""
    with progress_bar("Looking for blurred, dark and tiny photos") as progress:
        return {
            photo: quality.issues
            for photo, quality in load_qualities(get_store(), photos, progress).items()
        }


@dataclass
class _SuspectsBox:
    """The suspects of a run; thirty visitors at once wait for the first, instead of all looking."""

    lock: Lock = field(default_factory=Lock)
    suspects: Suspects | None = None


@st.cache_resource(show_spinner=False, max_entries=16)
def _found(run_id: str, store_identity: int | None) -> _SuspectsBox:
    return _SuspectsBox()


def get_suspects(run_id: str) -> Suspects:
    """Find what deserves a second look among a run's photos, with a bar where it is new."""
    found = _found(run_id, get_store().identity)
    with (
        progress_bar(
            "Looking through all photos for wrong labels, bad photos and copies"
        ) as progress,
        found.lock,
    ):
        if found.suspects is None:
            found.suspects = find_suspects(get_store(), get_run(run_id), progress)
        return found.suspects


@st.cache_resource(show_spinner=False, max_entries=512)
def get_prediction(photo: str, run_id: str) -> Prediction:
    """What a run says about a kept photo."""
    return _classifier(run_id).predict(open_stored(get_store(), photo), photo)


def prepare_look_alikes(run_id: str) -> None:
    """Let the backbone look at the run's training photos, with a bar, unless it has seen them.

    Once a session is enough.
    """
    with progress_bar("Looking at the photos the classifier learned from") as progress:
        if (
            state.is_prepared(run_id) or get_card(run_id).mode == "fine-tune"
        ):  # That brings its own along.
            return
        from model.networks.backbones import find_backbone
        from model.networks.features import extract_features, photos_in_store

        run = get_run(run_id)
        backbone = find_backbone(run.card.backbone)
        extract_features(
            get_store(),
            photos_in_store(get_store(), run.evaluation.for_split("train").photos, backbone),
            backbone,
            progress,
        )
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
    return _jpeg(overlay(image, get_prediction(photo, run_id).evidence, position))


def _jpeg(image: Image.Image) -> bytes:
    image.thumbnail((PICTURE_PX, PICTURE_PX))
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=88)
    return buffer.getvalue()
