"""How long the body of a request may take (AL-7)."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain.request_times import MOMENT, Begun, Dawdling, Pace, RequestTimes, to_break_off, to_drop

TIMES = RequestTimes(
    least_rate=10,
    window=timedelta(seconds=10),
    crowded_window=timedelta(seconds=2),
    total=timedelta(seconds=60),
    total_rate=100,
)
"""A quota is 100 bytes."""
Arrivals = Sequence[tuple[float, int]]
"""The seconds that each piece took, and its size."""


def pace(arrivals: Arrivals) -> Pace:
    """Give the pace after some pieces."""
    result = Pace()
    for waited, received in arrivals:
        result = result.after(TIMES, waited=waited, received=received)
    return result


WAITS = st.lists(st.tuples(st.floats(0, 5), st.integers(0, 500)))


@given(WAITS)
def test_left(arrivals: Arrivals) -> None:
    """AL-7: what is left is never below zero, and never above a window or what the total leaves."""
    after = pace(arrivals)
    waited, received = sum(each for each, _ in arrivals), sum(size for _, size in arrivals)
    left = after.left(TIMES)
    assert 0 <= left <= 10
    assert left <= max(0, 60 + received / 100 - waited) + 1e-6


@given(st.lists(st.integers(1, 50), max_size=500))
def test_whoever_is_fast_enough(sizes: Sequence[int]) -> None:
    """AL-7: a body that comes at the total rate, which is above the least rate, is never broken off."""
    after = Pace()
    for size in sizes:
        waited = size / 100
        assert waited < after.left(TIMES)
        after = after.after(TIMES, waited=waited, received=size)


@given(st.floats(0.11, 2), st.integers(1, 10_000))
def test_whoever_drips(pause: float, before: int) -> None:
    """AL-7: a body that comes byte by byte is broken off within a window, whatever came before."""
    after = pace([(0, before)])
    dripped = 0
    while pause < after.left(TIMES):
        after = after.after(TIMES, waited=pause, received=1)
        dripped += 1
        assert dripped * pause <= 20  # The quota that was begun may be filled up, but no other.


def test_a_full_quota_begins_a_window() -> None:
    """AL-7: a window begins anew with each quota."""
    assert pace([(9, 99)]).left(TIMES) == pytest.approx(1)
    assert pace([(9, 99), (0.5, 1)]).left(TIMES) == 10


def test_the_total_grows_with_what_came() -> None:
    """AL-7: a large body may take longer, but not because it says that it is large."""
    steady = [(9.0, 100)] * 6
    assert pace([*steady, (9.0, 100)]).left(TIMES) == pytest.approx(60 + 7 - 63)
    assert pace([*steady, (9.0, 100), (9.0, 100)]).left(TIMES) == 0
    assert pace([*steady, (9.0, 100), (9.0, 10_000)]).left(TIMES) == 10


@given(WAITS, st.floats(0, 5))
def test_the_rate(arrivals: Arrivals, waiting: float) -> None:
    """AL-7: the rate is that of the last quota and what came since. What came before does not count."""
    after = pace(arrivals)
    lately: list[tuple[float, int]] = []
    quotas: list[list[tuple[float, int]]] = []
    for each in arrivals:
        lately.append(each)
        if sum(size for _, size in lately) >= 100:
            quotas.append(lately)
            lately = []
    counted = [*(quotas[-1] if quotas else []), *lately]
    waited, received = sum(each for each, _ in counted) + waiting, sum(size for _, size in counted)
    assert after.rate(waiting=waiting) == pytest.approx(received / max(waited, MOMENT))
    expected = dawdling("eve", after.lately_waited + waiting, after.rate(waiting=waiting))
    assert Dawdling.of("eve", after, waiting=waiting) == expected


def dawdling(owner: str, lately_waited: float, rate: float = 100) -> Dawdling:
    """Give a body that is waited for."""
    return Dawdling(owner=owner, lately_waited=lately_waited, rate=rate)


def test_who_makes_room() -> None:
    """AL-7: of the bodies that are too slow, the slowest of the account with the most of them is broken off."""
    bodies = {"a": dawdling("eve", 3), "b": dawdling("eve", 4), "c": dawdling("adam", 9), "d": dawdling("eve", 0)}
    assert to_break_off(bodies, TIMES, in_need=False) == "b"
    assert to_break_off({"c": bodies["c"], "d": bodies["d"]}, TIMES, in_need=False) == "c"
    assert to_break_off({"d": bodies["d"]}, TIMES, in_need=False) is None
    assert to_break_off({}, TIMES, in_need=False) is None


BODIES = st.dictionaries(
    st.integers(), st.builds(dawdling, st.sampled_from("abc"), st.floats(0, 4), st.floats(0, 1_000_000))
)


@given(BODIES)
def test_who_makes_room_in_need(bodies: dict[int, Dawdling]) -> None:
    """AL-7: in need, a body is always broken off: if none is slow, the slowest of the account with the most."""
    chosen = to_break_off(bodies, TIMES, in_need=True)
    calm = to_break_off(bodies, TIMES, in_need=False)
    assert (chosen is None) is (not bodies)
    if calm is not None:
        assert chosen == calm
    elif chosen is not None:
        counts = Counter(each.owner for each in bodies.values())
        owner = bodies[chosen].owner
        assert counts[owner] == max(counts.values())
        assert all(bodies[chosen].rate <= each.rate for each in bodies.values() if each.owner == owner)


@given(BODIES)
def test_only_the_slow_make_room(bodies: dict[int, Dawdling]) -> None:
    """AL-7: no body is broken off before a crowded window is over, unless there is need."""
    chosen = to_break_off(bodies, TIMES, in_need=False)
    slow = [each for each in bodies.values() if each.lately_waited >= 2]
    assert (chosen is None) is (not slow)
    if chosen is not None:
        assert bodies[chosen] in slow


BEGUN = st.dictionaries(
    st.integers(),
    st.builds(lambda owner, size: Begun(owner=owner, size=size), st.sampled_from("abc"), st.integers(0, 100)),
    min_size=1,
)


@given(BEGUN)
def test_which_form_is_dropped(forms: dict[int, Begun]) -> None:
    """AL-7: the form that is dropped is the largest of the client whose forms hold most together."""
    chosen = forms[to_drop(forms)]
    together: Counter[str] = Counter()
    for each in forms.values():
        together[each.owner] += each.size
    assert together[chosen.owner] == max(together.values())
    assert chosen.size == max(each.size for each in forms.values() if each.owner == chosen.owner)
