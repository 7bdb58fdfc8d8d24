"""What experiments have found, as charts. Imported where they are drawn, as charts.py."""

from collections.abc import Callable
from typing import Any

import altair as alt
import pandas as pd

from model.experiments.backbones_compared import BackbonesCompared
from model.experiments.label_noise import LabelNoise
from model.experiments.learning_curve import LearningCurve
from model.experiments.variance import SeedAndSplitVariance
from pages.shared.colours import QUIET, RIGHT, WRONG

PERCENT = alt.Axis(format="%", tickCount=5)
LEGEND = alt.Legend(title=None, orient="top", labelLimit=320, symbolOpacity=1)
HEIGHT = 260
VALID, TEST, AHEAD = "validation", "test", "to be expected"


def learning_curve(found: LearningCurve) -> alt.LayerChart:
    """The error against the number of training photos, with the band of the draws, and where it leads."""
    rows = [
        {
            "photos": point.photos,
            "wrong": part.error,
            "low": part.low,
            "high": part.high,
            "of": name,
        }
        for point in found.points
        for name, part in ((VALID, point.valid), (TEST, point.test))
        if part is not None
    ]
    rows += [
        {"photos": one.photos, "wrong": one.error, "low": one.low, "high": one.high, "of": AHEAD}
        for one in found.forecasts
    ]
    return _banded(
        rows,
        {VALID: RIGHT, TEST: QUIET, AHEAD: WRONG},
        "photos",
        alt.Axis(title="training photos", tickCount=6),
    )


def label_noise(found: LabelNoise) -> alt.LayerChart:
    """The error against the share of doubtful photos that were left out or relabelled, and the share that is probably wrong."""
    rows = [
        {
            "share": step.share,
            "wrong": step.valid.error,
            "low": step.valid.low,
            "high": step.valid.high,
            "of": name,
        }
        for name, steps in (("left out", found.removed), ("relabelled", found.relabelled))
        for step in steps
    ]
    axis = alt.Axis(title="share of training photos dealt with", format="%", tickCount=5)
    chart = _banded(rows, {"left out": RIGHT, "relabelled": WRONG}, "share", axis)
    mark = pd.DataFrame(
        [{"share": found.estimate.share, "text": f"about {found.estimate.share:.0%} look wrong"}]
    )
    rule = (
        alt.Chart(mark)
        .mark_rule(strokeDash=[4, 4], color=QUIET, strokeWidth=2)
        .encode(x="share:Q", tooltip=["text:N"])
    )
    marked: alt.LayerChart = chart + rule
    return marked


def seed_and_split_variance(found: SeedAndSplitVariance) -> alt.LayerChart:
    """Each training's error as a dot, by what was left to luck; the band is the range of the true one."""
    kinds = (
        ("other orders in training", found.seed_errors),
        ("other validation photos", found.split_errors),
    )
    rows = [{"luck": name, "wrong": error} for name, errors in kinds for error in errors]
    band = pd.DataFrame([{"low": found.low, "high": found.high}])
    x = alt.X("wrong:Q", title="wrong", axis=PERCENT)
    base = (
        alt.Chart(band)
        .mark_rect(color=RIGHT, opacity=0.15)
        .encode(x=alt.X("low:Q", axis=PERCENT, title="wrong"), x2="high:Q")
    )
    dots = (
        alt.Chart(pd.DataFrame(rows))
        .mark_tick(thickness=3, size=26, color=WRONG, opacity=0.75)
        .encode(
            x=x,
            y=alt.Y(
                "luck:N",
                title=None,
                sort=None,
                axis=alt.Axis(labelFontSize=13, labelLimit=220, ticks=False, domain=False),
            ),
            tooltip=["luck:N", alt.Tooltip("wrong:Q", format=".1%")],
        )
    )
    chart: alt.LayerChart = (base + dots).properties(height=140)
    return chart


def _banded(
    rows: list[dict[str, object]], colours: dict[str, str], x: str, axis: alt.Axis
) -> alt.LayerChart:
    """Lines with dots, each in its colour with a band from `low` to `high`."""
    there = [name for name in colours if any(row["of"] == name for row in rows)]
    colour = alt.Color(
        "of:N",
        scale=alt.Scale(domain=there, range=[colours[name] for name in there]),
        legend=LEGEND,
    )
    base = alt.Chart(pd.DataFrame(rows), height=HEIGHT).encode(
        x=alt.X(f"{x}:Q", axis=axis), color=colour
    )
    band = base.mark_area(opacity=0.16).encode(
        y=alt.Y("low:Q", title="wrong", axis=PERCENT), y2="high:Q"
    )
    lines = base.mark_line(strokeWidth=2.5, point=True).encode(
        y="wrong:Q",
        tooltip=[
            "of:N",
            f"{x}:Q",
            *(alt.Tooltip(f"{name}:Q", format=".1%") for name in ("wrong", "low", "high")),
        ],
    )
    chart: alt.LayerChart = band + lines
    return chart


def backbones(found: BackbonesCompared) -> alt.LayerChart:
    """Each backbone's error rate with its range, on validation and test photos."""
    rows = [
        {
            "backbone": f"{row.title}, {row.weights_mb:.0f} MB",
            "of": name,
            "wrong": part.error,
            "low": part.low,
            "high": part.high,
        }
        for row in found.rows
        for name, part in ((VALID, row.valid), (TEST, row.test))
        if part is not None
    ]
    colour = alt.Color(
        "of:N", scale=alt.Scale(domain=[VALID, TEST], range=[RIGHT, QUIET]), legend=LEGEND
    )
    y = alt.Y(
        "backbone:N",
        title=None,
        sort=None,
        axis=alt.Axis(labelFontSize=13, labelLimit=220, ticks=False, domain=False),
    )
    base = alt.Chart(pd.DataFrame(rows)).encode(y=y, yOffset="of:N", color=colour)
    x = alt.X("low:Q", title="wrong", axis=PERCENT, scale=alt.Scale(domainMin=0))
    tooltip = [
        "backbone:N",
        "of:N",
        *(alt.Tooltip(f"{name}:Q", format=".1%") for name in ("wrong", "low", "high")),
    ]
    ranges = base.mark_rule(strokeWidth=5, opacity=0.4, strokeCap="round").encode(
        x=x, x2="high:Q", tooltip=tooltip
    )
    dots = base.mark_point(filled=True, size=120, opacity=1).encode(x="wrong:Q", tooltip=tooltip)
    chart: alt.LayerChart = (ranges + dots).properties(height=64 * len(found.rows) + 30)
    return chart


CHARTS: dict[str, tuple[Callable[..., Any], str]] = {
    LearningCurve.KIND: (
        learning_curve,
        "Each dot is the mean of five draws of so many photos; the band holds them all. Beyond the last dot it is a guess: "
        "a power law through the dots, with the range that holds a single training 95 times in 100.",
    ),
    LabelNoise.KIND: (
        label_noise,
        "The photos whose labels the others contradict most are left out, or relabelled, blindly. Validation labels stay as they "
        "are, also where they are wrong. The dashed line: the share of labels that look wrong.",
    ),
    BackbonesCompared.KIND: (
        backbones,
        "A head on each backbone. The range of the true rate, 95 times in 100.",
    ),
    SeedAndSplitVariance.KIND: (
        seed_and_split_variance,
        "Every tick is a training. Green: where the true error rate lies, for all that these validation photos can tell.",
    ),
}
