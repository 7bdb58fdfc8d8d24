"""Charts of predictions and evaluations."""

import altair as alt
import numpy as np
import pandas as pd

from model.classify.answer import Prediction
from model.colours import QUIET, RIGHT, WRONG, class_colour
from model.evaluation.calibration import Bin, answered_at
from model.evaluation.intervals import wilson
from model.evaluation.table import Evaluation
from pages.shared.charts.axes import PERCENT, names_axis, tooltip

TICKS = [0, 0.25, 0.5, 0.75, 1]
HEIGHT = 280


def probability_bars(answer: Prediction) -> alt.Chart:
    """Draw a bar a class, the most likely first, its probability beside its name."""
    ranked = (-answer.probabilities).argsort()
    names = [answer.classes[row] for row in ranked]
    probabilities = answer.probabilities[ranked].astype(float)
    labels = [f"{name}  {value:.0%}" for name, value in zip(names, probabilities, strict=True)]
    table = pd.DataFrame({"label": labels, "class": names, "probability": probabilities})
    colours = alt.Scale(domain=names, range=[class_colour(answer.classes, name) for name in names])
    chart: alt.Chart = (
        alt.Chart(table, height=36 * len(names))
        .mark_bar(cornerRadius=4, height=22)
        .encode(
            x=alt.X("probability:Q", scale=alt.Scale(domain=[0, 1]), axis=None),
            y=alt.Y("label:N", sort=labels, title=None, axis=names_axis(15)),
            color=alt.Color("class:N", scale=colours, legend=None),
            tooltip=tooltip(["class:N"], "probability"),
        )
        .configure_view(stroke=None)
    )
    return chart


def error_rates(errors: dict[str, tuple[int, int]], split: str) -> alt.LayerChart:
    """Draw the error rate of each split with its 95% interval; one split stands out.

    `errors` has each split's wrong photos and its photos.
    """
    rows = []
    for name, (wrong, photos) in errors.items():
        low, high = wilson(wrong, photos)
        label, rate = f"{name}  {wrong} of {photos}", wrong / photos
        colour = WRONG if name == split else QUIET
        rows.append(
            {"split": label, "low": low, "high": high, "error rate": rate, "colour": colour}
        )
    base = alt.Chart(pd.DataFrame(rows), height=44 * len(rows)).encode(
        y=alt.Y("split:N", sort=None, title=None, axis=names_axis()),
        color=alt.Color("colour:N", scale=None),
        tooltip=tooltip(["split:N"], "error rate", "low", "high"),
    )
    x = alt.X("low:Q", title=None, scale=alt.Scale(domainMin=0), axis=PERCENT)
    ranges = base.mark_rule(strokeWidth=5, opacity=0.45, strokeCap="round").encode(x=x, x2="high:Q")
    dots = base.mark_point(filled=True, size=130, opacity=1).encode(x=alt.X("error rate:Q"))
    chart: alt.LayerChart = ranges + dots
    return chart


def reliability_diagram(bins: list[Bin], ink: str) -> alt.LayerChart:
    """Draw the accuracy of predictions against their probability, and the dashed line of perfect
    calibration; a figure counts the photos of each bin."""
    filled = [
        {"probability": each.confidence, "right": each.accuracy, "photos": each.count}
        for each in bins
        if each.accuracy is not None
    ]
    x = alt.X(
        "probability:Q", title="said: probability", scale=alt.Scale(domain=[0, 1]), axis=PERCENT
    )
    y = alt.Y(
        "right:Q",
        title="true: share of right answers",
        scale=alt.Scale(domain=[0, 1.08]),
        axis=alt.Axis(format="%", values=TICKS),
    )
    fields = [*tooltip([], "probability", "right", form=".0%"), alt.Tooltip("photos:Q")]
    columns = ["probability", "right", "photos"]
    answers = alt.Chart(pd.DataFrame(filled, columns=columns)).encode(x=x, y=y, tooltip=fields)
    diagonal = pd.DataFrame({"probability": [0.0, 1.0], "right": [0.0, 1.0]})
    chart: alt.LayerChart = (
        alt.Chart(diagonal).encode(x=x, y=y).mark_line(strokeDash=[5, 4], color=QUIET)
        + answers.mark_point(filled=True, size=90, color=RIGHT, opacity=1)
        + answers.mark_text(dy=-13, fontSize=12, color=ink).encode(text="photos:Q")
    ).properties(height=HEIGHT)
    return chart


def threshold_curves(table: Evaluation, threshold: float) -> alt.LayerChart:
    """Draw, at every threshold, the share of photos that get an answer, and the share of wrong
    ones among the answers."""
    probabilities, rows = table.probabilities, []
    for at in np.linspace(1 / len(table.classes), 1, 101):
        left = answered_at(float(at), probabilities, table.labels)
        answered = left.answered / len(table.photos)
        rows.append({"threshold": at, "share": answered, "of": "answered"})
        if left.answered:
            wrong = left.wrong / left.answered
            rows.append({"threshold": at, "share": wrong, "of": "wrong among them"})
    colours, legend = alt.Scale(range=[RIGHT, WRONG]), alt.Legend(orient="top", title=None)
    lines = (
        alt.Chart(pd.DataFrame(rows), height=HEIGHT)
        .mark_line(strokeWidth=2.5, interpolate="step-after")
        .encode(
            x=alt.X("threshold:Q", title="threshold", axis=PERCENT),
            y=alt.Y("share:Q", title=None, scale=alt.Scale(domain=[0, 1]), axis=PERCENT),
            color=alt.Color("of:N", scale=colours, legend=legend),
            tooltip=[*tooltip(["of:N"], "threshold", form=".0%"), *tooltip([], "share")],
        )
    )
    rule = (
        alt.Chart(pd.DataFrame({"threshold": [threshold]}))
        .mark_rule(color=QUIET, strokeDash=[5, 4])
        .encode(x="threshold:Q")
    )
    chart: alt.LayerChart = lines + rule
    return chart
