"""Scans files with clamd, the daemon of ClamAV, while they stream in (AT-3).

The protocol is described in ``man clamd``: a session of commands, and INSTREAM, which takes blocks with a length before
each. This module has its own client. The libraries read a file object, limit the time of each read only, and keep the
connection in the client, so that one client cannot scan in two threads.
"""

import functools
import io
import re
import socket
import zipfile
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Self

from klantportaal.adapters.connecting import connected
from klantportaal.adapters.scanner.clamd_session import Left, NotClear, Session
from klantportaal.domain.boundary import checked_call
from klantportaal.domain.errors import Unavailable
from klantportaal.domain.ranges import Range
from klantportaal.domain.scanning import CLEAN, ScanOutcome, ScanVerdict, safe_name

PORT = 3310
"""The usual port of clamd."""
PATIENCE = 30.0
"""In seconds."""
LONGEST_PATIENCE = 600
"""In seconds. A browser does not wait longer."""
Patience = Annotated[float, Range(0, LONGEST_PATIENCE, above=True)]
_OVER_STREAM_LIMIT = "INSTREAM size limit exceeded. ERROR"
_FOUND = re.compile(r"stream: (.+) FOUND", re.DOTALL)
_NOT_SCANNED = {"Heuristics.Limits.Exceeded": ScanOutcome.TOO_LARGE, "Heuristics.Encrypted": ScanOutcome.ENCRYPTED}
"""The beginning of the names with which clamd reports what it did not scan."""
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_DEEPEST = 100
"""The most levels of archives that clamd can be configured to unpack (``MaxRecursion``)."""


class ClamdScanner:
    """Scans each file over a connection of its own. So it works in any number of threads, and after a fork.

    By default, clamd answers "OK" for what it did not scan. Its configuration can change that: ``AlertExceedsMax yes``
    reports what is over a limit, such as ``MaxFileSize``, and ``AlertEncrypted yes`` what is protected with a password.
    Every scan begins with two small files that test both. If clamd does not report them, no file is scanned.

    Make one with ``tcp`` or ``unix``.
    """

    def __init__(self, where: str, connect: Callable[[Left], socket.socket], patience: float) -> None:
        self._where = where
        self._connect = connect
        self._patience = patience

    @classmethod
    @checked_call
    def tcp(cls, host: str, port: Annotated[int, Range(1, 65535)] = PORT, *, patience: Patience = PATIENCE) -> Self:
        """Scan with the clamd of a machine (``TCPSocket``). The connection is not encrypted.

        Args:
            host: the name or address of the machine.
            port: the port.
            patience: seconds for all that clamd does for one file, from looking up its address to its verdict. The time
                in which a client sends the file does not count.
        """
        return cls(f"{host}:{port}", lambda left: connected(host, port, left), patience)

    @classmethod
    @checked_call
    def unix(cls, path: Path | str, *, patience: Patience = PATIENCE) -> Self:
        """Scan with the clamd that listens at a socket of this machine (``LocalSocket``).

        Args:
            path: the path of the socket. The portal's user must be allowed to write to it.
            patience: as for ``tcp``.
        """
        return cls(str(path), lambda left: _at_socket(str(path), left), patience)

    def scan(self, blocks: Iterable[bytes]) -> Generator[bytes, None, ScanVerdict]:
        """Scan a file while it passes. A file over ``StreamMaxLength`` passes as a whole; its verdict is too large."""
        session, office = Session(self._patience), _ProtectedOffice()
        try:
            with self._reporting():
                session.open(self._connect)
                _require_reports(session)
                number = session.begin()
            for block in blocks:
                with self._reporting():
                    session.give(number, block)
                office.look_at(block)
                yield block
            with self._reporting():
                session.end(number)
                verdict = _verdict(session.answer(number))
            return office.verdict if verdict == CLEAN else verdict
        finally:
            session.close()

    @contextmanager
    def _reporting(self) -> Iterator[None]:
        """Turn what goes wrong with clamd into ``Unavailable``, and say which clamd it is."""
        try:
            yield
        except TimeoutError as error:
            raise Unavailable(f"clamd at {self._where} cannot scan: it does not answer in time") from error
        except (OSError, NotClear) as error:
            raise Unavailable(f"clamd at {self._where} cannot scan: {error}") from error


def _at_socket(path: str, left: Left) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(left())
        connection.connect(path)
    except OSError:
        connection.close()
        raise
    return connection


# ------------------------------------------------------------------ answers
def _verdict(answer: str) -> ScanVerdict:
    """Read what clamd says about a file."""
    if answer == "stream: OK":
        return CLEAN
    if answer == _OVER_STREAM_LIMIT:
        return ScanVerdict(outcome=ScanOutcome.TOO_LARGE, found="StreamMaxLength")
    if (told := _FOUND.fullmatch(answer)) is None:
        raise NotClear(f"it answers {safe_name(answer)}")
    found = safe_name(told[1])
    outcomes = [outcome for beginning, outcome in _NOT_SCANNED.items() if found.startswith(beginning)]
    return ScanVerdict(outcome=outcomes[0] if outcomes else ScanOutcome.INFECTED, found=found)


def _require_reports(session: Session) -> None:
    """Require that clamd reports a file that is over its limits, and one that is encrypted."""
    numbers = {name: session.send_file(content) for name, content in _unreadable().items()}
    outcomes = {name: _verdict(session.answer(number)).outcome for name, number in numbers.items()}
    expected = {"AlertExceedsMax": ScanOutcome.TOO_LARGE, "AlertEncrypted": ScanOutcome.ENCRYPTED}
    if missing := [f"{name} yes" for name, outcome in expected.items() if outcomes[name] is not outcome]:
        raise NotClear(
            f"it accepts what it did not scan. Write {' and '.join(missing)} into clamd.conf, and restart clamd"
        )


class _ProtectedOffice:
    """Recognises an Office document that needs a password (MS-OFFCRYPTO 2.3.1), which clamd reports as "OK".

    It is a compound file (MS-CFB) with an entry ``EncryptedPackage`` in its directory. Within an archive it is not
    recognised.
    """

    def __init__(self) -> None:
        self._beginning = b""
        self._end = b""
        self._has_entry = False

    def look_at(self, block: bytes) -> None:
        """Look at the next block of a file."""
        self._beginning += block[: len(_COMPOUND) - len(self._beginning)]
        if _COMPOUND.startswith(self._beginning):
            seen = self._end + block
            self._has_entry = self._has_entry or _ENCRYPTED_PACKAGE in seen
            self._end = seen[-len(_ENCRYPTED_PACKAGE) :]

    @property
    def verdict(self) -> ScanVerdict:
        """The verdict on a file in which clamd found nothing."""
        is_protected = self._beginning == _COMPOUND and self._has_entry
        return ScanVerdict(outcome=ScanOutcome.ENCRYPTED, found="EncryptedPackage") if is_protected else CLEAN


@functools.cache
def _unreadable() -> dict[str, bytes]:
    """Make two files that clamd cannot scan: archives within archives, and an encrypted archive. Together 10 KiB."""
    deep = b""
    for _level in range(_DEEPEST + 1):
        deep = _zipped(deep)
    encrypted = bytearray(_zipped(b"no password opens this"))
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # APPNOTE.TXT 4.3.7, 4.3.12 and 4.4.4, bit 0
        encrypted[encrypted.index(header) + flags] |= 1
    return {"AlertExceedsMax": deep, "AlertEncrypted": bytes(encrypted)}


def _zipped(content: bytes) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as writing:
        writing.writestr(zipfile.ZipInfo("a"), content)
    return archive.getvalue()
