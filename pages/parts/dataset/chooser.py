"""Choosing a dataset, making one, and changing one's own."""

from collections import Counter
from collections.abc import Callable

import streamlit as st

from model.datasets.manage import (
    MAX_TITLE,
    Listing,
    check_classes,
    choose_dataset,
    copy_dataset,
    create_dataset,
    delete_dataset,
    extend_classes,
    remove_class,
    rename_class,
    rename_dataset,
)
from model.errors import InvalidRequest, QuotaReached
from model.wording import count, megabytes
from pages.shared.cache.store import get_dataset, get_store
from pages.shared.cache.works import get_import_jobs
from pages.shared.callbacks import attempt
from pages.shared.colours import class_badge
from pages.shared.text import plain

CHOICE_PX = 340  # A row of its own on a phone
COPY_HELP = (
    "The same photos under the labels you have given them, as a dataset of your own: it "
    "may grow, and starts without edits."
)


def ask_for_dataset(listings: list[Listing], current: Listing, workspace: str) -> None:
    """Which dataset to work on; beside it, a new one, a copy, and what can be changed."""
    names = [listing.name for listing in listings]
    titles = _titles(listings)
    # Streamlit knows an option by its title, and another tab may have chosen another: then the box
    # begins anew.
    key = f"dataset_chosen_{current.name}_{hash(tuple(titles.items()))}"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "Dataset",
            names,
            names.index(current.name),
            format_func=titles.__getitem__,
            key=key,
            on_change=_choose,
            args=(workspace, key),
            width=CHOICE_PX,
        )
        if st.button("New", icon=":material/add:", key="dataset_new"):
            ask_for_new(workspace)
        copied = (_copy, workspace, current.name)
        st.button(
            "Copy",
            icon=":material/content_copy:",
            key="dataset_copy",
            help=COPY_HELP,
            on_click=attempt,
            args=copied,
        )
        if current.own:
            with st.popover("Change", icon=":material/edit:", key="dataset_change"):
                _ask_for_changes(current, workspace)
    badges = " ".join(class_badge(current.classes, name) for name in current.classes)
    st.markdown(
        f"{badges} :small[{count(current.photos, 'photo')}, {megabytes(current.bytes)} on disk]"
    )


def _titles(listings: list[Listing]) -> dict[str, str]:
    """What each dataset is called in the list; no two are called the same."""
    times = Counter(listing.title for listing in listings)
    return {
        listing.name: f"{listing.title}{'' if listing.own else ' (for everybody)'}"
        f"{f', {listing.name[-6:]}' if times[listing.title] > 1 else ''}"
        for listing in listings
    }


@st.dialog("A new dataset")
def ask_for_new(workspace: str) -> None:
    """Its name and its classes."""
    title = st.text_input("Name", max_chars=MAX_TITLE, placeholder="My pets", key="dataset_title")
    typed = st.text_input(
        "Classes, with commas between", placeholder="cat, dog, rabbit", key="dataset_classes"
    )
    try:
        classes = check_classes([name for name in (typed or "").split(",") if name.strip()])
    except InvalidRequest as error:
        classes = ()
        st.caption(
            str(error) if typed else "Two to twenty kinds of things that it shall tell apart."
        )
    st.markdown(" ".join(class_badge(classes, name) for name in classes))
    if st.button("Make it", type="primary", disabled=not (title and classes), key="dataset_make"):
        try:
            create_dataset(get_store(), title or "", classes, owner=workspace)
        except (InvalidRequest, QuotaReached) as error:
            st.error(plain(str(error)), icon=":material/error:")
            return
        st.rerun()


def offer_copy(workspace: str) -> None:
    """Say that everybody's dataset stays as it is, and what to do instead."""
    dataset = get_dataset(workspace)
    with st.container(border=True):
        st.markdown(
            f"**{plain(dataset.title)} stays as it is,** for everybody uses it. Add photos to a "
            f"copy of your own, or start afresh."
        )
        with st.container(horizontal=True):
            copied = (_copy, workspace, dataset.name)
            st.button(
                "Copy it",
                type="primary",
                icon=":material/content_copy:",
                key="dataset_copy_first",
                help=COPY_HELP,
                on_click=attempt,
                args=copied,
            )
            if st.button("New dataset", icon=":material/add:", key="dataset_new_first"):
                ask_for_new(workspace)


def _choose(workspace: str, key: str) -> None:
    attempt(choose_dataset, get_store(), workspace, st.session_state[key])


def _copy(workspace: str, name: str) -> None:
    dataset = get_dataset(workspace)
    if dataset.name != name:  # A second click: the copy is there, and chosen.
        return
    title = f"My {dataset.title}"[:MAX_TITLE]
    copy_dataset(get_store(), workspace, dataset, title)
    st.toast(f"This is your own copy, {plain(title)}.", icon=":material/content_copy:")


def _ask_for_changes(current: Listing, workspace: str) -> None:
    """Its name, its classes, its end."""
    store, name = get_store(), current.name
    key = f"dataset_rename_{name}_{current.title}"
    st.text_input(
        "Name",
        current.title,
        max_chars=MAX_TITLE,
        key=key,
        on_change=_with_text,
        args=(rename_dataset, key, workspace, name),
    )
    new = f"dataset_add_class_{len(current.classes)}"
    st.text_input(
        "Another class",
        key=new,
        placeholder="its name",
        on_change=_with_text,
        args=(extend_classes, new, workspace, name),
    )
    label = st.selectbox(
        "One of its classes", current.classes, None, key=f"dataset_class_{len(current.classes)}"
    )
    if label is not None:
        renamed = f"dataset_rename_class_{label}"
        st.text_input(
            "Call it",
            label,
            key=renamed,
            on_change=_with_text,
            args=(rename_class, renamed, workspace, name, label),
        )
        st.button(
            f"Remove {plain(label)} and its photos",
            icon=":material/delete:",
            key="dataset_remove_class",
            on_click=attempt,
            args=(remove_class, store, workspace, name, label),
        )
    intake = get_import_jobs().of(workspace)
    busy = intake is not None and intake.is_running
    sure = st.checkbox(
        "Delete the dataset, with its edits and runs",
        key=f"dataset_sure_{name}",
        disabled=busy,
        help="Photos are still being added; cancel that first." if busy else None,
    )
    st.button(
        "Delete it for good",
        type="primary",
        icon=":material/delete_forever:",
        disabled=not sure,
        key="dataset_delete",
        on_click=attempt,
        args=(delete_dataset, store, workspace, name),
    )


def _with_text(change: Callable[..., None], key: str, workspace: str, *arguments: str) -> None:
    """Change something to what was typed, unless that is nothing."""
    if st.session_state[key].strip():
        attempt(change, get_store(), workspace, *arguments, st.session_state[key])
