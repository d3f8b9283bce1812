"""Public events: their places in the feed of an office and among those of a dossier."""

from datetime import datetime
from uuid import uuid4

from klantportaal.domain.public_events import Announcement, EventContent, EventType, PublicEvent
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import DossierId, EventId, OfficeId
from klantportaal.ports.storage import Storage
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import (
    HOUR,
    MINUTE,
    START,
    Cast,
    StorageTests,
    all_at_once,
    committing,
)


def event(office_id: OfficeId, dossier_id: DossierId | None = None, *, at: datetime = START) -> Announcement:
    """Make an event."""
    content = EventContent(type=EventType.MESSAGE_SENT, dossier_id=dossier_id, data={"message_id": "é'\"\\"})
    return Announcement(id=EventId(uuid4()), office_id=office_id, at=at, content=content)


def feed(storage: Storage, desk: OfficeActor, *, after: int = 0, size: int = 1000) -> list[PublicEvent]:
    """Read the feed."""
    return list(storage.read.office_events(desk, after=after, size=size))


class PublicEventsContract(StorageTests):
    """Tests of public events."""

    def test_numbers(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """EV-1: events come back in the order of their numbers, which each office and each dossier has for itself."""
        office, other = cast.office.id, scene.dossier(cast.office, cast.client)
        told = [
            event(office, cast.dossier.id),
            event(office, other.id),
            event(office, at=START - MINUTE),
            event(office, cast.dossier.id),
        ]
        foreign = event(cast.foreign_desk.office_id)
        with committing(storage) as uow:
            uow.events.add(told[0])
            uow.events.add(foreign)
            uow.events.add(told[1])
        for each in told[2:]:
            with committing(storage) as uow:
                uow.events.add(each)
        found = feed(storage, cast.desk)
        assert [each.id for each in found] == [each.id for each in told]
        assert [(each.number, each.dossier_number) for each in found] == [(1, 1), (2, 1), (3, None), (4, 2)]
        assert found[0] == PublicEvent(
            id=told[0].id,
            office_id=office,
            number=1,
            type=EventType.MESSAGE_SENT,
            at=START,
            dossier_id=cast.dossier.id,
            dossier_number=1,
            data=told[0].content.data,
        )
        assert [each.id for each in feed(storage, cast.desk, after=1, size=2)] == [told[1].id, told[2].id]
        assert [each.id for each in feed(storage, cast.foreign_desk)] == [foreign.id]
        assert storage.read.office_newest_event(cast.desk) == 4
        ids = [told[3].id, told[1].id, foreign.id, EventId(uuid4())]
        assert [each.number for each in storage.read.public_events(office, ids)] == [2, 4]
        assert list(storage.read.public_events(office, [])) == []

    def test_several_of_one_change(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """EV-1: the events of one change have numbers in their order, in the office and in each dossier."""
        office, other = cast.office.id, scene.dossier(cast.office, cast.client)
        for _change in range(2):
            with committing(storage) as uow:
                for dossier_id in (cast.dossier.id, other.id, None, cast.dossier.id):
                    uow.events.add(event(office, dossier_id))
        found = [(each.number, each.dossier_id, each.dossier_number) for each in feed(storage, cast.desk)]
        assert found == [
            *((1, cast.dossier.id, 1), (2, other.id, 1), (3, None, None), (4, cast.dossier.id, 2)),
            *((5, cast.dossier.id, 3), (6, other.id, 2), (7, None, None), (8, cast.dossier.id, 4)),
        ]

    def test_nothing_yet(self, storage: Storage, cast: Cast) -> None:
        """EV-1: an office without events has number 0."""
        assert (storage.read.office_newest_event(cast.desk), feed(storage, cast.desk)) == (0, [])

    def test_what_is_not_committed(self, storage: Storage, cast: Cast) -> None:
        """EV-1, AL-2: an event of a change that is not committed is not told, and leaves no gap."""
        with storage.begin() as uow:
            uow.events.add(event(cast.office.id, cast.dossier.id))
        assert (storage.read.office_newest_event(cast.desk), feed(storage, cast.desk)) == (0, [])
        with committing(storage) as uow:
            uow.events.add(event(cast.office.id, cast.dossier.id))
        assert [(each.number, each.dossier_number) for each in feed(storage, cast.desk)] == [(1, 1)]

    def test_events_at_once(self, storage: Storage, cast: Cast) -> None:
        """EV-1: of changes at once, each event has a number of its own, and who reads one sees all before it.

        Whatever the order in which a change tells several offices, changes do not wait for one another in a circle.
        """
        gaps: list[list[int]] = []

        def tell(number: int) -> None:
            for _each in range(4):
                own = event(cast.office.id, cast.dossier.id if number % 2 else None)
                told = [own, event(cast.foreign_desk.office_id)]
                with committing(storage) as uow:
                    for each in told if number % 2 else reversed(told):
                        uow.events.add(each)
                numbers = [each.number for each in feed(storage, cast.desk)]
                if numbers != list(range(1, len(numbers) + 1)):
                    gaps.append(numbers)

        all_at_once(tell, threads=6)
        assert gaps == []
        found = feed(storage, cast.desk)
        assert [each.number for each in found] == list(range(1, 25))
        assert [each.dossier_number for each in found if each.dossier_id] == list(range(1, 13))
        assert storage.read.office_newest_event(cast.foreign_desk) == 24

    def test_forgetting(self, storage: Storage, cast: Cast) -> None:
        """EV-1, AL-3: old events are deleted, some at a time, and the numbers go on."""
        with committing(storage) as uow:
            for hours in (3, 2, 1, 0):
                uow.events.add(event(cast.office.id, cast.dossier.id, at=START - hours * HOUR))
        with committing(storage) as uow:
            assert uow.events.forget(before=START, limit=2) == 2
        assert [each.number for each in feed(storage, cast.desk)] == [3, 4]
        with committing(storage) as uow:
            assert uow.events.forget(before=START + HOUR, limit=9) == 2
        assert (storage.read.office_newest_event(cast.desk), feed(storage, cast.desk)) == (4, [])
        with committing(storage) as uow:
            uow.events.add(event(cast.office.id, cast.dossier.id))
        assert [(each.number, each.dossier_number) for each in feed(storage, cast.desk)] == [(5, 5)]
