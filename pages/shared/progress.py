"""A bar for work that takes longer than a blink."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from model.progress import Pace, Progress
from model.wording import time_left


@contextmanager
def progress_bar(title: str) -> Iterator[Progress]:
    """Show a bar from the first report of progress until the work is over.

    Its place is taken whether it appears or not: what stands below would otherwise jump on the next
    rerun.
    """
    place, pace = st.empty(), Pace()

    def report(done: int, total: int) -> None:
        pace.report(done, total)
        left = time_left(pace.seconds_left) if done < total else ""
        place.progress(done / total, f"{title}: {done} of {total}{left}")

    try:
        yield report
    finally:
        place.empty()
