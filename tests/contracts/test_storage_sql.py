"""The contract of storages, for the SQL storage on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.testing.contracts.storage import StorageContract
from tests.support.postgres import temporary_database
from tests.support.storages import empty, migrated_file, sqlite_copy


@pytest.fixture(scope="module")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the tables in a file, once."""
    return migrated_file(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="module")
def migrated_postgres(postgres_server: str) -> Iterator[tuple[str, SqlStorage]]:
    """Make the tables in a database, once."""
    with temporary_database(postgres_server) as dsn:
        storage = SqlStorage.postgresql(dsn)
        storage.migrate()
        yield dsn, storage
        storage.close()


class TestSqliteStorage(StorageContract):
    """The contract for a SQLite file."""

    @pytest.fixture
    def storage(self, migrated_sqlite: Path, tmp_path: Path) -> Iterator[SqlStorage]:
        """Return an empty storage."""
        with sqlite_copy(migrated_sqlite, tmp_path) as storage:
            yield storage


@pytest.mark.postgres
class TestPostgresqlStorage(StorageContract):
    """The contract for a PostgreSQL database."""

    @pytest.fixture
    def storage(self, migrated_postgres: tuple[str, SqlStorage]) -> SqlStorage:
        """Return an empty storage."""
        dsn, storage = migrated_postgres
        empty(dsn)
        return storage
