"""Make the tables of version 4, the last before migrations: what commit 03d918a made."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables. A folder of version 4 has them, and is only marked."""
    op.create_table("meta", sa.Column("version", sa.Integer(), primary_key=True))
    _create_photos()
    _create_datasets()
    _create_workspaces()
    _create_edits()
    _create_runs()
    _create_reports_and_jobs()


def _create_photos() -> None:
    op.create_table(
        "photos",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "sketches",
        sa.Column(
            "photo",
            sa.String(64),
            sa.ForeignKey("photos.sha256", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("sketch", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "features",
        sa.Column(
            "photo",
            sa.String(64),
            sa.ForeignKey("photos.sha256", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("backbone", sa.String(40), primary_key=True),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "qualities",
        sa.Column(
            "photo",
            sa.String(64),
            sa.ForeignKey("photos.sha256", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("blur", sa.Double(), nullable=False),
        sa.Column("brightest", sa.Double(), nullable=False),
        sa.Column("middle", sa.Double(), nullable=False),
    )


def _create_datasets() -> None:
    op.create_table(
        "datasets",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(80), nullable=False, unique=True),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("classes", sa.JSON(), nullable=False),
        sa.Column("owner", sa.String(32), index=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "labels",
        sa.Column(
            "dataset_id",
            sa.Integer(),
            sa.ForeignKey("datasets.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column(
            "photo", sa.String(64), sa.ForeignKey("photos.sha256"), primary_key=True, index=True
        ),
        sa.Column("file", sa.String(255), nullable=False),
        sa.Column("label", sa.String(80), nullable=False),
        sa.Column("split", sa.String(5), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("licence", sa.String(60), nullable=False),
        sa.Column("licence_url", sa.String(255), nullable=False),
        sa.Column("author", sa.String(255), nullable=False),
        sa.Column("page", sa.String(500), nullable=False),
        sa.Column("title", sa.String(255), nullable=False),
    )


def _create_workspaces() -> None:
    op.create_table(
        "workspaces",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("dataset_id", sa.Integer(), sa.ForeignKey("datasets.id"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "active_runs",
        sa.Column(
            "workspace",
            sa.String(32),
            sa.ForeignKey("workspaces.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column(
            "dataset_id",
            sa.Integer(),
            sa.ForeignKey("datasets.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("run", sa.String(40), nullable=False),
    )
    op.create_table(
        "asked",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "workspace",
            sa.String(32),
            sa.ForeignKey("workspaces.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column(
            "photo", sa.String(64), sa.ForeignKey("photos.sha256"), nullable=False, index=True
        ),
        sa.Column("name", sa.String(255), nullable=False),
    )


def _create_edits() -> None:
    op.create_table(
        "edits",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "workspace",
            sa.String(32),
            sa.ForeignKey("workspaces.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column(
            "dataset_id",
            sa.Integer(),
            sa.ForeignKey("datasets.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column(
            "photo", sa.String(64), sa.ForeignKey("photos.sha256"), nullable=False, index=True
        ),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(10), nullable=False),
        sa.Column("label", sa.String(80)),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("target", sa.Integer(), sa.ForeignKey("edits.id")),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )


def _create_runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column(
            "workspace",
            sa.String(32),
            sa.ForeignKey("workspaces.id", ondelete="CASCADE"),
            index=True,
        ),
        sa.Column(
            "dataset_id",
            sa.Integer(),
            sa.ForeignKey("datasets.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "experiments",
        sa.Column("fingerprint", sa.String(16), primary_key=True),
        sa.Column("backbone", sa.String(40), primary_key=True),
        sa.Column("kind", sa.String(20), primary_key=True),
        sa.Column("settings", sa.String(16), primary_key=True),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )


def _create_reports_and_jobs() -> None:
    op.create_table(
        "report_texts",
        sa.Column(
            "workspace",
            sa.String(32),
            sa.ForeignKey("workspaces.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column(
            "dataset_id",
            sa.Integer(),
            sa.ForeignKey("datasets.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("field", sa.String(20), primary_key=True),
        sa.Column("text", sa.String(5000), nullable=False),
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "workspace",
            sa.String(32),
            sa.ForeignKey("workspaces.id", ondelete="CASCADE"),
            index=True,
        ),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("process", sa.Integer(), nullable=False),
        sa.Column("process_started", sa.Double(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("message", sa.String(500), nullable=False),
        sa.Column("run", sa.String(40)),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
    )
