"""Fixtures: SQL storages on SQLite and PostgreSQL, empty for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from klantportaal.adapters.storage.sql import SqlStorage
from tests.support.postgres import temporary_database
from tests.support.storages import empty, migrated_file, sqlite_copy


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the path of a migrated SQLite file, made once."""
    return migrated_file(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: str) -> Iterator[str]:
    """Return the DSN of a migrated PostgreSQL database, made once."""
    with temporary_database(postgres_server) as dsn:
        storage = SqlStorage.postgresql(dsn)
        storage.migrate()
        storage.close()
        yield dsn


@pytest.fixture
def sqlite(migrated_sqlite: Path, tmp_path: Path) -> Iterator[SqlStorage]:
    """Return an empty SQLite storage."""
    with sqlite_copy(migrated_sqlite, tmp_path) as storage:
        yield storage


@pytest.fixture
def postgres(migrated_postgres: str) -> Iterator[SqlStorage]:
    """Return an empty PostgreSQL storage."""
    empty(migrated_postgres)
    storage = SqlStorage.postgresql(migrated_postgres)
    yield storage
    storage.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def storage(request: pytest.FixtureRequest) -> SqlStorage:
    """Return an empty storage on each database in turn."""
    given: SqlStorage = request.getfixturevalue(request.param)
    return given
