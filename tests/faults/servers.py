"""A PostgreSQL server of one test, which the test freezes, kills and restarts, and a proxy that goes silent."""

import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit, urlunsplit

from tests.conftest import lacking
from tests.support.postgres import PrivateServer, find_binaries


class Server:
    """A private server that can be stopped and started again on the same data."""

    def __init__(self, folder: Path) -> None:
        binaries = find_binaries()
        if binaries is None:
            lacking("no PostgreSQL to start", required_by="KLANTPORTAAL_REQUIRE_POSTGRES")
        self._private = PrivateServer.prepare(binaries, folder)
        self._running = ExitStack()
        self.dsn = ""

    @property
    def socket(self) -> Path:
        """The socket that it listens on."""
        return self._private.folder / ".s.PGSQL.5432"

    def start(self) -> None:
        """Start, and wait until it takes connections."""
        self.dsn = self._running.enter_context(self._private.running(durable=True))

    def stop(self) -> None:
        """Stop, which ends all connections."""
        self._running.close()

    def kill(self) -> None:
        """Kill all its processes, as a crash of the machine does. Start it again with `restart`."""
        self._signal(signal.SIGKILL)

    def restart(self) -> None:
        """Stop and start again."""
        self.stop()
        self.start()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Stop all its processes in the midst of what they do. The kernel still takes connections for it."""
        self._signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        first = int((self._private.data / "postmaster.pid").read_text().splitlines()[0])
        for pid in [first, *_children(first)]:
            with suppress(ProcessLookupError):
                os.kill(pid, number)


def _children(parent: int) -> list[int]:
    found: list[int] = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(stat.parent.name))
    return found


class SilentProxy:
    """Passes TCP connections on to a socket, until it forgets those that are open: it then passes on nothing of them.

    No end is notified, as with a firewall that forgets an idle connection.
    """

    def __init__(self, place: Path) -> None:
        self._place = place
        self._generation = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = [self._listening]
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_error: object) -> None:
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for each in self._open:
            each.close()

    def forget(self) -> None:
        """Pass on nothing more of the connections that are open now."""
        self._generation += 1

    def dsn(self, dsn: str) -> str:
        """Return a DSN by way of this proxy."""
        port = self._listening.getsockname()[1]
        return urlunsplit(urlsplit(dsn)._replace(netloc=f"postgres@127.0.0.1:{port}", query="sslmode=disable"))

    def _start(self, work: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _address = self._listening.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(str(self._place))
                self._open += [client, server]
                for source, target in ((client, server), (server, client)):
                    self._start(self._pass_on, self._generation, source, target)

    def _pass_on(self, born: int, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while block := source.recv(65536):
                if born == self._generation:
                    target.sendall(block)
            if born == self._generation:
                target.shutdown(socket.SHUT_WR)
