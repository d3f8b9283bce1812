"""What nobody opened: its age, and the address of a letter about it (RM-1)."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain import unseen
from klantportaal.domain.errors import FaultCode, Refused
from tests.domain.given import AT


@given(st.integers(1, 3650), st.timedeltas(timedelta(days=-1), timedelta(days=1)))
def test_the_age_of_what_is_unseen(days: int, more: timedelta) -> None:
    """RM-1: what is unseen counts once it is as many days old as is asked."""
    age, least = timedelta(days=days), timedelta(microseconds=1)
    assert AT - age == unseen.until(AT, days) < AT - age + least
    assert (AT - age - more <= unseen.until(AT, days)) == (more >= timedelta(0))


def test_the_lines_of_an_address() -> None:
    """RM-1: the lines of an address are cleaned, and blank ones left out."""
    assert unseen.postal_address(" Dam 1\r\n\r\n \u202e1012  JS Amsterdam\n") == ["Dam 1", "1012 JS Amsterdam"]


@pytest.mark.parametrize(
    "address, codes",
    [
        ("", [FaultCode.MISSING]),
        (" \n ", [FaultCode.MISSING]),
        ("\n".join("abcde"), []),
        ("\n".join("abcdef"), [FaultCode.TOO_MANY]),
        ("a" * 60, []),
        ("a" * 61, [FaultCode.TOO_LONG]),
        ("\n".join(["a" * 61] * 6), [FaultCode.TOO_MANY, FaultCode.TOO_LONG]),
    ],
)
def test_addresses_that_do_not_fit(address: str, codes: list[FaultCode]) -> None:
    """RM-1, AL-1: an address without lines, with too many, or with a line that is too long is refused."""
    if not codes:
        assert unseen.postal_address(address)
        return
    with pytest.raises(Refused) as refused:
        unseen.postal_address(address)
    assert [(each.code, each.field) for each in refused.value.faults] == [(code, "address") for code in codes]
