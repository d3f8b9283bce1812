"""The base class of the repositories."""

from collections.abc import Sequence

from sqlalchemy import Connection, Executable

from klantportaal.adapters.storage.sql.rows import Line, Record
from klantportaal.domain.errors import Absent


class Repository:
    """Runs statements in the transaction of one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def _all(self, statement: Executable, parameters: Record) -> Sequence[Line]:
        return self._connection.execute(statement, parameters).all()

    def _first(self, statement: Executable, parameters: Record) -> Line | None:
        return self._connection.execute(statement, parameters).first()

    def _one(self, statement: Executable, parameters: Record, what: str) -> Line:
        """Return the first row.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        row = self._first(statement, parameters)
        if row is None:
            raise Absent(what)
        return row

    def _count(self, statement: Executable, parameters: Record) -> int:
        """Run a statement that changes rows, and return how many it changed."""
        return self._connection.execute(statement, parameters).rowcount
