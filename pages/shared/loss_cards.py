"""The photos a run gets most wrong, as cards that say why."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from model.evaluation.sentences import REASON_NAMES
from model.evaluation.table import Evaluation
from model.evaluation.top_losses import TopLoss, ranked, top_losses
from model.photos.photo_id import PhotoId
from model.runs.current import CurrentEvaluation
from model.wording import certainty, count
from pages.shared import state
from pages.shared.asking import ask_to_narrow
from pages.shared.cache.photos import (
    get_evidence,
    get_image_issues,
    prepare_look_alikes,
)
from pages.shared.colours import class_badge, label_badge
from pages.shared.frame import link_to_page
from pages.shared.gallery import PhotoCard, show_cards
from pages.shared.pictures import show_photo
from pages.shared.text import plain, why

COUNTS = (10, 20, 50)
CANDIDATES = 200  # Highest losses in which a reason is looked for.
EVIDENCE_PX, NEIGHBOURS_PX = 320, 470


def show_losses(current: CurrentEvaluation, table: Evaluation) -> None:
    """Draw the highest losses of a split, narrowed by class and reason."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        actual = ask_to_narrow("Actual", table.classes, state.LOSS_ACTUAL)
        predicted = ask_to_narrow("Predicted", table.classes, state.LOSS_PREDICTED)
        reason = ask_to_narrow("Reason", REASON_NAMES.values(), state.LOSS_REASON)
        most = st.selectbox(
            "How many", COUNTS, key=state.LOSS_COUNT, bind="query-params", width=110
        )
    rows = ranked(table, actual=actual, predicted=predicted)
    candidates = rows[: most if reason is None else CANDIDATES]
    losses = [
        loss
        for loss in _explained(current, table, candidates)
        if reason in (None, *(REASON_NAMES[each] for each in loss.reasons))
    ]
    if not losses:
        st.info(
            "No photo fits. Choose other classes or another reason.",
            icon=":material/filter_alt_off:",
        )
        return
    total = len(rows) if reason is None else len(losses)
    narrowed = reason is not None and len(candidates) < len(rows)
    among = f", looked for among the {len(candidates)} highest losses" if narrowed else ""
    st.caption(
        f"{count(min(most, len(losses)), 'photo')} of {total}{among}. Loss is the cross-entropy "
        "of the calibrated probabilities: 0 for a certain right answer, 0.7 for a coin toss, 4.6 "
        "where the true class was given 1%."
    )
    prepare_look_alikes(current.run.card.id)
    show_cases(current, losses[:most])


@st.dialog("Why?", width="large")
def open_card(current: CurrentEvaluation, table: Evaluation, photo: PhotoId) -> None:
    """Draw a photo's card over the page."""
    prepare_look_alikes(current.run.card.id)
    show_cases(current, _explained(current, table, [table.photos.index(photo)]))


def show_cases(current: CurrentEvaluation, losses: list[TopLoss]) -> None:
    """Draw a card a photo.

    What is known is drawn at once; the evidence, which takes a look at the photo, follows card by
    card.
    """
    card = current.run.card
    places = [
        place
        for number, loss in enumerate(losses, start=1)
        for place in _show_case(current, loss, number)
    ]
    for place, photo, name in places:
        tinted = get_evidence(photo, card.id, card.classes.index(name), EVIDENCE_PX)
        alt = f"The photo, tinted orange where it speaks for {name} and blue where against"
        place.image(tinted, width="stretch", alt=alt)


def contested_classes(loss: TopLoss) -> list[str]:
    """Name the predicted class and its rival: the actual one, or else the runner-up."""
    rival = loss.actual if loss.actual != loss.predicted else loss.runner_up
    return list(dict.fromkeys((loss.predicted, rival)))


def _show_case(
    current: CurrentEvaluation, loss: TopLoss, number: int
) -> list[tuple[DeltaGenerator, PhotoId, str]]:
    """Draw one photo's card; return where its evidence belongs: place, photo, class."""
    with st.container(border=True, key=f"evaluate_case_{number}"):
        pictures, words = st.columns([6, 5], gap="medium")
        with pictures, st.grid(3, min_column_width=84, gap="xsmall"):
            with st.container(gap="xxsmall"):
                alt = f"A photo filed under {loss.actual}, taken for {loss.predicted}"
                show_photo(loss.photo, alt)
                st.caption("the photo")
            places = [_evidence_place(loss.photo, name) for name in contested_classes(loss)]
        with words:
            _show_reasons(current.dataset.classes, loss)
        show_neighbours(current, loss, f"evaluate_alike_{number}")
    return places


def _show_reasons(classes: tuple[str, ...], loss: TopLoss) -> None:
    """Say what was predicted, why that may be, and where to go on from here."""
    st.markdown(
        f"{class_badge(classes, loss.predicted)} predicted, {certainty(loss.probability)}  \n"
        f"{class_badge(classes, loss.actual)} actual, {certainty(loss.actual_probability)}  \n"
        f":small[loss {loss.loss:.2f}]"
    )
    for sentence in why(loss):
        st.markdown(sentence)
    if loss.split == "test":
        link_to_page("classify", "Look closer", ":material/search:", loss.photo)
    else:
        link_to_page("clean", "Repair it", ":material/cleaning_services:", loss.photo)


def _evidence_place(photo: PhotoId, name: str) -> tuple[DeltaGenerator, PhotoId, str]:
    with st.container(gap="xxsmall"):
        place = st.empty()
        st.caption(f"for and against {plain(name)}")
    return place, photo, name


def show_neighbours(current: CurrentEvaluation, loss: TopLoss, key: str) -> None:
    """Draw the training photos that are most like one, under their labels now."""
    cards = [
        PhotoCard(
            photo,
            label_badge(current.dataset.classes, label),
            f"A training photo much like it, filed under {label or 'nothing any more'}",
        )
        for photo, label in loss.neighbours
    ]
    st.caption("Most alike among the training photos")
    show_cards(cards, columns=5, key=key, width=NEIGHBOURS_PX)


def _explained(current: CurrentEvaluation, table: Evaluation, rows: list[int]) -> list[TopLoss]:
    flaws = get_image_issues([table.photos[row] for row in rows])
    return top_losses(table, rows, current.dataset.labels, flaws, current.run.card.unfamiliar_below)
