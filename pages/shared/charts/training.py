"""Learning curves: how a training went, epoch by epoch. Charts are imported where they are drawn, as charts.py says."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from model.colours import CLASS_COLOURS, QUIET
from model.runs.settings import Epoch

LEGEND_ROW_PX = 28
TRAIN, VALID = "train_loss", "valid_loss"
SMALL_LEGEND = alt.Legend(orient="bottom", title=None, labelFontSize=12, columnPadding=8)
DASHES = alt.Scale(domain=[VALID, TRAIN], range=[[1, 0], [5, 4]])


def loss_curves(histories: dict[str, Sequence[Epoch]], epochs: int) -> alt.LayerChart:
    """Validation loss (solid) and train loss (dashed) of runs, each in its colour; the best epoch has a dot."""
    rows = [
        {"run": name, "epoch": one.epoch, "loss": getattr(one, kind), "of": kind}
        for name, history in histories.items()
        for one in history
        for kind in (TRAIN, VALID)
    ]
    best = [
        {
            "run": name,
            "epoch": (least := min(history, key=lambda one: one.valid_loss)).epoch,
            "loss": least.valid_loss,
        }
        for name, history in histories.items()
        if history
    ]
    lines = _chart(rows, epochs).encode(
        y=alt.Y("loss:Q", title="loss", scale=alt.Scale(zero=False)),
        strokeDash=alt.StrokeDash("of:N", scale=DASHES, legend=SMALL_LEGEND),
        tooltip=["run:N", "of:N", "epoch:Q", alt.Tooltip("loss:Q", format=".3f")],
    )
    dots = _chart(best, epochs).encode(
        y="loss:Q", tooltip=["run:N", "epoch:Q", alt.Tooltip("loss:Q", format=".3f")]
    )
    chart: alt.LayerChart = lines.mark_line(strokeWidth=2.5) + dots.mark_point(
        filled=True, size=110, opacity=1
    )
    return chart


def error_curves(histories: dict[str, Sequence[Epoch]], epochs: int) -> alt.Chart:
    """The error rate on the validation photos after each epoch."""
    return _one_figure(histories, epochs, "error_rate", "error rate", "%")


def rate_curves(histories: dict[str, Sequence[Epoch]], epochs: int) -> alt.Chart:
    """The learning rate at the end of each epoch."""
    return _one_figure(histories, epochs, "learning_rate", "learning rate", ".0e")


def _one_figure(
    histories: dict[str, Sequence[Epoch]], epochs: int, figure: str, title: str, form: str
) -> alt.Chart:
    rows = [
        {"run": name, "epoch": one.epoch, figure: getattr(one, figure)}
        for name, history in histories.items()
        for one in history
    ]
    chart: alt.Chart = (
        _chart(rows, epochs)
        .mark_line(strokeWidth=2.5, point=True)
        .encode(
            y=alt.Y(f"{figure}:Q", title=title, axis=alt.Axis(format=form, tickCount=5)),
            tooltip=[
                "run:N",
                "epoch:Q",
                alt.Tooltip(f"{figure}:Q", format=".2%" if form == "%" else ".2e"),
            ],
        )
    )
    return chart


def rate_search(
    rates: Sequence[float], losses: Sequence[float], suggestion: float
) -> alt.LayerChart:
    """The loss at each learning rate that was tried, and the one suggested."""
    table = pd.DataFrame({"learning rate": rates, "loss": losses})
    x = alt.X(
        "learning rate:Q", scale=alt.Scale(type="log"), axis=alt.Axis(format=".0e", tickCount=6)
    )
    y = alt.Y("loss:Q", scale=alt.Scale(domain=[min(losses) * 0.9, losses[0] * 1.5], clamp=True))
    line = (
        alt.Chart(table, height=230)
        .mark_line(strokeWidth=2.5, color=CLASS_COLOURS[0])
        .encode(x=x, y=y)
    )
    here = (
        alt.Chart(pd.DataFrame({"learning rate": [suggestion]}))
        .mark_rule(color=CLASS_COLOURS[1], strokeWidth=2.5)
        .encode(x=x)
    )
    chart: alt.LayerChart = line + here
    return chart


def _chart(rows: list[dict[str, object]], epochs: int) -> alt.Chart:
    """A chart over the epochs, wide enough for all that are to come, so that it does not jump while it grows."""
    names = list(dict.fromkeys(str(row["run"]) for row in rows))
    colours = alt.Scale(
        domain=names,
        range=[CLASS_COLOURS[number % len(CLASS_COLOURS)] for number in range(len(names))]
        or [QUIET],
    )
    legend = (
        alt.Legend(orient="bottom", title=None, columns=1, labelLimit=260)
        if len(names) > 1
        else None
    )
    return alt.Chart(
        pd.DataFrame(rows or [{"run": "", "epoch": 0}]),
        height=230 + LEGEND_ROW_PX * max(len(names) - 1, 0),
    ).encode(
        x=alt.X(
            "epoch:Q",
            scale=alt.Scale(domain=[0, max(epochs - 1, 1)]),
            axis=alt.Axis(tickMinStep=1, format="d"),
        ),
        color=alt.Color("run:N", scale=colours, legend=legend),
    )
