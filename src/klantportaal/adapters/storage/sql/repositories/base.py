"""The base class of the repositories."""

from collections.abc import Sequence

from sqlalchemy import Executable

from klantportaal.adapters.storage.sql.rows import Line, Record
from klantportaal.adapters.storage.sql.running import Runner


class Repository:
    """Runs statements in the transaction of one unit of work."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def _all(self, statement: Executable, parameters: Record) -> Sequence[Line]:
        return self._runner.all(statement, parameters)

    def _first(self, statement: Executable, parameters: Record) -> Line | None:
        rows = self._runner.all(statement, parameters)
        return rows[0] if rows else None

    def _one(self, statement: Executable, parameters: Record, what: str) -> Line:
        """Return the first row.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        return self._runner.one(statement, parameters, what)

    def _run(self, statement: Executable, parameters: Record) -> None:
        """Run a statement that changes rows."""
        self._runner.run(statement, parameters)

    def _count(self, statement: Executable, parameters: Record) -> int:
        """Run a statement that changes rows, and return how many it changed."""
        return self._runner.run(statement, parameters)

    def _count_each(self, statement: Executable, records: Sequence[Record]) -> int:
        """Run a statement once for each of one or more records, and return how many rows were changed in all."""
        return self._runner.run_each(statement, records)
