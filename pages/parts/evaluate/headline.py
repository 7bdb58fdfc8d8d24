"""The headline: how many are wrong, and what was edited since."""

import streamlit as st

from model.evaluation.sentences import by_heart, wrong_of
from model.evaluation.table import Evaluation
from model.runs.current import CurrentEvaluation
from model.wording import SPLIT_NAMES, WHAT_IT_PROVES, listed


def show_headline(judged: CurrentEvaluation, split: str) -> None:
    """How many are wrong, how far that figure can be off, and how the splits differ."""
    from pages.shared.charts.evaluation import error_rates  # Not before the first paint: see there.

    table = judged.tables[split]
    words, drawing = st.columns([6, 5], gap="medium")
    with words:
        st.header(wrong_of(table), anchor=False)
        st.markdown(
            f"An error rate of {table.errors / len(table.photos):.1%}. {WHAT_IT_PROVES[split]}"
        )
        show_changes(judged, split)
    with drawing:
        there = {SPLIT_NAMES[name]: one for name, one in judged.tables.items() if one.photos}
        rates = listed(
            [f"{name.lower()} {one.errors / len(one.photos):.1%}" for name, one in there.items()],
            "and",
        )
        st.altair_chart(
            error_rates(there, SPLIT_NAMES[split]), alt=f"Error rates with their ranges: {rates}"
        )
        st.caption(by_heart(judged.tables))


def show_changes(judged: CurrentEvaluation, split: str) -> None:
    """What was edited since this run was trained."""
    changes = [
        f"{number} {word}"
        for number, word in (
            (judged.relabelled, "relabelled"),
            (judged.removed, "removed"),
            (judged.added, "added"),
        )
        if number
    ]
    if changes:
        notes = " What was added it has not been asked about." if judged.added else ""
        if judged.relabelled and split != "test":
            notes += (
                " Correcting labels only where the run disagrees flatters it; the test "
                "photos stay and judge fairly."
            )
        st.info(
            f"Since this run was trained: {listed(changes, 'and')}. The figures follow today's "
            f"labels.{notes}",
            icon=":material/history:",
        )


def table_rows(judged: CurrentEvaluation, table: Evaluation) -> list[dict[str, object]]:
    """The evaluation of a split as it is taken away."""
    files = {labelled.photo: labelled.file for labelled in judged.dataset.photos}
    return [
        {
            "file": files[photo],
            "photo": photo,
            "split": split,
            "label": table.classes[label],
            "predicted": table.classes[predicted],
            "loss": round(float(loss), 5),
            **{
                f"probability of {name}": round(float(share), 5)
                for name, share in zip(table.classes, shares, strict=True)
            },
        }
        for photo, split, label, predicted, loss, shares in zip(
            table.photos,
            table.splits,
            table.labels,
            table.predicted,
            table.losses,
            table.probabilities,
            strict=True,
        )
    ]
