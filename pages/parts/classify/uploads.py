"""Photos from disk, camera or the examples."""

import streamlit as st

from model.catalogue.dataset import Dataset
from model.catalogue.signatures import UploadPurpose
from model.catalogue.workspaces import MAX_ASKED, ask_about
from model.errors import NotFound, PhotoRefused
from model.photos.image import open_photo
from model.photos.photo_id import PhotoId
from model.runs.run import Run
from model.settings import hosting
from pages.shared import state
from pages.shared.asking import ask_for_option
from pages.shared.cache.photos import get_prediction, prepare_look_alikes
from pages.shared.colours import class_badge
from pages.shared.components.photo_picker.picker import Delivery, Upload, ask_for_uploads
from pages.shared.gallery import PhotoCard, show_cards
from pages.shared.progress import progress_bar
from pages.shared.text import HOW_IT_WORKS, plain
from pages.shared.visit import Visit

UPLOAD, CAMERA, EXAMPLES = "Upload", "Camera", "Examples"
MAX_UPLOAD = 20
TOO_MANY = f"left out, {MAX_UPLOAD} at a time is the most."


def ask_for_photos(
    visit: Visit, dataset: Dataset, run: Run, to_try: dict[str, list[PhotoId]]
) -> None:
    """Take photos from disk or camera into the workspace, or choose an example."""
    ways = (UPLOAD, CAMERA, EXAMPLES) if hosting().uploads else (EXAMPLES,)
    way = ask_for_option("Where from", ways, "classify_way", width="stretch")
    if way == EXAMPLES:
        show_examples(dataset, to_try)
    delivery = _ask_for_files(visit, way)
    if delivery is not None:
        keep_uploads(visit, run, delivery)
        st.rerun()
    if state.refused_files():
        st.warning("  \n".join(state.refused_files()), icon=":material/broken_image:")
    with st.expander("How it works", icon=":material/school:"):
        st.markdown(HOW_IT_WORKS)
    st.caption(
        "Photos are shrunk, stripped of location and camera data, and kept in your workspace "
        f"until you remove them; the newest {MAX_ASKED}, and all that you file under a class."
    )


def _ask_for_files(visit: Visit, way: str) -> Delivery | None:
    if way == UPLOAD:
        label = f"Photos, up to {MAX_UPLOAD} at once"
        return ask_for_uploads(visit, label, UploadPurpose.ANSWERS, MAX_UPLOAD)
    if way == CAMERA:
        title, key = "Hold something up to the camera", state.uploader_key("classify_camera")
        snapshot = st.camera_input(title, resolution="720p", key=key)
        return Delivery((Upload(snapshot.name, snapshot.getvalue),)) if snapshot else None
    return None


def keep_uploads(visit: Visit, run: Run, delivery: Delivery) -> None:
    """Let each file through the gate and answer it; one bad file spoils nothing."""
    uploads, too_many = delivery.uploads[:MAX_UPLOAD], delivery.uploads[MAX_UPLOAD:]
    refused = [*delivery.refused, *((name, TOO_MANY) for name, _ in too_many)]
    photos = []
    try:
        prepare_look_alikes(run.card.id)
        with progress_bar("Looking at your photos") as progress:
            for done, (name, read) in enumerate(uploads, start=1):
                progress(done, len(uploads))
                try:
                    photo = open_photo(read())
                except (PhotoRefused, NotFound) as reason:
                    refused.append((name, str(reason)))
                    continue
                ask_about(visit.store, visit.workspace, photo, name)
                get_prediction(photo.sha256, run.card.id)
                photos.append(photo.sha256)
    finally:
        state.empty_uploader()
    state.set_refused_files([f"{plain(name)}: {plain(reason)}" for name, reason in refused])
    if photos:
        state.select_photo(photos[0])


def show_examples(dataset: Dataset, to_try: dict[str, list[PhotoId]]) -> None:
    """Draw photos to try, three of each class."""
    cards = [
        PhotoCard(photo, class_badge(dataset.classes, name), f"Example {number} of {name}")
        for name, photos in to_try.items()
        for number, photo in enumerate(photos, start=1)
    ]
    show_cards(cards, columns=3, width=300, key="classify_examples", on_pick=state.select_photo)
