"""Workspaces: one visitor's photos and edits. Rows appear with the first thing worth keeping."""

import re
import secrets
from dataclasses import dataclass

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from model.datasets import find_dataset
from model.errors import NotFound
from model.photos import Photo
from model.schema import AskedRow, DatasetRow, EditRow, LabelRow, PhotoRow, WorkspaceRow
from model.starter import STARTER
from model.store import Store, forget_photo, insert_missing, is_kept, keep_photos

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
        loose = [asked.photo for asked in _asked(session, workspace) if asked.photo not in _filed(session, workspace)]
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
        for asked in _asked(session, workspace):
            if asked.photo not in _filed(session, workspace):
                _forget(store, session, workspace, asked.photo)


def tell_label(store: Store, workspace: str, photo: str, label: str) -> None:
    """File a photo under `label`: a new one joins the train split, one of train or valid is relabelled.

    Raises NotFound for a class the dataset does not have, and for a photo of the test split, which is never touched.
    """
    dataset = find_dataset(store, dataset_name(store, workspace), workspace=workspace)
    if label not in dataset.classes:
        raise NotFound(f"This dataset has no class {label}.")
    member = dataset.member(photo)
    if member is not None and member.split == "test":
        raise NotFound("This photo belongs to the test split, which stays as it is so that it can judge fairly.")
    _append_edit(store, workspace, photo, "relabel" if member else "add", label)


def withdraw_photo(store: Store, workspace: str, photo: str) -> None:
    """Take back what was told: an added photo leaves this workspace's dataset, another has its imported label again."""
    if photo in filed_photos(store, workspace):
        imported = find_dataset(store, dataset_name(store, workspace)).member(photo)
        _append_edit(store, workspace, photo, "keep" if imported else "delete", None)


def last_edit(store: Store, workspace: str) -> int:
    """A number that grows with every edit; 0 before the first."""
    with store.reading() as session:
        return session.scalar(select(func.max(EditRow.id)).where(EditRow.workspace == workspace)) or 0


def _append_edit(store: Store, workspace: str, photo: str, action: str, label: str | None) -> None:
    with store.writing() as session:
        if not is_kept(store, session, photo):
            raise NotFound("This photo is no longer here: somebody removed it. Upload it again.")
        ensure_workspace(session, workspace)
        session.add(EditRow(workspace=workspace, photo=photo, action=action, label=label, reason="told on Classify"))


def ensure_workspace(session: Session, workspace: str) -> None:
    """Within a transaction that writes: give the workspace its row, unless it has one: it starts on the starter set."""
    starter = session.scalars(select(DatasetRow.id).where(DatasetRow.name == STARTER)).one()
    insert_missing(session, WorkspaceRow, [{"id": workspace, "dataset_id": starter}])


def _asked(session: Session, workspace: str) -> list[Asked]:
    rows = session.scalars(select(AskedRow).where(AskedRow.workspace == workspace).order_by(AskedRow.id.desc()))
    return [Asked(row.photo, row.name) for row in rows]


def _filed(session: Session, workspace: str) -> set[str]:
    last = select(func.max(EditRow.id)).where(EditRow.workspace == workspace).group_by(EditRow.photo)
    return set(session.scalars(select(EditRow.photo).where(EditRow.id.in_(last), EditRow.label.is_not(None))))


def _forget(store: Store, session: Session, workspace: str, photo: str) -> None:
    session.execute(delete(AskedRow).where(AskedRow.workspace == workspace, AskedRow.photo == photo))
    last = select(func.max(EditRow.id)).where(EditRow.photo == photo).group_by(EditRow.workspace)
    filed = exists().where(EditRow.id.in_(last), EditRow.label.is_not(None))
    if not session.scalar(select(exists().where(LabelRow.photo == photo) | exists().where(AskedRow.photo == photo) | filed)):
        forget_photo(store, session, photo)
        session.execute(delete(PhotoRow).where(PhotoRow.sha256 == photo, ~exists().where(EditRow.photo == photo)))
