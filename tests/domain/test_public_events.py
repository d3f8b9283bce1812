"""Public events (EV-1)."""

import typing
from datetime import UTC, date, datetime
from typing import Any, get_args, get_type_hints
from uuid import UUID, uuid4

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain import events
from klantportaal.domain.accounts import AccountRole, ClientKind
from klantportaal.domain.auditing import Background
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.office_notices import Arrival
from klantportaal.domain.public_events import (
    EventContent,
    EventPage,
    EventType,
    PublicEvent,
    announced,
    not_received,
    office_notified,
    page,
    waiting_changed,
)
from klantportaal.domain.sessions import Actor, OfficeActor, Visitor
from klantportaal.domain.values import AccountId, ClientId, DossierId, EventId, OfficeId
from klantportaal.domain.waiting import Waiting, WaitingFor
from tests.domain.test_sessions import ACTOR

AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
OFFICE = OfficeId(UUID(int=1))
DOSSIER, CLIENT = DossierId(UUID(int=2)), ClientId(UUID(int=3))
BYS = (
    ACTOR,
    OfficeActor(office_id=OFFICE, handler="mr. A. de Wit"),
    Visitor(office_id=OFFICE, network_address="192.0.2.7", device="Firefox"),
    Background(office_id=OFFICE),
)
CONTENTS = "Geheim"
OF_CLIENTS = {
    "message.sent": "message_id client_id account_id",
    "message.taken_back": "message_id client_id account_id",
    "item.delivered": "request_id item_id delivery_id client_id account_id",
    "item.not_applicable": "request_id item_id delivery_id client_id account_id",
    "delivery.taken_back": "request_id item_id delivery_id client_id account_id",
    "questionnaire.completed": "assignment_id client_id account_id",
    "document.looked_at": "document_id client_id account_id",
    "document.downloaded": "document_id client_id account_id",
    "document.not_received": "document_id client_id account_id",
    "archive.downloaded": "archive_id client_id account_id",
    "archive.not_received": "archive_id client_id account_id",
}
OTHERS = {
    "account.activated": "person_id account_id",
    "sign_in.blocked": "person_id step",
    "waiting.changed": "client_id waiting_for",
    "mail.refused": "person_id mail",
    "mail.bounced": "person_id mail",
    "office.notified": "client_id arrival",
    "webhook.disabled": "webhook_id failure",
}


def value_of(hint: Any) -> Any:
    """Make a value of a field of an event. Text says what nobody may be told."""
    if isinstance(hint, typing.NewType):
        return value_of(hint.__supertype__)
    for kind, value in ((UUID, uuid4()), (datetime, AT), (date, AT.date()), (bool, True), (int, 7), (str, CONTENTS)):
        if hint is kind:
            return value
    first = get_args(hint)[0]
    return (value_of(first),) if typing.get_origin(hint) is tuple else value_of(first)


def one_of_each() -> list[events.Event]:
    """Make one of each event of the trail, with all its fields."""
    return [
        kind(**{field.name: value_of(get_type_hints(kind)[field.name]) for field in attrs.fields(kind)})
        for kind in events.Event.__subclasses__()
    ]


def test_the_closed_set() -> None:
    """EV-1: the types and their ids are a closed set. A name never changes, so this list only grows."""
    assert {each.value for each in EventType} == OF_CLIENTS.keys() | OTHERS.keys()


def everything() -> list[EventContent]:
    """Give all that is told of all events, whoever did them."""
    facts = [(fact, by) for fact in one_of_each() for by in BYS]
    told = [each for fact, by in facts for each in announced(fact, by)]
    ended = (events.DocumentDownloaded, events.DocumentLookedAt, events.ArchiveDownloaded)
    told += [each for fact, by in facts if isinstance(fact, ended) for each in not_received(fact, by)]
    waiting = Waiting(whom=WaitingFor.OFFICE, since=AT, count=1)
    told += [waiting_changed(DOSSIER, CLIENT, waiting), office_notified(DOSSIER, CLIENT, Arrival.MESSAGES)]
    return told


def test_each_has_its_ids() -> None:
    """EV-1: each type is told of some event, always with the same ids."""
    named = {**OF_CLIENTS, **OTHERS}
    assert {(each.type.value, " ".join(each.data)) for each in everything()} == set(named.items())


def test_what_is_about_a_dossier() -> None:
    """EV-1: what clients do in a dossier has the dossier."""
    about = {each.type.value for each in everything() if each.dossier_id is not None}
    assert about == OF_CLIENTS.keys() | {"waiting.changed", "office.notified"}


def test_no_contents() -> None:
    """EV-1: a public event has ids and words of the portal, and no text that anybody typed."""
    for each in everything():
        texts = [value for name, value in each.data.items() if not name.endswith("_id")]
        ids = [value for name, value in each.data.items() if name.endswith("_id")]
        assert [str(UUID(id)) for id in ids] == ids
        assert all(" " not in text and len(text) < 30 for text in texts)
        words = (EventType.MAIL_REFUSED, EventType.MAIL_BOUNCED, EventType.WEBHOOK_DISABLED)
        if each.type not in words:  # Theirs are kinds of mails, and of failures.
            assert CONTENTS not in texts


def test_what_the_office_does() -> None:
    """EV-1: the office is not told what it did itself."""
    told = {each.type for fact in one_of_each() for each in announced(fact, BYS[1])}
    assert told.isdisjoint(map(EventType, OF_CLIENTS))


def test_nobody_known() -> None:
    """EV-1: if nobody has the address, the id is empty; an attempt that was compared is not told."""
    fact = events.SignInRefused(person_id=None, throttled=True, at=AT)
    blocked = EventContent(type=EventType.SIGN_IN_BLOCKED, data={"person_id": "", "step": "password"})
    assert announced(fact, BYS[2]) == [blocked]
    assert announced(attrs.evolve(fact, throttled=False), BYS[2]) == []


def test_activations() -> None:
    """EV-1, PE-2: each account that becomes active is told once, by signing in or by switching."""
    accounts = (AccountId(uuid4()), AccountId(uuid4()))
    signed_in = next(each for each in one_of_each() if isinstance(each, events.SignedIn))
    told = announced(attrs.evolve(signed_in, activated=accounts), BYS[2])
    assert [each.data["account_id"] for each in told] == [str(each) for each in accounts]
    switched = next(each for each in one_of_each() if isinstance(each, events.AccountSwitched))
    assert [len(announced(attrs.evolve(switched, is_first=first), ACTOR)) for first in (True, False)] == [1, 0]


def test_nobody_waits() -> None:
    """EV-1, PG-2: if nothing is open any more, nobody is waited for."""
    assert waiting_changed(DOSSIER, CLIENT, None).data == {"client_id": str(CLIENT), "waiting_for": "nobody"}


def stored(number: int) -> PublicEvent:
    """Make an event with a number."""
    return PublicEvent(
        id=EventId(UUID(int=number)),
        office_id=OFFICE,
        number=number,
        type=EventType.MAIL_BOUNCED,
        at=AT,
        dossier_id=None,
        dossier_number=None,
        data={},
    )


@given(st.integers(0, 12), st.integers(0, 12), st.integers(0, 12), st.integers(1, 5))
def test_pages(newest: int, swept: int, after: int, size: int) -> None:
    """EV-1: with the cursors of the pages, each event is read once or counted as missed, and the end is reached."""
    kept = [stored(number) for number in range(min(swept, newest) + 1, newest + 1)]

    def read(cursor: int) -> EventPage:
        found = [each for each in kept if each.number > cursor][:size]
        return page(tuple(found), after=cursor, newest=newest)

    if after > newest:
        with pytest.raises(Refused) as refused:
            read(after)
        fault = Fault(code=FaultCode.TOO_LARGE, field="after", params={"limit": newest})
        assert refused.value.faults == (fault,)
        return
    cursor, seen, missed = after, [], 0
    while (found := read(cursor)).events:
        seen += [each.number for each in found.events]
        missed += found.missed
        cursor = found.cursor
    missed += found.missed
    assert found.cursor == newest
    assert (len(seen) + missed, seen) == (newest - after, [each.number for each in kept if each.number > after])


def test_actor() -> None:
    """The actor of these tests acts for a person."""
    assert (ACTOR.kind, ACTOR.role) == (ClientKind.PERSON, AccountRole.MAIN)
    assert isinstance(ACTOR, Actor)
