"""Connections: one engine that writes in transactions and one that reads without, for each database."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import attrs
from sqlalchemy import Connection, Engine, NullPool, QueuePool, create_engine, event
from sqlalchemy.exc import TimeoutError as PoolTimeout

from klantportaal.adapters.storage.sql.failures import translate
from klantportaal.adapters.storage.sql.locations import connection_settings, require_schema
from klantportaal.adapters.storage.sql.readers import Readers
from klantportaal.domain.errors import Unavailable

_SQLITE_READERS = 40
"""The number of reads of one file at once. A connection costs little more than its file handle."""
# Parameters hold hashes and messages, which belong in no log. SQLAlchemy's errors would quote them.
_DISCREET: dict[str, Any] = {"hide_parameters": True}
# A read is one statement and needs no transaction. `Readers` keeps the connections, so there is no pool here.
_READING: dict[str, Any] = {
    **_DISCREET,
    "isolation_level": "AUTOCOMMIT",
    "skip_autocommit_rollback": True,
    "poolclass": NullPool,
}


@attrs.frozen(kw_only=True)
class Engines:
    """The connections of a storage."""

    writing: Engine
    readers: Readers
    schema: str | None = None
    """Where the tables are in PostgreSQL; None for SQLite, whose file has no others."""

    def close(self) -> None:
        """Close every connection that is not in use."""
        self.writing.dispose()
        self.readers.close()


@contextmanager
def connection(engine: Engine) -> Iterator[Connection]:
    """Take a connection from the pool, and put it back.

    Raises:
        Unavailable: all are in use and none is free in time, or the database is out of reach.
    """
    try:
        borrowed = engine.connect()
    except PoolTimeout as error:
        raise Unavailable(str(error)) from error
    with borrowed:
        yield borrowed


def sqlite_engines(path: Path, *, patience: float) -> Engines:
    """Make the engines for a file; nothing is opened yet. Only its owner may read a new file.

    SQLite has one writer at a time. So the units of work of this process queue for one connection: SQLite itself would
    have each of them retry now and then.
    """

    def connect() -> sqlite3.Connection:
        with suppress(OSError):  # It exists, or it cannot be made; then SQLite says so.
            path.touch(mode=0o600, exist_ok=False)
        # The portal begins transactions, never the driver.
        opened = sqlite3.connect(path, timeout=patience, isolation_level=None, check_same_thread=False)
        opened.execute("PRAGMA foreign_keys = ON")
        opened.execute("PRAGMA synchronous = NORMAL")
        return opened

    options: dict[str, Any] = {**_DISCREET, "creator": connect, "poolclass": QueuePool, "pool_timeout": patience}
    writing = create_engine("sqlite://", pool_size=1, max_overflow=0, **options)
    event.listen(writing, "begin", _begin_immediate)
    reading = create_engine("sqlite://", creator=connect, **_READING)
    return _engines(writing, reading, readers=_SQLITE_READERS, patience=patience)


def _begin_immediate(connection: Connection) -> None:
    """Take the write lock first, so that nobody changes what a unit of work has read."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def postgresql_engines(dsn: str, *, schema: str, patience: float, connections: int) -> Engines:
    """Make the engines for a server; nothing is connected yet.

    Connections find the tables by their ``search_path``: statements, which are compiled once, then name no schema, and
    cost the same as in SQLite.
    """
    given = connection_settings(dsn, schema=schema, patience=patience)
    import psycopg

    def connect() -> Any:
        opened = psycopg.connect(**given)
        require_schema(opened, schema)
        return opened

    options: dict[str, Any] = {
        **_DISCREET,
        "creator": connect,
        "use_native_hstore": False,
        "pool_size": connections,
        "max_overflow": 0,
        "pool_timeout": patience,
        "pool_use_lifo": True,
    }
    writing = create_engine("postgresql+psycopg://", isolation_level="READ COMMITTED", **options)
    reading = create_engine("postgresql+psycopg://", creator=connect, use_native_hstore=False, **_READING)
    return _engines(writing, reading, readers=connections, patience=patience, schema=schema)


def _engines(writing: Engine, reading: Engine, *, readers: int, patience: float, schema: str | None = None) -> Engines:
    translate(writing)
    translate(reading)
    return Engines(writing=writing, readers=Readers(reading, limit=readers, patience=patience), schema=schema)
