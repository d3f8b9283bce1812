"""Measures uploads and downloads of 500 MiB, through real servers of both hosts, to and from a disk."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

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
    """Measure uploads and downloads on both hosts."""
    figures = []
    for host in HOSTS:
        place = folder / host
        place.mkdir()
        desk = furnish(place, 4)
        dossier, document = _publish(desk)
        with running(host, str(place / "portal.sqlite3"), place) as server:
            _upload(server, desk, dossier, MEBIBYTE)
            before = server.memory
            up = median(_upload(server, desk, dossier, SIZE) for _ in range(ROUNDS))
            path = f"/dossiers/{dossier}/documenten/{document}"
            rounds = [(_download(server, desk, path), _download(server, desk, "/kaal")) for _ in range(ROUNDS)]
            down, bare = (median(rates) for rates in zip(*rounds, strict=True))
            grown = (server.memory - before) / MEBIBYTE
        figures += [
            Figure(subject="upload of 500 MB", where=host, value=up, unit="MB/s", budget=250, at_least=True),
            Figure(
                subject="download of 500 MB",
                where=host,
                value=down / bare,
                unit="× a bare route",
                budget=0.85,
                at_least=True,
                basis=f"{down:.0f} and {bare:.0f} MB/s",
            ),
            Figure(subject="memory that both take", where=host, value=grown, unit="MiB", budget=8),
        ]
    return figures


def _publish(desk: Desk) -> tuple[object, object]:
    """Open a dossier and publish a file of 500 MiB in it."""
    office = OfficeActor(office_id=desk.office_id, handler="mr. A. de Wit")
    dossier = desk.portal.office.dossiers.open(office, number="1", description="Groot", parties=[desk.client_id])
    publication = Publication(kind=DocumentKind.DOCUMENT, title="Groot", for_clients=frozenset({desk.client_id}))
    blocks = (BLOCK for _ in range(SIZE // MEBIBYTE))
    document = desk.portal.office.documents.publish(office, dossier, publication, name="groot.pdf", blocks=blocks)
    return dossier, document


def _upload(server: Running, desk: Desk, dossier: object, size: int) -> float:
    """Upload one file. Return the speed in MB/s."""

    def body() -> Iterator[bytes]:
        yield HEAD
        for _ in range(size // MEBIBYTE):
            yield BLOCK
        yield TAIL

    path = f"/dossiers/{dossier}/bijlagen?concept={desk.portal.client.messages.new_draft()}"
    os.sync()  # Otherwise the upload would wait for earlier writes.
    with Visitor(server.port, cookie=desk.cookie) as visitor:
        seal, length = visitor.seal(f"/dossiers/{dossier}/berichten/nieuw"), len(HEAD) + size + len(TAIL)
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
