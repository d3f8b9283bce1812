"""Copies of a database that is in use, as it is at one moment, and reads of such a copy."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Engine, NullPool, create_engine

from klantportaal.adapters.storage.sql.failures import DatabaseDamaged, translated
from klantportaal.adapters.storage.sql.readers import Readers
from klantportaal.adapters.storage.sql.running import Runner, Statements
from klantportaal.domain.errors import StorageFull, Unavailable
from klantportaal.folders import flush

SQLITE_NAME = "portal.sqlite3"
"""The name of a copy of SQLite. `embedded.portal` uses the same name, so it can open a folder with the copy."""
POSTGRESQL_NAME = "portal.dump"
"""The name of a copy of PostgreSQL, for ``pg_restore``."""
Copy = Callable[[Readers, Path], AbstractContextManager[Runner]]
"""Copies a database into a folder, and gives the reads of the copy. Takes the reads of the database."""


@contextmanager
def sqlite_copy(readers: Readers, folder: Path) -> Iterator[Runner]:
    """Copy the file with SQLite's own backup, in one step. Others write meanwhile, into the log of the database.

    Raises:
        DatabaseDamaged: the copy is not a sound database.
        StorageFull, Unavailable: the copy cannot be made.
    """
    place = folder / SQLITE_NAME
    os.close(os.open(place, os.O_CREAT | os.O_EXCL, 0o600))
    with readers.lent() as source, translated():
        into = sqlite3.connect(place, isolation_level=None)
        try:
            source.driver.backup(into)
            # Nobody writes to the copy, so it needs no log, which would be another file.
            into.execute("PRAGMA journal_mode = DELETE")
            _require_sound(into)
        finally:
            into.close()
    flush(place)
    engine = _reading(place)
    with engine.connect() as copy:
        yield Runner(copy, Statements(engine))


def _require_sound(copy: sqlite3.Connection) -> None:
    [[first]] = copy.execute("PRAGMA quick_check(1)").fetchall()
    if first != "ok":
        raise DatabaseDamaged.telling(first)


def _reading(place: Path) -> Engine:
    url = f"file:{quote(str(place.absolute()))}?mode=ro&immutable=1"
    return create_engine(
        "sqlite://", creator=lambda: sqlite3.connect(url, uri=True), poolclass=NullPool, hide_parameters=True
    )


def postgresql_copy(dsn: Mapping[str, Any], schema: str) -> Copy:
    """Make the function that copies a database with ``pg_dump``, a program of PostgreSQL.

    Args:
        dsn: the connection string of libpq.
        schema: the schema of the tables.
    """

    @contextmanager
    def copy(readers: Readers, folder: Path) -> Iterator[Runner]:
        """Dump the schema, and read what the dump has: both see the same snapshot.

        Raises:
            FileNotFoundError: ``pg_dump`` is not installed here.
            StorageFull, Unavailable: the dump cannot be made. The log has the message of pg_dump.
        """
        program = shutil.which("pg_dump")
        if program is None:
            raise FileNotFoundError("a backup of PostgreSQL needs pg_dump, of the version of the server or newer")
        with readers.lent() as source:
            source.connection.exec_driver_sql("SET idle_in_transaction_session_timeout = 0")  # A dump may take hours.
            source.connection.exec_driver_sql("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            [snapshot] = source.connection.exec_driver_sql("SELECT pg_export_snapshot()").one()
            _dump(program, dsn, schema, snapshot, folder / POSTGRESQL_NAME)
            yield source

    return copy


def _dump(program: str, dsn: Mapping[str, Any], schema: str, snapshot: str, place: Path) -> None:
    from psycopg.conninfo import make_conninfo

    # The command of a process is visible to everybody on the machine, its environment is not.
    reachable = {name: value for name, value in dsn.items() if name not in ("password", "options")}
    environment = {**os.environ, **({"PGPASSWORD": dsn["password"]} if "password" in dsn else {})}
    command = [program, "--format=custom", "--no-password", f"--schema={schema}", f"--snapshot={snapshot}"]
    command += [f"--file={place}", f"--dbname={make_conninfo(**reachable)}"]
    made = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False)  # noqa: S603 - no shell
    if made.returncode != 0:
        said = made.stderr.decode(errors="replace").strip()
        raise (StorageFull if "No space left" in said else Unavailable)(f"pg_dump: {said}")
    place.chmod(0o600)
    flush(place)
