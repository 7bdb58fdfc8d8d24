"""Ask about photos, and see ranked classes, evidence and look-alikes."""

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
from pages.shared.cache.store import get_dataset
from pages.shared.frame import require_frame, require_run, show_header
from pages.shared.text import plain

visit = require_frame()
dataset, run = get_dataset(visit), get_run(require_run(visit))
uploads = asked_photos(visit.store, visit.workspace)
examples = starter_examples(visit.store) if dataset.name == STARTER else example_photos(dataset)

show_header(question([plain(name) for name in run.card.classes]))
st.markdown(
    "Show me a photo: I answer, show what in it made me think so, and say when I am not sure."
)

ask, answer = st.columns([4, 7], gap="medium")
with ask:
    ask_for_photos(visit, dataset, run, examples)
uploaded, selected = {upload.photo for upload in uploads}, state.selected_photo()
first_example = next((photo for photos in examples.values() for photo in photos), None)
photo = selected if selected in uploaded | dataset.labels.keys() else first_example
with answer, st.container(border=True):
    if selected not in (photo, None):
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
            ask_for_label(visit, photo, dataset, own=photo in uploaded)
    except (NotFound, InvalidRequest, QuotaReached) as error:
        st.warning(str(error), icon=":material/broken_image:")
if len(uploads) > 1:
    show_own_photos(visit, uploads, run)
