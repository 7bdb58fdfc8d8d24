"""The cleaner for several photos at once: tick them, and decide about all in one step."""

from collections.abc import Sequence

import streamlit as st

from model.catalogue.edits import DELETE, KEEP, RELABEL, History
from model.cleaning.decisions import Decision, decide
from model.cleaning.suspects import Suspects
from model.photos.photo_id import PhotoId
from model.runs.current import CurrentEvaluation
from model.wording import certainty, count
from pages.parts.clean.one_by_one import REASONS
from pages.shared import state
from pages.shared.callbacks import succeeds
from pages.shared.colours import label_badge
from pages.shared.gallery import PhotoCard, paged, show_thumbnail
from pages.shared.text import decided, plain
from pages.shared.visit import Visit

PAGE = 24
LEAST_PX = 136
WHY = "clean_many_why"


def show_many(
    current: CurrentEvaluation,
    suspects: Suspects,
    history: History,
    queue: list[PhotoId],
    visit: Visit,
) -> None:
    """Draw a page of photos with boxes to tick, and the decisions for those that are ticked."""
    buttons = st.container(border=True)
    with (
        paged(queue, PAGE, "clean_page") as shown,
        st.grid("auto", min_column_width=LEAST_PX, gap="small"),
    ):
        for photo in shown:
            _show_photo(current, suspects, history, photo)
    ticked = [photo for photo in queue if state.is_ticked(_tick(photo))]
    with buttons:
        _ask_for_decision(current, shown, ticked, visit)


def _show_photo(
    current: CurrentEvaluation, suspects: Suspects, history: History, photo: PhotoId
) -> None:
    label, edit, doubt = (
        current.dataset.label_of(photo),
        history.standing.get(photo),
        suspects.doubts.get(photo),
    )
    with st.container(gap="xxsmall"):
        show_thumbnail(PhotoCard(photo, "", f"Filed under {label or 'nothing: deleted'}"))
        st.checkbox(
            label_badge(current.dataset.classes, label), key=_tick(photo), persist_state="page"
        )
        if edit and edit.decides:
            st.caption(f":material/check: {decided(edit)}")
        elif doubt and doubt.is_label_issue and doubt.suggestion != label:
            st.caption(f"rather {plain(doubt.suggestion)}, {certainty(doubt.probability)}")


def _ask_for_decision(
    current: CurrentEvaluation, shown: Sequence[PhotoId], ticked: list[PhotoId], visit: Visit
) -> None:
    reason = st.pills("Why?", REASONS, key=WHY, wrap=True)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{count(len(ticked), 'photo')} ticked**")
        st.button(
            "All on this page",
            on_click=_tick_all,
            args=(shown, True),
            type="tertiary",
            key="clean_all",
        )
        st.button(
            "None", on_click=_tick_all, args=(ticked, False), type="tertiary", key="clean_none"
        )
        actions = [
            ("Keep", KEEP, None),
            *((f"To {plain(name)}", RELABEL, name) for name in current.dataset.classes),
        ]
        for number, (text, action, label) in enumerate([*actions, ("Delete", DELETE, None)]):
            decisions = [Decision(photo, action, label, reason) for photo in ticked]
            st.button(
                text,
                key=f"clean_many_{number}",
                disabled=not ticked,
                on_click=_decide,
                args=(visit, decisions),
            )


def _decide(visit: Visit, decisions: list[Decision]) -> None:
    if succeeds(decide, visit.store, visit.workspace, decisions):
        _tick_all([decision.photo for decision in decisions], False)
        st.session_state[WHY] = None


def _tick_all(photos: Sequence[PhotoId], ticked: bool) -> None:
    state.set_ticks(map(_tick, photos), ticked)


def _tick(photo: PhotoId) -> str:
    return f"clean_tick_{photo}"
