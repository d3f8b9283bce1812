"""Promises about the counts of refusals that are not in the trail yet (SI-5)."""

import attrs

from klantportaal.domain.refusals import RefusalCount
from klantportaal.domain.values import PersonId
from klantportaal.ports.storage import Storage
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import HOUR, MINUTE, StorageTests, all_at_once, committing
from klantportaal.testing.contracts.storage.throttles import AT_ONCE, ONE, OTHER

WHAT = "SignInRefused"


class RefusalsContract(StorageTests):
    """Tests of the counts of refusals."""

    def test_a_count_begins_empty_and_is_saved(self, storage: Storage, scene: Scene) -> None:
        """SI-5: a count is made without refusals. What is saved comes back, for its office, origin and kind only."""
        office, elsewhere, now = scene.office(), scene.office(), scene.clock.now()
        empty = RefusalCount(office_id=office.id, origin=ONE, what=WHAT)
        counted = attrs.evolve(
            empty,
            since=now,
            count=3,
            newest_at=now + MINUTE,
            person_id=PersonId(scene.ids.new()),
            network_address="2001:db8::/64",
        )
        with committing(storage) as uow:
            assert uow.refusals.hold(office.id, ONE, WHAT) == empty
            uow.refusals.save(counted)
            assert uow.refusals.hold(office.id, ONE, WHAT) == counted
        with storage.begin() as uow:
            assert uow.refusals.hold(office.id, ONE, WHAT) == counted
            assert uow.refusals.hold(office.id, ONE, "CodeRefused") == attrs.evolve(empty, what="CodeRefused")
            assert uow.refusals.hold(office.id, OTHER, WHAT) == attrs.evolve(empty, origin=OTHER)
            assert uow.refusals.hold(elsewhere.id, ONE, WHAT) == attrs.evolve(empty, office_id=elsewhere.id)

    def test_a_rolled_back_refusal_is_not_counted(self, storage: Storage, scene: Scene) -> None:
        """AL-2: a count that is rolled back has no effect."""
        office, now = scene.office(), scene.clock.now()
        with storage.begin() as uow:
            held = uow.refusals.hold(office.id, ONE, WHAT)
            uow.refusals.save(attrs.evolve(held, since=now, count=1))
        with storage.begin() as uow:
            assert uow.refusals.ended(before=now, after=now, limit=9) == []

    def test_those_whose_minute_is_over(self, storage: Storage, scene: Scene) -> None:
        """SI-5: counts of all offices that began long enough ago, or in the future, are listed and can be removed."""
        office, elsewhere, now = scene.office(), scene.office(), scene.clock.now()
        began = {
            (office.id, ONE): now - MINUTE,
            (office.id, OTHER): now,
            (elsewhere.id, ONE): now - HOUR,
            (elsewhere.id, OTHER): now + MINUTE,
        }
        with committing(storage) as uow:
            for (office_id, origin), since in began.items():
                held = uow.refusals.hold(office_id, origin, WHAT)
                uow.refusals.save(attrs.evolve(held, since=since, count=1, newest_at=since))
        with committing(storage) as uow:
            assert len(uow.refusals.ended(before=now - MINUTE, after=now, limit=2)) == 2
            ended = uow.refusals.ended(before=now - MINUTE, after=now, limit=9)
            assert {each.since for each in ended} == {now - MINUTE, now - HOUR, now + MINUTE}
            for each in ended:
                uow.refusals.remove(each)
        with storage.begin() as uow:
            assert uow.refusals.ended(before=now - MINUTE, after=now, limit=9) == []
            assert [each.since for each in uow.refusals.ended(before=now, after=now, limit=9)] == [now]

    def test_none_is_lost_of_many_refused_at_once(self, storage: Storage, scene: Scene) -> None:
        """SI-5: concurrent refusals, and those who remove the count meanwhile, lose none."""
        office, now = scene.office(), scene.clock.now()

        def refuse(number: int) -> int:
            """Count a refusal, or take all that are counted, and return how many."""
            with committing(storage) as uow:
                if number % 5 == 0:
                    taken = uow.refusals.ended(before=now, after=now, limit=9)
                    for each in taken:
                        uow.refusals.remove(each)
                    return sum(each.count for each in taken)
                held = uow.refusals.hold(office.id, ONE, WHAT)
                uow.refusals.save(attrs.evolve(held, since=now, count=held.count + 1, newest_at=now))
            return 0

        taken = all_at_once(refuse, threads=AT_ONCE)
        with storage.begin() as uow:
            left = uow.refusals.hold(office.id, ONE, WHAT).count
        assert sum(taken) + left == AT_ONCE * 4 // 5
