"""The same picture twice: cropped, resized or brightened copies, and those that leak from train into valid or test."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from model.neighbours import unit
from model.quality import Quality

# Bits that differ, minus a hundred times the cosine of the centred features. The starter set's planted copies lie below 3, all
# other pairs above 20; of 670 real photos, copies below 19 and one pair of different photos at 10.
COPY_BELOW = 15.0
CHUNK = 1000


@dataclass(frozen=True)
class Group:
    """Photos that are the same picture, the largest first."""

    photos: tuple[str, ...]
    alike: float  # The lowest share of equal bits between two that were linked, 0 to 1


def find_twins(photos: Sequence[str], vectors: NDArray[np.float32], measures: Mapping[str, Quality]) -> list[Group]:
    """Groups of copies among photos with features (N, D); the surest first. Photos without measures are left out."""
    rows = [row for row, photo in enumerate(photos) if photo in measures]
    units = unit(vectors[rows] - vectors.mean(axis=0))
    hashes = np.array([np.frombuffer(measures[photos[row]].hash, np.uint8) for row in rows]).reshape(len(rows), -1)
    signs = 2.0 * np.unpackbits(hashes, axis=1).astype(np.float32) - 1
    pairs: list[tuple[int, int, float]] = []
    for start in range(0, len(rows), CHUNK):
        differing = (signs.shape[1] - signs[start : start + CHUNK] @ signs.T) / 2
        apart = differing - 100 * (units[start : start + CHUNK] @ units.T)
        for first, second in zip(*np.nonzero(apart < COPY_BELOW), strict=True):
            if start + first < second:
                pairs.append((start + int(first), int(second), 1 - float(differing[first, second]) / signs.shape[1]))
    return _groups([photos[row] for row in rows], pairs, measures)


def _groups(photos: list[str], pairs: list[tuple[int, int, float]], measures: Mapping[str, Quality]) -> list[Group]:
    links = coo_array(
        (np.ones(len(pairs)), ([first for first, _, _ in pairs], [second for _, second, _ in pairs])), (len(photos),) * 2
    )
    _, component = connected_components(links, directed=False)
    members: dict[int, set[int]] = {}
    alike: dict[int, float] = {}
    for first, second, share in pairs:
        group = int(component[first])
        members.setdefault(group, set()).update((first, second))
        alike[group] = min(share, alike.get(group, 1.0))

    def size(row: int) -> int:
        return -measures[photos[row]].width * measures[photos[row]].height

    groups = [Group(tuple(photos[row] for row in sorted(rows, key=size)), alike[group]) for group, rows in members.items()]
    return sorted(groups, key=lambda group: -group.alike)
