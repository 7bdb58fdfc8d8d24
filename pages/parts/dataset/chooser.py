"""Choosing a dataset, making one, and changing one's own."""

from collections import Counter
from functools import partial
from typing import Literal

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
from model.errors import InvalidRequest
from model.wording import count, megabytes
from pages.shared.asking import ask_for_name
from pages.shared.cache.jobs import is_importing
from pages.shared.cache.store import get_dataset
from pages.shared.callbacks import attempt, attempting, failure_shown
from pages.shared.colours import class_badge
from pages.shared.text import plain
from pages.shared.visit import Visit

CHOICE_PX = 340  # A row of its own on a phone
COPY_HELP = (
    "The same photos under the labels you have given them, as a dataset of your own: it "
    "may grow, and starts without edits."
)


def ask_for_dataset(listings: list[Listing], current: Listing, visit: Visit) -> None:
    """Ask which dataset to work on; beside it, offer a new one, a copy, and changes."""
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
            on_change=partial(_choose, visit, key),
            width=CHOICE_PX,
        )
        if st.button("New", icon=":material/add:", key="dataset_new"):
            ask_for_new(visit)
        _offer_to_copy("Copy", "dataset_copy", current.name, visit)
        if current.own:
            with st.popover("Change", icon=":material/edit:", key="dataset_change"):
                _ask_for_changes(current, visit)
    badges = " ".join(class_badge(current.classes, name) for name in current.classes)
    st.markdown(
        f"{badges} :small[{count(current.photos, 'photo')}, {megabytes(current.bytes)} on disk]"
    )


def _titles(listings: list[Listing]) -> dict[str, str]:
    """Give each dataset a title in the list; no two have the same."""
    times = Counter(listing.title for listing in listings)
    return {
        listing.name: f"{listing.title}{'' if listing.own else ' (for everybody)'}"
        f"{f', {listing.name[-6:]}' if times[listing.title] > 1 else ''}"
        for listing in listings
    }


@st.dialog("A new dataset")
def ask_for_new(visit: Visit) -> None:
    """Ask for a new dataset's name and classes, and make it."""
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
        with failure_shown():
            create_dataset(visit.store, title or "", classes, owner=visit.workspace)
            st.rerun()


def offer_copy(visit: Visit) -> None:
    """Say that everybody's dataset stays as it is, and what to do instead."""
    dataset = get_dataset(visit)
    with st.container(border=True):
        st.markdown(
            f"**{plain(dataset.title)} stays as it is,** for everybody uses it. Add photos to a "
            "copy of your own, or start afresh."
        )
        with st.container(horizontal=True):
            _offer_to_copy("Copy it", "dataset_copy_first", dataset.name, visit, "primary")
            if st.button("New dataset", icon=":material/add:", key="dataset_new_first"):
                ask_for_new(visit)


def _choose(visit: Visit, key: str) -> None:
    attempt(choose_dataset, visit.store, visit.workspace, st.session_state[key])


def _offer_to_copy(
    text: str,
    key: str,
    dataset: str,
    visit: Visit,
    kind: Literal["primary", "secondary"] = "secondary",
) -> None:
    st.button(
        text,
        type=kind,
        icon=":material/content_copy:",
        key=key,
        help=COPY_HELP,
        on_click=attempting(_copy, visit, dataset),
    )


def _copy(visit: Visit, name: str) -> None:
    dataset = get_dataset(visit.renewed())
    if dataset.name != name:  # A second click: the copy is there, and chosen.
        return
    title = f"My {dataset.title}"[:MAX_TITLE]
    copy_dataset(visit.store, visit.workspace, dataset, title)
    st.toast(f"This is your own copy, {plain(title)}.", icon=":material/content_copy:")


def _ask_for_changes(current: Listing, visit: Visit) -> None:
    """Ask for the dataset's name, its classes, its end."""
    store, workspace, name = visit.store, visit.workspace, current.name
    key = f"dataset_rename_{name}_{current.title}"
    rename = partial(rename_dataset, store, workspace, name)
    ask_for_name("Name", current.title, key, rename, max_chars=MAX_TITLE)
    key = f"dataset_add_class_{len(current.classes)}"
    add = partial(extend_classes, store, workspace, name)
    ask_for_name("Another class", "", key, add, placeholder="its name")
    label = st.selectbox(
        "One of its classes", current.classes, None, key=f"dataset_class_{len(current.classes)}"
    )
    if label is not None:
        key = f"dataset_rename_class_{label}"
        ask_for_name("Call it", label, key, partial(rename_class, store, workspace, name, label))
        st.button(
            f"Remove {plain(label)} and its photos",
            icon=":material/delete:",
            key="dataset_remove_class",
            on_click=attempting(remove_class, store, workspace, name, label),
        )
    _ask_to_delete(name, visit)


def _ask_to_delete(name: str, visit: Visit) -> None:
    busy = is_importing(visit.workspace)
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
        on_click=attempting(delete_dataset, visit.store, visit.workspace, name),
    )
