"""Thresholds below which an answer is not trusted.

Two doubts are told apart. *Unsure*: the calibrated probability of the best class is low.
*Unfamiliar*, out of distribution: the photo is far from all training photos, so that its
probabilities mean nothing. Distance is the cosine similarity of pooled features to the five nearest
training photos (after Sun et al. 2022, https://arxiv.org/abs/2204.06507).
"""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from model.evaluation.neighbours import unit

SURE_SHARE = 0.25  # Of the way from guessing to certainty: with three classes, one half.
UNRELATED_QUANTILE = 0.925  # tests/benchmarks/trust.py has what other values let through.


class Trust(StrEnum):
    """A verdict on an answer."""

    SURE = "sure"
    UNSURE = "unsure"
    UNFAMILIAR = "unfamiliar"


def assess(
    probabilities: NDArray[np.float32], similarity: float, *, unfamiliar_below: float
) -> Trust:
    """Judge calibrated probabilities (C,) and the similarity to the nearest training photos."""
    if similarity < unfamiliar_below:
        return Trust.UNFAMILIAR
    return Trust.SURE if probabilities.max() >= sure_from(len(probabilities)) else Trust.UNSURE


def sure_from(classes: int) -> float:
    """Compute the least probability that counts as sure, among so many classes."""
    return 1 / classes + SURE_SHARE * (1 - 1 / classes)


def out_of_distribution_threshold(features: NDArray[np.float32], labels: NDArray[np.intp]) -> float:
    """Compute the similarity below which a photo is unfamiliar, from train features (N, D)."""
    some = np.random.default_rng(0).permutation(len(labels))[:1000]  # A million pairs are plenty.
    units, classes = unit(features[some]), labels[some]
    # Of photos of different classes
    pairs = (units @ units.T)[classes[:, None] != classes[None, :]]
    return float(np.quantile(pairs, UNRELATED_QUANTILE)) if len(pairs) else 0.0
