"""Intervals, McNemar's test, calibration, comparison, against scipy or arithmetic by hand."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from model.errors import InvalidRequest
from model.evaluation.calibration import Answered, answered_at, calibration_error, reliability
from model.evaluation.comparison import compare
from model.evaluation.intervals import mcnemar, wilson
from tests.model.evaluation.test_table import table


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_is_scipys(counted: tuple[int, int]) -> None:
    oracle = binomtest(*counted).proportion_ci(method="wilson")
    assert wilson(*counted) == pytest.approx((oracle.low, oracle.high), abs=1e-9)


def test_nothing_counted_says_nothing() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


@given(st.integers(0, 3000), st.integers(0, 3000))
def test_mcnemar_is_scipys_exact_binomial_test(fixed: int, broken: int) -> None:
    oracle = binomtest(fixed, fixed + broken).pvalue if fixed + broken else 1.0
    assert mcnemar(fixed, broken) == pytest.approx(oracle, rel=1e-6, abs=1e-12)


def test_reliability_by_hand() -> None:
    probabilities = np.array([[0.95, 0.05], [0.92, 0.08], [0.3, 0.7], [0.5, 0.5]], np.float32)
    bins = reliability(probabilities, np.array([0, 1, 1, 1]))
    accuracies = {round(b.high, 1): (b.count, b.accuracy) for b in bins if b.count}
    assert accuracies == {0.5: (1, 0.0), 0.7: (1, 1.0), 1.0: (2, 0.5)}
    assert calibration_error(bins) == pytest.approx((0.5 + 0.3 + 2 * abs(0.5 - 0.935)) / 4)


def test_without_photos_there_is_no_calibration() -> None:
    bins = reliability(np.zeros((0, 3), np.float32), np.zeros(0, np.intp))
    assert calibration_error(bins) is None
    assert [b.accuracy for b in bins] == [None] * 10


@given(
    st.lists(
        st.tuples(st.floats(-5, 5), st.floats(-5, 5), st.integers(0, 1)), min_size=1, max_size=40
    )
)
def test_every_photo_is_in_one_bin_and_the_error_is_a_share(
    rows: list[tuple[float, float, int]],
) -> None:
    evaluation = table([label for *_, label in rows], [[a, b] for a, b, _ in rows])
    bins = reliability(evaluation.probabilities, evaluation.labels)
    error = calibration_error(bins)
    assert sum(b.count for b in bins) == len(rows)
    assert error is not None
    assert 0 <= error <= 1


def test_a_threshold_withholds() -> None:
    probabilities = np.array([[0.9, 0.1], [0.4, 0.6], [0.8, 0.2]], np.float32)
    labels = np.array([0, 1, 1])
    assert answered_at(0.0, probabilities, labels) == Answered(3, 1)
    assert answered_at(0.7, probabilities, labels) == Answered(2, 1)
    assert answered_at(1.0, probabilities, labels) == Answered(0, 0)


def test_what_one_run_fixed_and_the_other_broke() -> None:
    before = table([0, 0, 1, 1], [[1, 0], [0, 1], [0, 1], [1, 0]])
    after = table([0, 0, 1, 1], [[0, 1], [1, 0], [0, 1], [1, 0]])
    both = compare(before, after.rows([3, 2, 1, 0]))
    assert [both.before.photos[row] for row in both.fixed] == ["p1"]
    assert [both.before.photos[row] for row in both.broken] == ["p0"]
    assert both.p_value == 1
    assert both.is_noise


def test_a_clear_difference_is_no_noise() -> None:
    before, after = table([0] * 12, [[0, 1]] * 12), table([0] * 12, [[1, 0]] * 12)
    assert not compare(before, after).is_noise


def test_only_photos_that_both_have_judged_count() -> None:
    both = table([0, 1], [[1, 0], [0, 1]])
    assert compare(both, both.rows([1])).before.photos == ("p1",)
    with pytest.raises(InvalidRequest, match="no photo"):
        compare(both, replace(both, splits=("test", "test")))
    with pytest.raises(InvalidRequest, match="different classes"):
        compare(both, replace(both, classes=("x", "y")))
