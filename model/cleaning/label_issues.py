"""Find labels that are probably wrong."""

from dataclasses import dataclass

import numpy as np

from model.cleaning.leave_one_out import leave_one_out_probabilities
from model.evaluation.table import Evaluation
from model.photos.photo_id import PhotoId

# Times as likely as its label another class must be. From 1 to 2, most are only hard to tell.
DOUBTFUL = 2.0


@dataclass(frozen=True, slots=True)
class LabelIssue:
    """The doubt about a photo's label, by a classifier trained on all the others."""

    photo: PhotoId
    label: str
    suggestion: str  # The class it finds most likely
    quality: float  # The probability of the label: cleanlab's label quality "self_confidence"
    probability: float  # That of the suggestion

    @property
    def is_label_issue(self) -> bool:
        """True where the label is probably wrong, rather than the photo hard to tell."""
        return self.suggestion != self.label and self.probability >= DOUBTFUL * self.quality


def find_label_issues(table: Evaluation, features: np.ndarray) -> list[LabelIssue]:
    """Score each label of a table by the photos' features (N, D)."""
    names = table.labels_by_photo.items()
    if len(set(table.labels.tolist())) < 2:  # One class: nothing to compare with.
        return [LabelIssue(photo, name, name, 1.0, 1.0) for photo, name in names]
    probabilities = leave_one_out_probabilities(features, table.labels, len(table.classes))
    # cleanlab's "self_confidence", without its 150 MB
    scores = probabilities[np.arange(len(probabilities)), table.labels]
    return [
        LabelIssue(photo, name, table.classes[best], float(score), float(row[best]))
        for (photo, name), row, best, score in zip(
            names, probabilities, probabilities.argmax(axis=1), scores, strict=True
        )
    ]
