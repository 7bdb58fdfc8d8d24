"""Write a cleaned dataset as a file to take away; the ZIP of class folders can be read back in.

A format is a row of FORMATS: pages and the command line offer whatever stands there.
"""

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import IO
from zipfile import ZipFile

from model.catalogue.dataset import Dataset, LabelledPhoto
from model.catalogue.origins import Origin, attribution, origins
from model.catalogue.store import Store, read_photo
from model.csv_files import as_csv
from model.datasets.layout import ATTRIBUTION, ORIGIN_COLUMNS, TABLE
from model.photos.photo_id import PhotoId

MAX_STEM_BYTES = 100


def write_zip(store: Store, dataset: Dataset, imported: Dataset, file: IO[bytes]) -> None:
    """Write `split/class/photo.jpg` for every photo, a table of all photos, and their attribution.

    The table keeps the order of the classes, for a dataset made of it. Raises NotFound.
    """
    imported_labels, stems, origin_of = imported.labels, set[str](), origins(store, dataset.id)
    rows: list[dict[str, object]] = []
    credits = ["Who made these photos, and under which licence", ""]
    with ZipFile(file, "w") as folder:
        for labelled in sorted(dataset.photos, key=lambda row: dataset.classes.index(row.label)):
            name, origin = _name_in_zip(labelled, stems), origin_of.get(labelled.photo, Origin())
            folder.writestr(name, read_photo(store, labelled.photo))
            rows.append(_row(labelled, name, imported_labels, origin))
            credits.append(f"{name}: {attribution(origin)}")
        rows.extend(  # Named without a file
            _row(deleted, "", imported_labels, Origin())
            for deleted in imported.photos
            if deleted.photo not in dataset.labels
        )
        folder.writestr(TABLE, as_csv(rows))
        folder.writestr(ATTRIBUTION, "\n".join([*credits, ""]))


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """A kind of file that a dataset can be written as."""

    title: str  # On a button, behind what is taken away
    suffix: str
    write: Callable[[Store, Dataset, Dataset, IO[bytes]], None]  # As it is, and as it was imported


FORMATS = {"zip": ExportFormat("ZIP", ".zip", write_zip)}  # By the name that `--format` takes


def _name_in_zip(labelled: LabelledPhoto, stems: set[str]) -> str:
    """Make `split/class/photo.jpg` with a stem new to `stems`: a moved photo is recognised."""
    stem = re.sub(r"[^\w.-]", "_", PurePosixPath(labelled.file).stem) or "photo"
    stem = stem.encode()[:MAX_STEM_BYTES].decode(errors="ignore")
    stem = f"{stem}-{labelled.photo[:8]}" if stem.casefold() in stems else stem
    stems.add(stem.casefold())
    return f"{labelled.split}/{labelled.label}/{stem}.jpg"


def _row(
    labelled: LabelledPhoto, file: str, imported_labels: dict[PhotoId, str], origin: Origin
) -> dict[str, object]:
    return {
        "file": file,
        "photo": labelled.photo,
        "split": labelled.split,
        "label": labelled.label if file else "",
        "imported label": imported_labels.get(labelled.photo, ""),
        **{ORIGIN_COLUMNS[name]: value for name, value in asdict(origin).items()},
    }
