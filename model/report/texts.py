"""The student's own words in a report, kept in the workspace for each dataset."""

import re
from dataclasses import dataclass, fields

from sqlalchemy import select

from model.catalogue.schema import ReportTextRow
from model.catalogue.store import Store
from model.catalogue.workspaces import current_dataset, ensure_workspace
from model.cleaning.decisions import UNWANTED
from model.errors import NotFound

MAX_TEXT, MAX_LINE = 5000, 200
LINES = ("author", "title")  # One line each; the others may have paragraphs.


@dataclass(frozen=True, slots=True)
class Texts:
    """What the student wrote; empty where she has not yet."""

    author: str = ""
    title: str = ""
    introduction: str = ""
    discussion: str = ""
    conclusion: str = ""


FIELDS = tuple(field.name for field in fields(Texts))


def texts(store: Store, workspace: str) -> Texts:
    """What was written in a workspace about the dataset it works on."""
    with store.reading() as session:
        mine = (
            ReportTextRow.workspace == workspace,
            ReportTextRow.dataset_id == current_dataset(session, workspace),
        )
        rows = session.execute(select(ReportTextRow.field, ReportTextRow.text).where(*mine))
        return Texts(**{field: text for field, text in rows if field in FIELDS})


def set_text(store: Store, workspace: str, field: str, text: str) -> None:
    """Keep what was written, for the dataset the workspace works on. Raises NotFound for a field that a report does not have."""
    if field not in FIELDS:
        raise NotFound(f"A report has no {field}; it has {', '.join(FIELDS)}.")
    with store.writing() as session:
        ensure_workspace(session, workspace)
        key = {
            "workspace": workspace,
            "dataset_id": current_dataset(session, workspace),
            "field": field,
        }
        session.merge(ReportTextRow(**key, text=cleaned(field, text)))


def cleaned(field: str, text: str) -> str:
    """A text as it is kept: what no database and no file can hold is gone, and marks that turn the direction of what follows."""
    writable = UNWANTED.sub("", text).encode(errors="replace").decode()
    if field in LINES:
        return " ".join(writable.split())[:MAX_LINE]
    return re.sub("\r\n?", "\n", writable).strip()[:MAX_TEXT]
