"""The catalogue's tables, which only `store`, `dataset` and `workspaces` here read and write.

With any change below goes a revision in `model/catalogue/migrations`, so that older data folders
follow. The answer key of the starter set is deliberately in no table: no query can reach it by
mistake.
"""

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, DateTime, ForeignKey, LargeBinary, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


def _now() -> datetime:
    return datetime.now(UTC)


class Table(DeclarativeBase):
    """Base of all tables."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: DateTime(timezone=True)}


class PhotoRow(Table):
    """A photo in the photo folder, named by the SHA-256 of its file."""

    __tablename__ = "photos"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    width: Mapped[int]
    height: Mapped[int]
    bytes: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=_now)


class FingerprintRow(Table):
    """A photo so small that thousands fit into memory.

    What copies are recognised by when photos are added.
    """

    __tablename__ = "sketches"
    photo: Mapped[str] = mapped_column(
        ForeignKey("photos.sha256", ondelete="CASCADE"), primary_key=True
    )
    sketch: Mapped[bytes] = mapped_column(LargeBinary)


class FeatureRow(Table):
    """A photo's pooled features from one backbone: float16, little-endian, (D,)."""

    __tablename__ = "features"
    photo: Mapped[str] = mapped_column(
        ForeignKey("photos.sha256", ondelete="CASCADE"), primary_key=True
    )
    backbone: Mapped[str] = mapped_column(String(40), primary_key=True)
    vector: Mapped[bytes] = mapped_column(LargeBinary)


class QualityRow(Table):
    """The sharpness and brightness of a photo."""

    __tablename__ = "qualities"
    photo: Mapped[str] = mapped_column(
        ForeignKey("photos.sha256", ondelete="CASCADE"), primary_key=True
    )
    blur: Mapped[float]
    brightest: Mapped[float]
    middle: Mapped[float]


class DatasetRow(Table):
    """A named collection of photos; `classes` is their order in every chart and every run.

    One with an owner is seen by that workspace only. The owner is no foreign key, for workspaces
    point to datasets already.
    """

    __tablename__ = "datasets"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[str] = mapped_column(String(120))
    classes: Mapped[list[str]] = mapped_column(JSON)
    owner: Mapped[str | None] = mapped_column(String(32), index=True)
    revision: Mapped[int] = mapped_column(
        default=0
    )  # Grows with every photo that comes or goes, and every class.
    created_at: Mapped[datetime] = mapped_column(default=_now)


class LabelRow(Table):
    """A photo's place in a dataset as it was imported: never changed by an edit."""

    __tablename__ = "labels"
    dataset_id: Mapped[int] = mapped_column(
        ForeignKey("datasets.id", ondelete="CASCADE"), primary_key=True
    )
    photo: Mapped[str] = mapped_column(ForeignKey("photos.sha256"), primary_key=True, index=True)
    file: Mapped[str] = mapped_column(String(255))
    label: Mapped[str] = mapped_column(String(80))
    split: Mapped[str] = mapped_column(String(5))
    source: Mapped[str] = mapped_column(
        String(40), default=""
    )  # This and the rest: `model.catalogue.origins`
    licence: Mapped[str] = mapped_column(String(60), default="")
    licence_url: Mapped[str] = mapped_column(String(255), default="")
    author: Mapped[str] = mapped_column(String(255), default="")
    page: Mapped[str] = mapped_column(String(500), default="")
    title: Mapped[str] = mapped_column(String(255), default="")


class WorkspaceRow(Table):
    """One visitor's view of a dataset; its id is unguessable and stands in the URL.

    The dataset is the one that they work on now.
    """

    __tablename__ = "workspaces"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id"))
    created_at: Mapped[datetime] = mapped_column(default=_now)
    used_at: Mapped[datetime] = mapped_column(default=_now)


class ActiveRunRow(Table):
    """The run that a workspace has chosen for a dataset."""

    __tablename__ = "active_runs"
    workspace: Mapped[str] = mapped_column(
        ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True
    )
    dataset_id: Mapped[int] = mapped_column(
        ForeignKey("datasets.id", ondelete="CASCADE"), primary_key=True
    )
    run: Mapped[str] = mapped_column(String(40))


class AskedRow(Table):
    """A photo a visitor asked about: kept for their workspace until they clear it."""

    __tablename__ = "asked"
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace: Mapped[str] = mapped_column(
        ForeignKey("workspaces.id", ondelete="CASCADE"), index=True
    )
    photo: Mapped[str] = mapped_column(ForeignKey("photos.sha256"), index=True)
    name: Mapped[str] = mapped_column(String(255))


class EditRow(Table):
    """A visitor's decision about a photo, or the undoing of one.

    Rows are only ever appended; `edits.py` replays them.
    """

    __tablename__ = "edits"
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace: Mapped[str] = mapped_column(
        ForeignKey("workspaces.id", ondelete="CASCADE"), index=True
    )
    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    photo: Mapped[str] = mapped_column(ForeignKey("photos.sha256"), index=True)
    step: Mapped[int]
    action: Mapped[str] = mapped_column(String(10))
    label: Mapped[str | None] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(500))
    target: Mapped[int | None] = mapped_column(ForeignKey("edits.id"))
    created_at: Mapped[datetime] = mapped_column(default=_now)


class RunRow(Table):
    """A training of a workspace, or of none (from the shell); its files lie in the runs folder.

    Only its name changes.
    """

    __tablename__ = "runs"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    workspace: Mapped[str | None] = mapped_column(
        ForeignKey("workspaces.id", ondelete="CASCADE"), index=True
    )
    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(default=_now)


class ExperimentRow(Table):
    """The result of an experiment on a dataset.

    It depends on nothing but these keys, so the same question gets the same answer.
    """

    __tablename__ = "experiments"
    fingerprint: Mapped[str] = mapped_column(String(16), primary_key=True)  # Of the dataset
    backbone: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    settings: Mapped[str] = mapped_column(
        String(16), primary_key=True
    )  # A digest of all else that the result depends on
    result: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(default=_now)


class ReportTextRow(Table):
    """A text that a visitor wrote into their report on a dataset."""

    __tablename__ = "report_texts"
    workspace: Mapped[str] = mapped_column(
        ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True
    )
    dataset_id: Mapped[int] = mapped_column(
        ForeignKey("datasets.id", ondelete="CASCADE"), primary_key=True
    )
    field: Mapped[str] = mapped_column(String(20), primary_key=True)
    text: Mapped[str] = mapped_column(String(5000))


class JobRow(Table):
    """A training under way or over.

    Who looks later learns how it ended, even if its process was killed.
    """

    __tablename__ = "jobs"
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace: Mapped[str | None] = mapped_column(
        ForeignKey("workspaces.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10))
    host: Mapped[str] = mapped_column(String(255))
    process: Mapped[int]
    process_started: Mapped[float]
    settings: Mapped[dict[str, object]] = mapped_column(JSON)
    message: Mapped[str] = mapped_column(String(500), default="")
    run: Mapped[str | None] = mapped_column(String(40))
    started_at: Mapped[datetime] = mapped_column(default=_now)
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
