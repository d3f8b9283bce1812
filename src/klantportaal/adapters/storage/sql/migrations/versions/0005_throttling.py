"""Throttling: how often somebody failed of late, per account, address and network address."""

import sqlalchemy as sa
from alembic import op

from klantportaal.adapters.storage.sql.types import IDENTIFIER, MOMENT

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "throttles",
        sa.Column("office_id", IDENTIFIER, nullable=False),
        sa.Column("subject", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("newest_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("office_id", "subject", name="throttles_pk"),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name="throttles_office_id_fk"),
    )
    op.create_index("throttles_newest", "throttles", ["newest_at"])
