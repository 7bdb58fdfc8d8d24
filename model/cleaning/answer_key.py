"""The starter set's answer key, to score a cleaning afterwards. Nothing that trains, evaluates or suggests may import this."""

import csv
from dataclasses import dataclass

from model.catalogue.dataset import Dataset
from model.catalogue.starter import FOLDER, STARTER

BAD = ("blurry", "dark", "overexposed", "tiny")


@dataclass(frozen=True)
class SplitScore:
    """Photos of one kind that were planted: those dealt with, and those not."""

    solved: tuple[str, ...]
    missed: tuple[str, ...]


@dataclass(frozen=True)
class CleaningScore:
    """How well a cleaning did."""

    wrong_labels: SplitScore  # Solved: under the right label, or deleted
    copies: SplitScore  # Within a split; solved: one of the two was deleted
    leaks: SplitScore  # From train into valid
    bad_photos: SplitScore  # Solved: deleted
    broken: tuple[str, ...]  # Relabelled though the label was right
    lost: tuple[str, ...]  # Deleted though nothing was wrong with them
    truths: dict[str, str]


def has_key(dataset: Dataset) -> bool:
    """Whether there is an answer key for a dataset."""
    return dataset.name == STARTER


def score(imported: Dataset, now: Dataset) -> CleaningScore:
    """Hold a cleaned dataset against the key. Photos that a visitor added are not judged."""
    with (FOLDER / "photos.csv").open(newline="") as table:
        key = {row["file"]: row for row in csv.DictReader(table)}
    photos = {labelled.file: labelled for labelled in imported.photos if labelled.split != "test"}
    labels = now.labels
    truths = {photo.photo: key[file]["truth"] for file, photo in photos.items()}
    wrong = [photo.photo for file, photo in photos.items() if photo.label != key[file]["truth"]]
    bad = [photo.photo for file, photo in photos.items() if key[file]["defect"] in BAD]
    twins = {
        photo.photo: photos[key[file]["twin"]]
        for file, photo in photos.items()
        if key[file]["twin"]
    }
    splits = {photo.photo: photo.split for photo in photos.values()}
    leaking = [photo for photo, twin in twins.items() if splits[photo] != twin.split]
    planted = {*wrong, *bad, *twins, *(twin.photo for twin in twins.values())}

    def is_single(photo: str) -> bool:
        return photo not in labels or twins[photo].photo not in labels

    return CleaningScore(
        wrong_labels=_part(
            wrong, [photo for photo in wrong if labels.get(photo, truths[photo]) == truths[photo]]
        ),
        copies=_part(
            [photo for photo in twins if photo not in leaking],
            [photo for photo in twins if is_single(photo)],
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


def _part(photos: list[str], solved: list[str]) -> SplitScore:
    return SplitScore(
        tuple(photo for photo in photos if photo in solved),
        tuple(photo for photo in photos if photo not in solved),
    )
