"""Hosts that are killed while clients send and download, through gunicorn and uvicorn, on both databases."""

import http.client
import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing, contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from uuid import UUID, uuid4

import attrs
import psycopg
import pytest

from klantportaal.adapters.storage.sql.locations import SCHEMA
from klantportaal.adapters.web.http.download_limits import DOWNLOADS_OF_ONE
from klantportaal.domain.documents import DocumentKind, Publication
from klantportaal.domain.values import DocumentId
from klantportaal.ports.files import BLOCK
from tests.faults.hosting import HOSTS, Client, hosted
from tests.faults.load import THREADS, Place, contents, find
from tests.faults.tally import Tally
from tests.hosts.browsers import SEAL, Upload, multipart

BROKEN = (ConnectionError, http.client.HTTPException)
"""What a client sees of a host that is killed. A host that does not answer at all fails a test."""
KILLS = 2
BEFORE = 5
"""The number of messages that are acknowledged before each kill."""
ROUNDS = 2
DOCUMENTS = DOWNLOADS_OF_ONE // 2
"""The number of documents that are downloaded at once. None waits for its turn, even if the host has not yet noticed
that its client broke off the one before."""
DOCUMENT = b"%PDF-1.7\n" + bytes(12 * BLOCK)
"""More than the buffers between a host and a client hold: a host reads its end after its client has read the most."""


# ------------------------------------------------------------------ messages
def send(client: Client, name: UUID) -> None:
    """Send a message with a file until the host says that it was sent."""
    fields = {SEAL: client.seal, "draft": str(name), "subject": str(name), "body": "Hierbij het stuk."}
    kind, body = multipart(fields, [Upload(name="stuk.pdf", content=contents(name))])
    while True:
        try:
            connection, answer = client.ask("POST", "berichten/nieuw", body, kind=kind)
        except BROKEN:
            continue
        with closing(connection):
            if answer.status == 303:
                return
            assert answer.status == 503, answer.read()  # The database was busy. Nothing was sent.


@pytest.mark.parametrize("host", HOSTS)
def test_messages(host: str, database: str, named: str, tmp_path: Path) -> None:
    """AL-2, AT-5: after ``kill -9`` of a host, each message that it said was sent is there, once, with its file."""
    names = [uuid4() for _each in range(KILLS * BEFORE + 2 * THREADS)]
    with hosted(host, database, tmp_path / "files") as (running, client), ThreadPoolExecutor(THREADS) as clients:
        sent = as_completed([clients.submit(send, client, name) for name in names])
        for _kill in range(KILLS):
            for each in islice(sent, BEFORE):
                each.result()
            running.kill()
            running.start()
        for each in sent:
            each.result()
    found = find(client.place)
    Tally(
        scenario=f"{host} killed while clients send ({named})",
        operations=len(names),
        faults=KILLS,
        acknowledged=len(names),
        lost=len(set(names) - found.messages.keys()) + len(found.damaged),
        doubled=sum(count - 1 for count in found.messages.values()),
    ).require_whole()


# ------------------------------------------------------------------ downloads
@attrs.frozen
class Taking:
    """A download of which the client has the first bytes. Its host waits until the client takes more."""

    connection: http.client.HTTPConnection
    answer: http.client.HTTPResponse
    first: bytes

    @classmethod
    def begin(cls, client: Client, document: DocumentId) -> "Taking":
        """Ask for a document."""
        connection, answer = client.ask("GET", f"documenten/{document}")
        assert answer.status == 200, answer.read()
        return cls(connection, answer, answer.read(1))

    def break_off(self) -> None:
        """Take no more."""
        self.answer.close()
        self.connection.close()

    def rest(self) -> bool:
        """Take the rest. Tell whether the client has the document whole."""
        try:
            with closing(self.connection):
                return self.first + self.answer.read() == DOCUMENT
        except BROKEN:
            return False


@contextmanager
def without_writes(database: str) -> Iterator[None]:
    """Block all writes to the trail, as when the database is busy for long."""
    if "://" in database:
        with psycopg.connect(database) as holding:
            holding.execute(f"LOCK TABLE {SCHEMA}.entries IN EXCLUSIVE MODE".encode())
            yield
            holding.rollback()
    else:
        with closing(sqlite3.connect(database, isolation_level=None, timeout=60)) as holding:
            holding.execute("BEGIN IMMEDIATE")
            yield
            holding.rollback()


def publish(place: Place) -> list[DocumentId]:
    """Publish the documents."""
    with place.opened() as (portal, actor):
        publication = Publication(kind=DocumentKind.DOCUMENT, title="Akte", for_clients=frozenset({actor.client_id}))
        make = partial(portal.office.documents.publish, place.desk, place.dossier_id, publication, name="akte.pdf")
        return [make(blocks=[DOCUMENT]) for _each in range(DOCUMENTS)]


@attrs.frozen
class Marks:
    """What the portal has on record about its downloads, by document."""

    marked: frozenset[DocumentId]
    """The documents with a mark."""
    ended: Counter[DocumentId]
    """How many downloads ended, without those that were taken back."""

    @classmethod
    def of(cls, place: Place) -> "Marks":
        """Read them."""
        ended: Counter[DocumentId] = Counter()
        with place.opened() as (portal, _actor):
            dossier = portal.office.dossiers.get(place.desk, place.dossier_id)
            for what, count in (("DocumentDownloaded", 1), ("DownloadTakenBack", -1)):
                for line in portal.office.audit.entries(place.desk, what=what, size=100):
                    ended[DocumentId(UUID(json.loads(line.entry.which)["document_id"]))] += count
        return cls(frozenset(each.document.id for each in dossier.documents if each.downloads), ended)


@pytest.mark.parametrize("host", HOSTS)
def test_downloads(host: str, database: str, named: str, tmp_path: Path) -> None:
    """DC-2: each complete download is recorded once, whenever the download breaks or the host is killed.

    Each download is broken off by its client first. Then its end cannot be written: a host that sent the last block
    before its mark would give it whole, and be killed before the mark. Then it ends, and the host is killed at once.
    """
    whole: Counter[DocumentId] = Counter()
    with hosted(host, database, tmp_path / "files") as (running, client), ThreadPoolExecutor(DOCUMENTS) as clients:
        documents = publish(client.place)

        def begin() -> list[Taking]:
            return list(clients.map(partial(Taking.begin, client), documents))

        def end(taken: list[Taking]) -> None:
            whole.update(each for each, has in zip(documents, clients.map(Taking.rest, taken), strict=True) if has)
            running.kill()

        for _round in range(ROUNDS):
            for each in begin():
                each.break_off()
            taken = begin()
            with without_writes(database):
                end(taken)
            running.start()
            end(begin())
            running.start()
    marks = Marks.of(client.place)
    Tally(
        scenario=f"{host} killed at the end of downloads ({named})",
        operations=3 * ROUNDS * DOCUMENTS,
        faults=ROUNDS * (DOCUMENTS + 2),
        acknowledged=whole.total(),
        lost=sum(max(count - marks.ended[each], each not in marks.marked) for each, count in whole.items()),
        doubled=(marks.ended - whole).total(),
    ).require_whole()
    assert whole.total() == ROUNDS * DOCUMENTS
