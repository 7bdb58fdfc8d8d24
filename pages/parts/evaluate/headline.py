"""The headline: how many are wrong, and what was edited since."""

from functools import partial

import streamlit as st

from model.evaluation.sentences import by_heart, wrong_of
from model.evaluation.table import Evaluation
from model.runs.current import CurrentEvaluation
from model.wording import SPLIT_NAMES, WHAT_IT_PROVES, listed
from pages.shared.cache.charts import show_chart


def show_headline(current: CurrentEvaluation, split: str) -> None:
    """Say how many are wrong, how far that can be off, and how the splits differ."""
    table = current.tables[split]
    words, drawing = st.columns([6, 5], gap="medium")
    with words:
        st.header(wrong_of(table), anchor=False)
        st.markdown(
            f"An error rate of {table.errors / len(table.photos):.1%}. {WHAT_IT_PROVES[split]}"
        )
        show_changes(current, split)
    with drawing:
        _show_error_rates(current, split)
        st.caption(by_heart(current.tables))


def _show_error_rates(current: CurrentEvaluation, split: str) -> None:
    from pages.shared.charts.evaluation import error_rates

    errors = {
        SPLIT_NAMES[name]: (table.errors, len(table.photos))
        for name, table in current.tables.items()
        if table.photos
    }
    rates = [f"{name.lower()} {wrong / photos:.1%}" for name, (wrong, photos) in errors.items()]
    chart = partial(error_rates, errors, SPLIT_NAMES[split])
    show_chart(chart, alt=f"Error rates with their ranges: {listed(rates, 'and')}")


def show_changes(current: CurrentEvaluation, split: str) -> None:
    """Say what was edited since this run was trained."""
    changes = [
        f"{number} {word}"
        for number, word in (
            (current.relabelled, "relabelled"),
            (current.removed, "removed"),
            (current.added, "added"),
        )
        if number
    ]
    if changes:
        notes = " What was added it has not been asked about." if current.added else ""
        if current.relabelled and split != "test":
            notes += (
                " Correcting labels only where the run disagrees flatters it; the test "
                "photos stay and judge fairly."
            )
        st.info(
            f"Since this run was trained: {listed(changes, 'and')}. The figures follow today's "
            f"labels.{notes}",
            icon=":material/history:",
        )


def table_rows(current: CurrentEvaluation, table: Evaluation) -> list[dict[str, object]]:
    """List the evaluation of a split as it is taken away."""
    files = {labelled.photo: labelled.file for labelled in current.dataset.photos}
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
