"""Connections: one engine that writes in transactions and one that reads without, for each database."""

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Engine, NullPool, QueuePool, create_engine, event
from sqlalchemy.exc import TimeoutError as PoolTimeout

from klantportaal.adapters.storage.sql.failures import translate
from klantportaal.adapters.storage.sql.readers import Readers
from klantportaal.domain.errors import Unavailable
from klantportaal.forking import at_fork, leave_alone, notice

_LOG = logging.getLogger(__name__)
_SQLITE_READERS = 40
"""Reads of one file at once; a connection costs little more than its file handle."""
# What statements are given, hashes and messages among it, is for no log; SQLAlchemy's errors would quote it.
_DISCREET: dict[str, Any] = {"hide_parameters": True}
# A read is one statement and needs no transaction; `Readers` keeps what it opens.
_READING: dict[str, Any] = {
    **_DISCREET,
    "isolation_level": "AUTOCOMMIT",
    "skip_autocommit_rollback": True,
    "poolclass": NullPool,
}


_Pair = tuple[Engine, Engine]
"""The engine that writes, and the one that reads."""


class Engines:
    """What a storage reaches its database by; a forked process has its own.

    There the engines are made anew, not their pools alone: an engine that connects for the first time holds a lock,
    which nobody releases in the child.

    Args:
        make: makes the two engines.
        readers: how many read at once.
        patience: seconds to wait for a connection, and before a fork for those that are in use.
        closing_before_fork: whether to close all connections before a fork, and to wait for those that are in use.
    """

    def __init__(
        self, make: Callable[[], _Pair], *, readers: int, patience: float, closing_before_fork: bool = False
    ) -> None:
        self._make = make
        self._writing, reading = make()
        self.readers = Readers(reading, limit=readers, patience=patience)
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

    def close(self) -> None:
        """Close every connection that is not in use."""
        self.writing.dispose()
        self.readers.close()

    def _pause(self) -> None:
        """Wait for what is going on, let nothing else begin, and close every connection."""
        for pause in (self._pause_writing, self.readers.pause):
            try:
                pause()
            except (PoolTimeout, Unavailable) as error:
                _LOG.warning("not all is closed before a fork, and the child may find the database locked: %s", error)

    def _pause_writing(self) -> None:
        """Hold the one connection that writes, closed; nothing is to be done where none was ever opened."""
        pool = self._writing.pool
        if isinstance(pool, QueuePool) and pool.checkedin() + pool.checkedout():
            self._held = self._writing.connect()
            # Not through SQLAlchemy, which would let the next one have its place in the pool.
            cast("sqlite3.Connection", self._held.connection.dbapi_connection).close()

    def _resume(self) -> None:
        """Let what waited begin; connections are opened when they are needed."""
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
    """Borrow a connection.

    Raises:
        Unavailable: all are in use and none comes free in time, or the database is out of reach.
    """
    try:
        borrowed = engine.connect()
    except PoolTimeout as error:
        raise Unavailable(str(error)) from error
    with borrowed:
        yield borrowed


def sqlite_engines(path: Path, *, patience: float) -> Engines:
    """Make the engines for a file; nothing is opened yet. A new file is for its owner's eyes only.

    One unit of work at a time writes to SQLite, so those of this process wait for the one connection, in order;
    SQLite itself would have each of them look again now and then.

    Before a fork every connection is closed. SQLite knows within a process which locks it holds on a file, and a child
    would inherit that knowledge without the locks (https://sqlite.org/howtocorrupt.html#_carrying_an_open_database_connection_across_a_fork_):
    it finds the file locked for ever, or loses what it writes once the parent closes.
    """
    make = partial(_sqlite, path, patience=patience)
    return Engines(make, readers=_SQLITE_READERS, patience=patience, closing_before_fork=True)


def _sqlite(path: Path, *, patience: float) -> _Pair:

    def connect() -> sqlite3.Connection:
        with suppress(OSError):  # There is one, with the rights that it has; or there can be none, as SQLite will say.
            path.touch(mode=0o600, exist_ok=False)
        # Transactions are begun by us, never by the driver.
        opened = sqlite3.connect(path, timeout=patience, isolation_level=None, check_same_thread=False)
        opened.execute("PRAGMA foreign_keys = ON")
        opened.execute("PRAGMA synchronous = NORMAL")
        return opened

    options: dict[str, Any] = {**_DISCREET, "creator": connect, "poolclass": QueuePool, "pool_timeout": patience}
    writing = create_engine("sqlite://", pool_size=1, max_overflow=0, **options)
    event.listen(writing, "begin", _begin_immediate)
    reading = create_engine("sqlite://", creator=connect, **_READING)
    return _translated(writing, reading)


def _begin_immediate(connection: Connection) -> None:
    """Take the write lock first: what a unit of work reads is then what it changes."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def postgresql_engines(dsn: str, *, patience: float, connections: int) -> Engines:
    """Make the engines for a server; nothing is connected yet."""
    make = partial(_postgresql, dsn, patience=patience, connections=connections)
    return Engines(make, readers=connections, patience=patience)


def _postgresql(dsn: str, *, patience: float, connections: int) -> _Pair:
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    given: dict[str, Any] = conninfo_to_dict(dsn)
    settings = f"-c timezone=UTC -c lock_timeout={int(patience * 1000)}"
    given["options"] = f"{given.get('options', '')} {settings}".strip()
    given.setdefault("connect_timeout", str(max(2, int(patience))))
    given.setdefault("application_name", "klantportaal")

    def connect() -> Any:
        return psycopg.connect(**given)

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
    return _translated(writing, reading)


def _translated(writing: Engine, reading: Engine) -> _Pair:
    translate(writing)
    translate(reading)
    return writing, reading
