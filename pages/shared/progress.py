"""A bar for work that takes longer than a blink."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """A bar that appears with the first report of how many are done of how many, and is gone
    afterwards.

    Its place is taken whether it appears or not: what stands below would otherwise jump on the next
    rerun.
    """
    place = st.empty()

    def report(done: int, total: int) -> None:
        place.progress(done / total, f"{title}: {done} of {total}")

    try:
        yield report
    finally:
        place.empty()
