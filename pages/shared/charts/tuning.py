"""Charts of the search for better settings."""

import altair as alt
import pandas as pd

from model.colours import QUIET, RIGHT, WRONG
from model.experiments.tuning.findings import TuningResult
from model.experiments.tuning.space import BACKBONE, SPACE
from pages.shared.charts.axes import PERCENT, names_axis, tooltip

CHOSEN_ON, NOT_CHOSEN_ON = "validation, on which it was chosen", "test, which chose nothing"


def search_history(search: TuningResult) -> alt.LayerChart:
    """Draw the best error rate so far after each trial, on the photos that chose it and on those
    that did not; each trial's own is a dot."""
    rows = [
        {"trials": finished, "split": split, "wrong": error}
        for finished, best in enumerate(search.history, start=1)
        for split, error in ((CHOSEN_ON, best.valid_error), (NOT_CHOSEN_ON, best.test_error))
        if error is not None
    ]
    errors = [trial.valid_error for trial in search.trials if trial.valid_error is not None]
    trials = pd.DataFrame({"trials": range(1, len(errors) + 1), "wrong": errors})
    x = alt.X("trials:Q", title="trials", axis=alt.Axis(tickMinStep=1))
    y = alt.Y("wrong:Q", title="wrong", axis=PERCENT)
    splits = [CHOSEN_ON, NOT_CHOSEN_ON]
    colours = alt.Scale(domain=splits, range=[RIGHT, WRONG])
    dashes = alt.Scale(domain=splits, range=[[1, 0], [5, 3]])
    legend = alt.Legend(title=None, orient="top", labelLimit=300, columns=1)
    dots = alt.Chart(trials).mark_point(filled=True, size=28, opacity=0.45, color=QUIET)
    lines = alt.Chart(pd.DataFrame(rows)).mark_line(interpolate="step-after", strokeWidth=2.5)
    chart: alt.LayerChart = dots.encode(x=x, y=y) + lines.encode(
        x=x,
        y=y,
        color=alt.Color("split:N", scale=colours, legend=legend),
        strokeDash=alt.StrokeDash("split:N", scale=dashes, legend=None),
        tooltip=tooltip(["split:N", "trials:Q"], "wrong"),
    )
    return chart.properties(height=260)


def importances(search: TuningResult) -> alt.Chart:
    """Draw a bar a setting: how much it matters, the most important first."""
    titles = {**{name: part.title for name, part in SPACE.items()}, BACKBONE: "Backbone"}
    rows = [
        {"setting": f"{titles[name]}  {share:.0%}", "share": share}
        for name, share in search.importances.items()
    ]
    chart: alt.Chart = (
        alt.Chart(pd.DataFrame(rows), height=32 * len(rows) + 20)
        .mark_bar(cornerRadius=3, height=18, color=RIGHT)
        .encode(
            x=alt.X("share:Q", axis=None),
            y=alt.Y("setting:N", sort=None, title=None, axis=names_axis(limit=240)),
            tooltip=["setting:N"],
        )
        .configure_view(stroke=None)
    )
    return chart
