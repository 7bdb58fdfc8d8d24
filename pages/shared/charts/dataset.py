"""A chart of the photos of a dataset, by class and split."""

from collections import Counter

import altair as alt
import pandas as pd

from model.catalogue.dataset import Dataset, Split
from model.colours import QUIET, class_colour
from model.wording import SPLIT_NAMES
from pages.shared.charts.axes import names_axis

SHADES = {"train": 1.0, "valid": 0.6, "test": 0.3}


def class_counts(dataset: Dataset) -> alt.Chart:
    """Draw a row a class in its colour, cut into splits by shade, its figures before its name."""
    classes = dataset.classes
    colours = alt.Scale(
        domain=list(classes), range=[class_colour(classes, name) for name in classes]
    )
    shades = alt.Scale(
        domain=[SPLIT_NAMES[split] for split in Split], range=[SHADES[split] for split in Split]
    )
    legend = alt.Legend(title=None, orient="top", symbolFillColor=QUIET, symbolStrokeWidth=0)
    chart: alt.Chart = (
        alt.Chart(_counted(dataset), height=32 * len(classes) + 80)
        .mark_bar(height=18, cornerRadius=2)
        .encode(
            x=alt.X("photos:Q", title=None, axis=alt.Axis(tickCount=4, tickMinStep=1)),
            y=alt.Y("label:N", sort=None, title=None, axis=names_axis(limit=150)),
            color=alt.Color("class:N", scale=colours, legend=None),
            opacity=alt.Opacity("split:N", scale=shades, sort=None, legend=legend),
            order=alt.Order("order:Q"),
            tooltip=["class:N", "split:N", "photos:Q"],
        )
        .configure_view(stroke=None)
    )
    return chart


def _counted(dataset: Dataset) -> pd.DataFrame:
    """Count photos, a row a class and split."""
    counts = Counter((labelled.label, labelled.split) for labelled in dataset.photos)
    rows = []
    for name in dataset.classes:
        figures = " + ".join(str(counts[name, split]) for split in Split)
        rows += [
            {
                "class": name,
                "label": f"{figures}  {name}",  # A long one is cut at its end.
                "split": SPLIT_NAMES[split],
                "photos": counts[name, split],
                "order": place,
            }
            for place, split in enumerate(Split)
        ]
    return pd.DataFrame(rows)
