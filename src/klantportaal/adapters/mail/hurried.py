"""An SMTP connection with one deadline for everything: names, connecting, TLS, and each byte of each reply.

``smtplib`` has a timeout for each call of a socket. A server that sends one byte a second never exceeds that.
"""

import io
import smtplib
import socket
import ssl
import threading
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any

_MOST = 1 << 20
"""The bytes that a server may say before a mail is accepted. More is an attempt to fill the memory."""
_Addresses = list[tuple[Any, ...]]


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
        failure: OSError = OSError(f"no address for {host}")
        for family, kind, protocol, _name, address in _resolved(host, port, self.left()):
            connection = socket.socket(family, kind, protocol)
            try:
                connection.settimeout(self.left())
                connection.connect(address)
            except OSError as error:
                connection.close()
                failure = error
            else:
                connection.settimeout(self.left())
                return connection
        raise failure

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
    """What a server says. Each read has the time that is left."""

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


def _resolved(host: str, port: int, seconds: float) -> _Addresses:
    """Look up the addresses of a server. The system's call has no time limit, so a thread of its own makes it.

    Raises:
        OSError: there are none, or they take too long.
    """
    results: SimpleQueue[_Addresses | OSError | UnicodeError] = SimpleQueue()

    def look_up() -> None:
        try:
            results.put(list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
        except (OSError, UnicodeError) as error:
            results.put(error)

    threading.Thread(target=look_up, name="klantportaal-mail-server-lookup", daemon=True).start()
    try:
        found = results.get(timeout=seconds)
    except Empty:
        raise TimeoutError(f"the address of {host} could not be looked up in time") from None
    if isinstance(found, list):
        return found
    raise OSError(f"the address of {host} could not be looked up: {found}") from found
