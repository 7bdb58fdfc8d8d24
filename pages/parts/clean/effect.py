"""What cleaning was worth: retrain with the changes, and hold both runs against the same photos."""

import streamlit as st

from model.errors import InvalidRequest, NotFound
from model.evaluation.comparison import Comparison, compare
from model.evaluation.sentences import wrong_of
from model.runs.current import CurrentEvaluation, count_edits
from model.runs.listing import activate_run, runs_of
from model.runs.settings import HeadSettings
from model.training.background import start_training
from model.training.request import TrainRequest
from model.wording import count
from pages.shared import state
from pages.shared.cache.runs import (
    active_run_id,
    get_card,
    get_current_evaluation,
)
from pages.shared.cache.store import get_dataset, get_store
from pages.shared.cache.works import get_head_jobs
from pages.shared.callbacks import attempt
from pages.shared.comparison import show_changed, show_matrices
from pages.shared.loss_cards import open_card
from pages.shared.run_choice import ask_for_run
from pages.shared.text import difference, plain
from pages.shared.training_curves import watch

WAIT_S = 2.0
EFFECT = "Effect"


def start_retraining(workspace: str) -> None:
    """Train a head on the cleaned dataset, with the settings of the run in use if that is a head,
    and go to what it changed.
    """
    store, dataset, used = get_store(), get_dataset(workspace), active_run_id(workspace)
    assert used is not None  # The page has stopped otherwise.
    card = get_card(used)
    settings = card.settings if isinstance(card.settings, HeadSettings) else HeadSettings()
    state.set_choice(state.BEFORE, used)
    state.set_choice(state.CLEAN_VIEW, EFFECT)
    name = f"Cleaned, {count(get_current_evaluation(used, workspace).changes, 'change')}"
    request = TrainRequest(dataset, card.backbone, settings, name, workspace)
    known = next((run.id for run in runs_of(store, workspace) if _is_of(run.id, request)), None)
    if known:  # Nothing new would come of it.
        state.set_choice(state.AFTER, known)
    else:
        state.forget_choice(state.AFTER)
        start_training(get_head_jobs(), store, workspace, request)


def _is_of(run: str, request: TrainRequest) -> bool:
    """Whether a run is what a request would give."""
    try:
        card = get_card(run)
    except NotFound:
        return False
    wanted = (request.dataset.fingerprint, request.backbone, request.settings)
    return (card.fingerprint, card.backbone, card.settings) == wanted


def show_effect(judged: CurrentEvaluation, workspace: str) -> None:
    """Before and after."""
    if _is_training(workspace):
        return
    names = {entry.id: entry.name for entry in runs_of(get_store(), workspace)}
    if len(names) < 2:
        st.info(
            "Nothing to compare yet. Judge some photos, then press **Retrain** above: it takes a "
            "second.",
            icon=":material/compare_arrows:",
        )
        return
    boxes = st.columns(2)
    with boxes[0]:
        first = ask_for_run("Before", names, state.BEFORE, judged.run.card.id)
    with boxes[1]:
        others = {run: name for run, name in names.items() if run != first}
        second = ask_for_run("After", others, state.AFTER, next(iter(others)))
    try:
        _show(
            get_current_evaluation(first, workspace),
            get_current_evaluation(second, workspace),
            names,
            workspace,
        )
    except (NotFound, InvalidRequest) as error:
        st.info(f"{error} Choose another run.", icon=":material/info:")


def _is_training(workspace: str) -> bool:
    """A head is trained in a second: wait for it here; what takes longer is watched as on Retrain.

    Says what went wrong, once.
    """
    job = get_head_jobs().of(workspace)
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


def _show(
    first: CurrentEvaluation, second: CurrentEvaluation, names: dict[str, str], workspace: str
) -> None:
    both = compare(first.tables["valid"], second.tables["valid"])
    st.header(_headline(both), anchor=False)
    st.markdown(difference(both))
    st.markdown(_goalposts(first, second))
    st.markdown(_fair(first, second))
    run = second.run.card.id
    if run != active_run_id(workspace):
        st.button(
            f"Use {plain(names[run])} from now on",
            key="clean_use",
            type="primary",
            on_click=attempt,
            args=(activate_run, get_store(), workspace, run),
            help="Classify, Evaluate and this page then go by it; the suspects are looked for "
            "anew.",
        )
    show_matrices(both, names[first.run.card.id], names[run])
    for title, rows in (("fixed", both.fixed), ("broken", both.broken)):
        show_changed(both, title, [int(row) for row in rows])
    photo = state.take_looked_at()
    if photo in both.before.photos:
        fixed = both.before.photos.index(photo) in both.fixed
        open_card(*((first, both.before) if fixed else (second, both.after)), photo)


def _headline(both: Comparison) -> str:
    return (
        f"Validation, under your labels: {both.before.errors} wrong before, "
        f"{both.after.errors} after"
    )


def _goalposts(first: CurrentEvaluation, second: CurrentEvaluation) -> str:
    """What relabelled and deleted validation photos do to the comparison."""
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
    """The figure on the photos that nobody may touch."""
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
