"""Fixtures: a company with data of every kind, on each storage."""

from collections.abc import Iterator

import pytest

from klantportaal.adapters.storage.sql import SqlStorage
from tests.support.postgres import temporary_database
from tests.support.storages import migrated_file, sqlite_copy
from tests.usecases.matrix import scene
from tests.usecases.matrix.scene import Things


@pytest.fixture(scope="module")
def in_memory() -> Things:
    """Return it in memory."""
    return scene.build()


@pytest.fixture(scope="module")
def in_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Things]:
    """Return it in SQLite."""
    folder = tmp_path_factory.mktemp("sqlite")
    with sqlite_copy(migrated_file(folder), folder) as storage:
        yield scene.build(storage)


@pytest.fixture(scope="module")
def in_postgresql(postgres_server: str) -> Iterator[Things]:
    """Return it in PostgreSQL."""
    with temporary_database(postgres_server) as dsn:
        storage = SqlStorage.postgresql(dsn)
        storage.migrate()
        yield scene.build(storage)
        storage.close()
