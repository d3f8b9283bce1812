"""What the databases' errors mean to the portal; translated in one place, for every statement."""

import sqlite3
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext

from klantportaal.domain.errors import Absent, Conflict, PortalError, StorageFull, Unavailable


class Taken(Conflict):
    """Another row has what must be unique; repositories say what that means."""


# By result code or its low byte, the primary one (https://sqlite.org/rescode.html).
_SQLITE: dict[int, type[PortalError]] = {
    sqlite3.SQLITE_BUSY: Unavailable,
    sqlite3.SQLITE_LOCKED: Unavailable,
    sqlite3.SQLITE_FULL: StorageFull,
    sqlite3.SQLITE_IOERR: Unavailable,
    sqlite3.SQLITE_CANTOPEN: Unavailable,
    sqlite3.SQLITE_READONLY: Unavailable,
    sqlite3.SQLITE_PROTOCOL: Unavailable,
    sqlite3.SQLITE_CONSTRAINT: Conflict,
    sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY: Absent,
    sqlite3.SQLITE_CONSTRAINT_UNIQUE: Taken,
}
# By SQLSTATE or its class (https://www.postgresql.org/docs/current/errcodes-appendix.html).
_POSTGRESQL: dict[str, type[PortalError]] = {
    "53100": StorageFull,  # disk_full
    "53": Unavailable,  # insufficient resources: connections, memory
    "08": Unavailable,  # connection exceptions
    "57": Unavailable,  # shut down, not started yet, cancelled
    "55P03": Unavailable,  # lock_not_available
    "25006": Unavailable,  # read only: a standby
    "40": Conflict,  # serialization failure, deadlock
    "23001": Conflict,  # restrict violation: the trail's triggers
    "23503": Absent,  # foreign key
    "23505": Taken,  # unique
}


def translate(engine: Engine) -> None:
    """Have an engine raise the portal's errors instead of the driver's, where the portal has one."""
    event.listen(engine, "handle_error", _raise_ours)


def _raise_ours(context: ExceptionContext) -> None:
    error = context.original_exception
    ours = _of_sqlite(error) if isinstance(error, sqlite3.Error) else _of_postgresql(error)
    if ours is not None:
        # What a driver says of a constraint holds the values of the row, such as somebody's address.
        raise (ours(str(error)) if issubclass(ours, (Unavailable, StorageFull)) else ours()) from error


def _of_sqlite(error: sqlite3.Error) -> type[PortalError] | None:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK)  # None where Python's own module complains.
    return _SQLITE.get(code) or _SQLITE.get(code & 0xFF)


def _of_postgresql(error: Any) -> type[PortalError] | None:
    state = getattr(error, "sqlstate", None)
    if state is not None:
        return _POSTGRESQL.get(state) or _POSTGRESQL.get(state[:2])
    # Without a state it is the client library's own: no server there, or no longer.
    return Unavailable if type(error).__name__ in ("OperationalError", "InterfaceError", "ConnectionTimeout") else None
