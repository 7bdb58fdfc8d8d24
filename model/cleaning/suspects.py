"""What in a dataset deserves a second look: labels that are probably wrong, bad photos, copies, and copies across splits.

Found among the train and validation photos of a run, under the labels it was trained with; the test photos are only looked at
for copies of theirs, and never named as anything to repair.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from model.catalogue.measures import load_fingerprints, load_qualities
from model.catalogue.store import Store
from model.cleaning.duplicates import DuplicateGroup, find_near_duplicates
from model.cleaning.label_issues import LabelIssue, find_label_issues
from model.networks.backbones import find_backbone
from model.photos.quality import Quality
from model.progress import Progress, no_progress
from model.runs.run import Run

MOST_TWINS = 4  # Photos in a group; more are a kind of photo, not copies.


@dataclass(frozen=True)
class Suspects:
    """What was found among the photos of a run."""

    doubts: Mapping[str, LabelIssue]  # Of every train and validation photo
    wrong_labels: tuple[str, ...]  # Of photos that are not bad; the most doubtful first
    bad_photos: tuple[str, ...]
    twins: tuple[DuplicateGroup, ...]
    measures: Mapping[str, Quality]
    splits: Mapping[str, str]

    def is_leak(self, group: DuplicateGroup) -> bool:
        """Whether copies stand on both sides of a split: what was learned from one is asked of the other."""
        return len({self.splits[photo] for photo in group.photos}) > 1


def find_suspects(store: Store, run: Run, progress: Progress = no_progress) -> Suspects:
    """Look through the photos of a run; features and measures come from the catalogue where they are known.

    Raises NotFound where a photo is destroyed meanwhile, StoreUnavailable, WeightsMissing.
    """
    from model.networks.features import (
        extract_features,
        photos_in_store,
    )  # torch: two seconds that no first paint waits for.

    backbone = find_backbone(run.card.backbone)
    there = set(photos_in_store(store, run.evaluation.photos, backbone))
    table = run.evaluation.rows(
        row for row, photo in enumerate(run.evaluation.photos) if photo in there
    )
    vectors = extract_features(store, table.photos, backbone, progress)
    measures = load_qualities(store, table.photos, progress)
    groups = find_near_duplicates(load_fingerprints(store, list(table.photos)), progress)
    cleaned = [row for row, split in enumerate(table.splits) if split != "test"]
    doubts = {
        doubt.photo: doubt for doubt in find_label_issues(table.rows(cleaned), vectors[cleaned])
    }
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
