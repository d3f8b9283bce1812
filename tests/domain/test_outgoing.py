"""Mails in the queue."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain.outgoing import MAILS, DispatchTimes, Notice, TaskKind, retry_after

TIMES = DispatchTimes()


def test_merging() -> None:
    """PR-2: news within five minutes is merged into one mail; there are three kinds of news."""
    assert TIMES.merge == timedelta(minutes=5)
    assert [notice.value for notice in Notice] == ["documents", "questionnaires", "messages"]


def test_kinds() -> None:
    """ON-6, PE-2, TS-5, PR-4, QU-4, TS-2: the queue has all mails, PDFs and codes by SMS."""
    onboarding = ["invitation", "account_added", "password_link", "password_set"]
    security = ["two_step_on", "two_step_changed", "two_step_off", "two_step_reset", "recovery_code_used"]
    address = ["address_link", "address_in_use", "address_change_asked", "address_changed"]
    mails = [*onboarding, *security, *address, "notification"]
    assert [kind.value for kind in TaskKind] == [*mails, "result", "sms_code"]
    assert set(mails) == MAILS


@pytest.mark.parametrize(
    "attempts,seconds", [(-1, 15), (0, 15), (1, 15), (2, 30), (3, 60), (8, 1920), (9, 3600), (10, 3600), (10**6, 3600)]
)
def test_retry(attempts: int, seconds: int) -> None:
    """AL-2: a failed mail is retried after 15 seconds, then after twice as long each time, up to an hour."""
    assert retry_after(attempts, TIMES) == timedelta(seconds=seconds)


@given(
    st.integers(1, 10**9),
    st.timedeltas(timedelta(seconds=1), timedelta(days=1)),
    st.timedeltas(timedelta(seconds=1), timedelta(days=30)),
)
def test_retries(attempts: int, first: timedelta, longest: timedelta) -> None:
    """AL-2: a mail is retried for ever, never at once, and after longer and longer waits, up to the longest."""
    times = DispatchTimes(first_retry=first, longest_retry=longest)
    once, again = retry_after(attempts, times), retry_after(attempts + 1, times)
    assert timedelta(0) < once <= again <= longest
    assert again in (min(2 * once, longest), once)
