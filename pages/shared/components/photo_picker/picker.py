"""Ask for photos, which arrive one after the other by a route of ours and wait in an inbox."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import streamlit as st

from model.catalogue.inbox import take
from model.catalogue.signatures import UploadPurpose, sign_upload
from model.photos.image import KEPT_BYTES, KEPT_PIXELS, MAX_MEGABYTES
from pages.shared.visit import Visit

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
    """What a picker has sent at once: what arrived, (name, reason) of what did not."""

    uploads: tuple[Upload, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    is_reachable: bool = True  # False where the route was not, and the rest has to come otherwise.


def ask_for_uploads(
    visit: Visit, label: str, purpose: UploadPurpose, most: int, key: str
) -> Delivery | None:
    """Draw a picker of up to `most` photos; returns what it has sent, once."""
    data = {
        "label": label,
        "address": f"./api/upload/{sign_upload(visit.store, visit.workspace, purpose)}",
        "most": most,
        "pixels": KEPT_PIXELS,
        "bytes": KEPT_BYTES,
        "limit": MAX_MEGABYTES * 1_000_000,
    }
    result = _picker(key=key, data=data, on_delivered_change=lambda: None)
    delivered = result.delivered
    return _read_delivery(visit, purpose, delivered) if isinstance(delivered, dict) else None


def _read_delivery(visit: Visit, purpose: UploadPurpose, value: dict[str, object]) -> Delivery:
    """Read what a browser says; each photo once, even if it was chosen twice."""
    names = {token: name for name, token in _pairs(value.get("photos"), "token")}
    reads = {token: partial(take, visit.store, visit.workspace, purpose, token) for token in names}
    return Delivery(
        tuple(Upload(name, reads[token]) for token, name in names.items()),
        tuple(_pairs(value.get("refused"), "reason")),
        value.get("unreachable") is not True,
    )


def _pairs(items: object, second: str) -> list[tuple[str, str]]:
    """Read [{"name": ..., second: ...}]; what is no such object is passed over."""
    objects = items if isinstance(items, list) else []
    return [
        (str(one["name"]), str(one[second]))
        for one in objects
        if isinstance(one, dict) and {"name", second} <= one.keys()
    ]
