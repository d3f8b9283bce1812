"""Refusals that repeat: one entry a minute, and none is lost (SI-5)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from uuid import UUID

import attrs
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain.events import RefusalsRepeated
from klantportaal.domain.refusals import MINUTE, RefusalCount, close, refuse
from klantportaal.domain.throttling import ThrottleSubject
from klantportaal.domain.values import OfficeId, PersonId
from tests.domain.given import AT, TICK

NOTHING = RefusalCount(office_id=OfficeId(UUID(int=1)), origin=ThrottleSubject(b"1" * 32), what="SignInRefused")
JAN, PIET = PersonId(UUID(int=2)), PersonId(UUID(int=3))
HERE, THERE = "192.0.2.7", "198.51.100.9"

gaps = st.timedeltas(min_value=timedelta(0), max_value=2 * MINUTE) | st.sampled_from([timedelta(0), TICK, MINUTE])
leaps = gaps | st.timedeltas(min_value=-2 * MINUTE, max_value=timedelta(0))


@attrs.define
class Trail:
    """What is in the trail, and the count that is not yet."""

    counted: RefusalCount = NOTHING
    singles: list[datetime] = attrs.field(factory=list)
    repeated: list[RefusalsRepeated] = attrs.field(factory=list)

    def refuse(self, at: datetime, person_id: PersonId | None = JAN, network_address: str | None = HERE) -> None:
        """Refuse somebody."""
        self.counted, single, repeated = refuse(
            self.counted, person_id=person_id, network_address=network_address, at=at
        )
        self.singles += [at] * single
        self.repeated += [repeated] if repeated else []

    def sweep(self, at: datetime) -> None:
        """Record a minute that is over, as the dispatcher does."""
        standing, repeated = close(self.counted, at=at)
        self.counted = NOTHING if standing is None else standing
        self.repeated += [repeated] if repeated else []

    @property
    def told(self) -> int:
        """The number of refusals in the trail."""
        return len(self.singles) + sum(each.count for each in self.repeated)


def trail_of(acts: Sequence[tuple[timedelta, bool]]) -> tuple[Trail, int, datetime]:
    """Refuse, or sweep, after each gap. Return the trail, the number of refusals, and the last time."""
    trail = Trail()
    moments = list(accumulate((gap for gap, _is_sweep in acts), lambda at, gap: at + gap, initial=AT))[1:]
    for at, (_gap, is_sweep) in zip(moments, acts, strict=True):
        (trail.sweep if is_sweep else trail.refuse)(at)
    return trail, sum(not is_sweep for _gap, is_sweep in acts), max([AT, *moments])


@given(st.lists(st.tuples(leaps, st.booleans()), max_size=80))
def test_none_is_lost(acts: list[tuple[timedelta, bool]]) -> None:
    """SI-5: each refusal is in the trail or counted, however the clock jumps. After a minute, all are in the trail."""
    trail, refused, last = trail_of(acts)
    assert trail.told + trail.counted.count == refused
    trail.sweep(last + MINUTE)
    assert trail.told == refused


@given(st.lists(st.tuples(gaps, st.booleans()), max_size=80))
def test_one_entry_a_minute(acts: list[tuple[timedelta, bool]]) -> None:
    """SI-5: two entries of one origin are a minute apart or more."""
    trail, _refused, _last = trail_of(acts)
    entries = sorted([*trail.singles, *(each.at for each in trail.repeated)])
    assert all(later - earlier >= MINUTE for earlier, later in pairwise(entries))


@given(st.lists(st.tuples(gaps, st.booleans()), max_size=80))
def test_an_entry_tells_when(acts: list[tuple[timedelta, bool]]) -> None:
    """SI-5: an entry of repeated refusals is about one minute, which is over when it is written."""
    trail, _refused, _last = trail_of(acts)
    for each in trail.repeated:
        assert each.since <= each.newest_at < each.since + MINUTE <= each.at
    assert all(one.newest_at <= other.since for one, other in pairwise(trail.repeated))


def test_a_count_that_is_quiet_is_forgotten() -> None:
    """SI-5: after a minute without refusals, nothing is kept."""
    trail = Trail()
    trail.refuse(AT)
    trail.sweep(AT + MINUTE - TICK)
    assert trail.counted != NOTHING
    trail.sweep(AT + MINUTE)
    assert (trail.counted, trail.singles, trail.repeated) == (NOTHING, [AT], [])
    assert close(NOTHING, at=AT) == (None, None)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([JAN, PIET, None]), st.sampled_from([HERE, THERE, None, "2001:db8::1", "2001:db8::2"])
        ),
        min_size=1,
        max_size=6,
    )
)
def test_who_and_where_if_they_are_the_same(refused: list[tuple[PersonId | None, str | None]]) -> None:
    """SI-5: the entry has the person and the network if they are the same for all refusals, and not otherwise."""
    trail = Trail()
    trail.refuse(AT)
    for person, where in refused:
        trail.refuse(AT, person, where)
    persons, places = {person for person, _where in refused}, {where for _person, where in refused}
    assert trail.counted.person_id == (persons.pop() if len(persons) == 1 else None)
    if len(places) == 1:
        assert trail.counted.network_address in places
    elif places == {"2001:db8::1", "2001:db8::2"}:
        assert trail.counted.network_address == "2001:db8::/64"
    else:
        assert trail.counted.network_address is None
