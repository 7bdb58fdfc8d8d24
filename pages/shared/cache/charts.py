"""Caches charts as Vega-Lite: a rerun that shows the same figures builds and checks none anew."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st


def show_chart(
    chart: partial[Any],
    *,
    alt: str,
    facts: object = None,
    selected: tuple[str, str, Callable[[], None]] | None = None,
) -> None:
    """Draw the Altair chart that `chart` builds, unless the same was built before.

    The same is one with equal arguments or, where these are large, with equal `facts`. `selected`
    has the name of a selection in it, the widget's key, and what a click calls.
    """
    arguments = (chart.args, chart.keywords) if facts is None else facts
    name = f"{chart.func.__module__}.{chart.func.__qualname__}"
    specification = json.loads(_vega_lite(name, arguments, chart))
    if selected is None:
        st.vega_lite_chart(specification, alt=alt)
        return
    selection, key, on_click = selected
    st.vega_lite_chart(
        specification, alt=alt, key=key, on_select=on_click, selection_mode=selection
    )


@st.cache_resource(show_spinner=False, max_entries=512)
def _vega_lite(name: str, arguments: object, _build: Callable[[], Any]) -> str:
    import altair  # Half a second: not before the first chart.

    altair.theme.enable("none")  # Its own sizes do not suit pages; Streamlit brings a theme.
    specification: str = _build().to_json(indent=None)
    return specification
