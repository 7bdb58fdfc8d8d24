"""Reliability before and after calibration, and what a threshold withholds."""

from dataclasses import replace
from functools import partial

import streamlit as st

from model.evaluation.calibration import TEMPERATURES, answered_at, calibration_error, reliability
from model.evaluation.confidence import sure_from
from model.evaluation.table import Evaluation
from model.wording import count
from pages.shared import state
from pages.shared.asking import ask_for_option
from pages.shared.cache.charts import show_chart
from pages.shared.colours import ink


def show_trust(table: Evaluation) -> None:
    """Draw reliability on the left, the threshold on the right."""
    left, right = st.columns(2, gap="large")
    with left:
        show_reliability(table)
    with right:
        show_threshold(table)


def show_reliability(table: Evaluation) -> None:
    """Draw how often answers of each probability are right, calibrated or as trained."""
    from pages.shared.charts.evaluation import reliability_diagram

    st.markdown("**When it says 90%, is it right nine times in ten?**")
    raw = replace(table, temperature=1.0)
    bins = {
        "Calibrated": reliability(table.probabilities, table.labels),
        "As trained": reliability(raw.probabilities, raw.labels),
    }
    way = ask_for_option("Probabilities", list(bins), state.WAY, is_labelled=True, keep_in="url")
    errors = {name: calibration_error(each) or 0.0 for name, each in bins.items()}
    is_at_bound = table.temperature in (TEMPERATURES[0], TEMPERATURES[-1])
    gap = f"Probabilities are off by {errors[way]:.1%} on average"
    show_chart(partial(reliability_diagram, bins[way], ink()), alt=gap)
    st.markdown(
        f"Expected calibration error: **{errors['Calibrated']:.1%}** calibrated, "
        f"{errors['As trained']:.1%} as trained. The temperature, {table.temperature:.2f}, was "
        f"fitted on the validation photos{', and stopped at its bound' if is_at_bound else ''}"
        f"{': on them it looks a little too good.' if 'valid' in table.splits else '.'}"
    )
    st.caption(
        "Below the dashed line it is too sure, above it too modest. The figures count photos; few "
        "mean little."
    )


def show_threshold(table: Evaluation) -> None:
    """Choose how sure is sure enough."""
    from pages.shared.charts.evaluation import threshold_curves

    st.markdown("**How sure is sure enough?**")
    usual = round(100 * sure_from(len(table.classes)))
    threshold = st.slider(
        "Answer only from",
        100 // len(table.classes),
        100,
        usual,
        format="%d%%",
        key=state.THRESHOLD,
        bind="query-params",
    )
    answers = answered_at(threshold / 100, table.probabilities, table.labels)
    wrong = (
        f"{answers.wrong} of those wrong ({answers.wrong / answers.answered:.1%})"
        if answers.answered
        else "so none is wrong, and none is of use"
    )
    answered, photos = answers.answered, len(table.photos)
    st.altair_chart(
        threshold_curves(table, threshold / 100),
        alt=f"From {threshold}%: {answered} of {photos} photos answered, {wrong}",
    )
    st.markdown(
        f"From {threshold}% on, **{answered} of {count(photos, 'photo')}** get an answer, {wrong}."
    )
    st.caption(f'Classify says "I am not sure" below {usual}%.')
