"""Estimate how long a training takes here: from earlier ones, or from what two cores took."""

from collections import Counter

from sqlalchemy import func, select

from model.catalogue.dataset import Split
from model.catalogue.schema import FeatureRow
from model.catalogue.speeds import recorded_speeds
from model.catalogue.store import CHUNK, Store
from model.networks.backbones import FEATURES_SPEED, STEP_SPEED, find_backbone
from model.runs.settings import FineTuneSettings
from model.training.request import TrainRequest

HEAD_STEP_S = 2e-5  # A cached photo of an epoch in which only the head learns.
HEAD_START_S, FINE_TUNE_START_S = 0.5, 8.0
FROZEN_SHARE = 0.6  # Of a step, when only the head learns but the photo passes the whole network.


def estimate_s(store: Store, request: TrainRequest) -> float:
    """Estimate the seconds of a training, cached features considered."""
    counts = Counter(labelled.split for labelled in request.dataset.photos)
    settings = request.settings
    backbone, speeds = find_backbone(request.backbone), recorded_speeds(store)
    feature_s = speeds.get(f"{FEATURES_SPEED} {backbone.name}", backbone.feature_s)
    step_s = speeds.get(f"{STEP_SPEED} {backbone.name}", backbone.step_s)
    extraction_s = _count_missing(store, request) * feature_s
    if not isinstance(settings, FineTuneSettings):
        return HEAD_START_S + extraction_s + settings.epochs * counts[Split.TRAIN] * HEAD_STEP_S
    passes = settings.epochs + FROZEN_SHARE * settings.frozen_epochs
    training_s = counts[Split.TRAIN] * passes * step_s * (settings.image_px / 224) ** 2
    evaluated = counts[Split.VALID] * (settings.epochs + settings.frozen_epochs) + counts.total()
    return FINE_TUNE_START_S + extraction_s + training_s + evaluated * feature_s


def _count_missing(store: Store, request: TrainRequest) -> int:
    """Count the photos whose features are not cached yet."""
    photos = [labelled.photo for labelled in request.dataset.photos]
    cached = 0
    with store.reading() as session:
        for start in range(0, len(photos), CHUNK):
            chunk = (
                FeatureRow.backbone == request.backbone,
                FeatureRow.photo.in_(photos[start : start + CHUNK]),
            )
            cached += (
                session.scalar(select(func.count()).select_from(FeatureRow).where(*chunk)) or 0
            )
    return len(photos) - cached
