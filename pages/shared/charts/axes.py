"""Axes and tooltips that several charts share."""

import altair as alt

PERCENT = alt.Axis(format="%", tickCount=5)


def names_axis(size: int = 14, limit: int = 220) -> alt.Axis:
    """Make an axis of names beside bars or dots, without ticks and line."""
    return alt.Axis(
        labelFontSize=size, labelLimit=limit, labelFlush=False, ticks=False, domain=False
    )


def tooltip(names: list[str], *figures: str, form: str = ".1%") -> list[str | alt.Tooltip]:
    """List the fields of a tooltip: names as they are, figures in a format."""
    return [*names, *(alt.Tooltip(f"{figure}:Q", format=form) for figure in figures)]
