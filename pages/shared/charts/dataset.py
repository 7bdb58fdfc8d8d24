"""How many photos of each class and split there are, as a chart. Imported where it is drawn, as charts.py."""

import altair as alt
import pandas as pd

from model.catalogue.dataset import SPLITS, Dataset
from model.colours import QUIET, class_colour
from model.wording import SPLIT_NAMES

SHADES = {"train": 1.0, "valid": 0.6, "test": 0.3}


def class_counts(dataset: Dataset) -> alt.Chart:
    """A row a class in its colour, cut into train, validation and test by shade; the figures are part of the label."""
    rows = []
    for name in dataset.classes:
        counts = {
            split: sum((one.label, one.split) == (name, split) for one in dataset.photos)
            for split in SPLITS
        }
        label = f"{' + '.join(str(counts[split]) for split in SPLITS)}  {name}"  # A long one is cut at its end.
        rows += [
            {
                "class": name,
                "label": label,
                "split": SPLIT_NAMES[split],
                "photos": counts[split],
                "order": place,
            }
            for place, split in enumerate(SPLITS)
        ]
    table = pd.DataFrame(rows)
    colours = alt.Scale(
        domain=list(dataset.classes),
        range=[class_colour(dataset.classes, name) for name in dataset.classes],
    )
    shades = alt.Scale(
        domain=[SPLIT_NAMES[split] for split in SPLITS], range=[SHADES[split] for split in SPLITS]
    )
    legend = alt.Legend(title=None, orient="top", symbolFillColor=QUIET, symbolStrokeWidth=0)
    chart: alt.Chart = (
        alt.Chart(table, height=32 * len(dataset.classes) + 80)
        .mark_bar(height=18, cornerRadius=2)
        .encode(
            x=alt.X("photos:Q", title=None, axis=alt.Axis(tickCount=4, tickMinStep=1)),
            y=alt.Y(
                "label:N",
                sort=None,
                title=None,
                axis=alt.Axis(labelFontSize=14, labelLimit=150, ticks=False, domain=False),
            ),
            color=alt.Color("class:N", scale=colours, legend=None),
            opacity=alt.Opacity("split:N", scale=shades, sort=None, legend=legend),
            order=alt.Order("order:Q"),
            tooltip=["class:N", "split:N", "photos:Q"],
        )
        .configure_view(stroke=None)
    )
    return chart
