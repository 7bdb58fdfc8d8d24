"""Photos from disk, camera or the examples."""

from typing import TYPE_CHECKING

import streamlit as st

from model.catalogue.dataset import Dataset
from model.catalogue.workspaces import MAX_ASKED, ask_about
from model.errors import PhotoRefused
from model.photos.image import MAX_MEGABYTES, open_photo
from model.photos.photo_id import PhotoId
from model.runs.run import Run
from model.settings import hosting
from pages.shared import state
from pages.shared.asking import ask_for_option
from pages.shared.cache.photos import get_prediction, prepare_look_alikes
from pages.shared.colours import class_badge
from pages.shared.gallery import PhotoCard, show_cards
from pages.shared.progress import progress_bar
from pages.shared.text import HOW_IT_WORKS, plain
from pages.shared.visit import Visit

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

UPLOAD, CAMERA, EXAMPLES = "Upload", "Camera", "Examples"
FILE_TYPES = ["image", "heic", "heif", "avif"]  # Some systems do not know the last three as images.
MAX_UPLOAD = 20


def ask_for_photos(
    visit: Visit, dataset: Dataset, run: Run, to_try: dict[str, list[PhotoId]]
) -> None:
    """Take photos from disk or camera into the workspace, or choose an example."""
    ways = (UPLOAD, CAMERA, EXAMPLES) if hosting().uploads else (EXAMPLES,)
    way = ask_for_option("Where from", ways, "classify_way", width="stretch")
    if way == EXAMPLES:
        show_examples(dataset, to_try)
    files = _ask_for_files(way)
    if files:
        keep_uploads(visit, run, [(file.name, file.getvalue()) for file in files])
        st.rerun()
    if state.refused_files():
        st.warning("  \n".join(state.refused_files()), icon=":material/broken_image:")
    with st.expander("How it works", icon=":material/school:"):
        st.markdown(HOW_IT_WORKS)
    st.caption(
        "Photos are shrunk, stripped of location and camera data, and kept in your workspace "
        f"until you remove them; the newest {MAX_ASKED}, and all that you file under a class."
    )


def _ask_for_files(way: str) -> "list[UploadedFile]":
    key = state.uploader_key("classify")
    if way == UPLOAD:
        return st.file_uploader(
            f"Photos, up to {MAX_UPLOAD} at once",
            FILE_TYPES,
            accept_multiple_files=True,
            max_upload_size=MAX_MEGABYTES,
            key=key,
        )
    if way == CAMERA:
        title = "Hold something up to the camera"
        snapshot = st.camera_input(title, resolution="720p", key=f"{key}_camera")
        return [snapshot] if snapshot else []
    return []


def keep_uploads(visit: Visit, run: Run, files: list[tuple[str, bytes]]) -> None:
    """Let each file through the gate and answer it; one bad file spoils nothing."""
    refused = [
        f"{plain(name)}: left out, {MAX_UPLOAD} at a time is the most."
        for name, _ in files[MAX_UPLOAD:]
    ]
    photos = []
    try:
        prepare_look_alikes(run.card.id)
        with progress_bar("Looking at your photos") as progress:
            for done, (name, data) in enumerate(files[:MAX_UPLOAD], start=1):
                progress(done, min(len(files), MAX_UPLOAD))
                try:
                    photo = open_photo(data)
                except PhotoRefused as refusal:
                    refused.append(f"{plain(name)}: {refusal}")
                    continue
                ask_about(visit.store, visit.workspace, photo, name)
                get_prediction(photo.sha256, run.card.id)
                photos.append(photo.sha256)
    finally:
        state.empty_uploader()
    state.set_refused_files(refused)
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
