"""Manage a visitor's own datasets: make, choose, rename, copy, delete; their classes and photos.

One without an owner (the starter set, or from a shell) is everyone's, not to be changed here.
"""

import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from secrets import token_hex

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from model.catalogue.dataset import Dataset
from model.catalogue.measures import chunks
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
from model.catalogue.store import Store
from model.catalogue.workspaces import ensure_workspace, forget_unused
from model.datasets.class_names import MAX_CLASSES, MIN_CLASSES, clean_class_name, merge_class_names
from model.errors import InvalidRequest, NotFound, QuotaReached
from model.photos.photo_id import PhotoId
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
    """List the datasets a workspace may use, shared ones first, the oldest first; None: all."""
    number, total = func.count().label("photos"), func.sum(PhotoRow.bytes).label("bytes")
    size = select(LabelRow.dataset_id, number, total).group_by(LabelRow.dataset_id)
    sizes = size.join(PhotoRow, PhotoRow.sha256 == LabelRow.photo).subquery()
    columns = select(DatasetRow, sizes.c.photos, sizes.c.bytes)
    rows = columns.outerjoin(sizes, sizes.c.dataset_id == DatasetRow.id)
    if workspace is not None:
        rows = rows.where(or_(DatasetRow.owner.is_(None), DatasetRow.owner == workspace))
    with store.reading() as session:
        ordered = session.execute(rows.order_by(DatasetRow.owner.is_not(None), DatasetRow.id))
        return [_listing(*row) for row in ordered]


def _listing(row: DatasetRow, photos: int | None, size: int | None) -> Listing:
    own = row.owner is not None
    return Listing(row.name, row.title, own, tuple(row.classes), photos or 0, size or 0)


def create_dataset(
    store: Store,
    title: str,
    classes: Sequence[str],
    *,
    owner: str | None = None,
    name: str | None = None,
) -> str:
    """Make an empty dataset and return its name; a workspace that owns it works on it from now on.

    One class is enough to begin with. Raises InvalidRequest for a title or classes that cannot be,
    or a name that is taken; QuotaReached where the workspace has too many.
    """
    title, classes = _title(title), check_classes(classes, least=1)
    with store.writing() as session:
        name = _free_name(session, title, name)
        row = DatasetRow(name=name, title=title, classes=list(classes), owner=owner)
        if owner is not None:
            ensure_workspace(session, owner)
            _check_number(session, owner)
        session.add(row)
        session.flush()
        if owner is not None:
            _choose(session, owner, row)
        return row.name


def check_classes(classes: Sequence[str], *, least: int = MIN_CLASSES) -> tuple[str, ...]:
    """Clean class names and drop doubles. Raises InvalidRequest for too few or too many."""
    mapping, _ = merge_class_names(classes)
    names = tuple(dict.fromkeys(name for name in mapping.values() if name))
    if not least <= len(names) <= MAX_CLASSES:
        limits = f"{least} to {MAX_CLASSES} classes"
        raise InvalidRequest(f"A dataset has {limits}; these are {len(names)}.")
    return names


def choose_dataset(store: Store, workspace: str, name: str) -> None:
    """Make a dataset the workspace's current one. Raises NotFound for one that it may not see."""
    with store.writing() as session:
        row = _visible_dataset(session, workspace, name)
        ensure_workspace(session, workspace)
        _choose(session, workspace, row)


def rename_dataset(store: Store, workspace: str, name: str, title: str) -> None:
    """Rename one of the workspace's own datasets. Raises NotFound, InvalidRequest."""
    title = _title(title)
    with store.writing() as session:
        row = own_dataset(session, workspace, name)
        row.title = title
        row.revision += 1


def copy_dataset(store: Store, workspace: str, dataset: Dataset, title: str) -> str:
    """Copy a dataset's photos, labels and splits, as edited, into a new own one; return its name.

    The copy starts without edits and without runs. Raises NotFound, InvalidRequest, QuotaReached.
    """
    with store.reading() as session:
        _visible_dataset(session, workspace, dataset.name)
    name = create_dataset(store, title, dataset.classes, owner=workspace)
    with store.writing() as session:
        copy = own_dataset(session, workspace, name)
        origin_of = origins_in(session, dataset.id)
        rows = [
            {"dataset_id": copy.id, **asdict(labelled)}
            | asdict(origin_of.get(labelled.photo, Origin()))
            for labelled in dataset.photos
        ]
        if rows:  # SQLAlchemy takes an empty list for a row of defaults.
            session.execute(insert(LabelRow), rows)
        copy.revision += 1
    return name


def delete_dataset(store: Store, workspace: str, name: str) -> None:
    """Destroy an own dataset: edits, runs, photos of no other use. Raises as `own_dataset`."""
    with store.writing() as session:
        row = own_dataset(session, workspace, name)
        runs = destroy_dataset(store, session, row)
    for run in runs:
        shutil.rmtree(run_folder(store, run), ignore_errors=True)


def destroy_dataset(store: Store, session: Session, row: DatasetRow) -> list[str]:
    """Destroy a dataset in a transaction; return runs whose folders must go after its commit."""
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
    """Append the classes that a dataset does not have yet. Raises as `own_dataset`."""
    with store.writing() as session:
        row = own_dataset(session, workspace, name)
        classes = check_classes([*row.classes, *labels], least=1)
        if classes != tuple(row.classes):
            set_classes(row, classes)


def remove_class(store: Store, workspace: str, name: str, label: str) -> None:
    """Remove a class and all photos filed under it from an own dataset. Raises as `own_dataset`."""
    with store.writing() as session:
        row = own_dataset(session, workspace, name)
        set_classes(row, check_classes([other for other in row.classes if other != label]))
        filed = select(LabelRow.photo).where(LabelRow.dataset_id == row.id, LabelRow.label == label)
        _remove(store, session, row, list(session.scalars(filed)))
        moved = select(EditRow.photo).where(EditRow.dataset_id == row.id, EditRow.label == label)
        photos = list(session.scalars(moved.distinct()))
        _delete_rows(session, EditRow, row, photos)
        # A photo that was labelled on Classify may have been nowhere else.
        forget_unused(store, session, photos)


def rename_class(store: Store, workspace: str, name: str, label: str, new: str) -> None:
    """Rename a class of one of the workspace's own datasets. Raises NotFound, InvalidRequest."""
    cleaned = clean_class_name(new)
    with store.writing() as session:
        row = own_dataset(session, workspace, name)
        others = [other.casefold() for other in row.classes if other != label]
        if label not in row.classes or not cleaned or cleaned.casefold() in others:
            raise InvalidRequest(
                "This cannot be the name of a class: it is empty, or another class has it."
            )
        set_classes(row, tuple(cleaned if old == label else old for old in row.classes))
        for table in (LabelRow, EditRow):
            labelled = update(table).where(table.dataset_id == row.id, table.label == label)
            session.execute(labelled.values(label=cleaned))


def remove_photos(store: Store, workspace: str, name: str, photos: Sequence[PhotoId]) -> None:
    """Remove photos and their edits from an own dataset for good. Raises as `own_dataset`."""
    with store.writing() as session:
        row = own_dataset(session, workspace, name)
        _remove(store, session, row, photos)


def own_dataset(session: Session, workspace: str | None, name: str) -> DatasetRow:
    """Look up a dataset that a workspace may change; without one, any but the starter set.

    Raises NotFound, and InvalidRequest for one that may not be changed.
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
    """Set the classes of a dataset, within a transaction that writes."""
    row.classes = list(classes)
    row.revision += 1


def _visible_dataset(session: Session, workspace: str, name: str) -> DatasetRow:
    """Look up a dataset that a workspace may use: a shared one, or its own. Raises NotFound."""
    row = session.scalars(select(DatasetRow).where(DatasetRow.name == name)).one_or_none()
    if row is None or row.owner not in (None, workspace):
        raise NotFound("This dataset is no longer here.")
    return row


def _remove(store: Store, session: Session, row: DatasetRow, photos: Sequence[PhotoId]) -> None:
    row.revision += 1
    _delete_rows(session, LabelRow, row, photos)
    _delete_rows(session, EditRow, row, photos)
    forget_unused(store, session, photos)


def _delete_rows(
    session: Session, table: type[LabelRow | EditRow], row: DatasetRow, photos: Sequence[PhotoId]
) -> None:
    for some in chunks(photos):
        session.execute(delete(table).where(table.dataset_id == row.id, table.photo.in_(some)))


def _choose(session: Session, workspace: str, row: DatasetRow) -> None:
    session.execute(
        update(WorkspaceRow).where(WorkspaceRow.id == workspace).values(dataset_id=row.id)
    )


def _check_number(session: Session, workspace: str) -> None:
    own = session.scalars(select(DatasetRow.id).where(DatasetRow.owner == workspace)).all()
    if len(own) >= MAX_DATASETS:
        raise QuotaReached(
            f"A workspace has {MAX_DATASETS} datasets at the most. Delete one first."
        )


def _title(text: str) -> str:
    title = " ".join(text.split())[:MAX_TITLE]
    if not title:
        raise InvalidRequest("The dataset needs a name.")
    return title


def _free_name(session: Session, title: str, name: str | None) -> str:
    """Choose the given name, or one from the title with a random end. Raises InvalidRequest."""
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:40] or "dataset"
    wanted = name or f"{slug}-{token_hex(3)}"
    if session.scalars(select(DatasetRow.id).where(DatasetRow.name == wanted)).first() is not None:
        raise InvalidRequest(f"There is a dataset {wanted} already.")
    return wanted
