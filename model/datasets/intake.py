"""Photos on their way into a dataset: through the gate, past the doubles, into a split, until the workspace is full.

What is kept is kept: after every few photos the dataset is whole, whatever becomes of the rest.
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from io import BytesIO

from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from model.catalogue.measures import DECODERS, load_fingerprints
from model.catalogue.origins import Origin
from model.catalogue.schema import DatasetRow, FingerprintRow, LabelRow
from model.catalogue.store import CHUNK, Store, insert_missing, keep_photos
from model.datasets.folders import RefusedFile
from model.datasets.manage import own_dataset
from model.datasets.quota import already_counted, usage
from model.datasets.splits import assign_splits
from model.errors import AreoleError
from model.photos.image import Photo, open_photo
from model.photos.near_duplicates import FingerprintIndex, fingerprint, groups_of
from model.photos.prefetch import ahead

BATCH = 32  # Photos between two writes: what a killed server loses at most.
MAX_FILE = 255


@dataclass(frozen=True)
class IncomingPhoto:
    """A file that is to join a dataset under a class that this has."""

    file: str  # Its name, for people
    label: str
    read: Callable[[], bytes]  # Raises AreoleError with the reason why not
    origin: Origin = field(default_factory=Origin)
    split: str | None = None  # Where its own dataset had it; None: by its hash


@dataclass
class ImportResult:
    """What became of the files so far. Written while they are taken in, read by pages."""

    added: int = 0
    doubles: int = 0
    left_out: int = 0  # For want of room
    refused: list[RefusedFile] = field(default_factory=list)


@dataclass(frozen=True, eq=False)  # Two pictures are not compared pixel by pixel.
class _DecodedPhoto:
    """A photo that passed the gate."""

    photo: Photo
    sketch: bytes
    arrival: IncomingPhoto


def add_photos(
    store: Store, name: str, arrivals: Iterable[IncomingPhoto], report: ImportResult, *, total: int, owner: str | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> None:  # fmt: skip
    """Add files to a dataset of a workspace, or of nobody's, and write into `report` what became of each.

    `progress` and `arrivals` may raise AreoleError: what has come until then stays. Raises NotFound where the dataset is gone or
    not the owner's to change, StoreUnavailable.
    """
    known = _ExistingPhotos(store, name, owner)
    waiting: list[_DecodedPhoto] = []
    try:
        for done, (arrival, ready) in enumerate(ahead(arrivals, _prepare, DECODERS), start=1):
            if isinstance(ready, AreoleError):
                report.refused.append(RefusedFile(arrival.file, str(ready)))
            elif known.has(ready.photo.sha256) or any(
                ready.photo.sha256 == other.photo.sha256 for other in waiting
            ):
                report.doubles += 1
            elif known.is_full([*waiting, ready]):
                report.left_out = total - done + 1
                break
            else:
                waiting.append(ready)
            if len(waiting) == BATCH:
                coming, waiting = waiting, []
                known.keep(coming, report)
            progress(done, total)
    except AreoleError:
        known.keep(waiting, report)
        raise
    known.keep(waiting, report)


def _prepare(arrival: IncomingPhoto) -> _DecodedPhoto:
    """Let a file through the gate; of its pixels only the small ones stay in memory."""
    photo = open_photo(arrival.read())
    return _DecodedPhoto(
        Photo(Image.open(BytesIO(photo.jpeg)), photo.jpeg), fingerprint(photo.image), arrival
    )


class _ExistingPhotos:
    """The photos that a dataset has already, and how many more may come."""

    def __init__(self, store: Store, name: str, owner: str | None) -> None:
        self._store, self._name, self._owner = store, name, owner
        with store.reading() as session:
            dataset = own_dataset(session, owner, name)
            self._places, self._revision = _places(session, dataset), dataset.revision
        self._sketches = FingerprintIndex()
        for photo, sketch in load_fingerprints(store, list(self._places)).items():
            self._sketches.add(photo, sketch)
        self._used = usage(store, owner) if owner else None

    def has(self, photo: str) -> bool:
        """Whether a photo is in the dataset."""
        return photo in self._places

    def is_full(self, coming: list[_DecodedPhoto]) -> bool:
        """Whether these would be too many, or too large."""
        if not self._owner or not self._used or self._used.holds(_sizes(coming)):
            return False
        free = already_counted(self._store, self._owner, [one.photo.sha256 for one in coming])
        return not self._used.holds(_sizes(one for one in coming if one.photo.sha256 not in free))

    def keep(self, coming: list[_DecodedPhoto], report: ImportResult) -> None:
        """Make photos part of the dataset, copies of each other in one split."""
        if not coming:
            return
        with self._store.writing() as session:
            dataset = own_dataset(session, self._owner, self._name)
            if dataset.revision != self._revision:
                self._catch_up(session, dataset)
            new = [one for one in coming if not self.has(one.photo.sha256)]
            stay = [one for one in new if one.arrival.label in dataset.classes]
            splits = self._splits(stay)
            keep_photos(self._store, session, [one.photo for one in stay])
            insert_missing(
                session,
                FingerprintRow,
                [{"photo": one.photo.sha256, "sketch": one.sketch} for one in stay],
            )
            insert_missing(
                session, LabelRow, [_row(dataset.id, one, splits[one.photo.sha256]) for one in stay]
            )
            dataset.revision += 1
            self._revision = dataset.revision
        self._places.update(
            {one.photo.sha256: (one.arrival.label, splits[one.photo.sha256]) for one in stay}
        )
        self._used = usage(self._store, self._owner) if self._owner else None
        report.added += len(stay)
        report.doubles += len(coming) - len(new)
        gone = [one.arrival for one in new if one.photo.sha256 not in splits]
        report.refused += [
            RefusedFile(one.file, f"The class {one.label} is no longer there.") for one in gone
        ]

    def _catch_up(self, session: Session, dataset: DatasetRow) -> None:
        """See what others have added, from the camera or another tab, and removed."""
        before, self._places = self._places, _places(session, dataset)
        came = [photo for photo in self._places if photo not in before]
        for start in range(0, len(came), CHUNK):
            drawn = select(FingerprintRow.photo, FingerprintRow.sketch).where(
                FingerprintRow.photo.in_(came[start : start + CHUNK])
            )
            for photo, sketch in session.execute(drawn):
                self._sketches.add(photo, sketch)

    def _splits(self, coming: list[_DecodedPhoto]) -> dict[str, str]:
        alike = {}
        for one in coming:
            alike[one.photo.sha256] = self._sketches.alike(one.sketch)
            self._sketches.add(one.photo.sha256, one.sketch)
        told = {
            one.photo.sha256: (one.arrival.label, one.arrival.split)
            for one in coming
            if one.arrival.split
        }
        new = {one.photo.sha256: one.arrival.label for one in coming if not one.arrival.split}
        assigned = assign_splits(new, {**self._places, **told}, groups_of(alike))
        return {**assigned, **{photo: split for photo, (_, split) in told.items()}}


def _places(session: Session, dataset: DatasetRow) -> dict[str, tuple[str, str]]:
    """The label and split of each photo of a dataset."""
    rows = session.execute(
        select(LabelRow.photo, LabelRow.label, LabelRow.split).where(
            LabelRow.dataset_id == dataset.id
        )
    )
    return {photo: (label, split) for photo, label, split in rows}


def _sizes(photos: Iterable[_DecodedPhoto]) -> list[int]:
    return [len(one.photo.jpeg) for one in photos]


def _row(dataset: int, one: _DecodedPhoto, split: str) -> dict[str, object]:
    place = {
        "dataset_id": dataset,
        "photo": one.photo.sha256,
        "file": one.arrival.file[:MAX_FILE],
        "split": split,
    }
    return {**place, "label": one.arrival.label, **asdict(one.arrival.origin)}
