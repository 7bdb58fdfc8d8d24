"""The confusion matrix as a chart, alone or as the difference of two."""

import json
from typing import Literal

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.colours import QUIET, RIGHT, WRONG, class_colour

FAINTEST = 0.06  # Opacity of an empty cell: it can still be clicked.
STRONG = 0.8  # From this tint on, text is white on either theme.
CELL_PX, LEAST_PX, MOST_PX = 92, 200, 620
SMALL = 0.9  # Of that, where three matrices stand side by side.
MANY_CLASSES, LONG_NAME = 6, 12  # Beyond these, labels are slanted and figures small.
CELL = "cell"  # The selection's name.


def confusion_map(
    confusion: NDArray[np.int64],
    classes: tuple[str, ...],
    ink: str,
    *,
    cell: tuple[str, str] | None = None,
    shares: bool = False,
    small: bool = False,
) -> alt.LayerChart:
    """Draw counts (C, C), actual down, predicted across: right answers green, wrong ones
    terracotta, the stronger the larger their share of the row.

    A click selects a cell, under the name `cell`, as {actual, predicted}; the one that is chosen
    has a border. `ink` is the colour of text on the page, which charts cannot know.
    """
    supports = confusion.sum(axis=1, keepdims=True)  # (C, 1)
    of_row = np.divide(  # (C, C)
        confusion, supports, out=np.zeros(confusion.shape), where=supports > 0
    )
    percent = np.where(supports > 0, np.char.mod("%.0f%%", 100 * of_row), "-")
    text = percent if shares else confusion.astype(str)
    table = _cells(classes, photos=confusion, of_its_row=percent, text=text, tint=np.sqrt(of_row))
    table["colour"] = np.where(table["actual"] == table["predicted"], RIGHT, WRONG)
    return _heat_map(table, classes, ink, cell, small)


def difference_map(
    before: NDArray[np.int64], after: NDArray[np.int64], classes: tuple[str, ...], ink: str
) -> alt.LayerChart:
    """Draw the second matrix minus the first: green where that is better, terracotta where
    worse."""
    change = after - before
    text = np.where(change == 0, "0", np.char.mod("%+d", change))
    tint = np.abs(change) / max(int(np.abs(change).max()), 1)
    table = _cells(classes, photos=change, text=text, tint=tint)
    is_better = (table["actual"] == table["predicted"]) == (table["photos"] > 0)
    table["colour"] = np.where(table["photos"] == 0, QUIET, np.where(is_better, RIGHT, WRONG))
    return _heat_map(table, classes, ink, None, small=True)


def _cells(classes: tuple[str, ...], **columns: NDArray[np.generic]) -> pd.DataFrame:
    """List the cells of matrices (C, C) as rows, row after row."""
    names = np.array(classes, dtype=object)
    table = pd.DataFrame(
        {"actual": np.repeat(names, len(names)), "predicted": np.tile(names, len(names))}
    )
    return table.assign(**{name: column.ravel() for name, column in columns.items()})


def _heat_map(
    table: pd.DataFrame,
    classes: tuple[str, ...],
    ink: str,
    cell: tuple[str, str] | None,
    small: bool,
) -> alt.LayerChart:
    actual, predicted = table["actual"], table["predicted"]
    is_chosen = [pair == cell for pair in zip(actual, predicted, strict=True)]
    table = table.assign(
        border=np.where(is_chosen, 2.5, 0.0),
        ink=np.where(table["tint"] > STRONG, "#ffffff", ink),
        spoken=actual + " taken for " + predicted + ": " + table["photos"].astype(str),
    )
    narrow = small or len(classes) > MANY_CLASSES or max(map(len, classes)) > LONG_NAME
    base = _grid(table, classes, narrow, small)
    opacity = alt.Scale(domain=[0, 1], range=[FAINTEST, 1])
    cells = base.mark_rect(cornerRadius=6, stroke=ink).encode(
        fill=alt.Fill("colour:N", scale=None),
        fillOpacity=alt.FillOpacity("tint:Q", scale=opacity, legend=None),
        strokeWidth=alt.StrokeWidth("border:Q", scale=None),
        description="spoken:N",  # For those who cannot see it.
    )
    selection = alt.selection_point(
        name=CELL, fields=["actual", "predicted"], toggle=False, clear=False
    )
    figures = base.mark_text(fontSize=13 if narrow else 18, aria=False).encode(
        text="text:N", color=alt.Color("ink:N", scale=None)
    )
    chart: alt.LayerChart = cells.add_params(selection) + figures
    return chart


def _grid(table: pd.DataFrame, classes: tuple[str, ...], narrow: bool, small: bool) -> alt.Chart:
    """Lay out the cells, with what a tooltip shows of each."""
    fields = [name for name in ("actual", "predicted", "photos", "of_its_row") if name in table]
    height = int(np.clip(CELL_PX * len(classes) * (SMALL if small else 1), LEAST_PX, MOST_PX))
    across, down = _axis(classes, "top", narrow), _axis(classes, "left", narrow)
    return alt.Chart(table, height=height).encode(
        x=alt.X("predicted:N", sort=list(classes), title="predicted", axis=across),
        y=alt.Y("actual:N", sort=list(classes), title=None if small else "actual", axis=down),
        tooltip=[alt.Tooltip(name, title=name.replace("_", " ")) for name in fields],
    )


def _axis(classes: tuple[str, ...], orient: Literal["top", "left"], narrow: bool) -> alt.Axis:
    """Make an axis of class names in their colours."""
    colours = [
        {"test": f"datum.value === {json.dumps(name)}", "value": class_colour(classes, name)}
        for name in classes
    ]
    return alt.Axis(
        orient=orient,
        labelAngle=-45 if narrow and orient == "top" else 0,
        labelColor={"condition": colours, "value": "gray"},
        labelFontSize=12 if narrow else 14,
        labelFontWeight="bold",
        labelLimit=140,
        labelFlush=False,
        labelOverlap=False,
        domain=False,
        ticks=False,
    )
