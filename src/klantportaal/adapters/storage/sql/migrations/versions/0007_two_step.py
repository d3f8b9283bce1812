"""Two-step verification: what accounts have turned on, the occasions to give a code, and which offices ask for it."""

import sqlalchemy as sa
from alembic import op

from klantportaal.adapters.storage.sql.types import IDENTIFIER, MOMENT

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the tables, and leave it to each account at the offices that there are."""
    # The default stays: SQLite would copy the table to be rid of it, and cannot, as every other table refers to it.
    op.add_column("offices", sa.Column("two_step_required", sa.Boolean(), nullable=False, server_default=sa.false()))
    _two_steps()
    _verifications()


def _two_steps() -> None:
    op.create_table(
        "two_steps",
        sa.Column("office_id", IDENTIFIER, nullable=False),
        sa.Column("account_id", IDENTIFIER, nullable=False),
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("recovery", sa.LargeBinary(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "account_id"],
            ["accounts.office_id", "accounts.id"],
            name="two_steps_office_id_account_id_fk",
        ),
        sa.PrimaryKeyConstraint("office_id", "account_id", name="two_steps_pk"),
    )


def _verifications() -> None:
    op.create_table(
        "verifications",
        sa.Column("office_id", IDENTIFIER, nullable=False),
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("account_id", IDENTIFIER, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("two_step_id", IDENTIFIER, nullable=True),
        sa.Column("session_id", IDENTIFIER, nullable=True),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=True),
        sa.Column("code_made_at", MOMENT, nullable=True),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["office_id", "account_id"],
            ["accounts.office_id", "accounts.id"],
            name="verifications_office_id_account_id_fk",
        ),
        sa.PrimaryKeyConstraint("office_id", "id", name="verifications_pk"),
    )
    op.create_index("verifications_session", "verifications", ["office_id", "session_id", "purpose"], unique=True)
    op.create_index("verifications_fingerprint", "verifications", ["office_id", "fingerprint"], unique=True)
    op.create_index("verifications_expiry", "verifications", ["expires_at"])
