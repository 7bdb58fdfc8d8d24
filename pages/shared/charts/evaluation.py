"""Charts: data in, Altair chart out, nothing drawn.

Pages import this module where they draw: Altair and pandas take a second, and the first paint must not wait for them.
"""

import altair as alt
import numpy as np
import pandas as pd

from model.classify.answer import Prediction
from model.colours import QUIET, RIGHT, WRONG, class_colour
from model.evaluation.calibration import Bin, answered_at
from model.evaluation.intervals import wilson
from model.evaluation.table import Evaluation

TICKS = [0, 0.25, 0.5, 0.75, 1]


def probability_bars(answer: Prediction) -> alt.Chart:
    """A bar for each class, the most likely first, its probability beside its name."""
    ranked = (-answer.probabilities).argsort()
    names = [answer.classes[row] for row in ranked]
    # The figure is part of the axis label: axis labels follow the light or dark theme, text marks do not.
    labels = [
        f"{name}  {answer.probabilities[row]:.0%}" for name, row in zip(names, ranked, strict=True)
    ]
    table = pd.DataFrame(
        {"label": labels, "class": names, "probability": answer.probabilities[ranked].astype(float)}
    )
    colours = alt.Scale(domain=names, range=[class_colour(answer.classes, name) for name in names])
    chart: alt.Chart = (
        alt.Chart(table, height=36 * len(names))
        .mark_bar(cornerRadius=4, height=22)
        .encode(
            x=alt.X("probability:Q", scale=alt.Scale(domain=[0, 1]), axis=None),
            y=alt.Y(
                "label:N",
                sort=labels,
                title=None,
                axis=alt.Axis(labelFontSize=15, labelLimit=220, ticks=False, domain=False),
            ),
            color=alt.Color("class:N", scale=colours, legend=None),
            tooltip=[alt.Tooltip("class:N"), alt.Tooltip("probability:Q", format=".1%")],
        )
        .configure_view(stroke=None)
    )
    return chart


def error_rates(tables: dict[str, Evaluation], chosen: str) -> alt.LayerChart:
    """A row for each split: its error rate and the interval in which the true one lies; the chosen split stands out."""
    rows = []
    for name, table in tables.items():
        n = len(table.photos)
        low, high = wilson(table.errors, n)
        label = f"{name}  {table.errors} of {n}"
        rows.append(
            {
                "split": label,
                "low": low,
                "high": high,
                "error rate": table.errors / n,
                "colour": WRONG if name == chosen else QUIET,
            }
        )
    data = pd.DataFrame(rows)
    base = alt.Chart(data, height=44 * len(rows)).encode(
        y=alt.Y(
            "split:N",
            sort=None,
            title=None,
            axis=alt.Axis(
                labelFontSize=14, labelLimit=220, labelFlush=False, ticks=False, domain=False
            ),
        ),
        color=alt.Color("colour:N", scale=None),
        tooltip=[
            alt.Tooltip("split:N"),
            *(alt.Tooltip(name, format=".1%") for name in ("error rate", "low", "high")),
        ],
    )
    x = alt.X(
        "low:Q", title=None, scale=alt.Scale(domainMin=0), axis=alt.Axis(format="%", tickCount=5)
    )
    chart: alt.LayerChart = base.mark_rule(strokeWidth=5, opacity=0.45, strokeCap="round").encode(
        x=x, x2="high:Q"
    ) + base.mark_point(filled=True, size=130, opacity=1).encode(x=alt.X("error rate:Q"))
    return chart


def reliability_diagram(bins: list[Bin], ink: str) -> alt.LayerChart:
    """How often answers of each probability are right, against the dashed line of perfect honesty; a figure counts the photos."""
    filled = [one for one in bins if one.accuracy is not None]
    data = pd.DataFrame({"probability": [one.confidence for one in filled], "right": [one.accuracy for one in filled],
                         "photos": [one.count for one in filled]})  # fmt: skip
    x, y = (
        alt.X(
            "probability:Q",
            title="said: probability",
            scale=alt.Scale(domain=[0, 1]),
            axis=alt.Axis(format="%", tickCount=5),
        ),
        alt.Y(
            "right:Q",
            title="true: share of right answers",
            scale=alt.Scale(domain=[0, 1.08]),
            axis=alt.Axis(format="%", values=TICKS),
        ),
    )
    shares = [alt.Tooltip("probability:Q", format=".0%"), alt.Tooltip("right:Q", format=".0%")]
    answers = alt.Chart(data).encode(x=x, y=y, tooltip=[*shares, alt.Tooltip("photos:Q")])
    honest = alt.Chart(pd.DataFrame({"probability": [0.0, 1.0], "right": [0.0, 1.0]})).encode(
        x=x, y=y
    )
    chart: alt.LayerChart = (
        honest.mark_line(strokeDash=[5, 4], color=QUIET)
        + answers.mark_point(filled=True, size=90, color=RIGHT, opacity=1)
        + answers.mark_text(dy=-13, fontSize=12, color=ink).encode(text="photos:Q")
    ).properties(height=280)
    return chart


def threshold_curves(table: Evaluation, threshold: float) -> alt.LayerChart:
    """At every threshold: the share of photos that get an answer, and the share of wrong ones among the answers."""
    shares, n = table.probabilities, len(table.photos)
    rows = []
    for at in np.linspace(1 / len(table.classes), 1, 101):
        left = answered_at(float(at), shares, table.labels)
        rows.append({"threshold": at, "share": left.answered / n, "of": "answered"})
        if left.answered:
            rows.append(
                {"threshold": at, "share": left.wrong / left.answered, "of": "wrong among them"}
            )
    lines = (
        alt.Chart(pd.DataFrame(rows), height=280)
        .mark_line(strokeWidth=2.5, interpolate="step-after")
        .encode(
            x=alt.X("threshold:Q", title="threshold", axis=alt.Axis(format="%", tickCount=5)),
            y=alt.Y(
                "share:Q",
                title=None,
                scale=alt.Scale(domain=[0, 1]),
                axis=alt.Axis(format="%", tickCount=5),
            ),
            color=alt.Color(
                "of:N",
                scale=alt.Scale(range=[RIGHT, WRONG]),
                legend=alt.Legend(orient="top", title=None),
            ),
            tooltip=[
                "of:N",
                alt.Tooltip("threshold:Q", format=".0%"),
                alt.Tooltip("share:Q", format=".1%"),
            ],
        )
    )
    here = (
        alt.Chart(pd.DataFrame({"threshold": [threshold]}))
        .mark_rule(color=QUIET, strokeDash=[5, 4])
        .encode(x="threshold:Q")
    )
    chart: alt.LayerChart = lines + here
    return chart
