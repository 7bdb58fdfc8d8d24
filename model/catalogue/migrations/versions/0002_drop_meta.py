"""Drop the table of one number that told versions apart before Alembic did."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Drop `meta`."""
    op.drop_table("meta")
