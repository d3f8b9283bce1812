"""Parts of statements. Statements are made once, at import: making one at each call costs four times as much."""

import enum
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Delete,
    FromClause,
    Insert,
    Table,
    Text,
    Update,
    and_,
    bindparam,
    delete,
    exists,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.rows import Record
from klantportaal.adapters.storage.sql.running import Runner
from klantportaal.adapters.storage.sql.types import Choice
from klantportaal.domain.dossiers import SEARCH_LIMIT
from klantportaal.domain.errors import Conflict
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import searchable

_KEYS = ("office_id", "id", "version")
_ESCAPE = "!"
_LITERAL = str.maketrans({"%": "!%", "_": "!_", "!": "!!"})


def matching(table: FromClause, *columns: str, prefix: str = "") -> ColumnElement[bool]:
    """Require columns to equal the parameters of the same names."""
    return and_(*(table.c[column] == bindparam(f"{prefix}{column}") for column in columns))


def its(table: Table, *columns: str) -> ColumnElement[bool]:
    """Do as `matching` in an UPDATE. Parameters have the prefix ``its_``: those with a column's name set the column."""
    return matching(table, *columns, prefix="its_")


def written(choice: enum.StrEnum) -> BindParameter[Any]:
    """Write a word of an enumeration into the statement: a partial index is not used for a parameter."""
    return bindparam(None, choice, type_=Choice(type(choice)), literal_execute=True)


def is_party() -> ColumnElement[bool]:
    """Require the client to be a party to the dossier: parameters ``office_id``, ``client_id``, ``dossier_id``."""
    parties = schema.dossier_parties
    return exists(select(parties.c.dossier_id).where(matching(parties, "office_id", "dossier_id", "client_id")))


def in_own_dossier(table: FromClause) -> ColumnElement[bool]:
    """Join the row that makes a client a party to the dossier of another row."""
    parties = schema.dossier_parties
    return and_(*(parties.c[column] == table.c[column] for column in ("office_id", "dossier_id", "client_id")))


def open_client(table: FromClause) -> ColumnElement[bool]:
    """Join the client of another row, unless it is closed."""
    clients = schema.clients
    its = (clients.c.office_id == table.c.office_id) & (clients.c.id == table.c.client_id)
    return its & clients.c.closed_at.is_(None)


def scope(actor: Actor, **more: Any) -> Record:
    """Return the parameters that limit a statement to what an actor may see."""
    whose = {"office_id": actor.office_id, "person_id": actor.person_id, "client_id": actor.client_id}
    return {**whose, "account_id": actor.account_id, **more}


class InsertOnce(Insert):
    """An insert that does nothing if a unique key is taken; ``rowcount`` is then 0."""

    inherit_cache = True


@compiles(InsertOnce)
def _on_conflict_do_nothing(statement: InsertOnce, compiler: SQLCompiler, **options: Any) -> str:
    # Both databases know these words, but SQLAlchemy has a construct for each of them.
    words = compiler.visit_insert(statement, **options)  # type: ignore[no-untyped-call]
    return f"{words} ON CONFLICT DO NOTHING"


def adding(table: Table) -> Insert:
    """Make the statement that inserts a row."""
    return insert(table)


def adding_once(table: Table) -> InsertOnce:
    """Make the statement that inserts a row, unless a unique key of it is taken."""
    return InsertOnce(table).execution_options(preserve_rowcount=True)


def changing(table: Table, *fixed: str) -> Update:
    """Make the statement that updates a row if it still has the version it was read with.

    Args:
        table: of the row.
        fixed: columns that are not updated.
    """
    stay = {*_KEYS, *fixed}
    changes: dict[str, Any] = {column.name: bindparam(column.name) for column in table.c if column.name not in stay}
    keys = [name for name in _KEYS if name in table.c]
    return update(table).where(its(table, *keys)).values(**changes, version=table.c.version + 1)


def change(runner: Runner, statement: Update, record: Record) -> None:
    """Run a statement of `changing`.

    Raises:
        Conflict: the row has another version.
    """
    parameters = {f"its_{name}" if name in _KEYS else name: value for name, value in record.items()}
    if runner.run(statement, parameters) != 1:
        raise Conflict


def forgetting(
    table: Table, condition: ColumnElement[bool], *, first: ColumnElement[Any], skip_locked: bool = False
) -> Delete:
    """Make the statement that deletes some rows: at most as many as the parameter ``limit``.

    Args:
        table: of the rows.
        condition: which rows.
        first: the column that the rows are taken by, lowest first. An index has it.
        skip_locked: whether to leave rows alone that another unit of work has locked. Otherwise it waits for them.
    """
    keys = tuple(table.primary_key.columns)
    some = select(*keys).where(condition).order_by(first).limit(bindparam("limit"))
    # Chosen once: PostgreSQL may run a part of a condition again, and would then lock and delete others too. Within the
    # condition, because the driver of SQLite counts the rows of a statement only if it begins with DELETE.
    chosen = (
        (some.with_for_update(skip_locked=True) if skip_locked else some)
        .cte("chosen", nesting=True)
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    return delete(table).where(tuple_(*keys).in_(select(*chosen.c)))


def storable(text: str) -> bool:
    """Tell whether databases can store a text: none takes half a surrogate pair, and PostgreSQL takes no NUL."""
    return "\0" not in text and not any("\ud800" <= each <= "\udfff" for each in text)


def contains(column: ColumnElement[str]) -> ColumnElement[bool]:
    """Require a text to contain the parameter ``search``, which `sought` makes.

    The database adds the wildcards: SQLite plans a statement anew whenever a bare parameter of LIKE changes.
    """
    return column.contains(bindparam("search", type_=Text()), escape=_ESCAPE)


def sought(search: str) -> str:
    """Fold what somebody searches for, and escape what is special in LIKE (DO-2).

    It is cut off at one character more than the searched text can have: what is longer matches nothing anyway.
    """
    return searchable(search)[: SEARCH_LIMIT + 1].translate(_LITERAL)
