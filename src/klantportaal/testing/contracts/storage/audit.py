"""The audit trail, which commits together with the changes it describes (AL-2)."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import attrs
import pytest

from klantportaal.domain.auditing import Entry
from klantportaal.domain.errors import Conflict
from klantportaal.domain.outgoing import Lane
from klantportaal.domain.sealing import NONE_YET, Line, Seal, seal_all
from klantportaal.domain.signing import sign
from klantportaal.domain.values import EntryId, TaskId
from klantportaal.ports.reading import TrailQuery
from klantportaal.ports.storage import Storage
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import (
    AWKWARD_TEXTS,
    MINUTE,
    Cast,
    StorageTests,
    all_at_once,
    committing,
    is_utc_to_the_microsecond,
)
from klantportaal.testing.fakes import PlainSeals


class AuditContract(StorageTests):
    """Tests of the audit trail."""

    def test_entries_come_back_in_the_order_in_which_they_were_written(
        self, storage: Storage, scene: Scene, cast: Cast
    ) -> None:
        """SI-5: entries come back unchanged, oldest first, within the office."""
        entries = [
            _entry(scene, cast, what="SignedIn", person_id=cast.account.person_id, account_id=cast.account.id),
            _entry(scene, cast, client_id=cast.client.id),
            _entry(scene, cast, what="DocumentPublished", handler=AWKWARD_TEXTS[0], which='{"a": "👩‍⚖️\\n"}'),
            _entry(scene, cast, what="SignInRefused", network_address="2001:db8::1"),
        ]
        with committing(storage) as uow:
            uow.audit.append(entries[:3])
            uow.audit.append([])
        with committing(storage) as uow:
            uow.audit.append(entries[3:])
            assert list(uow.audit.entries(cast.desk)) == entries
            assert list(uow.audit.entries(cast.foreign_desk)) == []
        with storage.begin() as uow:
            assert is_utc_to_the_microsecond(uow.audit.entries(cast.desk)[0].at)

    def test_the_newest_entries_are_given(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """SI-5: the newest entries are returned, up to the limit, oldest first."""
        entries = [_entry(scene, cast) for _each in range(5)]
        with committing(storage) as uow:
            uow.audit.append(entries)
            assert list(uow.audit.entries(cast.desk, limit=2)) == entries[3:]

    def test_entries_go_with_what_they_tell_of(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AL-2: a rollback removes the entries and the mail of a unit of work."""
        task = attrs.evolve(scene.task(cast.account), id=TaskId(scene.ids.new()), key="nooit")
        with storage.begin() as uow:
            uow.audit.append([_entry(scene, cast)])
            uow.outbox.add(task)
        now = scene.clock.now()
        with storage.begin() as uow:
            assert list(uow.audit.entries(cast.desk)) == []
            assert "nooit" not in {each.key for each in uow.outbox.lease(Lane.NOTIFICATION, at=now, until=now, limit=9)}

    def test_a_chain_begins_with_nothing(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """SI-5: before the first sealing, all entries are unsealed and the head is ``NONE_YET``."""
        entries = _written(storage, scene, cast, 3)
        with storage.begin() as uow:
            assert uow.audit.head(cast.office.id) == NONE_YET
            assert list(uow.audit.unsealed(cast.office.id, after=None, limit=2)) == entries[:2]
            assert list(uow.audit.unsealed(cast.office.id, after=entries[0].id, limit=9)) == entries[1:]
            assert list(uow.audit.unsealed(cast.office.id, after=entries[2].id, limit=9)) == []
            assert list(uow.audit.sealed(cast.office.id, after=0, limit=9)) == []
        assert storage.read.office_head(cast.desk) == NONE_YET
        assert list(storage.read.office_sealed(cast.desk, after=0, size=9)) == []
        assert list(storage.read.unsealed()) == [cast.office.id]

    def test_sealing(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """SI-5: sealed entries are listed by number, other entries stay unsealed, and the head is the last seal."""
        entries = _written(storage, scene, cast, 4)
        seals = _seals(entries[2], entries[0])
        _seal(storage, cast, seals)
        sealed = [Line(entry=each, seal=seals[each.id]) for each in (entries[2], entries[0])]
        read = storage.read
        assert list(read.office_sealed(cast.desk, after=0, size=9)) == sealed
        assert list(read.office_sealed(cast.desk, after=0, size=1)) == sealed[:1]
        assert list(read.office_sealed(cast.desk, after=1, size=9)) == sealed[1:]
        waiting = [Line(entry=each, seal=None) for each in (entries[1], entries[3])]
        assert list(read.office_unsealed(cast.desk, after=None, size=9)) == waiting
        assert list(read.office_unsealed(cast.desk, after=None, size=1)) == waiting[:1]
        assert list(read.office_unsealed(cast.desk, after=entries[1].id, size=9)) == waiting[1:]
        assert read.office_head(cast.desk) == seals[entries[0].id]
        with committing(storage) as uow:
            assert uow.audit.head(cast.office.id) == seals[entries[0].id]
            assert list(uow.audit.sealed(cast.office.id, after=0, limit=9)) == sealed
            assert list(uow.audit.sealed(cast.office.id, after=0, limit=1)) == sealed[:1]
            assert list(uow.audit.sealed(cast.office.id, after=1, limit=9)) == sealed[1:]
            assert list(uow.audit.sealed(cast.foreign_desk.office_id, after=0, limit=9)) == []
            assert list(uow.audit.unsealed(cast.office.id, after=None, limit=9)) == [entries[1], entries[3]]
            assert list(uow.audit.entries(cast.desk)) == entries

    def test_sealing_on(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """SI-5: new seals follow the head, and no office is listed when all entries are sealed."""
        entries = _written(storage, scene, cast, 3)
        first = _seals(*entries[:2])
        _seal(storage, cast, first)
        rest = _seals(entries[2], after=first[entries[1].id])
        _seal(storage, cast, rest, after=first[entries[1].id])
        assert storage.read.office_head(cast.desk) == rest[entries[2].id]
        assert list(storage.read.unsealed()) == []

    def test_another_office_is_not_sealed_along(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """OF-2: each office has its own chain and cannot see or seal that of another office."""
        entries = _written(storage, scene, cast, 2)
        _seal(storage, cast, _seals(*entries))
        foreign = _entry(scene, cast, office_id=cast.foreign_desk.office_id)
        with committing(storage) as uow:
            uow.audit.append([foreign])
        read, desk = storage.read, cast.foreign_desk
        assert list(read.unsealed()) == [desk.office_id]
        assert read.office_head(desk) == NONE_YET
        assert list(read.office_sealed(desk, after=0, size=9)) == []
        assert list(read.office_unsealed(desk, after=None, size=9)) == [Line(entry=foreign, seal=None)]
        assert list(read.office_trail(desk, TrailQuery())) == [Line(entry=foreign, seal=None)]
        head = read.office_head(cast.desk)
        with pytest.raises(Conflict), storage.begin() as uow:
            uow.audit.seal(cast.office.id, _seals(foreign, after=head), after=head)

    def test_a_chain_does_not_fork(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """SI-5: sealing is refused after anything but the head, and no entry or number is sealed twice."""
        entries = _written(storage, scene, cast, 3)
        first = _seals(*entries[:2])
        _seal(storage, cast, first)
        head = _last(first)
        wrong: list[tuple[Mapping[EntryId, Seal], Seal]] = [
            (_seals(entries[2]), NONE_YET),
            (_seals(entries[2], after=head), attrs.evolve(head, digest=bytes(40))),
            (_seals(entries[0], entries[2], after=head), head),
            ({entries[2].id: _at(1)}, head),
            ({entries[2].id: _at(3), EntryId(scene.ids.new()): _at(4)}, head),
        ]
        for seals, after in wrong:
            with pytest.raises(Conflict), storage.begin() as uow:
                uow.audit.seal(cast.office.id, seals, after=after)
        assert storage.read.office_head(cast.desk) == head
        assert [line.entry for line in storage.read.office_sealed(cast.desk, after=0, size=9)] == entries[:2]

    def test_sealing_is_of_its_unit_of_work(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AL-2: seals that are rolled back are not stored, and the head stays."""
        entries = _written(storage, scene, cast, 2)
        with storage.begin() as uow:
            uow.audit.seal(cast.office.id, _seals(*entries), after=uow.audit.head(cast.office.id))
        assert storage.read.office_head(cast.desk) == NONE_YET
        assert [line.seal for line in storage.read.office_unsealed(cast.desk, after=None, size=9)] == [None, None]

    def test_sealers_at_once(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """SI-5: concurrent sealers produce one chain, in which every entry is sealed once."""
        entries = _written(storage, scene, cast, 12)

        def seal_two(_number: int) -> None:
            with committing(storage) as uow:
                head = uow.audit.head(cast.office.id)
                waiting = uow.audit.unsealed(cast.office.id, after=None, limit=2)
                uow.audit.seal(cast.office.id, _seals(*waiting, after=head), after=head)

        all_at_once(seal_two, threads=6)
        lines = storage.read.office_sealed(cast.desk, after=0, size=99)
        assert [line.entry for line in lines] == entries
        assert [line.seal.number for line in lines if line.seal] == list(range(1, 13))

    def test_the_trail(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """SI-5: the trail is listed newest or oldest first, in pages, with the seal of each sealed entry."""
        entries = _written(storage, scene, cast, 5)
        seals = _seals(entries[1])
        _seal(storage, cast, seals)
        lines = [Line(entry=each, seal=seals.get(each.id)) for each in entries]
        trail = partial(storage.read.office_trail, cast.desk)
        assert list(trail(TrailQuery())) == lines[::-1]
        assert list(trail(TrailQuery(size=2))) == [lines[4], lines[3]]
        assert list(trail(TrailQuery(size=2, after=entries[3].id))) == [lines[2], lines[1]]
        assert list(trail(TrailQuery(oldest_first=True, size=2))) == lines[:2]
        assert list(trail(TrailQuery(oldest_first=True, size=2, after=entries[1].id))) == lines[2:4]
        assert list(trail(TrailQuery(after=entries[0].id))) == []

    def test_the_trail_is_in_the_order_of_time(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """SI-5: entries are listed by time, and then by id, also if a later entry has an earlier time."""
        start = scene.clock.now()
        late, same, early = (_entry(scene, cast, at=start + minutes * MINUTE) for minutes in (2, 2, 1))
        with committing(storage) as uow:
            uow.audit.append([late, same, early])
        trail = partial(storage.read.office_trail, cast.desk)
        assert [line.entry for line in trail(TrailQuery())] == [same, late, early]
        for after, further in ((same, [late, early]), (late, [early]), (early, [])):
            assert [line.entry for line in trail(TrailQuery(after=after.id))] == further
            older = [line.entry for line in trail(TrailQuery(after=after.id, oldest_first=True))]
            assert older == [early, late, same][len(further) + 1 :]
        assert list(trail(TrailQuery(after=EntryId(scene.ids.new())))) == []

    def test_a_part_of_the_trail(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """SI-5: the trail can be filtered by kind, account, person and time, and by several of these together."""
        own, other, person = cast.account.id, cast.sibling.id, cast.account.person_id
        start = scene.clock.now()
        entries = [
            _entry(scene, cast, what="SignedIn", account_id=own),
            _entry(scene, cast, what="SignedIn", account_id=other, at=start + MINUTE),
            _entry(scene, cast, what="AccountClosed", which=f'{{"account_id": "{own}"}}', at=start + 2 * MINUTE),
            _entry(scene, cast, what="signedin", person_id=person, at=start + 3 * MINUTE),
            _entry(scene, cast, what="PasswordSet", which=f'{{"person_id": "{person}"}}', at=start + 4 * MINUTE),
        ]
        with committing(storage) as uow:
            uow.audit.append(entries)
        asked = {
            "kind": (TrailQuery(what="SignedIn"), [0, 1]),
            "no kind": (TrailQuery(what="Signed%"), []),
            "no text": (TrailQuery(what="\0"), []),
            "account": (TrailQuery(account=own), [0, 2]),
            "person": (TrailQuery(person=person), [3, 4]),
            "account and kind": (TrailQuery(account=own, what="SignedIn"), [0]),
            "since": (TrailQuery(since=start + MINUTE), [1, 2, 3, 4]),
            "until": (TrailQuery(until=start + MINUTE), [0]),
            "a while": (TrailQuery(since=start + MINUTE, until=start + 2 * MINUTE), [1]),
        }
        found = {
            name: [line.entry for line in storage.read.office_trail(cast.desk, attrs.evolve(query, oldest_first=True))]
            for name, (query, _places) in asked.items()
        }
        assert found == {name: [entries[place] for place in places] for name, (_query, places) in asked.items()}
        assert list(storage.read.office_trail(cast.foreign_desk, TrailQuery(account=own))) == []


def _entry(scene: Scene, cast: Cast, **fields: Any) -> Entry:
    entry = Entry(
        id=EntryId(scene.ids.new()),
        office_id=cast.office.id,
        at=scene.clock.now(),
        what="MessageRead",
        which="{}",
        person_id=None,
        account_id=None,
        client_id=None,
        handler=None,
        network_address=None,
    )
    return sign(attrs.evolve(entry, **fields), PlainSeals().digest)


def _written(storage: Storage, scene: Scene, cast: Cast, count: int) -> list[Entry]:
    entries = [_entry(scene, cast) for _each in range(count)]
    with committing(storage) as uow:
        uow.audit.append(entries)
    return entries


def _seals(*entries: Entry, after: Seal = NONE_YET) -> Mapping[EntryId, Seal]:
    return seal_all(entries, after=after, digest=PlainSeals().digest)


def _seal(storage: Storage, cast: Cast, seals: Mapping[EntryId, Seal], after: Seal = NONE_YET) -> None:
    with committing(storage) as uow:
        assert uow.audit.head(cast.office.id) == after
        uow.audit.seal(cast.office.id, seals, after=after)


def _at(number: int) -> Seal:
    return Seal(number=number, digest=bytes(40))


def _last(seals: Mapping[EntryId, Seal]) -> Seal:
    return list(seals.values())[-1]
