"""What the classifier learns from.

Browse its photos, add more by search, upload or camera, take all away.
"""

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
from pages.shared.cache.store import get_dataset, get_store
from pages.shared.export import show_take_away
from pages.shared.frame import require_frame
from pages.shared.text import plain

PHOTOS, SEARCH, UPLOAD, CAMERA, EXPORT = "Photos", "Search", "Upload", "Camera", "Export"


def show_adding(view: str, workspace: str, *, own: bool) -> None:
    """One way to add photos, where the host and the dataset allow it."""
    if not (hosting().gather if view == SEARCH else hosting().uploads):
        st.info(
            "Whoever hosts this app has switched this off. Run Areole on your own machine to use "
            "it.",
            icon=":material/block:",
        )
    elif view == UPLOAD:
        ask_for_files(workspace, own=own)
    elif not own:
        offer_copy(workspace)
    elif view == SEARCH:
        ask_for_search(workspace)
    else:
        ask_for_snapshots(workspace)


require_frame()
store, workspace = get_store(), state.workspace()
dataset = get_dataset(workspace)
listings = datasets_of(store, workspace)
current = next(listing for listing in listings if listing.name == dataset.name)

st.title("What does it learn from?", anchor=False)
ask_for_dataset(listings, current, workspace)
failure = state.take_failure()
if failure:
    st.error(plain(failure), icon=":material/error:")
show_import(workspace)
view = st.segmented_control(
    "View",
    (PHOTOS, SEARCH, UPLOAD, CAMERA, EXPORT),
    default=PHOTOS,
    required=True,
    key=state.DATA_VIEW,
    bind="query-params",
    label_visibility="collapsed",
    width="stretch",
)
if view == PHOTOS:
    show_photos(dataset, current, workspace)
elif view == EXPORT:
    show_take_away(dataset, workspace)
else:
    show_adding(view, workspace, own=current.own)
