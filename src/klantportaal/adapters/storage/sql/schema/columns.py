"""What the tables are made of."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Text,
)
from sqlalchemy.types import TypeEngine

from klantportaal.adapters.storage.sql.types import IDENTIFIER

metadata = MetaData(naming_convention={"pk": "%(table_name)s_pk", "fk": "%(table_name)s_%(column_0_N_name)s_fk"})


def must(name: str, type_: TypeEngine[Any]) -> Column[Any]:
    """Make a column that always has a value."""
    return Column(name, type_, nullable=False)


def may(name: str, type_: TypeEngine[Any]) -> Column[Any]:
    """Make a column that may be empty."""
    return Column(name, type_, nullable=True)


def identifier(name: str = "id") -> Column[Any]:
    """Make a column with an id."""
    return must(name, IDENTIFIER)


def file_columns(prefix: str = "file", *, nullable: bool = False) -> tuple[Column[Any], ...]:
    """Make the columns of a stored file."""
    column = may if nullable else must
    return (
        column(f"{prefix}_key", Text()),
        column(f"{prefix}_name", Text()),
        column(f"{prefix}_media_type", Text()),
        column(f"{prefix}_size", BigInteger()),
        column(f"{prefix}_sha256", LargeBinary()),
    )


def key(*columns: str) -> PrimaryKeyConstraint:
    """Make the primary key, which begins with the office."""
    return PrimaryKeyConstraint("office_id", *columns)


def belongs(
    table: str, *columns: str, to: tuple[str, ...] = ("id",), ondelete: str | None = None
) -> ForeignKeyConstraint:
    """Refer to another table's row of the same office."""
    referred = [f"{table}.{column}" for column in ("office_id", *to)]
    return ForeignKeyConstraint(["office_id", *columns], referred, ondelete=ondelete)


def of_office() -> ForeignKeyConstraint:
    """Refer to the office."""
    return ForeignKeyConstraint(["office_id"], ["offices.id"])


def index(name: str, *columns: str, where: str | None = None, unique: bool = False) -> Index:
    """Make an index, of only some rows where a condition says so.

    The condition is for the migrations to make and for their test to look at. Told to SQLAlchemy for both databases, it
    would have every host import both databases' dialects.
    """
    return Index(name, *columns, unique=unique, info={"where": where})
