"""Reminders: when to look at a person, what waits, what was sent, and what is switched off."""

from datetime import date, timedelta
from uuid import UUID

import attrs

from klantportaal.domain import reminders
from klantportaal.domain.questionnaires.assignments import AssignmentState
from klantportaal.domain.reminders import OpenThing, Reminder, ReminderKind, ReminderRules
from klantportaal.domain.requests import Decision
from klantportaal.domain.values import ItemId, OfficeId, PersonId, TaskId
from klantportaal.ports.reading import ReminderRow
from klantportaal.ports.storage import Storage
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import MINUTE, START, Cast, StorageTests, all_at_once, committing

DUE_ON = date(2026, 1, 12)


class RemindersContract(StorageTests):
    """Tests of reminders."""

    def test_when_to_look(self, storage: Storage, cast: Cast) -> None:
        """RM-1: a person is looked at at the earliest moment that was asked, until the next one is stored."""
        office, (first, second) = cast.office.id, (cast.account.person_id, cast.other_account.person_id)
        with committing(storage) as uow:
            uow.reminders.schedule(office, first, at=START)  # Nobody asked to look at it: nothing happens.
            assert uow.reminders.due(at=START, limit=9) == []
            uow.reminders.look(office, [first, second], at=START + MINUTE)
            uow.reminders.look(office, [first], at=START)
            uow.reminders.look(office, [first], at=START + 2 * MINUTE)
            uow.reminders.look(office, [], at=START)
        assert self._due(storage) == [(office, first)]
        with storage.begin() as uow:
            assert list(uow.reminders.due(at=START + MINUTE, limit=1)) == [(office, first)]
            assert list(uow.reminders.due(at=START + MINUTE, limit=9)) == [(office, first), (office, second)]
        with committing(storage) as uow:
            uow.reminders.schedule(office, first, at=None)
            uow.reminders.schedule(office, second, at=START)
        assert self._due(storage) == [(office, second)]
        with committing(storage) as uow:
            uow.reminders.schedule(office, second, at=START + MINUTE)
            uow.reminders.look_at_all(cast.foreign_desk.office_id, at=START)
        assert self._due(storage) == []
        with committing(storage) as uow:
            uow.reminders.look_at_all(office, at=START)
        assert sorted(self._due(storage)) == sorted([(office, first), (office, second)])

    def _due(self, storage: Storage) -> list[tuple[OfficeId, PersonId]]:
        with storage.begin() as uow:
            return list(uow.reminders.due(at=START, limit=9))

    def test_two_workers(self, storage: Storage, cast: Cast) -> None:
        """RM-1: of workers at once, one looks at a person."""
        office, person = cast.office.id, cast.account.person_id
        with committing(storage) as uow:
            uow.reminders.look(office, [person], at=START)

        def work(_number: int) -> int:
            with committing(storage) as uow:
                found = uow.reminders.due(at=START, limit=9)
                for office_id, person_id in found:
                    uow.reminders.schedule(office_id, person_id, at=None)
            return len(found)

        assert sum(all_at_once(work, threads=6)) == 1

    def test_looks_at_once(self, storage: Storage, cast: Cast) -> None:
        """RM-1: of looks at once that are asked for the first time, the earliest counts."""
        office, person = cast.office.id, cast.account.person_id

        def ask(number: int) -> None:
            with committing(storage) as uow:
                uow.reminders.look(office, [person], at=START + number * MINUTE)

        all_at_once(ask, threads=6)
        assert self._due(storage) == [(office, person)]

    def test_what_the_office_reminds_of_by_hand(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """RM-1: an item without a due date is given once the office reminds of its request, with when it did."""
        request = scene.request(cast.dossier, cast.client)
        [plain] = request.items
        undated = attrs.evolve(plain, due_on=None)
        reminded = attrs.evolve(request, items=(undated,), reminded_at=START + timedelta(hours=1))
        for standing, expected in ((attrs.evolve(reminded, reminded_at=None), []), (reminded, [undated])):
            with committing(storage) as uow:
                uow.requests.mark(standing)
                found = uow.reminders.waiting_for(cast.office.id, cast.client.id)
            assert found == [
                OpenThing(
                    kind=ReminderKind.ITEM,
                    id=item.id,
                    part_of=request.id,
                    client_id=cast.client.id,
                    dossier_id=cast.dossier.id,
                    due_on=None,
                    made_at=request.made_at,
                    told_at=request.made_at,
                    asked_at=reminded.reminded_at,
                )
                for item in expected
            ]

    def test_what_waits(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """RM-1: what is open and has a due date, of one client, in dossiers that it is a party to."""
        asked = scene.assignment(cast.dossier, cast.client, due_on=DUE_ON)
        scene.assignment(cast.dossier, cast.client, due_on=None)
        scene.assignment(cast.dossier, cast.other_party, due_on=DUE_ON)
        scene.assignment(cast.dossier, cast.client, due_on=DUE_ON, state=AssignmentState.WITHDRAWN)
        elsewhere = scene.dossier(cast.office, cast.other_party)
        scene.assignment(elsewhere, cast.client, due_on=DUE_ON)
        plain = scene.request(cast.dossier, cast.client).items[0]
        withdrawn = Decision(at=START, by="mr. A. de Wit", reason="Niet nodig")
        request = scene.request(
            cast.dossier,
            cast.client,
            items=(
                attrs.evolve(plain, id=_id(plain.id, 1), due_on=DUE_ON - timedelta(days=1)),
                attrs.evolve(plain, id=_id(plain.id, 2), due_on=None),
                attrs.evolve(plain, id=_id(plain.id, 3), due_on=DUE_ON, withdrawn=withdrawn),
            ),
        )
        questionnaire = OpenThing(
            kind=ReminderKind.QUESTIONNAIRE,
            id=asked.id,
            part_of=asked.id,
            client_id=cast.client.id,
            dossier_id=cast.dossier.id,
            due_on=DUE_ON,
            made_at=asked.assigned_at,
            told_at=asked.assigned_at,
        )
        expected = {questionnaire, *reminders.of_request(request)}
        with storage.begin() as uow:
            found = uow.reminders.waiting_for(cast.office.id, cast.client.id)
            assert uow.reminders.waiting_for(cast.foreign_desk.office_id, cast.client.id) == []
        assert [each for each in found if each.id in {thing.id for thing in expected}] == sorted(
            expected, key=reminders.by_date
        )
        assert {each.client_id for each in found} == {cast.client.id}
        assert {each.dossier_id for each in found} == {cast.dossier.id}
        assert asked.id in {each.id for each in found}
        assert _id(plain.id, 3) not in {each.id for each in found}

    def test_what_was_sent(self, storage: Storage, cast: Cast) -> None:
        """RM-1: reminders come back unchanged, to the office newest first, a page at a time, of its own persons."""
        sent = [_sent(cast, number) for number in range(3)]
        changed = attrs.evolve(sent[1], sent_at=START + 9 * MINUTE)
        foreign = cast.foreign_desk.office_id
        with committing(storage) as uow:
            for each in (*sent, changed):
                uow.reminders.put(each)
            uow.reminders.remove(foreign, sent[0].id)
        person = cast.account.person_id
        with storage.begin() as uow:
            assert list(uow.reminders.sent_to(cast.office.id, person, since=START)) == [sent[0], sent[2], changed]
            assert list(uow.reminders.sent_to(cast.office.id, person, since=sent[2].sent_at)) == [sent[2], changed]
            assert list(uow.reminders.sent_to(foreign, person, since=START)) == []
            assert list(uow.reminders.sent_to(cast.office.id, cast.other_account.person_id, since=START)) == []
        rows = storage.read.office_reminders(cast.desk)
        assert [each.reminder for each in rows] == [changed, sent[2], sent[0]]
        first = storage.read.office_reminders(cast.desk, size=2)
        assert list(first) == list(rows[:2])
        assert list(storage.read.office_reminders(cast.desk, after=first[-1].key)) == list(rows[2:])
        assert isinstance(rows[0], ReminderRow)
        assert "@" in rows[0].email
        assert list(storage.read.office_reminders(cast.foreign_desk)) == []
        with committing(storage) as uow:
            uow.reminders.remove(cast.office.id, sent[0].id)
            uow.reminders.remove(cast.office.id, sent[0].id)
        assert [each.reminder for each in storage.read.office_reminders(cast.desk)] == [changed, sent[2]]

    def test_switching_off(self, storage: Storage, cast: Cast) -> None:
        """RM-1: what is switched off stays so until it is switched on, within its office."""
        office, foreign = cast.office.id, cast.foreign_desk.office_id
        client, dossier = cast.client.id, cast.dossier.id
        with committing(storage) as uow:
            assert not uow.reminders.switch(office, client, on=True)
            assert uow.reminders.switch(office, client, on=False)
            assert not uow.reminders.switch(office, client, on=False)
        with storage.begin() as uow:
            assert uow.reminders.switched_off(office, [client, dossier]) == {client}
            assert uow.reminders.switched_off(office, [dossier]) == frozenset()
            assert uow.reminders.switched_off(office, []) == frozenset()
            assert uow.reminders.switched_off(foreign, [client]) == frozenset()
        with committing(storage) as uow:
            assert not uow.reminders.switch(foreign, client, on=True)
            assert uow.reminders.switch(office, client, on=True)
        with storage.begin() as uow:
            assert uow.reminders.switched_off(office, [client]) == frozenset()

    def test_the_rules_of_an_office(self, storage: Storage, scene: Scene) -> None:
        """RM-1: the rules of an office come back unchanged, also if it has none."""
        office = scene.office()
        for rules in (ReminderRules(before=(3,), every=None, most=2, invitations=()), None):
            with committing(storage) as uow:
                office = uow.offices.get(office.id)
                uow.offices.save(attrs.evolve(office, reminders=rules))
            assert storage.read.office(office.id).reminders == rules


def _id(like: UUID, number: int) -> ItemId:
    return ItemId(UUID(int=like.int + number))


def _sent(cast: Cast, number: int) -> Reminder:
    """Make a reminder of a thing of each kind."""
    things = tuple(
        OpenThing(
            kind=kind,
            id=UUID(int=10 * number + place),
            part_of=UUID(int=number),
            client_id=cast.client.id,
            dossier_id=None if kind is ReminderKind.INVITATION else cast.dossier.id,
            due_on=None if kind is ReminderKind.INVITATION else DUE_ON,
            made_at=START,
            told_at=START,
        )
        for place, kind in enumerate(ReminderKind)
    )
    return Reminder(
        id=TaskId(UUID(int=100 - number)),
        office_id=cast.office.id,
        person_id=cast.account.person_id,
        sent_at=START + number * MINUTE,
        things=things,
    )
