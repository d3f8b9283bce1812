"""How often a user may try, and how long a user has to wait (SI-2)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from typing import Any

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from klantportaal.domain.onboarding import ADDRESS_LINK_LIFE, OnboardingTimes
from klantportaal.domain.throttling import (
    KEPT,
    Allowance,
    Counter,
    Counters,
    ThrottlePolicy,
    ThrottleSubject,
    as_of,
    ask,
    attempt,
    given_back,
    network,
)
from tests.domain.given import AT, TICK

POLICY = ThrottlePolicy()
PERSON = POLICY.person
TIMES = OnboardingTimes()
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ONE, OTHER = ThrottleSubject(b"1" * 32), ThrottleSubject(b"2" * 32)
NOTHING: Counters = {ONE: Counter(newest_at=AT)}

waits = st.timedeltas(min_value=TICK, max_value=DAY)
allowances = st.builds(Allowance, failures=st.integers(1, 8), window=waits, first_wait=waits, longest_wait=waits)
gaps = st.lists(st.timedeltas(min_value=timedelta(0), max_value=2 * HOUR) | st.just(MINUTE), max_size=60)
leaps = st.lists(st.timedeltas(min_value=-2 * DAY, max_value=2 * HOUR), max_size=60)


def moments(gaps: Sequence[timedelta]) -> list[datetime]:
    """Return the times of attempts with these gaps between them."""
    return list(accumulate(gaps, lambda at, gap: at + gap, initial=AT))


def let_through(moments: Sequence[datetime], allowance: Allowance) -> list[datetime]:
    """Attempt at each time, and return the times of the attempts that were allowed."""
    counters, through = NOTHING, []
    for at in moments:
        counters, may = attempt(counters, allowance, at=at)
        through += [at] * may
    return through


def test_five_failures_and_then_ever_longer_waits() -> None:
    """SI-2: five attempts in a row, then one after each wait of 1, 2, 4, … minutes, up to an hour."""
    every_second = [AT + timedelta(seconds=each) for each in range(7 * 3600)]
    through = let_through(every_second, PERSON)
    assert through[:5] == every_second[:5]
    between = [(later - earlier) // MINUTE for earlier, later in pairwise(through[4:])]
    assert between == [1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60]


def test_what_does_not_get_through_is_not_counted() -> None:
    """SI-2: a blocked attempt is not counted, so attackers do not lengthen the wait of the owner."""
    counters = NOTHING
    for _ in range(5):
        counters, _may = attempt(counters, PERSON, at=AT)
    for _ in range(1000):
        stands, may = attempt(counters, PERSON, at=AT + MINUTE - TICK)
        assert (stands, may) == (counters, False)
    assert attempt(counters, PERSON, at=AT + MINUTE) == ({ONE: Counter(failures=6, newest_at=AT + MINUTE)}, True)


@pytest.mark.parametrize("failures, quiet", [(1, 15), (4, 15), (5, 16), (6, 17), (9, 31), (50, 75)])
def test_failures_are_forgotten_after_a_quiet_time(failures: int, quiet: int) -> None:
    """SI-2: failures are forgotten fifteen minutes after the wait ends, and not earlier."""
    counter = Counter(failures=failures, newest_at=AT)
    end = AT + quiet * MINUTE
    assert as_of(counter, PERSON, at=end - TICK) == counter
    assert as_of(counter, PERSON, at=end) == Counter(failures=0, newest_at=end)


@given(gaps=gaps, allowance=allowances)
def test_never_more_than_the_allowance_in_a_window(gaps: Sequence[timedelta], allowance: Allowance) -> None:
    """SI-2: a window never has more attempts than the free ones and one for each wait in it."""
    through = let_through(moments(gaps), allowance)
    passed, extra = timedelta(0), 0
    while (passed := passed + allowance.wait(allowance.failures + extra)) < allowance.window and extra < 60:
        extra += 1
    for start in through:
        within = [each for each in through if start <= each < start + allowance.window]
        assert len(within) <= allowance.failures + extra


def test_eight_in_a_quarter_of_an_hour() -> None:
    """SI-2: the defaults allow eight in a quarter of an hour: five, and one after 1, 3 and 7 minutes."""
    every_second = [AT + timedelta(seconds=each) for each in range(15 * 60)]
    assert len(let_through(every_second, PERSON)) == 8


@given(gaps=leaps, allowance=allowances)
def test_waiting_always_helps(gaps: Sequence[timedelta], allowance: Allowance) -> None:
    """SI-2: after the longest wait an attempt is allowed, whatever came before, even if the clock jumped."""
    counters, at = NOTHING, AT
    for at in moments(gaps):
        counters, _may = attempt(counters, allowance, at=at)
    _stands, may = attempt(counters, allowance, at=at + allowance.longest_wait)
    assert may


@given(gaps=leaps, back=st.timedeltas(min_value=TICK, max_value=2 * DAY))
@example(gaps=[timedelta()] * 4 + [2 * TICK], back=TICK)
def test_a_clock_that_is_set_back_frees_nobody(gaps: Sequence[timedelta], back: timedelta) -> None:
    """SI-2: after a clock is set back, the wait is as long as before, from the time now shown."""
    counters, at = NOTHING, AT
    for at in moments(gaps):
        counters, _may = attempt(counters, PERSON, at=at)
    wait = PERSON.wait(counters[ONE].failures)
    earlier = at - back
    began = min(counters[ONE].newest_at, earlier)  # What was refused after the newest failure did not begin a wait.
    stands, may = attempt(counters, PERSON, at=earlier)
    if wait:
        assert not may
        assert stands == {ONE: attrs.evolve(counters[ONE], newest_at=began)}
        assert attempt(stands, PERSON, at=began + wait - TICK) == (stands, False)
    else:
        assert stands[ONE].failures == counters[ONE].failures + 1


@given(gaps=gaps, others=gaps)
def test_one_counter_knows_nothing_of_another(gaps: Sequence[timedelta], others: Sequence[timedelta]) -> None:
    """SI-2: attempts on one counter, and attempts given back, do not change another counter."""
    alone, both = NOTHING, {**NOTHING, OTHER: Counter(newest_at=AT)}
    for at in sorted([*moments(gaps), *moments(others)]):
        theirs, _may = attempt({OTHER: both[OTHER]}, PERSON, at=at)
        both[OTHER] = given_back(theirs[OTHER])
        alone, may = attempt(alone, PERSON, at=at)
        mine, same = attempt({ONE: both[ONE]}, PERSON, at=at)
        both |= mine
        assert (both[ONE], same) == (alone[ONE], may)


def test_an_attempt_counts_for_all_or_for_none() -> None:
    """SI-2: an attempt that one counter blocks is counted by no counter."""
    counters = {ONE: Counter(failures=5, newest_at=AT), OTHER: Counter(failures=1, newest_at=AT)}
    assert attempt(counters, PERSON, at=AT) == (counters, False)
    assert attempt(counters, PERSON, at=AT + MINUTE) == (
        {ONE: Counter(failures=6, newest_at=AT + MINUTE), OTHER: Counter(failures=2, newest_at=AT + MINUTE)},
        True,
    )


@pytest.mark.parametrize("failures, left", [(6, 5), (1, 0), (0, 0)])
def test_giving_back(failures: int, left: int) -> None:
    """SI-2: an attempt given back is subtracted, but never below zero."""
    assert given_back(Counter(failures=failures, newest_at=AT)) == Counter(failures=left, newest_at=AT)


def test_asking_for_links() -> None:
    """ON-3, ON-4: three links can be asked for, then one whenever the newest link is about to expire."""
    counters, asked = NOTHING, []
    for minute in range(4 * 60):
        counters, may = ask(counters, POLICY, TIMES, at=AT + minute * MINUTE)
        asked += [minute] * may
    assert asked == [0, 2, 4, 62, 120, 178, 236]


def test_a_double_click_asks_once() -> None:
    """ON-6: a second request within two minutes is not counted, and sends nothing."""
    counters, may = ask(NOTHING, POLICY, TIMES, at=AT)
    assert may
    for at in (AT, AT + 2 * MINUTE - TICK):
        assert ask(counters, POLICY, TIMES, at=at) == (counters, False)
    for at in (AT - TICK, AT + 2 * MINUTE):
        assert ask(counters, POLICY, TIMES, at=at) == ({ONE: Counter(failures=2, newest_at=at)}, True)


@given(gaps=gaps)
def test_whoever_has_to_wait_for_a_link_has_one(gaps: Sequence[timedelta]) -> None:
    """ON-4, ON-6: when a request for a link is blocked, an earlier link still works."""
    counters, newest = NOTHING, None
    for at in moments(gaps):
        counters, may = ask(counters, POLICY, TIMES, at=at)
        newest = at if may else newest
        assert newest is not None
        assert at < newest + TIMES.password_link


@pytest.mark.parametrize(
    "address, counted",
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        (None, None),
        ("", None),
        ("testclient", None),
        ("192.0.2.7:80", None),
        ("192.0.2.07", None),
    ],
)
def test_networks(address: str | None, counted: str | None) -> None:
    """SI-2: IPv4 counts by address, IPv6 by /64 network, and text that is no address is not counted."""
    assert network(address) == counted


@pytest.mark.parametrize(
    "fields",
    [
        {"failures": 0},
        {"network_failures": 0},
        {"links": 0},
        {"network_links": 0},
        {"window": timedelta(0)},
        {"first_wait": -TICK},
        {"longest_wait": DAY + TICK},
        {"network_longest_wait": DAY + TICK},
        {"window": DAY + TICK},
    ],
)
def test_settings_that_lock_out_or_let_everything_through(fields: dict[str, Any]) -> None:
    """SI-2: settings that would block permanently, or never, are refused."""
    with pytest.raises(ValueError, match=next(iter(fields))):
        ThrottlePolicy(**fields)


@given(
    policy=st.builds(ThrottlePolicy, window=waits, first_wait=waits, longest_wait=waits, network_longest_wait=waits),
    life=st.timedeltas(min_value=TICK, max_value=DAY),
    failures=st.integers(0, 1000),
)
def test_old_counters_count_for_nothing(policy: ThrottlePolicy, life: timedelta, failures: int) -> None:
    """SI-2: a counter that is two days old can be deleted, whatever the settings."""
    asking = policy.asking(OnboardingTimes(password_link=life))
    others = (policy.person, policy.code, policy.network, policy.network_asking, policy.address_changes)
    for allowance in (*others, asking):
        end = AT + KEPT
        assert as_of(Counter(failures=failures, newest_at=AT), allowance, at=end) == Counter(newest_at=end)


def test_changing_the_address() -> None:
    """PR-4, SI-2: three new addresses are free for a person, then one for each lifetime of a link."""
    allowance = POLICY.address_changes
    at_once = let_through([AT] * 5, allowance)
    assert len(at_once) == 3
    late = [*at_once, AT + ADDRESS_LINK_LIFE - TICK, AT + ADDRESS_LINK_LIFE]
    assert let_through(late, allowance) == [*at_once, AT + ADDRESS_LINK_LIFE]
