"""Datasets: which photos, under which labels, in which splits - as imported, and as a workspace has edited them."""

import hashlib
from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property

from sqlalchemy import select

from model.catalogue.edits import DELETE, Edit, history_of
from model.catalogue.schema import AskedRow, DatasetRow, LabelRow
from model.catalogue.store import Store
from model.errors import CannotTrain, NotFound

MIN_PHOTOS_A_CLASS = 2
SPLITS = ("train", "valid", "test")


@dataclass(frozen=True, slots=True)
class LabelledPhoto:
    """A photo in a dataset, under the label it has now."""

    photo: str
    label: str
    split: str
    file: str  # The name it came under, for people.


@dataclass(frozen=True)
class Dataset:
    """A dataset as one workspace sees it; without a workspace, as it was imported."""

    id: int
    name: str
    title: str
    classes: tuple[str, ...]
    photos: tuple[LabelledPhoto, ...]
    edits: int = 0  # The workspace's last edit that is in it; 0 for a dataset as it was imported.

    @property
    def fingerprint(self) -> str:
        """Changes with any photo, label or split, and with nothing else."""
        rows = sorted(
            f"{labelled.photo} {labelled.label} {labelled.split}" for labelled in self.photos
        )
        return hashlib.sha256("\n".join((*self.classes, *rows)).encode()).hexdigest()[:16]

    @cached_property
    def labels(self) -> dict[str, str]:
        """The label of each photo."""
        return {labelled.photo: labelled.label for labelled in self.photos}

    def find(self, photo: str) -> LabelledPhoto | None:
        """A photo's place in this dataset, None when it is not in it."""
        return next((labelled for labelled in self.photos if labelled.photo == photo), None)

    def label_of(self, photo: str) -> str | None:
        """The label of a photo, None when it is not in this dataset."""
        return self.labels.get(photo)


def example_photos(dataset: Dataset, number: int = 3) -> dict[str, list[str]]:
    """Photos to try, by class: the first of the test split, else of the others, for those the classifier may not have seen."""
    ranked = sorted(
        dataset.photos, key=lambda labelled: -SPLITS.index(labelled.split)
    )  # Stable: by file within a split
    return {
        name: [one.photo for one in ranked if one.label == name][:number]
        for name in dataset.classes
    }


def check_trainable(dataset: Dataset) -> None:
    """Raise CannotTrain, with what to add, where a dataset does not allow a training."""
    if len(dataset.classes) < 2:
        raise CannotTrain(
            "There is only one class; a classifier needs at least two to tell apart. Add another class."
        )
    counts = Counter(labelled.label for labelled in dataset.photos if labelled.split == "train")
    for name in dataset.classes:
        if counts[name] < MIN_PHOTOS_A_CLASS:
            raise CannotTrain(
                f"{name} has {counts[name]} training photos; add some until there are at least {MIN_PHOTOS_A_CLASS}."
            )
    if not any(labelled.split == "valid" for labelled in dataset.photos):
        raise CannotTrain(
            "There are no validation photos, so nobody could say how good the classifier is. Add some."
        )


def find_dataset(
    store: Store, name: str, *, workspace: str | None = None, edits: int | None = None
) -> Dataset:
    """The dataset called `name` with the workspace's edits applied: all, or those up to number `edits`. Raises NotFound."""
    with store.reading() as session:
        row = session.scalars(select(DatasetRow).where(DatasetRow.name == name)).one_or_none()
        if row is None:
            raise NotFound(f"There is no dataset {name}.")
        imported = session.execute(
            select(LabelRow.photo, LabelRow.label, LabelRow.split, LabelRow.file)
            .where(LabelRow.dataset_id == row.id)
            .order_by(LabelRow.file)
        )
        labelled_photos = {
            photo: LabelledPhoto(photo, label, split, file)
            for photo, label, split, file in imported
        }
        latest = 0
        if workspace is not None:
            history = history_of(session, workspace, row.id, edits)
            added = dict(
                session.execute(
                    select(AskedRow.photo, AskedRow.name).where(AskedRow.workspace == workspace)
                ).all()
            )
            for edit in history.standing.values():
                _apply(edit, labelled_photos, added)
            latest = history.last
        return Dataset(
            row.id, row.name, row.title, tuple(row.classes), tuple(labelled_photos.values()), latest
        )


def _apply(edit: Edit, labelled_photos: dict[str, LabelledPhoto], added: dict[str, str]) -> None:
    if edit.action == DELETE:
        labelled_photos.pop(edit.photo, None)
    elif edit.label is not None:  # An added photo joins the train split.
        was = labelled_photos.get(edit.photo) or LabelledPhoto(
            edit.photo, edit.label, "train", added.get(edit.photo, "unnamed")
        )
        labelled_photos[edit.photo] = replace(was, label=edit.label)
