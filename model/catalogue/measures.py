"""What is computed once a photo and kept: measures of quality, and sketches that tell copies."""

from collections.abc import Callable, Iterable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from model.catalogue.schema import FingerprintRow, PhotoRow, QualityRow
from model.catalogue.store import CHUNK, Store, insert_missing, open_stored
from model.errors import AreoleError, NotFound
from model.photos.near_duplicates import fingerprint
from model.photos.prefetch import ahead
from model.photos.quality import Quality, measure

BATCH = 32
MEASURES = "measures"  # The name of the saved array
COLUMNS = ("blur", "brightest", "middle")  # Its columns, and the catalogue's


def load_qualities(
    store: Store,
    photos: Iterable[str],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, Quality]:
    """The measures of photos by name; those not seen before are measured and kept. A photo that cannot be read has none."""
    names = list(dict.fromkeys(photos))
    known = _kept(store, names)
    missing = [name for name in names if name not in known]
    for start in range(0, len(missing), BATCH):
        new = {
            name: quality
            for name in missing[start : start + BATCH]
            if (quality := _of_stored(store, name)) is not None
        }
        with store.writing() as session:
            insert_missing(
                session, QualityRow, [quality_row(name, one) for name, one in new.items()]
            )
        known |= new
        progress(min(start + BATCH, len(missing)), len(missing))
    return known


def pack_measures(found: Iterable[Quality]) -> NDArray[np.float64]:
    """Measures as an array to be saved: blur, brightest, middle, (N, 3)."""
    return np.array(
        [[getattr(one, column) for column in COLUMNS] for one in found], np.float64
    ).reshape(-1, len(COLUMNS))


def unpack_measures(
    photos: Iterable[str], measures: NDArray[np.float64]
) -> list[dict[str, object]]:
    """Rows for the catalogue from what `pack_measures` made."""
    rows = zip(photos, measures.tolist(), strict=True)
    return [{"photo": photo, **dict(zip(COLUMNS, row, strict=True))} for photo, row in rows]


def quality_row(photo: str, quality: Quality) -> dict[str, object]:
    """The measures as the catalogue keeps them."""
    return {"photo": photo, **{name: getattr(quality, name) for name in COLUMNS}}


def _of_stored(store: Store, name: str) -> Quality | None:
    try:
        return measure(open_stored(store, name))
    except NotFound:
        return None


def _kept(store: Store, names: list[str]) -> dict[str, Quality]:
    kept: dict[str, Quality] = {}
    with store.reading() as session:
        for start in range(0, len(names), CHUNK):
            measured = select(QualityRow, PhotoRow.width, PhotoRow.height).join(PhotoRow)
            for row, width, height in session.execute(
                measured.where(QualityRow.photo.in_(names[start : start + CHUNK]))
            ):
                kept[row.photo] = Quality(row.blur, row.brightest, row.middle, width, height)
    return kept


FINGERPRINTS, FINGERPRINT_ENDS = "fingerprints", "fingerprint_ends"  # Names of saved arrays


def pack_fingerprints(fingerprints: Iterable[bytes]) -> dict[str, NDArray[np.generic]]:
    """Pack fingerprints as arrays to be saved: all bytes in a row, and where each ends, (N,)."""
    parts = list(fingerprints)
    ends = np.cumsum([len(part) for part in parts], dtype=np.int64)
    return {FINGERPRINTS: np.frombuffer(b"".join(parts), np.uint8), FINGERPRINT_ENDS: ends}


def unpack_fingerprints(
    photos: Iterable[str], joined: NDArray[np.uint8], ends: NDArray[np.int64]
) -> list[dict[str, object]]:
    """Make rows for the catalogue from the arrays of `pack_fingerprints`."""
    data, places = joined.tobytes(), pairwise([0, *ends.tolist()])
    return [
        {"photo": photo, "sketch": data[start:end]}
        for photo, (start, end) in zip(photos, places, strict=True)
    ]


DECODERS = 2  # One decodes while the other encodes.


def load_fingerprints(store: Store, photos: list[str]) -> dict[str, bytes]:
    """The sketches of kept photos; those that are not there yet are drawn, but of photos that are lost."""
    kept: dict[str, bytes] = {}
    with store.reading() as session:
        for start in range(0, len(photos), CHUNK):
            some = FingerprintRow.photo.in_(photos[start : start + CHUNK])
            kept.update(
                session.execute(
                    select(FingerprintRow.photo, FingerprintRow.sketch).where(some)
                ).all()
            )
    missing = [photo for photo in photos if photo not in kept]
    drawn = ahead(missing, lambda photo: fingerprint(open_stored(store, photo)), DECODERS)
    new = {photo: sketch for photo, sketch in drawn if not isinstance(sketch, AreoleError)}
    if new:
        with store.writing() as session:
            insert_missing(
                session,
                FingerprintRow,
                [{"photo": photo, "sketch": sketch} for photo, sketch in new.items()],
            )
    fingerprints = kept | new
    return {photo: fingerprints[photo] for photo in photos if photo in fingerprints}
