"""Choosing a run."""

import streamlit as st

from pages.shared import state
from pages.shared.resources import get_run
from pages.shared.words import run_title


def ask_for_run(label: str, names: dict[str, str], key: str, first: str) -> str:
    """One of the runs `names` (id -> name); its id stays in the URL."""

    def title(run: str) -> str:
        return run_title(names[run], get_run(run).card)

    chosen = state.restored(key, list(names), first)
    st.selectbox(label, list(names), format_func=title, key=key, on_change=state.keep, args=(key,))
    return chosen
