"""Taking photos into a class, one after the other, as with Teachable Machine; on a phone too."""

import streamlit as st

from model.catalogue.dataset import Dataset
from model.catalogue.origins import Origin
from model.datasets.intake import ImportResult, IncomingPhoto, add_photos
from model.wording import SPLIT_NAMES, count
from pages.parts.dataset.import_progress import show_quota
from pages.shared import state
from pages.shared.asking import ask_for_class
from pages.shared.cache.store import get_dataset
from pages.shared.callbacks import attempt
from pages.shared.colours import class_badge
from pages.shared.gallery import PhotoCard, show_cards
from pages.shared.text import plain
from pages.shared.visit import Visit

CAMERA = "camera"
SHOWN = 12


def ask_for_snapshots(visit: Visit) -> None:
    """Ask for a class and for photos of it, as many as one likes; each is kept at once."""
    show_quota(visit)
    dataset = get_dataset(visit)
    asking, showing = st.columns([6, 5], gap="medium")
    with asking:
        key = f"dataset_camera_class_{len(dataset.classes)}"
        label = ask_for_class("These are photos of", dataset.classes, key, dataset.classes[0])
        snapshot = st.camera_input(
            f"Hold {plain(label)} up to the camera",
            resolution="720p",
            # A new one after each photo: the camera is live again without a click.
            key=state.uploader_key("dataset_camera"),
            help="Move and turn between photos: photos that are all alike teach little.",
        )
        if snapshot is not None:
            _keep(snapshot.getvalue(), dataset, label, visit)
            state.empty_uploader()
            st.rerun()
    with showing:
        _show_snapshots(dataset, label)


def _keep(data: bytes, dataset: Dataset, label: str, visit: Visit) -> None:
    number = sum(labelled.file.startswith(CAMERA) for labelled in dataset.photos) + 1
    photo = IncomingPhoto(f"{CAMERA} {number:04d}.jpg", label, lambda: data, Origin(CAMERA))
    report = ImportResult()
    attempt(add_photos, visit.store, dataset.name, [photo], report, total=1, owner=visit.workspace)
    if report.doubles:
        state.set_failure("This very photo is there already.")
    elif report.left_out:
        state.set_failure("Your workspace is full: remove something first.")
    elif report.refused:
        state.set_failure(report.refused[0].reason)


def _show_snapshots(dataset: Dataset, label: str) -> None:
    """Draw the newest photos of the class."""
    snapshots = [
        labelled
        for labelled in dataset.photos
        if labelled.label == label and labelled.file.startswith(CAMERA)
    ][::-1]
    st.markdown(
        f"{class_badge(dataset.classes, label)} {count(len(snapshots), 'photo')} from the camera"
    )
    if not snapshots:
        st.caption("Nothing yet. About ten of each class are a start; thirty are better.")
    cards = [
        PhotoCard(
            labelled.photo, f":small[{SPLIT_NAMES[labelled.split]}]", f"{labelled.file}, {label}"
        )
        for labelled in snapshots[:SHOWN]
    ]
    show_cards(cards, columns=4, key="dataset_taken")
