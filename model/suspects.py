"""What in a dataset deserves a second look: labels that are probably wrong, bad photos, copies, and copies across splits.

Found among the train and validation photos of a run, under the labels it was trained with; the test photos are only looked at
for copies of theirs, and never named as anything to repair.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from model.catalogue.measures import qualities
from model.catalogue.store import Store, open_stored
from model.evaluation.table import Evaluation
from model.networks.backbones import find_backbone
from model.out_of_fold import out_of_fold
from model.photos.quality import Quality
from model.runs.run import Run
from model.twins import Group, find_twins

MOST_TWINS = 4  # Photos in a group; more are a kind of photo, not copies.
DOUBTFUL = 2.0  # Times as likely as its label another class must be. From 1 to 2, mostly photos that are only hard to tell.


@dataclass(frozen=True, slots=True)
class Doubt:
    """How far a photo's label is to be doubted, by a classifier that learned from all the others."""

    photo: str
    label: str
    suggestion: str  # The class it finds most likely
    quality: float  # 0 to 1, cleanlab's label quality score "self_confidence": the probability it gives to the label
    probability: float  # That of the suggestion

    @property
    def looks_wrong(self) -> bool:
        """Whether the label is probably wrong, rather than the photo hard to tell."""
        return self.suggestion != self.label and self.probability >= DOUBTFUL * self.quality


@dataclass(frozen=True)
class Suspects:
    """What was found among the photos of a run."""

    doubts: Mapping[str, Doubt]  # Of every train and validation photo
    wrong_labels: tuple[str, ...]  # Of photos that are not bad; the most doubtful first
    bad_photos: tuple[str, ...]
    twins: tuple[Group, ...]
    measures: Mapping[str, Quality]
    splits: Mapping[str, str]

    def is_leak(self, group: Group) -> bool:
        """Whether copies stand on both sides of a split: what was learned from one is asked of the other."""
        return len({self.splits[photo] for photo in group.photos}) > 1


def find_suspects(store: Store, run: Run, progress: Callable[[int, int], None] = lambda done, total: None) -> Suspects:
    """Look through the photos of a run; features and measures come from the catalogue where they are known.

    Raises NotFound where a photo is destroyed meanwhile, StoreUnavailable, WeightsMissing.
    """
    from model.networks.features import features, still_there  # torch: two seconds that no first paint waits for.

    backbone = find_backbone(run.card.backbone)
    there = set(still_there(store, run.evaluation.photos, backbone))
    table = run.evaluation.rows(row for row, photo in enumerate(run.evaluation.photos) if photo in there)
    vectors = features(store, table.photos, backbone, progress)
    measures = qualities(store, table.photos, progress)
    groups = find_twins(table.photos, vectors, partial(open_stored, store), progress)
    cleaned = [row for row, split in enumerate(table.splits) if split != "test"]
    doubts = {doubt.photo: doubt for doubt in find_doubts(table.rows(cleaned), vectors[cleaned])}
    bad = {photo for photo in doubts if photo in measures and measures[photo].flaws}
    wrong = [doubt for doubt in doubts.values() if doubt.looks_wrong and doubt.photo not in bad]
    return Suspects(
        doubts,
        tuple(doubt.photo for doubt in sorted(wrong, key=lambda doubt: doubt.quality)),
        tuple(photo for photo in doubts if photo in bad),
        tuple(group for group in groups if len(group.photos) <= MOST_TWINS),
        measures,
        dict(zip(table.photos, table.splits, strict=True)),
    )


def find_doubts(table: Evaluation, vectors: np.ndarray) -> list[Doubt]:
    """How far each label of a table is to be doubted, from the photos' features (N, D)."""
    if len(set(table.labels.tolist())) < 2:  # One class: nothing to compare with.
        return [Doubt(photo, name, name, 1.0, 1.0) for photo, name in _named(table)]
    shares = out_of_fold(vectors, table.labels, len(table.classes))
    scores = shares[np.arange(len(shares)), table.labels]  # cleanlab's "self_confidence", without its 150 MB
    return [
        Doubt(photo, name, table.classes[best], float(score), float(row[best]))
        for (photo, name), row, best, score in zip(_named(table), shares, shares.argmax(axis=1), scores, strict=True)
    ]


def _named(table: Evaluation) -> list[tuple[str, str]]:
    return [(photo, table.classes[label]) for photo, label in zip(table.photos, table.labels, strict=True)]
