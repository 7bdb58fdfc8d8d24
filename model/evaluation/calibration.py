"""Does a probability of 90 % mean right nine times in ten? Reliability, and what a threshold would withhold."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.evaluation.numerics import cross_entropy

BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """The photos whose best class got a probability between two bounds."""

    low: float
    high: float
    count: int
    confidence: float  # Mean probability of the best class; the middle of the bin when it is empty.
    accuracy: float | None  # Share of right answers; None when it is empty.


@dataclass(frozen=True, slots=True)
class Answered:
    """What is left when answers below a threshold are withheld."""

    answered: int
    wrong: int


def reliability(probabilities: NDArray[np.float32], labels: NDArray[np.intp]) -> list[Bin]:
    """Ten bins of equal width over the probability of the best class: probabilities (N, C), labels (N,).

    Guo et al. 2017, https://arxiv.org/abs/1706.04599.
    """
    best, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    position = np.clip(
        np.ceil(best * BINS).astype(int) - 1, 0, BINS - 1
    )  # Upper bounds belong to their bin.
    bins = []
    for number in range(BINS):
        inside = position == number
        count, low, high = int(inside.sum()), number / BINS, (number + 1) / BINS
        confidence = float(best[inside].mean()) if count else (low + high) / 2
        bins.append(
            Bin(low, high, count, confidence, float(right[inside].mean()) if count else None)
        )
    return bins


def calibration_error(bins: list[Bin]) -> float | None:
    """Expected calibration error: how far confidence and accuracy lie apart, averaged over photos, 0 to 1. None without photos."""
    n = sum(one.count for one in bins)
    gaps = [
        one.count * abs(one.accuracy - one.confidence) for one in bins if one.accuracy is not None
    ]
    return sum(gaps) / n if n else None


def answered_at(
    threshold: float, probabilities: NDArray[np.float32], labels: NDArray[np.intp]
) -> Answered:
    """How many photos get an answer when its probability must reach `threshold`, and how many of those are wrong."""
    answered = probabilities.max(axis=1) >= threshold
    wrong = answered & (probabilities.argmax(axis=1) != labels)
    return Answered(int(answered.sum()), int(wrong.sum()))


TEMPERATURES = np.geomspace(
    0.5, 10, 301
)  # A validation split without a mistake would drive it to zero.


def fit_temperature(logits: NDArray[np.float32], labels: NDArray[np.intp]) -> float:
    """The temperature with the least mean loss on validation logits (Guo et al. 2017, https://arxiv.org/abs/1706.04599)."""
    losses = [
        float(cross_entropy(logits, labels, temperature).mean()) for temperature in TEMPERATURES
    ]
    return float(TEMPERATURES[int(np.argmin(losses))])
