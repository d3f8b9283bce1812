"""Promises about what clients sent in a day (AT-3)."""

from datetime import timedelta

import attrs

from klantportaal.domain.quotas import DayUsage, Usage
from klantportaal.domain.values import day
from klantportaal.ports.reading import ClientUsage, OfficeUsage
from klantportaal.ports.storage import Storage
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import Cast, StorageTests, all_at_once, committing

AT_ONCE = 20
SENT = Usage(messages=1, files=2, bytes=2**40, refused=4)


class UsagesContract(StorageTests):
    """Tests of what clients sent in a day."""

    def test_a_usage_begins_empty_and_is_saved(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AT-3: what is saved comes back, for its day and its client. The office has one usage for all clients."""
        today = day(scene.clock.now())
        empty = DayUsage(day=today, client_id=cast.client.id, client=Usage(), office=Usage())
        with committing(storage) as uow:
            assert uow.usages.hold(cast.actor, today) == empty
            uow.usages.save(cast.actor, attrs.evolve(empty, client=SENT, office=Usage(messages=9)))
        saved = attrs.evolve(empty, client=SENT, office=Usage(messages=9))
        with storage.begin() as uow:
            assert uow.usages.hold(cast.sibling_actor, today) == saved
            assert uow.usages.hold(cast.other_actor, today) == attrs.evolve(
                saved, client_id=cast.other_party.id, client=Usage()
            )
            assert uow.usages.hold(cast.actor, today + timedelta(days=1)).office == Usage()
            assert uow.usages.hold(cast.foreigner, today).office == Usage()
        assert storage.read.usage(cast.actor, today) == saved
        assert storage.read.usage(cast.foreigner, today).office == Usage()
        assert storage.read.usage(cast.actor, today + timedelta(days=1)).client == Usage()

    def test_the_office_sees_who_sent_most(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AT-3: the office sees its own clients, those with most refusals first, and then those with most bytes."""
        today = day(scene.clock.now())
        assert storage.read.office_usage(cast.desk, today) == OfficeUsage(day=today, sent=Usage(), clients=[])
        sent = {
            cast.actor: Usage(bytes=1, refused=0),
            cast.other_actor: Usage(bytes=5, refused=0),
            cast.bystander: Usage(bytes=0, refused=1),
            cast.foreigner: Usage(bytes=99, refused=99),
        }
        for actor, client in sent.items():
            with committing(storage) as uow:
                held = uow.usages.hold(actor, today)
                uow.usages.save(actor, attrs.evolve(held, client=client, office=Usage(bytes=7)))
        seen = storage.read.office_usage(cast.desk, today)
        assert (seen.day, seen.sent) == (today, Usage(bytes=7))
        order = [cast.bystander, cast.other_actor, cast.actor]
        assert [(each.client_id, each.sent) for each in seen.clients] == [(one.client_id, sent[one]) for one in order]
        assert seen.clients[-1] == ClientUsage(client_id=cast.client.id, name=cast.client.name, sent=sent[cast.actor])
        assert storage.read.office_usage(cast.desk, today, size=2).clients == seen.clients[:2]
        assert storage.read.office_usage(cast.desk, today + timedelta(days=1)).clients == []

    def test_old_days_are_forgotten(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AT-3: the days of all offices before the given day are deleted; others stay."""
        today = day(scene.clock.now())
        for actor in (cast.actor, cast.foreigner):
            for when in (today - timedelta(days=1), today):
                with committing(storage) as uow:
                    held = uow.usages.hold(actor, when)
                    uow.usages.save(actor, attrs.evolve(held, client=SENT, office=SENT))
        with committing(storage) as uow:
            uow.usages.forget(before=today, limit=99)
        for actor in (cast.actor, cast.foreigner):
            assert storage.read.usage(actor, today - timedelta(days=1)).client == Usage()
            assert storage.read.usage(actor, today).office == SENT

    def test_none_is_lost_of_many_sent_at_once(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AT-3: concurrent units of work of several clients lose no count, and do not wait for each other forever."""
        today = day(scene.clock.now())
        actors = [cast.actor, cast.sibling_actor, cast.other_actor, cast.bystander]

        def send(number: int) -> None:
            actor = actors[number % 4]
            with committing(storage) as uow:
                held = uow.usages.hold(actor, today)
                client, office = (attrs.evolve(each, messages=each.messages + 1) for each in (held.client, held.office))
                uow.usages.save(actor, attrs.evolve(held, client=client, office=office))

        all_at_once(send, threads=AT_ONCE)
        counts = [storage.read.usage(actor, today) for actor in actors]
        assert [each.client.messages for each in counts] == [AT_ONCE // 2, AT_ONCE // 2, AT_ONCE // 4, AT_ONCE // 4]
        assert counts[0].office.messages == AT_ONCE
