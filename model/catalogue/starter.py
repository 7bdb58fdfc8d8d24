"""The starter set: rendered photos that ship with Areole, imported at the first start.

Only `file`, `label` and `split` of its table are read. The other columns are the answer key: no
training, evaluation or suggestion may see them, so they never enter the catalogue.
"""

import csv
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from threading import Lock

from PIL import Image
from safetensors.numpy import load_file
from sqlalchemy import select
from sqlalchemy.orm import Session

from model.catalogue.measures import (
    FINGERPRINT_BYTES,
    FINGERPRINT_ENDS,
    MEASURES,
    chunks,
    unpack_fingerprints,
    unpack_measures,
)
from model.catalogue.origins import Origin
from model.catalogue.schema import DatasetRow, FeatureRow, FingerprintRow, LabelRow, QualityRow
from model.catalogue.store import ROOT, Store, insert_missing, keep_photos
from model.photos.image import Photo
from model.photos.photo_id import PhotoId
from model.progress import Progress, no_progress

STARTER = "starter"
CLASSES = ("cactus", "succulent", "tree")
FOLDER = ROOT / "assets" / "starter"
FEATURES = FOLDER / "features.safetensors"
CC0 = "https://creativecommons.org/publicdomain/zero/1.0/"
ORIGIN = Origin("rendered for Areole", "CC0 1.0", CC0)
BATCH = 64
EXAMPLES = (  # Three of each class, from the test split: no classifier has learned them.
    ("0617.jpg", "0724.jpg", "0637.jpg"),
    ("0372.jpg", "0042.jpg", "0122.jpg"),
    ("0436.jpg", "0731.jpg", "0735.jpg"),
)

_importing = Lock()  # Threads wait for the first instead of all importing.


def import_starter(store: Store, progress: Progress = no_progress) -> None:
    """Import the starter set unless it is there. Safe to repeat, to race and to kill."""
    if _has_starter(store):
        return
    with (FOLDER / "photos.csv").open(newline="") as table:
        rows = [(row["file"], row["label"], row["split"]) for row in csv.DictReader(table)]
    if _importing.locked():
        progress(0, len(rows))
    with _importing:
        if not _has_starter(store):
            _import(store, rows, progress)


def _has_starter(store: Store) -> bool:
    with store.reading() as session:
        starter = select(DatasetRow.id).where(DatasetRow.name == STARTER)
        return session.scalars(starter).one_or_none() is not None


def _import(store: Store, rows: list[tuple[str, str, str]], progress: Progress) -> None:
    photos: dict[str, PhotoId] = {}  # By file
    for chunk in chunks([file for file, _, _ in rows], BATCH):
        batch = {file: _photo(FOLDER / "photos" / file) for file in chunk}
        with store.writing() as session:
            keep_photos(store, session, batch.values())
        photos |= {file: photo.sha256 for file, photo in batch.items()}
        progress(len(photos), len(rows))
    with store.writing() as session:  # Last, so that the dataset exists only once it is whole.
        _keep_shipped_values(session, list(photos.values()))
        starter = {"name": STARTER, "title": "Starter set", "classes": CLASSES}
        insert_missing(session, DatasetRow, [starter])
        dataset_id = session.scalars(select(DatasetRow.id).where(DatasetRow.name == STARTER)).one()
        common = {"dataset_id": dataset_id, **asdict(ORIGIN)}
        labels = [
            {**common, "photo": photos[file], "file": file, "label": label, "split": split}
            for file, label, split in rows
        ]
        insert_missing(session, LabelRow, labels)


def starter_examples(store: Store) -> dict[str, list[PhotoId]]:
    """Find photos of the starter set to try, by class."""
    files = [file for row in EXAMPLES for file in row]
    with store.reading() as session:
        rows = select(LabelRow.file, LabelRow.photo).join(DatasetRow)
        examples = rows.where(DatasetRow.name == STARTER, LabelRow.file.in_(files))
        photos: dict[str, PhotoId] = dict(session.execute(examples).all())
    return {
        name: [photos[file] for file in row] for name, row in zip(CLASSES, EXAMPLES, strict=True)
    }


def _photo(path: Path) -> Photo:
    """Read a photo of ours, which needs no gate: not decoded, and kept as it is."""
    data = path.read_bytes()
    return Photo(Image.open(BytesIO(data)), data)


def _keep_shipped_values(session: Session, photos: list[PhotoId]) -> None:
    """Keep the features and measures that ship, so that a first start need not compute them."""
    if not FEATURES.exists():
        return
    arrays = load_file(FEATURES)
    if MEASURES in arrays:
        insert_missing(session, QualityRow, unpack_measures(photos, arrays.pop(MEASURES)))
    if FINGERPRINT_BYTES in arrays:
        joined, ends = arrays.pop(FINGERPRINT_BYTES), arrays.pop(FINGERPRINT_ENDS)
        insert_missing(session, FingerprintRow, unpack_fingerprints(photos, joined, ends))
    for backbone in arrays:
        rows = [
            {"photo": photo, "backbone": backbone, "vector": features.tobytes()}
            for photo, features in zip(photos, arrays[backbone], strict=True)
        ]
        insert_missing(session, FeatureRow, rows)
