"""Making one thing for one external id, fifty times at the same time, on databases with concurrent units of work."""

import attrs
import pytest

from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.domain.accounts import ClientKind, NewClient
from klantportaal.domain.documents import DocumentKind, Publication
from klantportaal.domain.errors import FaultCode, Refused
from klantportaal.domain.values import ClientId
from klantportaal.testing.contracts.storage.base import all_at_once
from tests.usecases.world import PDF, World

THREADS = 50
NEW = NewClient(kind=ClientKind.PERSON, name="Jan", email="jan@example.nl", external_id="K-1042")


@pytest.fixture
def world(storage: SqlStorage) -> World:
    """Return a portal on each database in turn."""
    return World(storage=storage)


def test_one_client_of_fifty(world: World) -> None:
    """EX-2: fifty that add the client at once all get the one that was added, which is invited once."""
    clients = world.portal.office.clients
    made = all_at_once(lambda _number: clients.invite(world.handler, NEW), threads=THREADS)
    (card,) = clients.list(world.handler)
    assert {*made} == {(card.client.id, card.accounts[0].id)}
    assert [mail.to for mail in world.deliver()] == ["jan@example.nl"]


def test_one_document_of_fifty(world: World) -> None:
    """EX-2, AL-3: fifty that publish the document at once all get the one, and one file stays."""
    client = world.onboard("koper@example.nl")
    dossier, publish = world.dossier(client), world.portal.office.documents.publish
    whom = frozenset({client.client_id})
    akte = Publication(kind=DocumentKind.DOCUMENT, title="Akte", for_clients=whom, external_id="D-7")
    files = len(world.files.contents)
    made = all_at_once(
        lambda _number: publish(world.handler, dossier, akte, name="a.pdf", blocks=[PDF]), threads=THREADS
    )
    (row,) = world.portal.office.dossiers.get(world.handler, dossier).documents
    assert ({*made}, len(world.files.contents)) == ({row.document.id}, files + 1)


def test_one_of_fifty_contents(world: World) -> None:
    """EX-2: of fifty that add another client at once, one does, and the others are refused."""
    clients = world.portal.office.clients

    def invite(number: int) -> ClientId | FaultCode:
        try:
            return clients.invite(world.handler, attrs.evolve(NEW, name=f"Jan {number}"))[0]
        except Refused as error:
            return error.faults[0].code

    made = all_at_once(invite, threads=THREADS)
    (card,) = clients.list(world.handler)
    assert sorted(map(str, made)) == sorted([str(card.client.id), *["external_id_taken"] * (THREADS - 1)])
