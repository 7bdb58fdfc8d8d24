"""Charts of a training, epoch by epoch."""

from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd

from model.colours import CLASS_COLOURS, QUIET
from model.runs.settings import Epoch
from pages.shared.charts.axes import tooltip

Histories = Mapping[str, Sequence[Epoch]]  # By the name of the run

HEIGHT, LEGEND_ROW_PX = 230, 28
TRAIN, VALID = "train_loss", "valid_loss"
SMALL_LEGEND = alt.Legend(orient="bottom", title=None, labelFontSize=12, columnPadding=8)
DASHES = alt.Scale(domain=[VALID, TRAIN], range=[[1, 0], [5, 4]])


def loss_curves(histories: Histories, epochs: int) -> alt.LayerChart:
    """Draw validation loss (solid) and train loss (dashed) of runs, each in its colour; the best
    epoch has a dot."""
    rows = [row for kind in (TRAIN, VALID) for row in _rows(histories, kind, "loss", of=kind)]
    best = {
        name: [min(history, key=lambda epoch: epoch.valid_loss)]
        for name, history in histories.items()
        if history
    }
    lines = _over_epochs(rows, epochs).mark_line(strokeWidth=2.5)
    dots = _over_epochs(_rows(best, VALID, "loss"), epochs)
    lines = lines.encode(
        y=alt.Y("loss:Q", title="loss", scale=alt.Scale(zero=False)),
        strokeDash=alt.StrokeDash("of:N", scale=DASHES, legend=SMALL_LEGEND),
        tooltip=tooltip(["run:N", "of:N", "epoch:Q"], "loss", form=".3f"),
    )
    chart: alt.LayerChart = lines + dots.mark_point(filled=True, size=110, opacity=1).encode(
        y="loss:Q", tooltip=tooltip(["run:N", "epoch:Q"], "loss", form=".3f")
    )
    return chart


def error_curves(histories: Histories, epochs: int) -> alt.Chart:
    """Draw the error rate on the validation photos after each epoch."""
    return _one_figure(histories, epochs, "error_rate", "%", ".2%")


def rate_curves(histories: Histories, epochs: int) -> alt.Chart:
    """Draw the learning rate at the end of each epoch."""
    return _one_figure(histories, epochs, "learning_rate", ".0e", ".2e")


def _one_figure(
    histories: Histories, epochs: int, figure: str, axis_form: str, form: str
) -> alt.Chart:
    axis = alt.Axis(format=axis_form, tickCount=5)
    lines = _over_epochs(_rows(histories, figure, figure), epochs)
    chart: alt.Chart = lines.mark_line(strokeWidth=2.5, point=True).encode(
        y=alt.Y(f"{figure}:Q", title=figure.replace("_", " "), axis=axis),
        tooltip=tooltip(["run:N", "epoch:Q"], figure, form=form),
    )
    return chart


def rate_search(
    rates: Sequence[float], losses: Sequence[float], suggestion: float
) -> alt.LayerChart:
    """Draw the loss at each learning rate that was tried, and the one suggested."""
    table = pd.DataFrame({"learning rate": rates, "loss": losses})
    x = alt.X(
        "learning rate:Q", scale=alt.Scale(type="log"), axis=alt.Axis(format=".0e", tickCount=6)
    )
    y = alt.Y("loss:Q", scale=alt.Scale(domain=[min(losses) * 0.9, losses[0] * 1.5], clamp=True))
    line = alt.Chart(table, height=HEIGHT).mark_line(strokeWidth=2.5, color=CLASS_COLOURS[0])
    rule = alt.Chart(pd.DataFrame({"learning rate": [suggestion]})).mark_rule(
        color=CLASS_COLOURS[1], strokeWidth=2.5
    )
    chart: alt.LayerChart = line.encode(x=x, y=y) + rule.encode(x=x)
    return chart


def _rows(histories: Histories, figure: str, column: str, **more: str) -> list[dict[str, object]]:
    """List a figure of each epoch of each run, in a column of that name."""
    return [
        {"run": name, "epoch": epoch.epoch, column: getattr(epoch, figure), **more}
        for name, history in histories.items()
        for epoch in history
    ]


def _over_epochs(rows: list[dict[str, object]], epochs: int) -> alt.Chart:
    """Make a chart as wide as all epochs to come, so that it does not jump while it grows."""
    names = list(dict.fromkeys(str(row["run"]) for row in rows))
    palette = [CLASS_COLOURS[number % len(CLASS_COLOURS)] for number in range(len(names))]
    colours = alt.Scale(domain=names, range=palette or [QUIET])
    legend = alt.Legend(orient="bottom", title=None, columns=1, labelLimit=260)
    x = alt.X(
        "epoch:Q",
        scale=alt.Scale(domain=[0, max(epochs - 1, 1)]),
        axis=alt.Axis(tickMinStep=1, format="d"),
    )
    table = pd.DataFrame(rows or [{"run": "", "epoch": 0}])
    return alt.Chart(table, height=HEIGHT + LEGEND_ROW_PX * max(len(names) - 1, 0)).encode(
        x=x, color=alt.Color("run:N", scale=colours, legend=legend if len(names) > 1 else None)
    )
