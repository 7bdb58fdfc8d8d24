"""When an answer should not be trusted, and how probabilities are made honest.

Two doubts are told apart. *Unsure*: the calibrated probability of the best class is low. *Unfamiliar*: the photo is far
from everything the head was trained on, so that its probabilities mean nothing. Distance is the cosine similarity
of pooled features to the five nearest training photos (after Sun et al. 2022, https://arxiv.org/abs/2204.06507).
"""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from model.evaluation.neighbours import unit

SURE_SHARE = (
    0.25  # Of the way from guessing to certainty: with three classes, a probability of one half.
)
UNRELATED_QUANTILE = (
    0.925  # See tests/benchmarks/trust.py for what other values withhold and let through.
)


class Trust(StrEnum):
    """What to make of an answer."""

    SURE = "sure"
    UNSURE = "unsure"
    UNFAMILIAR = "unfamiliar"


def assess(
    probabilities: NDArray[np.float32], similarity: float, *, unfamiliar_below: float
) -> Trust:
    """Whether to trust calibrated class probabilities (C,) of a photo so similar to its nearest training photos."""
    if similarity < unfamiliar_below:
        return Trust.UNFAMILIAR
    return Trust.SURE if probabilities.max() >= sure_from(len(probabilities)) else Trust.UNSURE


def sure_from(classes: int) -> float:
    """The least probability that counts as sure, among so many classes."""
    return 1 / classes + SURE_SHARE * (1 - 1 / classes)


def out_of_distribution_threshold(features: NDArray[np.float32], labels: NDArray[np.intp]) -> float:
    """How alike photos that have nothing in common may be: a high quantile over pairs of different classes.

    Features (N, D) and labels (N,) of the train split. A photo whose nearest neighbours are no closer than that is unfamiliar.
    """
    some = np.random.default_rng(0).permutation(len(labels))[:1000]  # A million pairs are plenty.
    vectors, classes = unit(features[some]), labels[some]
    pairs = (vectors @ vectors.T)[classes[:, None] != classes[None, :]]
    return float(np.quantile(pairs, UNRELATED_QUANTILE)) if len(pairs) else 0.0
