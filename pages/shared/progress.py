"""A bar for work that takes longer than a blink."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from model.progress import Progress


@contextmanager
def progress_bar(title: str) -> Iterator[Progress]:
    """Show a bar from the first report of progress until the work is over.

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
