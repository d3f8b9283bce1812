"""Measures a page while one client reads 50 downloads slowly, against the same page without them."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median

from benchmarks.entrance import furnish
from benchmarks.measured import Figure
from benchmarks.server import running
from benchmarks.streams import publish
from benchmarks.visiting import Visitor, page_times
from tests.support.slow_clients import told

DOWNLOADS = 50
SECONDS = 10.0
LITTLE = 64 * 1024
"""The number of bytes that each download reads a second."""
SETUPS = {"gunicorn": "gunicorn", "uvicorn": "fastapi"}
"""Each server, without a proxy, and the host of it."""


def measure(folder: Path) -> list[Figure]:
    """Measure both hosts."""
    return [_measured(name, host, folder / f"downloads-{host}") for name, host in SETUPS.items()]


def _measured(name: str, host: str, place: Path) -> Figure:
    place.mkdir()
    desk = furnish(place, 4)
    dossier, document = publish(desk)
    head = f"GET /dossiers/{dossier}/documenten/{document} HTTP/1.1\r\nHost: x\r\nCookie: {desk.cookie}\r\n\r\n"
    with running(host, str(place / "portal.sqlite3"), place) as server, Visitor(server.port, cookie=desk.cookie) as own:
        before = page_times(own)
        with _slow_downloads(server.port, head.encode()):
            during = page_times(own, until=time.monotonic() + SECONDS)
        quiet = median([*before, *page_times(own)])
    return Figure(
        subject=f"page while one client reads {DOWNLOADS} downloads slowly",
        where=name,
        value=median(during) / quiet,
        unit="× quiet",
        budget=2,
        basis=f"{median(during) / 1000:.2f} and {quiet / 1000:.2f} ms, the slowest {max(during) / 1000:.0f} ms",
    )


@contextmanager
def _slow_downloads(port: int, head: bytes) -> Iterator[None]:
    """Keep downloads under way until the context ends. What is refused is asked for again a second later."""
    over = threading.Event()
    connections = [_asked(port, head) for _ in range(DOWNLOADS)]

    def go_on() -> None:
        while not over.wait(1.0):
            ready = told(connections)
            for each in ready:
                if not _is_under_way(each):
                    connections[connections.index(each)] = _asked(port, head)

    thread = threading.Thread(target=go_on, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        for each in connections:
            each.close()


def _asked(port: int, head: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=60)
    connection.sendall(head)
    return connection


def _is_under_way(connection: socket.socket) -> bool:
    """Read a little of a download. If it was refused, hang up, and return false."""
    read = b""
    with suppress(OSError):
        read = connection.recv(LITTLE)
    if read and not read.startswith(b"HTTP/1.1 4"):
        return True
    connection.close()
    return False
