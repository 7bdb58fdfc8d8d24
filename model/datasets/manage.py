"""A visitor's own datasets: make, choose, rename, copy, delete; their classes, and photos that leave for good.

A dataset without an owner, the starter set or one imported from a shell, is everybody's to use and nobody's to change here.
"""

import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from secrets import token_hex

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from model.catalogue.dataset import Dataset
from model.catalogue.origins import Origin, origins_in
from model.catalogue.schema import (
    ActiveRunRow,
    DatasetRow,
    EditRow,
    LabelRow,
    PhotoRow,
    RunRow,
    WorkspaceRow,
)
from model.catalogue.starter import STARTER
from model.catalogue.store import CHUNK, Store
from model.catalogue.workspaces import ensure_workspace, forget_unused
from model.datasets.class_names import MAX_CLASSES, MIN_CLASSES, clean_class_name, merge_class_names
from model.errors import InvalidRequest, NotFound, QuotaReached
from model.runs.run import run_folder

MAX_TITLE = 60
MAX_DATASETS = 20  # Of one workspace


@dataclass(frozen=True, slots=True)
class Listing:
    """A dataset in a workspace's list."""

    name: str
    title: str
    own: bool
    classes: tuple[str, ...]
    photos: int
    bytes: int  # On disk


def datasets_of(store: Store, workspace: str | None) -> list[Listing]:
    """The datasets that a workspace may use: everybody's first, then its own, the oldest first. None: all there are."""
    size = select(
        LabelRow.dataset_id, func.count().label("photos"), func.sum(PhotoRow.bytes).label("bytes")
    )
    sizes = (
        size.join(PhotoRow, PhotoRow.sha256 == LabelRow.photo)
        .group_by(LabelRow.dataset_id)
        .subquery()
    )
    rows = select(DatasetRow, sizes.c.photos, sizes.c.bytes).outerjoin(
        sizes, sizes.c.dataset_id == DatasetRow.id
    )
    if workspace is not None:
        rows = rows.where(or_(DatasetRow.owner.is_(None), DatasetRow.owner == workspace))
    with store.reading() as session:
        found = session.execute(rows.order_by(DatasetRow.owner.is_not(None), DatasetRow.id))
        return [
            Listing(
                row.name,
                row.title,
                row.owner is not None,
                tuple(row.classes),
                photos or 0,
                size or 0,
            )
            for row, photos, size in found
        ]


def create_dataset(
    store: Store,
    title: str,
    classes: Sequence[str],
    *,
    owner: str | None = None,
    name: str | None = None,
) -> str:
    """Make an empty dataset; its name. A workspace that owns it works on it from now on.

    One class is enough to begin with. Raises NotFound for a title or classes that cannot be, or a name that is taken.
    """
    title, classes = _title(title), check_classes(classes, least=1)
    with store.writing() as session:
        row = DatasetRow(
            name=_free_name(session, title, name), title=title, classes=list(classes), owner=owner
        )
        if owner is not None:
            ensure_workspace(session, owner)
            _check_number(session, owner)
        session.add(row)
        session.flush()
        if owner is not None:
            _choose(session, owner, row)
        return row.name


def check_classes(classes: Sequence[str], *, least: int = MIN_CLASSES) -> tuple[str, ...]:
    """Class names as they are kept, without doubles. Raises NotFound where there are too few or too many."""
    mapping, _ = merge_class_names(classes)
    kept = tuple(dict.fromkeys(name for name in mapping.values() if name))
    if not least <= len(kept) <= MAX_CLASSES:
        raise InvalidRequest(
            f"A dataset has {least} to {MAX_CLASSES} classes; these are {len(kept)}."
        )
    return kept


def choose_dataset(store: Store, workspace: str, name: str) -> None:
    """Let a workspace work on a dataset. Raises NotFound for one that it may not see."""
    with store.writing() as session:
        row = _visible_dataset(session, workspace, name)
        ensure_workspace(session, workspace)
        _choose(session, workspace, row)


def rename_dataset(store: Store, workspace: str, name: str, title: str) -> None:
    """Call one of the workspace's own datasets something else. Raises NotFound."""
    title = _title(title)
    with store.writing() as session:
        row = own_dataset(session, workspace, name)
        row.title = title
        row.revision += 1


def copy_dataset(store: Store, workspace: str, dataset: Dataset, title: str) -> str:
    """A dataset of the workspace's own with the photos, labels and splits of another as the workspace sees it; its name.

    What was edited is then how it came: the copy starts without edits and without runs. Raises NotFound.
    """
    with store.reading() as session:
        _visible_dataset(session, workspace, dataset.name)
    name = create_dataset(store, title, dataset.classes, owner=workspace)
    with store.writing() as session:
        copy = own_dataset(session, workspace, name)
        known = origins_in(session, dataset.id)
        rows = [
            {
                "dataset_id": copy.id,
                "photo": one.photo,
                "file": one.file,
                "label": one.label,
                "split": one.split,
            }
            | asdict(known.get(one.photo, Origin()))
            for one in dataset.photos
        ]
        for start in range(0, len(rows), CHUNK):
            session.execute(insert(LabelRow), rows[start : start + CHUNK])
        copy.revision += 1
    return name


def delete_dataset(store: Store, workspace: str, name: str) -> None:
    """Destroy one of the workspace's own datasets with its edits, its runs, and all photos that nothing else needs.

    Raises NotFound.
    """
    with store.writing() as session:
        row = own_dataset(session, workspace, name)
        runs = destroy_dataset(store, session, row)
    for run in runs:
        shutil.rmtree(run_folder(store, run), ignore_errors=True)


def destroy_dataset(store: Store, session: Session, row: DatasetRow) -> list[str]:
    """Within a transaction that writes: destroy a dataset; the runs whose folders are to be removed once that is committed."""
    runs = list(session.scalars(select(RunRow.id).where(RunRow.dataset_id == row.id)))
    photos = set(session.scalars(select(LabelRow.photo).where(LabelRow.dataset_id == row.id)))
    photos |= set(session.scalars(select(EditRow.photo).where(EditRow.dataset_id == row.id)))
    starter = session.scalars(select(DatasetRow.id).where(DatasetRow.name == STARTER)).one()
    session.execute(
        update(WorkspaceRow).where(WorkspaceRow.dataset_id == row.id).values(dataset_id=starter)
    )
    for table in (ActiveRunRow, RunRow, EditRow, LabelRow):
        session.execute(delete(table).where(table.dataset_id == row.id))
    session.execute(delete(DatasetRow).where(DatasetRow.id == row.id))
    forget_unused(store, session, photos)
    return runs


def extend_classes(store: Store, workspace: str | None, name: str, *labels: str) -> None:
    """Append the classes that a dataset does not have yet.

    Raises NotFound and InvalidRequest, as `own_dataset`.
    """
    with store.writing() as session:
        row = own_dataset(session, workspace, name)
        classes = check_classes([*row.classes, *labels], least=1)
        if classes != tuple(row.classes):
            set_classes(row, classes)


def remove_class(store: Store, workspace: str, name: str, label: str) -> None:
    """Take a class out of one of the workspace's own datasets, with all photos filed under it. Raises NotFound."""
    with store.writing() as session:
        row = own_dataset(session, workspace, name)
        set_classes(row, check_classes([kept for kept in row.classes if kept != label]))
        filed = select(LabelRow.photo).where(LabelRow.dataset_id == row.id, LabelRow.label == label)
        _remove(store, session, row, list(session.scalars(filed)))
        moved = (
            select(EditRow.photo)
            .where(EditRow.dataset_id == row.id, EditRow.label == label)
            .distinct()
        )
        photos = list(session.scalars(moved))
        _forget_edits(session, row, photos)
        forget_unused(
            store, session, photos
        )  # One that was told on Classify may have been nowhere else.


def rename_class(store: Store, workspace: str, name: str, label: str, new: str) -> None:
    """Call a class of one of the workspace's own datasets something else. Raises NotFound."""
    cleaned = clean_class_name(new)
    with store.writing() as session:
        row = own_dataset(session, workspace, name)
        others = [kept.casefold() for kept in row.classes if kept != label]
        if label not in row.classes or not cleaned or cleaned.casefold() in others:
            raise InvalidRequest(
                "This cannot be the name of a class: it is empty, or another class has it."
            )
        set_classes(row, tuple(cleaned if kept == label else kept for kept in row.classes))
        for table in (LabelRow, EditRow):
            session.execute(
                update(table)
                .where(table.dataset_id == row.id, table.label == label)
                .values(label=cleaned)
            )


def remove_photos(store: Store, workspace: str, name: str, photos: Sequence[str]) -> None:
    """Take photos out of one of the workspace's own datasets for good, with what was decided about them. Raises NotFound."""
    with store.writing() as session:
        row = own_dataset(session, workspace, name)
        _remove(store, session, row, photos)


def own_dataset(session: Session, workspace: str | None, name: str) -> DatasetRow:
    """Within a transaction: a dataset that a workspace may change; without one, as from a shell, any but the starter set.

    Raises NotFound.
    """
    row = session.scalars(select(DatasetRow).where(DatasetRow.name == name)).one_or_none()
    if row is None:
        raise NotFound("This dataset is no longer here.")
    if row.name == STARTER or (workspace is not None and row.owner != workspace):
        raise InvalidRequest(
            f"{row.title} stays as it is, for others use it too. Make a copy of your own."
        )
    return row


def set_classes(row: DatasetRow, classes: Iterable[str]) -> None:
    """Within a transaction that writes: the classes of a dataset from now on."""
    row.classes = list(classes)
    row.revision += 1


def _visible_dataset(session: Session, workspace: str, name: str) -> DatasetRow:
    """A dataset that a workspace may use: everybody's, or its own. Raises NotFound."""
    row = session.scalars(select(DatasetRow).where(DatasetRow.name == name)).one_or_none()
    if row is None or row.owner not in (None, workspace):
        raise NotFound("This dataset is no longer here.")
    return row


def _remove(store: Store, session: Session, row: DatasetRow, photos: Sequence[str]) -> None:
    row.revision += 1
    for start in range(0, len(photos), CHUNK):
        session.execute(
            delete(LabelRow).where(
                LabelRow.dataset_id == row.id, LabelRow.photo.in_(photos[start : start + CHUNK])
            )
        )
    _forget_edits(session, row, photos)
    forget_unused(store, session, photos)


def _forget_edits(session: Session, row: DatasetRow, photos: Sequence[str]) -> None:
    for start in range(0, len(photos), CHUNK):
        session.execute(
            delete(EditRow).where(
                EditRow.dataset_id == row.id, EditRow.photo.in_(photos[start : start + CHUNK])
            )
        )


def _choose(session: Session, workspace: str, row: DatasetRow) -> None:
    session.execute(
        update(WorkspaceRow).where(WorkspaceRow.id == workspace).values(dataset_id=row.id)
    )


def _check_number(session: Session, workspace: str) -> None:
    own = (
        session.scalar(
            select(func.count()).select_from(DatasetRow).where(DatasetRow.owner == workspace)
        )
        or 0
    )
    if own >= MAX_DATASETS:
        raise QuotaReached(
            f"A workspace has {MAX_DATASETS} datasets at the most. Delete one first."
        )


def _title(text: str) -> str:
    title = " ".join(text.split())[:MAX_TITLE]
    if not title:
        raise InvalidRequest("The dataset needs a name.")
    return title


def _free_name(session: Session, title: str, name: str | None) -> str:
    """The name that was asked for, or one from the title that nobody can guess and no other dataset has."""
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:40] or "dataset"
    wanted = name or f"{slug}-{token_hex(3)}"
    if session.scalars(select(DatasetRow.id).where(DatasetRow.name == wanted)).first() is not None:
        raise InvalidRequest(f"There is a dataset {wanted} already.")
    return wanted
