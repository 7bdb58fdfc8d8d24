"""Plan an import: the class, split and origin of each file of a ZIP or folder."""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from model.catalogue.dataset import Split
from model.catalogue.origins import Origin
from model.catalogue.schema import LabelRow
from model.csv_files import from_csv
from model.datasets.class_names import merge_class_names
from model.datasets.folders import Bundle, ImportFile, RefusedFile
from model.datasets.intake import IncomingPhoto
from model.datasets.layout import ATTRIBUTION, MAX_TABLE_BYTES, ORIGIN_COLUMNS
from model.links import https_link
from model.untrusted_text import without_markup

NO_CLASS = "It lies in no folder named after a class."
OURS = {"file", "photo", "split", "label", "imported label"}  # Columns of a table of ours
ADDRESSES = ("page", "licence_url")


@dataclass(frozen=True)
class Plan:
    """Photos to import under their classes, and files that are refused."""

    arrivals: tuple[IncomingPhoto, ...]
    classes: tuple[str, ...]  # Those the dataset has, then those that are new
    notices: tuple[str, ...]  # What is good to know of the class names
    refused: tuple[RefusedFile, ...]

    def count(self, label: str) -> int:
        """Count the files to be filed under a class."""
        return sum(arrival.label == label for arrival in self.arrivals)


def plan(
    bundle: Bundle, classes: Sequence[str], *, loose: str | None = None, source: str = "upload"
) -> Plan:
    """File what a bundle holds under classes: its folders, or `loose` for what lies in none.

    The `classes` the dataset has already keep their spelling. Where a bundle brings a table of
    ours, that says split and origin; the folder still says the class, for people sort photos by
    moving them.
    """
    table = _rows_by_name(bundle.table)
    # First in the order that the dataset had.
    ordered = [row["label"] for row in table.values() if row.get("label")]
    filed = {file.path: _label(file, table) or loose for file in bundle.files}
    names = [*ordered, *filter(None, filed.values())]
    mapping, notices = merge_class_names(list(dict.fromkeys(names)), classes)
    ours = (ATTRIBUTION,) if table else ()
    arrivals, refused = [], [file for file in bundle.refused if not file.path.endswith(ours)]
    for file in bundle.files:
        label = mapping.get(filed[file.path] or "", "")
        if label:
            row = table.get(PurePosixPath(file.path).name, {})
            arrivals.append(_arrival(file, label, row, source))
        else:
            refused.append(RefusedFile(file.path, NO_CLASS))
    used = {arrival.label for arrival in arrivals}
    new = [name for name in mapping.values() if name in used]
    every_class = dict.fromkeys([*classes, *(new if table else sorted(new, key=_as_counted))])
    return Plan(tuple(arrivals), tuple(every_class), tuple(notices), tuple(refused))


def _as_counted(name: str) -> list[tuple[int, str]]:
    """Make a sort key by which class 2 comes before class 10."""
    return [
        (int(part), "") if part.isdecimal() else (-1, part.casefold())
        for part in re.split(r"(\d+)", name)
    ]


def _label(file: ImportFile, table: Mapping[str, Mapping[str, str]]) -> str | None:
    """Read a file's label from its folder; one named like a split needs the table's word."""
    path = PurePosixPath(file.path)
    folder, row = path.parent.name, table.get(path.name, {})
    return file.label or (folder if folder == row.get("label") else None)


def _arrival(file: ImportFile, label: str, row: Mapping[str, str], source: str) -> IncomingPhoto:
    fields = {name: _shown(name, row.get(column, "")) for name, column in ORIGIN_COLUMNS.items()}
    origin = Origin(**fields) if fields["source"] else Origin(source)
    split = row["split"] if row.get("split") in [*Split] else file.split
    return IncomingPhoto(file.path, label, file.read, origin, split)


def _shown(name: str, text: str) -> str:
    """Clean a field of an origin for showing: anyone may have written the table."""
    width: int = getattr(LabelRow, name).type.length  # In the catalogue
    return https_link(text[:width]) if name in ADDRESSES else without_markup(text, width)


def _rows_by_name(table: bytes | None) -> dict[str, dict[str, str]]:
    """Read the rows of our own table by file name; none for no table or another one."""
    if table is None:
        return {}
    try:
        rows = from_csv(table[:MAX_TABLE_BYTES])
    except (UnicodeError, csv.Error):
        return {}
    return {
        PurePosixPath(row["file"]).name: row for row in rows if row.keys() >= OURS and row["file"]
    }
