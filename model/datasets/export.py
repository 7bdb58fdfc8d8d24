"""A cleaned dataset to take away, and what was decided: as a ZIP of class folders, as CSV. Both can be read back in."""

import re
from dataclasses import asdict
from pathlib import PurePosixPath
from typing import IO
from zipfile import ZipFile

from model.catalogue.dataset import Dataset, LabelledPhoto
from model.catalogue.origins import Origin, attribution, origins
from model.catalogue.store import Store, read_photo
from model.csv_files import as_csv
from model.datasets.layout import ATTRIBUTION, ORIGIN_COLUMNS, TABLE

MAX_STEM_BYTES = 100


def write_zip(store: Store, dataset: Dataset, imported: Dataset, file: IO[bytes]) -> None:
    """Write `split/class/photo.jpg` for every photo, a table that says which photo each is, and who made it. Raises NotFound.

    The table's rows stand in the order of the classes, so that a dataset made of it has them in the same order.
    """
    was, taken, known = imported.labels, set[str](), origins(store, dataset.id)
    rows: list[dict[str, object]] = []
    credits: list[str] = []
    with ZipFile(file, "w") as folder:
        for labelled in sorted(dataset.photos, key=lambda one: dataset.classes.index(one.label)):
            name, origin = _name_in_zip(labelled, taken), known.get(labelled.photo, Origin())
            folder.writestr(name, read_photo(store, labelled.photo))
            rows.append(_row(labelled, name, was) | _origin_columns(origin))
            credits.append(f"{name}: {attribution(origin)}")
        deleted = (labelled for labelled in imported.photos if labelled.photo not in dataset.labels)
        rows.extend(
            _row(labelled, "", was) | _origin_columns(Origin()) for labelled in deleted
        )  # Named without a file
        folder.writestr(TABLE, as_csv(rows))
        folder.writestr(
            ATTRIBUTION,
            "\n".join(["Who made these photos, and under which licence", "", *credits, ""]),
        )


def _name_in_zip(labelled: LabelledPhoto, taken: set[str]) -> str:
    """`split/class/photo.jpg`. The stem is unique in the whole ZIP, so that a photo moved to another folder is still known."""
    stem = re.sub(r"[^\w.-]", "_", PurePosixPath(labelled.file).stem) or "photo"
    stem = stem.encode()[:MAX_STEM_BYTES].decode(errors="ignore")
    stem = f"{stem}-{labelled.photo[:8]}" if stem.casefold() in taken else stem
    taken.add(stem.casefold())
    return f"{labelled.split}/{labelled.label}/{stem}.jpg"


def _row(labelled: LabelledPhoto, file: str, was: dict[str, str]) -> dict[str, object]:
    told = {
        "file": file,
        "photo": labelled.photo,
        "split": labelled.split,
        "label": labelled.label if file else "",
    }
    return {**told, "imported label": was.get(labelled.photo, "")}


def _origin_columns(origin: Origin) -> dict[str, object]:
    return {ORIGIN_COLUMNS[name]: value for name, value in asdict(origin).items()}
