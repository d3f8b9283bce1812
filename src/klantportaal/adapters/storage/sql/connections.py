"""Connections that stay open, for a limited number of uses at once."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from time import monotonic
from typing import TypeVar

from sqlalchemy import Connection, Engine

from klantportaal.adapters.storage.sql.failures import Silent
from klantportaal.adapters.storage.sql.running import Runner, Statements
from klantportaal.domain.errors import Unavailable
from klantportaal.forking import Lock, Semaphore, leave_alone, notice

Result = TypeVar("Result")


class Connections:
    """Keeps the connections of one engine open for later uses.

    SQLAlchemy's pool is not used, because taking a connection from it takes as long as a small statement.

    Args:
        engine: makes the connections. It has no pool.
        limit: the number of uses at once.
        patience: seconds to wait for another use to end.
    """

    def __init__(self, engine: Engine, *, limit: int, patience: float) -> None:
        self._limit = limit
        self._patience = patience
        self._begin(engine)

    def _begin(self, engine: Engine) -> None:
        self._engine = engine
        self._statements = Statements(engine)
        self._room = Semaphore(self._limit)
        self._free: deque[Connection] = deque()
        self._paused = 0
        self._is_silent = False
        self._probing = Lock()

    @property
    def engine(self) -> Engine:
        """The engine that makes the connections."""
        notice()
        return self._engine

    def _enter(self) -> None:
        """Begin a use. Its end is a release of ``_room``.

        Raises:
            Unavailable: too many uses at once, and none ends in time.
        """
        notice()
        if not self._room.acquire(timeout=self._patience):
            raise Unavailable(f"all {self._limit} connections are in use, and none was free within {self._patience} s")

    def _used(self, use: Callable[[Connection], Result]) -> tuple[Connection, Result]:
        """Use a connection.

        While the server does not answer, one use at a time asks it again, and the others fail at once. Otherwise each
        use would wait for the whole patience and hold its thread.

        Returns:
            The connection, which is not kept yet, and what *use* returned.
        """
        if not self._is_silent:
            return self._used_now(use)
        if not self._probing.acquire(blocking=False):
            raise Unavailable("the database does not answer")
        try:
            used = self._used_now(use)
            self._is_silent = False
        finally:
            self._probing.release()
        return used

    def _used_now(self, use: Callable[[Connection], Result]) -> tuple[Connection, Result]:
        """Use a kept connection. If there is none, or it turns out to be lost, use a new one."""
        kept = self._kept()
        if kept is not None:
            try:
                return kept, use(kept)
            except BaseException as error:
                if not self._lost(kept, error):
                    raise
        new = self._connected()
        try:
            return new, use(new)
        except BaseException as error:
            self._lost(new, error)
            raise

    def _connected(self) -> Connection:
        """Open a connection. If that takes too long, the server counts as one that does not answer."""
        begun = monotonic()
        try:
            return self._engine.connect()
        except Unavailable:
            self._is_silent |= monotonic() - begun >= self._patience
            raise

    def _kept(self) -> Connection | None:
        """Take a connection that was used before."""
        try:
            return self._free.pop()
        except IndexError:
            return None

    def _lost(self, connection: Connection, error: BaseException) -> bool:
        """Close a connection after an error. True if it was lost and the error came at once."""
        lost, silent = connection.invalidated, isinstance(error, Silent)
        self._is_silent |= silent
        connection.close()
        if lost or silent:
            self.close()  # The other kept connections are probably lost too.
        return lost and not silent and isinstance(error, Unavailable)

    @contextmanager
    def lent(self) -> Iterator[Runner]:
        """Run statements on a connection of its own, outside any transaction. It is closed afterwards.

        Raises:
            Unavailable: no connection is free in time, or the database cannot be reached.
        """
        self._enter()
        try:
            with self._engine.connect() as connection:
                yield Runner(connection, self._statements)
        finally:
            self._room.release()

    def close(self) -> None:
        """Close the connections that are not in use."""
        with suppress(IndexError):
            while True:
                self._free.pop().close()

    def pause(self) -> None:
        """Wait until the current uses end, block new uses until `resume`, and close every connection.

        Raises:
            Unavailable: a use takes too long. Other uses are blocked nevertheless.
        """
        until = monotonic() + self._patience
        while self._paused < self._limit and self._room.acquire(timeout=max(until - monotonic(), 0)):
            self._paused += 1
        self.close()
        if self._paused < self._limit:
            raise Unavailable("a use of the database takes too long")

    def resume(self) -> None:
        """Allow new uses again."""
        if self._paused:
            self._room.release(self._paused)
        self._paused = 0

    def begin_anew(self, engine: Engine) -> None:
        """Use another engine, in a forked child. The old connections belong to the parent and are not closed."""
        leave_alone((self._engine, self._free))
        self._begin(engine)
