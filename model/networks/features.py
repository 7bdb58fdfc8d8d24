"""Pooled features of photos, computed once per photo and backbone, whatever the label."""

from collections.abc import Iterable
from functools import partial
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from model.catalogue.measures import BATCH, PhotoValues
from model.catalogue.schema import FeatureRow
from model.catalogue.speeds import record_speed
from model.catalogue.store import Store, has_file, open_stored
from model.networks.backbones import FEATURES_SPEED, Backbone, find_backbone
from model.networks.inference import feature_map, load_network
from model.photos.photo_id import PhotoId
from model.progress import Progress, no_progress

STORED = np.dtype("<f2")  # Half precision: features lie between 0 and 6; 10,000 photos take 26 MB.

Features = NDArray[np.float16]  # (D,), of one photo


def extract_features(
    store: Store, photos: Iterable[PhotoId], backbone: Backbone, progress: Progress = no_progress
) -> NDArray[np.float32]:
    """Extract the pooled features of photos, (N, D), in their order.

    Of backbones side by side each part has its own, which are joined.
    Raises NotFound for a photo that is not there, WeightsMissing, StoreUnavailable.
    """
    photo_ids, times = list(photos), list[float]()
    if backbone.parts:
        by_part = [
            extract_features(store, photo_ids, find_backbone(part.name), progress) / part.spread
            for part in backbone.parts
        ]
        return np.concatenate(by_part, axis=1)

    def compute(photo: PhotoId) -> Features:
        return pooled(feature_map(open_stored(store, photo), backbone))

    def report(done: int, missing: int) -> None:
        times.append(perf_counter())
        progress(len(photo_ids) - missing + done, len(photo_ids))
        if done == missing >= 2 * BATCH:  # The first batch includes opening or making the network.
            seconds = (times[-1] - times[1]) / (missing - BATCH)
            record_speed(store, FEATURES_SPEED, backbone.name, seconds)

    if not photo_ids:
        return np.zeros((0, backbone.channels), np.float32)
    ready = partial(load_network, backbone.name)  # One that lacks its weights fails here, once.
    features = _table(backbone).load(store, photo_ids, compute, report, prepare=ready)
    return np.stack([features[photo] for photo in photo_ids]).astype(np.float32)


def photos_in_store(store: Store, photos: Iterable[PhotoId], backbone: Backbone) -> list[PhotoId]:
    """Select the photos that have features or a file: a visitor may have destroyed others."""
    photo_ids = list(photos)
    tables = [_table(find_backbone(name)) for name in backbone.networks]
    features = [table.read(store, photo_ids) for table in tables]
    return [
        photo
        for photo in photo_ids
        if all(photo in known for known in features) or has_file(store, photo)
    ]


def _table(backbone: Backbone) -> PhotoValues[Features]:
    return PhotoValues(
        FeatureRow,
        select(FeatureRow.photo, FeatureRow.vector).where(FeatureRow.backbone == backbone.name),
        lambda vector: np.frombuffer(vector, STORED),
        lambda features: {"backbone": backbone.name, "vector": features.tobytes()},
    )


def pooled(maps: NDArray[np.float32]) -> NDArray[np.float16]:
    """Average a feature map over its regions, as it is stored: (D, H, W) -> (D,)."""
    return np.asarray(maps.mean(axis=(1, 2)), STORED)
