"""The photos a run gets most wrong, and why, from facts: the label, the margin, the look-alikes, the photo itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from model.evaluation.confidence import sure_from
from model.evaluation.table import Evaluation
from model.photos.quality import ImageIssue

NARROW_MARGIN = 0.25  # Between the probabilities of the two best classes.


class Reason(StrEnum):
    """Why a photo has a high loss; several may hold."""

    LABEL = "label"  # It is confident, and so are the photo's look-alikes: the label looks wrong.
    AMBIGUOUS = "ambiguous"  # Two classes are about as likely.
    UNUSUAL = "unusual"  # Nothing it learned from is like this.
    PHOTO = "photo"  # Blurred, dark or tiny.
    MISTAKE = "mistake"  # None of these: it is simply wrong.


@dataclass(frozen=True)
class TopLoss:
    """A photo with what a run says about it, against the label it has now."""

    photo: str
    split: str
    actual: str
    predicted: str
    runner_up: str
    probability: float  # Of the predicted class
    actual_probability: float
    margin: float  # Between the two best classes
    loss: float
    similarity: float
    neighbours: tuple[tuple[str, str | None], ...]  # (photo, its label now), the nearest first
    issues: tuple[ImageIssue, ...]
    unfamiliar: bool
    sure: bool

    @property
    def agreeing(self) -> int:
        """How many look-alikes are filed under the predicted class."""
        return sum(label == self.predicted for _, label in self.neighbours)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why the loss is high; empty for a right answer about which nothing is odd."""
        wrong, backed = self.predicted != self.actual, 2 * self.agreeing > len(self.neighbours)
        found = {
            Reason.LABEL: wrong
            and self.sure
            and self.margin >= NARROW_MARGIN
            and backed
            and not self.unfamiliar,
            Reason.AMBIGUOUS: self.margin < NARROW_MARGIN,
            Reason.UNUSUAL: self.unfamiliar,
            Reason.PHOTO: bool(self.issues),
        }
        reasons = tuple(reason for reason, holds in found.items() if holds)
        return reasons or ((Reason.MISTAKE,) if wrong else ())


def ranked(
    table: Evaluation, *, actual: str | None = None, predicted: str | None = None
) -> list[int]:
    """Rows with the highest loss first, of one actual or predicted class if given."""
    order = np.argsort(-table.losses, kind="stable")
    for wanted, column in ((actual, table.labels), (predicted, table.predicted)):
        if wanted is not None:
            order = order[column[order] == table.classes.index(wanted)]
    return [int(row) for row in order]


def top_losses(
    table: Evaluation,
    rows: Iterable[int],
    labels: Mapping[str, str],
    issues: Mapping[str, tuple[ImageIssue, ...]],
    unfamiliar_below: float,
) -> list[TopLoss]:
    """What can be said about some rows of the table. `labels` are those of all photos now, for the look-alikes."""
    rows = list(rows)
    chosen = table.rows(rows)
    shares, losses, predicted = chosen.probabilities, chosen.losses, chosen.predicted
    found = []
    for row, photo in enumerate(chosen.photos):
        best, second = np.argsort(-shares[row])[:2] if len(table.classes) > 1 else (0, 0)
        found.append(
            TopLoss(
                photo=photo,
                split=chosen.splits[row],
                actual=table.classes[chosen.labels[row]],
                predicted=table.classes[predicted[row]],
                runner_up=table.classes[second],
                probability=float(shares[row, best]),
                actual_probability=float(shares[row, chosen.labels[row]]),
                margin=float(shares[row, best] - shares[row, second]) if best != second else 1.0,
                loss=float(losses[row]),
                similarity=float(chosen.similarities[row]),
                neighbours=tuple((name, labels.get(name)) for name in chosen.neighbours[row]),
                issues=issues.get(photo, ()),
                unfamiliar=bool(chosen.similarities[row] < unfamiliar_below),
                sure=bool(shares[row, best] >= sure_from(len(table.classes))),
            )
        )
    return found
