"""Everything that was decided: undo, redo, take back, start over, take away, bring back."""

from functools import partial

import streamlit as st

from model.catalogue.dataset import Dataset, find_dataset
from model.catalogue.edits import Edit, History
from model.cleaning.answer_key import has_key
from model.cleaning.decisions import decide, redo, revert_edits, start_over, undo
from model.cleaning.decisions_file import decisions_from, edits_as_csv
from model.wording import count
from pages.parts.clean.score import show_score
from pages.shared import state
from pages.shared.callbacks import attempt, attempting, failure_shown
from pages.shared.export import offer_csv, offer_export
from pages.shared.gallery import PhotoCard, paged, show_thumbnail
from pages.shared.text import decided, plain
from pages.shared.visit import Visit

PAGE = 10
THUMB_PX = 64
MAX_UPLOAD_MB = 200


def show_steps(history: History, visit: Visit) -> None:
    """Draw the buttons that undo and redo."""
    for name, key, step in (("Undo", "U", history.undoable), ("Redo", "Y", history.redoable)):
        edits = [edit for edit in history.edits if edit.step == step]
        st.button(
            name,
            key=f"clean_{name}",
            icon=f":material/{name.lower()}:",
            shortcut=key,
            disabled=step is None,
            on_click=partial(_turn, name, edits, visit),
            type="tertiary",
        )


def _turn(name: str, edits: list[Edit], visit: Visit) -> None:
    """Undo or redo a step, say which, and show its first photo."""
    turn = undo if name == "Undo" else redo
    if attempt(turn, visit.store, visit.workspace, edits[0].step):
        state.show_card(edits[0].photo)
        sentence = f"{name}: {decided(edits[0])}, {count(len(edits), 'photo')}"
        st.toast(sentence, icon=":material/history:")


def show_edits(dataset: Dataset, history: History, visit: Visit) -> None:
    """Draw the list of decisions, and what can be done with all of them."""
    imported = find_dataset(visit.store, dataset.name)
    listing, doing = st.columns([6, 5], gap="medium")
    with listing:
        _show_standing(imported, history, visit)
    with doing:
        if has_key(dataset):
            with st.container(border=True):
                show_score(imported, dataset)
        with st.container(border=True):
            _show_exchange(imported, dataset, history, visit)


def _show_standing(imported: Dataset, history: History, visit: Visit) -> None:
    """Draw the decisions that stand, the newest first, and a button that takes all back."""
    standing = sorted(history.standing.values(), key=lambda edit: -edit.id)
    st.subheader(count(len(standing), "decision"), anchor=False)
    if not standing:
        st.caption(
            "Nothing decided yet. Whatever you decide is kept at once, and can be taken back."
        )
        return
    with paged(standing, PAGE, "clean_edits_page") as shown:
        for edit in shown:
            _show_edit(imported, edit, visit)
    with st.popover("Start over", icon=":material/restart_alt:"):
        st.write(
            "Every decision is taken back, also photos added on Classify. Redo brings "
            "them back step by step."
        )
        st.button(
            "Take everything back",
            type="primary",
            key="clean_start_over",
            on_click=attempting(start_over, visit.store, visit.workspace),
        )


def _show_edit(imported: Dataset, edit: Edit, visit: Visit) -> None:
    label = imported.label_of(edit.photo)
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", key=f"clean_edit_{edit.id}"
    ):
        with st.container(width=THUMB_PX):
            alt = f"A photo imported under {label or 'nothing'}"
            show_thumbnail(PhotoCard(edit.photo, "", alt))
        st.markdown(f"{plain(label or 'yours')}: {decided(edit)}", width="stretch")
        st.button(
            "Take back",
            key=f"clean_revoke_{edit.id}",
            type="tertiary",
            on_click=attempting(revert_edits, visit.store, visit.workspace, edit.photo),
        )


def _show_exchange(imported: Dataset, dataset: Dataset, history: History, visit: Visit) -> None:
    st.markdown("**Take it away, bring it back**")
    with st.container(horizontal=True):
        offer_export(dataset, "Cleaned photos")
        table = edits_as_csv(history.standing.values(), imported)
        offer_csv("Decisions (CSV)", table, f"{dataset.name}-decisions.csv", ":material/table:")
    file = st.file_uploader(
        "Bring back either of them",
        ["csv", "zip"],
        max_upload_size=MAX_UPLOAD_MB,
        key="clean_bring",
        help="What it says about photos of this dataset becomes one step that Undo takes back. "
        "Photos of your own stay behind.",
    )
    if file is not None and st.button("Follow this file", type="primary", key="clean_follow"):
        with failure_shown():
            _follow(file.getvalue(), imported, dataset, visit)


def _follow(data: bytes, imported: Dataset, dataset: Dataset, visit: Visit) -> None:
    """Make the decisions of a file, and say how many. Raises NotFound or InvalidRequest."""
    decisions, unknown = decisions_from(data, imported, dataset)
    decide(visit.store, visit.workspace, decisions)
    followed = f"{count(len(decisions), 'decision')} followed."
    if unknown:
        followed += (
            f" {count(unknown, 'row')} named photos or classes that are not here, or not to be "
            "edited."
        )
    st.toast(followed, icon=":material/check:")
    st.rerun()
