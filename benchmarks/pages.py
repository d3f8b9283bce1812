"""Measures whole HTML pages over HTTP, on both hosts and both databases, beside hand-written pages and the peers.

All of them are asked in turn within one run, so that a change in the machine's speed affects all.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import attrs
from rich.progress import Progress

from benchmarks import beside, by_hand, database
from benchmarks.dataset import Dataset, load_postgresql, load_sqlite
from benchmarks.measured import Figure, percentile, timed
from benchmarks.replay import recorded
from benchmarks.server import Running, assemble, running
from benchmarks.visiting import Visitor, session_cookie
from tests.support import postgres

SIZE = 10_000
ROUNDS = 300
REQUESTS = 10_000
"""After so many requests, the memory of a host is read."""
MEMORY = {"flask": 65.0, "fastapi": 80.0}
Ask = Callable[[], object]
Times = Mapping[str, list[float]]


def measure(folder: Path, *, with_peers: bool) -> list[Figure]:
    """Measure pages with a data set of 10,000 dossiers."""
    figures: list[Figure] = []
    with ExitStack() as stack:
        progress = stack.enter_context(Progress(disable=True))
        path = folder / "portal.sqlite3"
        server = stack.enter_context(postgres.server())
        dsn = stack.enter_context(postgres.temporary_database(server))
        loaded = (
            Loaded("SQLite", str(path), load_sqlite(path, SIZE, progress), None),
            Loaded("PostgreSQL", dsn, load_postgresql(dsn, SIZE, progress), server),
        )
        for each in loaded:
            figures += _measured(each, folder, with_peers=with_peers)
    return figures


@attrs.frozen
class Loaded:
    """A database with its data set."""

    name: str
    database: str
    """A path or a DSN."""
    dataset: Dataset
    server: str | None
    """The PostgreSQL server on which the peers get their databases. None for SQLite."""


def _measured(loaded: Loaded, folder: Path, *, with_peers: bool) -> Iterator[Figure]:
    with ExitStack() as stack:
        statements = folder / f"{loaded.name}.statements"
        by_hand.record(statements, _statements(loaded, folder))
        for host in MEMORY:
            _compile(host, loaded, folder)
        hosts = {host: stack.enter_context(running(host, loaded.database, folder)) for host in MEMORY}
        asked: dict[str, Ask] = {}
        for host, server in hosts.items():
            asked |= _own_pages(stack, host, server, loaded.dataset)
            hand = stack.enter_context(by_hand.running(host, loaded.database, statements))
            asked |= _hand_pages(stack, host, hand.port)
        if with_peers:
            for peer in stack.enter_context(beside.running(folder, loaded.server, cost=4)):
                asked |= _peer_pages(peer)
        times = _in_turn(asked)
        for host, server in hosts.items():
            yield from _figures(times, host, f"{host}, {loaded.name}")
            yield _memory(server, host, f"{host}, {loaded.name}", loaded.dataset)


def _compile(host: str, loaded: Loaded, folder: Path) -> None:
    """Ask a first process of a host for each page, so that the measured one finds everything compiled."""
    with running(host, loaded.database, folder) as server, ExitStack() as stack:
        for ask in _own_pages(stack, host, server, loaded.dataset).values():
            ask()


def _statements(loaded: Loaded, folder: Path) -> by_hand.Pages:
    """Record what the portal executes for each page."""
    portal, found = assemble(loaded.database, folder, 4), {}
    for name, call in database.pages(portal, loaded.dataset, loaded.dataset.typical).items():
        with recorded() as found[name]:
            call()
    return found


def _own_pages(stack: ExitStack, host: str, server: Running, dataset: Dataset) -> dict[str, Ask]:
    subject = dataset.typical
    cookie = session_cookie(dataset.office_id, subject.token)
    client = stack.enter_context(Visitor(server.port, cookie=cookie))
    visitor = stack.enter_context(Visitor(server.port))
    return {
        f"{host} home": lambda: client.get("/home"),
        f"{host} list": lambda: client.get("/dossiers"),
        f"{host} dossier": lambda: client.get(f"/dossiers/{subject.dossier_id}"),
        f"{host} sign-in page": lambda: visitor.get("/inloggen"),
    }


def _hand_pages(stack: ExitStack, host: str, port: int) -> dict[str, Ask]:
    visitor = stack.enter_context(Visitor(port))
    return {
        f"{host} home by hand": lambda: visitor.get("/home"),
        f"{host} list by hand": lambda: visitor.get("/list"),
        f"{host} dossier by hand": lambda: visitor.get("/dossier"),
    }


def _peer_pages(peer: beside.Peer) -> dict[str, Ask]:
    client, visitor = peer.signed_in(), beside.Browser(peer.port)
    return {
        f"peer {peer.name} session": lambda: client.get("/sessie"),
        f"peer {peer.name} sign-in page": lambda: visitor.get(peer.kind.sign_in),
    }


def _in_turn(asked: Mapping[str, Ask]) -> Times:
    """Ask for each page in turn, many times. Return the times of each, in ms."""
    for call in [*asked.values()] * 20:
        call()
    times: dict[str, list[float]] = {name: [] for name in asked}
    for _ in range(ROUNDS):
        for name, call in asked.items():
            times[name].append(timed(call) / 1000)
    return times


def _figures(times: Times, host: str, where: str) -> Iterator[Figure]:
    for page in ("home", "list", "dossier"):
        ours, hand = median(times[f"{host} {page}"]), median(times[f"{host} {page} by hand"])
        yield Figure(
            subject=f"page over HTTP: {page}",
            where=where,
            value=ours / hand,
            unit="× by hand",
            budget=1.8,
            basis=f"{ours:.2f} of {hand:.2f} ms",
        )
        yield from _against_peers(times, f"{host} {page}", "session", f"page over HTTP: {page}", where, budget=1.0)
    yield from _against_peers(
        times, f"{host} sign-in page", "sign-in page", "page over HTTP: sign-in", where, budget=0.55
    )


def _against_peers(
    times: Times, ours: str, theirs: str, subject: str, where: str, *, budget: float
) -> Iterator[Figure]:
    """Compare a page with the better peer's, if there are peers: by its median, and by its slow ones."""
    peers = [each for name, each in times.items() if name.startswith("peer ") and name.endswith(theirs)]
    if not peers:
        return
    for share, called in ((0.5, "p50"), (0.99, "p99")):
        own, best = percentile(times[ours], share), min(percentile(each, share) for each in peers)
        yield Figure(
            subject=f"{subject}, {called}",
            where=where,
            value=own / best,
            unit="× the better peer",
            budget=budget,
            basis=f"{own:.2f} of {best:.2f} ms",
        )


def _memory(server: Running, host: str, where: str, dataset: Dataset) -> Figure:
    cookie = session_cookie(dataset.office_id, dataset.typical.token)
    with Visitor(server.port, cookie=cookie) as client:  # uvicorn has ended the connection that was idle meanwhile.
        for _ in range(REQUESTS):
            client.get("/home")
    value = server.memory / 1024**2
    return Figure(
        subject=f"memory after {REQUESTS:,} requests", where=where, value=value, unit="MiB", budget=MEMORY[host]
    )
