"""Workspaces: one visitor's view of a dataset, and the photos she asked about. Rows appear with the first thing worth keeping."""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from model.catalogue.edits import ADD, RELABEL, History, history_of
from model.catalogue.schema import AskedRow, DatasetRow, EditRow, LabelRow, PhotoRow, WorkspaceRow
from model.catalogue.starter import STARTER
from model.catalogue.store import CHUNK, Store, forget_photos, insert_missing, keep_photos
from model.photos.image import Photo

ID_PATTERN = re.compile(r"[A-Za-z0-9_-]{22}")
MAX_ASKED = 60  # Photos asked about that a workspace keeps, beside those filed under a class.
USED_TO_THE_DAY = timedelta(days=1)  # How exactly it is known when a workspace was last used.


@dataclass(frozen=True, slots=True)
class Asked:
    """A photo a visitor asked about, with the name its file had."""

    photo: str
    name: str


class View(NamedTuple):
    """What a workspace works on, and two numbers that grow with all that changes it: the true key of what is computed from it."""

    dataset: str
    revision: int
    last_edit: int


def new_workspace_id() -> str:
    """128 random bits: who has the link has the workspace, and nobody else finds it."""
    return secrets.token_urlsafe(16)


def is_workspace_id(text: str) -> bool:
    """Whether `text` could be one of ours: nobody can choose a guessable one."""
    return ID_PATTERN.fullmatch(text) is not None


def dataset_name(store: Store, workspace: str) -> str:
    """The dataset this workspace works on."""
    return view_of(store, workspace).dataset


def view_of(store: Store, workspace: str) -> View:
    """The dataset this workspace works on, and how often both have changed."""
    with store.reading() as session:
        row = session.get_one(DatasetRow, current_dataset(session, workspace))
        mine = select(func.max(EditRow.id)).where(
            EditRow.workspace == workspace, EditRow.dataset_id == row.id
        )
        return View(row.name, row.revision, session.scalar(mine) or 0)


def current_dataset(session: Session, workspace: str) -> int:
    """Within a transaction: the id of the dataset this workspace works on, the starter set's before it has chosen one."""
    chosen = session.scalars(
        select(WorkspaceRow.dataset_id).where(WorkspaceRow.id == workspace)
    ).one_or_none()
    return chosen or session.scalars(select(DatasetRow.id).where(DatasetRow.name == STARTER)).one()


def ask_about(store: Store, workspace: str, photo: Photo, name: str) -> None:
    """Keep a photo that the visitor asks about; beyond sixty the oldest goes. Raises StoreUnavailable."""
    with store.writing() as session:
        keep_photos(store, session, [photo])
        ensure_workspace(session, workspace)
        session.execute(
            delete(AskedRow).where(AskedRow.workspace == workspace, AskedRow.photo == photo.sha256)
        )
        session.add(AskedRow(workspace=workspace, photo=photo.sha256, name=name[:255]))
        filed = _filed_anywhere(session, workspace)
        loose = [asked.photo for asked in _asked(session, workspace) if asked.photo not in filed]
        for old in loose[MAX_ASKED:]:
            _forget(store, session, workspace, old)


def asked_photos(store: Store, workspace: str) -> list[Asked]:
    """What the visitor asked about, newest first."""
    with store.reading() as session:
        return _asked(session, workspace)


def filed_photos(store: Store, workspace: str) -> set[str]:
    """The photos that this workspace's edits have put under a class of the dataset it works on."""
    with store.reading() as session:
        return _filed(session, workspace, current_dataset(session, workspace))


def forget_loose(store: Store, workspace: str) -> None:
    """Forget what the visitor asked about, except what she filed under a class. Photos that nobody else uses are destroyed."""
    with store.writing() as session:
        filed = _filed_anywhere(session, workspace)
        for asked in _asked(session, workspace):
            if asked.photo not in filed:
                _forget(store, session, workspace, asked.photo)


def last_edit(store: Store, workspace: str) -> int:
    """A number that grows with every edit of the dataset it works on; 0 before the first."""
    return view_of(store, workspace).last_edit


def ensure_workspace(session: Session, workspace: str) -> None:
    """Within a transaction that writes: give the workspace its row, unless it has one: it starts on the starter set."""
    insert_missing(
        session,
        WorkspaceRow,
        [{"id": workspace, "dataset_id": current_dataset(session, workspace)}],
    )


def note_use(store: Store, workspace: str) -> None:
    """Remember that a workspace is in use, so that nobody clears it away."""
    stale = (
        WorkspaceRow.id == workspace,
        WorkspaceRow.used_at < datetime.now(UTC) - USED_TO_THE_DAY,
    )
    with store.reading() as session:
        is_stale = session.scalars(select(WorkspaceRow.id).where(*stale)).one_or_none() is not None
    if is_stale:
        with store.writing() as session:
            session.execute(update(WorkspaceRow).where(*stale).values(used_at=datetime.now(UTC)))


def forget_unused(store: Store, session: Session, photos: Iterable[str]) -> None:
    """Within a transaction that writes: destroy those photos that no dataset and no visitor needs any more."""
    names = list(photos)
    for start in range(0, len(names), CHUNK):
        some = names[start : start + CHUNK]
        used = {*session.scalars(select(LabelRow.photo).where(LabelRow.photo.in_(some)))}
        used |= {*session.scalars(select(AskedRow.photo).where(AskedRow.photo.in_(some)))}
        edited = {*session.scalars(select(EditRow.photo).where(EditRow.photo.in_(some)))}
        unused = [
            name
            for name in some
            if name not in used and not (name in edited and _is_added_somewhere(session, name))
        ]
        forget_photos(store, session, unused)
        session.execute(
            delete(PhotoRow).where(
                PhotoRow.sha256.in_([name for name in unused if name not in edited])
            )
        )


def _is_added_somewhere(session: Session, photo: str) -> bool:
    """Whether a visitor has added a photo to a dataset, even if she has deleted it since: it may come back."""
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


def _filed_anywhere(session: Session, workspace: str) -> set[str]:
    datasets = session.scalars(
        select(EditRow.dataset_id).where(EditRow.workspace == workspace).distinct()
    ).all()
    return {photo for dataset in datasets for photo in _filed(session, workspace, dataset)}


def _filed(session: Session, workspace: str, dataset: int) -> set[str]:
    found = history_of(session, workspace, dataset)
    added = _added(found)
    return {
        photo
        for photo, edit in found.standing.items()
        if edit.label is not None and (edit.action == RELABEL or photo in added)
    }


def _added(found: History) -> set[str]:
    return {edit.photo for edit in found.edits if edit.action == ADD} & set(found.standing)


def _forget(store: Store, session: Session, workspace: str, photo: str) -> None:
    session.execute(
        delete(AskedRow).where(AskedRow.workspace == workspace, AskedRow.photo == photo)
    )
    forget_unused(store, session, [photo])
