"""SQL storages for tests: migrated once, empty for each test."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.adapters.storage.sql.locations import SCHEMA
from klantportaal.adapters.storage.sql.schema import SEARCHED, metadata


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
    """Delete all rows of a PostgreSQL database."""
    tables = ", ".join([*metadata.tables, *(f"{table}_trigrams" for table in SEARCHED)])
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f"SET search_path = {SCHEMA}".encode())
        connection.execute("SET session_replication_role = replica")  # Turns off the triggers of the trail.
        connection.execute(f"TRUNCATE {tables} CASCADE".encode())
