"""Trust: temperature, thresholds, and the two doubts."""

import numpy as np
import pytest
from scipy.special import log_softmax
from scipy.special import softmax as scipy_softmax

from model.evaluation.calibration import TEMPERATURES, fit_temperature
from model.evaluation.confidence import Trust, assess, out_of_distribution_threshold
from model.evaluation.numerics import cross_entropy, softmax

RNG = np.random.default_rng(0)
LOGITS = RNG.normal(0, 3, (200, 4)).astype(np.float32)
LABELS = RNG.integers(0, 4, 200)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_softmax_and_loss_agree_with_scipy(temperature: float) -> None:
    assert np.allclose(
        softmax(LOGITS, temperature), scipy_softmax(LOGITS / temperature, axis=1), atol=1e-6
    )
    expected = -log_softmax(LOGITS / temperature, axis=1)[np.arange(200), LABELS]
    assert np.allclose(cross_entropy(LOGITS, LABELS, temperature), expected, atol=1e-5)


def test_huge_logits_do_not_overflow() -> None:
    assert softmax(np.array([1e4, 0, -1e4], np.float32)).tolist() == [1.0, 0.0, 0.0]


@pytest.mark.parametrize("true", [0.7, 1.0, 2.5])
def test_a_known_temperature_is_found(true: float) -> None:
    logits = RNG.normal(0, 2, (20_000, 3)).astype(np.float32)
    labels = np.array(
        [
            RNG.choice(3, p=row)
            for row in softmax(logits).astype(float)
            / softmax(logits).astype(float).sum(1, keepdims=True)
        ]
    )
    assert fit_temperature(logits * np.float32(true), labels) == pytest.approx(true, rel=0.06)


def test_no_mistake_in_validation_does_not_make_it_boundless() -> None:
    logits = np.eye(3, dtype=np.float32)[np.arange(30) % 3] * 5
    assert fit_temperature(logits, np.arange(30) % 3) == TEMPERATURES[0]


@pytest.mark.parametrize(
    ("probabilities", "similarity", "expected"),
    [
        ([0.9, 0.05, 0.05], 0.6, Trust.SURE),
        ([0.49, 0.48, 0.03], 0.6, Trust.UNSURE),
        ([0.99, 0.01, 0.0], 0.2, Trust.UNFAMILIAR),
        ([0.6, 0.4], 0.6, Trust.UNSURE),
        ([0.65, 0.35], 0.6, Trust.SURE),
        ([0.34, *[0.66 / 9] * 9], 0.6, Trust.SURE),
    ],
)
def test_the_two_doubts(probabilities: list[float], similarity: float, expected: Trust) -> None:
    assert assess(np.array(probabilities, np.float32), similarity, unfamiliar_below=0.4) is expected


def test_unrelated_similarity_looks_at_pairs_of_different_classes_only() -> None:
    directions = np.eye(2, 8, dtype=np.float32)[np.arange(40) % 2]
    assert out_of_distribution_threshold(directions, np.arange(40) % 2) == pytest.approx(0)
    assert out_of_distribution_threshold(directions, np.zeros(40, np.intp)) == 0
    assert out_of_distribution_threshold(directions, np.arange(40) // 20) == pytest.approx(1)
