"""What the repositories share."""

from collections.abc import Sequence

from sqlalchemy import Connection, Executable

from klantportaal.adapters.storage.sql.rows import Line, Record
from klantportaal.domain.errors import Absent


class Repository:
    """Statements within one unit of work's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def _all(self, statement: Executable, parameters: Record) -> Sequence[Line]:
        return self._connection.execute(statement, parameters).all()

    def _first(self, statement: Executable, parameters: Record) -> Line | None:
        return self._connection.execute(statement, parameters).first()

    def _one(self, statement: Executable, parameters: Record, what: str) -> Line:
        """Give the one row that is there, for one *what*. Raises: Absent."""
        row = self._first(statement, parameters)
        if row is None:
            raise Absent(what)
        return row

    def _count(self, statement: Executable, parameters: Record) -> int:
        """Run a change; give how many rows it touched."""
        return self._connection.execute(statement, parameters).rowcount
