"""The pieces that statements are made of, once, at import: a statement made per call costs four times as much."""

import enum
from typing import Any

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Insert,
    Table,
    Text,
    Update,
    and_,
    bindparam,
    exists,
    insert,
    select,
    update,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.rows import Record
from klantportaal.adapters.storage.sql.types import Choice
from klantportaal.domain.dossiers import SEARCH_LIMIT
from klantportaal.domain.errors import Conflict
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import searchable

_KEYS = ("office_id", "id", "version")
_ESCAPE = "!"
_LITERAL = str.maketrans({"%": "!%", "_": "!_", "!": "!!"})


def matching(table: FromClause, *columns: str, prefix: str = "") -> ColumnElement[bool]:
    """Require columns to equal the parameters that are called like them."""
    return and_(*(table.c[column] == bindparam(f"{prefix}{column}") for column in columns))


def its(table: Table, *columns: str) -> ColumnElement[bool]:
    """Do as `matching` in an UPDATE, where a parameter called like a column would be set: they begin with ``its_``."""
    return matching(table, *columns, prefix="its_")


def written(choice: enum.StrEnum) -> BindParameter[Any]:
    """Write a choice out in the statement: an index of only some rows is not used for a parameter."""
    return bindparam(None, choice, type_=Choice(type(choice)), literal_execute=True)


def is_party() -> ColumnElement[bool]:
    """Require the client to be a party to the dossier: parameters ``office_id``, ``client_id``, ``dossier_id``."""
    parties = schema.dossier_parties
    return exists(select(parties.c.dossier_id).where(matching(parties, "office_id", "dossier_id", "client_id")))


def in_own_dossier(table: Table) -> ColumnElement[bool]:
    """Join the row by which a client is a party to the dossier that a row stands in."""
    parties = schema.dossier_parties
    return and_(*(parties.c[column] == table.c[column] for column in ("office_id", "dossier_id", "client_id")))


def scope(actor: Actor, **more: Any) -> Record:
    """Give the parameters that keep a statement within what an actor may see."""
    return {"office_id": actor.office_id, "client_id": actor.client_id, "account_id": actor.account_id, **more}


class InsertOnce(Insert):
    """An insert of which nothing happens where a unique key is taken; ``rowcount`` tells."""

    inherit_cache = True


@compiles(InsertOnce)
def _on_conflict_do_nothing(statement: InsertOnce, compiler: SQLCompiler, **options: Any) -> str:
    # Both databases have these words, but SQLAlchemy has a construct for each apart.
    words = compiler.visit_insert(statement, **options)  # type: ignore[no-untyped-call]
    return f"{words} ON CONFLICT DO NOTHING"


def adding(table: Table) -> Insert:
    """Make the statement that inserts a row."""
    return insert(table)


def adding_once(table: Table) -> InsertOnce:
    """Make the statement that inserts a row, unless a unique key of it is taken."""
    return InsertOnce(table).execution_options(preserve_rowcount=True)


def changing(table: Table, *fixed: str) -> Update:
    """Make the statement that changes a row if it still has the version it was read with; *fixed* columns stay."""
    stay = {*_KEYS, *fixed}
    changes: dict[str, Any] = {column.name: bindparam(column.name) for column in table.c if column.name not in stay}
    keys = [name for name in _KEYS if name in table.c]
    return update(table).where(its(table, *keys)).values(**changes, version=table.c.version + 1)


def change(connection: Connection, statement: Update, record: Record) -> None:
    """Run a statement of `changing`.

    Raises:
        Conflict: what stands has another version.
    """
    parameters = {f"its_{name}" if name in _KEYS else name: value for name, value in record.items()}
    if connection.execute(statement, parameters).rowcount != 1:
        raise Conflict


def storable(text: str) -> bool:
    """Tell whether a text could stand in a database: none holds half a surrogate pair, PostgreSQL no NUL either."""
    return "\0" not in text and not any("\ud800" <= each <= "\udfff" for each in text)


def contains(column: Column[str]) -> ColumnElement[bool]:
    """Require a text to contain what is searched for: parameter ``search``, made by `sought`.

    The database puts the pattern together: SQLite plans a statement anew whenever a bare parameter of LIKE changes.
    """
    return column.contains(bindparam("search", type_=Text()), escape=_ESCAPE)


def sought(search: str) -> str:
    """Fold what somebody searches for, in which then nothing is special (DO-2).

    Longer than what is searched in never matches, and neither does its beginning of one character more.
    """
    return searchable(search)[: SEARCH_LIMIT + 1].translate(_LITERAL)
