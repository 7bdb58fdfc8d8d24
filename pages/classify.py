"""Upload photos, take one, or pick an example.

Ranked classes, evidence, look-alikes, and "not sure" where it is.
"""

import streamlit as st

from model.catalogue.dataset import example_photos
from model.catalogue.starter import STARTER, starter_examples
from model.catalogue.workspaces import asked_photos
from model.errors import InvalidRequest, NotFound, QuotaReached
from model.wording import question
from pages.parts.classify.answer import show_answer
from pages.parts.classify.labelling import ask_for_label
from pages.parts.classify.own_photos import show_own_photos
from pages.parts.classify.uploads import ask_for_photos
from pages.shared import state
from pages.shared.cache.photos import prepare_look_alikes
from pages.shared.cache.runs import get_run
from pages.shared.cache.store import get_dataset, get_store
from pages.shared.frame import require_frame, require_run
from pages.shared.text import plain

require_frame()
store, workspace = get_store(), state.workspace()
dataset, run = get_dataset(workspace), get_run(require_run(workspace))
asked = asked_photos(store, workspace)
to_try = starter_examples(store) if dataset.name == STARTER else example_photos(dataset)

st.title(question([plain(name) for name in run.card.classes]), anchor=False)
st.markdown(
    "Show me a photo: I answer, show what in it made me think so, and say when I am not sure."
)

ask, answer = st.columns([4, 7], gap="medium")
with ask:
    ask_for_photos(store, workspace, dataset, run, to_try)
own = {one.photo for one in asked}
visible = own | {labelled.photo for labelled in dataset.photos}
wanted = state.selected_photo()
photo = (
    wanted
    if wanted in visible
    else next((photo for photos in to_try.values() for photo in photos), None)
)
with answer, st.container(border=True):
    if wanted not in (photo, None):
        st.info(
            "The photo of this link is no longer here. Upload it again; meanwhile, an example.",
            icon=":material/info:",
        )
    prepare_look_alikes(run.card.id)
    try:
        if photo is None:
            st.info("This dataset has no photos to try. Upload one.", icon=":material/info:")
        else:
            show_answer(photo, dataset, run)
            ask_for_label(store, workspace, photo, dataset, own=photo in own)
    except (NotFound, InvalidRequest, QuotaReached) as error:
        st.warning(str(error), icon=":material/broken_image:")
if len(asked) > 1:
    show_own_photos(store, workspace, asked, run)
