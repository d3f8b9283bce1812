"""Quotas of a day for a client and for an office (AT-3, ME-3)."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain.errors import FaultCode
from klantportaal.domain.quotas import (
    DailyQuotas,
    DayUsage,
    Quota,
    QuotaUsedUp,
    Room,
    Usage,
    refuse,
    room,
    spend,
    within,
)
from klantportaal.domain.values import ClientId

LIMITS = ("messages", "files", "bytes")
SMALL = DailyQuotas(
    client_messages=2, client_files=3, client_bytes=100, office_messages=5, office_files=7, office_bytes=250
)
NOTHING = DayUsage(day=date(2026, 1, 5), client_id=ClientId(UUID(int=1)), client=Usage(), office=Usage())

sent = st.one_of(
    st.just({"messages": 1}),
    st.builds(lambda size: {"files": 1, "size": size}, st.integers(min_value=0, max_value=120)),
)


@given(st.lists(st.tuples(st.integers(min_value=0, max_value=3), sent), max_size=60))
def test_no_more_than_the_quotas(acts: list[tuple[int, dict[str, Any]]]) -> None:
    """AT-3: whatever several clients send, none exceeds its quotas, and together they never exceed the office's."""
    clients, office = [Usage()] * 4, Usage()
    for who, what in acts:
        before = attrs.evolve(NOTHING, client=clients[who], office=office)
        try:
            after = spend(before, SMALL, **what)
        except QuotaUsedUp as refused:
            limit = getattr(SMALL, refused.quota)
            whose = before.office if refused.quota.startswith("office") else before.client
            kind = refused.quota.partition("_")[2]
            more = what.get("size", 0) if kind == "bytes" else 1
            assert getattr(whose, kind) + more > limit
        else:
            clients[who], office = after.client, after.office
    for kind in LIMITS:
        assert all(getattr(each, kind) <= getattr(SMALL, f"client_{kind}") for each in clients)
        assert getattr(office, kind) <= getattr(SMALL, f"office_{kind}")
        assert getattr(office, kind) == sum(getattr(each, kind) for each in clients)


@given(sent, sent)
def test_what_fits_in_the_room_is_sent_and_nothing_else(first: dict[str, Any], second: dict[str, Any]) -> None:
    """AT-3: a page shows before sending what is decided at sending."""
    try:
        usage = spend(NOTHING, SMALL, **first)
    except QuotaUsedUp:
        usage = NOTHING
    left = room(usage, SMALL)
    fits = (
        second.get("messages", 0) <= left.messages
        and second.get("files", 0) <= left.files
        and second.get("size", 0) <= left.bytes
    )
    if fits:
        spend(usage, SMALL, **second)
    else:
        with pytest.raises(QuotaUsedUp):
            spend(usage, SMALL, **second)


@pytest.mark.parametrize(
    "usage, more, quota, code, limit",
    [
        ({"client": Usage(messages=2)}, {"messages": 1}, Quota.CLIENT_MESSAGES, FaultCode.MESSAGES_USED_UP, 2),
        ({"client": Usage(files=3)}, {"files": 1}, Quota.CLIENT_FILES, FaultCode.FILES_USED_UP, 3),
        ({"client": Usage(bytes=60)}, {"files": 1, "size": 41}, Quota.CLIENT_BYTES, FaultCode.BYTES_USED_UP, 100),
        ({"office": Usage(messages=5)}, {"messages": 1}, Quota.OFFICE_MESSAGES, FaultCode.OFFICE_MESSAGES_USED_UP, 5),
        ({"office": Usage(files=7)}, {"files": 1}, Quota.OFFICE_FILES, FaultCode.OFFICE_FILES_USED_UP, 7),
        ({"office": Usage(bytes=250)}, {"size": 1}, Quota.OFFICE_BYTES, FaultCode.OFFICE_FILES_USED_UP, 250),
    ],
)
def test_each_quota_is_named(
    usage: dict[str, Any], more: dict[str, Any], quota: Quota, code: FaultCode, limit: int
) -> None:
    """AT-3: a refusal names the quota, its limit, and the file."""
    with pytest.raises(QuotaUsedUp) as refused:
        spend(attrs.evolve(NOTHING, **usage), SMALL, name="" if "messages" in more else "akte.pdf", **more)
    (fault,) = refused.value.faults
    assert (refused.value.quota, fault.code, fault.params["limit"]) == (quota, code, limit)
    assert (fault.field, fault.params.get("name")) == ((None, None) if "messages" in more else ("files", "akte.pdf"))


def test_a_quota_that_became_smaller() -> None:
    """AT-3: what is not sent now is not refused, though more of it was sent than a new setting allows."""
    over = attrs.evolve(NOTHING, client=Usage(files=9, bytes=999), office=Usage(files=9, bytes=999))
    assert spend(over, SMALL, messages=1).client.messages == 1
    assert room(over, SMALL) == Room(messages=2, files=0, bytes=0)


def test_a_file_is_read_no_further_than_it_fits() -> None:
    """AT-3: of a file that does not fit, no block after the first that is too much is read. Without room, none is."""
    read: list[int] = []

    def blocks() -> Iterator[bytes]:
        for number in range(9):
            read.append(number)
            yield b"x" * 40

    with pytest.raises(QuotaUsedUp):
        list(within(blocks(), "akte.pdf", NOTHING, SMALL))
    assert read == [0, 1, 2]
    with pytest.raises(QuotaUsedUp):
        list(within(blocks(), "akte.pdf", attrs.evolve(NOTHING, client=Usage(bytes=100)), SMALL))
    assert read == [0, 1, 2]
    assert list(within([b"x" * 60, b"y" * 40], "akte.pdf", NOTHING, SMALL)) == [b"x" * 60, b"y" * 40]
    for usage in (attrs.evolve(NOTHING, client=Usage(bytes=1)), attrs.evolve(NOTHING, office=Usage(bytes=151))):
        assert list(within([b"x" * 98, b"y"], "akte.pdf", usage, SMALL)) == [b"x" * 98, b"y"]
        with pytest.raises(QuotaUsedUp):
            list(within([b"x" * 98, b"y", b"z"], "akte.pdf", usage, SMALL))


def test_refusals_are_counted_and_told_ever_less_often() -> None:
    """AT-3: the first, second, fourth … refusal of a client, and of the office, in a day is an event."""
    once, first = refuse(NOTHING, Quota.CLIENT_FILES)
    twice, second = refuse(once, Quota.CLIENT_BYTES)
    office, third = refuse(twice, Quota.OFFICE_BYTES)
    again, fourth = refuse(office, Quota.OFFICE_BYTES)
    fifth_usage, fifth = refuse(again, Quota.CLIENT_FILES)
    assert [first, second, third, fourth, fifth] == [True, True, True, True, False]
    assert (fifth_usage.client.refused, fifth_usage.office.refused) == (5, 2)


@pytest.mark.parametrize("name", [f"{whose}_{kind}" for whose in ("client", "office") for kind in LIMITS])
def test_ranges(name: str) -> None:
    """AL-1: a quota is a whole number of at least one."""
    for wrong in (0, -1, 2**60 + 1):
        with pytest.raises(ValueError, match=name):
            DailyQuotas(**{name: wrong})
    with pytest.raises(TypeError, match=name):
        DailyQuotas(**{name: 1.5})  # type: ignore[arg-type]
