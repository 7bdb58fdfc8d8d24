"""The usual shape of a learning curve, error = a + b * n^-c, fitted to many at once.

Hestness et al. 2017, https://arxiv.org/abs/1712.00409, find exponents c from 0.07 to 0.35 in
practice, where theory has 0.5. Greater ones fit few sizes as well, but promise too little: tried on
halves of both our sets, they foresaw half the true gain.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

EXPONENTS = np.arange(0.1, 0.51, 0.05)
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Curves:
    """Fitted curves, one for each row of errors; each field (B,)."""

    limit: Floats  # a
    scale: Floats  # b, at `most` photos; below 0 where the error rises
    exponent: Floats  # c
    most: int

    def at(self, photos: int) -> Floats:
        """Compute the error with so many photos, (B,)."""
        errors = self.limit + self.scale * (photos / self.most) ** -self.exponent
        return np.asarray(np.clip(errors, 0, 1))


def fit(sizes: Sequence[int], errors: Floats) -> Curves:
    """Fit errors (B, S) at increasing sizes (S,), at least two, by least squares; limits from 0."""
    best = np.full(len(errors), np.inf)
    parameters = np.zeros((3, len(errors)))
    for exponent in EXPONENTS:
        falling = (np.array(sizes) / max(sizes)) ** -exponent
        off, mean = falling - falling.mean(), errors.mean(axis=1)
        scale = errors @ off / (off @ off)
        limit = mean - scale * falling.mean()
        scale = np.where(limit < 0, errors @ falling / (falling @ falling), scale)
        limit = np.maximum(limit, 0)
        loss = ((errors - limit[:, None] - scale[:, None] * falling) ** 2).sum(axis=1)
        tried = np.stack([limit, scale, np.full(len(errors), exponent)])
        parameters = np.where(loss < best, tried, parameters)
        best = np.minimum(loss, best)
    limit, scale, exponents = parameters
    return Curves(limit, scale, exponents, max(sizes))
