"""How long a training will take on this machine: from what earlier ones took, or from what two cores took."""

from collections import Counter

from sqlalchemy import func, select

from model.catalogue.dataset import Split
from model.catalogue.schema import FeatureRow
from model.catalogue.speeds import recorded_speeds
from model.catalogue.store import CHUNK, Store
from model.networks.backbones import LOOK, STEP, USUAL_S, find_backbone
from model.runs.settings import FineTuneSettings
from model.training.request import TrainRequest

HEAD_STEP_S = 2e-5  # A cached photo of an epoch in which only the head learns.
HEAD_START_S, FINE_TUNE_START_S = 0.5, 8.0
FROZEN_SHARE = 0.6  # Of a step, when only the head learns but the photo passes the whole network.


def estimate_s(store: Store, request: TrainRequest) -> float:
    """Seconds that a training will take, cached features considered."""
    counts, settings = (
        Counter(labelled.split for labelled in request.dataset.photos),
        request.settings,
    )
    look, step = (_recall(store, what, request.backbone) for what in (LOOK, STEP))
    unseen = _unseen(store, request) * look
    if not isinstance(settings, FineTuneSettings):
        return HEAD_START_S + unseen + settings.epochs * counts[Split.TRAIN] * HEAD_STEP_S
    passes = settings.epochs + FROZEN_SHARE * settings.frozen_epochs
    learning = counts[Split.TRAIN] * passes * step * (settings.image_px / 224) ** 2
    judging = (
        counts[Split.VALID] * (settings.epochs + settings.frozen_epochs) + counts.total()
    ) * look
    return FINE_TUNE_START_S + unseen + learning + judging


def _recall(store: Store, what: str, backbone: str) -> float:
    return recorded_speeds(store).get(
        f"{what} {backbone}", USUAL_S[find_backbone(backbone).name][what]
    )


def _unseen(store: Store, request: TrainRequest) -> int:
    """How many photos the backbone has not looked at yet."""
    photos = [labelled.photo for labelled in request.dataset.photos]
    seen = 0
    with store.reading() as session:
        for start in range(0, len(photos), CHUNK):
            some = (
                FeatureRow.backbone == request.backbone,
                FeatureRow.photo.in_(photos[start : start + CHUNK]),
            )
            seen += session.scalar(select(func.count()).select_from(FeatureRow).where(*some)) or 0
    return len(photos) - seen
