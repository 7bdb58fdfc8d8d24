"""The share of wrong labels, estimated without looking at a photo, from its look-alikes' labels.

If labels were flipped at random, the classes that the features tell would stay as clear as they
were, and some labels would contradict them flatly. So: the leave-one-out probabilities, sharpened
by one exponent, then mixed with flips at one rate, both by maximum likelihood (Patrini et al. 2017,
https://arxiv.org/abs/1609.03683, the "forward" correction). The confident joint of Northcutt et al.
2021, https://arxiv.org/abs/1911.00068, is thrown by classes that overlap: where they do much, it
finds 12 % wrong where none are, this 0.5 % (tests/benchmarks/experiments.py).

The price: photos mislabelled *because* they lie between two classes pass for hard ones. Of the
starter set's 5.7 % this sees 2 %; most others are among the labels that disagree, shown beside it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.evaluation.intervals import Z_95

EXPONENTS = np.geomspace(0.25, 4, 17)
RATES = np.linspace(0, 0.45, 181)  # With half the labels wrong, it cannot be told which half.
ROUNDS = 200
BAND = (0.025, 0.975)


@dataclass(frozen=True)
class NoiseEstimate:
    """The share of labels that are wrong, with its 95 % interval."""

    share: float
    low: float
    high: float
    disagreeing: float  # The share of labels that are not the likeliest, by the rest


def estimate_noise(
    probabilities: NDArray[np.float32], labels: NDArray[np.intp], seed: int = 0
) -> NoiseEstimate:
    """Estimate the share of wrong labels from leave-one-out probabilities (N, C) and labels (N,).

    The interval holds the bootstrap's and the likelihood's: at 0, every bootstrap says 0.
    """
    count, classes = probabilities.shape
    logs = np.log(np.maximum(probabilities, 1e-30))
    weights = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), ROUNDS)
    weights = np.vstack([np.ones(count), weights])  # The first is the sample itself.
    # Log-likelihood, the exponent chosen for each rate
    best = np.full((len(weights), len(RATES)), -np.inf)
    for exponent in EXPONENTS:
        powers = np.exp(exponent * logs)
        own = (powers / powers.sum(axis=1, keepdims=True))[np.arange(count), labels]  # (N,)
        mixed = np.outer(own, 1 - RATES) + np.outer(1 - own, RATES / (classes - 1))  # (N, rates)
        best = np.maximum(best, weights @ np.log(np.maximum(mixed, 1e-12)))
    rates = RATES[best.argmax(axis=1)]
    likely = RATES[best[0] >= best[0].max() - Z_95**2 / 2]
    low, high = np.quantile(rates[1:], BAND)
    disagreeing = float((probabilities.argmax(axis=1) != labels).mean())
    bounds = float(min(low, likely[0])), float(max(high, likely[-1]))
    return NoiseEstimate(float(rates[0]), *bounds, disagreeing)
