"""What nobody opened, and the letter about it (RM-1)."""

import pytest

from klantportaal.domain.documents import DocumentKind
from klantportaal.domain.errors import Absent, Refused
from klantportaal.domain.requests import NewItem, NewRequest
from klantportaal.domain.sessions import Actor
from klantportaal.domain.unseen import UnseenKind
from klantportaal.domain.values import ClientId, Language
from klantportaal.testing.fakes import CountingIds
from tests.usecases.world import World

ADDRESS = "Dam 1\n1012 JS Amsterdam"
ASKED = NewRequest(subject="Geheim", items=[NewItem(title="Loonstrook")])


def kinds(world: World, days: int = 0) -> list[UnseenKind]:
    """List the kinds of what nobody opened."""
    return [row.kind for row in world.portal.office.reminders.unseen(world.handler, days=days)]


def test_everything_opened_leaves_the_list(world: World, jan: Actor) -> None:
    """RM-1: after 14 days the office sees what nobody opened; what the client opens leaves the list at once."""
    dossier, office, client = world.dossier(jan), world.portal.office, world.portal.client
    world.publish(dossier, jan)
    world.publish(dossier, jan, kind=DocumentKind.CORRESPONDENCE)
    message = world.write_to(dossier, jan, "Geheim")
    request = office.requests.make(world.handler, dossier, jan.client_id, ASKED)
    assignment = world.ask(jan, dossier)
    world.later(days=13)
    assert list(office.reminders.unseen(world.handler)) == []
    world.later(days=1)
    rows = office.reminders.unseen(world.handler)
    assert [row.kind for row in rows] == list(UnseenKind)
    assert list(office.reminders.unseen(world.handler, after=rows[1].key, size=1)) == [rows[2]]
    client.requests.get(jan, request)
    client.messages.peek(jan, dossier, message)
    assert len(kinds(world)) == 5
    client.messages.read(jan, dossier, message)
    assert client.requests.open(jan, request) == client.requests.open(jan, request)
    client.questionnaires.open(jan, assignment)
    assert kinds(world)[2:] == [UnseenKind.QUESTIONNAIRE]
    client.questionnaires.start(jan, assignment)
    assert kinds(world) == [UnseenKind.DOCUMENT, UnseenKind.CORRESPONDENCE]
    assert world.audit().count("RequestSeen") == 1
    seen, letter = client.dossiers.documents(jan, dossier, DocumentKind.DOCUMENT)[0].id, rows[1].id
    b"".join(client.dossiers.download(jan, dossier, seen).blocks)
    assert [row.id for row in office.reminders.unseen(world.handler)] == [letter]


@pytest.mark.parametrize("applies", [True, False])
def test_whoever_answers_a_request_has_seen_it(world: World, jan: Actor, applies: bool) -> None:
    """RM-1: a request counts as seen once the client delivered for it, or said that an item does not apply."""
    two = NewRequest(subject="Geheim", items=[NewItem(title="Loonstrook"), NewItem(title="Paspoort")])
    id = world.portal.office.requests.make(world.handler, world.dossier(jan), jan.client_id, two)
    assert kinds(world) == [UnseenKind.REQUEST]
    calls = world.portal.client.requests
    item = calls.get(jan, id).request.items[0].id
    if applies:
        calls.stage(jan, id, item, name="stuk.pdf", blocks=[b"%PDF-1.7"])
        calls.deliver(jan, id, item, calls.new_delivery())
    else:
        calls.declare_not_applicable(jan, id, item, calls.new_delivery(), "Ik huur.")
    assert kinds(world) == []
    assert calls.open(jan, id).request.seen_at == calls.get(jan, id).request.seen_at
    assert "RequestSeen" not in world.audit()


def test_the_letter(world: World, jan: Actor) -> None:
    """RM-1: the letter has the addresses, the dossier and how much waits, in the client's language, and no contents."""
    dossier, office = world.dossier(jan, number="2026-007"), world.portal.office
    office.requests.make(world.handler, dossier, jan.client_id, ASKED)
    world.write_to(dossier, jan, "Geheim")
    world.write_to(dossier, jan, "Geheim")
    text = office.reminders.letter(world.handler, dossier, jan.client_id, ADDRESS).decode()
    for expected in (
        world.portal.offices.get(world.handler.office_id).profile.name,
        jan.client_name,
        ADDRESS,
        "2026-007",
        "2 message",
        "1 request",
    ):
        assert expected in text
    assert "Geheim" not in text
    assert (
        text
        == office.reminders.letter(world.handler, dossier, jan.client_id, ADDRESS, language=Language.DUTCH).decode()
    )


def test_no_letter(world: World, jan: Actor) -> None:
    """RM-1, AL-1: there is no letter if nothing is unseen, for another client or office, or without an address."""
    dossier, letter = world.dossier(jan), world.portal.office.reminders.letter
    with pytest.raises(Absent):
        letter(world.handler, dossier, jan.client_id, ADDRESS)
    world.write_to(dossier, jan, "Geheim")
    with pytest.raises(Absent):
        letter(world.handler, dossier, ClientId(CountingIds(99).new()), ADDRESS)
    with pytest.raises(Absent):
        letter(world.other_office(), dossier, jan.client_id, ADDRESS)
    with pytest.raises(Refused):
        letter(world.handler, dossier, jan.client_id, " ")


def test_two_accounts_open_a_request_at_once(world: World, jan: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """RM-1: of accounts that open a request at once, the first is on record, and it is marked once."""
    id = world.portal.office.requests.make(world.handler, world.dossier(jan), jan.client_id, ASKED)
    calls = world.portal.client.requests
    before = calls.get(jan, id)
    first = calls.open(jan, id)
    world.later(minutes=1)
    monkeypatch.setattr(type(calls), "get", lambda *_arguments: before)
    assert calls.open(jan, id).request == first.request
    assert world.audit().count("RequestSeen") == 1
