"""Softmax and cross-entropy in numpy."""

import numpy as np
from numpy.typing import NDArray


def softmax(logits: NDArray[np.float32], temperature: float = 1.0) -> NDArray[np.float32]:
    """Turn logits into probabilities along the last axis."""
    scaled = logits / temperature
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float32)


def cross_entropy(
    logits: NDArray[np.float32], labels: NDArray[np.intp], temperature: float = 1.0
) -> NDArray[np.float32]:
    """Compute the loss of each row: logits (N, C), labels (N,) -> (N,)."""
    scaled = logits / temperature
    scaled = scaled - scaled.max(axis=1, keepdims=True)
    return np.asarray(
        np.log(np.exp(scaled).sum(axis=1)) - scaled[np.arange(len(labels)), labels], np.float32
    )
