"""Entries of the trail get their places in their office's chain; nothing else of them ever changes (SI-5).

The entries that stand are sealed once this version runs. A later migration that makes a table anew loses its triggers.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from klantportaal.adapters.storage.sql.types import IDENTIFIER

revision = "0006"
down_revision = "0005"

_KEPT = ("office_id", "id", "at", "what", "which", "account_id", "client_id", "handler", "network_address")
_REFUSAL = "the audit trail is append-only"


def upgrade() -> None:
    """Add the places, the ends of the chains, and what keeps both as they are."""
    op.add_column("entries", sa.Column("number", sa.BigInteger(), nullable=True))
    op.add_column("entries", sa.Column("digest", sa.LargeBinary(), nullable=True))
    op.create_index("entries_number", "entries", ["office_id", "number"], unique=True, **_only("number IS NOT NULL"))
    op.create_index("entries_unsealed", "entries", ["office_id", "id"], **_only("number IS NULL"))
    op.create_table(
        "chains",
        sa.Column("office_id", IDENTIFIER, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name="chains_office_id_fk"),
        sa.PrimaryKeyConstraint("office_id", name="chains_pk"),
    )
    {"sqlite": _keep_on_sqlite, "postgresql": _keep_on_postgresql}[op.get_bind().dialect.name]()


def _only(where: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(where), "postgresql_where": sa.text(where)}


def _keep_on_sqlite() -> None:
    for name, act, condition in _refused("IS"):
        when = f"WHEN {condition}" if condition else ""
        op.execute(f"CREATE TRIGGER {name} BEFORE {act} {when} BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END")


def _keep_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_to_change_the_trail() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$"
    )
    refuse = "EXECUTE FUNCTION refuse_to_change_the_trail()"
    for name, act, condition in _refused("IS NOT DISTINCT FROM"):
        when = f"WHEN ({condition})" if condition else ""
        op.execute(f"CREATE TRIGGER {name} BEFORE {act} FOR EACH ROW {when} {refuse}")
    for table in ("entries", "chains"):
        op.execute(f"CREATE TRIGGER {table}_stay_full BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}")


def _refused(same: str) -> tuple[tuple[str, str, str], ...]:
    """List what is refused: the trigger's name, which act, and when if not always."""
    kept = " AND ".join(f'NEW."{name}" {same} OLD."{name}"' for name in _KEPT)
    sealing = f"OLD.number IS NULL AND OLD.digest IS NULL AND {kept}"
    growing = "NEW.office_id = OLD.office_id AND NEW.number > OLD.number"
    return (
        ("entries_stay_as_they_are", "UPDATE ON entries", f"NOT ({sealing})"),
        ("entries_never_go", "DELETE ON entries", ""),
        ("chains_only_grow", "UPDATE ON chains", f"NOT ({growing})"),
        ("chains_never_go", "DELETE ON chains", ""),
    )
