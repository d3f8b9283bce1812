"""Who has to do something, in the rows of the parties of dossiers."""

from datetime import date, datetime

import attrs

from klantportaal.domain.questionnaires.assignments import AssignmentState
from klantportaal.domain.requests import Decision, Delivery
from klantportaal.domain.values import ClientId, DeliveryId, Language
from klantportaal.domain.waiting import OpenInParty, ThirdParty, Waiting, WaitingFor, WaitingThing
from klantportaal.ports.reading import DossierQuery, WaitingDossier
from klantportaal.ports.storage import Storage
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import (
    AWKWARD_TEXTS,
    HOUR,
    MINUTE,
    Cast,
    StorageTests,
    all_at_once,
    committing,
    is_utc_to_the_microsecond,
)

DAY = date(2026, 2, 28)
NAME = dict(zip(Language, AWKWARD_TEXTS, strict=False))


class WaitingContract(StorageTests):
    """Tests of who has to do something."""

    def test_what_is_open(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """PG-2: open questionnaires, requests and messages of one party are given, and nothing else."""
        now = scene.clock.now()
        asked = scene.assignment(cast.dossier, cast.client, due_on=DAY)
        scene.assignment(cast.dossier, cast.client, state=AssignmentState.COMPLETED)
        scene.assignment(cast.dossier, cast.other_party)
        scene.assignment(scene.dossier(cast.office, cast.client), cast.client)
        request = scene.request(cast.dossier, cast.client, made_at=now - HOUR)
        [item] = request.items
        delivery = Delivery(
            id=DeliveryId(scene.ids.new()), account_id=cast.account.id, delivered_by="Jan", delivered_at=now - MINUTE
        )
        both = (item, attrs.evolve(item, deliveries=(delivery,)))
        scene.request(cast.dossier, cast.client, items=both)
        scene.request(cast.dossier, cast.client, items=(attrs.evolve(item, withdrawn=Decision(at=now, by="Jan")),))
        written = scene.outbound(cast.dossier, cast.client, cast.account, sent_at=now + MINUTE)
        scene.outbound(cast.dossier, cast.client, cast.account, handled_at=now, handled_by="mr. A. de Wit")
        answered = scene.outbound(cast.dossier, cast.client, cast.account)
        scene.inbound(cast.dossier, cast.client, thread_id=answered.thread_id, answers=answered.id)
        scene.outbound(cast.dossier, cast.client, cast.account, thread_id=answered.thread_id, sent_at=now + HOUR)
        gone = {"subject": "", "body": "", "taken_back_at": now, "taken_back_by": "Jan"}
        scene.outbound(cast.dossier, cast.client, cast.account, **gone)
        scene.inbound(cast.dossier, cast.client, thread_id=written.thread_id, answers=written.id, **gone)
        with storage.begin() as uow:
            found = uow.waiting.hold(cast.office.id, cast.dossier.id, cast.client.id)
            unheld = uow.waiting.things(cast.office.id, cast.dossier.id, cast.client.id)
        assert found is not None
        assert sorted(unheld, key=_age) == sorted(found.things, key=_age)
        assert found == OpenInParty(things=found.things, third_party=None, kept=None)
        assert sorted(found.things, key=_age) == [
            WaitingThing(whom=WaitingFor.CLIENT, since=now - HOUR),
            WaitingThing(whom=WaitingFor.CLIENT, since=asked.assigned_at, due_on=DAY),
            WaitingThing(whom=WaitingFor.CLIENT, since=now),
            WaitingThing(whom=WaitingFor.OFFICE, since=now - MINUTE),
            WaitingThing(whom=WaitingFor.OFFICE, since=written.sent_at),
            WaitingThing(whom=WaitingFor.OFFICE, since=now + HOUR),
        ]
        assert all(is_utc_to_the_microsecond(each.since) for each in found.things)

    def test_what_is_kept_is_shown_to_its_party(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """PG-2: what is kept comes back to all accounts of its party, and to no other party."""
        waiting = Waiting(whom=WaitingFor.CLIENT, since=scene.clock.now(), count=3, due_on=DAY)
        third = ThirdParty(name=NAME, since=scene.clock.now(), expected_on=DAY)
        said = Waiting(
            whom=WaitingFor.THIRD_PARTY, since=third.since, count=1, due_on=third.expected_on, third_party=NAME
        )
        _name(storage, cast, cast.client.id, third)
        for kept in (waiting, said, attrs.evolve(waiting, due_on=None), None):
            _save(storage, cast, cast.client.id, kept)
            for actor in (cast.actor, cast.sibling_actor):
                assert storage.read.dossier(actor, cast.dossier.id).waiting == kept
                [row] = storage.read.dossiers(actor, DossierQuery()).rows
                assert row.waiting == kept
                [latest] = storage.read.news(actor).latest
                assert latest.waiting == kept
            assert storage.read.dossier(cast.other_actor, cast.dossier.id).waiting is None
            with storage.begin() as uow:
                held = uow.waiting.hold(cast.office.id, cast.dossier.id, cast.client.id)
            assert held == OpenInParty(things=(), third_party=third, kept=kept)

    def test_a_third_party_is_cleared(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """PG-2: a third party is kept for the parties that are named, and taken away again."""
        third = ThirdParty(name=NAME, since=scene.clock.now())
        _name(storage, cast, cast.client.id, third)
        _name(storage, cast, cast.other_party.id, third)
        _name(storage, cast, cast.client.id, None)
        with storage.begin() as uow:
            held = [
                uow.waiting.hold(cast.office.id, cast.dossier.id, client.id)
                for client in (cast.client, cast.other_party)
            ]
        assert [each and each.third_party for each in held] == [None, third]

    def test_who_is_no_party_has_nothing(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """DO-1, OF-2: for a client that is no party nothing is kept, and what a former party had is gone."""
        waiting = Waiting(whom=WaitingFor.OFFICE, since=scene.clock.now(), count=1)
        third = ThirdParty(name=NAME, since=scene.clock.now())
        outsiders = (cast.office.id, cast.bystander.client_id), (cast.foreign_desk.office_id, cast.client.id)
        with committing(storage) as uow:
            for office_id, client_id in outsiders:
                uow.waiting.save(office_id, cast.dossier.id, client_id, waiting)
                uow.waiting.name(office_id, cast.dossier.id, [client_id], third)
                assert uow.waiting.hold(office_id, cast.dossier.id, client_id) is None
        assert list(storage.read.office_waiting(cast.desk)) == []
        _save(storage, cast, cast.client.id, waiting)
        _name(storage, cast, cast.client.id, third)
        with committing(storage) as uow:
            uow.dossiers.remove_party(cast.dossier, cast.client.id)
            assert uow.waiting.hold(cast.office.id, cast.dossier.id, cast.client.id) is None
        assert list(storage.read.office_waiting(cast.desk)) == []
        with committing(storage) as uow:
            uow.dossiers.add_party(cast.dossier, cast.client.id)
            held = uow.waiting.hold(cast.office.id, cast.dossier.id, cast.client.id)
        assert held == OpenInParty(things=(), third_party=None, kept=None)

    def test_nothing_is_open_for_who_is_no_party(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """DO-1, OF-2: what is open is given to no other office, and not of a former party."""
        asked = scene.assignment(cast.dossier, cast.client)
        open_thing = WaitingThing(whom=WaitingFor.CLIENT, since=asked.assigned_at, due_on=asked.due_on)
        whose = cast.dossier.id, cast.client.id
        with committing(storage) as uow:
            assert list(uow.waiting.things(cast.office.id, *whose)) == [open_thing]
            assert list(uow.waiting.things(cast.foreign_desk.office_id, *whose)) == []
            uow.dossiers.remove_party(cast.dossier, cast.client.id)
            assert list(uow.waiting.things(cast.office.id, *whose)) == []

    def test_the_office_lists_those_that_wait_longest_first(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """PG-2: the office lists parties by how long somebody has to do something, of one kind or all, by pages."""
        now = scene.clock.now()
        second = scene.dossier(cast.office, cast.client, cast.other_party)
        kept = {
            (second.id, cast.client.id): Waiting(whom=WaitingFor.OFFICE, since=now - HOUR, count=1),
            (cast.dossier.id, cast.client.id): Waiting(whom=WaitingFor.CLIENT, since=now, count=2, due_on=DAY),
            (cast.dossier.id, cast.other_party.id): Waiting(whom=WaitingFor.OFFICE, since=now, count=1),
            (second.id, cast.other_party.id): Waiting(whom=WaitingFor.OFFICE, since=now, count=2),
        }
        with committing(storage) as uow:
            for (dossier_id, client_id), waiting in kept.items():
                uow.waiting.save(cast.office.id, dossier_id, client_id, waiting)
        rows = storage.read.office_waiting(cast.desk)
        by_key = sorted(kept, key=lambda whose: (kept[whose].since, *whose))
        assert [(row.dossier_id, row.client_id) for row in rows] == by_key
        assert rows[0] == WaitingDossier(
            dossier_id=second.id,
            number=second.number,
            description=second.description,
            status=second.status,
            client_id=cast.client.id,
            client_name=cast.client.name,
            waiting=kept[second.id, cast.client.id],
        )
        assert is_utc_to_the_microsecond(rows[0].waiting.since)
        for number, row in enumerate(rows):
            assert list(storage.read.office_waiting(cast.desk, after=row.key, size=2)) == list(rows[number + 1 :][:2])
        office = storage.read.office_waiting(cast.desk, whom=WaitingFor.OFFICE)
        assert list(office) == [row for row in rows if row.waiting.whom is WaitingFor.OFFICE]
        assert list(storage.read.office_waiting(cast.desk, whom=WaitingFor.THIRD_PARTY)) == []
        assert list(storage.read.office_waiting(cast.foreign_desk)) == []

    def test_closed_clients_are_not_listed(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """PG-2: for a closed client nobody has to do anything: it is not listed, and takes no place of a page."""
        waiting = Waiting(whom=WaitingFor.OFFICE, since=scene.clock.now(), count=1)
        for client in (cast.client, cast.other_party):
            _save(storage, cast, client.id, waiting)
        with committing(storage) as uow:
            uow.clients.save(attrs.evolve(cast.client, closed_at=scene.clock.now()))
        for whom in (None, WaitingFor.OFFICE):
            (row,) = storage.read.office_waiting(cast.desk, whom=whom, size=1)
            assert row.client_id == cast.other_party.id

    def test_who_holds_a_party_makes_others_wait(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """PG-2: what one unit of work adds and saves, the next one to hold the party sees."""
        since = scene.clock.now()

        def add(_number: int) -> None:
            with committing(storage) as uow:
                held = uow.waiting.hold(cast.office.id, cast.dossier.id, cast.client.id)
                assert held is not None
                count = 1 if held.kept is None else held.kept.count + 1
                waiting = Waiting(whom=WaitingFor.OFFICE, since=since, count=count)
                uow.waiting.save(cast.office.id, cast.dossier.id, cast.client.id, waiting)

        all_at_once(add, threads=8)
        shown = storage.read.dossier(cast.actor, cast.dossier.id).waiting
        assert shown == Waiting(whom=WaitingFor.OFFICE, since=since, count=8)


def _age(thing: WaitingThing) -> tuple[WaitingFor, datetime]:
    return thing.whom, thing.since


def _save(storage: Storage, cast: Cast, client_id: ClientId, waiting: Waiting | None) -> None:
    with committing(storage) as uow:
        uow.waiting.save(cast.office.id, cast.dossier.id, client_id, waiting)


def _name(storage: Storage, cast: Cast, client_id: ClientId, third_party: ThirdParty | None) -> None:
    with committing(storage) as uow:
        uow.waiting.name(cast.office.id, cast.dossier.id, [client_id], third_party)
