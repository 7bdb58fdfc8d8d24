"""Decisions as a file: edits out as CSV, decisions back in from a CSV or a ZIP of ours."""

import csv
import lzma
import zlib
from collections.abc import Iterable
from io import BytesIO
from pathlib import PurePosixPath
from zipfile import BadZipFile, ZipFile

from model.catalogue.dataset import Dataset
from model.catalogue.edits import ADD, DELETE, RELABEL, Edit, EditAction
from model.cleaning.decisions import Decision
from model.csv_files import as_csv, from_csv
from model.datasets.layout import MAX_TABLE_BYTES, TABLE
from model.errors import InvalidRequest
from model.photos.photo_id import PhotoId

MAX_FILES = 50_000
BROKEN = (
    *(BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError, ValueError),
    *(csv.Error, zlib.error, lzma.LZMAError),
)
COLUMNS = ("photo", "file", "split", "imported label", "action", "label", "reason", "decided at")


def edits_as_csv(edits: Iterable[Edit], imported: Dataset) -> bytes:
    """Write edits as CSV, a row a photo."""
    labelled_photos = {labelled.photo: labelled for labelled in imported.photos}
    rows: list[dict[str, object]] = []
    for edit in edits:
        labelled = labelled_photos.get(edit.photo)
        rows.append(
            {
                "photo": edit.photo,
                "file": labelled.file if labelled else "",
                "split": labelled.split if labelled else "train",
                "imported label": labelled.label if labelled else "",
                "action": edit.action,
                "label": edit.label or "",
                "reason": edit.reason,
                "decided at": edit.created_at.isoformat(timespec="seconds"),
            }
        )
    return as_csv(rows, COLUMNS)


def decisions_from(data: bytes, imported: Dataset, now: Dataset) -> tuple[list[Decision], int]:
    """Read decisions from a CSV or ZIP of ours, and count those that cannot be followed.

    Those name a photo or class that the dataset does not have, or a test photo. Raises
    InvalidRequest with what is wrong with the file.
    """
    editable = {
        labelled.photo for labelled in (*imported.photos, *now.photos) if labelled.split != "test"
    }
    decisions = _from_zip(data, now) if data.startswith(b"PK") else _from_csv(data)
    possible = [
        decision
        for decision in decisions
        if decision.photo in editable
        and decision.action != ADD
        and (decision.action != RELABEL or decision.label in now.classes)
    ]
    return possible, len(decisions) - len(possible)


def _from_csv(data: bytes) -> list[Decision]:
    try:
        rows = from_csv(data[:MAX_TABLE_BYTES])
    except (UnicodeError, csv.Error) as error:
        raise InvalidRequest(
            "This is no table of edits: it cannot be read. Save it as CSV in UTF-8."
        ) from error
    if not rows or not {"photo", "action", "label", "reason"} <= set(rows[0]):
        raise InvalidRequest(
            "This is no table of edits: it needs the columns photo, action, label and reason."
        )
    return [
        Decision(
            PhotoId(row["photo"]),
            EditAction(row["action"]),
            row.get("label") or None,
            row.get("reason", ""),
        )
        for row in rows
        if row.get("action") in [*EditAction]
    ]


def _from_zip(data: bytes, now: Dataset) -> list[Decision]:
    """Relabel photos by their folder, delete those that are gone; reads only names and table."""
    try:
        with ZipFile(BytesIO(data)) as folder:
            names = {
                PurePosixPath(name): name for name in folder.namelist() if not name.endswith("/")
            }
            if len(names) > MAX_FILES:
                raise InvalidRequest(f"This ZIP holds more than {MAX_FILES} files.")
            tables = [name for name in names if name.name == TABLE]
            if len(tables) != 1:
                raise InvalidRequest(f"This ZIP was not made here: it needs one table {TABLE}.")
            with folder.open(names[tables[0]]) as table:
                rows = from_csv(table.read(MAX_TABLE_BYTES))
    except BROKEN as error:
        raise InvalidRequest("This ZIP cannot be read: it is broken or encrypted.") from error
    folder_of = {name.name: name.parent.name for name in names}
    labels = {
        PhotoId(row.get("photo", "")): folder_of.get(PurePosixPath(row.get("file", "")).name)
        for row in rows
    }
    if not any(photo in now.labels for photo in labels):
        raise InvalidRequest("This ZIP holds none of this dataset's photos.")
    deletions = [
        Decision(photo, DELETE, reason="not in the ZIP")
        for photo, label in labels.items()
        if label is None and photo in now.labels
    ]
    relabellings = [
        Decision(photo, RELABEL, label, f"in the ZIP under {label}")
        for photo, label in labels.items()
        if label not in (None, now.labels.get(photo))
    ]
    return [*deletions, *relabellings]
