"""Sessions know when the password was last given, and where they were started from.

Of a session that stands, that was when it began; where that was from is not known.
"""

import sqlalchemy as sa
from alembic import op

from klantportaal.adapters.storage.sql.types import MOMENT

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add both columns; SQLite can require a value of rows that stand only in a copy of the table."""
    with op.batch_alter_table("sessions") as sessions:
        sessions.add_column(sa.Column("network_address", sa.Text(), nullable=True))
        sessions.add_column(sa.Column("confirmed_at", MOMENT, nullable=True))
    op.execute("UPDATE sessions SET confirmed_at = started_at")
    with op.batch_alter_table("sessions") as sessions:
        sessions.alter_column("confirmed_at", nullable=False)
