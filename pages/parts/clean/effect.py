"""Retrain with the changes, and hold both runs against the same photos."""

import streamlit as st

from model.errors import InvalidRequest, NotFound
from model.evaluation.comparison import compare
from model.evaluation.sentences import wrong_of
from model.runs.current import CurrentEvaluation, count_edits
from model.runs.listing import activate_run
from model.runs.settings import HeadSettings
from model.training.background import start_training
from model.training.request import TrainRequest
from model.wording import count
from pages.shared import state
from pages.shared.asking import ask_for_run
from pages.shared.cache.jobs import get_head_jobs
from pages.shared.cache.runs import active_run_id, get_card, get_current_evaluation
from pages.shared.cache.store import get_dataset
from pages.shared.callbacks import attempting
from pages.shared.comparison import Pair, show_changes
from pages.shared.text import difference, plain
from pages.shared.training_curves import watch
from pages.shared.visit import Visit

WAIT_S = 2.0
EFFECT = "Effect"


def start_retraining(visit: Visit) -> None:
    """Train a head on the cleaned dataset as the run in use was, and go to what that changes."""
    visit = visit.renewed()  # A callback: another tab may have edited since the button was drawn.
    dataset, used = get_dataset(visit), active_run_id(visit)
    assert used is not None  # The page has stopped otherwise.
    card = get_card(used)
    settings = card.settings if isinstance(card.settings, HeadSettings) else HeadSettings()
    state.set_choice(state.BEFORE, used)
    state.set_choice(state.CLEAN_VIEW, EFFECT)
    name = f"Cleaned, {count(get_current_evaluation(used, visit).changes, 'change')}"
    request = TrainRequest(dataset, card.backbone, settings, name, visit.workspace)
    same_run = next((run for run in visit.runs if _is_of(run, request)), None)
    if same_run:  # Nothing new would come of it.
        state.set_choice(state.AFTER, same_run)
    else:
        state.forget_choice(state.AFTER)
        start_training(get_head_jobs(), visit.store, visit.workspace, request)


def _is_of(run: str, request: TrainRequest) -> bool:
    """Check that a run is what a request would give."""
    try:
        card = get_card(run)
    except NotFound:
        return False
    wanted = (request.dataset.fingerprint, request.backbone, request.settings)
    return (card.fingerprint, card.backbone, card.settings) == wanted


def show_effect(current: CurrentEvaluation, visit: Visit) -> None:
    """Ask for two runs and show them before and after."""
    if _is_training(visit):
        return
    visit = visit.renewed()  # The training may have ended while this waited.
    names = visit.run_names
    if len(names) < 2:
        st.info(
            "Nothing to compare yet. Judge some photos, then press **Retrain** above: it takes a "
            "second.",
            icon=":material/compare_arrows:",
        )
        return
    boxes = st.columns(2)
    with boxes[0]:
        first = ask_for_run("Before", names, state.BEFORE, current.run.card.id)
    with boxes[1]:
        others = {run: name for run, name in names.items() if run != first}
        second = ask_for_run("After", others, state.AFTER, next(iter(others)))
    try:
        evaluations = (get_current_evaluation(run, visit) for run in (first, second))
        _show(Pair(*evaluations), names, visit)
    except (NotFound, InvalidRequest) as error:
        st.info(f"{error} Choose another run.", icon=":material/info:")


def _is_training(visit: Visit) -> bool:
    """Wait two seconds for a retraining, watch a longer one, and show its failure once."""
    job = get_head_jobs().of(visit.workspace)
    if job is None:
        return False
    with st.spinner("Retraining with your changes"):
        job.finished.wait(WAIT_S)
    if job.is_running:
        watch(job)
    elif job.error and not state.is_seen(str(job.started)):
        st.error(plain(job.error), icon=":material/error:")
        state.set_seen(str(job.started))
    return job.is_running


def _show(pair: Pair, names: dict[str, str], visit: Visit) -> None:
    both = compare(pair.first.tables["valid"], pair.second.tables["valid"])
    headline = (
        f"Validation, under your labels: {both.before.errors} wrong before, "
        f"{both.after.errors} after"
    )
    st.header(headline, anchor=False)
    st.markdown(difference(both))
    st.markdown(_goalposts(*pair))
    st.markdown(_fair(*pair))
    run = pair.second.run.card.id
    if run != active_run_id(visit):
        st.button(
            f"Use {plain(names[run])} from now on",
            key="clean_use",
            type="primary",
            on_click=attempting(activate_run, visit.store, visit.workspace, run),
            help="Classify, Evaluate and this page then go by it; the suspects are looked for "
            "anew.",
        )
    show_changes(both, pair, names)


def _goalposts(first: CurrentEvaluation, second: CurrentEvaluation) -> str:
    """Say what relabelled and deleted validation photos do to the comparison."""
    trained = first.run.evaluation.for_split("valid")
    moved, gone = count_edits(trained, first.dataset.labels)
    ranges = (
        f"Under today's labels: {wrong_of(first.tables['valid'])} before; "
        f"{wrong_of(second.tables['valid'])} after."
    )
    if not moved and not gone:
        return (
            f"{ranges} No validation label has changed since the first run, so the goalposts "
            f"stand where they were."
        )
    old = second.run.evaluation.relabelled(trained.labels_by_photo).for_split("valid")
    return (
        f"{ranges} **The goalposts moved:** {count(moved, 'validation photo')} relabelled, {gone} "
        f"deleted. "
        f"Under the first run's labels: {trained.errors} of {len(trained.photos)} before, "
        f"{old.errors} of {len(old.photos)} after."
    )


def _fair(first: CurrentEvaluation, second: CurrentEvaluation) -> str:
    """Compare the runs on the test photos, whose labels stay as they are."""
    try:
        test = compare(first.tables["test"], second.tables["test"])
    except InvalidRequest:
        return (
            "There are no test photos, so nobody can say how good either run is on photos that "
            "nobody touched."
        )
    n, before, after = len(test.before.photos), test.before.errors, test.after.errors
    if before == after:
        return f"**On the {n} test photos, which nobody touches: {before} wrong before and after.**"
    verdict = "That may be chance." if test.is_noise else "That is more than chance."
    return (
        f"**On the {n} test photos, which nobody touches: {before} wrong before, {after} "
        f"after.** {verdict}"
    )
