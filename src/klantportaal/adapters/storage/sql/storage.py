"""The storage in a SQL database."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from klantportaal.adapters.storage.sql.engines import Engines, connection, postgresql_engines, sqlite_engines
from klantportaal.adapters.storage.sql.locations import SCHEMA, schema_name, sqlite_path
from klantportaal.adapters.storage.sql.reading import SqlReading
from klantportaal.adapters.storage.sql.unit_of_work import SqlUnitOfWork
from klantportaal.domain.boundary import checked_call
from klantportaal.ports.reading import Reading
from klantportaal.ports.storage import UnitOfWork

PATIENCE = 10.0
"""Seconds to wait for a lock, or for a free connection."""


class SqlStorage:
    """Keeps everything but files in a SQL database; safe to use from any number of threads."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._reading = SqlReading(engines.readers)

    @classmethod
    @checked_call
    def sqlite(cls, path: str | os.PathLike[str], *, patience: float = PATIENCE) -> "SqlStorage":
        """Keep everything in a file, for one machine.

        Args:
            path: the file, which is the portal's alone; its folder exists. Call `migrate` before first use.
            patience: seconds to wait while another process writes, before it is Unavailable.

        Raises:
            TypeError, ValueError: *path* is no path of a file.
            FileNotFoundError: the folder of *path* does not exist.
            IsADirectoryError: *path* is a folder.
        """
        return cls(sqlite_engines(sqlite_path(path), patience=patience))

    @classmethod
    @checked_call
    def postgresql(
        cls, dsn: str, *, schema: str = SCHEMA, patience: float = PATIENCE, connections: int = 10
    ) -> "SqlStorage":
        """Keep everything in a PostgreSQL database (the extra ``postgres``).

        Args:
            dsn: what libpq takes: a URL or ``key=value`` words. Call `migrate` before first use.
            schema: where the tables are; `migrate` makes it, if the role may. Two portals in one database take two.
            patience: seconds to wait for a lock, a connection, or the server, before it is Unavailable.
            connections: at most this many for reading, and as many for writing.

        Raises:
            TypeError, ValueError: *dsn* is none that libpq takes, or *schema* is no plain name.
            ModuleNotFoundError: psycopg is not installed.
        """
        name = schema_name(schema)
        return cls(postgresql_engines(dsn, schema=name, patience=patience, connections=connections))

    @property
    def read(self) -> Reading:
        """Reads outside any unit of work. They see everything that was committed."""
        return self._reading

    @contextmanager
    def begin(self) -> Iterator[UnitOfWork]:
        """Begin a unit of work; leaving the context without ``commit`` rolls back.

        Raises:
            Unavailable: the database is locked or out of reach.
        """
        with connection(self._engines.writing) as borrowed:
            borrowed.begin()
            yield SqlUnitOfWork(borrowed)

    def migrate(self) -> None:
        """Bring the tables to what this version needs; any number of hosts may do so at once, any number of times.

        Raises:
            DatabaseUnfit: the database is newer than this version, has others' tables with our names, or gives the role
                no right to migrate. The message says what to do.
            Unavailable: the database is locked or out of reach.
        """
        from klantportaal.adapters.storage.sql.migrating import migrate  # Alembic is slow to import.

        migrate(self._engines)

    def close(self) -> None:
        """Close every connection that is not in use."""
        self._engines.close()
