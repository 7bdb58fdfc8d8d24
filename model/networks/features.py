"""Pooled features of photos, computed once per photo and backbone and kept in the catalogue
whatever the label.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from model.catalogue.schema import FeatureRow
from model.catalogue.speeds import record_speed
from model.catalogue.store import CHUNK, Store, has_file, insert_missing, open_stored
from model.networks.backbones import FEATURES_SPEED, Backbone
from model.networks.pretrained import feature_map

STORED = np.dtype(
    "<f2"
)  # Half precision: features lie between 0 and 6, and 10,000 photos take 26 MB.
BATCH = 16  # Photos between two writes: what a killed computation loses at most.


def extract_features(
    store: Store,
    photos: Iterable[str],
    backbone: Backbone,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> NDArray[np.float32]:
    """The pooled features of photos, (N, D), in their order.

    Those not seen before are computed and kept.

    Raises NotFound for a photo that is not there, WeightsMissing, StoreUnavailable.
    """
    names = list(photos)
    known = _kept(store, names, backbone)
    missing = [name for name in dict.fromkeys(names) if name not in known]
    started = perf_counter()
    for start in range(0, len(missing), BATCH):
        batch = missing[start : start + BATCH]
        with ThreadPoolExecutor(
            1
        ) as decoder:  # The next photo is decoded while the network looks at this one.
            images = decoder.map(lambda name: open_stored(store, name), batch)
            new = {
                name: _pooled(feature_map(image, backbone).numpy())
                for name, image in zip(batch, images, strict=True)
            }
        with store.writing() as session:
            rows = [
                {"photo": name, "backbone": backbone.name, "vector": vector.tobytes()}
                for name, vector in new.items()
            ]
            insert_missing(session, FeatureRow, rows)
        known |= new
        progress(len(names) - len(missing) + start + len(batch), len(names))
    if len(missing) >= BATCH:
        record_speed(
            store, FEATURES_SPEED, backbone.name, (perf_counter() - started) / len(missing)
        )
    if not names:
        return np.zeros((0, backbone.channels), np.float32)
    return np.stack([known[name] for name in names]).astype(np.float32)


def photos_in_store(store: Store, photos: Iterable[str], backbone: Backbone) -> list[str]:
    """Those of some photos that can be looked at, or were.

    A visitor may have destroyed hers since.
    """
    names = list(photos)
    known = _kept(store, names, backbone)
    return [name for name in names if name in known or has_file(store, name)]


def _kept(store: Store, names: list[str], backbone: Backbone) -> dict[str, NDArray[np.float16]]:
    kept: dict[str, NDArray[np.float16]] = {}
    with store.reading() as session:
        for start in range(0, len(names), CHUNK):
            chunk = FeatureRow.photo.in_(names[start : start + CHUNK])
            rows = session.execute(
                select(FeatureRow.photo, FeatureRow.vector).where(
                    FeatureRow.backbone == backbone.name, chunk
                )
            )
            kept.update({photo: np.frombuffer(vector, STORED) for photo, vector in rows})
    return kept


def _pooled(maps: NDArray[np.float32]) -> NDArray[np.float16]:
    """(D, H, W) -> (D,)."""
    return np.asarray(maps.mean(axis=(1, 2)), STORED)
