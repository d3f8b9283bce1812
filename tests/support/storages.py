"""SQL storages for tests: migrated once, empty for each test."""

import atexit
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psycopg

from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.adapters.storage.sql.locations import SCHEMA
from klantportaal.adapters.storage.sql.schema import SEARCHED, metadata

TABLES = [*metadata.tables, *(f"{table}_trigrams" for table in SEARCHED)]
FILLED = " UNION ALL ".join(
    f"SELECT '{table}', pg_relation_size('{table}') WHERE EXISTS (SELECT FROM {table})" for table in TABLES
).encode()
"""Lists the tables that have rows, with their sizes."""
LARGE = 1_048_576
"""Tables of more bytes are made anew: otherwise the next test would read over the deleted rows."""


def migrated_file(folder: Path) -> Path:
    """Make a migrated SQLite file, to be copied."""
    path = folder / "migrated.sqlite"
    storage = SqlStorage.sqlite(path)
    storage.migrate()
    storage.close()
    return path


@contextmanager
def sqlite_copy(migrated: Path, folder: Path, *, patience: float = 30) -> Iterator[SqlStorage]:
    """Yield an empty storage on a copy of a migrated file."""
    storage = SqlStorage.sqlite(shutil.copy(migrated, folder / "portal.sqlite"), patience=patience)
    try:
        yield storage
    finally:
        storage.close()


def empty(dsn: str) -> None:
    """Delete all rows of a PostgreSQL database.

    Only the tables that have rows are touched: to truncate all of them takes thirty times as long.
    """
    try:
        _empty(_connection(dsn))
    except psycopg.OperationalError:  # A test has restarted the server.
        _connection.cache_clear()
        _empty(_connection(dsn))


def _empty(connection: "psycopg.Connection[tuple[str, int]]") -> None:
    filled = dict(connection.execute(FILLED, prepare=True).fetchall())
    if any(size > LARGE for size in filled.values()):
        connection.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE".encode())
    elif filled:
        connection.execute("; ".join(f"DELETE FROM {table}" for table in filled).encode())


@cache
def _connection(dsn: str) -> "psycopg.Connection[tuple[str, int]]":
    """Give a connection without the triggers and foreign keys of the tables. It stays open: tests begin faster then."""
    connection: psycopg.Connection[tuple[str, int]] = psycopg.connect(dsn, autocommit=True)
    atexit.register(connection.close)
    connection.execute(f"SET search_path = {SCHEMA}".encode())
    connection.execute("SET session_replication_role = replica")
    return connection
