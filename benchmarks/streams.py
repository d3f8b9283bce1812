"""Measures uploads, downloads and archives of 500 MiB, through real servers of both hosts, to and from a disk.

Each is compared with a bare route of the same server, which streams and does nothing else.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.bare_routes import PATH, SURE
from benchmarks.entrance import Desk, furnish
from benchmarks.measured import Figure
from benchmarks.server import Running, running
from benchmarks.visiting import Visitor
from klantportaal import DocumentKind, OfficeActor, Publication
from klantportaal.domain.uploads import MEBIBYTE

HOSTS = ("flask", "fastapi")
SIZE = 500 * MEBIBYTE
HEAD = b'--grens\r\nContent-Disposition: form-data; name="file"; filename="akte.pdf"\r\n\r\n%PDF-1.7\n'
TAIL = b"\r\n--grens--\r\n"
BLOCK = os.urandom(MEBIBYTE)
ROUNDS = 3


def measure(folder: Path) -> list[Figure]:
    """Measure uploads, downloads and archives on both hosts."""
    return [figure for host in HOSTS for figure in _measured(host, folder / host)]


def _measured(host: str, place: Path) -> list[Figure]:
    place.mkdir()
    desk = furnish(place, 4)
    dossier, document = publish(desk)
    with running(host, str(place / "portal.sqlite3"), place) as server:
        _upload(server, desk, dossier, MEBIBYTE)
        before = server.memory
        ways = {
            "up": lambda: _upload(server, desk, dossier, SIZE),
            "down": lambda: _download(server, desk, f"/dossiers/{dossier}/documenten/{document}"),
            "zip": lambda: _download(server, desk, f"/dossiers/{dossier}/alles"),
        }
        _once(ways)
        grown = (server.memory - before) / MEBIBYTE
        bare = {
            "bare up": lambda: _bare_upload(server, SIZE),
            "sure up": lambda: _bare_upload(server, SIZE, query=SURE),
            "bare down": lambda: _download(server, desk, PATH),
            "sure down": lambda: _download(server, desk, PATH + SURE),
        }
        rounds = [_once({**ways, **bare}) for _ in range(ROUNDS)]
    rates = {name: median(each[name] for each in rounds) for name in rounds[0]}
    budget = {"unit": "× a bare route", "budget": 0.85, "at_least": True}
    return [
        _ratio("upload of 500 MB", host, rates["up"], rates["bare up"], **budget),
        _ratio("upload of 500 MB", host, rates["up"], rates["sure up"], unit="× a bare route that hashes and flushes"),
        _ratio("download of 500 MB", host, rates["down"], rates["bare down"], **budget),
        _ratio("download of 500 MB", host, rates["down"], rates["sure down"], unit="× a bare route that hashes"),
        _ratio("archive of 500 MB", host, rates["zip"], rates["bare down"], unit="× a bare route"),
        Figure(subject="memory that all three take", where=host, value=grown, unit="MiB", budget=8),
    ]


def _once(ways: Mapping[str, Callable[[], float]]) -> dict[str, float]:
    """Measure each way once, one after another, so that a change in the machine's speed affects all of them."""
    return {name: way() for name, way in ways.items()}


def _ratio(subject: str, where: str, own: float, bare: float, **told: Any) -> Figure:
    return Figure(subject=subject, where=where, value=own / bare, basis=f"{own:.0f} and {bare:.0f} MB/s", **told)


def publish(desk: Desk) -> tuple[object, object]:
    """Open a dossier and publish a file of 500 MiB in it."""
    office = OfficeActor(office_id=desk.office_id, handler="mr. A. de Wit")
    dossier = desk.portal.office.dossiers.open(office, number="1", description="Groot", parties=[desk.client_id])
    publication = Publication(kind=DocumentKind.DOCUMENT, title="Groot", for_clients=frozenset({desk.client_id}))
    blocks = (BLOCK for _ in range(SIZE // MEBIBYTE))
    document = desk.portal.office.documents.publish(office, dossier, publication, name="groot.pdf", blocks=blocks)
    return dossier, document


def _upload(server: Running, desk: Desk, dossier: object, size: int) -> float:
    """Upload one file. Return the speed in MB/s."""
    path = f"/dossiers/{dossier}/bijlagen?concept={desk.portal.client.messages.new_draft()}"
    with Visitor(server.port, cookie=desk.cookie) as visitor:
        return _sent(visitor, path, size, seal=visitor.seal(f"/dossiers/{dossier}/berichten/nieuw"))


def _bare_upload(server: Running, size: int, *, query: str = "") -> float:
    """Upload one file to the bare route. Return the speed in MB/s."""
    with Visitor(server.port) as visitor:
        return _sent(visitor, PATH + query, size, seal="")


def _sent(visitor: Visitor, path: str, size: int, *, seal: str) -> float:
    def body() -> Iterator[bytes]:
        yield HEAD
        for _ in range(size // MEBIBYTE):
            yield BLOCK
        yield TAIL

    os.sync()  # Otherwise the upload would wait for earlier writes.
    length = len(HEAD) + size + len(TAIL)
    begun = time.perf_counter()
    status = visitor.send(path, body(), length, "multipart/form-data; boundary=grens", seal=seal)
    passed = time.perf_counter() - begun
    if status != 201:
        raise RuntimeError(f"the file was not taken: {status}")
    return size / passed / 1e6


def _download(server: Running, desk: Desk, path: str) -> float:
    """Download the large file. Return the speed in MB/s."""
    with Visitor(server.port, cookie=desk.cookie) as visitor:
        begun = time.perf_counter()
        taken = visitor.take(path)
        passed = time.perf_counter() - begun
    if taken < SIZE:
        raise RuntimeError(f"{taken} bytes came")
    return taken / passed / 1e6
