"""Colours of classes and answers: the same on every page, in every chart and in the report."""

# By position in the dataset's classes. Neighbours differ in lightness as well as hue, for
# colour-blind eyes.
CLASS_COLOURS = (
    *("#2f8a6e", "#d9783c", "#5d68b3", "#c9a227", "#6fa9c9", "#b5504f", "#8e4a6e"),
    *("#7d6b52", "#a3b35c", "#4b8f9a", "#a98bc2", "#e0a98a", "#3f6f3a", "#c77f9c"),
    *("#8a8f3a", "#4a6fa5", "#b98a4a", "#6b8f71", "#7a5aa6", "#999085"),
)
RIGHT, WRONG = "#2f8a6e", "#c2603a"  # Of answers
QUIET = "#8d938b"  # Legible on both themes
INK, PAPER_QUIET, LINE = "#2a2f2a", "#6a706a", "#dcd8c8"  # On white


def class_colour(classes: tuple[str, ...], name: str) -> str:
    """Give the colour of a class; grey for one that the dataset no longer has."""
    if name not in classes:
        return PAPER_QUIET
    return CLASS_COLOURS[classes.index(name) % len(CLASS_COLOURS)]
