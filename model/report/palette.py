"""The colours of a printed report: the pages' own, on white."""

# By position in the dataset's classes, as on the pages; a test holds the two lists against each other.
CLASS_COLOURS = (
    "#2f8a6e", "#d9783c", "#5d68b3", "#c9a227", "#6fa9c9", "#b5504f", "#8e4a6e", "#7d6b52", "#a3b35c", "#4b8f9a",
    "#a98bc2", "#e0a98a", "#3f6f3a", "#c77f9c", "#8a8f3a", "#4a6fa5", "#b98a4a", "#6b8f71", "#7a5aa6", "#999085",
)  # fmt: skip
RIGHT, WRONG = "#2f8a6e", "#c2603a"  # Of answers
INK, QUIET, LINE = "#2a2f2a", "#6a706a", "#dcd8c8"


def class_colour(classes: tuple[str, ...], name: str) -> str:
    """The colour of a class; grey for one that the dataset no longer has."""
    return CLASS_COLOURS[classes.index(name) % len(CLASS_COLOURS)] if name in classes else QUIET
