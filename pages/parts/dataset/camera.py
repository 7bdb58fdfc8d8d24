"""Taking photos into a class, one after the other, as with Teachable Machine; on a phone too."""

import streamlit as st

from model.catalogue.dataset import Dataset
from model.catalogue.origins import Origin
from model.datasets.intake import ImportResult, IncomingPhoto, add_photos
from model.errors import AreoleError
from model.wording import SPLIT_NAMES, count
from pages.parts.dataset.import_progress import show_quota
from pages.shared import state
from pages.shared.cache.store import get_dataset
from pages.shared.colours import class_badge
from pages.shared.gallery import PhotoCard, show_cards
from pages.shared.text import plain
from pages.shared.visit import Visit

CAMERA = "camera"
SHOWN = 12


def ask_for_snapshots(visit: Visit) -> None:
    """Choose a class, press the button as often as you like; each photo is kept at once."""
    show_quota(visit)
    dataset = get_dataset(visit)
    asking, showing = st.columns([6, 5], gap="medium")
    with asking:
        label = st.pills(
            "These are photos of",
            dataset.classes,
            format_func=plain,
            default=dataset.classes[0],
            required=True,
            wrap=True,
            key=f"dataset_camera_class_{len(dataset.classes)}",
        )
        key = state.uploader_key(
            "dataset_camera"
        )  # A new one after each photo: the camera is live again without a click.
        taken = st.camera_input(
            f"Hold {plain(label)} up to the camera",
            resolution="720p",
            key=key,
            help="Move and turn between photos: photos that are all alike teach little.",
        )
        if taken is not None:
            _keep(taken.getvalue(), dataset, label, visit)
            state.empty_uploader()
            st.rerun()
    with showing:
        _show_taken(dataset, label)


def _keep(data: bytes, dataset: Dataset, label: str, visit: Visit) -> None:
    number = sum(labelled.file.startswith(CAMERA) for labelled in dataset.photos) + 1
    arrival, report = (
        IncomingPhoto(f"{CAMERA} {number:04d}.jpg", label, lambda: data, Origin(CAMERA)),
        ImportResult(),
    )
    try:
        add_photos(visit.store, dataset.name, [arrival], report, total=1, owner=visit.workspace)
    except AreoleError as error:
        state.set_failure(str(error))
        return
    said = next(
        (
            words
            for happened, words in (
                (report.doubles, "This very photo is there already."),
                (report.left_out, "Your workspace is full: remove something first."),
                (report.refused, report.refused[0].reason if report.refused else ""),
            )
            if happened
        ),
        None,
    )
    if said:
        state.set_failure(said)


def _show_taken(dataset: Dataset, label: str) -> None:
    """The newest photos of the class."""
    taken = [
        labelled
        for labelled in dataset.photos
        if labelled.label == label and labelled.file.startswith(CAMERA)
    ][::-1]
    st.markdown(
        f"{class_badge(dataset.classes, label)} {count(len(taken), 'photo')} from the camera"
    )
    if not taken:
        st.caption("Nothing yet. About ten of each class are a start; thirty are better.")
    cards = [
        PhotoCard(
            labelled.photo, f":small[{SPLIT_NAMES[labelled.split]}]", f"{labelled.file}, {label}"
        )
        for labelled in taken[:SHOWN]
    ]
    show_cards(cards, columns=4, key="dataset_taken")
