"""Find the wrong labels, say why, fix them, retrain, and see what that was worth."""

import streamlit as st

from model.catalogue.dataset import check_trainable
from model.errors import CannotTrain
from model.runs.current import CurrentEvaluation
from model.wording import count
from pages.parts.clean.decisions import show_edits, show_steps
from pages.parts.clean.duplicates import show_copies
from pages.parts.clean.effect import EFFECT, show_effect, start_retraining
from pages.parts.clean.many_at_once import show_many
from pages.parts.clean.one_by_one import Deck, show_deck
from pages.parts.clean.review_queue import ask_for_queue
from pages.parts.clean.worksheet import show_worksheet
from pages.shared import state
from pages.shared.cache.photos import get_suspects
from pages.shared.cache.runs import get_current_evaluation
from pages.shared.cache.store import get_history
from pages.shared.callbacks import attempt
from pages.shared.frame import require_frame, require_run
from pages.shared.text import named, plain

JUDGE, COPIES, EDITS, WORKSHEET = "Judge", "Copies", "Edits", "Top ten"
VIEWS = (JUDGE, COPIES, EFFECT, EDITS, WORKSHEET)


def show_bar(judged: CurrentEvaluation, workspace: str) -> None:
    """Show how much was changed since the run in use was trained, and what it is worth."""
    changes, obstacle = judged.changes, ""
    try:
        check_trainable(judged.dataset)
    except CannotTrain as error:
        obstacle = str(error)
    words, doing = st.columns(2, vertical_alignment="center")
    with words:
        st.markdown(
            "The app points at what looks wrong and says why. It takes some look-alikes for "
            "mistakes, so you judge. "
            "Nothing is ever lost; everything can be undone."
        )
    with doing, st.container(horizontal=True, horizontal_alignment="right"):
        show_steps(get_history(workspace), workspace)
        st.button(
            f"Retrain with {count(changes, 'change')}" if changes else "Retrain",
            key="clean_retrain",
            type="primary" if changes else "secondary",
            icon=":material/model_training:",
            disabled=not changes or bool(obstacle),
            on_click=attempt,
            args=(start_retraining, workspace),
            help="Trains a head on the cleaned data, which takes a second, and shows before and "
            "after.",
        )
    if obstacle:
        st.warning(f"{plain(obstacle)} Or take some deletions back.", icon=":material/block:")


def show_judging(judged: CurrentEvaluation, workspace: str) -> None:
    """The photos in question, one by one or many at once."""
    suspects, history = get_suspects(judged.run.card.id), get_history(workspace)
    queue, many = ask_for_queue(judged, suspects, workspace)
    if not queue:
        st.success(
            "Nothing of this kind here. Look for something else.", icon=":material/check_circle:"
        )
    elif many:
        show_many(judged, suspects, history, queue, workspace)
    else:
        show_deck(Deck(judged, suspects, history.standing, queue, workspace))


require_frame()
workspace = state.workspace()
judged = get_current_evaluation(require_run(workspace), workspace)

st.title("Which labels are wrong?", anchor=False)
card, dataset = judged.run.card, judged.dataset
if (card.dataset, card.classes) != (dataset.name, dataset.classes):
    st.warning(
        f"The run in use knows {named(card.classes)} of the dataset {plain(card.dataset)}; here "
        f"are {named(dataset.classes)}. "
        "Train on Retrain first.",
        icon=":material/difference:",
    )
    st.stop()
show_bar(judged, workspace)
failure = state.take_failure()
if failure:
    st.error(plain(failure), icon=":material/error:")
state.restored(state.CLEAN_VIEW, VIEWS, JUDGE)
view = st.segmented_control(
    "View",
    VIEWS,
    required=True,
    key=state.CLEAN_VIEW,
    label_visibility="collapsed",
    width="stretch",
    on_change=state.keep,
    args=(state.CLEAN_VIEW,),
)
if view == JUDGE:
    show_judging(judged, workspace)
elif view == COPIES:
    show_copies(judged, get_suspects(card.id), get_history(workspace), workspace)
elif view == EFFECT:
    show_effect(judged, workspace)
elif view == EDITS:
    show_edits(dataset, get_history(workspace), workspace)
else:
    show_worksheet(judged, get_history(workspace), workspace)
