"""Precision, recall and F1 of each class."""

import streamlit as st

from model.evaluation.table import Evaluation, per_class
from model.wording import listed
from pages.shared.text import plain

TITLES = {"precision": "Precision", "recall": "Recall", "f1": "F1"}
HELP = {
    "precision": "Of the photos taken for this class, how many are filed under it.",
    "recall": "Of the photos filed under this class, how many were recognised.",
    "f1": "The harmonic mean of precision and recall: high only when both are.",
    "support": "How many photos are filed under it.",
}

Figures = dict[str, dict[str, float | int | None]]  # By class, then by name of the figure


def show_figures(table: Evaluation) -> None:
    """Draw the table of figures, and say which class is the weakest."""
    figures = per_class(table.confusion, table.classes)
    _show_table(figures)
    for name, row in figures.items():
        if not row["support"]:
            st.info(
                f"No photo of this split is filed under {plain(name)}: its recall cannot be known.",
                icon=":material/info:",
            )
    recalls = {name: row["recall"] for name, row in figures.items() if row["recall"] is not None}
    least = min(recalls.values())
    if least < 1:
        weakest = [plain(name) for name, recall in recalls.items() if recall == least]
        st.markdown(
            f"Hardest to recognise: **{listed(weakest, 'and')}**, with {1 - least:.0%} missed."
        )
    if any(row["precision"] is None for row in figures.values()):
        st.caption("An empty figure: nothing was there to count.")


def _show_table(figures: Figures) -> None:
    import pandas as pd  # Not before the first paint: half a second.

    bars = {
        name: st.column_config.ProgressColumn(
            title, help=HELP[name], format="%.0f%%", min_value=0, max_value=100
        )
        for name, title in TITLES.items()
    }
    st.dataframe(
        pd.DataFrame(
            [{"class": name, **_in_percent(row)} for name, row in figures.items()],
            columns=["class", "support", *bars],
        ),
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


def _in_percent(row: dict[str, float | int | None]) -> dict[str, float | int | None]:
    return {
        name: share if share is None or name == "support" else 100 * share
        for name, share in row.items()
    }


def _percent(share: float | int | None) -> str:
    return "unknown" if share is None else f"{share:.0%}"
