"""Top losses: the photos a run gets most wrong, and reasons from label, margin and look-alikes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from model.evaluation.confidence import sure_from
from model.evaluation.table import Evaluation
from model.photos.photo_id import PhotoId
from model.photos.quality import ImageIssue

NARROW_MARGIN = 0.25  # Between the probabilities of the two best classes.


class Reason(StrEnum):
    """A reason for a high loss; several may hold."""

    LABEL = "label"  # The run is confident, and most look-alikes agree: the label looks wrong.
    AMBIGUOUS = "ambiguous"  # Two classes are about as likely.
    UNUSUAL = "unusual"  # Out of distribution: no training photo is like it.
    PHOTO = "photo"  # Blurred, dark or tiny.
    MISTAKE = "mistake"  # None of these: the run is simply wrong.


@dataclass(frozen=True)
class TopLoss:
    """A photo with a run's prediction, against the label it has now."""

    photo: PhotoId
    split: str
    actual: str
    predicted: str
    runner_up: str
    probability: float  # Of the predicted class
    actual_probability: float
    margin: float  # Between the two best classes
    loss: float
    similarity: float
    neighbours: tuple[tuple[PhotoId, str | None], ...]  # (photo, its label now), the nearest first
    issues: tuple[ImageIssue, ...]
    unfamiliar: bool
    sure: bool

    @property
    def agreeing(self) -> int:
        """Number of look-alikes under the predicted class."""
        return sum(label == self.predicted for _, label in self.neighbours)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Reasons for the loss; none for a right answer about which nothing is odd."""
        wrong, narrow = self.predicted != self.actual, self.margin < NARROW_MARGIN
        backed = 2 * self.agreeing > len(self.neighbours)
        holds = {
            Reason.LABEL: wrong and self.sure and backed and not narrow and not self.unfamiliar,
            Reason.AMBIGUOUS: narrow,
            Reason.UNUSUAL: self.unfamiliar,
            Reason.PHOTO: bool(self.issues),
        }
        reasons = tuple(reason for reason in holds if holds[reason])
        return reasons or ((Reason.MISTAKE,) if wrong else ())


def ranked(
    table: Evaluation, *, actual: str | None = None, predicted: str | None = None
) -> list[int]:
    """Rank rows by loss, the highest first; of one actual or predicted class if given."""
    order = np.argsort(-table.losses, kind="stable")
    for name, column in ((actual, table.labels), (predicted, table.predicted)):
        if name is not None:
            order = order[column[order] == table.classes.index(name)]
    return [int(row) for row in order]


def top_losses(
    table: Evaluation,
    rows: Iterable[int],
    labels: Mapping[PhotoId, str],
    issues: Mapping[PhotoId, tuple[ImageIssue, ...]],
    unfamiliar_below: float,
) -> list[TopLoss]:
    """Describe rows of the table. `labels` are those of all photos now, for the look-alikes."""
    table = table.rows(rows)
    probabilities, losses, predicted = table.probabilities, table.losses, table.predicted
    cases = []
    for row, photo in enumerate(table.photos):
        best, second = np.argsort(-probabilities[row])[:2] if len(table.classes) > 1 else (0, 0)
        margin = probabilities[row, best] - probabilities[row, second]
        cases.append(
            TopLoss(
                photo=photo,
                split=table.splits[row],
                actual=table.classes[table.labels[row]],
                predicted=table.classes[predicted[row]],
                runner_up=table.classes[second],
                probability=float(probabilities[row, best]),
                actual_probability=float(probabilities[row, table.labels[row]]),
                margin=float(margin) if best != second else 1.0,
                loss=float(losses[row]),
                similarity=float(table.similarities[row]),
                neighbours=tuple((name, labels.get(name)) for name in table.neighbours[row]),
                issues=issues.get(photo, ()),
                unfamiliar=bool(table.similarities[row] < unfamiliar_below),
                sure=bool(probabilities[row, best] >= sure_from(len(table.classes))),
            )
        )
    return cases
