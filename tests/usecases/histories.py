"""Random histories of dossiers, and who has to do something in them, worked out anew from all that is there (PG-2)."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TypeVar

from klantportaal.domain.errors import Absent, Refused
from klantportaal.domain.messages import Direction, MessageText
from klantportaal.domain.questionnaires.assignments import AssignmentState
from klantportaal.domain.requests import (
    WAITING_FOR_OFFICE,
    DocumentRequest,
    ItemState,
    NewItem,
    NewRequest,
    RequestedItem,
)
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import ClientId, DossierId, Language, day
from klantportaal.domain.waiting import ThirdParty, Waiting, WaitingFor
from klantportaal.ports.reading import DossierQuery
from klantportaal.ports.storage import Storage
from klantportaal.testing.questionnaires import page, question, questionnaire
from tests.usecases.world import PDF, World

Thing = TypeVar("Thing")
SMALL = json.dumps(questionnaire("klein", page("een", question("naam"))))
TEXT = MessageText(subject="Vraag", body="Hoe staat het ervoor?")
KADASTER = {Language.DUTCH: "het Kadaster", Language.ENGLISH: "the land registry"}


class History:
    """Two clients, their office, and two dossiers, of which both are party to one."""

    def __init__(self, storage: Storage | None = None) -> None:
        self.world = world = World(storage=storage)
        self.clients = [world.onboard(), world.onboard("piet@example.nl", name="Piet Pietersen")]
        self.dossiers = [world.dossier(*self.clients, number="1"), world.dossier(self.clients[0], number="2")]
        self.third_parties: dict[tuple[DossierId, ClientId], ThirdParty] = {}
        self.number = 0
        world.publish_questionnaire(SMALL)

    def act(self, name: str, number: int) -> None:
        """Do something. *number* chooses with what. What is refused changes nothing."""
        self.number = number
        self.world.later(hours=7)
        with suppress(Refused, Absent):
            ACTS[name](self)

    def pick(self, things: list[Thing]) -> Thing:
        """Choose one of some things, with a part of the number. Raises: Absent, if there are none."""
        if not things:
            raise Absent("thing")
        self.number, which = divmod(self.number, len(things))
        return things[which]

    def party(self) -> tuple[Actor, DossierId]:
        """Choose a client and a dossier. It may be no party to it."""
        return self.pick(self.clients), self.pick(self.dossiers)

    def item(self) -> tuple[Actor, DocumentRequest, RequestedItem]:
        """Choose an item of a request, with its client."""
        actor, dossier_id = self.party()
        requests = self.world.portal.client.requests
        request = requests.get(actor, self.pick(list(requests.list(actor, dossier_id))).id).request
        return actor, request, self.pick(list(request.items))

    def items(self) -> list[NewItem]:
        """Choose some items to ask for, each with or without a due date, some of them optional."""
        today = day(self.world.clock.now())
        days = [None, today, today + timedelta(days=9)]
        return [
            NewItem(title="Stuk", due_on=self.pick(days), required=self.pick([True, True, False]))
            for _each in range(self.pick([1, 2, 3]))
        ]

    # ------------------------------------------------------------------ the model
    def check(self) -> None:
        """Compare what everybody sees with what follows from all that is there."""
        expected = {
            (dossier_id, actor.client_id): self.naive(dossier_id, actor)
            for dossier_id in self.dossiers
            for actor in self.clients
            if self.is_party(dossier_id, actor)
        }
        for actor in self.clients:
            own = {
                dossier_id: waits for (dossier_id, client_id), waits in expected.items() if client_id == actor.client_id
            }
            client = self.world.portal.client
            assert {each: client.dossiers.open(actor, each).dossier.waiting for each in own} == own
            assert {row.id: row.waiting for row in client.dossiers.list(actor, DossierQuery()).rows} == own
            assert {row.id: row.waiting for row in client.home.news(actor).latest} == own
        listed = list(self.listed())
        assert dict(listed) == {whose: waits for whose, waits in expected.items() if waits is not None}
        assert [waits.since for _whose, waits in listed] == sorted(waits.since for _whose, waits in listed)

    def listed(self) -> Iterator[tuple[tuple[DossierId, ClientId], Waiting]]:
        """List what the office sees, in pages of two."""
        after = None
        while rows := self.world.portal.office.dossiers.waiting(self.world.handler, after=after, size=2):
            yield from (((row.dossier_id, row.client_id), row.waiting) for row in rows)
            after = rows[-1].key

    def is_party(self, dossier_id: DossierId, actor: Actor) -> bool:
        """Tell whether a client is a party."""
        shown = self.world.portal.office.dossiers.get(self.world.handler, dossier_id)
        return actor.client_id in {party.id for party in shown.parties}

    def naive(self, dossier_id: DossierId, actor: Actor) -> Waiting | None:
        """Work out who has to do something for a party, from everything in its dossier."""
        shown = self.world.portal.office.dossiers.get(self.world.handler, dossier_id)
        requests = [
            self.world.portal.office.requests.get(self.world.handler, each.id).request
            for each in shown.requests
            if each.client_id == actor.client_id
        ]
        asked = [
            (each.assigned_at, each.due_on)
            for each in shown.assignments
            if each.client_id == actor.client_id and each.state is AssignmentState.OPEN
        ]
        for request in requests:
            if waiting := _awaited(request):
                since = min(_asked_at(request, each) for each in waiting)
                asked.append((since, min((each.due_on for each in waiting if each.due_on), default=None)))
        if asked:
            due = [due_on for _since, due_on in asked if due_on is not None]
            since = min(since for since, _due_on in asked)
            return Waiting(whom=WaitingFor.CLIENT, since=since, count=len(asked), due_on=min(due) if due else None)
        owed = []
        for request in requests:
            delivered = [each for each in request.items if each.state in WAITING_FOR_OFFICE]
            if delivered:
                owed.append(
                    min(given.delivered_at for each in delivered for given in each.deliveries if not given.returned)
                )
        messages = [each.message for each in shown.messages if each.message.client_id == actor.client_id]
        for message in messages:
            later = [each for each in messages if each.thread_id == message.thread_id and each.id > message.id]
            answered = any(each.direction is Direction.INBOUND and not each.taken_back_at for each in later)
            done = answered or message.handled_at or message.taken_back_at
            if message.direction is Direction.OUTBOUND and not done:
                owed.append(message.sent_at)
        if owed:
            return Waiting(whom=WaitingFor.OFFICE, since=min(owed), count=len(owed))
        third = self.third_parties.get((dossier_id, actor.client_id))
        if third is None:
            return None
        return Waiting(
            whom=WaitingFor.THIRD_PARTY, since=third.since, count=1, due_on=third.expected_on, third_party=third.name
        )


def _awaited(request: DocumentRequest) -> list[RequestedItem]:
    """List the items that the client has to deliver: optional ones only where that is all there is."""
    standing = [each for each in request.items if each.state is not ItemState.WITHDRAWN]
    untouched = [each for each in standing if each.state is ItemState.OPEN]
    returned = [each for each in standing if each.state is ItemState.RETURNED]
    nothing_else = len(untouched) + len(returned) == len(standing) and not any(each.required for each in standing)
    return returned + [each for each in untouched if each.required or nothing_else]


def _asked_at(request: DocumentRequest, item: RequestedItem) -> datetime:
    returned = [each.returned.at for each in item.deliveries if each.returned]
    return max(returned, default=item.added_at or request.made_at)


# ------------------------------------------------------------------ acts
def assign(of: History) -> None:
    """The office assigns a questionnaire."""
    actor, dossier_id = of.party()
    today = day(of.world.clock.now())
    due_on = of.pick([None, today, today + timedelta(days=3)])
    of.world.portal.office.questionnaires.assign(of.world.handler, dossier_id, actor.client_id, "klein", due_on=due_on)


def end_questionnaire(of: History) -> None:
    """A client completes a questionnaire, or the office withdraws it."""
    actor, dossier_id = of.party()
    waiting = of.pick(list(of.world.portal.client.questionnaires.waiting(actor, dossier_id)))
    if of.pick([True, False]):
        of.world.complete(actor, waiting.id, {"een": {"naam": "Jan"}})
    else:
        of.world.portal.office.questionnaires.withdraw(of.world.handler, waiting.id)


def request(of: History) -> None:
    """The office asks for documents."""
    actor, dossier_id = of.party()
    asked = NewRequest(subject="Stukken", items=of.items())
    of.world.portal.office.requests.make(of.world.handler, dossier_id, actor.client_id, asked)


def change_request(of: History) -> None:
    """The office adds an item, or withdraws one or all."""
    _actor, asked, item = of.item()
    office, handler = of.world.portal.office.requests, of.world.handler
    [new, *_others] = of.items()
    act: Callable[[], object] = of.pick(
        [
            lambda: office.add_item(handler, asked.id, new),
            lambda: office.withdraw_item(handler, asked.id, item.id, "Niet nodig"),
            lambda: office.withdraw(handler, asked.id, "Niet nodig"),
        ]
    )
    act()


def deliver(of: History) -> None:
    """A client delivers, declares that an item does not apply, or takes something back."""
    actor, asked, item = of.item()
    client = of.world.portal.client.requests
    new = client.new_delivery()
    match of.pick(["deliver", "declare", "take back"]):
        case "deliver":
            client.stage(actor, asked.id, item.id, name="stuk.pdf", blocks=[PDF])
            client.deliver(actor, asked.id, item.id, new)
        case "declare":
            client.declare_not_applicable(actor, asked.id, item.id, new, "Wij huren.")
        case _:
            client.take_back(actor, asked.id, item.id, of.pick(list(item.deliveries)).id)


def decide(of: History) -> None:
    """The office accepts or returns an item."""
    _actor, asked, item = of.item()
    office, handler = of.world.portal.office.requests, of.world.handler
    if of.pick([True, False]):
        office.accept_item(handler, asked.id, item.id)
    else:
        office.return_item(handler, asked.id, item.id, "Onleesbaar")


def write(of: History) -> None:
    """A client writes, or answers."""
    actor, dossier_id = of.party()
    messages, dossiers = of.world.portal.client.messages, of.world.portal.client.dossiers
    answered = of.pick([None, *(row.id for row in dossiers.messages(actor, dossier_id))])
    messages.send(actor, dossier_id, messages.new_draft(), TEXT, answers=answered)


def write_from_office(of: History) -> None:
    """The office writes, or answers."""
    actor, dossier_id = of.party()
    rows = of.world.portal.client.dossiers.messages(actor, dossier_id)
    answered = of.pick([None, *(row.id for row in rows)])
    of.world.portal.office.messages.send(of.world.handler, dossier_id, actor.client_id, TEXT, answers=answered)


def handle(of: History) -> None:
    """The office marks a message as handled."""
    inbox = of.world.portal.office.messages.inbox(of.world.handler)
    of.world.portal.office.messages.handle(of.world.handler, of.pick(list(inbox)).message.id)


def take_back(of: History) -> None:
    """A client or the office takes a message of its own back."""
    actor, dossier_id = of.party()
    message = of.pick(list(of.world.portal.client.dossiers.messages(actor, dossier_id)))
    if message.direction is Direction.INBOUND:
        of.world.portal.office.messages.take_back(of.world.handler, message.id)
    else:
        of.world.portal.client.messages.take_back(actor, dossier_id, message.id)


def await_third_party(of: History) -> None:
    """The office names a third party, or waits for it no longer, to one party or to all of them."""
    actor, dossier_id = of.party()
    office, handler, now = of.world.portal.office.dossiers, of.world.handler, of.world.clock.now()
    chosen = of.pick([None, [actor.client_id]])
    parties = [each.client_id for each in of.clients if of.is_party(dossier_id, each)] if chosen is None else chosen
    expected_on = of.pick([None, day(now)])
    if of.pick([True, True, False]):
        office.await_third_party(handler, dossier_id, KADASTER, expected_on=expected_on, clients=chosen)
        third_party = ThirdParty(name=KADASTER, since=now, expected_on=expected_on)
        of.third_parties.update({(dossier_id, client_id): third_party for client_id in parties})
    else:
        office.clear_third_party(handler, dossier_id, clients=chosen)
        for client_id in parties:
            of.third_parties.pop((dossier_id, client_id), None)


def change_parties(of: History) -> None:
    """A client becomes a party, or is one no longer."""
    actor, dossier_id = of.party()
    office, handler = of.world.portal.office.dossiers, of.world.handler
    if of.is_party(dossier_id, actor):
        office.remove_party(handler, dossier_id, actor.client_id)
        of.third_parties.pop((dossier_id, actor.client_id), None)
    else:
        office.add_party(handler, dossier_id, actor.client_id)


ACTS: Mapping[str, Callable[[History], None]] = {
    act.__name__: act
    for act in (
        assign,
        end_questionnaire,
        request,
        change_request,
        deliver,
        decide,
        write,
        write_from_office,
        handle,
        take_back,
        await_third_party,
        change_parties,
    )
}
