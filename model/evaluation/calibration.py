"""Calibration: does 90 % mean right nine times in ten? And what a threshold would withhold.

Guo et al. 2017, https://arxiv.org/abs/1706.04599.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.evaluation.numerics import cross_entropy

BINS = 10
TEMPERATURES = np.geomspace(0.5, 10, 301)  # A split without a mistake would drive it to zero.


@dataclass(frozen=True, slots=True)
class Bin:
    """Photos whose best class has a probability between two bounds."""

    low: float
    high: float
    count: int
    confidence: float  # Mean probability of the best class; the middle of the bin when it is empty.
    accuracy: float | None  # Share of right answers; None when it is empty.


@dataclass(frozen=True, slots=True)
class Answered:
    """Answers that remain when those below a threshold are withheld."""

    answered: int
    wrong: int


def reliability(probabilities: NDArray[np.float32], labels: NDArray[np.intp]) -> list[Bin]:
    """Sort photos into ten bins by the probability of their best class: (N, C), labels (N,)."""
    best, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    position = np.ceil(best * BINS).astype(int) - 1  # Upper bounds belong to their bin.
    position = np.clip(position, 0, BINS - 1)
    bins = []
    for number in range(BINS):
        inside = position == number
        count, low, high = int(inside.sum()), number / BINS, (number + 1) / BINS
        confidence = float(best[inside].mean()) if count else (low + high) / 2
        accuracy = float(right[inside].mean()) if count else None
        bins.append(Bin(low, high, count, confidence, accuracy))
    return bins


def calibration_error(bins: list[Bin]) -> float | None:
    """Compute the expected calibration error, 0 to 1: |confidence - accuracy|, photo by photo."""
    n = sum(b.count for b in bins)
    gaps = (b.count * abs(b.accuracy - b.confidence) for b in bins if b.accuracy is not None)
    return sum(gaps) / n if n else None


def answered_at(
    threshold: float, probabilities: NDArray[np.float32], labels: NDArray[np.intp]
) -> Answered:
    """Count the answers, and the wrong ones, whose probability reaches `threshold`."""
    answered = probabilities.max(axis=1) >= threshold
    wrong = answered & (probabilities.argmax(axis=1) != labels)
    return Answered(int(answered.sum()), int(wrong.sum()))


def fit_temperature(logits: NDArray[np.float32], labels: NDArray[np.intp]) -> float:
    """Fit the temperature with the least mean loss on validation logits (N, C), labels (N,)."""
    losses = [cross_entropy(logits, labels, temperature).mean() for temperature in TEMPERATURES]
    return float(TEMPERATURES[int(np.argmin(losses))])
