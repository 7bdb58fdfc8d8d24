"""Workspaces: one visitor's view of a dataset, and the photos they asked about.

A workspace gets a row on its first write.
"""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from model.catalogue.edits import EditAction, History, history_of
from model.catalogue.measures import chunks
from model.catalogue.schema import AskedRow, DatasetRow, EditRow, LabelRow, PhotoRow, WorkspaceRow
from model.catalogue.starter import STARTER
from model.catalogue.store import Store, forget_photos, insert_missing, keep_photos
from model.photos.image import Photo
from model.photos.photo_id import PhotoId

ID_PATTERN = re.compile(r"[A-Za-z0-9_-]{22}")
MAX_ASKED = 60  # Photos asked about that a workspace keeps, beside those under a class
USED_TO_THE_DAY = timedelta(days=1)  # Precision of the time when a workspace was last used


@dataclass(frozen=True, slots=True)
class Asked:
    """A photo a visitor asked about, with the name its file had."""

    photo: PhotoId
    name: str


class View(NamedTuple):
    """A workspace's dataset, and two numbers that grow with every change: a true cache key."""

    dataset: str
    revision: int
    last_edit: int


def new_workspace_id() -> str:
    """Draw 128 random bits: a workspace is found by its link only."""
    return secrets.token_urlsafe(16)


def is_workspace_id(text: str) -> bool:
    """True for text that could be one of our ids: they cannot be chosen to be guessable."""
    return ID_PATTERN.fullmatch(text) is not None


def has_workspace(store: Store, workspace: str) -> bool:
    """True for a workspace in which something was done."""
    with store.reading() as session:
        return session.get(WorkspaceRow, workspace) is not None


def dataset_name(store: Store, workspace: str) -> str:
    """Find the name of the dataset this workspace works on."""
    return view_of(store, workspace).dataset


def view_of(store: Store, workspace: str) -> View:
    """Find the dataset this workspace works on, and the numbers of its last changes."""
    with store.reading() as session:
        row = session.get_one(DatasetRow, current_dataset(session, workspace))
        own = (EditRow.workspace == workspace, EditRow.dataset_id == row.id)
        last_edit = session.scalar(select(func.max(EditRow.id)).where(*own))
        return View(row.name, row.revision, last_edit or 0)


def current_dataset(session: Session, workspace: str) -> int:
    """Find the id of the workspace's dataset, in a transaction; by default the starter set's."""
    dataset = session.scalar(select(WorkspaceRow.dataset_id).where(WorkspaceRow.id == workspace))
    starter = select(DatasetRow.id).where(DatasetRow.name == STARTER)
    return dataset or session.scalars(starter).one()


def ask_about(store: Store, workspace: str, photo: Photo, name: str) -> None:
    """Keep a photo the visitor asks about; past sixty the oldest goes. Raises StoreUnavailable."""
    with store.writing() as session:
        keep_photos(store, session, [photo])
        ensure_workspace(session, workspace)
        earlier = (AskedRow.workspace == workspace, AskedRow.photo == photo.sha256)
        session.execute(delete(AskedRow).where(*earlier))
        session.add(AskedRow(workspace=workspace, photo=photo.sha256, name=name[:255]))
        _forget(store, session, workspace, _loose(session, workspace)[MAX_ASKED:])


def asked_photos(store: Store, workspace: str) -> list[Asked]:
    """List the photos the visitor asked about, the newest first."""
    with store.reading() as session:
        return _asked(session, workspace)


def filed_photos(store: Store, workspace: str) -> set[PhotoId]:
    """Find the photos that this workspace's edits have put under a class of its dataset."""
    with store.reading() as session:
        return _filed(session, workspace, current_dataset(session, workspace))


def forget_loose(store: Store, workspace: str) -> None:
    """Forget the photos asked about but not under a class; destroys those that are unused."""
    with store.writing() as session:
        _forget(store, session, workspace, _loose(session, workspace))


def ensure_workspace(session: Session, workspace: str) -> None:
    """Give the workspace a row, in a writing transaction, unless it has one."""
    row = {"id": workspace, "dataset_id": current_dataset(session, workspace)}
    insert_missing(session, WorkspaceRow, [row])


def note_use(store: Store, workspace: str) -> None:
    """Record that a workspace is in use, so that it is not cleared away."""
    since = datetime.now(UTC) - USED_TO_THE_DAY
    stale = (WorkspaceRow.id == workspace, WorkspaceRow.used_at < since)
    with store.reading() as session:
        is_stale = session.scalars(select(WorkspaceRow.id).where(*stale)).one_or_none() is not None
    if is_stale:
        with store.writing() as session:
            session.execute(update(WorkspaceRow).where(*stale).values(used_at=datetime.now(UTC)))


def forget_unused(store: Store, session: Session, photos: Iterable[PhotoId]) -> None:
    """Destroy the photos that no dataset or visitor needs, in a writing transaction."""
    for some in chunks(list(photos)):
        used = {*session.scalars(select(LabelRow.photo).where(LabelRow.photo.in_(some)))}
        used |= {*session.scalars(select(AskedRow.photo).where(AskedRow.photo.in_(some)))}
        edited = {*session.scalars(select(EditRow.photo).where(EditRow.photo.in_(some)))}
        used |= {photo for photo in edited - used if _is_added_somewhere(session, photo)}
        unused = [photo for photo in some if photo not in used]
        forget_photos(store, session, unused)
        rows = [photo for photo in unused if photo not in edited]  # Edits keep their photo's row.
        session.execute(delete(PhotoRow).where(PhotoRow.sha256.in_(rows)))


def _is_added_somewhere(session: Session, photo: PhotoId) -> bool:
    """True where a visitor has added a photo, even if it was deleted since: it may come back."""
    editors = session.execute(
        select(EditRow.workspace, EditRow.dataset_id).where(EditRow.photo == photo).distinct()
    )
    return any(
        photo in _added(history_of(session, workspace, dataset)) for workspace, dataset in editors
    )


def _asked(session: Session, workspace: str) -> list[Asked]:
    rows = session.scalars(
        select(AskedRow).where(AskedRow.workspace == workspace).order_by(AskedRow.id.desc())
    )
    return [Asked(row.photo, row.name) for row in rows]


def _loose(session: Session, workspace: str) -> list[PhotoId]:
    """List the photos asked about that no dataset has under a class, the newest first."""
    edited = select(EditRow.dataset_id).where(EditRow.workspace == workspace).distinct()
    datasets = session.scalars(edited).all()
    filed = {photo for dataset in datasets for photo in _filed(session, workspace, dataset)}
    return [asked.photo for asked in _asked(session, workspace) if asked.photo not in filed]


def _filed(session: Session, workspace: str, dataset: int) -> set[PhotoId]:
    history = history_of(session, workspace, dataset)
    added = _added(history)
    return {
        photo
        for photo, edit in history.standing.items()
        if edit.label is not None and (edit.action == EditAction.RELABEL or photo in added)
    }


def _added(history: History) -> set[PhotoId]:
    added = {edit.photo for edit in history.edits if edit.action == EditAction.ADD}
    return added & set(history.standing)


def _forget(store: Store, session: Session, workspace: str, photos: list[PhotoId]) -> None:
    asked = (AskedRow.workspace == workspace, AskedRow.photo.in_(photos))
    session.execute(delete(AskedRow).where(*asked))
    forget_unused(store, session, photos)
