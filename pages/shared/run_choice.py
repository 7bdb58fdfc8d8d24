"""Choosing a run."""

import streamlit as st

from model.errors import NotFound
from pages.shared import state
from pages.shared.cache.runs import get_card
from pages.shared.text import run_title


def ask_for_run(label: str, names: dict[str, str], key: str, first: str) -> str:
    """One of the runs `names` (id -> name); its id stays in the URL."""

    def title(run: str) -> str:
        try:
            return run_title(names[run], get_card(run))
        except NotFound:
            return f"{names[run]} (cannot be read)"

    chosen = state.restored(key, list(names), first)
    st.selectbox(label, list(names), format_func=title, key=key, on_change=state.keep, args=(key,))
    return chosen
