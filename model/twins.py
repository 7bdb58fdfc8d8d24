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

from model.neighbours import nearest, unit

# On the starter set planted copies reach 1.1 and all other pairs 1.06; see tests/benchmarks/cleaning.py for real photos.
COPY_FROM = 1.075  # Correlation, and a fifth of the cosine of the centred features
FEATURES_SHARE = 0.2
LEAST_ALIKE, NEAREST = 0.6, 3  # Candidates: this cosine at least, and among the so many nearest of each other
MOST_CANDIDATES = 2000  # The most alike: at ten milliseconds a pair, 20 s.
COARSE_PX, FINE_PX = 32, 64  # The longer side while pictures are compared
COARSE_FROM = 0.75  # Correlation of small pictures from which a closer look is worth it
CROPS = tuple(1 - step / 50 for step in range(21))  # The share of a side that is left; a coarse look tries every fourth.
COARSE_STEP = 0.081
LEAST_AREA = 0.35  # Of a picture, in a copy
MIN_PHOTOS = 3  # The middle of fewer is no middle.


@dataclass(frozen=True)
class Group:
    """Photos that are the same picture."""

    photos: tuple[str, ...]
    correlation: float  # The lowest of two that were linked, at most 1


def find_twins(
    photos: Sequence[str],
    vectors: NDArray[np.float32],
    picture: Callable[[str], Image.Image],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Group]:
    """Groups of copies among photos with features (N, D), the surest first; `picture` opens a photo."""
    if len(photos) < MIN_PHOTOS:
        return []
    pairs: list[tuple[int, int, float]] = []
    candidates = _candidates(photos, vectors)

    @cache
    def small(photo: str) -> Image.Image:
        return _shrunk(picture(photo).convert("L"), FINE_PX)

    for done, (first, second, alike) in enumerate(candidates, start=1):
        agreeing = correlation(small(photos[first]), small(photos[second]))
        if agreeing + FEATURES_SHARE * alike >= COPY_FROM:
            pairs.append((first, second, agreeing))
        progress(done, len(candidates))
    return _groups(photos, pairs)


def correlation(first: Image.Image, second: Image.Image) -> float:
    """How well two grey pictures agree where one is laid over the other, -1 to 1, as the best crop of either.

    A coarse look tries every size; only what it finds promising is looked at closely.
    """
    small, other = (_shrunk(picture, COARSE_PX) for picture in (first, second))
    best = -1.0
    for whole, part, coarse_whole, coarse_part in ((first, second, small, other), (second, first, other, small)):
        agreeing, crop = _inside(coarse_whole, coarse_part, CROPS[::4])
        if agreeing >= COARSE_FROM:
            agreeing, _ = _inside(whole, part, [near for near in CROPS if abs(near - crop) < COARSE_STEP])
        best = max(best, agreeing)
    return best


def _candidates(photos: Sequence[str], vectors: NDArray[np.float32]) -> list[tuple[int, int, float]]:
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


def _shrunk(grey: Image.Image, side_px: int) -> Image.Image:
    scale = side_px / max(grey.size)
    width, height = (max(1, round(side * scale)) for side in grey.size)
    return grey.resize((width, height), Image.Resampling.BILINEAR)


def _inside(whole: Image.Image, part: Image.Image, crops: Sequence[float]) -> tuple[float, float]:
    """The best correlation of `part` with a piece of `whole` of the same proportions, and the crop that gives it."""
    from skimage.feature import match_template  # Not at the start of a server: a fifth of a second.

    pixels = np.asarray(whole, np.float32)
    flatter = (part.width / part.height) / (whole.width / whole.height)
    best = (-1.0, 1.0)
    for crop in crops:
        across, down = (crop, crop / flatter) if flatter >= 1 else (crop * flatter, crop)
        if across * down < LEAST_AREA:
            continue
        piece = np.asarray(part.resize((max(1, round(across * whole.width)), max(1, round(down * whole.height)))), np.float32)
        if piece.std() > 1:  # An even surface agrees with everything.
            best = max(best, (float(match_template(pixels, piece).max()), crop))
    return best


def _groups(photos: Sequence[str], pairs: list[tuple[int, int, float]]) -> list[Group]:
    ends = ([first for first, _, _ in pairs], [second for _, second, _ in pairs])
    _, component = connected_components(coo_array((np.ones(len(pairs)), ends), shape=(len(photos),) * 2), directed=False)
    members: dict[int, set[int]] = {}
    weakest: dict[int, float] = {}
    for first, second, agreeing in pairs:
        group = int(component[first])
        members.setdefault(group, set()).update((first, second))
        weakest[group] = min(agreeing, weakest.get(group, 1.0))
    groups = [Group(tuple(photos[row] for row in sorted(rows)), weakest[group]) for group, rows in members.items()]
    return sorted(groups, key=lambda group: -group.correlation)
