"""Which training photos are most like a photo: cosine similarity of pooled features."""

import numpy as np
from numpy.typing import NDArray

NEIGHBOURS = 5
CHUNK = 1000  # Rows compared at once: 1,000 photos against 10,000 are 40 MB.


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Vectors of length one along the last axis, so that a dot product is their cosine similarity."""
    return np.asarray(
        vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12), np.float32
    )


def nearest(
    vectors: NDArray[np.float32],
    names: list[str],
    train: NDArray[np.float32],
    train_names: tuple[str, ...],
) -> list[list[tuple[int, float]]]:
    """For each of `vectors` (N, D), the five most similar rows of `train` (M, D) with their similarities, the nearest first.

    All are of length one. A photo is not its own neighbour: the names tell.
    """
    own = {name: row for row, name in enumerate(train_names)}
    found: list[list[tuple[int, float]]] = []
    for start in range(0, len(names), CHUNK):
        similarities = vectors[start : start + CHUNK] @ train.T  # (chunk, M)
        for row, name in enumerate(names[start : start + CHUNK]):
            if name in own:
                similarities[row, own[name]] = -np.inf
        ranked = _best(similarities)
        for row, positions in enumerate(ranked):
            found.append(
                [
                    (int(at), float(similarities[row, at]))
                    for at in positions
                    if np.isfinite(similarities[row, at])
                ]
            )
    return found


def _best(similarities: NDArray[np.float32]) -> NDArray[np.intp]:
    """Columns of the five largest values of each row, (N, M) -> (N, at most 5), the largest first."""
    kept = min(NEIGHBOURS, similarities.shape[1])
    some = (
        np.argpartition(-similarities, kept - 1, axis=1)[:, :kept]
        if kept
        else np.zeros((len(similarities), 0), np.intp)
    )
    order = np.argsort(-np.take_along_axis(similarities, some, axis=1), axis=1, kind="stable")
    return np.asarray(np.take_along_axis(some, order, axis=1))
