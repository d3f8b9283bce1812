"""Making clients, dossiers, documents and messages once for each external id, and finding them by it (EX-1, EX-2)."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import attrs
import pytest

from klantportaal.adapters.storage.memory import MemoryStorage
from klantportaal.domain.accounts import ClientKind, NewClient
from klantportaal.domain.documents import DocumentKind, Publication
from klantportaal.domain.errors import Absent, Fault, FaultCode, Refused
from klantportaal.domain.extra_accounts import NewExtraAccount
from klantportaal.domain.messages import MessageText
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import DossierId, Language
from tests.usecases.world import PDF, World

NEW = NewClient(kind=ClientKind.PERSON, name="Jan", email="jan@example.nl", external_id="X-1")


@attrs.frozen(kw_only=True)
class Given:
    """A dossier of one client."""

    world: World
    client: Actor
    dossier: DossierId


@pytest.fixture
def given(world: World) -> Given:
    """A dossier of one client."""
    client = world.onboard("koper@example.nl")
    return Given(world=world, client=client, dossier=world.dossier(client))


Make = Callable[..., Any]


def _client(of: Given, name: str = "Jan", external_id: str | None = "X-1") -> Any:
    new = attrs.evolve(NEW, name=name, external_id=external_id)
    return of.world.portal.office.clients.invite(of.world.handler, new)[0]


def _dossier(of: Given, name: str = "Koop", external_id: str | None = "X-1") -> Any:
    return of.world.portal.office.dossiers.open(
        of.world.handler, number="7", description=name, parties=[of.client.client_id], external_id=external_id
    )


def _document(of: Given, name: str = "Akte", external_id: str | None = "X-1", *, file: bytes = PDF) -> Any:
    whom = frozenset({of.client.client_id})
    publication = Publication(kind=DocumentKind.DOCUMENT, title=name, for_clients=whom, external_id=external_id)
    publish = of.world.portal.office.documents.publish
    return publish(of.world.handler, of.dossier, publication, name="a.pdf", blocks=[file])


def _message(of: Given, name: str = "Vraag", external_id: str | None = "X-1") -> Any:
    text = MessageText(subject=name, body="Klopt dit?")
    send = of.world.portal.office.messages.send
    return send(of.world.handler, of.dossier, of.client.client_id, text, external_id=external_id)


MAKING: Mapping[str, Make] = {
    "clients": _client,
    "dossiers": _dossier,
    "documents": _document,
    "messages": _message,
}
"""What makes something of each kind, by the group of calls that finds it."""
each_kind = pytest.mark.parametrize("group", MAKING)


def _find(of: Given, group: str, external_id: str = "X-1") -> Any:
    return getattr(of.world.portal.office, group).find(of.world.handler, external_id)


def _refused(call: Callable[[], object]) -> tuple[Fault, ...]:
    with pytest.raises(Refused) as error:
        call()
    return error.value.faults


@each_kind
def test_the_same_again_gives_the_same_thing(given: Given, group: str) -> None:
    """EX-2: made again with the same contents it is the same thing, and nothing is written."""
    made, storage = MAKING[group](given), given.world.storage
    assert isinstance(storage, MemoryStorage)
    rows, files = storage._committed, dict(given.world.files.contents)
    assert [MAKING[group](given), _find(given, group)] == [made, made]
    assert storage._committed is rows
    assert given.world.files.contents == files


@each_kind
def test_other_contents_are_refused(given: Given, group: str) -> None:
    """EX-2: with other contents the refusal names the external id, and nothing is kept."""
    made, kind = MAKING[group](given), group.removesuffix("s")
    files = dict(given.world.files.contents)
    taken = Fault(code=FaultCode.EXTERNAL_ID_TAKEN, field="external_id", params={"kind": kind, "external_id": "X-1"})
    assert _refused(partial(MAKING[group], given, "Anders")) == (taken,)
    assert (_find(given, group), given.world.files.contents) == (made, files)


def test_another_file_is_refused(given: Given) -> None:
    """EX-2: the bytes of a file belong to the contents of a document."""
    _document(given)
    (taken,) = _refused(partial(_document, given, file=PDF + b"x"))
    assert taken.code is FaultCode.EXTERNAL_ID_TAKEN


@each_kind
def test_kinds_have_ids_of_their_own(given: Given, group: str) -> None:
    """EX-1: an external id is of one kind and one office; anything else does not exist."""
    MAKING[group](given)
    for other in MAKING.keys() - {group}:
        with pytest.raises(Absent):
            _find(given, other)
    for wrong in ("x-1", "X-1 ", "", "X\x001"):
        with pytest.raises(Absent):
            _find(given, group, wrong)
    elsewhere = given.world.other_office()
    with pytest.raises(Absent):
        getattr(given.world.portal.office, group).find(elsewhere, "X-1")


@pytest.mark.parametrize("external_id", ["X-1", None])
def test_what_is_read_has_it(given: Given, external_id: str | None) -> None:
    """EX-1: the office reads the external id of a client, dossier, document and message, or that it has none."""
    client = _client(given, external_id=external_id)
    document, message = (make(given, external_id=external_id) for make in (_document, _message))
    office, handler = given.world.portal.office, given.world.handler
    rows = {row.client.id: row.external_id for row in office.clients.list(handler)}
    assert (rows[client], rows[given.client.client_id]) == (external_id, None)
    assert office.clients.get(handler, client).external_id == external_id
    dossier = office.dossiers.get(handler, given.dossier)
    assert dossier.external_id is None
    assert {row.document.id: row.external_id for row in dossier.documents} == {document: external_id}
    assert {row.message.id: row.external_id for row in dossier.messages} == {message: external_id}
    assert [row.external_id for row in office.messages.peek(handler, message).messages] == [external_id]
    opened = office.dossiers.get(handler, _dossier(given, external_id=external_id))
    assert (opened.external_id, opened.documents) == (external_id, ())
    assert [row.external_id for row in office.dossiers.list(handler)] == [external_id, None]
    assert office.messages.inbox(handler) == []


@each_kind
def test_without_an_external_id(given: Given, group: str) -> None:
    """EX-1: whoever gives none makes another thing each time, where other rules let it."""
    made = MAKING[group](given, external_id=None)
    if group == "dossiers":
        assert [each.code for each in _refused(partial(_dossier, given, external_id=None))] == [FaultCode.NUMBER_TAKEN]
    else:
        assert MAKING[group](given, external_id=None) != made


@each_kind
def test_a_malformed_one(given: Given, group: str) -> None:
    """EX-1, AL-1: a malformed external id is refused with the other faults, and not taken."""
    faults = _refused(partial(MAKING[group], given, "" if group != "documents" else "x" * 151, " X-1"))
    assert [each.field for each in faults][1:] == ["external_id"]
    assert faults[-1].code is FaultCode.NOT_AS_FORMAT
    with pytest.raises(Absent):
        _find(given, group, " X-1")


@each_kind
def test_what_was_refused_takes_no_external_id(given: Given, group: str) -> None:
    """EX-2, AL-2: after a refusal, the external id is free."""
    _refused(partial(MAKING[group], given, "" if group != "documents" else "x" * 151))
    assert MAKING[group](given) == _find(given, group)


def test_a_client_with_more_accounts(given: Given) -> None:
    """EX-2: a client that is given again comes with its main account."""
    company = attrs.evolve(NEW, kind=ClientKind.COMPANY)
    clients, handler = given.world.portal.office.clients, given.world.handler
    client, account = clients.invite(handler, company)
    clients.add_extra_account(
        handler, client, NewExtraAccount(name="Els", email="els@example.nl", language=Language.DUTCH)
    )
    assert clients.invite(handler, company) == (client, account)
