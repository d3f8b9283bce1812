"""Codes by SMS: a way past all mail that waits, and the SMSs that were sent, for the budgets."""

import sqlalchemy as sa
from alembic import op

from klantportaal.adapters.storage.sql.types import IDENTIFIER, MOMENT

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Part what is urgent from what is not, and make the table."""
    op.drop_index("tasks_due", "tasks")
    for name, among in (("tasks_due", "kind <> 'sms_code'"), ("tasks_urgent", "kind = 'sms_code'")):
        some = sa.text(f"state = 'waiting' AND {among}")
        op.create_index(name, "tasks", ["due_at"], sqlite_where=some, postgresql_where=some)
    op.create_table(
        "sms_sends",
        sa.Column("office_id", IDENTIFIER, nullable=False),
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("account_id", IDENTIFIER, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name="sms_sends_office_id_fk"),
        sa.ForeignKeyConstraint(["office_id", "account_id"], ["accounts.office_id", "accounts.id"]),
        sa.PrimaryKeyConstraint("office_id", "id", name="sms_sends_pk"),
    )
    op.create_index("sms_sends_day", "sms_sends", ["office_id", "at"])
