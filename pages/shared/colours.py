"""The one place that gives a class its colour, on every page."""

import streamlit as st

from pages.shared.text import plain

# By position in the dataset's classes. Neighbours differ in lightness as well as hue, for colour-blind eyes.
CLASS_COLOURS = (
    "#2f8a6e", "#d9783c", "#5d68b3", "#c9a227", "#6fa9c9", "#b5504f", "#8e4a6e", "#7d6b52", "#a3b35c", "#4b8f9a",
    "#a98bc2", "#e0a98a", "#3f6f3a", "#c77f9c", "#8a8f3a", "#4a6fa5", "#b98a4a", "#6b8f71", "#7a5aa6", "#999085",
)  # fmt: skip
RIGHT, WRONG = "#2f8a6e", "#c2603a"  # Of answers, in every chart.
QUIET = "#8d938b"  # Legible on both themes.
BADGE_COLOURS = (
    "green",
    "orange",
    "violet",
    "yellow",
    "blue",
    "red",
)  # The same six, as the theme names them.


def class_colour(classes: tuple[str, ...], name: str) -> str:
    """The colour of a class, the same on every page."""
    return CLASS_COLOURS[classes.index(name) % len(CLASS_COLOURS)]


def class_badge(classes: tuple[str, ...], name: str) -> str:
    """Markdown for a class's name in its colour; grey where the theme's colours run out."""
    position = classes.index(name)
    return f":{BADGE_COLOURS[position] if position < len(BADGE_COLOURS) else 'gray'}-badge[{plain(name)}]"


def label_badge(classes: tuple[str, ...], label: str | None) -> str:
    """The badge of a photo's label; grey where it is no longer in the dataset."""
    return class_badge(classes, label) if label else ":gray-badge[deleted]"


def ink() -> str:
    """The colour of text on the page, for charts: their text marks do not follow the theme."""
    return "#ebe8dd" if st.context.theme.type == "dark" else "#2a2f2a"
