"""Charts of the results of experiments."""

from collections.abc import Callable
from typing import Any

import altair as alt
import pandas as pd

from model.colours import QUIET, RIGHT, WRONG
from model.experiments.backbones_compared import BackbonesCompared, Rate
from model.experiments.forecasts import Forecast
from model.experiments.label_noise import LabelNoise
from model.experiments.learning_curve import LearningCurve
from model.experiments.repeats import ErrorRange
from model.experiments.variance import SeedAndSplitVariance
from pages.shared.charts.axes import PERCENT, names_axis, tooltip

LEGEND = alt.Legend(title=None, orient="top", labelLimit=320, symbolOpacity=1)
HEIGHT = 260
VALID, TEST, EXPECTED = "validation", "test", "to be expected"


def learning_curve(result: LearningCurve) -> alt.LayerChart:
    """Draw the error against the number of training photos, with the band of the draws, and where
    it leads."""
    rates = [
        (name, point.photos, rate)
        for point in result.points
        for name, rate in ((VALID, point.valid), (TEST, point.test))
        if rate is not None
    ]
    rows = [{"photos": photos, "of": name, **_range(rate)} for name, photos, rate in rates]
    rows += [
        {"photos": forecast.photos, "of": EXPECTED, **_range(forecast)}
        for forecast in result.forecasts
    ]
    colours = {VALID: RIGHT, TEST: QUIET, EXPECTED: WRONG}
    return _banded(rows, colours, "photos", alt.Axis(title="training photos", tickCount=6))


def label_noise(result: LabelNoise) -> alt.LayerChart:
    """Draw the error against the share of doubtful photos that were left out or relabelled, and
    the share that is probably wrong."""
    rows = [
        {"share": step.share, "of": name, **_range(step.valid)}
        for name, steps in (("left out", result.removed), ("relabelled", result.relabelled))
        for step in steps
    ]
    axis = alt.Axis(title="share of training photos dealt with", format="%", tickCount=5)
    chart = _banded(rows, {"left out": RIGHT, "relabelled": WRONG}, "share", axis)
    share = result.estimate.share
    rule = (
        alt.Chart(pd.DataFrame([{"share": share, "text": f"about {share:.0%} look wrong"}]))
        .mark_rule(strokeDash=[4, 4], color=QUIET, strokeWidth=2)
        .encode(x="share:Q", tooltip=["text:N"])
    )
    marked: alt.LayerChart = chart + rule
    return marked


def seed_and_split_variance(result: SeedAndSplitVariance) -> alt.LayerChart:
    """Draw each training's error as a tick, by what was left to luck, over the true one's range."""
    kinds = (
        ("other orders in training", result.seed_errors),
        ("other validation photos", result.split_errors),
    )
    rows = [{"luck": name, "wrong": error} for name, errors in kinds for error in errors]
    band = (
        alt.Chart(pd.DataFrame([{"low": result.low, "high": result.high}]))
        .mark_rect(color=RIGHT, opacity=0.15)
        .encode(x=alt.X("low:Q", axis=PERCENT, title="wrong"), x2="high:Q")
    )
    ticks = (
        alt.Chart(pd.DataFrame(rows))
        .mark_tick(thickness=3, size=26, color=WRONG, opacity=0.75)
        .encode(
            x=alt.X("wrong:Q", title="wrong", axis=PERCENT),
            y=alt.Y("luck:N", title=None, sort=None, axis=names_axis(13)),
            tooltip=tooltip(["luck:N"], "wrong"),
        )
    )
    chart: alt.LayerChart = (band + ticks).properties(height=140)
    return chart


def backbones(result: BackbonesCompared) -> alt.LayerChart:
    """Draw each backbone's error rate with its interval, on validation and test photos."""
    rows = [
        {"backbone": f"{row.title}, {row.weights_mb:.0f} MB", "of": name, **_range(rate)}
        for row in result.rows
        for name, rate in ((VALID, row.valid), (TEST, row.test))
        if rate is not None
    ]
    colours = alt.Scale(domain=[VALID, TEST], range=[RIGHT, QUIET])
    base = alt.Chart(pd.DataFrame(rows)).encode(
        y=alt.Y("backbone:N", title=None, sort=None, axis=names_axis(13)),
        yOffset="of:N",
        color=alt.Color("of:N", scale=colours, legend=LEGEND),
        tooltip=tooltip(["backbone:N", "of:N"], "wrong", "low", "high"),
    )
    x = alt.X("low:Q", title="wrong", axis=PERCENT, scale=alt.Scale(domainMin=0))
    ranges = base.mark_rule(strokeWidth=5, opacity=0.4, strokeCap="round").encode(x=x, x2="high:Q")
    dots = base.mark_point(filled=True, size=120, opacity=1).encode(x="wrong:Q")
    chart: alt.LayerChart = (ranges + dots).properties(height=64 * len(result.rows) + 30)
    return chart


def _range(rate: ErrorRange | Forecast | Rate) -> dict[str, float]:
    """Give an error rate and its range as columns."""
    return {"wrong": rate.error, "low": rate.low, "high": rate.high}


def _banded(
    rows: list[dict[str, Any]], colours: dict[str, str], x: str, axis: alt.Axis
) -> alt.LayerChart:
    """Draw lines with dots, each in its colour with a band from `low` to `high`."""
    names = [name for name in colours if any(row["of"] == name for row in rows)]
    scale = alt.Scale(domain=names, range=[colours[name] for name in names])
    base = alt.Chart(pd.DataFrame(rows), height=HEIGHT).encode(
        x=alt.X(f"{x}:Q", axis=axis), color=alt.Color("of:N", scale=scale, legend=LEGEND)
    )
    band = base.mark_area(opacity=0.16).encode(
        y=alt.Y("low:Q", title="wrong", axis=PERCENT), y2="high:Q"
    )
    lines = base.mark_line(strokeWidth=2.5, point=True).encode(
        y="wrong:Q", tooltip=tooltip(["of:N", f"{x}:Q"], "wrong", "low", "high")
    )
    chart: alt.LayerChart = band + lines
    return chart


CHARTS: dict[str, tuple[Callable[..., Any], str]] = {
    LearningCurve.KIND: (
        learning_curve,
        "Each dot is the mean of five draws of so many photos; the band holds them all. "
        "Beyond the last dot it is a guess: a power law through the dots, "
        "with the range that holds a single training 95 times in 100.",
    ),
    LabelNoise.KIND: (
        label_noise,
        "The photos whose labels the others contradict most are left out, or relabelled, blindly. "
        "Validation labels stay as they are, also where they are wrong. "
        "The dashed line: the share of labels that look wrong.",
    ),
    BackbonesCompared.KIND: (
        backbones,
        "A head on each backbone. The range of the true rate, 95 times in 100.",
    ),
    SeedAndSplitVariance.KIND: (
        seed_and_split_variance,
        "Every tick is a training. Green: where the true error rate lies, for all that these "
        "validation photos can tell.",
    ),
}
