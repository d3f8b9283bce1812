"""A session with clamd, as ``man clamd`` describes it, with one time limit."""

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from time import monotonic

from klantportaal.domain.scanning import safe_name
from klantportaal.ports.files import BLOCK

Left = Callable[[], float]
"""Gives the seconds that are left, and raises TimeoutError if none are."""
_MOST = 1 << 16
"""The largest number of bytes that clamd may answer for one file. The limit protects the memory."""
_ANSWER = re.compile(rb"([1-9]\d{0,8}): (.*)", re.DOTALL)
_BEGINNING = re.compile(rb"[1-9]\d{0,8}(:.*)?", re.DOTALL)
"""An answer that is not complete yet."""


class NotClear(Exception):
    """The answer of clamd cannot be used. The message says why, and what to do if that is known."""


class Session:
    """A session with one clamd. Its answers have the number of their command. Only waiting for clamd takes time."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._connection: socket.socket | None = None
        self._commands = 0
        self._said = b""
        """What clamd said, without the answers that are complete."""
        self._answers: dict[int, str] = {}

    def open(self, connect: Callable[[Left], socket.socket]) -> None:
        """Connect, and begin the session."""
        with self._waiting() as left:
            self._connection = connect(left)
        self._send(b"zIDSESSION\0")

    def begin(self) -> int:
        """Begin a file. Return the number of its answer."""
        self._commands += 1
        self._send(b"zINSTREAM\0")
        return self._commands

    def give(self, number: int, block: bytes) -> None:
        """Send a block of a file, unless clamd answered already: it takes no more of the file then."""
        for start in range(0, len(block), BLOCK):
            part = block[start : start + BLOCK]
            self._send_unless_answered(number, len(part).to_bytes(4, "big") + part)

    def end(self, number: int) -> None:
        """End a file."""
        self._send_unless_answered(number, bytes(4))

    def send_file(self, content: bytes) -> int:
        """Send a small file. Return the number of its answer."""
        number = self.begin()
        self._send(len(content).to_bytes(4, "big") + content + bytes(4))
        return number

    def answer(self, number: int) -> str:
        """Wait for an answer."""
        while number not in self._answers:
            with self._waiting() as left:
                self._require_connection().settimeout(left())
                self._hear()
        return self._answers[number]

    def close(self) -> None:
        """Close the connection, also for a child that was forked meanwhile."""
        if self._connection is not None:
            with suppress(OSError):
                self._connection.shutdown(socket.SHUT_RDWR)
            self._connection.close()

    def _send_unless_answered(self, number: int, data: bytes) -> None:
        """Send, unless there is an answer. clamd answers and closes the connection when a file is over its limit."""
        if number in self._answers:
            return
        try:
            self._send(data)
        except ConnectionError:
            self.answer(number)

    def _send(self, data: bytes) -> None:
        connection = self._require_connection()
        with self._waiting() as left:
            connection.settimeout(left())
            connection.sendall(data)  # The time limit is for all of it.

    def _hear(self) -> None:
        heard = self._require_connection().recv(4096)
        if not heard:
            raise ConnectionError(f"it closed the connection{self._last_words()}")
        *complete, self._said = (self._said + heard).split(b"\0")
        for each in complete:
            if (answer := _ANSWER.fullmatch(each)) is None:
                raise NotClear(f"it answers {_shown(each)}")
            number = int(answer[1])
            if number > self._commands or number in self._answers:
                raise NotClear(f"it answers what it was not asked: {_shown(each)}")
            self._answers[number] = answer[2].decode("utf-8", "replace").strip()
        if len(self._said) > _MOST or (self._said and _BEGINNING.fullmatch(self._said) is None):
            raise NotClear(f"it answers {_shown(self._said)}")

    def _last_words(self) -> str:
        return f" and said {_shown(self._said)}" if self._said else ""

    def _require_connection(self) -> socket.socket:
        if self._connection is None:
            raise ConnectionError("there is no connection")
        return self._connection

    @contextmanager
    def _waiting(self) -> Iterator[Left]:
        """Count the time that is spent in this context. Yield what tells how much is left."""
        until = monotonic() + self._seconds

        def left() -> float:
            if (seconds := until - monotonic()) <= 0:
                raise TimeoutError
            return seconds

        try:
            yield left
        finally:
            self._seconds = until - monotonic()


def _shown(said: bytes) -> str:
    return safe_name(said.decode("utf-8", "replace"))
