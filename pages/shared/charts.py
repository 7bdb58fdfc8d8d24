"""Charts: data in, Altair chart out, nothing drawn. And the one place that gives a class its colour."""

import altair as alt
import pandas as pd

from model.answers import Answer
from pages.shared.words import plain

# By position in the dataset's classes. Neighbours differ in lightness as well as hue, for colour-blind eyes.
CLASS_COLOURS = (
    "#2f8a6e", "#d9783c", "#5d68b3", "#c9a227", "#6fa9c9", "#b5504f", "#8e4a6e", "#7d6b52", "#a3b35c", "#4b8f9a",
    "#a98bc2", "#e0a98a", "#3f6f3a", "#c77f9c", "#8a8f3a", "#4a6fa5", "#b98a4a", "#6b8f71", "#7a5aa6", "#999085",
)  # fmt: skip
BADGE_COLOURS = ("green", "orange", "violet", "yellow", "blue", "red")  # The same six, as the theme names them.


def class_colour(classes: tuple[str, ...], name: str) -> str:
    """The colour of a class, the same on every page."""
    return CLASS_COLOURS[classes.index(name) % len(CLASS_COLOURS)]


def class_badge(classes: tuple[str, ...], name: str) -> str:
    """Markdown for a class's name in its colour; grey where the theme's colours run out."""
    position = classes.index(name)
    return f":{BADGE_COLOURS[position] if position < len(BADGE_COLOURS) else 'gray'}-badge[{plain(name)}]"


def probability_bars(answer: Answer) -> alt.Chart:
    """A bar for each class, the most likely first, its probability beside its name."""
    ranked = (-answer.probabilities).argsort()
    names = [answer.classes[row] for row in ranked]
    # The figure is part of the axis label: axis labels follow the light or dark theme, text marks do not.
    labels = [f"{name}  {answer.probabilities[row]:.0%}" for name, row in zip(names, ranked, strict=True)]
    table = pd.DataFrame({"label": labels, "class": names, "probability": answer.probabilities[ranked].astype(float)})
    colours = alt.Scale(domain=names, range=[class_colour(answer.classes, name) for name in names])
    chart: alt.Chart = (
        alt.Chart(table, height=36 * len(names))
        .mark_bar(cornerRadius=4, height=22)
        .encode(
            x=alt.X("probability:Q", scale=alt.Scale(domain=[0, 1]), axis=None),
            y=alt.Y("label:N", sort=labels, title=None, axis=alt.Axis(labelFontSize=15, labelLimit=220, ticks=False, domain=False)),
            color=alt.Color("class:N", scale=colours, legend=None),
            tooltip=[alt.Tooltip("class:N"), alt.Tooltip("probability:Q", format=".1%")],
        )
        .configure_view(stroke=None)
    )
    return chart
