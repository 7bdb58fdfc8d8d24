"""The catalogue's tables. Rooms above add queries of their own, never tables.

With any change below goes a revision in `model/catalogue/migrations`, so that older data folders
follow. The answer key of the starter set is deliberately in no table: no query can reach it by
mistake.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

from sqlalchemy import JSON, DateTime, ForeignKey, LargeBinary, String
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, mapped_column

from model.photos.photo_id import PhotoId


def _now() -> datetime:
    return datetime.now(UTC)


def _owned_by(column: str, primary_key: bool = False, index: bool = False) -> MappedColumn[Any]:
    """Point to a row that this one goes with."""
    key = ForeignKey(column, ondelete="CASCADE")
    return mapped_column(key, primary_key=primary_key, index=index)


PhotoKey = Annotated[PhotoId, _owned_by("photos.sha256", primary_key=True)]
DatasetKey = Annotated[int, _owned_by("datasets.id", primary_key=True)]
WorkspaceKey = Annotated[str, _owned_by("workspaces.id", primary_key=True)]
OfWorkspace = Annotated[str, _owned_by("workspaces.id", index=True)]
CreationTime = Annotated[datetime, mapped_column(default=_now)]


class Table(DeclarativeBase):
    """Base of all tables."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: DateTime(timezone=True)}


class PhotoRow(Table):
    """A photo in the photo folder, named by the SHA-256 of its file."""

    __tablename__ = "photos"
    sha256: Mapped[PhotoId] = mapped_column(String(64), primary_key=True)
    width: Mapped[int]
    height: Mapped[int]
    bytes: Mapped[int]
    created_at: Mapped[CreationTime]


class FingerprintRow(Table):
    """A photo so small that thousands fit into memory, to recognise copies by."""

    __tablename__ = "sketches"
    photo: Mapped[PhotoKey]
    sketch: Mapped[bytes] = mapped_column(LargeBinary)


class FeatureRow(Table):
    """A photo's pooled features from one backbone: float16, little-endian, (D,)."""

    __tablename__ = "features"
    photo: Mapped[PhotoKey]
    backbone: Mapped[str] = mapped_column(String(40), primary_key=True)
    vector: Mapped[bytes] = mapped_column(LargeBinary)


class QualityRow(Table):
    """The sharpness and brightness of a photo."""

    __tablename__ = "qualities"
    photo: Mapped[PhotoKey]
    blur: Mapped[float]
    brightest: Mapped[float]
    middle: Mapped[float]


class DatasetRow(Table):
    """A named collection of photos, seen by its owner only where it has one.

    `classes` is their order everywhere. The owner is no foreign key: workspaces point to datasets.
    """

    __tablename__ = "datasets"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[str] = mapped_column(String(120))
    classes: Mapped[list[str]] = mapped_column(JSON)
    owner: Mapped[str | None] = mapped_column(String(32), index=True)
    # Grows with every photo that comes or goes, and every class
    revision: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[CreationTime]


class LabelRow(Table):
    """A photo's place in a dataset as it was imported: never changed by an edit."""

    __tablename__ = "labels"
    dataset_id: Mapped[DatasetKey]
    photo: Mapped[PhotoId] = mapped_column(
        ForeignKey("photos.sha256"), primary_key=True, index=True
    )
    file: Mapped[str] = mapped_column(String(255))
    label: Mapped[str] = mapped_column(String(80))
    split: Mapped[str] = mapped_column(String(5))
    # This and the rest: `model.catalogue.origins`
    source: Mapped[str] = mapped_column(String(40), default="")
    licence: Mapped[str] = mapped_column(String(60), default="")
    licence_url: Mapped[str] = mapped_column(String(255), default="")
    author: Mapped[str] = mapped_column(String(255), default="")
    page: Mapped[str] = mapped_column(String(500), default="")
    title: Mapped[str] = mapped_column(String(255), default="")


class WorkspaceRow(Table):
    """One visitor's view of the dataset they work on now; its id, unguessable, is in the URL."""

    __tablename__ = "workspaces"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id"))
    created_at: Mapped[CreationTime]
    used_at: Mapped[CreationTime]


class ActiveRunRow(Table):
    """The run that a workspace has chosen for a dataset."""

    __tablename__ = "active_runs"
    workspace: Mapped[WorkspaceKey]
    dataset_id: Mapped[DatasetKey]
    run: Mapped[str] = mapped_column(String(40))


class AskedRow(Table):
    """A photo a visitor asked about: kept for their workspace until they clear it."""

    __tablename__ = "asked"
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace: Mapped[OfWorkspace]
    photo: Mapped[PhotoId] = mapped_column(ForeignKey("photos.sha256"), index=True)
    name: Mapped[str] = mapped_column(String(255))


class EditRow(Table):
    """A decision about a photo, or its undoing: only ever appended; `edits.py` replays them."""

    __tablename__ = "edits"
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace: Mapped[OfWorkspace]
    dataset_id: Mapped[int] = _owned_by("datasets.id")
    photo: Mapped[PhotoId] = mapped_column(ForeignKey("photos.sha256"), index=True)
    step: Mapped[int]
    action: Mapped[str] = mapped_column(String(10))
    label: Mapped[str | None] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(500))
    target: Mapped[int | None] = mapped_column(ForeignKey("edits.id"))
    created_at: Mapped[CreationTime]


class RunRow(Table):
    """A training of a workspace, or of none (from the shell). Only its name ever changes."""

    __tablename__ = "runs"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    workspace: Mapped[OfWorkspace | None]
    dataset_id: Mapped[int] = _owned_by("datasets.id")
    name: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[CreationTime]


class ExperimentRow(Table):
    """The result of an experiment on a dataset, which depends on nothing but these keys."""

    __tablename__ = "experiments"
    fingerprint: Mapped[str] = mapped_column(String(16), primary_key=True)  # Of the dataset
    backbone: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    # A digest of all else that the result depends on
    settings: Mapped[str] = mapped_column(String(16), primary_key=True)
    result: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[CreationTime]


class ReportTextRow(Table):
    """A text that a visitor wrote into their report on a dataset."""

    __tablename__ = "report_texts"
    workspace: Mapped[WorkspaceKey]
    dataset_id: Mapped[DatasetKey]
    field: Mapped[str] = mapped_column(String(20), primary_key=True)
    text: Mapped[str] = mapped_column(String(5000))


class JobRow(Table):
    """Long work, under way or over: how it ended, even if its process was killed."""

    __tablename__ = "jobs"
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace: Mapped[OfWorkspace | None]
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10))
    host: Mapped[str] = mapped_column(String(255))
    process: Mapped[int] = mapped_column(default=0)  # None yet
    process_started: Mapped[float] = mapped_column(default=0.0)
    settings: Mapped[dict[str, object]] = mapped_column(JSON)
    message: Mapped[str] = mapped_column(String(500), default="")
    run: Mapped[str | None] = mapped_column(String(40))
    started_at: Mapped[CreationTime]
    ended_at: Mapped[datetime | None]


class SettingRow(Table):
    """What the servers of one database share and drew themselves, such as the key of signatures."""

    __tablename__ = "settings"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(String(200))


class BrowserRow(Table):
    """A workspace that a browser has opened; `browser` is a digest of its key.

    Workspaces that were only looked at have no row, so this is no foreign key.
    """

    __tablename__ = "browsers"
    browser: Mapped[str] = mapped_column(String(64), primary_key=True)
    workspace: Mapped[str] = mapped_column(String(32), primary_key=True, index=True)
    opened_at: Mapped[datetime] = mapped_column(default=_now)
