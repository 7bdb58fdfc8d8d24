"""Classes in their colours as Markdown; the colours themselves are in `model/colours.py`."""

import streamlit as st

from model.colours import INK
from pages.shared.text import plain

# The first six of CLASS_COLOURS, as the theme names them.
BADGE_COLOURS = ("green", "orange", "violet", "yellow", "blue", "red")


def class_badge(classes: tuple[str, ...], name: str) -> str:
    """Write a class's name in its colour; grey where the theme's colours run out."""
    position = classes.index(name)
    colour = BADGE_COLOURS[position] if position < len(BADGE_COLOURS) else "gray"
    return f":{colour}-badge[{plain(name)}]"


def label_badge(classes: tuple[str, ...], label: str | None) -> str:
    """Write a photo's label as a badge; grey where it is no longer in the dataset."""
    return class_badge(classes, label) if label else ":gray-badge[deleted]"


def ink() -> str:
    """Give the colour of text on the page, for charts: their text does not follow the theme."""
    return "#ebe8dd" if st.context.theme.type == "dark" else INK
