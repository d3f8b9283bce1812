"""Columns, keys and constraints of the tables."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Text,
)
from sqlalchemy.types import TypeEngine

from klantportaal.adapters.storage.sql.types import IDENTIFIER, Choice

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pk",
        "fk": "%(table_name)s_%(column_0_N_name)s_fk",
        "ck": "%(table_name)s_%(constraint_name)s_ck",
    }
)

FILLED = "{} <> ''"
"""The column's text is not empty."""
FILLED_UNLESS_TAKEN_BACK = "{} <> '' OR taken_back_at IS NOT NULL"
"""The column's text is not empty, unless the message was taken back."""
BYTES_32 = "length({}) = 32"
"""The column holds a SHA-256, or a keyed hash that names no key."""
BYTES_40 = "length({}) = 40"
"""The column holds a keyed hash: the id of its key, in 8 bytes, and an HMAC-SHA256."""
HEX_16 = "length({}) = 16"
"""The column holds the id of a key in hexadecimal digits."""
HEX_64 = "length({}) = 64"
"""The column holds a SHA-256 in hexadecimal digits."""
PERCENTAGE = "{} BETWEEN 0 AND 100"
"""The column holds a number of per cents."""


def at_least(number: int) -> str:
    """Require a column's number not to be lower."""
    return f"{{}} >= {number}"


def must(name: str, type_: TypeEngine[Any], check: str | None = None) -> Column[Any]:
    """Make a column that always has a value.

    Args:
        name: of the column.
        type_: of its values. The column of an enumeration (`Choice`) gets a CHECK for its words.
        check: a condition on the value, with ``{}`` for the column; the database refuses all else.
    """
    return Column(name, type_, *_checks(name, type_, check), nullable=False)


def may(name: str, type_: TypeEngine[Any], check: str | None = None) -> Column[Any]:
    """Make a column that may be empty. The arguments are those of `must`; a CHECK lets an empty column through."""
    return Column(name, type_, *_checks(name, type_, check), nullable=True)


def _checks(name: str, type_: TypeEngine[Any], check: str | None) -> list[CheckConstraint]:
    """Refuse in the database what the types refuse in Python."""
    if isinstance(type_, Choice):
        words = ", ".join(f"'{choice}'" for choice in type_.choices)
        check = f"{{}} IN ({words})"
    return [] if check is None else [CheckConstraint(check.format(name), name=name)]


def together(name: str, *columns: str) -> CheckConstraint:
    """Require columns to be all empty, or all filled.

    Args:
        name: of the constraint.
        columns: two or more.
    """
    first, *others = columns
    return CheckConstraint(" AND ".join(f"({first} IS NULL) = ({other} IS NULL)" for other in others), name=name)


def identifier(name: str = "id") -> Column[Any]:
    """Make a column with an id."""
    return must(name, IDENTIFIER)


def file_columns(prefix: str = "file", *, nullable: bool = False) -> tuple[Column[Any], ...]:
    """Make the columns of a stored file."""
    column = may if nullable else must
    return (
        column(f"{prefix}_key", Text(), FILLED),
        column(f"{prefix}_name", Text(), FILLED),
        column(f"{prefix}_media_type", Text(), FILLED),
        column(f"{prefix}_size", BigInteger(), at_least(0)),
        column(f"{prefix}_sha256", LargeBinary(), BYTES_32),
    )


def key(*columns: str) -> PrimaryKeyConstraint:
    """Make the primary key, which begins with the office."""
    return PrimaryKeyConstraint("office_id", *columns)


def belongs(
    table: str, *columns: str, to: tuple[str, ...] = ("id",), ondelete: str | None = None
) -> ForeignKeyConstraint:
    """Make a foreign key to a row of the same office in another table."""
    referred = [f"{table}.{column}" for column in ("office_id", *to)]
    return ForeignKeyConstraint(["office_id", *columns], referred, ondelete=ondelete)


def of_office() -> ForeignKeyConstraint:
    """Make the foreign key to the office."""
    return ForeignKeyConstraint(["office_id"], ["offices.id"])


def index(name: str, *columns: str, where: str | None = None, unique: bool = False) -> Index:
    """Make an index; with a condition, a partial one.

    The condition is only for the test that compares it with what the migrations make. If SQLAlchemy got it, every host
    would import the dialects of both databases.
    """
    return Index(name, *columns, unique=unique, info={"where": where})
