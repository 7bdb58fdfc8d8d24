"""Make the tables of version 4, the last before migrations: what commit 03d918a made."""

from typing import Any

from alembic import op
from sqlalchemy import JSON, Column, DateTime, Double, ForeignKey, Integer, LargeBinary, String
from sqlalchemy.types import TypeEngine

revision = "0001"
down_revision = None

MOMENT = DateTime(timezone=True)
TARGETS: dict[str, tuple[TypeEngine[Any], str]] = {
    "photo": (String(64), "photos.sha256"),
    "dataset_id": (Integer(), "datasets.id"),
    "workspace": (String(32), "workspaces.id"),
}


def upgrade() -> None:
    """Make all tables. A folder of version 4 has them, and is only marked."""
    op.create_table("meta", Column("version", Integer, primary_key=True))
    _create_photos()
    _create_datasets()
    _create_workspaces()
    _create_edits()
    _create_runs()
    _create_reports_and_jobs()


def _required(kind: type[TypeEngine[Any]] | TypeEngine[Any], *names: str) -> list[Column[Any]]:
    return [Column(name, kind, nullable=False) for name in names]


def _strings(**lengths: int) -> list[Column[Any]]:
    return [Column(name, String(length), nullable=False) for name, length in lengths.items()]


def _key(
    name: str,
    *,
    ondelete: str | None = "CASCADE",
    primary_key: bool = False,
    nullable: bool = False,
    index: bool = False,
) -> Column[Any]:
    kind, target = TARGETS[name]
    key = ForeignKey(target, ondelete=ondelete)
    return Column(name, kind, key, primary_key=primary_key, nullable=nullable, index=index)


def _create_photos() -> None:
    op.create_table(
        "photos",
        Column("sha256", String(64), primary_key=True),
        *_required(Integer, "width", "height", "bytes"),
        *_required(MOMENT, "created_at"),
    )
    op.create_table(
        "sketches",
        _key("photo", primary_key=True),
        *_required(LargeBinary, "sketch"),
    )
    op.create_table(
        "features",
        _key("photo", primary_key=True),
        Column("backbone", String(40), primary_key=True),
        *_required(LargeBinary, "vector"),
    )
    op.create_table(
        "qualities",
        _key("photo", primary_key=True),
        *_required(Double, "blur", "brightest", "middle"),
    )


def _create_datasets() -> None:
    op.create_table(
        "datasets",
        Column("id", Integer, primary_key=True),
        Column("name", String(80), nullable=False, unique=True),
        *_strings(title=120),
        *_required(JSON, "classes"),
        Column("owner", String(32), index=True),
        *_required(Integer, "revision"),
        *_required(MOMENT, "created_at"),
    )
    op.create_table(
        "labels",
        _key("dataset_id", primary_key=True),
        _key("photo", ondelete=None, primary_key=True, index=True),
        *_strings(file=255, label=80, split=5),
        *_strings(source=40, licence=60, licence_url=255, author=255, page=500, title=255),
    )


def _create_workspaces() -> None:
    op.create_table(
        "workspaces",
        Column("id", String(32), primary_key=True),
        _key("dataset_id", ondelete=None),
        *_required(MOMENT, "created_at", "used_at"),
    )
    op.create_table(
        "active_runs",
        _key("workspace", primary_key=True),
        _key("dataset_id", primary_key=True),
        *_strings(run=40),
    )
    op.create_table(
        "asked",
        Column("id", Integer, primary_key=True),
        _key("workspace", index=True),
        _key("photo", ondelete=None, index=True),
        *_strings(name=255),
    )


def _create_edits() -> None:
    op.create_table(
        "edits",
        Column("id", Integer, primary_key=True),
        _key("workspace", index=True),
        _key("dataset_id"),
        _key("photo", ondelete=None, index=True),
        *_required(Integer, "step"),
        *_strings(action=10),
        Column("label", String(80)),
        *_strings(reason=500),
        Column("target", Integer, ForeignKey("edits.id")),
        *_required(MOMENT, "created_at"),
    )


def _create_runs() -> None:
    op.create_table(
        "runs",
        Column("id", String(40), primary_key=True),
        _key("workspace", nullable=True, index=True),
        _key("dataset_id"),
        *_strings(name=80),
        *_required(MOMENT, "created_at"),
    )
    op.create_table(
        "experiments",
        Column("fingerprint", String(16), primary_key=True),
        Column("backbone", String(40), primary_key=True),
        Column("kind", String(20), primary_key=True),
        Column("settings", String(16), primary_key=True),
        *_required(JSON, "result"),
        *_required(MOMENT, "created_at"),
    )


def _create_reports_and_jobs() -> None:
    op.create_table(
        "report_texts",
        _key("workspace", primary_key=True),
        _key("dataset_id", primary_key=True),
        Column("field", String(20), primary_key=True),
        *_strings(text=5000),
    )
    op.create_table(
        "jobs",
        Column("id", Integer, primary_key=True),
        _key("workspace", nullable=True, index=True),
        *_strings(kind=20, state=10, host=255),
        *_required(Integer, "process"),
        *_required(Double, "process_started"),
        *_required(JSON, "settings"),
        *_strings(message=500),
        Column("run", String(40)),
        *_required(MOMENT, "started_at"),
        Column("ended_at", MOMENT),
    )
