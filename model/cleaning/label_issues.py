"""Labels that are probably wrong."""

from dataclasses import dataclass

import numpy as np

from model.cleaning.leave_one_out import leave_one_out_probabilities
from model.evaluation.table import Evaluation

DOUBTFUL = 2.0  # Times as likely as its label another class must be. From 1 to 2, mostly photos that are only hard to tell.


@dataclass(frozen=True, slots=True)
class LabelIssue:
    """How far a photo's label is to be doubted, by a classifier that learned from all the others."""

    photo: str
    label: str
    suggestion: str  # The class it finds most likely
    quality: float  # 0 to 1, cleanlab's label quality score "self_confidence": the probability it gives to the label
    probability: float  # That of the suggestion

    @property
    def is_label_issue(self) -> bool:
        """Whether the label is probably wrong, rather than the photo hard to tell."""
        return self.suggestion != self.label and self.probability >= DOUBTFUL * self.quality


def find_label_issues(table: Evaluation, vectors: np.ndarray) -> list[LabelIssue]:
    """How far each label of a table is to be doubted, from the photos' features (N, D)."""
    if len(set(table.labels.tolist())) < 2:  # One class: nothing to compare with.
        return [LabelIssue(photo, name, name, 1.0, 1.0) for photo, name in _named(table)]
    shares = leave_one_out_probabilities(vectors, table.labels, len(table.classes))
    scores = shares[
        np.arange(len(shares)), table.labels
    ]  # cleanlab's "self_confidence", without its 150 MB
    return [
        LabelIssue(photo, name, table.classes[best], float(score), float(row[best]))
        for (photo, name), row, best, score in zip(
            _named(table), shares, shares.argmax(axis=1), scores, strict=True
        )
    ]


def _named(table: Evaluation) -> list[tuple[str, str]]:
    return [
        (photo, table.classes[label])
        for photo, label in zip(table.photos, table.labels, strict=True)
    ]
