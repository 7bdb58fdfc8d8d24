"""Two runs on the same photos: matrices, their difference, what was fixed and what broken."""

from functools import partial
from typing import NamedTuple

import streamlit as st

from model.errors import InvalidRequest, NotFound
from model.evaluation.comparison import Comparison, compare
from model.evaluation.sentences import wrong_of
from model.runs.current import CurrentEvaluation
from model.wording import count, shortened
from pages.shared import state
from pages.shared.asking import ask_for_run
from pages.shared.cache.charts import show_chart
from pages.shared.cache.runs import get_current_evaluation
from pages.shared.colours import class_badge, ink
from pages.shared.gallery import PhotoCard, show_cards
from pages.shared.loss_cards import open_card
from pages.shared.text import difference, plain
from pages.shared.visit import Visit

MAX_SHOWN = 24  # Photos of each kind


class Pair(NamedTuple):
    """Two runs under today's labels."""

    first: CurrentEvaluation
    second: CurrentEvaluation


def show_comparison(current: CurrentEvaluation, split: str, visit: Visit) -> None:
    """Ask for another run and show what it does differently."""
    names = visit.run_names
    others = {run: name for run, name in names.items() if run != current.run.card.id}
    if not others:
        st.info(
            "There is only one run so far. Train another, then come back: this page shows which "
            "photos it fixes and which it breaks, and whether the difference is more than chance. "
            "From a shell: `python -m model train --epochs 20 --seed 1`",
            icon=":material/compare_arrows:",
        )
        return
    other = ask_for_run("Compare with", others, state.OTHER_RUN, next(iter(others)))
    try:
        pair = Pair(current, get_current_evaluation(other, visit))
        both = compare(pair.first.tables[split], pair.second.tables[split])
    except (NotFound, InvalidRequest) as error:
        st.info(f"{error} Choose another run, or another split.", icon=":material/info:")
        return
    st.markdown(difference(both))
    show_changes(both, pair, names)


def show_changes(both: Comparison, pair: Pair, names: dict[str, str]) -> None:
    """Draw the matrices of two runs, the photos that only one has right, and the card asked for."""
    _show_matrices(both, *(names[current.run.card.id] for current in pair))
    _show_changed(both, "fixed", "wrong before, right now", both.fixed.tolist())
    _show_changed(both, "broken", "right before, wrong now", both.broken.tolist())
    photo = state.take_looked_at()
    if photo in both.before.photos:  # The card of the run that is wrong about it.
        if both.before.photos.index(photo) in both.fixed:
            open_card(pair.first, both.before, photo)
        else:
            open_card(pair.second, both.after, photo)


def _show_matrices(both: Comparison, first: str, second: str) -> None:
    from pages.shared.charts.confusion_matrix import confusion_map, difference_map  # Altair

    classes, before, after = both.before.classes, both.before.confusion, both.after.confusion
    change = partial(difference_map, before, after, classes, ink())
    charts = (
        (first, partial(confusion_map, before, classes, ink(), small=True), wrong_of(both.before)),
        (second, partial(confusion_map, after, classes, ink(), small=True), wrong_of(both.after)),
        ("The difference", change, "Green is better, terracotta worse."),
    )
    for column, (title, chart, finding) in zip(st.columns(3), charts, strict=True):
        with column:
            st.markdown(f"**{plain(shortened(title))}**")
            show_chart(chart, alt=f"{title}: {finding}")
            st.caption(finding)


def _show_changed(both: Comparison, title: str, meaning: str, rows: list[int]) -> None:
    st.markdown(f"**{count(len(rows), 'photo')} {title}** :small[({meaning})]")
    classes, before = both.before.classes, both.before
    badges = [class_badge(classes, name) for name in classes]
    cards = [
        PhotoCard(
            before.photos[row],
            f"{badges[before.predicted[row]]} → {badges[both.after.predicted[row]]}",
            f"Filed under {classes[before.labels[row]]}, {meaning}",
        )
        for row in rows[:MAX_SHOWN]
    ]
    if cards:
        show_cards(cards, key=f"evaluate_{title}", on_pick=state.look_at)
    if len(rows) > MAX_SHOWN:
        st.caption(f"and {len(rows) - MAX_SHOWN} more.")
