"""Workspaces: one visitor's photos, edits and choice of run. Rows appear with the first thing worth keeping."""

import re
import secrets
from dataclasses import dataclass

from sqlalchemy import delete, exists, func, select

from model.datasets import find_dataset
from model.errors import NotFound
from model.schema import AskedRow, DatasetRow, EditRow, LabelRow, PhotoRow, WorkspaceRow
from model.starter import STARTER
from model.store import Store, forget_photo, insert_missing

ID_PATTERN = re.compile(r"[A-Za-z0-9_-]{22}")
MAX_ASKED = 20


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


def ensure_workspace(store: Store, workspace: str) -> None:
    """Give the workspace its row, unless it has one: it starts on the starter set."""
    with store.session() as session:
        starter = session.scalars(select(DatasetRow.id).where(DatasetRow.name == STARTER)).one()
        insert_missing(session, WorkspaceRow, [{"id": workspace, "dataset_id": starter}])


def dataset_name(store: Store, workspace: str) -> str:
    """The dataset this workspace works on."""
    with store.session() as session:
        chosen = select(DatasetRow.name).join(WorkspaceRow).where(WorkspaceRow.id == workspace)
        return session.scalars(chosen).one_or_none() or STARTER


def active_run(store: Store, workspace: str) -> str | None:
    """The run this workspace has chosen; None means the one that ships."""
    with store.session() as session:
        return session.scalars(select(WorkspaceRow.active_run).where(WorkspaceRow.id == workspace)).one_or_none()


def remember_asked(store: Store, workspace: str, photo: str, name: str) -> None:
    """Keep that the visitor asked about a photo; beyond twenty the oldest is forgotten."""
    ensure_workspace(store, workspace)
    with store.session() as session:
        session.execute(delete(AskedRow).where(AskedRow.workspace == workspace, AskedRow.photo == photo))
        session.add(AskedRow(workspace=workspace, photo=photo, name=name[:255]))
    for asked in asked_photos(store, workspace)[MAX_ASKED:]:
        forget_asked(store, workspace, asked.photo)


def asked_photos(store: Store, workspace: str) -> list[Asked]:
    """What the visitor asked about, newest first."""
    with store.session() as session:
        rows = session.scalars(select(AskedRow).where(AskedRow.workspace == workspace).order_by(AskedRow.id.desc()))
        return [Asked(row.photo, row.name) for row in rows]


def forget_asked(store: Store, workspace: str, photo: str) -> None:
    """Forget that the visitor asked; the photo itself goes too unless a dataset or another visitor uses it."""
    with store.session() as session:
        session.execute(delete(AskedRow).where(AskedRow.workspace == workspace, AskedRow.photo == photo))
        in_use = session.scalar(
            select(
                exists().where(LabelRow.photo == photo)
                | exists().where(EditRow.photo == photo)
                | exists().where(AskedRow.photo == photo)
            )
        )
        if not in_use:
            session.execute(delete(PhotoRow).where(PhotoRow.sha256 == photo))
    if not in_use:
        forget_photo(store, photo)


def tell_label(store: Store, workspace: str, photo: str, label: str) -> None:
    """File a photo under `label`: a new one joins the train split, one of train or valid is relabelled.

    Raises NotFound for a class the dataset does not have, and for a photo of the test split, which is never touched.
    """
    ensure_workspace(store, workspace)
    dataset = find_dataset(store, dataset_name(store, workspace), workspace=workspace)
    if label not in dataset.classes:
        raise NotFound(f"This dataset has no class {label}.")
    member = next((member for member in dataset.members if member.photo == photo), None)
    if member is not None and member.split == "test":
        raise NotFound("This photo belongs to the test split, which stays as it is so that it can judge fairly.")
    _append_edit(store, workspace, photo, "relabel" if member else "add", label)


def withdraw_photo(store: Store, workspace: str, photo: str) -> None:
    """Take back what was told: an added photo leaves this workspace's dataset, another has its imported label again."""
    with store.session() as session:
        imported = session.scalar(select(exists().where(LabelRow.photo == photo, LabelRow.dataset_id == DatasetRow.id,
                                                        DatasetRow.name == STARTER)))  # fmt: skip
    _append_edit(store, workspace, photo, "keep" if imported else "delete", None)


def _append_edit(store: Store, workspace: str, photo: str, action: str, label: str | None) -> None:
    with store.session() as session:
        session.add(EditRow(workspace=workspace, photo=photo, action=action, label=label, reason="told on Classify"))


def last_edit(store: Store, workspace: str) -> int:
    """A number that grows with every edit; 0 before the first."""
    with store.session() as session:
        return session.scalar(select(func.max(EditRow.id)).where(EditRow.workspace == workspace)) or 0
