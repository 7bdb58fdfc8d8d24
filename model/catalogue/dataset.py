"""Datasets: photos with their labels and splits, as imported or as a workspace has edited them."""

import hashlib
from collections import Counter
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from model.catalogue.edits import EditAction, history_of
from model.catalogue.schema import AskedRow, DatasetRow, LabelRow
from model.catalogue.store import Store
from model.errors import CannotTrain, NotFound
from model.photos.photo_id import PhotoId

MIN_PHOTOS_A_CLASS = 2


class Split(StrEnum):
    """The parts of a dataset, in the order in which they are shown."""

    TRAIN = "train"
    VALID = "valid"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class LabelledPhoto:
    """A photo in a dataset, under the label it has now."""

    photo: PhotoId
    label: str
    split: Split
    file: str  # The name it came under, for people.


@dataclass(frozen=True)
class Dataset:
    """A dataset as one workspace sees it; without a workspace, as it was imported."""

    id: int
    name: str
    title: str
    classes: tuple[str, ...]
    photos: tuple[LabelledPhoto, ...]
    edits: int = 0  # Number of the workspace's last edit that is in it; 0: as it was imported

    @cached_property
    def fingerprint(self) -> str:
        """Digest of the photos, labels, splits and classes, and of nothing else."""
        rows = sorted(f"{photo.photo} {photo.label} {photo.split}" for photo in self.photos)
        return hashlib.sha256("\n".join((*self.classes, *rows)).encode()).hexdigest()[:16]

    @cached_property
    def labels(self) -> dict[PhotoId, str]:
        """Label of each photo."""
        return {labelled.photo: labelled.label for labelled in self.photos}

    def find(self, photo: PhotoId) -> LabelledPhoto | None:
        """Find a photo with its label and split; None when it is not in this dataset."""
        return next((labelled for labelled in self.photos if labelled.photo == photo), None)

    def label_of(self, photo: PhotoId) -> str | None:
        """Find the label of a photo; None when it is not in this dataset."""
        return self.labels.get(photo)


def example_photos(dataset: Dataset, number: int = 3) -> dict[str, list[PhotoId]]:
    """Choose photos to try, by class: of the test split first, which no classifier has learned."""
    order = list(Split)
    photos = sorted(dataset.photos, key=lambda photo: -order.index(photo.split))  # Then by file
    return {
        name: [photo.photo for photo in photos if photo.label == name][:number]
        for name in dataset.classes
    }


def check_trainable(dataset: Dataset) -> None:
    """Raise CannotTrain, with what to add, where a dataset does not allow a training."""
    if len(dataset.classes) < 2:
        raise CannotTrain(
            "There is only one class; a classifier needs at least two to tell apart. "
            "Add another class."
        )
    counts = Counter(photo.label for photo in dataset.photos if photo.split == Split.TRAIN)
    for name in dataset.classes:
        if counts[name] < MIN_PHOTOS_A_CLASS:
            raise CannotTrain(
                f"{name} has {counts[name]} training photos; "
                f"add some until there are at least {MIN_PHOTOS_A_CLASS}."
            )
    if not any(photo.split == Split.VALID for photo in dataset.photos):
        raise CannotTrain(
            "There are no validation photos, so nobody could say how good the classifier is. "
            "Add some."
        )


def find_dataset(
    store: Store, name: str, *, workspace: str | None = None, edits: int | None = None
) -> Dataset:
    """Load a dataset with a workspace's edits, or those up to number `edits`. Raises NotFound."""
    with store.reading() as session:
        row = session.scalars(select(DatasetRow).where(DatasetRow.name == name)).one_or_none()
        if row is None:
            raise NotFound(f"There is no dataset {name}.")
        rows = session.execute(
            select(LabelRow.photo, LabelRow.label, LabelRow.split, LabelRow.file)
            .where(LabelRow.dataset_id == row.id)
            .order_by(LabelRow.file)
        )
        photos = {
            photo: LabelledPhoto(photo, label, Split(split), file)
            for photo, label, split, file in rows
        }
        last = 0 if workspace is None else _apply_edits(session, workspace, row.id, edits, photos)
        return Dataset(
            row.id, row.name, row.title, tuple(row.classes), tuple(photos.values()), last
        )


def _apply_edits(
    session: Session,
    workspace: str,
    dataset: int,
    up_to: int | None,
    photos: dict[PhotoId, LabelledPhoto],
) -> int:
    """Change `photos` as a workspace's edits say; returns the number of the last edit."""
    history = history_of(session, workspace, dataset, up_to)
    names = select(AskedRow.photo, AskedRow.name).where(AskedRow.workspace == workspace)
    files = dict(session.execute(names).all())
    for edit in history.standing.values():
        if edit.action == EditAction.DELETE:
            photos.pop(edit.photo, None)
        elif edit.label is not None:  # An added photo joins the train split.
            before = photos.get(edit.photo) or LabelledPhoto(
                edit.photo, edit.label, Split.TRAIN, files.get(edit.photo, "unnamed")
            )
            photos[edit.photo] = replace(before, label=edit.label)
    return history.last
