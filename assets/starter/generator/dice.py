"""Chance, from a seed: the same seed makes the same photo."""

import math
from collections.abc import Callable
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Field = Callable[[ArrayLike], Array]  # Points (..., 3) to values (...), about -1 to 1

T = TypeVar("T")


class Dice:
    """Random choices. `Dice("saguaro", 7)` always falls the same way."""

    def __init__(self, *seed: str | int) -> None:
        self.rng = np.random.default_rng(
            [part if isinstance(part, int) else int.from_bytes(part.encode()) for part in seed]
        )

    def between(self, low: float, high: float) -> float:
        """A number, evenly between two."""
        return float(self.rng.uniform(low, high))

    def whole(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return int(self.rng.integers(low, high + 1))

    def pick(self, *choices: T) -> T:
        """One of these; name one twice to make it twice as likely."""
        return choices[int(self.rng.integers(len(choices)))]

    def chance(self, probability: float) -> bool:
        """Whether something happens."""
        return bool(self.rng.random() < probability)

    def angle(self) -> float:
        """A direction on the ground, in radians."""
        return self.between(0, 2 * math.pi)

    def normal(self, spread: float, *shape: int) -> Array:
        """Normally distributed numbers around 0."""
        return self.rng.normal(0, spread, shape)

    def uniform(self, low: float, high: float, *shape: int) -> Array:
        """Numbers evenly between two."""
        return self.rng.uniform(low, high, shape)

    def directions(self, count: int) -> Array:
        """Unit vectors (count, 3), evenly over the sphere."""
        return unit(self.rng.normal(size=(count, 3)))

    def field(self, waves: int = 5, frequency: float = 1.0) -> Field:
        """A smooth random value at every point in space.

        A sum of plane waves with about `frequency` radians a metre.
        """
        vectors, phases = self.normal(frequency, waves, 3), self.uniform(0, 2 * math.pi, waves)

        def value(points: ArrayLike) -> Array:
            values: Array = np.sin(np.asarray(points) @ vectors.T + phases).mean(-1) * 1.6
            return values

        return value


def unit(vectors: ArrayLike) -> Array:
    """Vectors (..., 3) made one metre long."""
    vectors = np.asarray(vectors, float)
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9))


def smooth(start: float, end: float, x: ArrayLike) -> Array:
    """0 at `start`, 1 at `end`, with a soft S between (smoothstep)."""
    t = np.clip((np.asarray(x, float) - start) / (end - start), 0, 1)
    return np.asarray(t * t * (3 - 2 * t))


def mixed(a: ArrayLike, b: ArrayLike, share: ArrayLike) -> Array:
    """From `a` (..., k) to `b` by a share of 0 to 1 for each."""
    share = np.asarray(share, float)[..., None]
    return np.asarray(np.asarray(a) * (1 - share) + np.asarray(b) * share)
