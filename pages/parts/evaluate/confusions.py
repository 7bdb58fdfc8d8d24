"""The confusion matrix, and the photos behind each of its figures."""

from functools import partial

import streamlit as st

from model.evaluation.table import Evaluation, most_confused
from model.evaluation.top_losses import ranked
from model.runs.current import CurrentEvaluation
from model.wording import count, mistaken
from pages.shared import state
from pages.shared.cache.charts import show_chart
from pages.shared.colours import class_badge, ink
from pages.shared.gallery import PhotoCard, paged, show_cards
from pages.shared.loss_cards import open_card
from pages.shared.text import plain

PAGE = 24  # Photos shown at once.
PAIRS = 5


def show_confusions(current: CurrentEvaluation, table: Evaluation) -> None:
    """Draw the matrix, the pairs most often confused, and the photos of the cell that is chosen."""
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
    show_photos(current, table, actual, predicted)


def ask_for_cell(classes: tuple[str, ...], pairs: list[tuple[str, str, int]]) -> None:
    """Draw the pairs as buttons, and two boxes that reach every cell."""
    st.markdown(
        "**Most confused**" if pairs else "**No photo of this split is taken for another class.**"
    )
    with st.container(gap=None):
        for position, (actual, predicted, number) in enumerate(pairs[:PAIRS]):
            st.button(
                plain(mistaken(number, actual, predicted)),
                key=f"evaluate_pair_{position}",
                on_click=partial(state.choose_cell, actual, predicted),
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
    table: Evaluation, pairs: list[tuple[str, str, int]], cell: tuple[str, str]
) -> None:
    """Draw the heat map; a click on a cell chooses it."""
    from pages.shared.charts.confusion_matrix import CELL, confusion_map

    place = st.container()
    shares = st.toggle("Percent of each row", key=state.SHARES, bind="query-params")
    worst = f"; most often, {mistaken(pairs[0][2], *pairs[0][:2])}" if pairs else ""
    with place:
        matrix = partial(confusion_map, table.confusion, table.classes, ink())
        key = state.matrix_key()
        show_chart(
            partial(matrix, cell=cell, shares=shares),
            selected=(CELL, key, partial(state.take_cell_click, key)),
            alt=f"{table.errors} of {len(table.photos)} photos are wrong{worst}",
        )


def show_photos(current: CurrentEvaluation, table: Evaluation, actual: str, predicted: str) -> None:
    """Draw the photos of one cell, the highest loss first."""
    rows = ranked(table, actual=actual, predicted=predicted)
    fate, none = "recognised", "None was recognised."
    if actual != predicted:
        fate, none = f"taken for {plain(predicted)}", "It never makes this mistake here."
    st.subheader(f"{count(len(rows), f'{plain(actual)} photo')} {fate}", anchor=False)
    if not rows:
        st.info(
            f"{none} Choose another cell: every figure above zero has photos behind it.",
            icon=":material/check_circle:",
        )
        return
    st.caption("The highest loss first. Choose a photo's label to see why.")
    cell = f"{table.classes.index(actual)}_{table.classes.index(predicted)}"
    probabilities, badge = table.probabilities, class_badge(table.classes, predicted)
    with paged(rows, PAGE, f"evaluate_page_{cell}") as shown:
        cards = [
            PhotoCard(
                table.photos[row],
                f"{badge} {probabilities[row].max():.0%}",
                f"Filed under {actual}, taken for {predicted} with {probabilities[row].max():.0%}",
            )
            for row in shown
        ]
        show_cards(cards, key="evaluate_cell", on_pick=state.look_at)
    photo = state.take_looked_at()
    if photo in table.photos:
        open_card(current, table, photo)
