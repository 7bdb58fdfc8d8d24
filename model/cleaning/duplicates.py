"""The same picture twice: cropped, resized or brightened copies.

Pairs that are alike in features are laid over each other: one picture, in several sizes, is moved across the other, and the
best normalised cross-correlation counts. A perceptual hash was tried first; crops of a fifth move most of its bits.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from model.evaluation.neighbours import nearest, unit
from model.photos.near_duplicates import FINE_PX, correlation, shrunk

# On the starter set planted copies reach 1.1 and all other pairs 1.06; see tests/benchmarks/cleaning.py for real photos.
COPY_FROM = 1.075  # Correlation, and a fifth of the cosine of the centred features
FEATURES_SHARE = 0.2
LEAST_ALIKE, NEAREST = (
    0.6,
    3,
)  # Candidates: this cosine at least, and among the so many nearest of each other
MOST_CANDIDATES = 2000  # The most alike: at ten milliseconds a pair, 20 s.
MIN_PHOTOS = 3  # The middle of fewer is no middle.


@dataclass(frozen=True)
class DuplicateGroup:
    """Photos that are the same picture."""

    photos: tuple[str, ...]
    correlation: float  # The lowest of two that were linked, at most 1


def find_near_duplicates(
    photos: Sequence[str],
    vectors: NDArray[np.float32],
    picture: Callable[[str], Image.Image],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[DuplicateGroup]:
    """Groups of copies among photos with features (N, D), the surest first; `picture` opens a photo."""
    if len(photos) < MIN_PHOTOS:
        return []
    pairs: list[tuple[int, int, float]] = []
    candidates = _candidates(photos, vectors)

    @cache
    def small(photo: str) -> Image.Image:
        return shrunk(picture(photo).convert("L"), FINE_PX)

    for done, (first, second, alike) in enumerate(candidates, start=1):
        agreeing = correlation(small(photos[first]), small(photos[second]))
        if agreeing + FEATURES_SHARE * alike >= COPY_FROM:
            pairs.append((first, second, agreeing))
        progress(done, len(candidates))
    return _groups(photos, pairs)


def _candidates(
    photos: Sequence[str], vectors: NDArray[np.float32]
) -> list[tuple[int, int, float]]:
    """Pairs of rows that are among each other's most similar, with their cosine; the most alike first."""
    units = unit(vectors - vectors.mean(axis=0))
    alike = [dict(row[:NEAREST]) for row in nearest(units, list(photos), units, tuple(photos))]
    mutual = [
        (row, other, cosine)
        for row, neighbours in enumerate(alike)
        for other, cosine in neighbours.items()
        if row < other and row in alike[other] and cosine >= LEAST_ALIKE
    ]
    return sorted(mutual, key=lambda pair: -pair[2])[:MOST_CANDIDATES]


def _groups(photos: Sequence[str], pairs: list[tuple[int, int, float]]) -> list[DuplicateGroup]:
    ends = ([first for first, _, _ in pairs], [second for _, second, _ in pairs])
    _, component = connected_components(
        coo_array((np.ones(len(pairs)), ends), shape=(len(photos),) * 2), directed=False
    )
    members: dict[int, set[int]] = {}
    weakest: dict[int, float] = {}
    for first, second, agreeing in pairs:
        group = int(component[first])
        members.setdefault(group, set()).update((first, second))
        weakest[group] = min(agreeing, weakest.get(group, 1.0))
    groups = [
        DuplicateGroup(tuple(photos[row] for row in sorted(rows)), weakest[group])
        for group, rows in members.items()
    ]
    return sorted(groups, key=lambda group: -group.correlation)
