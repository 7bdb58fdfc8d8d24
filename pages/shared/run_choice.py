"""A box that chooses a run."""

import streamlit as st

from model.errors import NotFound
from pages.shared import state
from pages.shared.cache.runs import get_card
from pages.shared.text import run_title


def ask_for_run(label: str, names: dict[str, str], key: str, first: str) -> str:
    """Ask for one of the runs `names` (id -> name), `first` unless the URL says another.

    Return its id.
    """

    def title(run: str) -> str:
        try:
            return run_title(names[run], get_card(run))
        except NotFound:
            return f"{names[run]} (cannot be read)"

    run_id = state.restored(key, list(names), first)
    st.selectbox(label, list(names), format_func=title, key=key, on_change=state.keep, args=(key,))
    return run_id
