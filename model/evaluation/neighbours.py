"""The training photos most similar to a photo: cosine similarity of pooled features."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from model.photos.photo_id import PhotoId

NEIGHBOURS = 5
CHUNK = 1000  # Rows compared at once: 1,000 photos against 10,000 are 40 MB.


def unit(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scale to length one along the last axis: dot products are then cosine similarities."""
    lengths = np.linalg.norm(features, axis=-1, keepdims=True)
    return np.asarray(features / np.maximum(lengths, 1e-12), np.float32)


def nearest(
    features: NDArray[np.float32],
    names: Sequence[PhotoId | None],
    train: NDArray[np.float32],
    train_names: tuple[PhotoId, ...],
) -> list[list[tuple[int, float]]]:
    """Find the five rows of `train` (M, D) nearest to each of `features` (N, D), the nearest first.

    Returns (row, similarity) pairs. All features are of length one. A photo is not its own
    neighbour: `names` and `train_names` tell; None is one that is not kept.
    """
    own = {name: row for row, name in enumerate(train_names)}
    neighbours: list[list[tuple[int, float]]] = []
    for start in range(0, len(names), CHUNK):
        similarities = features[start : start + CHUNK] @ train.T  # (chunk, M)
        for row, name in enumerate(names[start : start + CHUNK]):
            if name in own:
                similarities[row, own[name]] = -np.inf
        best = _best(similarities)
        values = np.take_along_axis(similarities, best, axis=1)
        neighbours += [
            [(at, value) for at, value in zip(*row, strict=True) if np.isfinite(value)]
            for row in zip(best.tolist(), values.tolist(), strict=True)
        ]
    return neighbours


def _best(similarities: NDArray[np.float32]) -> NDArray[np.intp]:
    """Find the columns of each row's five largest values, the largest first: (N, M) -> (N, 5)."""
    number = min(NEIGHBOURS, similarities.shape[1])
    if number == 0:
        return np.zeros((len(similarities), 0), np.intp)
    some = np.argpartition(-similarities, number - 1, axis=1)[:, :number]
    order = np.argsort(-np.take_along_axis(similarities, some, axis=1), axis=1, kind="stable")
    return np.asarray(np.take_along_axis(some, order, axis=1))
