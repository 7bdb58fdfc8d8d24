"""Charts: data in, Altair chart out, nothing drawn.

Pages import this module where they draw: Altair and pandas take a second, and the first paint must not wait for them.
"""

import altair as alt
import pandas as pd

from model.answers import Answer
from pages.shared.colours import class_colour


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
