"""Extra accounts: an address is free again once its account was deleted, and it is kept when one was last invited."""

import sqlalchemy as sa
from alembic import op

from klantportaal.adapters.storage.sql.types import MOMENT

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Keep when an account was invited, and addresses unique among those that are not deleted."""
    op.add_column("accounts", sa.Column("invited_at", MOMENT, nullable=True))
    op.drop_index("accounts_address", "accounts")
    standing = sa.text("state != 'deleted'")
    op.create_index(
        "accounts_address",
        "accounts",
        ["office_id", "address"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )
