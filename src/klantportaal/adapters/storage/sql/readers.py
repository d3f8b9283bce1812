"""Reads outside transactions, on connections that stay open."""

import os
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from threading import BoundedSemaphore
from typing import Any

from sqlalchemy import Connection, Engine, Executable

from klantportaal.adapters.storage.sql.rows import Line, Record
from klantportaal.domain.errors import Absent, Unavailable


class _Lost(Unavailable):
    """The connection is gone."""


class Readers:
    """Runs a limited number of reads at once, each on a connection that an earlier read left open.

    SQLAlchemy's pool is not used: taking a connection from it takes as long as a small read itself.
    """

    def __init__(self, engine: Engine, *, limit: int, patience: float) -> None:
        self._engine = engine
        self._limit = limit
        self._patience = patience
        self._begin()

    def _begin(self) -> None:
        self._process = os.getpid()
        self._room = BoundedSemaphore(self._limit)
        self._free: deque[Connection] = deque()

    def all(self, statement: Executable, parameters: Record) -> Sequence[Line]:
        """Run one statement.

        Raises:
            Unavailable: too many are reading and none is done in time, or the database is out of reach.
        """
        if self._process != os.getpid():
            self._leave_to_parent()
        if not self._room.acquire(timeout=self._patience):
            raise Unavailable(f"{self._limit} reads at once, none done within {self._patience} s")
        try:
            return self._run(statement, parameters)
        finally:
            self._room.release()

    def one(self, statement: Executable, parameters: Record, what: str) -> Line:
        """Run a statement that gives one row.

        Raises:
            Absent: it gives none.
        """
        rows = self.all(statement, parameters)
        if not rows:
            raise Absent(what)
        return rows[0]

    def close(self) -> None:
        """Close the connections that are not in use."""
        with suppress(IndexError):
            while True:
                self._free.pop().close()

    def _run(self, statement: Executable, parameters: Record) -> Sequence[Line]:
        """Read on an open connection. If there is none, or the server has closed it, read on a new one."""
        try:
            kept = self._free.pop()
        except IndexError:
            return self._run_on(self._engine.connect(), statement, parameters)
        try:
            return self._run_on(kept, statement, parameters)
        except _Lost:
            self.close()  # The others are as old.
        return self._run_on(self._engine.connect(), statement, parameters)

    def _run_on(self, connection: Connection, statement: Executable, parameters: Record) -> Sequence[Line]:
        try:
            rows: Sequence[Any] = connection.execute(statement, parameters).all()
        except Unavailable as error:
            lost = connection.invalidated
            connection.close()
            raise (_Lost if lost else Unavailable)(str(error)) from error
        except BaseException:
            connection.close()
            raise
        self._free.append(connection)
        return rows

    def _leave_to_parent(self) -> None:
        """Start without connections in a forked process. The parent's are left open: closing them would end its own."""
        self._of_parent = self._free
        self._begin()
