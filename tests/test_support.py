"""The tests' own support works: PostgreSQL is real and durable."""

import psycopg
import pytest

from tests.support import postgres


@pytest.mark.postgres
def test_databases_are_apart_and_gone_afterwards(postgres_server: str) -> None:
    """A temporary database starts empty, flushes to disk, and is removed afterwards."""
    count = "SELECT count(*) FROM pg_database WHERE datname LIKE 'klantportaal%'"
    with psycopg.connect(postgres_server, autocommit=True) as server:
        before = server.execute(count).fetchone()
        with postgres.temporary_database(postgres_server) as dsn, psycopg.connect(dsn) as database:
            assert database.execute("SHOW fsync").fetchone() == ("on",)
            assert database.execute("SHOW server_encoding").fetchone() == ("UTF8",)
            assert database.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
        assert server.execute(count).fetchone() == before
