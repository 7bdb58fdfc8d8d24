"""The starter set: rendered photos that ship with Areole, imported into the catalogue on first start.

Only `file`, `label` and `split` of its table are read. The other columns are the answer key: no training, evaluation
or suggestion may see them, so they never enter the catalogue.
"""

import csv
from collections.abc import Callable
from dataclasses import asdict
from io import BytesIO
from pathlib import Path

from PIL import Image
from safetensors.numpy import load_file
from sqlalchemy import select
from sqlalchemy.orm import Session

from model.catalogue.measures import (
    FINGERPRINT_ENDS,
    FINGERPRINTS,
    MEASURES,
    unpack_fingerprints,
    unpack_measures,
)
from model.catalogue.origins import Origin
from model.catalogue.schema import DatasetRow, FeatureRow, FingerprintRow, LabelRow, QualityRow
from model.catalogue.store import ROOT, Store, insert_missing, keep_photos
from model.photos.image import Photo

STARTER = "starter"
CLASSES = ("cactus", "succulent", "tree")
FOLDER = ROOT / "assets" / "starter"
FEATURES = FOLDER / "features.safetensors"
ORIGIN = Origin(
    "rendered for Areole", "CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"
)
BATCH = 64
EXAMPLES = (  # Three of each class, from the test split: the classifier has never seen them.
    ("0617.jpg", "0724.jpg", "0637.jpg"),
    ("0372.jpg", "0042.jpg", "0122.jpg"),
    ("0436.jpg", "0731.jpg", "0735.jpg"),
)

Progress = Callable[[int, int], None]  # Called with how many are done, and of how many.


def import_starter(store: Store, progress: Progress = lambda done, total: None) -> None:
    """Bring the starter set into the catalogue unless it is there. Safe to repeat, to race and to kill."""
    with store.reading() as session:
        if session.scalars(select(DatasetRow).where(DatasetRow.name == STARTER)).one_or_none():
            return
    with (FOLDER / "photos.csv").open(newline="") as table:
        rows = [(row["file"], row["label"], row["split"]) for row in csv.DictReader(table)]
    photos = {}
    for start in range(0, len(rows), BATCH):
        batch = [_photo(FOLDER / "photos" / file) for file, _, _ in rows[start : start + BATCH]]
        with store.writing() as session:
            keep_photos(store, session, batch)
        photos.update(
            {file: photo.sha256 for (file, _, _), photo in zip(rows[start:], batch, strict=False)}
        )
        progress(len(photos), len(rows))
    with (
        store.writing() as session
    ):  # All or nothing, last: the dataset exists only once it is whole.
        _keep_what_is_known(session, [photos[file] for file, _, _ in rows])
        insert_missing(
            session, DatasetRow, [{"name": STARTER, "title": "Starter set", "classes": CLASSES}]
        )
        dataset_id = session.scalars(select(DatasetRow.id).where(DatasetRow.name == STARTER)).one()
        where = {"dataset_id": dataset_id, **asdict(ORIGIN)}
        labels = [
            {**where, "photo": photos[file], "file": file, "label": label, "split": split}
            for file, label, split in rows
        ]
        insert_missing(session, LabelRow, labels)


def starter_examples(store: Store) -> dict[str, list[str]]:
    """Photos of the starter set to try, by class."""
    files = [file for row in EXAMPLES for file in row]
    with store.reading() as session:
        chosen = (
            select(LabelRow.file, LabelRow.photo)
            .join(DatasetRow)
            .where(DatasetRow.name == STARTER, LabelRow.file.in_(files))
        )
        photos: dict[str, str] = dict(session.execute(chosen).all())
    return {
        name: [photos[file] for file in row] for name, row in zip(CLASSES, EXAMPLES, strict=True)
    }


def _photo(path: Path) -> Photo:
    """A photo of ours, which needs no gate: not decoded, and kept as it is."""
    data = path.read_bytes()
    return Photo(Image.open(BytesIO(data)), data)


def _keep_what_is_known(session: Session, photos: list[str]) -> None:
    """What the default backbone saw in these photos and how sharp they are, so that a first start need not look again."""
    if not FEATURES.exists():
        return
    arrays = load_file(FEATURES)
    if MEASURES in arrays:
        insert_missing(session, QualityRow, unpack_measures(photos, arrays.pop(MEASURES)))
    if FINGERPRINTS in arrays:
        joined, ends = arrays.pop(FINGERPRINTS), arrays.pop(FINGERPRINT_ENDS)
        insert_missing(session, FingerprintRow, unpack_fingerprints(photos, joined, ends))
    for backbone in arrays:
        vectors = zip(photos, arrays[backbone], strict=True)
        rows = [
            {"photo": photo, "backbone": backbone, "vector": vector.tobytes()}
            for photo, vector in vectors
        ]
        insert_missing(session, FeatureRow, rows)
