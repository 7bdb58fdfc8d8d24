"""The student's own words in a report, kept in the workspace for each dataset."""

import re
from dataclasses import dataclass, fields

from sqlalchemy import select

from model.catalogue.schema import ReportTextRow
from model.catalogue.store import Store
from model.catalogue.workspaces import current_dataset, ensure_workspace
from model.cleaning.decisions import UNWANTED
from model.errors import InvalidRequest

MAX_TEXT, MAX_LINE = 5000, 200
LINES = ("author", "title")  # One line each; the others may have paragraphs.


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts of a student; empty where nothing was written yet."""

    author: str = ""
    title: str = ""
    introduction: str = ""
    discussion: str = ""
    conclusion: str = ""


FIELDS = tuple(field.name for field in fields(Texts))


def texts(store: Store, workspace: str) -> Texts:
    """Load what was written in a workspace about the dataset it works on."""
    with store.reading() as session:
        own = (
            ReportTextRow.workspace == workspace,
            ReportTextRow.dataset_id == current_dataset(session, workspace),
        )
        rows = session.execute(select(ReportTextRow.field, ReportTextRow.text).where(*own))
        return Texts(**{field: text for field, text in rows if field in FIELDS})


def set_text(store: Store, workspace: str, field: str, text: str) -> None:
    """Save a text for the workspace's dataset. Raises InvalidRequest for an unknown field."""
    if field not in FIELDS:
        raise InvalidRequest(f"A report has no {field}; it has {', '.join(FIELDS)}.")
    with store.writing() as session:
        ensure_workspace(session, workspace)
        dataset_id, text = current_dataset(session, workspace), cleaned(field, text)
        session.merge(
            ReportTextRow(workspace=workspace, dataset_id=dataset_id, field=field, text=text)
        )


def cleaned(field: str, text: str) -> str:
    """Clean a text of what no database or file can hold, and of marks that turn its direction."""
    writable = UNWANTED.sub("", text).encode(errors="replace").decode()
    if field in LINES:
        return " ".join(writable.split())[:MAX_LINE]
    return re.sub("\r\n?", "\n", writable).strip()[:MAX_TEXT]
