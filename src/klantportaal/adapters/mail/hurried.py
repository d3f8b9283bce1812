"""An SMTP connection with one deadline for everything: names, connecting, TLS, and each byte of each reply.

``smtplib`` has a timeout for each call of a socket. A server that sends one byte a second never exceeds that.
"""

import io
import smtplib
import socket
import ssl
from time import monotonic
from typing import Any

from klantportaal.adapters.connecting import connected

_MOST = 1 << 20
"""The largest number of bytes that a server may reply for one mail. The limit protects the memory."""


class Hurried(smtplib.SMTP):
    """An SMTP connection. ``until`` is its deadline, by ``time.monotonic``; it may be moved for the next mail."""

    def __init__(self, host: str, port: int, *, until: float, **settings: Any) -> None:
        self.until = until
        super().__init__(host, port, **settings)

    def left(self) -> float:
        """Give the seconds that are left.

        Raises:
            TimeoutError: none are.
        """
        left = self.until - monotonic()
        if left <= 0:
            raise TimeoutError("the time for sending is over")
        return left

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:  # noqa: ARG002 - smtplib's signature
        """Connect to the first address of the server that answers."""
        return connected(host, port, self.left)

    def getreply(self) -> tuple[int, bytes]:
        """Wait for the next reply, for no longer than the time that is left."""
        if self.file is None and self.sock is not None:
            self.file = io.BufferedReader(_Lines(self))
        return super().getreply()

    def send(self, s: Any) -> None:
        """Send some text or bytes, for no longer than the time that is left."""
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("there is no connection")
        rest = memoryview(s.encode(self.command_encoding) if isinstance(s, str) else s)
        while rest:
            self.sock.settimeout(self.left())
            rest = rest[self.sock.send(rest) :]


class HurriedOverTls(Hurried):
    """An SMTP connection over TLS from the first byte."""

    def __init__(self, host: str, port: int, *, context: ssl.SSLContext, **settings: Any) -> None:
        self._context = context
        self._name = host
        super().__init__(host, port, **settings)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connection = super()._get_socket(host, port, timeout)
        try:
            return self._context.wrap_socket(connection, server_hostname=self._name)
        except BaseException:
            connection.close()
            raise


class _Lines(io.RawIOBase):
    """The replies of a server. Each read may take the time that is left."""

    def __init__(self, connection: Hurried) -> None:
        self._connection = connection
        self._said = 0

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read some bytes."""
        connection = self._connection
        if connection.sock is None:
            return 0
        connection.sock.settimeout(connection.left())
        count = connection.sock.recv_into(buffer)
        self._said += count
        if self._said > _MOST:
            raise OSError("the mail server does not stop talking")
        return count
