"""What a report says about cleaning: what was decided, and what it was worth."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from model.catalogue.dataset import Dataset
from model.catalogue.edits import ADD, DELETE, KEEP, NOTE, RELABEL, EditAction, History
from model.errors import InvalidRequest
from model.evaluation.comparison import Comparison, compare
from model.evaluation.table import Evaluation
from model.runs.current import count_edits
from model.runs.run import Run

MOST_REASONS = 8


@dataclass(frozen=True)
class Cleaning:
    """What was decided about photos, so far as it stands."""

    decisions: Mapping[EditAction, int]
    moved: tuple[tuple[str, str, int], ...]  # From, to, photos; the most frequent first
    reasons: tuple[tuple[str, int], ...]  # Those given more than once, as the visitor wrote them
    without_reason: int

    @property
    def number(self) -> int:
        """How many photos were decided about; a note decides nothing."""
        return sum(self.decisions.values()) - self.decisions[NOTE]


@dataclass(frozen=True)
class Effect:
    """Two runs on the same photos, under the labels of now."""

    first: str  # Their names
    second: str
    valid: Comparison
    test: Comparison | None  # The photos that nobody may edit; None where there are none
    moved: int  # Validation photos relabelled since the first was trained
    gone: int  # Deleted
    under_old_labels: tuple[int, int, int]  # Errors of the first, errors of the second, photos
    same_data: bool  # Then nothing that was decided lies between them.
    other_settings: tuple[str, ...]  # In which they differ besides


def describe_cleaning(history: History | None, imported: Dataset) -> Cleaning | None:
    """What was decided; None where nothing was."""
    standing = history.standing if history else {}
    if not standing:
        return None
    was = imported.labels
    moved = Counter(
        (was[edit.photo], edit.label)
        for edit in standing.values()
        if edit.action == RELABEL and edit.label is not None and edit.photo in was
    )
    reasons = Counter(edit.reason for edit in standing.values() if edit.reason)
    return Cleaning(
        {
            action: sum(edit.action == action for edit in standing.values())
            for action in (RELABEL, DELETE, KEEP, ADD, NOTE)
        },
        tuple((old, new, number) for (old, new), number in moved.most_common()),
        tuple(
            (reason, number) for reason, number in reasons.most_common(MOST_REASONS) if number > 1
        ),
        sum(not edit.reason for edit in standing.values()),
    )


def find_effect(first: tuple[str, Run], second: tuple[str, Run], dataset: Dataset) -> Effect | None:
    """What lies between two runs, given with their names; None where they have no photo in common."""
    (name, before), (other_name, after) = first, second
    labels, was = dataset.labels, before.evaluation.labels_by_photo
    try:
        both = compare(_table(before, labels, "valid"), _table(after, labels, "valid"))
        old = compare(_table(before, was, "valid"), _table(after, was, "valid"))
    except InvalidRequest:
        return None
    try:
        test = compare(_table(before, labels, "test"), _table(after, labels, "test"))
    except InvalidRequest:
        test = None
    relabelled, removed = count_edits(before.evaluation.for_split("valid"), labels)
    return Effect(
        name,
        other_name,
        both,
        test,
        moved=relabelled,
        gone=removed,
        under_old_labels=(old.before.errors, old.after.errors, len(old.before.photos)),
        same_data=before.card.fingerprint == after.card.fingerprint,
        other_settings=_differences(before, after),
    )


def _table(run: Run, labels: Mapping[str, str], split: str) -> Evaluation:
    return run.evaluation.relabelled(labels).for_split(split)


def _differences(before: Run, after: Run) -> tuple[str, ...]:
    first, second = (
        {"backbone": one.card.backbone, "mode": one.card.mode, **asdict(one.card.settings)}
        for one in (before, after)
    )
    return tuple(name for name in first | second if first.get(name) != second.get(name))
