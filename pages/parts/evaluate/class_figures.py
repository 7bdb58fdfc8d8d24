"""Precision, recall and F1 of each class."""

import streamlit as st

from model.evaluation.table import Evaluation, per_class
from model.wording import listed
from pages.shared.text import plain

HELP = {
    "precision": "Of the photos taken for this class, how many are filed under it.",
    "recall": "Of the photos filed under this class, how many were recognised.",
    "f1": "The harmonic mean of precision and recall: high only when both are.",
    "support": "How many photos are filed under it.",
}


def show_figures(table: Evaluation) -> None:
    """The table of figures, and a sentence on the weakest class."""
    import pandas as pd  # Not before the first paint: half a second.

    figures = per_class(table.confusion, table.classes)
    shares = ("precision", "recall", "f1")
    rows = [
        {
            "class": name,
            "support": row["support"],
            **{share: None if (value := row[share]) is None else 100 * value for share in shares},
        }
        for name, row in figures.items()
    ]
    bars = {
        name: st.column_config.ProgressColumn(
            title, help=HELP[name], format="%.0f%%", min_value=0, max_value=100
        )
        for name, title in zip(shares, ("Precision", "Recall", "F1"), strict=True)
    }
    st.dataframe(
        pd.DataFrame(rows, columns=["class", "support", *bars]),
        hide_index=True,
        column_config={
            "class": st.column_config.TextColumn("Class"),
            "support": st.column_config.NumberColumn("Photos", help=HELP["support"]),
            **bars,
        },
        alt="; ".join(
            f"{name}: {_percent(row['precision'])} precision, {_percent(row['recall'])} recall"
            for name, row in figures.items()
        ),
    )
    for name, row in figures.items():
        if not row["support"]:
            st.info(
                f"No photo of this split is filed under {plain(name)}: its recall cannot be known.",
                icon=":material/info:",
            )
    counted = {name: row["recall"] for name, row in figures.items() if row["recall"] is not None}
    least = min(counted.values())
    if least < 1:
        weakest = [plain(name) for name, recall in counted.items() if recall == least]
        st.markdown(
            f"Hardest to recognise: **{listed(weakest, 'and')}**, with {1 - least:.0%} missed."
        )
    if any(row["precision"] is None for row in figures.values()):
        st.caption("An empty figure: nothing was there to count.")


def _percent(share: float | int | None) -> str:
    return "unknown" if share is None else f"{share:.0%}"
