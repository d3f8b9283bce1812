"""Measures ten operations of the APIs over HTTP, each beside a bare endpoint with the same statements and answer.

Both are of the same app in the same process, and asked in turn, so that a change in the machine's speed affects both.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import attrs
from flask import Flask
from rich.progress import Progress

from benchmarks import api_host, by_hand
from benchmarks.dataset import Dataset, load_postgresql, load_sqlite
from benchmarks.measured import Figure, percentile, timed
from benchmarks.replay import recorded
from benchmarks.server import assemble
from benchmarks.visiting import Visitor, session_cookie
from klantportaal import ApiAccess, ApiArea, NewApiKey, OfficeActor, Portal
from klantportaal.adapters.flask import client_api, office_api
from tests.support import postgres

SIZE = 10_000
ROUNDS = 500
HOSTS = ("flask", "fastapi")


@attrs.frozen
class Caller:
    """Somebody who sends requests."""

    cookie: str = ""
    bearer: str = ""

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of a request in this process."""
        sent = {"Cookie": self.cookie, "Sec-Fetch-Site": "same-origin"}
        return {**sent, "Authorization": f"Bearer {self.bearer}"} if self.bearer else sent

    def connected(self, port: int) -> Visitor:
        """Connect to a host."""
        return Visitor(port, cookie=self.cookie, bearer=self.bearer)


@attrs.frozen
class Operation:
    """One operation: who asks, and for what."""

    by: Caller
    path: str


def measure(folder: Path) -> list[Figure]:
    """Measure both hosts and both databases, with a data set of 10,000 dossiers."""
    figures: list[Figure] = []
    with ExitStack() as stack:
        progress, path = stack.enter_context(Progress(disable=True)), folder / "portal.sqlite3"
        dsn = stack.enter_context(postgres.temporary_database(stack.enter_context(postgres.server())))
        loaded = {str(path): load_sqlite(path, SIZE, progress), dsn: load_postgresql(dsn, SIZE, progress)}
        for database, dataset in loaded.items():
            name = "SQLite" if database == str(path) else "PostgreSQL"
            figures += _measured(name, database, dataset, folder)
    return figures


def _measured(name: str, database: str, dataset: Dataset, folder: Path) -> Iterator[Figure]:
    portal, statements = assemble(database, folder, 4), folder / f"{name}.statements"
    operations = _operations(portal, dataset)
    record(portal, operations, statements)
    for host in HOSTS:
        with api_host.running(host, database, folder, statements) as server:
            for operation, asked in operations.items():
                yield from _compared(operation, asked, server.port, f"{host}, {name}")


def _operations(portal: Portal, dataset: Dataset) -> Mapping[str, Operation]:
    """Choose ten operations: five of an office, and five of its client."""
    handler, subject = OfficeActor(office_id=dataset.office_id, handler="mr. A. de Wit"), dataset.typical
    scopes = dict.fromkeys(ApiArea, ApiAccess.READ)
    key = portal.office.api_keys.make(handler, NewApiKey(name="bench", scopes=scopes)).secret
    office, client = Caller(bearer=key), Caller(cookie=session_cookie(dataset.office_id, subject.token))
    own = f"/api/v1/accounts/{subject.account_id}"
    return {
        "office, clients": Operation(office, "/office/v1/clients"),
        "office, dossiers": Operation(office, "/office/v1/dossiers"),
        "office, one dossier": Operation(office, f"/office/v1/dossiers/{subject.dossier_id}"),
        "office, messages": Operation(office, "/office/v1/messages"),
        "office, events": Operation(office, "/office/v1/events"),
        "client, news": Operation(client, f"{own}/news"),
        "client, counts": Operation(client, f"{own}/counts"),
        "client, dossiers": Operation(client, f"{own}/dossiers"),
        "client, one dossier": Operation(client, f"{own}/dossiers/{subject.dossier_id}"),
        "client, documents": Operation(client, f"{own}/dossiers/{subject.dossier_id}/documents?kind=document"),
    }


def record(portal: Portal, operations: Mapping[str, Operation], place: Path) -> None:
    """Write what each operation executes, once the process knows its office, and its answer, to files."""
    app, found, answers = Flask("bench"), {}, {}
    app.register_blueprint(client_api(portal), url_prefix="/")
    app.register_blueprint(office_api(portal), url_prefix="/")
    client = app.test_client(use_cookies=False)
    for name, operation in [*operations.items()] * 2:
        with recorded() as found[name]:
            answer = client.get(operation.path, headers=dict(operation.by.headers))
        if answer.status_code != 200:
            raise RuntimeError(f"{operation.path}: {answer.status_code}")
        answers[name] = answer.json
    by_hand.record(place, found)
    api_host.answers_of(place).write_text(json.dumps(answers), encoding="utf-8")


def _compared(name: str, operation: Operation, port: int, where: str) -> Iterator[Figure]:
    """Ask for an operation and for its bare endpoint in turn."""
    with operation.by.connected(port) as ours, operation.by.connected(port) as bare:
        path, bare_path = operation.path, f"/kaal/{name.replace(' ', '%20')}"
        for _ in range(20):
            ours.get(path)
            bare.get(bare_path)
        times = [(timed(lambda: ours.get(path)), timed(lambda: bare.get(bare_path))) for _ in range(ROUNDS)]
    own, other = ([pair[number] for pair in times] for number in (0, 1))
    rates = [ROUNDS / sum(each) * 1_000_000 for each in (own, other)]
    yield Figure(
        subject=f"API: {name}",
        where=where,
        value=rates[1] / rates[0],
        unit="× bare",
        budget=1.8,
        basis=f"{rates[0]:.0f} and {rates[1]:.0f} a second",
    )
    slow = [percentile(each, 0.99) / 1000 for each in (own, other)]
    yield Figure(
        subject=f"API: {name}, p99",
        where=where,
        value=slow[0] / slow[1],
        unit="× bare",
        budget=1.8,
        basis=f"{slow[0]:.2f} of {slow[1]:.2f} ms",
    )
