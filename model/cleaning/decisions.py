"""Repair labels: keep, relabel or delete photos, each with a reason; undo, redo, start over."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from sqlalchemy.orm import Session

from model.catalogue.dataset import Dataset, find_dataset
from model.catalogue.edits import (
    ADD,
    KEEP,
    MAX_REASON,
    NOTE,
    RELABEL,
    Edit,
    EditAction,
    History,
    append,
    bring_back,
    history_of,
    take_back,
)
from model.catalogue.store import Store, is_kept
from model.catalogue.workspaces import current_dataset, dataset_name, ensure_workspace
from model.datasets.quota import check_room
from model.errors import InvalidRequest, NotFound
from model.photos.photo_id import PhotoId

TOLD = "told on Classify"
UNWANTED = re.compile("[\0\u202a-\u202e\u2066-\u2069]")
Row = tuple[PhotoId, str, str | None, str | None]  # Photo, action, label, reason


def history(store: Store, workspace: str) -> History:
    """Read all decisions of a workspace about its current dataset."""
    with store.reading() as session:
        return _history(session, workspace)


@dataclass(frozen=True, slots=True)
class Decision:
    """A new edit of a photo."""

    photo: PhotoId
    action: EditAction  # KEEP, RELABEL, DELETE or NOTE
    label: str | None = None  # The new one of RELABEL; the one that KEEP leaves, by default today's
    reason: str | None = None  # None: the standing one


def decide(store: Store, workspace: str, decisions: Iterable[Decision]) -> None:
    """Keep, relabel, delete or note photos of train and valid, as one step; none that stands.

    Raises NotFound for a photo or class not in the dataset, InvalidRequest for a test photo.
    """
    imported, now = _datasets(store, workspace)
    labelled_photos = {labelled.photo: labelled for labelled in (*imported.photos, *now.photos)}
    rows: dict[PhotoId, Row] = {}  # A photo named twice is decided once.
    for decision in decisions:
        if decision.label not in now.classes and (
            decision.label is not None or decision.action == RELABEL
        ):
            raise NotFound(f"This dataset has no class {decision.label}.")
        labelled = labelled_photos.get(decision.photo)
        if labelled is None:
            raise NotFound("This photo is no longer in the dataset.")
        if labelled.split == "test":
            raise InvalidRequest(
                "This photo belongs to the test split, which stays as it is so that it can judge "
                "fairly."
            )
        labels = {RELABEL: decision.label, KEEP: decision.label or labelled.label}
        label, action = labels.get(decision.action), decision.action
        if action == RELABEL and label == imported.labels.get(decision.photo):
            action = KEEP  # It comes back.
        rows[decision.photo] = (decision.photo, action, label, _cleaned(decision.reason))
    _append(store, workspace, rows.values())


def label_photo(store: Store, workspace: str, photo: PhotoId, label: str) -> None:
    """File a photo under `label`: a new one joins train, one of train or valid is relabelled.

    Raises NotFound and InvalidRequest, as `decide`; QuotaReached where a new one would be too many.
    """
    imported, now = _datasets(store, workspace)
    if label not in now.classes:
        raise NotFound(f"This dataset has no class {label}.")
    if imported.find(photo):
        decide(store, workspace, [Decision(photo, RELABEL, label, TOLD)])
    else:
        check_room(store, workspace)
        _append(store, workspace, [(photo, ADD, label, TOLD)])


def revert_edits(store: Store, workspace: str, photo: PhotoId) -> None:
    """Revert every edit of a photo; one that was added leaves the dataset."""
    _take_back(store, workspace, lambda edit: edit.photo == photo)


def undo(store: Store, workspace: str, step: int) -> None:
    """Take a step back; repeated for the same step, it does nothing."""
    _take_back(store, workspace, lambda edit: edit.step == step)


def redo(store: Store, workspace: str, step: int) -> None:
    """Bring a step back, except for photos that were destroyed meanwhile."""
    with store.writing() as session:
        before = _history(session, workspace)
        edits = [edit for edit in before.edits if edit.step == step]
        bring_back(session, before, edits, partial(is_kept, store, session))


def start_over(store: Store, workspace: str) -> None:
    """Take every decision back; redo brings them back step by step."""
    _take_back(store, workspace, lambda edit: True)


def _take_back(store: Store, workspace: str, is_meant: Callable[[Edit], bool]) -> None:
    with store.writing() as session:
        before = _history(session, workspace)
        take_back(session, before, filter(is_meant, before.edits))


def _history(session: Session, workspace: str) -> History:
    return history_of(session, workspace, current_dataset(session, workspace))


def _datasets(store: Store, workspace: str) -> tuple[Dataset, Dataset]:
    name = dataset_name(store, workspace)
    return find_dataset(store, name), find_dataset(store, name, workspace=workspace)


def _append(store: Store, workspace: str, rows: Iterable[Row]) -> None:
    with store.writing() as session:
        ensure_workspace(session, workspace)
        before = _history(session, workspace)
        standing, new = before.standing, []
        for photo, action, label, new_reason in rows:
            edit = standing.get(photo)
            reason = (edit.reason if edit else "") if new_reason is None else new_reason
            if not _stands(edit, action, label, reason):
                _check_kept(store, session, photo)
                new.append((photo, action, label, reason))
        append(session, before, new)


def _stands(edit: Edit | None, action: str, label: str | None, reason: str) -> bool:
    """Check if a decision would change nothing; of no edit, that is an empty note."""
    if edit is None:
        return action == NOTE and not reason
    same = action == NOTE or (edit.action, edit.label) == (action, label)
    return same and edit.reason == reason


def _cleaned(reason: str | None) -> str | None:
    """Remove NUL, which PostgreSQL cannot hold, and marks that turn the direction of text."""
    return None if reason is None else UNWANTED.sub("", reason).strip()[:MAX_REASON]


def _check_kept(store: Store, session: Session, photo: PhotoId) -> None:
    if not is_kept(store, session, photo):
        raise NotFound("This photo is no longer here: somebody removed it. Upload it again.")
