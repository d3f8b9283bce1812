"""Links in mails: how long they live, for which account, and who gets one."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain.accounts import (
    Account,
    AccountState,
    Client,
    close_account,
    invite_again,
    reopen_account,
    with_password,
)
from klantportaal.domain.events import LinkMade
from klantportaal.domain.onboarding import (
    Link,
    LinkPurpose,
    OnboardingTimes,
    gets_password_link,
    is_live,
    make_link,
)
from klantportaal.domain.values import AccountId, LinkId
from tests.domain.given import (
    ACCOUNT_ID,
    ACTIVE,
    AT,
    CLIENT,
    CLOSED,
    CLOSED_CLIENT,
    FINGERPRINT,
    INVITED,
    OFFICE_ID,
    OTHER_ACCOUNT_ID,
    TICK,
)

TIMES = OnboardingTimes()
LINK_ID = LinkId(UUID(int=20))
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def made(account: Account, purpose: LinkPurpose = LinkPurpose.PASSWORD, at: datetime = AT) -> Link:
    """Make a link."""
    link, _fact = make_link(account, purpose, id=LINK_ID, fingerprint=FINGERPRINT, times=TIMES, at=at)
    return link


@pytest.mark.parametrize("purpose,life", [(LinkPurpose.INVITATION, 14 * DAY), (LinkPurpose.PASSWORD, HOUR)])
def test_make_link(purpose: LinkPurpose, life: timedelta) -> None:
    """ON-2: an invitation lives 14 days and a set-password link one hour (ON-4); a link has its account's epoch."""
    link, fact = make_link(INVITED, purpose, id=LINK_ID, fingerprint=FINGERPRINT, times=TIMES, at=AT)
    assert link == Link(
        id=LINK_ID,
        office_id=OFFICE_ID,
        account_id=ACCOUNT_ID,
        purpose=purpose,
        fingerprint=FINGERPRINT,
        epoch=INVITED.epoch,
        made_at=AT,
        expires_at=AT + life,
        used_at=None,
        voided_at=None,
    )
    assert fact == LinkMade(account_id=ACCOUNT_ID, link_id=LINK_ID, purpose=purpose, at=AT)


@pytest.mark.parametrize("life", [TICK, HOUR, 24 * HOUR])
def test_settable_life(life: timedelta) -> None:
    """ON-4: the life of a set-password link can be set to at most 24 hours."""
    times = OnboardingTimes(password_link=life)
    link, _fact = make_link(ACTIVE, LinkPurpose.PASSWORD, id=LINK_ID, fingerprint=FINGERPRINT, times=times, at=AT)
    assert link.expires_at == AT + life


@pytest.mark.parametrize("life", [24 * HOUR + TICK, timedelta(0), -HOUR])
def test_life_out_of_bounds(life: timedelta) -> None:
    """ON-4: a life of more than 24 hours, of zero, or below zero is refused."""
    with pytest.raises(ValueError, match="password_link must be more than 0 seconds and at most 24 hours"):
        OnboardingTimes(password_link=life)


@pytest.mark.parametrize("purpose,life", [(LinkPurpose.INVITATION, 14 * DAY), (LinkPurpose.PASSWORD, HOUR)])
def test_life_to_the_tick(purpose: LinkPurpose, life: timedelta) -> None:
    """ON-4: a link works from the moment it is made until just before it expires."""
    link = made(INVITED, purpose)
    moments = (AT, AT + TICK, AT + life - TICK, AT + life, AT + life + TICK)
    assert [is_live(link, INVITED, CLIENT, at=at) for at in moments] == [True, True, True, False, False]


@pytest.mark.parametrize("purpose", LinkPurpose)
def test_clock_set_back(purpose: LinkPurpose) -> None:
    """AL-4: a host accepts a link made by a host whose clock is slightly ahead."""
    assert is_live(made(INVITED, purpose), INVITED, CLIENT, at=AT - MINUTE)


@pytest.mark.parametrize("field", ["used_at", "voided_at"])
@pytest.mark.parametrize("purpose", LinkPurpose)
def test_spent(purpose: LinkPurpose, field: str) -> None:
    """ON-4: a link does not work after it was used, or voided by a newer one."""
    spent: dict[str, Any] = {field: AT}
    assert not is_live(attrs.evolve(made(INVITED, purpose), **spent), INVITED, CLIENT, at=AT + MINUTE)


@pytest.mark.parametrize("purpose", LinkPurpose)
@pytest.mark.parametrize("account", [INVITED, ACTIVE, CLOSED], ids=lambda account: account.state)
@pytest.mark.parametrize("client", [CLIENT, CLOSED_CLIENT], ids=["open", "closed"])
def test_whose_link(purpose: LinkPurpose, account: Account, client: Client) -> None:
    """ON-2: invitations need an invited account, set-password links one that is not closed, both an open client."""
    works = {
        (LinkPurpose.INVITATION, AccountState.INVITED),
        (LinkPurpose.PASSWORD, AccountState.INVITED),
        (LinkPurpose.PASSWORD, AccountState.ACTIVE),
    }
    expected = client is CLIENT and (purpose, account.state) in works
    assert is_live(made(account, purpose), account, client, at=AT) is expected


def test_link_of_another_account() -> None:
    """ON-3: a link does not work for another account."""
    assert not is_live(made(attrs.evolve(ACTIVE, id=OTHER_ACCOUNT_ID)), ACTIVE, CLIENT, at=AT)


@pytest.mark.parametrize("purpose", LinkPurpose)
def test_links_end(purpose: LinkPurpose) -> None:
    """ON-5: a new password, a new invitation and closing the account each end all earlier links."""
    link = made(INVITED, purpose)
    with_one, _set = with_password(INVITED, "hash", at=AT)
    again, _invited = invite_again(INVITED, CLIENT, at=AT)
    closed, _closed = close_account(INVITED, at=AT)
    reopened, _reopened = reopen_account(closed, at=AT)
    assert [is_live(link, each, CLIENT, at=AT) for each in (with_one, again, closed, reopened)] == [False] * 4


NEWEST = {
    "none": None,
    "just made": made(ACTIVE, at=AT),
    "within the window": made(ACTIVE, at=AT - 2 * MINUTE + TICK),
    "at the window's end": made(ACTIVE, at=AT - 2 * MINUTE),
    "made by a clock set back": made(ACTIVE, at=AT + MINUTE),
    "made by a clock far ahead": made(ACTIVE, at=AT + DAY),
    "used": attrs.evolve(made(ACTIVE), used_at=AT),
    "voided": attrs.evolve(made(ACTIVE), voided_at=AT),
    "of an older epoch": attrs.evolve(made(ACTIVE), epoch=ACTIVE.epoch - 1),
    "expired already": attrs.evolve(made(ACTIVE), expires_at=AT),
}
ON_ITS_WAY = {"just made", "within the window", "made by a clock set back"}
"""The cases in which asking again counts as a double click (ON-6)."""


@pytest.mark.parametrize("newest", NEWEST)
@pytest.mark.parametrize("invited", [None, ACCOUNT_ID, OTHER_ACCOUNT_ID], ids=["uninvited", "invited", "other"])
@pytest.mark.parametrize("client", [CLIENT, CLOSED_CLIENT], ids=["open", "closed"])
@pytest.mark.parametrize("account", [INVITED, ACTIVE, CLOSED], ids=lambda account: account.state)
def test_who_gets_a_link(account: Account, client: Client, invited: AccountId | None, newest: str) -> None:
    """ON-3: an open account gets a link at its own address, at most one in two minutes (ON-6, ON-8)."""
    expected = (
        account.state in (AccountState.INVITED, AccountState.ACTIVE)
        and client.closed_at is None
        and invited in (None, account.id)
        and newest not in ON_ITS_WAY
    )
    asked = gets_password_link(account, client, invited=invited, newest=NEWEST[newest], times=TIMES, at=AT)
    assert asked is expected


@given(st.timedeltas(timedelta(0), timedelta(days=2)), st.timedeltas(TICK, timedelta(days=1)))
def test_never_without_a_link(waited: timedelta, life: timedelta) -> None:
    """ON-3: whoever asks for a link gets one, or got one before that still works."""
    times = OnboardingTimes(password_link=life)
    link, _fact = make_link(ACTIVE, LinkPurpose.PASSWORD, id=LINK_ID, fingerprint=FINGERPRINT, times=times, at=AT)
    at = AT + waited
    gets_one = gets_password_link(ACTIVE, CLIENT, invited=None, newest=link, times=times, at=at)
    assert gets_one or is_live(link, ACTIVE, CLIENT, at=at)
