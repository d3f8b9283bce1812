"""Runs reads outside transactions, on connections that stay open."""

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from time import monotonic
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, Executable

from klantportaal.adapters.storage.sql.failures import Silent
from klantportaal.adapters.storage.sql.rows import Line, Record
from klantportaal.domain.errors import Absent, Unavailable
from klantportaal.forking import Semaphore, leave_alone, notice


class _Lost(Unavailable):
    """The connection was lost."""


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


class OneConnection:
    """Runs reads on one connection, in whatever transaction it is."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def dialect(self) -> str:
        """The name of the database's dialect: ``sqlite`` or ``postgresql``."""
        return self._connection.dialect.name

    def all(self, statement: Executable, parameters: Record) -> Sequence[Line]:
        """Run one statement and give all its rows."""
        return self._connection.execute(statement, parameters).all()

    def one(self, statement: Executable, parameters: Record, what: str) -> Line:
        """Run a statement and give its first row. Raises: Absent, with *what*, if there is none."""
        return _first(self.all(statement, parameters), what)


def _first(rows: Sequence[Line], what: str) -> Line:
    if not rows:
        raise Absent(what)
    return rows[0]


class Readers:
    """Runs a limited number of reads at once, and keeps their connections open for later reads.

    SQLAlchemy's pool is not used, because taking a connection from it takes as long as a small read itself.

    Args:
        engine: makes the connections.
        limit: the number of reads at once.
        patience: seconds that a read waits for another read to end.
    """

    def __init__(self, engine: Engine, *, limit: int, patience: float) -> None:
        self._limit = limit
        self._patience = patience
        self._begin(engine)

    def _begin(self, engine: Engine) -> None:
        self._engine = engine
        self._room = Semaphore(self._limit)
        self._free: deque[Connection] = deque()
        self._paused = 0

    @property
    def dialect(self) -> str:
        """The name of the database's dialect: ``sqlite`` or ``postgresql``."""
        return self._engine.dialect.name

    def all(self, statement: Executable, parameters: Record) -> Sequence[Line]:
        """Run one statement and give all its rows.

        Raises:
            Unavailable: too many reads run at once and none ends in time, or the database cannot be reached.
        """
        notice()
        if not self._room.acquire(timeout=self._patience):
            raise Unavailable(f"{self._limit} reads at once, none done within {self._patience} s")
        try:
            return self._run(statement, parameters)
        finally:
            self._room.release()

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
        return _first(self.all(statement, parameters), what)

    @contextmanager
    def lent(self) -> Iterator[Connection]:
        """Lend a connection of its own, outside any transaction. It is closed afterwards.

        Raises:
            Unavailable: see `all`.
        """
        notice()
        if not self._room.acquire(timeout=self._patience):
            raise Unavailable(f"{self._limit} reads at once, none done within {self._patience} s")
        try:
            with self._engine.connect() as connection:
                yield connection
        finally:
            self._room.release()

    def close(self) -> None:
        """Close the connections that are not in use."""
        with suppress(IndexError):
            while True:
                self._free.pop().close()

    def pause(self) -> None:
        """Wait until the current reads end, block new reads until `resume`, and close every connection.

        Raises:
            Unavailable: a read takes too long. The other reads are blocked nevertheless.
        """
        until = monotonic() + self._patience
        while self._paused < self._limit and self._room.acquire(timeout=max(until - monotonic(), 0)):
            self._paused += 1
        self.close()
        if self._paused < self._limit:
            raise Unavailable("a read takes too long")

    def resume(self) -> None:
        """Allow new reads again."""
        if self._paused:
            self._room.release(self._paused)
        self._paused = 0

    def begin_anew(self, engine: Engine) -> None:
        """Use another engine, in a forked child. The old connections belong to the parent and are not closed."""
        leave_alone((self._engine, self._free))
        self._begin(engine)

    def _run(self, statement: Executable, parameters: Record) -> Sequence[Line]:
        """Read on an open connection. If there is none, or the server has closed it, read on a new one."""
        try:
            kept = self._free.pop()
        except IndexError:
            return self._run_on(self._engine.connect(), statement, parameters)
        try:
            return self._run_on(kept, statement, parameters)
        except _Lost:
            self.close()  # The server has probably closed the others too.
        return self._run_on(self._engine.connect(), statement, parameters)

    def _run_on(self, connection: Connection, statement: Executable, parameters: Record) -> Sequence[Line]:
        try:
            rows: Sequence[Any] = connection.execute(statement, parameters).all()
        except Silent:
            connection.close()
            self.close()  # Each of the others would take as long.
            raise
        except Unavailable as error:
            lost = connection.invalidated
            connection.close()
            raise (_Lost if lost else Unavailable)(str(error)) from error
        except BaseException:
            connection.close()
            raise
        self._free.append(connection)
        return rows
