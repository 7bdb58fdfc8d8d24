"""Photos with boxes to tick."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeVar

import streamlit as st

from pages.shared import state

Item = TypeVar("Item")


def show_tick_grid(items: Iterable[Item], show: Callable[[Item], None], least_px: int) -> None:
    """Draw a cell for each item, in as many columns as fit; `show` draws photo and box."""
    with st.grid("auto", min_column_width=least_px, gap="small"):
        for item in items:
            with st.container(gap="xxsmall"):
                show(item)


def ask_to_tick(title: str, key: str, boxes: Iterable[str], *, ticked: bool) -> None:
    """Draw a button that ticks boxes, or unticks them."""
    tick = partial(state.set_ticks, list(boxes), ticked)
    st.button(title, type="tertiary", key=key, on_click=tick)
