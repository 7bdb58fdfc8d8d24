"""Ask for photos, which arrive one after the other by a route of ours and wait in an inbox."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import streamlit as st

from model.catalogue.inbox import take
from model.catalogue.signatures import UploadPurpose, sign_upload
from model.photos.image import KEPT_BYTES, KEPT_PIXELS, MAX_MEGABYTES
from pages.shared import state
from pages.shared.text import plain
from pages.shared.visit import Visit

FILE_TYPES = ["image", "heic", "heif", "avif"]  # Some systems do not know the last three as images.
FOLDER = Path(__file__).parent

_picker = st.components.v2.component(
    "photo_picker",
    html=(FOLDER / "picker.html").read_text(),
    css=(FOLDER / "picker.css").read_text(),
    js=(FOLDER / "picker.js").read_text(),
)


class Upload(NamedTuple):
    """A file that a visitor has sent; its bytes are read when their turn comes."""

    name: str
    read: Callable[[], bytes]  # May raise NotFound.


class Delivery(NamedTuple):
    """What a visitor has sent at once: what arrived, (name, reason) of what did not."""

    uploads: tuple[Upload, ...]
    refused: tuple[tuple[str, str], ...] = ()
    about: str = ""  # What they were said to be of when they were chosen


def ask_for_uploads(
    visit: Visit, label: str, purpose: UploadPurpose, most: int, *, about: str = ""
) -> Delivery | None:
    """Draw a picker of up to `most` photos; returns what it has sent, once.

    Where the route cannot be reached it is Streamlit's own upload field, which gives what it holds
    until `state.empty_uploader`.
    """
    if state.is_unreachable():
        return _ask_by_streamlits_way(label, purpose, about)
    data = {
        "label": label,
        "about": about,
        "address": f"./api/upload/{sign_upload(visit.store, visit.workspace, purpose)}",
        "most": most,
        "pixels": KEPT_PIXELS,
        "bytes": KEPT_BYTES,
        "limit": MAX_MEGABYTES * 1_000_000,
    }
    result = _picker(key=f"{purpose}_picker", data=data, on_delivered_change=lambda: None)
    said = result.delivered
    if not isinstance(said, dict):
        return None
    if said.get("unreachable") is True:
        state.set_unreachable()
    return _read_delivery(visit, purpose, said)


def _ask_by_streamlits_way(label: str, purpose: UploadPurpose, about: str) -> Delivery | None:
    st.info(
        "Your browser could not make photos small and send them, so they come as they are. "
        "Choose them here.",
        icon=":material/info:",
    )
    files = st.file_uploader(
        plain(label),
        FILE_TYPES,
        accept_multiple_files=True,
        max_upload_size=MAX_MEGABYTES,
        key=state.uploader_key(purpose),
    )
    uploads = tuple(Upload(file.name, file.getvalue) for file in files)
    return Delivery(uploads, about=about) if uploads else None


def _read_delivery(visit: Visit, purpose: UploadPurpose, said: dict[str, object]) -> Delivery:
    """Read what a browser says; each photo once, even if it was chosen twice."""
    names = {token: name for name, token in _pairs(said.get("photos"), "token")}
    reads = {token: partial(take, visit.store, visit.workspace, purpose, token) for token in names}
    return Delivery(
        tuple(Upload(name, reads[token]) for token, name in names.items()),
        tuple(_pairs(said.get("refused"), "reason")),
        str(said.get("about", "")),
    )


def _pairs(items: object, second: str) -> list[tuple[str, str]]:
    """Read [{"name": ..., second: ...}]; what is no such object is passed over."""
    objects = items if isinstance(items, list) else []
    return [
        (str(one["name"]), str(one[second]))
        for one in objects
        if isinstance(one, dict) and {"name", second} <= one.keys()
    ]
