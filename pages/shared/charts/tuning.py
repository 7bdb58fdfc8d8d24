"""What a search for better settings has found, as charts. Imported where they are drawn, as charts.py."""

import altair as alt
import pandas as pd

from model.colours import QUIET, RIGHT, WRONG
from model.experiments.tuning.findings import TuningResult
from model.experiments.tuning.space import BACKBONE, SPACE

CHOSEN_ON, NOT_CHOSEN_ON = "validation, on which it was chosen", "test, which chose nothing"


def search_history(search: TuningResult) -> alt.LayerChart:
    """The best error rate so far after each trial, on the photos that chose it and on those that did not."""
    rows = []
    for point in search.history:
        shares = ((CHOSEN_ON, point.valid_error), (NOT_CHOSEN_ON, point.test_error))
        rows += [
            {"trials": point.finished, "split": name, "wrong": share}
            for name, share in shares
            if share is not None
        ]
    trials = pd.DataFrame(
        {"trials": place, "wrong": trial.valid_error}
        for place, trial in enumerate(
            (one for one in search.trials if one.valid_error is not None), start=1
        )
    )
    y = alt.Y("wrong:Q", title="wrong", axis=alt.Axis(format="%", tickCount=5))
    x = alt.X("trials:Q", title="trials", axis=alt.Axis(tickMinStep=1))
    colours = alt.Scale(domain=[CHOSEN_ON, NOT_CHOSEN_ON], range=[RIGHT, WRONG])
    dots = (
        alt.Chart(trials)
        .mark_point(filled=True, size=28, opacity=0.45, color=QUIET)
        .encode(x=x, y=y)
    )
    legend = alt.Legend(title=None, orient="top", labelLimit=300, columns=1)
    lines = (
        alt.Chart(pd.DataFrame(rows))
        .mark_line(interpolate="step-after", strokeWidth=2.5)
        .encode(
            x=x,
            y=y,
            color=alt.Color("split:N", scale=colours, legend=legend),
            strokeDash=alt.StrokeDash(
                "split:N",
                scale=alt.Scale(domain=[CHOSEN_ON, NOT_CHOSEN_ON], range=[[1, 0], [5, 3]]),
                legend=None,
            ),
            tooltip=["split:N", "trials:Q", alt.Tooltip("wrong:Q", format=".1%")],
        )
    )
    chart: alt.LayerChart = (dots + lines).properties(height=260)
    return chart


def importances(search: TuningResult) -> alt.Chart:
    """How much each setting matters, the most important first."""
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
            y=alt.Y(
                "setting:N",
                sort=None,
                title=None,
                axis=alt.Axis(labelFontSize=14, labelLimit=240, ticks=False, domain=False),
            ),
            tooltip=["setting:N"],
        )
        .configure_view(stroke=None)
    )
    return chart
