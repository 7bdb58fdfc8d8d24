"""The visitor's own photos, as cards and as a table."""

import streamlit as st

from model.catalogue.workspaces import Asked, forget_loose
from model.classify.answer import Prediction
from model.csv_files import as_csv
from model.errors import NotFound
from model.evaluation.confidence import Trust
from model.photos.photo_id import PhotoId
from model.runs.run import Run
from model.wording import count
from pages.shared import state
from pages.shared.cache.photos import get_prediction
from pages.shared.colours import class_badge
from pages.shared.export import offer_csv
from pages.shared.gallery import PhotoCard, show_cards
from pages.shared.text import plain, verdict
from pages.shared.visit import Visit

DOUBTFUL_FIRST = (Trust.UNFAMILIAR, Trust.UNSURE, Trust.SURE)


def show_own_photos(visit: Visit, uploads: list[Asked], run: Run) -> None:
    """Draw all of the visitor's photos, the doubtful first, as cards and as a table."""
    answers = [(upload, _answer_if_readable(upload.photo, run)) for upload in uploads]
    readable = [(upload, answer) for upload, answer in answers if answer is not None]
    readable.sort(key=lambda pair: (DOUBTFUL_FIRST.index(pair[1].trust), pair[1].probability))
    st.subheader(f"Your {count(len(uploads), 'photo')}", anchor=False)
    summary = _summary([answer for _, answer in readable], len(uploads) - len(readable))
    st.caption(summary, help="Choose a label to look closer.")
    cards = [
        PhotoCard(upload.photo, _short(answer, upload.name), f"{upload.name}: {verdict(answer)}")
        for upload, answer in readable
    ]
    show_cards(cards, key="classify_own", on_pick=state.select_photo)
    with st.container(horizontal=True):
        table = as_csv([_row(upload.name, answer) for upload, answer in readable])
        offer_csv("Download as CSV", table, "areole.csv")
        with st.popover("Remove my photos", icon=":material/delete:"):
            st.write("They are destroyed, except those you filed under a class.")
            if st.button("Remove them", type="primary", key="classify_forget"):
                forget_loose(visit.store, visit.workspace)
                state.deselect_photo()
                st.rerun()


def _answer_if_readable(photo: PhotoId, run: Run) -> Prediction | None:
    try:
        return get_prediction(photo, run.card.id)
    except NotFound:
        return None


def _summary(answers: list[Prediction], lost: int) -> str:
    """Say how many answers are doubtful, and how many photos cannot be read."""
    doubtful = sum(answer.trust is not Trust.SURE for answer in answers)
    summary = "I am sure about all of them."
    if doubtful:
        summary = f"{doubtful} of {len(answers)} I am not sure about; they come first."
    return f"{summary} {count(lost, 'photo')} can no longer be read." if lost else summary


def _short(answer: Prediction, name: str) -> str:
    badge = f"{class_badge(answer.classes, answer.best)} {answer.probability:.0%}"
    badges = {
        Trust.SURE: badge,
        Trust.UNSURE: f":gray-badge[not sure] {badge}",
        Trust.UNFAMILIAR: ":gray-badge[none of them]",
    }
    return f"{badges[answer.trust]}  \n:small[{plain(name[:24])}]"


def _row(file: str, answer: Prediction) -> dict[str, object]:
    shares = {
        name: round(float(share), 4)
        for name, share in zip(answer.classes, answer.probabilities, strict=True)
    }
    return {"file": file, "label": answer.best, "trust": str(answer.trust), **shares}
