"""The cleaner for several photos at once: tick them, and decide about all in one step."""

import streamlit as st

from model.catalogue.edits import DELETE, KEEP, RELABEL, History
from model.cleaning.decisions import Decision, decide
from model.cleaning.suspects import Suspects
from model.runs.current import CurrentEvaluation
from model.wording import certainty, count
from pages.parts.clean.one_by_one import REASONS
from pages.shared.cache.store import get_store
from pages.shared.callbacks import succeeds
from pages.shared.colours import label_badge
from pages.shared.gallery import PhotoCard, show_thumbnail
from pages.shared.text import decided, plain

PAGE = 24
LEAST_PX = 136
WHY = "clean_many_why"


def show_many(
    judged: CurrentEvaluation,
    suspects: Suspects,
    history: History,
    queue: list[str],
    workspace: str,
) -> None:
    """A page of photos with boxes to tick, and what can be done with those that are ticked."""
    pages = -(-len(queue) // PAGE)
    acting, place = st.container(border=True), st.container()
    page = st.pagination(pages, key="clean_page") if pages > 1 else 1
    shown = queue[(page - 1) * PAGE : page * PAGE]
    with place, st.grid("auto", min_column_width=LEAST_PX, gap="small"):
        for photo in shown:
            _show_photo(judged, suspects, history, photo)
    ticked = [photo for photo in queue if st.session_state.get(_tick(photo))]
    with acting:
        _ask_for_decision(judged, shown, ticked, workspace)


def _show_photo(
    judged: CurrentEvaluation, suspects: Suspects, history: History, photo: str
) -> None:
    label, edit, doubt = (
        judged.dataset.label_of(photo),
        history.standing.get(photo),
        suspects.doubts.get(photo),
    )
    with st.container(gap="xxsmall"):
        show_thumbnail(PhotoCard(photo, "", f"Filed under {label or 'nothing: deleted'}"))
        st.checkbox(
            label_badge(judged.dataset.classes, label), key=_tick(photo), persist_state="page"
        )
        if edit and edit.decides:
            st.caption(f":material/check: {decided(edit)}")
        elif doubt and doubt.is_label_issue and doubt.suggestion != label:
            st.caption(f"rather {plain(doubt.suggestion)}, {certainty(doubt.probability)}")


def _ask_for_decision(
    judged: CurrentEvaluation, shown: list[str], ticked: list[str], workspace: str
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
            *((f"To {plain(name)}", RELABEL, name) for name in judged.dataset.classes),
        ]
        for number, (text, action, label) in enumerate([*actions, ("Delete", DELETE, None)]):
            decisions = [Decision(photo, action, label, reason) for photo in ticked]
            st.button(
                text,
                key=f"clean_many_{number}",
                disabled=not ticked,
                on_click=_decide,
                args=(workspace, decisions),
            )


def _decide(workspace: str, decisions: list[Decision]) -> None:
    if succeeds(decide, get_store(), workspace, decisions):
        _tick_all([decision.photo for decision in decisions], False)
        st.session_state[WHY] = None


def _tick_all(photos: list[str], ticked: bool) -> None:
    for photo in photos:
        st.session_state[_tick(photo)] = ticked


def _tick(photo: str) -> str:
    return f"clean_tick_{photo}"
