"""Database connections: some that write in transactions, and some that read without transactions."""

import logging
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, NullPool, create_engine

from klantportaal.adapters.storage.sql.copying import Copy, postgresql_copy, sqlite_copy
from klantportaal.adapters.storage.sql.locations import connection_settings, require_schema
from klantportaal.adapters.storage.sql.readers import Readers
from klantportaal.adapters.storage.sql.running import Runner
from klantportaal.adapters.storage.sql.writers import Writers
from klantportaal.domain.errors import Unavailable
from klantportaal.forking import at_fork, notice
from klantportaal.log_events import EventLog

_LOG = EventLog(__name__)
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
# `Readers` and `Writers` keep the connections, so there is no pool here. The driver begins no transaction of its own.
# Parameters contain hashes and messages, which must not be logged. SQLAlchemy's errors would quote them.
_WRITING: dict[str, Any] = {"hide_parameters": True, "isolation_level": "AUTOCOMMIT", "poolclass": NullPool}
# A read is one statement and needs no transaction.
_READING: dict[str, Any] = {**_WRITING, "skip_autocommit_rollback": True}

_BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED"

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
        begin: Callable[[Any], object],
        begin_unflushed: Callable[[Any], object],
        is_stale: Callable[[Any], bool],
        readers: int,
        writers: int,
        patience: float,
        schema: str | None = None,
        folder: Path | None = None,
        closing_before_fork: bool = False,
        copy: Copy,
    ) -> None:
        """Make the engines. Nothing is connected yet.

        Args:
            make: makes the two engines.
            begin: begins a transaction on a connection of the driver.
            begin_unflushed: begins one whose commit does not wait for the disk.
            is_stale: tells whether a kept connection of the driver can no longer be used.
            readers: the number of reads at once.
            writers: the number of transactions at once.
            patience: seconds to wait for a connection, and before a fork for the connections that are in use.
            schema: the schema of the tables in PostgreSQL; None for SQLite.
            folder: the folder of the file of SQLite; None for PostgreSQL.
            closing_before_fork: whether to wait for all connections and close them before each fork.
            copy: copies the database.
        """
        self._make = make
        writing, reading = make()
        self.writers = Writers(
            writing,
            limit=writers,
            patience=patience,
            begin=begin,
            begin_unflushed=begin_unflushed,
            is_stale=is_stale,
        )
        self.readers = Readers(reading, limit=readers, patience=patience)
        self.schema = schema
        self.folder = folder
        self._copy = copy
        if closing_before_fork:
            at_fork(before=self._pause, in_parent=self._resume, in_child=self._begin_anew)
        else:
            at_fork(in_child=self._begin_anew)

    @property
    def writing(self) -> Engine:
        """The engine that makes the connections for writing."""
        return self.writers.engine

    def copied(self, folder: Path) -> AbstractContextManager[Runner]:
        """Copy the database into a folder while it is in use, and give the reads of the copy."""
        return self._copy(self.readers, folder)

    def close(self) -> None:
        """Close every connection that is not in use."""
        notice()
        self.writers.close()
        self.readers.close()

    def _pause(self) -> None:
        """Wait until the connections are not in use, block new uses, and close every connection."""
        for pause in (self.writers.pause, self.readers.pause):
            try:
                pause()
            except Unavailable as error:
                text = "not all is closed before a fork, and the child may find the database locked: %(reason)s"
                _LOG.log(logging.WARNING, "fork_with_connections", text, reason=error)

    def _resume(self) -> None:
        """Allow connections again. They are opened when they are needed."""
        self.writers.resume()
        self.readers.resume()

    def _begin_anew(self) -> None:
        writing, reading = self._make()
        self.writers.begin_anew(writing)
        self.readers.begin_anew(reading)


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
        begin=partial(_begin_sqlite, "FULL"),
        begin_unflushed=partial(_begin_sqlite, "NORMAL"),
        is_stale=lambda _driver: False,
        readers=_SQLITE_READERS,
        writers=1,
        patience=patience,
        folder=path.parent,
        closing_before_fork=True,
        copy=sqlite_copy,
    )


def _begin_sqlite(synchronous: str, driver: sqlite3.Connection) -> None:
    """Begin a transaction, and take the write lock, so that no other process changes what a unit of work has read."""
    driver.execute(f"PRAGMA synchronous = {synchronous}")
    driver.execute("BEGIN IMMEDIATE")


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

    writing, reading = (create_engine("sqlite://", creator=connect, **each) for each in (_WRITING, _READING))
    return writing, reading


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
    from klantportaal.adapters.storage.sql.limited import is_stale

    given = connection_settings(dsn, schema=schema, patience=patience)
    return Engines(
        partial(_postgresql, given, schema=schema, patience=patience),
        # Explicitly: the driver would begin with the first statement, and the server's settings would choose the
        # isolation.
        begin=lambda driver: driver.execute(_BEGIN, prepare=False),
        begin_unflushed=lambda driver: driver.execute(f"{_BEGIN}; SET LOCAL synchronous_commit TO off", prepare=False),
        is_stale=is_stale,
        readers=connections,
        writers=connections,
        patience=patience,
        schema=schema,
        copy=postgresql_copy(given, schema),
    )


def _postgresql(given: dict[str, Any], *, schema: str, patience: float) -> _Pair:
    from klantportaal.adapters.storage.sql.limited import MARGIN, LimitedConnection

    def connect() -> Any:
        opened = LimitedConnection.connect(**given, autocommit=True)
        opened.limit = patience + MARGIN
        require_schema(opened, schema)
        return opened

    options: dict[str, Any] = {"creator": connect, "use_native_hstore": False}
    writing, reading = (create_engine("postgresql+psycopg://", **options, **each) for each in (_WRITING, _READING))
    return writing, reading
