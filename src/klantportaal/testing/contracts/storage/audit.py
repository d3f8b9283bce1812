"""The audit trail, committed with what it tells of (AL-2)."""

from typing import Any

import attrs

from klantportaal.domain.auditing import Entry
from klantportaal.domain.outgoing import Lane
from klantportaal.domain.values import EntryId, TaskId
from klantportaal.ports.storage import Storage
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import (
    AWKWARD_TEXTS,
    Cast,
    StorageTests,
    committing,
    is_utc_to_the_microsecond,
)


class AuditContract(StorageTests):
    """What is promised of the trail."""

    def test_entries_come_back_in_the_order_in_which_they_were_written(
        self, storage: Storage, scene: Scene, cast: Cast
    ) -> None:
        """SI-5: whole, oldest first, within the office."""
        entries = [
            _entry(scene, cast, what="SignedIn", account_id=cast.account.id, client_id=cast.client.id),
            _entry(scene, cast, what="DocumentPublished", handler=AWKWARD_TEXTS[0], which='{"a": "👩‍⚖️\\n"}'),
            _entry(scene, cast, what="SignInRefused", network_address="2001:db8::1"),
        ]
        with committing(storage) as uow:
            uow.audit.append(entries[:2])
            uow.audit.append([])
        with committing(storage) as uow:
            uow.audit.append(entries[2:])
            assert list(uow.audit.entries(cast.desk)) == entries
            assert list(uow.audit.entries(cast.foreign_desk)) == []
        with storage.begin() as uow:
            assert is_utc_to_the_microsecond(uow.audit.entries(cast.desk)[0].at)

    def test_the_newest_entries_are_given(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """SI-5: as many as asked for, oldest of them first."""
        entries = [_entry(scene, cast) for _each in range(5)]
        with committing(storage) as uow:
            uow.audit.append(entries)
            assert list(uow.audit.entries(cast.desk, limit=2)) == entries[3:]

    def test_entries_go_with_what_they_tell_of(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AL-2: what is rolled back is not told, and its mail is not sent."""
        task = attrs.evolve(scene.task(cast.account), id=TaskId(scene.ids.new()), key="nooit")
        with storage.begin() as uow:
            uow.audit.append([_entry(scene, cast)])
            uow.outbox.add(task)
        now = scene.clock.now()
        with storage.begin() as uow:
            assert list(uow.audit.entries(cast.desk)) == []
            assert "nooit" not in {each.key for each in uow.outbox.lease(Lane.ORDINARY, at=now, until=now, limit=9)}


def _entry(scene: Scene, cast: Cast, **fields: Any) -> Entry:
    entry = Entry(
        id=EntryId(scene.ids.new()),
        office_id=cast.office.id,
        at=scene.clock.now(),
        what="MessageRead",
        which="{}",
        account_id=None,
        client_id=None,
        handler=None,
        network_address=None,
    )
    return attrs.evolve(entry, **fields)
