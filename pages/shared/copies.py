"""The same picture twice, side by side, with what to do about it."""

import streamlit as st

from model.cleaning import Decision, decide
from model.edits import DELETE, KEEP, History
from model.suspects import Suspects
from model.twins import Group
from pages.shared.colours import class_badge
from pages.shared.gallery import Card, show_thumbnail
from pages.shared.resources import Judged, get_store
from pages.shared.words import SPLIT_NAMES, count, listed, named

PAGE = 12
PHOTO_PX = 150


def show_copies(judged: Judged, suspects: Suspects, history: History, workspace: str) -> None:
    """Every group of copies; those that leak across splits first."""
    groups = sorted(suspects.twins, key=lambda group: not suspects.is_leak(group))
    if not groups:
        st.success("No picture is here twice.", icon=":material/check_circle:")
        return
    leaks = sum(suspects.is_leak(group) for group in groups)
    st.markdown(
        f"**{count(len(groups), 'picture')} are here more than once,** cropped, resized or brightened; {leaks} of them on both "
        "sides of a split. Such a leak flatters: what was learned from one copy is asked of the other."
    )
    pages = -(-len(groups) // PAGE)
    place = st.container()
    page = st.pagination(pages, key="clean_copies_page") if pages > 1 else 1
    with place:
        for group in groups[(page - 1) * PAGE : page * PAGE]:
            _show_group(judged, suspects, history, group, workspace)


def _show_group(judged: Judged, suspects: Suspects, history: History, group: Group, workspace: str) -> None:
    there = [photo for photo in group.photos if photo in judged.dataset.labels]
    kept = [photo for photo in group.photos if photo in history.standing and history.standing[photo].action == KEEP]
    key = group.photos[0][:12]
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"clean_copy_{key}"):
        for photo in group.photos:
            with st.container(width=PHOTO_PX, gap="xxsmall"):
                label = judged.dataset.label_of(photo)
                badge = class_badge(judged.dataset.classes, label) if label else ":gray-badge[deleted]"
                size = suspects.measures[photo]
                split = SPLIT_NAMES[suspects.splits[photo]]
                show_thumbnail(Card(photo, "", f"{split}, filed under {label or 'nothing: deleted'}"))
                st.markdown(f"{badge}  \n:small[{split}, {size.width} by {size.height}]")
        with st.container(width="stretch"):
            st.markdown(_finding(judged, suspects, group, there))
            if len(there) > 1 and len(kept) < len(group.photos):
                with st.container(horizontal=True):
                    _ask(suspects, group, there, workspace, key)
            else:
                st.markdown(":green-badge[:material/check: dealt with]")


def _finding(judged: Judged, suspects: Suspects, group: Group, there: list[str]) -> str:
    splits = [SPLIT_NAMES[suspects.splits[photo]].lower() for photo in group.photos]
    alike = f"Laid over each other, they agree by {group.correlation:.0%}."
    labels = {label for photo in there if (label := judged.dataset.label_of(photo))}
    said = f" They are filed under {named(sorted(labels))}: one of them is wrong." if len(labels) > 1 else ""
    if suspects.is_leak(group):
        return f"**A leak:** the same picture is in {listed(list(dict.fromkeys(splits)), 'and')}. {alike}{said}"
    times = "twice" if len(splits) == 2 else f"{len(splits)} times"
    return f"**A copy:** the same picture is in {splits[0]} {times}. {alike}{said}"


def _ask(suspects: Suspects, group: Group, there: list[str], workspace: str, key: str) -> None:
    """One click keeps one: of a leak the one that judges, else the largest."""
    sizes = {photo: suspects.measures[photo].width * suspects.measures[photo].height for photo in there}
    spared = min(there, key=lambda photo: (suspects.splits[photo] == "train", -sizes[photo]))
    superfluous = [photo for photo in there if photo != spared and suspects.splits[photo] != "test"]
    reason = "a copy on the other side of a split" if suspects.is_leak(group) else "a copy"
    st.button(
        f"Delete the {SPLIT_NAMES[suspects.splits[superfluous[0]]].lower()} copy" if superfluous else "Nothing to delete",
        key=f"clean_single_{key}",
        type="primary",
        icon=":material/delete:",
        disabled=not superfluous,
        on_click=_decide,
        args=(workspace, [Decision(photo, DELETE, reason=reason) for photo in superfluous]),
    )
    editable = [photo for photo in there if suspects.splits[photo] != "test"]
    st.button(
        "Keep all",
        key=f"clean_both_{key}",
        on_click=_decide,
        args=(workspace, [Decision(photo, KEEP, reason="no copy") for photo in editable]),
    )


def _decide(workspace: str, decisions: list[Decision]) -> None:
    decide(get_store(), workspace, decisions)
