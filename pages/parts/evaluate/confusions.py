"""Which classes are taken for which.

The confusion matrix, and the photos behind each of its figures.
"""

from functools import partial

import streamlit as st

from model.evaluation.table import Evaluation, most_confused
from model.evaluation.top_losses import ranked
from model.runs.current import CurrentEvaluation
from model.wording import count, mistaken
from pages.shared import state
from pages.shared.colours import class_badge, ink
from pages.shared.gallery import PhotoCard, show_cards
from pages.shared.loss_cards import open_card
from pages.shared.text import plain

PAGE = 24  # Photos shown at once.
PAIRS = 5


def show_confusions(judged: CurrentEvaluation, table: Evaluation) -> None:
    """The matrix beside the pairs most often confused.

    Below, the photos of the cell that is chosen.
    """
    pairs = [
        (table.classes[actual], table.classes[predicted], number)
        for actual, predicted, number in most_confused(table.confusion)
    ]
    first = pairs[0] if pairs else (table.classes[0], table.classes[0], 0)
    actual = state.restored(state.ACTUAL, table.classes, first[0])
    predicted = state.restored(state.PREDICTED, table.classes, first[1])
    drawing, choosing = st.columns([7, 5], gap="medium")
    with choosing:
        ask_for_cell(table.classes, pairs)
    with drawing:
        show_matrix(table, pairs, (actual, predicted))
    show_photos(judged, table, actual, predicted)


def ask_for_cell(classes: tuple[str, ...], pairs: list[tuple[str, str, int]]) -> None:
    """The pairs as buttons, and two boxes that reach every cell."""
    st.markdown(
        "**Most confused**" if pairs else "**No photo of this split is taken for another class.**"
    )
    with st.container(gap=None):
        for position, (actual, predicted, number) in enumerate(pairs[:PAIRS]):
            st.button(
                plain(mistaken(number, actual, predicted)),
                key=f"evaluate_pair_{position}",
                on_click=state.choose_cell,
                args=(actual, predicted),
                type="tertiary",
                icon=":material/arrow_right_alt:",
            )
    if len(pairs) > PAIRS:
        st.caption(f"and {count(len(pairs) - PAIRS, 'more pair')}: see the matrix.")
    with st.container(horizontal=True):
        st.selectbox(
            "Actual: filed under", classes, key=state.ACTUAL, on_change=state.take_cell_boxes
        )
        st.selectbox(
            "Predicted: taken for", classes, key=state.PREDICTED, on_change=state.take_cell_boxes
        )


def show_matrix(
    table: Evaluation, pairs: list[tuple[str, str, int]], chosen: tuple[str, str]
) -> None:
    """The heat map; a click on a cell chooses it."""
    from pages.shared.charts.confusion_matrix import (
        CELL,
        confusion_map,
    )  # Not before the first paint: see there.

    place = st.container()
    shares = st.toggle("Percent of each row", key=state.SHARES, bind="query-params")
    worst = f"; most often, {mistaken(pairs[0][2], *pairs[0][:2])}" if pairs else ""
    with place:
        st.altair_chart(
            confusion_map(table.confusion, table.classes, ink(), chosen=chosen, shares=shares),
            key=state.matrix_key(),
            on_select=partial(state.take_cell_click, state.matrix_key()),
            selection_mode=CELL,
            alt=f"{table.errors} of {len(table.photos)} photos are wrong{worst}",
        )


def show_photos(judged: CurrentEvaluation, table: Evaluation, actual: str, predicted: str) -> None:
    """The photos of one cell, the highest loss first."""
    rows = ranked(table, actual=actual, predicted=predicted)
    if actual == predicted:
        st.subheader(f"{count(len(rows), f'{plain(actual)} photo')} recognised", anchor=False)
    else:
        st.subheader(
            f"{count(len(rows), f'{plain(actual)} photo')} taken for {plain(predicted)}",
            anchor=False,
        )
    if not rows:
        said = (
            "It never makes this mistake here." if actual != predicted else "None was recognised."
        )
        st.info(
            f"{said} Choose another cell: every figure above zero has photos behind it.",
            icon=":material/check_circle:",
        )
        return
    st.caption("The highest loss first. Choose a photo's label to see why.")
    pages = -(-len(rows) // PAGE)
    place = st.container()
    page = (
        st.pagination(
            pages,
            key=f"evaluate_page_{table.classes.index(actual)}_{table.classes.index(predicted)}",
        )
        if pages > 1
        else 1
    )
    shares = table.probabilities
    cards = [
        PhotoCard(
            table.photos[row],
            f"{class_badge(table.classes, predicted)} {shares[row].max():.0%}",
            f"Filed under {actual}, taken for {predicted} with {shares[row].max():.0%}",
        )
        for row in rows[(page - 1) * PAGE : page * PAGE]
    ]
    with place:
        show_cards(cards, key="evaluate_cell", on_pick=state.look_at)
    photo = state.take_looked_at()
    if photo in table.photos:
        open_card(judged, table, photo)
