"""Database connections: an engine that writes in transactions, and an engine that reads without transactions."""

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, QueuePool, create_engine, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry

from klantportaal.adapters.storage.sql.copying import Copy, postgresql_copy, sqlite_copy
from klantportaal.adapters.storage.sql.failures import Silent, raise_for, translate
from klantportaal.adapters.storage.sql.locations import connection_settings, require_schema
from klantportaal.adapters.storage.sql.readers import OneConnection, Readers
from klantportaal.domain.errors import Unavailable
from klantportaal.forking import at_fork, leave_alone, notice

_LOG = logging.getLogger(__name__)
_SQLITE_READERS = 40
"""The number of reads of one file at once. A connection costs little more than its file handle."""
_SQLITE_SETTINGS = (
    "foreign_keys = ON",
    # A commit returns once it is on the disk. With NORMAL, a power failure loses what was committed last.
    "synchronous = FULL",
    # Without it, REPLACE deletes rows of the audit trail and skips the triggers that forbid this.
    "recursive_triggers = ON",
    # After a large transaction the file of the log shrinks to this size, in bytes.
    "journal_size_limit = 67108864",
)
# Parameters contain hashes and messages, which must not be logged. SQLAlchemy's errors would quote them.
_DISCREET: dict[str, Any] = {"hide_parameters": True}
# A read is one statement and needs no transaction. `Readers` keeps the connections, so there is no pool here.
_READING: dict[str, Any] = {
    **_DISCREET,
    "isolation_level": "AUTOCOMMIT",
    "skip_autocommit_rollback": True,
    "poolclass": NullPool,
}


_Pair = tuple[Engine, Engine]
"""The engine that writes, and the engine that reads."""


class Engines:
    """The connections of a storage. A forked process makes its own.

    A child makes the engines anew, not only their pools: another thread of the parent may have held the lock of an
    engine that connected for the first time, and nobody releases it in the child.
    """

    def __init__(
        self,
        make: Callable[[], _Pair],
        *,
        readers: int,
        patience: float,
        schema: str | None = None,
        folder: Path | None = None,
        closing_before_fork: bool = False,
        copy: Copy,
    ) -> None:
        """Make the engines. Nothing is connected yet.

        Args:
            make: makes the two engines.
            readers: the number of reads at once.
            patience: seconds to wait for a connection, and before a fork for the connections that are in use.
            schema: the schema of the tables in PostgreSQL; None for SQLite.
            folder: the folder of the file of SQLite; None for PostgreSQL.
            closing_before_fork: whether to wait for all connections and close them before each fork.
            copy: copies the database.
        """
        self._make = make
        self._writing, reading = make()
        self.readers = Readers(reading, limit=readers, patience=patience)
        self.schema = schema
        self.folder = folder
        self._copy = copy
        self._held: Connection | None = None
        if closing_before_fork:
            at_fork(before=self._pause, in_parent=self._resume, in_child=self._begin_anew)
        else:
            at_fork(in_child=self._begin_anew)

    @property
    def writing(self) -> Engine:
        """The engine that writes in transactions."""
        notice()
        return self._writing

    def copied(self, folder: Path) -> AbstractContextManager[OneConnection]:
        """Copy the database into a folder while it is in use, and give the reads of the copy."""
        return self._copy(self.readers, folder)

    def close(self) -> None:
        """Close every connection that is not in use."""
        self.writing.dispose()
        self.readers.close()

    def _pause(self) -> None:
        """Wait until the connections are not in use, block new uses, and close every connection."""
        for pause in (self._pause_writing, self.readers.pause):
            try:
                pause()
            except (PoolTimeout, Unavailable) as error:
                _LOG.warning("not all is closed before a fork, and the child may find the database locked: %s", error)

    def _pause_writing(self) -> None:
        """Take the only writing connection from the pool and close it. It stays taken, so the pool opens no other."""
        pool = self._writing.pool
        if isinstance(pool, QueuePool) and pool.checkedin() + pool.checkedout():
            self._held = self._writing.connect()
            # Not invalidated yet: then the pool would open a connection for the next thread that waits.
            if (opened := self._held.connection.dbapi_connection) is not None:
                opened.close()

    def _resume(self) -> None:
        """Allow connections again. They are opened when they are needed."""
        held, self._held = self._held, None
        if held is not None:
            held.invalidate()
            held.close()
        self.readers.resume()

    def _begin_anew(self) -> None:
        leave_alone((self._writing, self._held))
        self._held = None
        self._writing, reading = self._make()
        self.readers.begin_anew(reading)


@contextmanager
def connection(engine: Engine) -> Iterator[Connection]:
    """Take a connection from the pool, and put it back.

    Raises:
        Unavailable: no connection is free in time, or the database cannot be reached.
    """
    try:
        borrowed = engine.connect()
    except PoolTimeout as error:
        raise Unavailable(str(error)) from error
    with borrowed:
        yield borrowed


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """Take a connection and begin a transaction. What is not committed is rolled back at the end.

    The beginning is the first thing that is said to the server. If the connection turns out to be lost, nothing was
    done yet, so the transaction begins once more on a new connection.

    Raises:
        Unavailable: no connection is free in time, or the database is locked or cannot be reached.
    """
    with connection(engine) as borrowed:
        lost = not _has_begun(borrowed)
        if not lost:
            yield borrowed
    if lost:
        with connection(engine) as another:
            another.begin()
            yield another


def _has_begun(borrowed: Connection) -> bool:
    """Begin a transaction. False if the connection was lost, which took no time."""
    try:
        borrowed.begin()
    except Silent:
        borrowed.engine.dispose()  # Each of the other connections would take as long.
        raise
    except Unavailable:
        if not borrowed.invalidated:
            raise
        return False
    return True


def sqlite_engines(path: Path, *, patience: float) -> Engines:
    """Make the engines for an SQLite file. Nothing is opened yet. Only its owner may read a new file.

    SQLite has one writer at a time. So the units of work of this process wait in a queue for one connection. Without
    the queue, each of them would retry in SQLite at intervals.

    Before a fork every connection is closed. SQLite records in memory which locks the process holds on a file. A child
    would inherit these records without the locks themselves. Then it could find the file locked forever, or lose its
    writes when the parent closes (https://sqlite.org/howtocorrupt.html, "Carrying an open database connection across a
    fork").

    Args:
        path: the file of the database.
        patience: seconds to wait for a connection or for the lock of another process.
    """
    make = partial(_sqlite, path, patience=patience)
    return Engines(
        make,
        readers=_SQLITE_READERS,
        patience=patience,
        folder=path.parent,
        closing_before_fork=True,
        copy=sqlite_copy,
    )


def _sqlite(path: Path, *, patience: float) -> _Pair:

    def connect() -> sqlite3.Connection:
        with suppress(OSError):  # The file exists, or cannot be made; then SQLite raises an error.
            path.touch(mode=0o600, exist_ok=False)
        # The portal begins transactions, never the driver.
        opened = sqlite3.connect(path, timeout=patience, isolation_level=None, check_same_thread=False)
        try:
            for setting in _SQLITE_SETTINGS:
                opened.execute(f"PRAGMA {setting}")
        except BaseException:
            opened.close()
            raise
        return opened

    options: dict[str, Any] = {**_DISCREET, "creator": connect, "poolclass": QueuePool, "pool_timeout": patience}
    writing = create_engine("sqlite://", pool_size=1, max_overflow=0, **options)
    event.listen(writing, "begin", _begin_immediate)
    reading = create_engine("sqlite://", creator=connect, **_READING)
    return _translated(writing, reading)


def _begin_immediate(connection: Connection) -> None:
    """Take the write lock at the start, so that no other process changes what a unit of work has read."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_on_server(connection: Connection) -> None:
    """Begin at once. The driver would begin with the first statement, and leave the isolation to the server.

    The driver is asked directly: SQLAlchemy's way takes 50 µs more.
    """
    import psycopg

    driver: Any = connection.connection.driver_connection
    try:
        driver.execute("BEGIN ISOLATION LEVEL READ COMMITTED", prepare=False)
    except psycopg.Error as error:
        if driver.closed:
            connection.invalidate(error)
        raise_for(error)
        raise


def postgresql_engines(dsn: str, *, schema: str, patience: float, connections: int) -> Engines:
    """Make the engines for a PostgreSQL server. Nothing is connected yet.

    Connections find the tables with their ``search_path``. So the statements, which are compiled once, do not contain
    the schema, and take no more time to prepare than for SQLite.

    Args:
        dsn: the address of the server, as libpq defines it.
        schema: the schema of the tables.
        patience: seconds to wait for a connection.
        connections: the maximum number of writing connections, and also of reading connections.
    """
    given = connection_settings(dsn, schema=schema, patience=patience)
    make = partial(_postgresql, given, schema=schema, connections=connections, patience=patience)
    copy = postgresql_copy(given, schema)
    return Engines(make, readers=connections, patience=patience, schema=schema, copy=copy)


def _postgresql(given: dict[str, Any], *, schema: str, connections: int, patience: float) -> _Pair:
    from klantportaal.adapters.storage.sql.limited import MARGIN, LimitedConnection, is_stale

    def connect() -> Any:
        opened = LimitedConnection.connect(**given, autocommit=True)
        opened.limit = patience + MARGIN
        require_schema(opened, schema)
        return opened

    def require_fresh(driver: LimitedConnection, record: ConnectionPoolEntry, _borrowed: object) -> None:
        if record.info.setdefault("used", False) and is_stale(driver):
            raise DisconnectionError("the server ended the connection, or could only be read")
        record.info["used"] = True

    options: dict[str, Any] = {
        **_DISCREET,
        "creator": connect,
        "use_native_hstore": False,
        "pool_size": connections,
        "max_overflow": 0,
        "pool_timeout": patience,
        "pool_use_lifo": True,
    }
    writing = create_engine("postgresql+psycopg://", isolation_level="AUTOCOMMIT", **options)
    event.listen(writing, "begin", _begin_on_server)
    event.listen(writing, "checkout", require_fresh)
    reading = create_engine("postgresql+psycopg://", creator=connect, use_native_hstore=False, **_READING)
    return _translated(writing, reading)


def _translated(writing: Engine, reading: Engine) -> _Pair:
    translate(writing)
    translate(reading)
    return writing, reading
