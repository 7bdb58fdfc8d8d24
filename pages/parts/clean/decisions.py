"""Everything that was decided: undo, redo, take one back, start over.

Take it away, and bring it back.
"""

from collections.abc import Callable

import streamlit as st

from model.catalogue.dataset import Dataset, find_dataset
from model.catalogue.edits import Edit, History
from model.catalogue.store import Store
from model.cleaning.answer_key import has_key
from model.cleaning.decisions import decide, redo, revert_edits, start_over, undo
from model.cleaning.decisions_file import decisions_from, edits_as_csv
from model.errors import InvalidRequest, NotFound
from model.photos.photo_id import PhotoId
from model.wording import count
from pages.parts.clean.score import show_score
from pages.shared import state
from pages.shared.callbacks import attempt, succeeds
from pages.shared.export import offer_export
from pages.shared.gallery import PhotoCard, paged, show_thumbnail
from pages.shared.text import decided, plain
from pages.shared.visit import Visit

PAGE = 10
THUMB_PX = 64
MAX_UPLOAD_MB = 200


def show_steps(history: History, visit: Visit) -> None:
    """Undo and redo."""
    for text, key, step, turn, icon in (
        ("Undo", "U", history.undoable, undo, ":material/undo:"),
        ("Redo", "Y", history.redoable, redo, ":material/redo:"),
    ):
        st.button(
            text,
            key=f"clean_{text}",
            icon=icon,
            shortcut=key,
            disabled=step is None,
            on_click=_turn,
            args=(turn, visit, [edit for edit in history.edits if edit.step == step], text),
            type="tertiary",
        )


def _turn(
    turn: Callable[[Store, str, int], None], visit: Visit, edits: list[Edit], name: str
) -> None:
    """Undo or redo a step, say which, and show its first photo."""
    if succeeds(turn, visit.store, visit.workspace, edits[0].step):
        state.show_card(edits[0].photo)
        st.toast(
            f"{name}: {decided(edits[0])}, {count(len(edits), 'photo')}", icon=":material/history:"
        )


def show_edits(dataset: Dataset, history: History, visit: Visit) -> None:
    """The list of decisions, the newest first, and what can be done with all of them."""
    imported = find_dataset(visit.store, dataset.name)
    standing = sorted(history.standing.values(), key=lambda edit: -edit.id)
    listing, doing = st.columns([6, 5], gap="medium")
    with listing:
        st.subheader(count(len(standing), "decision"), anchor=False)
        if not standing:
            st.caption(
                "Nothing decided yet. Whatever you decide is kept at once, and can be taken back."
            )
        with paged(standing, PAGE, "clean_edits_page") as shown:
            for edit in shown:
                _show_edit(imported, edit.photo, edit.id, decided(edit), visit)
        if standing:
            with st.popover("Start over", icon=":material/restart_alt:"):
                st.write(
                    "Every decision is taken back, also photos added on Classify. Redo brings "
                    "them back step by step."
                )
                st.button(
                    "Take everything back",
                    type="primary",
                    key="clean_start_over",
                    on_click=attempt,
                    args=(start_over, visit.store, visit.workspace),
                )
    with doing:
        if has_key(dataset):
            with st.container(border=True):
                show_score(imported, dataset)
        with st.container(border=True):
            _show_exchange(imported, dataset, history, visit)


def _show_edit(imported: Dataset, photo: PhotoId, number: int, said: str, visit: Visit) -> None:
    label = imported.label_of(photo)
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", key=f"clean_edit_{number}"
    ):
        with st.container(width=THUMB_PX):
            show_thumbnail(PhotoCard(photo, "", f"A photo imported under {label or 'nothing'}"))
        st.markdown(f"{plain(label or 'yours')}: {said}", width="stretch")
        taken = (revert_edits, visit.store, visit.workspace, photo)
        st.button(
            "Take back", key=f"clean_revoke_{number}", type="tertiary", on_click=attempt, args=taken
        )


def _show_exchange(imported: Dataset, dataset: Dataset, history: History, visit: Visit) -> None:
    st.markdown("**Take it away, bring it back**")
    with st.container(horizontal=True):
        offer_export(dataset, "Cleaned photos")
        table, name = (
            edits_as_csv(history.standing.values(), imported),
            f"{dataset.name}-decisions.csv",
        )
        st.download_button(
            "Decisions (CSV)", table, name, "text/csv", icon=":material/table:", on_click="ignore"
        )
    file = st.file_uploader(
        "Bring back either of them",
        ["csv", "zip"],
        max_upload_size=MAX_UPLOAD_MB,
        key="clean_bring",
        help="What it says about photos of this dataset becomes one step that Undo takes back. "
        "Photos of your own stay behind.",
    )
    if file is not None and st.button("Follow this file", type="primary", key="clean_follow"):
        try:
            decisions, unknown = decisions_from(file.getvalue(), imported, dataset)
            decide(visit.store, visit.workspace, decisions)
        except (NotFound, InvalidRequest) as error:
            st.error(plain(str(error)), icon=":material/error:")
            return
        left = (
            f" {count(unknown, 'row')} named photos or classes that are not here, or not to be "
            f"edited."
            if unknown
            else ""
        )
        st.toast(f"{count(len(decisions), 'decision')} followed.{left}", icon=":material/check:")
        st.rerun()
