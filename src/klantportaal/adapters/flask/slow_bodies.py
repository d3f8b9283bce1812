"""Breaks off the bodies of requests that come too slowly, since a server gives each a thread (AL-7).

A WSGI server reads a body from its socket in calls that end only when all requested bytes have come. A separate thread
watches these calls. It ends a call that takes too long by closing the socket for reading.
"""

import fcntl
import io
import logging
import socket
import ssl
import sys
import termios
import threading
import time
from contextlib import suppress
from typing import IO, TYPE_CHECKING

from werkzeug.wsgi import get_content_length

from klantportaal import forking
from klantportaal.adapters.web.http.broken_off import BEGINNING
from klantportaal.adapters.web.http.errors import TooSlow
from klantportaal.adapters.web.http.recurrences import Recurrences
from klantportaal.domain.errors import Unavailable
from klantportaal.domain.request_times import Dawdling, Pace, RequestTimes, to_break_off
from klantportaal.log_events import EventLog

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_LOG = EventLog(__name__)
SOCKETS = ("gunicorn.socket", "werkzeug.socket")
"""Where servers give the socket of a request. With other servers, a slow body is noticed when a read ends."""
LEAST_PIECE = 1024
MOST_PIECE = 256 * 1024
"""The largest number of bytes to read at once, if they have come already."""
LOOK_EVERY = 0.1
"""The seconds between two checks of the bodies that threads wait for."""
LOOKS_IDLE = 100
"""The number of checks in a row without a body to watch, after which the thread ends."""


def socket_of(environ: "WSGIEnvironment") -> socket.socket | None:
    """Give the socket of a request, if the server passes it. None for HTTP/2, where requests share a socket."""
    if not environ.get("SERVER_PROTOCOL", "").startswith("HTTP/1"):
        return None
    return next((environ[name] for name in SOCKETS if name in environ), None)


def arrived_at(connection: socket.socket | None) -> int:
    """Give the number of bytes that have come on a socket. 0 with TLS, where the number is not known."""
    if connection is None or isinstance(connection, ssl.SSLSocket):
        return 0
    came = bytearray(4)
    with suppress(OSError, ValueError):  # It was closed.
        fcntl.ioctl(connection, termios.FIONREAD, came)
    return int.from_bytes(came, sys.byteorder)


def stop_reading(connection: socket.socket) -> None:
    """Close a socket for reading: the server then reads an end of the body. It can still send."""
    with suppress(OSError):
        # Not the object's own method: with TLS, it would also end the connection for the response.
        socket.socket.shutdown(connection, socket.SHUT_RD)


class SlowBodies:
    """Watches the bodies that the threads of a server wait for."""

    def __init__(self, times: RequestTimes) -> None:
        self.times = times
        self._lock = forking.Lock()
        self._failures = Recurrences()
        self._begin()
        forking.at_fork(in_child=self._begin)

    def _begin(self) -> None:
        self._waiting: dict[PacedInput, float] = {}
        """The bodies that threads wait for, and since when."""
        self._watching = False

    def wrap(self, environ: "WSGIEnvironment", owner: str) -> "PacedInput":
        """Watch the body of a request from now on. Give its reader."""
        paced = PacedInput(environ["wsgi.input"], owner, self, socket_of(environ), get_content_length(environ))
        environ["wsgi.input"] = paced
        return paced

    def wait_for(self, body: "PacedInput") -> None:
        """Watch a body until it has arrived.

        Raises:
            Unavailable: no thread can be started to watch it. The next body tries again.
        """
        forking.notice()
        with self._lock:
            if not self._watching:
                self._begin_to_watch()
            self._waiting[body] = time.monotonic()

    def _begin_to_watch(self) -> None:
        """Start the thread that watches. Hold the lock."""
        try:
            threading.Thread(target=self._watch, name="klantportaal-slow-bodies", daemon=True).start()
        except (RuntimeError, MemoryError) as error:
            if times := self._failures.add("start"):
                text = "no thread can be started to watch for slow bodies (%(times)d times): %(reason)s"
                _LOG.log(logging.ERROR, "slow_bodies_unwatched", text, times=times, reason=error)
            raise Unavailable from error
        self._watching = True

    def arrived(self, body: "PacedInput") -> float:
        """Stop watching a body. Return the seconds of waiting."""
        with self._lock:
            return time.monotonic() - self._waiting.pop(body)

    def _watch(self) -> None:
        idle = 0
        try:
            while idle < LOOKS_IDLE:
                time.sleep(LOOK_EVERY)
                with self._lock:
                    idle = 0 if self._waiting else idle + 1
                    self._watching = idle < LOOKS_IDLE
                    self._break_off(time.monotonic())
        except BaseException:
            self._watching = False  # The next body starts another thread. Python logs the error.
            raise

    def _break_off(self, now: float) -> None:
        """Break off the bodies that are too slow. If the host still waits for too many, break off the slowest."""
        waited = {body: now - since for body, since in self._waiting.items() if not body.is_broken_off}
        for body in [body for body, seconds in waited.items() if seconds >= body.pace.left(self.times)]:
            body.break_off()
            del waited[body]
        while len(waited) > self.times.bodies_at_once:
            slow = {body: Dawdling.of(body.owner, body.pace, waiting=seconds) for body, seconds in waited.items()}
            slowest = to_break_off(slow, self.times, in_need=False)
            if slowest is None:
                return
            slowest.break_off()
            del waited[slowest]


class PacedInput(io.RawIOBase):
    """The ``wsgi.input`` of one request. Reading is broken off if the body comes too slowly."""

    def __init__(
        self,
        source: IO[bytes],
        owner: str,
        slow_bodies: SlowBodies,
        connection: socket.socket | None,
        length: int | None,
    ) -> None:
        """Prepare to read a body of *length* bytes; None if the length is not known. *owner* is the sender."""
        self.owner = owner
        self.begun = bytearray()
        """Its first bytes: a page shows what was typed if reading is broken off."""
        self.pace = Pace()
        self.is_broken_off = False
        self._source = source
        self._connection = connection
        self._length = length
        self._has_ended = False
        self._slow_bodies = slow_bodies
        self._small = min(MOST_PIECE, max(1, int(slow_bodies.times.quota) // 2))
        """The number of bytes to wait for at once. At the least rate, they take half a window."""
        self._piece = min(LEAST_PIECE, self._small)

    @property
    def is_at_end(self) -> bool:
        """Whether the body was read to its end."""
        return self._has_ended or self.pace.received == self._length

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, into: bytearray | memoryview) -> int:  # type: ignore[override]
        """Read the next bytes. A large piece is read only if it has come already.

        Raises:
            TooSlow: they came too slowly.
        """
        size = max(self._piece, min(MOST_PIECE, arrived_at(self._connection)))
        times, piece, read = self._slow_bodies.times, memoryview(into)[:size], 0
        self._slow_bodies.wait_for(self)
        try:
            read = self._read(piece)
        except OSError:
            if not self.is_broken_off:
                raise
        finally:
            waited = self._slow_bodies.arrived(self)
        self.begun += piece[: min(read, BEGINNING - len(self.begun))]
        if self.is_broken_off or waited >= self.pace.left(times):
            self.is_broken_off = True
            raise TooSlow
        self.pace = self.pace.after(times, waited=waited, received=read)
        self._has_ended = not read and len(piece) > 0
        self._piece = min(self._piece * 2, self._small)
        return read

    def _read(self, into: memoryview) -> int:
        """Read from the server, without a copy if it can."""
        if isinstance(self._source, io.BufferedReader):
            return self._source.readinto(into)
        read = self._source.read(len(into))
        into[: len(read)] = read
        return len(read)

    def break_off(self) -> None:
        """Break off reading, from another thread: the server then reads an end of the body."""
        self.is_broken_off = True
        if self._connection is not None:
            stop_reading(self._connection)
