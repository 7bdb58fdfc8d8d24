"""Find what deserves a second look: labels probably wrong, bad photos, copies, leaks.

Looks at the train and validation photos of a run, under the labels it was trained with; at the test
photos only for copies of theirs, never as anything to repair.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from model.catalogue.measures import load_fingerprints, load_qualities
from model.catalogue.store import Store
from model.cleaning.duplicates import DuplicateGroup, find_near_duplicates
from model.cleaning.label_issues import LabelIssue, find_label_issues
from model.networks.backbones import find_backbone
from model.photos.photo_id import PhotoId
from model.photos.quality import Quality
from model.progress import Progress, no_progress
from model.runs.run import Run

MOST_TWINS = 4  # Photos in a group; more are a kind of photo, not copies.


@dataclass(frozen=True)
class Suspects:
    """Photos of a run that deserve a second look."""

    doubts: Mapping[PhotoId, LabelIssue]  # Of every train and validation photo
    wrong_labels: tuple[PhotoId, ...]  # Of photos that are not bad; the most doubtful first
    bad_photos: tuple[PhotoId, ...]
    twins: tuple[DuplicateGroup, ...]
    measures: Mapping[PhotoId, Quality]
    splits: Mapping[PhotoId, str]

    def is_leak(self, group: DuplicateGroup) -> bool:
        """True where copies stand on both sides of a split."""
        return len({self.splits[photo] for photo in group.photos}) > 1


def find_suspects(store: Store, run: Run, progress: Progress = no_progress) -> Suspects:
    """Look through the photos of a run; what the catalogue knows of them is not computed again.

    Raises NotFound where a photo is destroyed meanwhile, StoreUnavailable, WeightsMissing.
    """
    # torch: two seconds that no first paint waits for.
    from model.networks.features import extract_features, photos_in_store

    backbone = find_backbone(run.card.backbone)
    photos = run.evaluation.photos
    in_store = set(photos_in_store(store, photos, backbone))
    table = run.evaluation.rows(row for row, photo in enumerate(photos) if photo in in_store)
    features = extract_features(store, table.photos, backbone, progress)
    measures = load_qualities(store, table.photos, progress)
    groups = find_near_duplicates(load_fingerprints(store, list(table.photos)), progress)
    repairable = [row for row, split in enumerate(table.splits) if split != "test"]
    label_issues = find_label_issues(table.rows(repairable), features[repairable])
    doubts = {doubt.photo: doubt for doubt in label_issues}
    bad = {photo for photo in doubts if photo in measures and measures[photo].issues}
    wrong = [doubt for doubt in doubts.values() if doubt.is_label_issue and doubt.photo not in bad]
    return Suspects(
        doubts,
        tuple(doubt.photo for doubt in sorted(wrong, key=lambda doubt: doubt.quality)),
        tuple(photo for photo in doubts if photo in bad),
        tuple(group for group in groups if len(group.photos) <= MOST_TWINS),
        measures,
        dict(zip(table.photos, table.splits, strict=True)),
    )
