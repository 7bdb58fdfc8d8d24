"""The starter set's answer key, to score a cleaning afterwards.

Nothing that trains, evaluates or suggests may import this.
"""

import csv
from dataclasses import dataclass

from model.catalogue.dataset import Dataset
from model.catalogue.starter import FOLDER, STARTER
from model.photos.photo_id import PhotoId

BAD = ("blurry", "dark", "overexposed", "tiny")


@dataclass(frozen=True)
class SplitScore:
    """Planted photos of one kind: dealt with, and missed."""

    solved: tuple[PhotoId, ...]
    missed: tuple[PhotoId, ...]


@dataclass(frozen=True)
class CleaningScore:
    """The result of a cleaning, held against the answer key."""

    wrong_labels: SplitScore  # Solved: under the right label, or deleted
    copies: SplitScore  # Within a split; solved: one of the two was deleted
    leaks: SplitScore  # From train into valid
    bad_photos: SplitScore  # Solved: deleted
    broken: tuple[PhotoId, ...]  # Relabelled though the label was right
    lost: tuple[PhotoId, ...]  # Deleted though nothing was wrong with them
    truths: dict[PhotoId, str]


def has_key(dataset: Dataset) -> bool:
    """Check for an answer key to a dataset."""
    return dataset.name == STARTER


def score(imported: Dataset, now: Dataset) -> CleaningScore:
    """Score a cleaned dataset by the key; photos that a visitor added do not count."""
    with (FOLDER / "photos.csv").open(newline="") as table:
        key = {row["file"]: row for row in csv.DictReader(table)}
    photos = {labelled.file: labelled for labelled in imported.photos if labelled.split != "test"}
    labels = now.labels
    truths = {photo.photo: key[file]["truth"] for file, photo in photos.items()}
    wrong = [photo.photo for file, photo in photos.items() if photo.label != key[file]["truth"]]
    bad = [photo.photo for file, photo in photos.items() if key[file]["defect"] in BAD]
    copies = {
        photo.photo: photos[key[file]["twin"]]
        for file, photo in photos.items()
        if key[file]["twin"]
    }
    splits = {photo.photo: photo.split for photo in photos.values()}
    leaking = [photo for photo, copy in copies.items() if splits[photo] != copy.split]
    planted = {*wrong, *bad, *copies, *(copy.photo for copy in copies.values())}

    def is_single(photo: PhotoId) -> bool:
        return photo not in labels or copies[photo].photo not in labels

    return CleaningScore(
        wrong_labels=_part(
            wrong, [photo for photo in wrong if labels.get(photo, truths[photo]) == truths[photo]]
        ),
        copies=_part(
            [photo for photo in copies if photo not in leaking],
            [photo for photo in copies if is_single(photo)],
        ),
        leaks=_part(leaking, [photo for photo in leaking if is_single(photo)]),
        bad_photos=_part(bad, [photo for photo in bad if photo not in labels]),
        broken=tuple(
            photo
            for photo in truths
            if photo not in wrong and labels.get(photo, truths[photo]) != truths[photo]
        ),
        lost=tuple(photo for photo in truths if photo not in planted and photo not in labels),
        truths=truths,
    )


def _part(photos: list[PhotoId], solved: list[PhotoId]) -> SplitScore:
    return SplitScore(
        tuple(photo for photo in photos if photo in solved),
        tuple(photo for photo in photos if photo not in solved),
    )
