"""The runs of a workspace: compare their curves, use one, rename, delete, repeat."""

import json
from collections import Counter
from dataclasses import asdict
from functools import partial

import streamlit as st

from model.errors import NotFound
from model.evaluation.sentences import wrong_of
from model.runs.current import CurrentEvaluation
from model.runs.listing import MAX_NAME, RunEntry, activate_run, delete_run, rename_run
from model.runs.run import RunCard
from model.wording import count
from pages.shared import state
from pages.shared.asking import ask_for_name
from pages.shared.cache.runs import active_run_id, get_card, get_current_evaluation
from pages.shared.gallery import paged
from pages.shared.text import plain
from pages.shared.training_curves import show_card_curves
from pages.shared.visit import Visit

PAGE = 8


def show_runs(visit: Visit) -> None:
    """Draw a row for each run, and the curves of those that are ticked."""
    visit = visit.renewed()  # A training that was watched above may have ended.
    entries, used = list(visit.runs.values()), active_run_id(visit)
    st.subheader("Runs", anchor=False)
    with paged(entries, PAGE, "retrain_page") as shown:
        for entry in shown:
            _show_run(visit, entry, used=entry.id == used)
    names = Counter(entry.name for entry in entries)
    ticked = {
        entry.name if names[entry.name] == 1 else f"{entry.name} ({entry.id[-4:]})": entry.id
        for entry in entries
        if state.is_ticked(_tick_key(entry))
    }
    if ticked:
        st.markdown("**Their curves**")
        show_card_curves({name: get_card(run) for name, run in ticked.items()})


def _show_run(visit: Visit, entry: RunEntry, *, used: bool) -> None:
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", key=f"retrain_run_{entry.id}"
    ):
        try:
            current = get_current_evaluation(entry.id, visit)
        except NotFound as error:
            st.markdown(f"**{plain(entry.name)}**  \n{plain(str(error))}")
            _show_more(visit, entry, None)
            return
        st.checkbox("Curves", key=_tick_key(entry), persist_state="page")
        st.markdown(
            f"**{plain(entry.name)}**{' :green-badge[in use]' if used else ''}  "
            f"\n{_figures(current)}",
            width="stretch",
        )
        st.button(
            "Use it",
            key=f"retrain_use_{entry.id}",
            disabled=used,
            on_click=partial(activate_run, visit.store, visit.workspace, entry.id),
            help="Classify and Evaluate use this run from now on.",
        )
        _show_more(visit, entry, current)


def _figures(current: CurrentEvaluation) -> str:
    """Describe a run by its errors, its settings and what changed since."""
    card, valid = current.run.card, current.tables["valid"]
    errors = wrong_of(valid) if valid.photos else "no validation photos"
    changes = current.changes
    since = f", {count(changes, 'change')} since" if changes else ""
    how = f"{card.mode}, {card.backbone}, {count(len(card.history), 'epoch')}, {card.seconds:.1f} s"
    return f":small[{errors}]  \n:small[{how}, data {card.fingerprint[:6]}{since}]"


def _show_more(visit: Visit, entry: RunEntry, current: CurrentEvaluation | None) -> None:
    with st.popover("More", key=f"retrain_more_{entry.id}"):
        if current:
            st.caption(_repeats(current.run.card))
            st.code(current.run.card.command, language="sh", wrap_lines=True)
            card = json.dumps(asdict(current.run.card), indent=2)
            card = card.replace(visit.workspace, "WORKSPACE")  # Its id opens the workspace.
            st.download_button(
                "Run card", card, f"{entry.id}.json", "application/json", on_click="ignore"
            )
        if not entry.own:
            st.caption("This run is not yours to rename or delete.")
            return
        # Only what the visitor types is stored: another tab's old name must not come back.
        rename = partial(rename_run, visit.store, visit.workspace, entry.id)
        key = f"retrain_name_{entry.id}"
        ask_for_name("Name", entry.name, key, rename, max_chars=MAX_NAME)
        if st.button("Delete this run", icon=":material/delete:", key=f"retrain_delete_{entry.id}"):
            delete_run(visit.store, visit.workspace, entry.id)
            st.rerun()


def _repeats(card: RunCard) -> str:
    """Say what the command of a card does."""
    if card.events:
        return f"It was {', '.join(card.events)}. The command that asks for all of it"
    return "The command that trains the same again"


def _tick_key(entry: RunEntry) -> str:
    return f"retrain_tick_{entry.id}"
