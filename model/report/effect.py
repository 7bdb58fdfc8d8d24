"""Cleaning in a report: the decisions, and the difference they made."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from model.catalogue.dataset import Dataset
from model.catalogue.edits import ADD, DELETE, KEEP, NOTE, RELABEL, EditAction, History
from model.errors import InvalidRequest, NotFound
from model.evaluation.comparison import Comparison, compare
from model.photos.photo_id import PhotoId
from model.runs.current import count_edits
from model.runs.run import Run

MOST_REASONS = 8


@dataclass(frozen=True)
class Cleaning:
    """Decisions about photos, so far as they stand."""

    decisions: Mapping[EditAction, int]
    moved: tuple[tuple[str, str, int], ...]  # From, to, photos; the most frequent first
    reasons: tuple[tuple[str, int], ...]  # Those given more than once, as the visitor wrote them
    without_reason: int

    @property
    def number(self) -> int:
        """Number of photos decided about; a note decides nothing."""
        return sum(self.decisions.values()) - self.decisions[NOTE]


@dataclass(frozen=True)
class Effect:
    """Two runs on the same photos, under the labels of now."""

    first: str  # Their names
    second: str
    valid: Comparison
    test: Comparison | None  # Photos that are never edited; None where there are none
    moved: int  # Validation photos relabelled since the first was trained
    gone: int  # Deleted
    under_old_labels: tuple[int, int, int]  # Errors of the first, errors of the second, photos
    same_data: bool  # Then nothing that was decided lies between them.
    other_settings: tuple[str, ...]  # In which they differ besides


def describe_cleaning(history: History | None, imported: Dataset) -> Cleaning | None:
    """Count what was decided, by action, move and reason; None where nothing was."""
    standing = history.standing if history else {}
    if not standing:
        return None
    labels = imported.labels
    moved = Counter(
        (labels[edit.photo], edit.label)
        for edit in standing.values()
        if edit.action == RELABEL and edit.label is not None and edit.photo in labels
    )
    reasons = Counter(edit.reason for edit in standing.values() if edit.reason)
    decisions = Counter(edit.action for edit in standing.values())
    return Cleaning(
        {action: decisions[action] for action in (RELABEL, DELETE, KEEP, ADD, NOTE)},
        tuple((old, new, number) for (old, new), number in moved.most_common()),
        tuple(pair for pair in reasons.most_common(MOST_REASONS) if pair[1] > 1),
        sum(not edit.reason for edit in standing.values()),
    )


def find_effect(first: tuple[str, Run], second: tuple[str, Run], dataset: Dataset) -> Effect | None:
    """Compare two runs, given with their names; None where they have no photo in common."""
    (name, before), (other_name, after) = first, second
    labels, trained_on = dataset.labels, before.evaluation.labels_by_photo
    both, old = (_compare(before, after, each, "valid") for each in (labels, trained_on))
    if both is None or old is None:
        return None
    relabelled, removed = count_edits(before.evaluation.for_split("valid"), labels)
    return Effect(
        name,
        other_name,
        both,
        _compare(before, after, labels, "test"),
        moved=relabelled,
        gone=removed,
        under_old_labels=(old.before.errors, old.after.errors, len(old.before.photos)),
        same_data=before.card.fingerprint == after.card.fingerprint,
        other_settings=_differences(before, after),
    )


def _compare(
    before: Run, after: Run, labels: Mapping[PhotoId, str], split: str
) -> Comparison | None:
    """Compare two runs on a split under some labels; None where they cannot be compared."""
    first, second = (run.evaluation.relabelled(labels).for_split(split) for run in (before, after))
    try:
        return compare(first, second)
    except (InvalidRequest, NotFound):
        return None


def _differences(before: Run, after: Run) -> tuple[str, ...]:
    first, second = (
        {"backbone": card.backbone, "mode": card.mode, **asdict(card.settings)}
        for card in (before.card, after.card)
    )
    return tuple(name for name in first | second if first.get(name) != second.get(name))
