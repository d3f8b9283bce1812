"""To which numbers codes go by SMS (TS-1, TS-2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain.texting import is_e164
from klantportaal.testing.contracts.sms import NO_NUMBER


@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
def test_e164(text: str) -> None:
    """TS-1: a plus and up to fifteen digits, the first of which is none."""
    assert is_e164(text)


@pytest.mark.parametrize("text", [*NO_NUMBER, "+3161234567890123"])
def test_not_e164(text: str) -> None:
    """TS-1: nothing around it, nothing in between, no other script's digits, no second number."""
    assert not is_e164(text)
