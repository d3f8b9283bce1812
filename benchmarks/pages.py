"""Measures complete HTML pages over HTTP, on both hosts and both databases."""

from contextlib import ExitStack
from pathlib import Path
from statistics import median

from rich.progress import Progress

from benchmarks.dataset import Dataset, load_postgresql, load_sqlite
from benchmarks.measured import Figure, timed
from benchmarks.server import Running, running
from benchmarks.visiting import Visitor, session_cookie
from tests.support import postgres

SIZE = 10_000
ROUNDS = 200
HOSTS = ("flask", "fastapi")
PEERS = {"SQLite": 1.50, "PostgreSQL": 2.28}
"""The better peer's page that only reads the session, p50 in ms, from `performance.md` of the design."""
SIGN_IN_PAGE = {"SQLite": 1.68, "PostgreSQL": 1.97}
"""The better peer's sign-in page, from the same table."""
MEMORY = 80


def measure(folder: Path) -> list[Figure]:
    """Measure pages with a data set of 10,000 dossiers."""
    figures = []
    with ExitStack() as stack:
        progress = stack.enter_context(Progress(disable=True))
        path = folder / "portal.sqlite3"
        dsn = stack.enter_context(postgres.temporary_database(stack.enter_context(postgres.server())))
        loaded = {
            "SQLite": (str(path), load_sqlite(path, SIZE, progress)),
            "PostgreSQL": (dsn, load_postgresql(dsn, SIZE, progress)),
        }
        for name, (database, dataset) in loaded.items():
            for host in HOSTS:
                with running(host, database, folder) as server:
                    figures += _pages(server, dataset, name, f"{host}, {name}")
    return figures


def _pages(server: Running, dataset: Dataset, database: str, where: str) -> list[Figure]:
    subject = dataset.typical
    paths = {"home": "/home", "list": "/dossiers", "dossier": f"/dossiers/{subject.dossier_id}"}
    with Visitor(server.port, cookie=session_cookie(dataset.office_id, subject.token)) as visitor:
        figures = [
            Figure(
                subject=f"page over HTTP: {page}",
                where=where,
                value=_typical(visitor, path),
                unit="ms",
                budget=PEERS[database],
            )
            for page, path in paths.items()
        ]
    with Visitor(server.port) as visitor:
        value = _typical(visitor, "/inloggen")
    figures.append(
        Figure(
            subject="page over HTTP: sign-in", where=where, value=value, unit="ms", budget=0.6 * SIGN_IN_PAGE[database]
        )
    )
    memory = Figure(subject="memory of a host", where=where, value=server.memory / 1024**2, unit="MiB", budget=MEMORY)
    return [*figures, memory]


def _typical(visitor: Visitor, path: str) -> float:
    for _ in range(20):
        visitor.get(path)
    return median(timed(lambda: visitor.get(path)) for _ in range(ROUNDS)) / 1000
