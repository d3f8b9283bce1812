"""Runs reads outside transactions, on connections that stay open."""

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy import Executable

from klantportaal.adapters.storage.sql.connections import Connections
from klantportaal.adapters.storage.sql.rows import Line, Record
from klantportaal.adapters.storage.sql.running import Runner, first


class Reads(Protocol):
    """Runs single statements that read."""

    @property
    def dialect(self) -> str:
        """The name of the database's dialect: ``sqlite`` or ``postgresql``."""
        ...

    def all(self, statement: Executable, parameters: Record) -> Sequence[Line]:
        """Run a statement and give all its rows."""
        ...

    def one(self, statement: Executable, parameters: Record, what: str) -> Line:
        """Run a statement and give its first row. Raises: Absent, with *what*, if there is none."""
        ...


class Readers(Connections):
    """Runs a limited number of reads at once, each on a connection of its own."""

    @property
    def dialect(self) -> str:
        """The name of the database's dialect: ``sqlite`` or ``postgresql``."""
        return self._engine.dialect.name

    def all(self, statement: Executable, parameters: Record) -> Sequence[Line]:
        """Run one statement and give all its rows.

        Raises:
            Unavailable: too many reads run at once and none ends in time, or the database cannot be reached.
        """
        self._enter()
        try:
            connection, rows = self._used(lambda each: Runner(each, self._statements).all(statement, parameters))
            self._free.append(connection)
        finally:
            self._room.release()
        return rows

    def one(self, statement: Executable, parameters: Record, what: str) -> Line:
        """Run a statement and give its first row.

        Args:
            statement: the statement to run.
            parameters: its parameters.
            what: the message of `Absent`.

        Raises:
            Absent: the statement gives no row.
            Unavailable: see `all`.
        """
        return first(self.all(statement, parameters), what)
