"""Estimate how long a training takes here.

Before it starts: from earlier ones on this machine, or from what two cores took. While it runs:
each part from its own pace, as soon as a few of its units are done.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from time import perf_counter

from sqlalchemy import func, select

from model.catalogue.dataset import Split
from model.catalogue.schema import FeatureRow
from model.catalogue.speeds import recorded_speeds
from model.catalogue.store import CHUNK, Store
from model.networks.backbones import FEATURES_SPEED, STEP_SPEED, VALIDATION_SPEED, find_backbone
from model.photos.photo_id import PhotoId
from model.progress import FEW
from model.runs.settings import FineTuneSettings
from model.training.request import TrainRequest

HEAD_STEP_S = 2e-5  # A cached photo of an epoch in which only the head learns.
HEAD_START_S, FINE_TUNE_START_S = 0.5, 8.0
EXPORT_S = 10.0  # Writing a tuned network as ONNX
FROZEN_SHARE = 0.6  # Of a step, when only the head learns but the photo passes the whole network.
VALIDATION_SHARE = 0.35  # Of a step, for a validation photo: it only passes the network.


class Part(StrEnum):
    """Parts of a training, in their order; validation comes after each epoch of the two before."""

    FEATURES = "features"
    FROZEN = "frozen"
    LEARNING = "learning"
    VALIDATION = "validation"
    EVALUATION = "evaluation"


ALIKE = {Part.LEARNING: Part.FROZEN, Part.EVALUATION: Part.FEATURES}  # A part, an earlier one


@dataclass
class Work:
    """Units of a part that are left, what one should take, and what those done took."""

    left: float  # Photos, or photos of all epochs
    expected_s: float
    done: float = 0.0  # In the time below
    spent_s: float = 0.0
    has_begun: bool = False

    @property
    def measured_s(self) -> float | None:
        """Seconds a unit took, once there were a few."""
        return self.spent_s / self.done if self.done >= FEW else None


def estimate_s(store: Store, request: TrainRequest) -> float:
    """Estimate the seconds of a training, cached features considered."""
    is_head = not isinstance(request.settings, FineTuneSettings)
    start_s = HEAD_START_S if is_head else FINE_TUNE_START_S + EXPORT_S
    return start_s + sum(work.left * work.expected_s for work in plan(store, request).values())


def plan(store: Store, request: TrainRequest) -> dict[Part, Work]:
    """List the parts of a training with what they should take, cached features considered."""
    counts = Counter(labelled.split for labelled in request.dataset.photos)
    settings, backbone = request.settings, find_backbone(request.backbone)
    speeds, train = recorded_speeds(store), counts[Split.TRAIN]
    photos = [labelled.photo for labelled in request.dataset.photos]
    feature_s = {
        name: speeds.get(f"{FEATURES_SPEED} {name}", find_backbone(name).feature_s)
        for name in backbone.networks
    }
    missing = {name: _count_missing(store, photos, name) for name in feature_s}
    looks = sum(missing.values())
    looks_s = sum(missing[name] * feature_s[name] for name in missing)
    features = {Part.FEATURES: Work(looks, looks_s / max(looks, 1))}
    if not isinstance(settings, FineTuneSettings):
        return features | {Part.LEARNING: Work(settings.epochs * train, HEAD_STEP_S)}
    size, epochs = (settings.image_px / 224) ** 2, settings.epochs + settings.frozen_epochs
    step_s = size * speeds.get(f"{STEP_SPEED} {backbone.name}", backbone.step_s)
    usual_s = VALIDATION_SHARE * backbone.step_s
    validation_s = size * speeds.get(f"{VALIDATION_SPEED} {backbone.name}", usual_s)
    return features | {
        Part.FROZEN: Work(settings.frozen_epochs * train, FROZEN_SHARE * step_s),
        Part.LEARNING: Work(settings.epochs * train, step_s),
        Part.VALIDATION: Work(epochs * counts[Split.VALID], validation_s),
        Part.EVALUATION: Work(counts.total(), feature_s[backbone.name]),
    }


class TimeLeft:
    """The time that a fine-tuning still takes, told by its own reports."""

    def __init__(
        self, store: Store, request: TrainRequest, clock: Callable[[], float] = perf_counter
    ) -> None:
        assert isinstance(request.settings, FineTuneSettings)
        self._plan, self._clock, self._now = plan(store, request), clock, clock()
        self._frozen, self._epochs = request.settings.frozen_epochs, request.settings.epochs
        splits = Counter(labelled.split for labelled in request.dataset.photos)
        self._train, self._valid = splits[Split.TRAIN], splits[Split.VALID]

    @property
    def seconds(self) -> float:
        """Seconds until the end, all parts together."""
        rest_s = sum(work.left * self._unit_s(part) for part, work in self._plan.items())
        return rest_s if self._plan[Part.EVALUATION].has_begun else rest_s + EXPORT_S

    def features(self, done: int, total: int) -> None:
        """Note that features of so many photos are there."""
        self._note(Part.FEATURES, total - done)

    def batch(self, done: int, total: int) -> None:
        """Note a batch of those of all epochs; the last of an epoch begins its validation."""
        epochs = self._frozen + self._epochs
        seen = done / total * epochs  # In epochs
        if seen <= self._frozen:
            self._note(Part.FROZEN, (self._frozen - seen) * self._train)
        else:
            self._note(Part.LEARNING, (epochs - seen) * self._train)
        if done % (total // epochs) == 0:
            self._note(Part.VALIDATION, (epochs - round(seen) + 1) * self._valid)

    def epoch(self, number: int) -> None:
        """Note that an epoch was validated."""
        self._note(Part.VALIDATION, (self._frozen + self._epochs - number - 1) * self._valid)

    def evaluated(self, done: int, total: int) -> None:
        """Note that so many photos were evaluated at the end."""
        self._note(Part.EVALUATION, total - done)

    def _note(self, part: Part, left: float) -> None:
        """Count the time since the last report for a part, unless it only begins here."""
        work, before, self._now = self._plan[part], self._now, self._clock()
        if work.has_begun:
            work.done += work.left - left
            work.spent_s += self._now - before
        work.left, work.has_begun = left, True
        for earlier in Part:
            if earlier is part or part is Part.VALIDATION:
                break
            self._plan[earlier].left = 0  # Perhaps skipped, or stopped before their end

    def _unit_s(self, part: Part) -> float:
        """Give what was measured, or what follows from an earlier part of the same kind."""
        work = self._plan[part]
        earlier = self._plan.get(ALIKE.get(part, part), work)
        if work.measured_s is None and earlier.measured_s is not None:
            return work.expected_s * earlier.measured_s / earlier.expected_s
        return work.expected_s if work.measured_s is None else work.measured_s


def _count_missing(store: Store, photos: Sequence[PhotoId], backbone: str) -> int:
    """Count the photos whose features are not cached yet."""
    cached = 0
    with store.reading() as session:
        for start in range(0, len(photos), CHUNK):
            chunk = (
                FeatureRow.backbone == backbone,
                FeatureRow.photo.in_(photos[start : start + CHUNK]),
            )
            cached += (
                session.scalar(select(func.count()).select_from(FeatureRow).where(*chunk)) or 0
            )
    return len(photos) - cached
