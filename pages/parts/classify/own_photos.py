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
from pages.shared.gallery import PhotoCard, show_cards
from pages.shared.text import plain, verdict
from pages.shared.visit import Visit

DOUBTFUL_FIRST = (Trust.UNFAMILIAR, Trust.UNSURE, Trust.SURE)


def show_own_photos(visit: Visit, asked: list[Asked], run: Run) -> None:
    """All of the visitor's photos, the doubtful first, as cards and as a table to take away."""
    answers = {
        one.photo: answer
        for one in asked
        if (answer := _answer_if_there(one.photo, run)) is not None
    }
    here = [one for one in asked if one.photo in answers]
    here.sort(
        key=lambda one: (
            DOUBTFUL_FIRST.index(answers[one.photo].trust),
            answers[one.photo].probability,
        )
    )
    st.subheader(f"Your {count(len(asked), 'photo')}", anchor=False)
    doubtful = sum(answer.trust is not Trust.SURE for answer in answers.values())
    first = (
        f"{doubtful} of {len(here)} I am not sure about; they come first."
        if doubtful
        else "I am sure about all of them."
    )
    lost = (
        f" {count(len(asked) - len(here), 'photo')} can no longer be read."
        if len(here) < len(asked)
        else ""
    )
    st.caption(first + lost, help="Choose a label to look closer.")
    cards = [
        PhotoCard(
            one.photo,
            _short(answers[one.photo], one.name),
            f"{one.name}: {verdict(answers[one.photo])}",
        )
        for one in here
    ]
    show_cards(cards, key="classify_own", on_pick=state.select_photo)
    with st.container(horizontal=True):
        table = as_csv([_row(one, answers[one.photo]) for one in here])
        st.download_button(
            "Download as CSV",
            table,
            "areole.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
        with st.popover("Remove my photos", icon=":material/delete:"):
            st.write("They are destroyed, except those you filed under a class.")
            if st.button("Remove them", type="primary", key="classify_forget"):
                forget_loose(visit.store, visit.workspace)
                state.deselect_photo()
                st.rerun()


def _answer_if_there(photo: PhotoId, run: Run) -> Prediction | None:
    try:
        return get_prediction(photo, run.card.id)
    except NotFound:
        return None


def _short(answer: Prediction, name: str) -> str:
    badge = f"{class_badge(answer.classes, answer.best)} {answer.probability:.0%}"
    said = {
        Trust.SURE: badge,
        Trust.UNSURE: f":gray-badge[not sure] {badge}",
        Trust.UNFAMILIAR: ":gray-badge[none of them]",
    }
    return f"{said[answer.trust]}  \n:small[{plain(name[:24])}]"


def _row(one: Asked, answer: Prediction) -> dict[str, object]:
    shares = {
        name: round(float(share), 4)
        for name, share in zip(answer.classes, answer.probabilities, strict=True)
    }
    return {"file": one.name, "label": answer.best, "trust": str(answer.trust), **shares}
