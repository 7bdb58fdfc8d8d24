"""The same picture twice, side by side, with what to do about it."""

import streamlit as st

from model.catalogue.edits import DELETE, KEEP, History
from model.cleaning.decisions import Decision, decide
from model.cleaning.duplicates import DuplicateGroup
from model.cleaning.suspects import Suspects
from model.photos.photo_id import PhotoId
from model.runs.current import CurrentEvaluation
from model.wording import SPLIT_NAMES, count, listed
from pages.shared.callbacks import attempting
from pages.shared.colours import label_badge
from pages.shared.gallery import PhotoCard, paged, show_thumbnail
from pages.shared.text import named
from pages.shared.visit import Visit

PAGE = 12
PHOTO_PX = 150
JUDGES = ("test", "valid", "train")  # Whose copy is left in place


def show_duplicates(
    current: CurrentEvaluation, suspects: Suspects, history: History, visit: Visit
) -> None:
    """Draw every group of near-duplicates, those that leak across splits first."""
    twins = [
        group
        for group in suspects.twins
        if any(suspects.splits[photo] != "test" for photo in group.photos)
    ]
    groups = sorted(twins, key=lambda group: not suspects.is_leak(group))
    if not groups:
        st.success("No picture is here twice.", icon=":material/check_circle:")
        return
    leaks = sum(map(suspects.is_leak, groups))
    are = "is" if len(groups) == 1 else "are"
    st.markdown(
        f"**{count(len(groups), 'picture')} {are} here more than once,** cropped, resized or "
        f"brightened; {leaks} of them on both sides of a split. Such a leak flatters: what was "
        "learned from one copy is asked of the other."
    )
    with paged(groups, PAGE, "clean_copies_page") as shown:
        for group in shown:
            _show_group(current, suspects, history, group, visit)


def _show_group(
    current: CurrentEvaluation,
    suspects: Suspects,
    history: History,
    group: DuplicateGroup,
    visit: Visit,
) -> None:
    photos = [photo for photo in group.photos if photo in current.dataset.labels]
    to_judge = [
        photo
        for photo in photos
        if suspects.splits[photo] != "test" and not _is_kept(history, photo)
    ]
    key = group.photos[0][:12]
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", key=f"clean_copy_{key}"
    ):
        for photo in group.photos:
            with st.container(width=PHOTO_PX, gap="xxsmall"):
                _show_copy(current, suspects, photo)
        with st.container(width="stretch"):
            st.markdown(_finding(current, suspects, group, photos))
            if len(photos) > 1 and to_judge:
                with st.container(horizontal=True):
                    _ask_which_to_keep(suspects, group, photos, visit, key)
            else:
                st.markdown(":green-badge[:material/check: dealt with]")


def _show_copy(current: CurrentEvaluation, suspects: Suspects, photo: PhotoId) -> None:
    label = current.dataset.label_of(photo)
    badge = label_badge(current.dataset.classes, label)
    size, split = suspects.measures[photo], SPLIT_NAMES[suspects.splits[photo]]
    show_thumbnail(PhotoCard(photo, "", f"{split}, filed under {label or 'nothing: deleted'}"))
    st.markdown(f"{badge}  \n:small[{split}, {size.width} by {size.height}]")


def _is_kept(history: History, photo: PhotoId) -> bool:
    return photo in history.standing and history.standing[photo].action == KEEP


def _finding(
    current: CurrentEvaluation, suspects: Suspects, group: DuplicateGroup, photos: list[PhotoId]
) -> str:
    splits = [SPLIT_NAMES[suspects.splits[photo]].lower() for photo in group.photos]
    alike = f"Laid over each other, they agree by {group.correlation:.0%}."
    labels = {label for photo in photos if (label := current.dataset.label_of(photo))}
    conflict = (
        f" They are filed under {named(sorted(labels))}: one of them is wrong."
        if len(labels) > 1
        else ""
    )
    if suspects.is_leak(group):
        return (
            f"**A leak:** the same picture is in {listed(list(dict.fromkeys(splits)), 'and')}. "
            f"{alike}{conflict}"
        )
    times = "twice" if len(splits) == 2 else f"{len(splits)} times"
    return f"**A copy:** the same picture is in {splits[0]} {times}. {alike}{conflict}"


def _ask_which_to_keep(
    suspects: Suspects, group: DuplicateGroup, photos: list[PhotoId], visit: Visit, key: str
) -> None:
    """Offer to leave one by one click: of a leak the one that judges, else the largest."""
    sizes = {
        photo: suspects.measures[photo].width * suspects.measures[photo].height for photo in photos
    }
    spared = min(photos, key=lambda photo: (JUDGES.index(suspects.splits[photo]), -sizes[photo]))
    editable = [photo for photo in photos if suspects.splits[photo] != "test"]
    superfluous = [photo for photo in editable if photo != spared]
    splits = {SPLIT_NAMES[suspects.splits[photo]].lower() for photo in superfluous}
    copies = f"the {splits.pop()} copy" if len(superfluous) == 1 else f"{len(superfluous)} copies"
    reason = "a copy on the other side of a split" if suspects.is_leak(group) else "a copy"
    deletions = [Decision(photo, DELETE, reason=reason) for photo in superfluous]
    st.button(
        f"Delete {copies}",
        key=f"clean_dele_{key}",
        type="primary",
        icon=":material/delete:",
        on_click=attempting(decide, visit.store, visit.workspace, deletions),
    )
    keeps = [Decision(photo, KEEP, reason="no copy") for photo in editable]
    st.button(
        "Keep all",
        key=f"clean_keep_{key}",
        on_click=attempting(decide, visit.store, visit.workspace, keeps),
    )
