"""The storage in a SQL database."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from sqlalchemy import text

from klantportaal.adapters.storage.sql.engines import Engines, postgresql_engines, sqlite_engines
from klantportaal.adapters.storage.sql.locations import SCHEMA, schema_name, sqlite_path
from klantportaal.adapters.storage.sql.reading import SqlReading
from klantportaal.adapters.storage.sql.rights import LackingRight, lacking
from klantportaal.adapters.storage.sql.schema import REVISION
from klantportaal.adapters.storage.sql.unit_of_work import SqlUnitOfWork
from klantportaal.domain.boundary import checked_call
from klantportaal.domain.errors import Unavailable
from klantportaal.domain.health import DiskSpace
from klantportaal.domain.ranges import Range
from klantportaal.folders import disk_space
from klantportaal.ports.reading import Reading
from klantportaal.ports.storage import UnitOfWork

PATIENCE = 10.0
"""Seconds to wait for a lock, or for a free connection."""
Patience = Annotated[float, Range(0.001, 3600)]
Connections = Annotated[int, Range(1, 9999)]


class SqlStorage:
    """Stores everything except files in a SQL database. Any number of threads may use it."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._reading = SqlReading(engines.readers)

    @classmethod
    @checked_call
    def sqlite(cls, path: str | os.PathLike[str], *, patience: Patience = PATIENCE) -> "SqlStorage":
        """Use a SQLite file, for one machine.

        Args:
            path: the file. Only the portal uses it. Its folder must exist. Call `migrate` before first use.
            patience: seconds to wait while another process writes, before a call raises Unavailable.

        Raises:
            TypeError, ValueError: *path* is not the path of a file, or *patience* is not a number of seconds up to
                3600.
            FileNotFoundError: the folder of *path* does not exist.
            IsADirectoryError: *path* is a folder.
        """
        return cls(sqlite_engines(sqlite_path(path), patience=patience))

    @classmethod
    @checked_call
    def postgresql(
        cls, dsn: str, *, schema: str = SCHEMA, patience: Patience = PATIENCE, connections: Connections = 10
    ) -> "SqlStorage":
        """Use a PostgreSQL database (the extra ``postgres``).

        Args:
            dsn: a connection string of libpq: a URL, or ``key=value`` pairs. Call `migrate` before first use.
            schema: the schema of the tables. `migrate` creates it if the role may. Each portal needs its own.
            patience: seconds to wait for a lock, a connection, or the answer to a statement, before a call raises
                Unavailable.
            connections: the maximum number of connections for reading, and for writing as many again.

        Raises:
            TypeError, ValueError: *dsn* is not a connection string of libpq, *schema* is not a plain name, *patience*
                is not a number of seconds up to 3600, or *connections* is not a number from 1 to 9999.
            ModuleNotFoundError: psycopg is not installed.
        """
        name = schema_name(schema)
        return cls(postgresql_engines(dsn, schema=name, patience=patience, connections=connections))

    @property
    def read(self) -> Reading:
        """The reads outside any unit of work. They see everything that was committed."""
        return self._reading

    @contextmanager
    def begin(self, *, flushed: bool = True) -> Iterator[UnitOfWork]:
        """Begin a unit of work. Leaving the context without ``commit`` rolls it back.

        Args:
            flushed: whether ``commit`` waits until the disk has it. Both databases write their log in order, so a later
                flushed commit flushes this one too.

        Raises:
            Unavailable: the database is locked or cannot be reached.
        """
        with self._engines.writers.transaction(flushed=flushed) as runner:
            yield SqlUnitOfWork(runner)

    def disk_space(self) -> DiskSpace | None:
        """Give the space of the disk that a SQLite file is on. None for PostgreSQL.

        Raises:
            Unavailable: the disk cannot be asked.
        """
        folder = self._engines.folder
        try:
            return None if folder is None else disk_space(folder)
        except OSError as error:
            raise Unavailable("the disk of the database does not answer as it should") from error

    @contextmanager
    def copy(self, folder: Path) -> Iterator[Reading]:
        """Copy the database into a folder, and give the reads of the copy.

        Of SQLite the copy is ``portal.sqlite3``, made by SQLite's own backup. Of PostgreSQL it is ``portal.dump``, made
        by ``pg_dump``, which must be installed here.

        Raises:
            DatabaseDamaged: the copy of SQLite is not sound.
            FileNotFoundError: ``pg_dump`` is not installed here.
            StorageFull, Unavailable: the copy cannot be made now.
        """
        with self._engines.copied(folder) as reads:
            yield SqlReading(reads)

    def migrate(self) -> Sequence[str]:
        """Migrate the tables to this version. Several hosts may call this at the same time, and as often as they like.

        If the tables are of this version already, that costs one short statement. Returns what was done here: nothing,
        if another host did it.

        Raises:
            DatabaseUnfit: the database is newer than this version, contains tables of others with the portal's names,
                or gives the role no right to migrate. The message says what to do.
            Unavailable: the database is locked or cannot be reached.
        """
        if self._engines.schema is None:
            # In this mode, SQLite's readers and its writer do not wait for each other. The file stores the mode.
            self._engines.readers.all(text("PRAGMA journal_mode = WAL"), {})
        if self._reading.revision() == REVISION:
            return []
        from klantportaal.adapters.storage.sql.migrating import migrate  # Alembic is slow to import, and large.

        return migrate(self._engines)

    def now(self) -> datetime:
        """Ask the clock of the database's machine. For SQLite, that is this machine.

        Raises:
            Unavailable: the database cannot be reached.
        """
        seconds = "strftime('%s', 'now')" if self._engines.schema is None else "extract(epoch FROM clock_timestamp())"
        [[found]] = self._engines.readers.all(text(f"SELECT {seconds}"), {})
        return datetime.fromtimestamp(float(found), UTC)

    def undurable(self) -> Sequence[str]:
        """List the settings of the server with which a power failure can lose committed data. Empty for SQLite.

        Raises:
            Unavailable: the database cannot be reached.
        """
        if self._engines.schema is None:
            return []
        statement = "SELECT name FROM pg_settings WHERE name = ANY(:names) AND setting = 'off' ORDER BY name"
        names = ["fsync", "full_page_writes", "synchronous_commit"]
        return [name for (name,) in self._engines.readers.all(text(statement), {"names": names})]

    def lacking_rights(self) -> Sequence[LackingRight]:
        """List the rights that the role lacks to run the portal on the tables that exist. Empty for SQLite.

        Raises:
            Unavailable: the database cannot be reached.
        """
        if self._engines.schema is None:
            return []
        with self._engines.readers.lent() as runner:
            return list(lacking(runner, self._engines.schema))

    def pending(self) -> Sequence[str]:
        """List the migrations that the database lacks, in order. This changes nothing.

        Raises:
            DatabaseUnfit: see ``migrate``.
            Unavailable: the database is locked or cannot be reached.
        """
        from klantportaal.adapters.storage.sql.migrating import pending  # Alembic is slow to import, and large.

        return pending(self._engines)

    def close(self) -> None:
        """Close every connection that is not in use."""
        self._engines.close()
