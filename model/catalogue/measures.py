"""Values computed once per photo and kept in a table: image quality, fingerprints, features."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice, pairwise
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from sqlalchemy import Select, select

from model.catalogue.schema import FingerprintRow, PhotoRow, QualityRow, Table
from model.catalogue.store import CHUNK, Store, insert_missing, open_stored
from model.errors import AreoleError
from model.photos.near_duplicates import fingerprint
from model.photos.photo_id import PhotoId
from model.photos.prefetch import ahead
from model.photos.quality import Quality, measure
from model.progress import Progress, no_progress

Value = TypeVar("Value")

BATCH = 16  # Photos between two writes: what a killed computation loses at most
MEASURES = "measures"  # The name of the saved array
FINGERPRINT_BYTES, FINGERPRINT_ENDS = "fingerprints", "fingerprint_ends"  # Saved arrays
FIELDS = {"blur": "blur", "brightest": "p99", "middle": "p10_centre"}  # Column -> field of Quality


def chunks(values: Sequence[Value], size: int = CHUNK) -> Iterator[Sequence[Value]]:
    """Cut values into pieces that fit into one query."""
    return (values[start : start + size] for start in range(0, len(values), size))


@dataclass(frozen=True)
class PhotoValues(Generic[Value]):
    """A table with one value per photo: reads what it keeps, computes and keeps what it lacks."""

    table: type[Table]
    query: Select[*tuple[Any, ...]]  # The photo's name, then the arguments of `parse`
    parse: Callable[..., Value]
    columns: Callable[[Value], dict[str, object]]  # Of the table, beside the photo's name

    def read(self, store: Store, photo_ids: Sequence[PhotoId]) -> dict[PhotoId, Value]:
        """Read the kept values, by photo."""
        name = self.query.selected_columns[0]
        with store.reading() as session:
            return {
                photo: self.parse(*values)
                for chunk in chunks(photo_ids)
                for photo, *values in session.execute(self.query.where(name.in_(chunk)))
            }

    def load(
        self,
        store: Store,
        photos: Iterable[PhotoId],
        compute: Callable[[PhotoId], Value],
        progress: Progress = no_progress,
        *,
        skip_unreadable: bool = False,
        prepare: Callable[[], object] = lambda: None,
    ) -> dict[PhotoId, Value]:
        """Read the kept values, by photo; compute the missing ones on all cores, and keep them.

        `progress` counts the missing photos; `prepare` is called once before they are computed.
        Raises what it raises and what `compute` raises, unless photos that cannot be read are to
        be skipped.
        """
        photo_ids = list(dict.fromkeys(photos))
        values = self.read(store, photo_ids)
        missing = [photo for photo in photo_ids if photo not in values]
        if missing:
            prepare()
        results, done = ahead(missing, compute), 0
        if missing:
            progress(0, len(missing))
        while batch := list(islice(results, BATCH)):
            computed = {
                photo: value for photo, value in batch if not isinstance(value, AreoleError)
            }
            rows = [{"photo": photo, **self.columns(computed[photo])} for photo in computed]
            with store.writing() as session:
                insert_missing(session, self.table, rows)
            values |= computed
            for _, value in batch:
                if isinstance(value, AreoleError) and not skip_unreadable:
                    raise value
            done += len(batch)
            progress(done, len(missing))
        return values


def pack_measures(qualities: Iterable[Quality]) -> NDArray[np.float64]:
    """Pack measures into an array to be saved: blur, 99th percentile, centre's 10th, (N, 3)."""
    rows = [list(_quality_columns(quality).values()) for quality in qualities]
    return np.array(rows, np.float64).reshape(-1, len(FIELDS))


def unpack_measures(
    photos: Iterable[PhotoId], measures: NDArray[np.float64]
) -> list[dict[str, object]]:
    """Make the catalogue's rows from the array of `pack_measures`."""
    rows = zip(photos, measures.tolist(), strict=True)
    return [{"photo": photo, **dict(zip(FIELDS, row, strict=True))} for photo, row in rows]


def _quality_columns(quality: Quality) -> dict[str, object]:
    return {column: getattr(quality, name) for column, name in FIELDS.items()}


QUALITIES = PhotoValues(
    QualityRow,
    select(
        QualityRow.photo,
        *(getattr(QualityRow, column) for column in FIELDS),
        PhotoRow.width,
        PhotoRow.height,
    ).join(PhotoRow),
    Quality,
    _quality_columns,
)
FINGERPRINTS = PhotoValues(
    FingerprintRow,
    select(FingerprintRow.photo, FingerprintRow.sketch),
    bytes,
    lambda sketch: {"sketch": sketch},
)


def load_qualities(
    store: Store, photos: Iterable[PhotoId], progress: Progress = no_progress
) -> dict[PhotoId, Quality]:
    """Load the quality of photos; measured once per photo. A photo that cannot be read has none."""
    work = partial(_of_stored, store, measure)
    return QUALITIES.load(store, photos, work, progress, skip_unreadable=True)


def load_fingerprints(store: Store, photos: Iterable[PhotoId]) -> dict[PhotoId, bytes]:
    """Load the fingerprints of photos; made once per photo. A photo that is lost has none."""
    work = partial(_of_stored, store, fingerprint)
    return FINGERPRINTS.load(store, photos, work, skip_unreadable=True)


def _of_stored(store: Store, work: Callable[[Image.Image], Value], photo: PhotoId) -> Value:
    return work(open_stored(store, photo))


def pack_fingerprints(fingerprints: Iterable[bytes]) -> dict[str, NDArray[np.generic]]:
    """Pack fingerprints as arrays to be saved: all bytes in a row, and where each ends, (N,)."""
    parts = list(fingerprints)
    ends = np.cumsum([len(part) for part in parts], dtype=np.int64)
    joined = np.frombuffer(b"".join(parts), np.uint8)
    return {FINGERPRINT_BYTES: joined, FINGERPRINT_ENDS: ends}


def unpack_fingerprints(
    photos: Iterable[PhotoId], joined: NDArray[np.uint8], ends: NDArray[np.int64]
) -> list[dict[str, object]]:
    """Make rows for the catalogue from the arrays of `pack_fingerprints`."""
    data, places = joined.tobytes(), pairwise([0, *ends.tolist()])
    return [
        {"photo": photo, "sketch": data[start:end]}
        for photo, (start, end) in zip(photos, places, strict=True)
    ]
