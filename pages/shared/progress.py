"""A bar for work that takes longer than a blink."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """A bar that appears with the first report of how many are done of how many, and is gone afterwards."""
    shown: list[DeltaGenerator] = []

    def report(done: int, total: int) -> None:
        if not shown:
            shown.append(st.empty())
        shown[0].progress(done / total, f"{title}: {done} of {total}")

    try:
        yield report
    finally:
        for bar in shown:
            bar.empty()
