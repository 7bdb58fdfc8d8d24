"""Photos on the screen: the browser asks for them by signed addresses, and keeps them.

Where no browser says at which address it found the page (AppTest), or where browsers do not reach
the photos' addresses (`Reach`), Streamlit sends the bytes.
"""

import streamlit as st

from model.catalogue.signatures import sign_photo
from model.photos.photo_id import PhotoId
from pages.shared import state
from pages.shared.addresses import reach
from pages.shared.cache.photos import check_stored, get_picture, get_thumbnail


def show_photo(photo: PhotoId, alt: str) -> None:
    """Draw a photo, as wide as its place. Raises NotFound."""
    st.image(_address("photo", photo) or get_picture(photo), width="stretch", alt=alt)


def show_square(photo: PhotoId, alt: str) -> None:
    """Draw the middle of a photo as a square, as wide as its place. Raises NotFound."""
    st.image(_address("thumbnail", photo) or get_thumbnail(photo), width="stretch", alt=alt)


def _address(kind: str, photo: PhotoId) -> str | None:
    visit, root = state.visit(), state.root()
    if visit is None or root is None or not reach.is_likely():
        return None
    check_stored(photo)
    return f"{root}/api/{kind}/{sign_photo(visit.store, visit.workspace, photo)}{reach.mark}"
