"""Translates the errors of databases to errors of the portal, for every statement.

A page can show the errors of `klantportaal.domain.errors` to a client. Two more kinds are for the log: errors of the
installation, and errors in the code.

::

    RuntimeError
    └── DatabaseUnfit       an operator must repair it; the message says how
        ├── DatabaseDamaged     the file of the database is damaged; a PortalError too, so pages show it
        ├── DatabaseNewer       a newer version of the portal has migrated it
        ├── NotMigrated         the tables were never made
        ├── NamesTaken          there are tables of others with the portal's names
        ├── RightsMissing       the role lacks a right
        └── SchemaNotInUse      connections do not keep their search_path, as behind a pooler
    ValueError
    └── RowRefused          a row breaks a CHECK or NOT NULL constraint: a fault in the code
"""

import logging
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext

from klantportaal.adapters.storage.sql.schema import VERSION_TABLE, metadata
from klantportaal.domain.errors import Absent, Conflict, PortalError, StorageDamaged, StorageFull, Unavailable
from klantportaal.log_events import EventLog
from klantportaal.usecases.shared.repetitions import Failures

_LOG = EventLog(__name__)


class DatabaseUnfit(RuntimeError):
    """The database cannot be used as it is. A retry does not help."""


class DatabaseNewer(DatabaseUnfit):
    """The database has a revision that this version of the portal does not know."""


class DatabaseDamaged(StorageDamaged, DatabaseUnfit):
    """The file of the database is damaged, or is no database."""

    @classmethod
    def telling(cls, told: str) -> "DatabaseDamaged":
        """Make the error with SQLite's own message and what to do."""
        return cls(_ADVICE[cls].format(told))


class NotMigrated(DatabaseUnfit):
    """The database does not have the portal's tables."""


class NamesTaken(DatabaseUnfit):
    """The database has tables with the portal's names that the portal did not make."""


class RightsMissing(DatabaseUnfit):
    """The role lacks a right that the portal needs."""


class SchemaNotInUse(DatabaseUnfit):
    """Connections do not use the schema of the portal."""


class RowRefused(ValueError):
    """A row breaks a CHECK or NOT NULL constraint, which the message names.

    The portal's types accept no such value, so the code that made the row is wrong. Nothing was changed.
    """


class Silent(Unavailable):
    """The server did not answer in time. A retry would take as long."""


class Taken(Conflict):
    """Another row has the same unique value. The repositories translate this error further."""


_Error = type[PortalError | DatabaseUnfit | RowRefused]

# By result code or its low byte, the primary one (https://sqlite.org/rescode.html).
_SQLITE: dict[int, _Error] = {
    sqlite3.SQLITE_BUSY: Unavailable,
    sqlite3.SQLITE_LOCKED: Unavailable,
    sqlite3.SQLITE_FULL: StorageFull,
    sqlite3.SQLITE_IOERR: Unavailable,
    sqlite3.SQLITE_CANTOPEN: Unavailable,
    sqlite3.SQLITE_CORRUPT: DatabaseDamaged,
    sqlite3.SQLITE_NOTADB: DatabaseDamaged,
    sqlite3.SQLITE_READONLY: Unavailable,
    sqlite3.SQLITE_PROTOCOL: Unavailable,
    sqlite3.SQLITE_CONSTRAINT: Conflict,
    sqlite3.SQLITE_CONSTRAINT_CHECK: RowRefused,
    sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY: Absent,
    sqlite3.SQLITE_CONSTRAINT_NOTNULL: RowRefused,
    sqlite3.SQLITE_CONSTRAINT_UNIQUE: Taken,
}
# By SQLSTATE or its class (https://www.postgresql.org/docs/current/errcodes-appendix.html).
_POSTGRESQL: dict[str, _Error] = {
    "53100": StorageFull,  # disk_full
    "53": Unavailable,  # insufficient resources: connections, memory
    "08": Unavailable,  # connection exceptions
    "57": Unavailable,  # shut down, not started yet, cancelled
    "55P03": Unavailable,  # lock_not_available
    "25006": Unavailable,  # read only: a standby
    "25P03": Unavailable,  # idle_in_transaction_session_timeout: this process was frozen
    "40": Conflict,  # serialization failure, deadlock
    "23001": Conflict,  # restrict violation: the trail's triggers
    "23502": RowRefused,  # NOT NULL
    "23503": Absent,  # foreign key
    "23505": Taken,  # unique
    "23514": RowRefused,  # CHECK
    "3F000": RightsMissing,  # invalid_schema_name: the schema is there, but not for a role without USAGE
    "42501": RightsMissing,  # insufficient_privilege
}
_INTEGRITY = "23"
"""The class of errors whose detail quotes a row."""
_UNDEFINED_TABLE = "42P01"
_READ_ONLY = "25006"
_TABLES = frozenset({*metadata.tables, VERSION_TABLE})
_NO_SUCH_TABLE = re.compile(r"no such table: (?:\w+\.)?(\w+)")
_ADVICE: dict[_Error, str] = {
    DatabaseDamaged: (
        "The file of the database is damaged ({}): stop the portal, keep the file, and restore the newest backup"
        " (klantportaal restore)."
    ),
    NotMigrated: (
        "The database has no tables of klantportaal ({}): run klantportaal migrate, or call storage.migrate(), before"
        " anything else."
    ),
    RightsMissing: (
        "The database role lacks a right ({}): give it CREATE on the database or on the portal's schema to migrate, and"
        " USAGE on the schema with SELECT, INSERT, UPDATE and DELETE on its tables to run."
    ),
    RowRefused: "The database refuses a row that the code should not have made: {}",
}


class Translator:
    """Translates the errors of one engine's driver to the portal's errors."""

    def __init__(self, engine: Engine) -> None:
        self._dialect = engine.dialect
        self._damages = Failures()
        event.listen(engine, "handle_error", self._of_sqlalchemy)

    def is_lost(self, error: Exception, connection: Any) -> bool:
        """Tell whether a connection of the driver can no longer be used after an error.

        A read-only connection counts too: a new connection may reach a server that accepts writes.
        """
        return _is_read_only(error) or self._dialect.is_disconnect(error, connection, None)  # type: ignore[arg-type]

    def raise_for(self, error: BaseException) -> None:
        """Raise the portal's error for an error of the driver, if there is one. The log says what is damaged."""
        try:
            raise_for(error)
        except DatabaseDamaged as damaged:
            # Logged here, because a page shows it only to a client. At growing intervals, because every request fails.
            if (times := self._damages.add(str(damaged))) is not None:
                _LOG.log(logging.ERROR, "database_damaged", "%(reason)s (time %(times)d)", reason=damaged, times=times)
            raise

    def _of_sqlalchemy(self, context: ExceptionContext) -> None:
        if _is_read_only(context.original_exception):
            context.is_disconnect = True
        self.raise_for(context.original_exception)


@contextmanager
def translated() -> Iterator[None]:
    """Translate the errors of sqlite3, where the driver is used without an engine."""
    try:
        yield
    except sqlite3.Error as error:
        raise_for(error)
        raise


def _is_read_only(error: BaseException) -> bool:
    return getattr(error, "sqlstate", None) == _READ_ONLY


def raise_for(error: BaseException) -> None:
    """Raise the portal's error for an error of the driver, if there is one."""
    ours = _of_sqlite(error) if isinstance(error, sqlite3.Error) else _of_postgresql(error)
    if ours is None:
        return
    told = str(error) if getattr(error, "sqlstate", None) is None else _without_row(error)
    if ours is Absent:  # It has a sentence of its own, which is the same whatever refers to what.
        raise ours from error
    raise ours(_ADVICE.get(ours, "{}").format(told)) from error


def _without_row(error: Any) -> str:
    """Remove the row, or its key, from an error of PostgreSQL: SQLAlchemy keeps the error, and logs show it."""
    told: str = error.diag.message_primary
    if error.sqlstate.startswith(_INTEGRITY):
        error.args = (told,)
    return told


def _of_sqlite(error: sqlite3.Error) -> _Error | None:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK)  # None where Python's own module complains.
    missing = _NO_SUCH_TABLE.match(str(error))
    if missing is not None and missing[1] in _TABLES:
        return NotMigrated
    return _SQLITE.get(code) or _SQLITE.get(code & 0xFF)


def _of_postgresql(error: Any) -> _Error | None:
    state = getattr(error, "sqlstate", None)
    if state == _UNDEFINED_TABLE:
        # The message is in the server's language, but always names the table.
        named = re.findall(r"\w+", error.diag.message_primary)
        return NotMigrated if _TABLES.intersection(named) else None
    if state is not None:
        return _POSTGRESQL.get(state) or _POSTGRESQL.get(state[:2])
    if type(error).__name__ == "ServerSilent":
        return Silent
    # An error without a state is of the client library: the server cannot be reached.
    return Unavailable if type(error).__name__ in ("OperationalError", "InterfaceError", "ConnectionTimeout") else None
