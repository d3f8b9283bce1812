"""A connection of HTTP with one deadline for all that is sent and read, and a limit on what is read.

``http.client`` has a timeout for each call of a socket. A server that sends one byte a second never exceeds that.
"""

import http.client
import io
import socket
from collections.abc import Callable
from typing import Any

_MOST = 64 * 1024
"""The largest number of bytes that a server may answer before its body. The limit protects the memory."""


class AnswerTooLong(Exception):
    """The head of an answer does not end."""


class HurriedSocket:
    """What ``http.client`` needs of a socket."""

    def __init__(self, connection: socket.socket, left: Callable[[], float]) -> None:
        """Wrap a connection.

        Args:
            connection: to the server.
            left: gives the seconds that are left, and raises TimeoutError if none are.
        """
        self._connection = connection
        self._left = left
        self._answer: _Answer | None = None

    def sendall(self, data: Any) -> None:
        """Send some bytes, for no longer than the time that is left."""
        self._connection.settimeout(self._left())
        self._connection.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Give what the server answers."""
        self._answer = _Answer(self._connection, self._left)
        return io.BufferedReader(self._answer)

    def close(self) -> None:
        """Close the connection, unless the answer is still read: that closes it then, as with a socket."""
        if self._answer is None:
            self._connection.close()


class _Answer(io.RawIOBase):
    """What a server answers. Each read may take the time that is left."""

    def __init__(self, connection: socket.socket, left: Callable[[], float]) -> None:
        self._connection = connection
        self._left = left
        self._said = 0

    def close(self) -> None:
        """Close the connection."""
        if not self.closed:
            self._connection.close()
        super().close()

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read some bytes.

        Raises:
            AnswerTooLong: the server does not stop talking.
        """
        self._connection.settimeout(self._left())
        count = self._connection.recv_into(buffer)
        self._said += count
        if self._said > _MOST:
            raise AnswerTooLong
        return count


class HurriedConnection(http.client.HTTPConnection):
    """A connection that somebody else makes.

    Args:
        host: what stands in ``Host``.
        make: connects.
    """

    def __init__(self, host: str, make: Callable[[], HurriedSocket]) -> None:
        super().__init__(host)
        self._make = make
        self.sock: socket.socket | HurriedSocket | None = None

    def connect(self) -> None:
        """Connect."""
        self.sock = self._make()
