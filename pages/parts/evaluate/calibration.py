"""Does its confidence mean anything? Reliability before and after calibration, and what a threshold
withholds.
"""

from dataclasses import replace

import streamlit as st

from model.evaluation.calibration import TEMPERATURES, answered_at, calibration_error, reliability
from model.evaluation.confidence import sure_from
from model.evaluation.table import Evaluation
from model.wording import count
from pages.shared import state
from pages.shared.colours import ink


def show_trust(table: Evaluation) -> None:
    """Reliability on the left, the threshold on the right."""
    said, withheld = st.columns(2, gap="large")
    with said:
        show_reliability(table)
    with withheld:
        show_threshold(table)


def show_reliability(table: Evaluation) -> None:
    """Is an answer given 90% right nine times in ten?"""
    from pages.shared.charts.evaluation import reliability_diagram

    st.markdown("**When it says 90%, is it right nine times in ten?**")
    raw = replace(table, temperature=1.0)
    ways = {"Calibrated": table, "As trained": raw}
    way = st.segmented_control(
        "Probabilities",
        list(ways),
        default="Calibrated",
        required=True,
        key=state.WAY,
        bind="query-params",
    )
    bins = {name: reliability(one.probabilities, one.labels) for name, one in ways.items()}
    errors = {name: calibration_error(each) or 0.0 for name, each in bins.items()}
    is_at_bound = table.temperature in (TEMPERATURES[0], TEMPERATURES[-1])
    gap = f"Probabilities are off by {errors[way]:.1%} on average"
    st.altair_chart(reliability_diagram(bins[way], ink()), alt=gap)
    st.markdown(
        f"Expected calibration error: **{errors['Calibrated']:.1%}** calibrated, "
        f"{errors['As trained']:.1%} as trained. "
        f"The temperature, {table.temperature:.2f}, was fitted on the validation photos"
        f"{', and stopped at its bound' if is_at_bound else ''}"
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
    least = 100 / len(table.classes)
    usual = round(100 * sure_from(len(table.classes)))
    threshold = st.slider(
        "Answer only from",
        int(least),
        100,
        usual,
        format="%d%%",
        key=state.THRESHOLD,
        bind="query-params",
    )
    left = answered_at(threshold / 100, table.probabilities, table.labels)
    wrong = (
        f"{left.wrong} of those wrong ({left.wrong / left.answered:.1%})"
        if left.answered
        else "so none is wrong, and none is of use"
    )
    st.altair_chart(
        threshold_curves(table, threshold / 100),
        alt=f"From {threshold}%: {left.answered} of {len(table.photos)} photos answered, {wrong}",
    )
    st.markdown(
        f"From {threshold}% on, **{left.answered} of {count(len(table.photos), 'photo')}** get an "
        f"answer, {wrong}."
    )
    st.caption(f'Classify says "I am not sure" below {usual}%.')
