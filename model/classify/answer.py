"""A classifier's answer to a photo, for pages to name without importing torch."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.evaluation.confidence import Trust
from model.photos.photo_id import PhotoId


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A training photo and its cosine similarity to the photo asked about, 0 to 1."""

    photo: PhotoId
    similarity: float


@dataclass(frozen=True)
class Prediction:
    """A run's prediction for a photo; classes stand in the run's order."""

    classes: tuple[str, ...]
    probabilities: NDArray[np.float32]  # (C,)
    evidence: NDArray[np.float32]  # (C, H, W): score against the mean of all classes, by region
    neighbours: tuple[Neighbour, ...]
    similarity: float
    trust: Trust

    @property
    def best(self) -> str:
        """The class with the highest probability."""
        return self.classes[int(self.probabilities.argmax())]

    @property
    def probability(self) -> float:
        """Of the best class."""
        return float(self.probabilities.max())
