"""The runs of a workspace: compare their curves, use one, rename, delete, repeat."""

import json
from collections import Counter
from dataclasses import asdict

import streamlit as st

from model.catalogue.store import Store
from model.errors import NotFound
from model.evaluation.sentences import wrong_of
from model.runs.current import CurrentEvaluation
from model.runs.listing import MAX_NAME, RunEntry, activate_run, delete_run, rename_run, runs_of
from model.runs.run import RunCard
from model.wording import count
from pages.shared.cache.runs import (
    active_run_id,
    get_card,
    get_current_evaluation,
)
from pages.shared.text import plain
from pages.shared.training_curves import show_card_curves

PAGE = 8


def show_runs(store: Store, workspace: str) -> None:
    """A row a run, and the curves of those that are ticked."""
    entries, used = runs_of(store, workspace), active_run_id(workspace)
    st.subheader("Runs", anchor=False)
    pages = -(-len(entries) // PAGE)
    place = st.container()
    page = st.pagination(pages, key="retrain_page") if pages > 1 else 1
    with place:
        for entry in entries[(page - 1) * PAGE : page * PAGE]:
            _show_run(store, workspace, entry, used=entry.id == used)
    names = Counter(entry.name for entry in entries)
    ticked = {
        entry.name if names[entry.name] == 1 else f"{entry.name} ({entry.id[-4:]})": entry.id
        for entry in entries
        if st.session_state.get(_tick_key(entry))
    }
    if ticked:
        st.markdown("**Their curves**")
        show_card_curves({name: get_card(run) for name, run in ticked.items()})


def _show_run(store: Store, workspace: str, entry: RunEntry, *, used: bool) -> None:
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", key=f"retrain_run_{entry.id}"
    ):
        try:
            judged = get_current_evaluation(entry.id, workspace)
        except NotFound as error:
            st.markdown(f"**{plain(entry.name)}**  \n{plain(str(error))}")
            _show_more(store, workspace, entry, None)
            return
        st.checkbox("Curves", key=_tick_key(entry), persist_state="page")
        st.markdown(
            f"**{plain(entry.name)}**{' :green-badge[in use]' if used else ''}  "
            f"\n{_figures(judged)}",
            width="stretch",
        )
        st.button(
            "Use it",
            key=f"retrain_use_{entry.id}",
            disabled=used,
            on_click=activate_run,
            args=(store, workspace, entry.id),
            help="Classify and Evaluate use this run from now on.",
        )
        _show_more(store, workspace, entry, judged)


def _figures(judged: CurrentEvaluation) -> str:
    """What there is to say about a run in one line."""
    card, valid = judged.run.card, judged.tables["valid"]
    errors = wrong_of(valid) if valid.photos else "no validation photos"
    changes = judged.changes
    since = f", {count(changes, 'change')} since" if changes else ""
    how = f"{card.mode}, {card.backbone}, {count(len(card.history), 'epoch')}, {card.seconds:.1f} s"
    return f":small[{errors}]  \n:small[{how}, data {card.fingerprint[:6]}{since}]"


def _show_more(
    store: Store, workspace: str, entry: RunEntry, judged: CurrentEvaluation | None
) -> None:
    with st.popover("More", key=f"retrain_more_{entry.id}"):
        if judged:
            st.caption(_repeats(judged.run.card))
            st.code(judged.run.card.command, language="sh", wrap_lines=True)
            card = json.dumps(asdict(judged.run.card), indent=2).replace(
                workspace, "WORKSPACE"
            )  # Its id opens the workspace.
            st.download_button(
                "Run card", card, f"{entry.id}.json", "application/json", on_click="ignore"
            )
        if not entry.own:
            st.caption("This run is not yours to rename or delete.")
            return
        key = f"retrain_name_{entry.id}"
        st.text_input(
            "Name",
            entry.name,
            max_chars=MAX_NAME,
            key=key,
            on_change=_rename,
            args=(store, workspace, entry.id, key),
        )
        if st.button("Delete this run", icon=":material/delete:", key=f"retrain_delete_{entry.id}"):
            delete_run(store, workspace, entry.id)
            st.rerun()


def _repeats(card: RunCard) -> str:
    """What the command of a card does."""
    if card.events:
        return f"It was {', '.join(card.events)}. The command that asks for all of it"
    return "The command that trains the same again"


def _rename(store: Store, workspace: str, run: str, key: str) -> None:
    """Only when the visitor types: another tab's old name must not come back."""
    if st.session_state[key].strip():
        rename_run(store, workspace, run, st.session_state[key])


def _tick_key(entry: RunEntry) -> str:
    return f"retrain_tick_{entry.id}"
