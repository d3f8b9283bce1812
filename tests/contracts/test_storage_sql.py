"""The contract of storages, for the SQL storage on SQLite and on PostgreSQL."""

import pytest

from klantportaal.testing.contracts.storage import StorageContract
from tests.contracts.fixtures.storage import OnPostgresql, OnSqlite


class TestSqliteStorage(OnSqlite, StorageContract):
    """The contract for a SQLite file."""


@pytest.mark.postgres
class TestPostgresqlStorage(OnPostgresql, StorageContract):
    """The contract for a PostgreSQL database."""
