"""What the scenarios share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.postgres import temporary_database


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The path of a SQLite file, or the DSN of a PostgreSQL database. It is empty."""
    if request.param == "sqlite":
        yield str(tmp_path / "portal.sqlite3")
    else:
        with temporary_database(request.getfixturevalue("postgres_server")) as dsn:
            yield dsn


@pytest.fixture
def named(database: str) -> str:
    """The name of that database in a tally."""
    return "PostgreSQL" if "://" in database else "SQLite"
