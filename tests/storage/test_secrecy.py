"""The database reveals nothing to other users of the machine, nor to readers of the logs."""

import os
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import TextClause, text

from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.testing.builders import Scene


def test_a_file_is_for_its_owners_eyes_only(tmp_path: Path) -> None:
    """PW-2: only the owner can read the database file and its WAL files, whatever the umask."""
    usual = os.umask(0o022)
    try:
        storage = SqlStorage.sqlite(tmp_path / "portal.sqlite3")
        storage.migrate()
        Scene(storage=storage).office()
        modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
        storage.close()
    finally:
        os.umask(usual)
    assert modes == {f"portal.sqlite3{end}": 0o600 for end in ("", "-wal", "-shm")}


def test_a_file_keeps_the_rights_that_its_owner_gave_it(tmp_path: Path) -> None:
    """PW-2: the permissions of an existing file are kept, so that it can be shared with a group."""
    path = tmp_path / "portal.sqlite3"
    path.touch()
    path.chmod(0o640)
    storage = SqlStorage.sqlite(path)
    storage.migrate()
    storage.close()
    assert path.stat().st_mode & 0o777 == 0o640


def reading(storage: SqlStorage, statement: TextClause, values: dict[str, str]) -> None:
    """Run a statement on a connection for reading."""
    storage._engines.readers.all(statement, values)


def writing(storage: SqlStorage, statement: TextClause, values: dict[str, str]) -> None:
    """Run a statement on a connection for writing."""
    with storage._engines.writers.transaction() as runner:
        runner.all(statement, values)


def by_sqlalchemy(storage: SqlStorage, statement: TextClause, values: dict[str, str]) -> None:
    """Run a statement through SQLAlchemy, as those with a list."""
    with storage._engines.writing.connect() as connection:
        connection.execute(statement, values)


@pytest.mark.parametrize("run", [reading, writing, by_sqlalchemy])
def test_an_unforeseen_error_tells_no_values(
    storage: SqlStorage, run: Callable[[SqlStorage, TextClause, dict[str, str]], None]
) -> None:
    """SI-5: an unexpected error does not contain the parameters of a statement."""
    with pytest.raises(Exception, match="nowhere") as raised:
        run(storage, text("SELECT :hash FROM nowhere"), {"hash": "$2b$12$geheim"})
    told = "".join(traceback.format_exception_only(raised.value))
    assert "FROM nowhere" in told
    assert "geheim" not in told
