"""Counters of failures, also with concurrent requests (SI-2)."""

import hashlib
from datetime import timedelta

import pytest

from klantportaal.domain.throttling import Counter, ThrottleSubject
from klantportaal.ports.storage import Storage
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import (
    MINUTE,
    StorageTests,
    all_at_once,
    committing,
    is_utc_to_the_microsecond,
)

AT_ONCE = 20


def subject(number: int) -> ThrottleSubject:
    """Make a subject. Subjects do not sort by their number."""
    return ThrottleSubject(hashlib.sha256(str(number).encode()).digest())


ONE, OTHER, THIRD = (subject(number) for number in range(3))


class ThrottlesContract(StorageTests):
    """Tests of the counters of failures."""

    def test_a_counter_begins_without_failures(self, storage: Storage, scene: Scene) -> None:
        """SI-2: a subject gets a counter without failures when it is first requested, also together with others."""
        office, now = scene.office(), scene.clock.now()
        with committing(storage) as uow:
            assert uow.throttles.hold(office.id, [ONE], at=now) == {ONE: Counter(newest_at=now)}
        later = scene.clock.advance(MINUTE)
        with committing(storage) as uow:
            held = uow.throttles.hold(office.id, [OTHER, ONE, OTHER], at=later)
        assert held == {ONE: Counter(newest_at=now), OTHER: Counter(newest_at=later)}
        assert is_utc_to_the_microsecond(held[ONE].newest_at)

    def test_what_is_saved_stands(self, storage: Storage, scene: Scene) -> None:
        """SI-2, AP-3: saved counters are stored, and read, in their own office only."""
        office, elsewhere, now = scene.office(), scene.office(), scene.clock.now()
        counter = Counter(failures=3, newest_at=now + MINUTE)
        with committing(storage) as uow:
            uow.throttles.hold(office.id, [ONE, OTHER, THIRD], at=now)
            uow.throttles.save(office.id, {})
            uow.throttles.save(office.id, {ONE: counter, OTHER: Counter(failures=1, newest_at=now)})
            assert uow.throttles.hold(office.id, [], at=now) == {}
        with committing(storage) as uow:
            assert uow.throttles.hold(elsewhere.id, [ONE], at=now) == {ONE: Counter(newest_at=now)}
        with storage.begin() as uow:
            assert uow.throttles.hold(office.id, [ONE, OTHER, THIRD], at=now + MINUTE) == {
                ONE: counter,
                OTHER: Counter(failures=1, newest_at=now),
                THIRD: Counter(newest_at=now),
            }
        assert storage.read.counter(office.id, ONE) == counter
        assert storage.read.counter(elsewhere.id, OTHER) is None

    def test_a_count_that_is_rolled_back_is_none(self, storage: Storage, scene: Scene) -> None:
        """AL-2: a count that is rolled back has no effect."""
        office, now = scene.office(), scene.clock.now()
        with storage.begin() as uow:
            uow.throttles.hold(office.id, [ONE], at=now)
            uow.throttles.save(office.id, {ONE: Counter(failures=9, newest_at=now)})
        with storage.begin() as uow:
            assert uow.throttles.hold(office.id, [ONE], at=now + MINUTE) == {ONE: Counter(newest_at=now + MINUTE)}

    @pytest.mark.parametrize("known", [False, True])
    def test_none_is_lost_of_many_at_once(self, storage: Storage, scene: Scene, known: bool) -> None:
        """SI-2: concurrent units of work lose no count, in whatever order they name their subjects."""
        office, now = scene.office(), scene.clock.now()
        subjects = [ONE, OTHER, THIRD]
        if known:
            with committing(storage) as uow:
                uow.throttles.hold(office.id, subjects, at=now)

        def count(number: int) -> None:
            own = subject(100 + number)
            mine = [*(subjects if number % 2 else reversed(subjects)), own]
            with committing(storage) as uow:
                held = uow.throttles.hold(office.id, mine, at=now)
                more = {each: Counter(failures=held[each].failures + 1, newest_at=now) for each in mine}
                uow.throttles.save(office.id, more)

        all_at_once(count, threads=AT_ONCE)
        with storage.begin() as uow:
            held = uow.throttles.hold(office.id, subjects, at=now)
        assert [held[each].failures for each in subjects] == [AT_ONCE] * 3

    def test_old_counters_are_forgotten(self, storage: Storage, scene: Scene) -> None:
        """SI-2: counters of all offices whose newest failure is before the given moment are deleted; others stay."""
        office, elsewhere, now = scene.office(), scene.office(), scene.clock.now()
        old, new = Counter(failures=9, newest_at=now - timedelta(microseconds=1)), Counter(failures=9, newest_at=now)
        for each in (office, elsewhere):
            with committing(storage) as uow:
                uow.throttles.hold(each.id, [ONE, OTHER], at=now)
                uow.throttles.save(each.id, {ONE: old, OTHER: new})
        with committing(storage) as uow:
            uow.throttles.forget(before=now, limit=99)
        for each in (office, elsewhere):
            with storage.begin() as uow:
                held = uow.throttles.hold(each.id, [ONE, OTHER], at=now)
            assert held == {ONE: Counter(newest_at=now), OTHER: new}
