"""Two runs on the same photos.

Both matrices, their difference, what was fixed and what was broken.
"""

import streamlit as st

from model.errors import InvalidRequest, NotFound
from model.evaluation.comparison import Comparison, compare
from model.evaluation.sentences import wrong_of
from model.runs.current import CurrentEvaluation
from model.wording import count, shortened
from pages.shared import state
from pages.shared.cache.runs import get_current_evaluation
from pages.shared.colours import class_badge, ink
from pages.shared.gallery import PhotoCard, show_cards
from pages.shared.loss_cards import open_card
from pages.shared.run_choice import ask_for_run
from pages.shared.text import difference, plain

MOST = 24  # Photos shown of each kind.


def show_comparison(
    judged: CurrentEvaluation, split: str, names: dict[str, str], workspace: str
) -> None:
    """Choose another run and see what it does differently."""
    others = [run for run in names if run != judged.run.card.id]
    if not others:
        st.info(
            "There is only one run so far. Train another, then come back: this page shows which "
            "photos it fixes and which it "
            "breaks, and whether the difference is more than chance. From a shell: `python -m "
            "model train --epochs 20 --seed 1`",
            icon=":material/compare_arrows:",
        )
        return
    other = ask_for_run(
        "Compare with", {run: names[run] for run in others}, state.OTHER_RUN, others[0]
    )
    try:
        second = get_current_evaluation(other, workspace)
        both = compare(judged.tables[split], second.tables[split])
    except (NotFound, InvalidRequest) as error:
        st.info(f"{error} Choose another run, or another split.", icon=":material/info:")
        return
    st.markdown(difference(both))
    show_matrices(both, names[judged.run.card.id], names[other])
    for title, rows in (("fixed", both.fixed), ("broken", both.broken)):
        show_changed(both, title, [int(row) for row in rows])
    photo = state.take_looked_at()
    if photo in both.before.photos:  # The card of the run that is wrong about it.
        first_is_wrong = both.before.photos.index(photo) in both.fixed
        open_card(*((judged, both.before) if first_is_wrong else (second, both.after)), photo)


def show_matrices(both: Comparison, first: str, second: str) -> None:
    """Before, after, and the difference."""
    from pages.shared.charts.confusion_matrix import (
        confusion_map,
        difference_map,
    )  # Not before the first paint: see there.

    classes = both.before.classes
    charts = (
        (
            first,
            confusion_map(both.before.confusion, classes, ink(), small=True),
            wrong_of(both.before),
        ),
        (
            second,
            confusion_map(both.after.confusion, classes, ink(), small=True),
            wrong_of(both.after),
        ),
        (
            "The difference",
            difference_map(both.before.confusion, both.after.confusion, classes, ink()),
            "Green is better, terracotta worse.",
        ),
    )
    for column, (title, chart, finding) in zip(st.columns(3), charts, strict=True):
        with column:
            st.markdown(f"**{plain(shortened(title))}**")
            st.altair_chart(chart, alt=f"{title}: {finding}")
            st.caption(finding)


def show_changed(both: Comparison, title: str, rows: list[int]) -> None:
    """Photos that only one of the runs has right."""
    meaning = "wrong before, right now" if title == "fixed" else "right before, wrong now"
    st.markdown(f"**{count(len(rows), 'photo')} {title}** :small[({meaning})]")
    cards = [
        PhotoCard(
            both.before.photos[row],
            f"{_badge(both, both.before.predicted[row])} → "
            f"{_badge(both, both.after.predicted[row])}",
            f"Filed under {both.before.classes[both.before.labels[row]]}, {meaning}",
        )
        for row in rows[:MOST]
    ]
    if cards:
        show_cards(cards, key=f"evaluate_{title}", on_pick=state.look_at)
    if len(rows) > MOST:
        st.caption(f"and {len(rows) - MOST} more.")


def _badge(both: Comparison, position: int) -> str:
    return class_badge(both.before.classes, both.before.classes[position])
