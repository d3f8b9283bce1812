"""Connections to PostgreSQL that wait for the server no longer than a limit. Needs psycopg.

The server itself limits each statement (``statement_timeout``), and TCP detects a host that is gone. Neither works if
the server is frozen, or if a device in between has dropped the connection.
"""

import select
from collections.abc import Generator
from time import monotonic
from typing import Any, TypeVar

import psycopg

Result = TypeVar("Result")
MARGIN = 2.0
"""Seconds that the client waits longer than the server's own limit, so that the server's error comes first."""
_READ_ONLY = (b"default_transaction_read_only", b"in_hot_standby")


class ServerSilent(psycopg.OperationalError):
    """The server did not answer in time. The connection is closed."""


class LimitedConnection(psycopg.Connection[Any]):
    """A connection that is closed if the server does not answer in time."""

    limit: float | None = None
    """Seconds to wait for the answer to a statement. None: no limit, as for a migration."""

    def wait(self, gen: Generator[Any, Any, Result], *args: Any, **kwargs: Any) -> Result:
        """Wait for the answer to a statement.

        Raises:
            ServerSilent: the answer did not come in time.
        """
        if self.limit is None:
            return super().wait(gen, *args, **kwargs)
        try:
            return super().wait(_limited(gen, monotonic() + self.limit), *args, **kwargs)
        except ServerSilent:
            self.close()
            raise


def _limited(gen: Generator[Any, Any, Result], until: float) -> Generator[Any, Any, Result]:
    """Pass on what psycopg waits for, and check the limit. psycopg wakes up ten times a second."""
    ready: Any = None
    while True:
        try:
            wanted = gen.send(ready)
        except StopIteration as end:
            result: Result = end.value
            return result
        ready = yield wanted
        if not ready and monotonic() > until:
            raise ServerSilent("the server does not answer")


def is_stale(connection: psycopg.Connection[Any]) -> bool:
    """Tell whether an idle connection can no longer be used, without a round trip to the server.

    A server sends something on an idle connection only if it ends the connection, or if its settings changed. A
    connection to a standby counts as stale: the standby may be the primary by now.
    """
    if connection.closed:
        return True
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN | select.POLLRDHUP)
    return bool(waiting.poll(0)) or any(connection.pgconn.parameter_status(name) == b"on" for name in _READ_ONLY)
