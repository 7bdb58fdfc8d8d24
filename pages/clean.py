"""Find the wrong labels, say why, fix them, retrain, and see what that was worth."""

import streamlit as st

from model.catalogue.dataset import check_trainable
from model.errors import CannotTrain
from model.runs.current import CurrentEvaluation
from model.wording import count
from pages.parts.clean.decisions import show_edits, show_steps
from pages.parts.clean.duplicates import show_duplicates
from pages.parts.clean.effect import EFFECT, show_effect, start_retraining
from pages.parts.clean.many_at_once import show_many
from pages.parts.clean.one_by_one import Deck, show_deck
from pages.parts.clean.review_queue import ask_for_queue
from pages.parts.clean.worksheet import show_worksheet
from pages.shared import state
from pages.shared.cache.photos import get_suspects
from pages.shared.cache.runs import get_current_evaluation
from pages.shared.cache.store import get_history
from pages.shared.callbacks import attempting
from pages.shared.frame import ask_for_view, require_frame, require_run, show_header
from pages.shared.text import named, plain
from pages.shared.visit import Visit

JUDGE, COPIES, EDITS, WORKSHEET = "Judge", "Copies", "Edits", "Top ten"
VIEWS = (JUDGE, COPIES, EFFECT, EDITS, WORKSHEET)
INTRODUCTION = (
    "The app points at what looks wrong and says why. It takes some look-alikes for mistakes, "
    "so you judge. Nothing is ever lost; everything can be undone."
)


def show_bar(current: CurrentEvaluation, visit: Visit) -> None:
    """Draw undo, redo and the button that retrains with the changes since the run was trained."""
    obstacle = ""
    try:
        check_trainable(current.dataset)
    except CannotTrain as error:
        advice = " Or take some deletions back." if current.removed else ""
        obstacle = f"{error}{advice}"
    words, buttons = st.columns(2, vertical_alignment="center")
    words.markdown(INTRODUCTION)
    changes = current.changes
    with buttons, st.container(horizontal=True, horizontal_alignment="right"):
        show_steps(get_history(visit), visit)
        st.button(
            f"Retrain with {count(changes, 'change')}" if changes else "Retrain",
            key="clean_retrain",
            type="primary" if changes else "secondary",
            icon=":material/model_training:",
            disabled=not changes or bool(obstacle),
            on_click=attempting(start_retraining, visit),
            help="Trains a head on the cleaned data, which takes a second, and shows before and "
            "after.",
        )
    if obstacle:
        st.warning(plain(obstacle), icon=":material/block:")


def show_judging(current: CurrentEvaluation, visit: Visit) -> None:
    """Draw the photos in question, one by one or many at once."""
    suspects, history = get_suspects(current.run.card.id), get_history(visit)
    queue, many = ask_for_queue(current, suspects, visit.workspace)
    if not queue:
        st.success(
            "Nothing of this kind here. Look for something else.", icon=":material/check_circle:"
        )
    elif many:
        show_many(current, suspects, history, queue, visit)
    else:
        show_deck(Deck(current, suspects, history.standing, queue, visit))


visit = require_frame()
current = get_current_evaluation(require_run(visit), visit)
card, dataset = current.run.card, current.dataset

show_header("Which labels are wrong?")
if (card.dataset, card.classes) != (dataset.name, dataset.classes):
    st.warning(
        f"The run in use knows {named(card.classes)} of the dataset {plain(card.dataset)}; "
        f"here are {named(dataset.classes)}. Train on Retrain first.",
        icon=":material/difference:",
    )
    st.stop()
show_bar(current, visit)
view = ask_for_view(VIEWS, state.CLEAN_VIEW, remembered=True)
if view == JUDGE:
    show_judging(current, visit)
elif view == COPIES:
    show_duplicates(current, get_suspects(card.id), get_history(visit), visit)
elif view == EFFECT:
    show_effect(current, visit)
elif view == EDITS:
    show_edits(dataset, get_history(visit), visit)
else:
    show_worksheet(current, get_history(visit), visit)
