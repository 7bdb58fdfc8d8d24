"""Questions that several pages ask: for an option, a class, a run, a text."""

from collections.abc import Callable, Iterable, Sequence
from typing import Literal, TypeVar

import streamlit as st

from model.errors import NotFound
from pages.shared import state
from pages.shared.cache.runs import get_card
from pages.shared.callbacks import attempt
from pages.shared.text import plain, run_title

EVERY = "(all)"

ClassName = TypeVar("ClassName", str, str | None)


def ask_for_option(
    label: str,
    options: Sequence[str],
    key: str,
    *,
    title: Callable[[str], str] = str,
    is_labelled: bool = False,
    keep_in: Literal["url", "session"] | None = None,
    width: Literal["content", "stretch"] = "content",
) -> str:
    """Ask for one of several options side by side, the first until the visitor chooses."""
    return st.segmented_control(
        label,
        options,
        default=options[0],
        required=True,
        key=key,
        format_func=title,
        label_visibility="visible" if is_labelled else "collapsed",
        bind="query-params" if keep_in == "url" else None,
        persist_state="session" if keep_in == "session" else None,
        width=width,
    )


def ask_for_class(label: str, classes: Sequence[str], key: str, default: ClassName) -> ClassName:
    """Ask for a class, `default` until the visitor chooses."""
    return st.pills(
        label, classes, default=default, required=True, format_func=plain, wrap=True, key=key
    )


def ask_to_narrow(label: str, options: Iterable[str], key: str) -> str | None:
    """Ask for one of the options, kept in the URL; None for all of them."""
    option = st.selectbox(label, [EVERY, *options], key=key, bind="query-params")
    return None if option == EVERY else option


def ask_for_run(label: str, names: dict[str, str], key: str, first: str) -> str:
    """Ask for the id of one of `names` (id -> name), `first` unless the URL says another."""

    def title(run: str) -> str:
        try:
            return run_title(names[run], get_card(run))
        except NotFound:
            return f"{names[run]} (cannot be read)"

    run_id = state.restored(key, list(names), first)
    st.selectbox(label, list(names), format_func=title, key=key, on_change=state.keep, args=(key,))
    return run_id


def ask_for_name(
    label: str,
    name: str,
    key: str,
    rename: Callable[[str], object],
    *,
    max_chars: int | None = None,
    placeholder: str | None = None,
) -> None:
    """Draw a field for a name; what is typed is handed to `rename`, unless it is nothing."""

    def take_name() -> None:
        if st.session_state[key].strip():
            attempt(rename, st.session_state[key])

    st.text_input(label, name, max_chars, key, placeholder=placeholder, on_change=take_name)
