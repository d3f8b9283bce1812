"""Runs units of work in transactions, on connections that stay open."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, RootTransaction, event

from klantportaal.adapters.storage.sql.connections import Connections
from klantportaal.adapters.storage.sql.failures import Silent
from klantportaal.adapters.storage.sql.running import Runner

_UNFLUSHED = "klantportaal unflushed"
"""The key in the information of a connection: the commit of the transaction that begins does not wait for the disk."""


class Writers(Connections):
    """Runs a limited number of transactions at once, each on a connection of its own.

    Args:
        engine: makes the connections. It has no pool.
        limit: the number of transactions at once.
        patience: seconds that a transaction waits for another one to end.
        begin: begins a transaction on a connection of the driver.
        begin_unflushed: begins one whose commit does not wait for the disk.
        is_stale: tells whether a kept connection of the driver can no longer be used.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        limit: int,
        patience: float,
        begin: Callable[[Any], object],
        begin_unflushed: Callable[[Any], object],
        is_stale: Callable[[Any], bool],
    ) -> None:
        super().__init__(engine, limit=limit, patience=patience)
        self._begin_on = begin
        self._begin_unflushed_on = begin_unflushed
        self._is_stale = is_stale

    def _begin(self, engine: Engine) -> None:
        super()._begin(engine)
        event.listen(engine, "begin", self._begin_now)

    def _begin_now(self, connection: Connection) -> None:
        """Begin a transaction on the driver when SQLAlchemy begins one. SQLAlchemy's own way takes 50 µs more."""
        runner = Runner(connection, self._statements)
        begin = self._begin_unflushed_on if connection.info.pop(_UNFLUSHED, False) else self._begin_on
        try:
            begin(runner.driver)
        except BaseException as error:
            runner.raise_ours(error, "BEGIN")
            raise

    @contextmanager
    def transaction(self, *, flushed: bool = True) -> Iterator[Runner]:
        """Begin a transaction. What is not committed is rolled back at the end.

        BEGIN is sent at once, as a statement of its own. If the connection turns out to be lost, nothing was done yet,
        so the transaction begins again on a new connection.

        Args:
            flushed: whether the commit waits for the disk.

        Raises:
            Unavailable: no connection is free in time, or the database is locked or cannot be reached.
        """
        self._enter()
        try:
            connection, _begun = self._used(Connection.begin if flushed else _begin_unflushed)
            runner = Runner(connection, self._statements)
            try:
                yield runner
            except Silent:
                self._is_silent = True
                raise
            finally:
                runner.end()
                self._put_back(connection)
        finally:
            self._room.release()

    def _kept(self) -> Connection | None:
        while (kept := super()._kept()) is not None:
            if not self._is_stale(kept.connection.driver_connection):
                return kept
            kept.close()
        return None

    def _put_back(self, connection: Connection) -> None:
        """Roll back what was not committed, and keep the connection unless it is broken."""
        try:
            connection.rollback()
        except BaseException as error:
            self._lost(connection, error)
            raise
        if connection.invalidated:
            connection.close()
            self.close()  # The others are probably lost too.
        else:
            self._free.append(connection)


def _begin_unflushed(connection: Connection) -> RootTransaction:
    connection.info[_UNFLUSHED] = True
    return connection.begin()
