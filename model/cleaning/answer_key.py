"""The starter set's answer key, which nothing that trains, evaluates or suggests may import."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from itertools import filterfalse

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

    def is_right(photo: PhotoId) -> bool:
        return labels.get(photo, truths[photo]) == truths[photo]

    def is_gone(photo: PhotoId) -> bool:
        return photo not in labels

    def is_single(photo: PhotoId) -> bool:
        return is_gone(photo) or is_gone(copies[photo].photo)

    return CleaningScore(
        wrong_labels=_part(wrong, is_right),
        copies=_part([photo for photo in copies if photo not in leaking], is_single),
        leaks=_part(leaking, is_single),
        bad_photos=_part(bad, is_gone),
        broken=tuple(photo for photo in truths if photo not in wrong and not is_right(photo)),
        lost=tuple(photo for photo in truths if photo not in planted and is_gone(photo)),
        truths=truths,
    )


def _part(photos: list[PhotoId], is_solved: Callable[[PhotoId], bool]) -> SplitScore:
    return SplitScore(tuple(filter(is_solved, photos)), tuple(filterfalse(is_solved, photos)))
