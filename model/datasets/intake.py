"""Import photos into a dataset: gate, doubles, split, until the workspace is full.

After every few photos the dataset is whole and stored, whatever becomes of the rest.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from io import BytesIO

from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from model.catalogue.measures import chunks, load_fingerprints
from model.catalogue.origins import Origin
from model.catalogue.schema import DatasetRow, FingerprintRow, LabelRow
from model.catalogue.store import Store, insert_missing, keep_photos
from model.datasets.folders import RefusedFile
from model.datasets.manage import own_dataset
from model.datasets.quota import already_counted, usage
from model.datasets.splits import assign_splits
from model.errors import AreoleError
from model.photos.image import Photo, open_photo
from model.photos.near_duplicates import FingerprintIndex, fingerprint, groups_of
from model.photos.photo_id import PhotoId
from model.photos.prefetch import ahead
from model.progress import Progress, no_progress

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
    """Counts of the files imported so far. Written by the import, read by pages."""

    added: int = 0
    doubles: int = 0
    left_out: int = 0  # For want of room
    refused: list[RefusedFile] = field(default_factory=list)


@dataclass(frozen=True, eq=False)  # Two pictures are not compared pixel by pixel.
class _DecodedPhoto:
    """A photo that passed the gate."""

    photo: Photo
    fingerprint: bytes
    incoming: IncomingPhoto

    @property
    def name(self) -> PhotoId:
        return self.photo.sha256

    def row(self, dataset: int, split: str) -> dict[str, object]:
        """Make its LabelRow."""
        place = {"dataset_id": dataset, "photo": self.name, "split": split}
        names = {"file": self.incoming.file[:MAX_FILE], "label": self.incoming.label}
        return {**place, **names, **asdict(self.incoming.origin)}


def add_photos(
    store: Store,
    name: str,
    arrivals: Iterable[IncomingPhoto],
    result: ImportResult,
    *,
    total: int,
    owner: str | None = None,
    progress: Progress = no_progress,
) -> None:
    """Add files to a dataset of a workspace, or of none; count what became of each in `result`.

    `progress` and `arrivals` may raise AreoleError: what has come until then stays.
    Raises NotFound where the dataset is gone, InvalidRequest where it is not the owner's to change,
    StoreUnavailable.
    """
    coming = _Import(store, name, owner, result)
    try:
        for done, (incoming, decoded) in enumerate(ahead(arrivals, _decode), start=1):
            if isinstance(decoded, AreoleError):
                result.refused.append(RefusedFile(incoming.file, str(decoded)))
            elif not coming.take(decoded):
                result.left_out = total - done + 1
                break
            progress(done, total)
    finally:
        coming.store_batch()


def _decode(incoming: IncomingPhoto) -> _DecodedPhoto:
    """Let a file through the gate; of its pixels only the small ones stay in memory."""
    photo = open_photo(incoming.read())
    unread = Photo(Image.open(BytesIO(photo.jpeg)), photo.jpeg)
    return _DecodedPhoto(unread, fingerprint(photo.image), incoming)


class _Import:
    """An import under way: the dataset's photos, those that wait to be stored, the room left."""

    def __init__(self, store: Store, name: str, owner: str | None, result: ImportResult) -> None:
        self._store, self._name, self._owner, self._result = store, name, owner, result
        self._batch: list[_DecodedPhoto] = []
        with store.reading() as session:
            dataset = own_dataset(session, owner, name)
            self._places, self._revision = _places(session, dataset), dataset.revision
        self._index = FingerprintIndex()
        for photo, jpeg in load_fingerprints(store, list(self._places)).items():
            self._index.add(photo, jpeg)
        self._used = usage(store, owner) if owner else None

    def take(self, decoded: _DecodedPhoto) -> bool:
        """Queue a photo for storing, unless it is a double; False if the workspace is full."""
        if decoded.name in self._places or any(decoded.name == p.name for p in self._batch):
            self._result.doubles += 1
        elif self._is_full([*self._batch, decoded]):
            return False
        else:
            self._batch.append(decoded)
        if len(self._batch) == BATCH:
            self.store_batch()
        return True

    def store_batch(self) -> None:
        """Make the waiting photos part of the dataset, copies of each other in one split."""
        coming, self._batch = self._batch, []
        if not coming:
            return
        with self._store.writing() as session:
            dataset = own_dataset(session, self._owner, self._name)
            if dataset.revision != self._revision:
                self._catch_up(session, dataset)
            new = [decoded for decoded in coming if decoded.name not in self._places]
            fitting = [decoded for decoded in new if decoded.incoming.label in dataset.classes]
            splits = self._splits(fitting)
            self._insert(session, dataset, fitting, splits)
            self._revision = dataset.revision
        self._places.update({p.name: (p.incoming.label, splits[p.name]) for p in fitting})
        self._used = usage(self._store, self._owner) if self._owner else None
        self._result.added += len(fitting)
        self._result.doubles += len(coming) - len(new)
        for incoming in [decoded.incoming for decoded in new if decoded.name not in splits]:
            reason = f"The class {incoming.label} is no longer there."
            self._result.refused.append(RefusedFile(incoming.file, reason))

    def _insert(
        self,
        session: Session,
        dataset: DatasetRow,
        photos: Sequence[_DecodedPhoto],
        splits: dict[PhotoId, str],
    ) -> None:
        keep_photos(self._store, session, [decoded.photo for decoded in photos])
        fingerprints = [{"photo": p.name, "sketch": p.fingerprint} for p in photos]
        insert_missing(session, FingerprintRow, fingerprints)
        insert_missing(session, LabelRow, [p.row(dataset.id, splits[p.name]) for p in photos])
        dataset.revision += 1

    def _is_full(self, coming: Sequence[_DecodedPhoto]) -> bool:
        """Check if these would be too many, or too large."""
        if not self._owner or not self._used or self._used.holds(_sizes(coming)):
            return False
        free = already_counted(self._store, self._owner, [decoded.name for decoded in coming])
        return not self._used.holds(_sizes(p for p in coming if p.name not in free))

    def _catch_up(self, session: Session, dataset: DatasetRow) -> None:
        """Take over photos that others have added, from the camera or another tab, and removed."""
        before, self._places = self._places, _places(session, dataset)
        added = [photo for photo in self._places if photo not in before]
        columns = select(FingerprintRow.photo, FingerprintRow.sketch)
        for some in chunks(added):
            for photo, jpeg in session.execute(columns.where(FingerprintRow.photo.in_(some))):
                self._index.add(photo, jpeg)

    def _splits(self, coming: Sequence[_DecodedPhoto]) -> dict[PhotoId, str]:
        """Choose each photo's split: the one it came with, that of its copies, or by its hash."""
        alike: dict[PhotoId, list[PhotoId]] = {}
        for decoded in coming:
            alike[decoded.name] = self._index.alike(decoded.fingerprint)
            self._index.add(decoded.name, decoded.fingerprint)
        given = {p.name: (p.incoming.label, p.incoming.split) for p in coming if p.incoming.split}
        new = {p.name: p.incoming.label for p in coming if not p.incoming.split}
        assigned = assign_splits(new, {**self._places, **given}, groups_of(alike))
        return {**assigned, **{photo: split for photo, (_, split) in given.items()}}


def _places(session: Session, dataset: DatasetRow) -> dict[PhotoId, tuple[str, str]]:
    """Look up the label and split of each photo of a dataset."""
    columns = select(LabelRow.photo, LabelRow.label, LabelRow.split)
    rows = session.execute(columns.where(LabelRow.dataset_id == dataset.id))
    return {photo: (label, split) for photo, label, split in rows}


def _sizes(photos: Iterable[_DecodedPhoto]) -> list[int]:
    return [len(decoded.photo.jpeg) for decoded in photos]
