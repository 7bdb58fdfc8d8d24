"""The photos a run gets most wrong, as cards.

What it said, what in the photo spoke for it, what it resembles, and why.
"""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from model.evaluation.sentences import REASON_NAMES
from model.evaluation.table import Evaluation
from model.evaluation.top_losses import TopLoss, ranked, top_losses
from model.photos.photo_id import PhotoId
from model.runs.current import CurrentEvaluation
from model.wording import certainty, count
from pages.shared import state
from pages.shared.cache.photos import (
    get_evidence,
    get_image_issues,
    get_picture,
    prepare_look_alikes,
)
from pages.shared.colours import class_badge, label_badge
from pages.shared.frame import link_to_page
from pages.shared.gallery import PhotoCard, show_cards
from pages.shared.text import plain, why

COUNTS = (10, 20, 50)
CANDIDATES = 200  # Highest losses in which a reason is looked for.
EVIDENCE_PX, NEIGHBOURS_PX = 320, 470
ALL = "(all)"


def show_losses(current: CurrentEvaluation, table: Evaluation) -> None:
    """The highest losses of a split, narrowed by class and reason."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        actual = _ask_class("Actual", table.classes, state.LOSS_ACTUAL)
        predicted = _ask_class("Predicted", table.classes, state.LOSS_PREDICTED)
        reason = st.selectbox(
            "Reason", [ALL, *REASON_NAMES.values()], key=state.LOSS_REASON, bind="query-params"
        )
        most = st.selectbox(
            "How many", COUNTS, key=state.LOSS_COUNT, bind="query-params", width=110
        )
    rows = ranked(table, actual=actual, predicted=predicted)
    if reason == ALL:
        looked, found = len(rows), _explained(current, table, rows[:most])
    else:
        looked = min(CANDIDATES, len(rows))
        found = [
            one
            for one in _explained(current, table, rows[:looked])
            if reason in [REASON_NAMES[each] for each in one.reasons]
        ]
    if not found:
        st.info(
            "No photo fits. Choose other classes or another reason.",
            icon=":material/filter_alt_off:",
        )
        return
    st.caption(
        f"{count(min(most, len(found)), 'photo')} of {looked if reason == ALL else len(found)}"
        f"{f', looked for among the {looked} highest losses' if looked < len(rows) else ''}. Loss "
        f"is the cross-entropy of the "
        "calibrated probabilities: 0 for a certain right answer, 0.7 for a coin toss, 4.6 where "
        "the true class was given 1%."
    )
    prepare_look_alikes(current.run.card.id)
    show_cases(current, found[:most])


@st.dialog("Why?", width="large")
def open_card(current: CurrentEvaluation, table: Evaluation, photo: PhotoId) -> None:
    """A photo's card over the page."""
    prepare_look_alikes(current.run.card.id)
    show_cases(current, _explained(current, table, [table.photos.index(photo)]))


def show_cases(current: CurrentEvaluation, found: list[TopLoss]) -> None:
    """A card a photo.

    What is known is drawn at once; the evidence, which takes a look at the photo, follows card by
    card.
    """
    places = [
        place
        for number, one in enumerate(found, start=1)
        for place in _show_case(current, one, number)
    ]
    for place, photo, name in places:
        tinted = get_evidence(
            photo, current.run.card.id, current.run.card.classes.index(name), EVIDENCE_PX
        )
        place.image(
            tinted,
            width="stretch",
            alt=f"The photo, tinted orange where it speaks for {name} and blue where against",
        )


def _show_case(
    current: CurrentEvaluation, one: TopLoss, number: int
) -> list[tuple[DeltaGenerator, PhotoId, str]]:
    """One photo's card; where the evidence belongs in it: place, photo, class."""
    classes, rival = (
        current.dataset.classes,
        one.actual if one.actual != one.predicted else one.runner_up,
    )
    with st.container(border=True, key=f"evaluate_case_{number}"):
        pictures, words = st.columns([6, 5], gap="medium")
        with pictures, st.grid(3, min_column_width=84, gap="xsmall"):
            with st.container(gap="xxsmall"):
                st.image(
                    get_picture(one.photo),
                    width="stretch",
                    alt=f"A photo filed under {one.actual}, taken for {one.predicted}",
                )
                st.caption("the photo")
            places = [
                _evidence_place(one.photo, name) for name in dict.fromkeys((one.predicted, rival))
            ]
        with words:
            st.markdown(
                f"{class_badge(classes, one.predicted)} predicted, {certainty(one.probability)}  \n"
                f"{class_badge(classes, one.actual)} actual, {certainty(one.actual_probability)}  "
                f"\n:small[loss {one.loss:.2f}]"
            )
            for sentence in why(one):
                st.markdown(sentence)
            if one.split == "test":
                link_to_page("classify", "Look closer", ":material/search:", one.photo)
            else:
                link_to_page("clean", "Repair it", ":material/cleaning_services:", one.photo)
        show_neighbours(current, one, f"evaluate_alike_{number}")
    return places


def _evidence_place(photo: PhotoId, name: str) -> tuple[DeltaGenerator, PhotoId, str]:
    with st.container(gap="xxsmall"):
        place = st.empty()
        st.caption(f"for and against {plain(name)}")
    return place, photo, name


def show_neighbours(current: CurrentEvaluation, one: TopLoss, key: str) -> None:
    """The training photos that are most like one, under their labels now."""
    cards = [
        PhotoCard(
            photo,
            label_badge(current.dataset.classes, label),
            f"A training photo much like it, filed under {label or 'nothing any more'}",
        )
        for photo, label in one.neighbours
    ]
    st.caption("Most alike among the training photos")
    show_cards(cards, columns=5, key=key, width=NEIGHBOURS_PX)


def _ask_class(label: str, classes: tuple[str, ...], key: str) -> str | None:
    chosen = st.selectbox(label, [ALL, *classes], key=key, bind="query-params")
    return None if chosen == ALL else chosen


def _explained(current: CurrentEvaluation, table: Evaluation, rows: list[int]) -> list[TopLoss]:
    flaws = get_image_issues([table.photos[row] for row in rows])
    return top_losses(table, rows, current.dataset.labels, flaws, current.run.card.unfamiliar_below)
