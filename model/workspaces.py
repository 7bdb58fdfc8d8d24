"""Workspaces: one visitor's view of a dataset, and the photos she asked about. Rows appear with the first thing worth keeping."""

import re
import secrets
from dataclasses import dataclass

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from model.edits import ADD, RELABEL, History, history_of
from model.photos import Photo
from model.schema import AskedRow, DatasetRow, EditRow, LabelRow, PhotoRow, WorkspaceRow
from model.starter import STARTER
from model.store import Store, forget_photo, insert_missing, keep_photos

ID_PATTERN = re.compile(r"[A-Za-z0-9_-]{22}")
MAX_ASKED = 60  # Photos asked about that a workspace keeps, beside those filed under a class.


@dataclass(frozen=True, slots=True)
class Asked:
    """A photo a visitor asked about, with the name its file had."""

    photo: str
    name: str


def new_workspace_id() -> str:
    """128 random bits: who has the link has the workspace, and nobody else finds it."""
    return secrets.token_urlsafe(16)


def is_workspace_id(text: str) -> bool:
    """Whether `text` could be one of ours: nobody can choose a guessable one."""
    return ID_PATTERN.fullmatch(text) is not None


def dataset_name(store: Store, workspace: str) -> str:
    """The dataset this workspace works on."""
    with store.reading() as session:
        chosen = select(DatasetRow.name).join(WorkspaceRow).where(WorkspaceRow.id == workspace)
        return session.scalars(chosen).one_or_none() or STARTER


def ask_about(store: Store, workspace: str, photo: Photo, name: str) -> None:
    """Keep a photo that the visitor asks about; beyond sixty the oldest goes. Raises StoreUnavailable."""
    with store.writing() as session:
        keep_photos(store, session, [(photo.sha256, photo.jpeg(), photo.image.size)])
        ensure_workspace(session, workspace)
        session.execute(delete(AskedRow).where(AskedRow.workspace == workspace, AskedRow.photo == photo.sha256))
        session.add(AskedRow(workspace=workspace, photo=photo.sha256, name=name[:255]))
        filed = _filed(session, workspace)
        loose = [asked.photo for asked in _asked(session, workspace) if asked.photo not in filed]
        for old in loose[MAX_ASKED:]:
            _forget(store, session, workspace, old)


def asked_photos(store: Store, workspace: str) -> list[Asked]:
    """What the visitor asked about, newest first."""
    with store.reading() as session:
        return _asked(session, workspace)


def filed_photos(store: Store, workspace: str) -> set[str]:
    """The photos that this workspace's edits have put under a class."""
    with store.reading() as session:
        return _filed(session, workspace)


def forget_loose(store: Store, workspace: str) -> None:
    """Forget what the visitor asked about, except what she filed under a class. Photos that nobody else uses are destroyed."""
    with store.writing() as session:
        filed = _filed(session, workspace)
        for asked in _asked(session, workspace):
            if asked.photo not in filed:
                _forget(store, session, workspace, asked.photo)


def last_edit(store: Store, workspace: str) -> int:
    """A number that grows with every edit; 0 before the first."""
    with store.reading() as session:
        return session.scalar(select(func.max(EditRow.id)).where(EditRow.workspace == workspace)) or 0


def ensure_workspace(session: Session, workspace: str) -> None:
    """Within a transaction that writes: give the workspace its row, unless it has one: it starts on the starter set."""
    starter = session.scalars(select(DatasetRow.id).where(DatasetRow.name == STARTER)).one()
    insert_missing(session, WorkspaceRow, [{"id": workspace, "dataset_id": starter}])


def _asked(session: Session, workspace: str) -> list[Asked]:
    rows = session.scalars(select(AskedRow).where(AskedRow.workspace == workspace).order_by(AskedRow.id.desc()))
    return [Asked(row.photo, row.name) for row in rows]


def _filed(session: Session, workspace: str) -> set[str]:
    found = history_of(session, workspace)
    added = _added(found)
    return {
        photo for photo, edit in found.standing.items() if edit.label is not None and (edit.action == RELABEL or photo in added)
    }


def _added(found: History) -> set[str]:
    return {edit.photo for edit in found.edits if edit.action == ADD} & set(found.standing)


def _forget(store: Store, session: Session, workspace: str, photo: str) -> None:
    session.execute(delete(AskedRow).where(AskedRow.workspace == workspace, AskedRow.photo == photo))
    used = session.scalar(select(exists().where(LabelRow.photo == photo) | exists().where(AskedRow.photo == photo)))
    editors = session.scalars(select(EditRow.workspace).where(EditRow.photo == photo).distinct())
    if not used and not any(photo in _added(history_of(session, editor)) for editor in editors):  # Even deleted: it may come back.
        forget_photo(store, session, photo)
        session.execute(delete(PhotoRow).where(PhotoRow.sha256 == photo, ~exists().where(EditRow.photo == photo)))
