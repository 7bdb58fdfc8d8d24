"""Find the same picture twice: cropped, resized or brightened copies, by fingerprints."""

from collections.abc import Mapping
from dataclasses import dataclass

from model.photos.near_duplicates import FingerprintIndex, groups_of
from model.photos.photo_id import PhotoId
from model.progress import Progress, no_progress


@dataclass(frozen=True)
class DuplicateGroup:
    """Photos that are the same picture."""

    photos: tuple[PhotoId, ...]
    correlation: float  # Of details; the lowest of two that were linked, at most 1


def find_near_duplicates(
    fingerprints: Mapping[PhotoId, bytes], progress: Progress = no_progress
) -> list[DuplicateGroup]:
    """Group the copies among photos by their fingerprints; the surest group first."""
    index, matches = FingerprintIndex(), dict[PhotoId, dict[PhotoId, float]]()
    for done, (photo, fingerprint) in enumerate(fingerprints.items(), start=1):
        matches[photo] = index.matches(fingerprint)
        index.add(photo, fingerprint)
        progress(done, len(fingerprints))
    place = {photo: row for row, photo in enumerate(fingerprints)}
    groups = []
    for group in groups_of(matches):
        weakest = min(value for photo in group for value in matches[photo].values())
        photos = tuple(sorted(group, key=lambda photo: place[photo]))
        groups.append(DuplicateGroup(photos, min(weakest, 1.0)))
    return sorted(groups, key=lambda group: -group.correlation)
