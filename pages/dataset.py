"""Browse what the classifier learns from, add photos, take all away."""

import streamlit as st

from model.datasets.manage import datasets_of
from model.settings import hosting
from pages.parts.dataset.browser import show_photos
from pages.parts.dataset.camera import ask_for_snapshots
from pages.parts.dataset.chooser import ask_for_dataset, offer_copy
from pages.parts.dataset.import_progress import show_import
from pages.parts.dataset.upload import ask_for_files
from pages.parts.dataset.web_search import ask_for_search
from pages.shared import state
from pages.shared.cache.store import get_dataset
from pages.shared.export import show_take_away
from pages.shared.frame import ask_for_view, require_frame, show_header
from pages.shared.visit import Visit

VIEWS = ("Photos", "Search", "Upload", "Camera", "Export")
PHOTOS, SEARCH, UPLOAD, CAMERA, EXPORT = VIEWS


def show_adding(view: str, visit: Visit, *, own: bool) -> None:
    """Draw one way to add photos, where the host and the dataset allow it."""
    if not (hosting().gather if view == SEARCH else hosting().uploads):
        st.info(
            "Whoever hosts this app has switched this off. Run Areole on your own machine to "
            "use it.",
            icon=":material/block:",
        )
    elif view == UPLOAD:
        ask_for_files(visit, own=own)
    elif not own:
        offer_copy(visit)
    elif view == SEARCH:
        ask_for_search(visit)
    else:
        ask_for_snapshots(visit)


visit = require_frame()
dataset, listings = get_dataset(visit), datasets_of(visit.store, visit.workspace)
listing = next(listing for listing in listings if listing.name == dataset.name)

show_header("What does it learn from?")
ask_for_dataset(listings, listing, visit)
show_import(visit)
view = ask_for_view(VIEWS, state.DATA_VIEW)
if view == PHOTOS:
    show_photos(dataset, listing, visit)
elif view == EXPORT:
    show_take_away(dataset)
else:
    show_adding(view, visit, own=listing.own)
