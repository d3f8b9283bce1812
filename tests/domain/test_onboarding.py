"""Links in mails: how long they live, for which account, and who gets one."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain.accounts import Holding
from klantportaal.domain.admission import Subject, VendorSignIn
from klantportaal.domain.events import LinkMade
from klantportaal.domain.onboarding import (
    Link,
    LinkPurpose,
    OnboardingTimes,
    gets_invitation_link,
    gets_password_link,
    is_live,
    make_link,
    renew_link,
)
from klantportaal.domain.persons import Person, cut_off, readdressed, settled, with_password
from klantportaal.domain.values import Fingerprint, LinkId, PersonId
from tests.domain.given import (
    ACTIVE,
    AT,
    CLIENT,
    CLOSED,
    CLOSED_CLIENT,
    DELETED,
    FINGERPRINT,
    INVITED,
    NEWCOMER,
    OFFICE_ID,
    OTHER_PERSON,
    OTHER_PERSON_ID,
    PERSON,
    PERSON_ID,
    TICK,
)

TIMES = OnboardingTimes()
LINK_ID = LinkId(UUID(int=20))
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


HOLDINGS: dict[str, tuple[Sequence[Holding], bool]] = {
    "none": ([], False),
    "invited": ([(INVITED, CLIENT)], True),
    "active": ([(ACTIVE, CLIENT)], True),
    "closed": ([(CLOSED, CLIENT)], False),
    "deleted": ([(DELETED, CLIENT)], False),
    "of a closed client": ([(INVITED, CLOSED_CLIENT), (ACTIVE, CLOSED_CLIENT)], False),
    "closed, and one that is open": ([(CLOSED, CLIENT), (DELETED, CLIENT), (INVITED, CLIENT)], True),
    "of a closed client, and one that is open": ([(ACTIVE, CLOSED_CLIENT), (ACTIVE, CLIENT)], True),
}
"""The accounts of a person, and whether one of them is open."""
ONE: Sequence[Holding] = [(ACTIVE, CLIENT)]


def made(person: Person, purpose: LinkPurpose = LinkPurpose.PASSWORD, at: datetime = AT) -> Link:
    """Make a link."""
    link, _fact = make_link(person, purpose, id=LINK_ID, fingerprint=FINGERPRINT, times=TIMES, at=at)
    return link


@pytest.mark.parametrize("purpose,life", [(LinkPurpose.INVITATION, 14 * DAY), (LinkPurpose.PASSWORD, HOUR)])
def test_make_link(purpose: LinkPurpose, life: timedelta) -> None:
    """ON-2: an invitation lives 14 days and a set-password link one hour (ON-4); a link has its person's epoch."""
    link, fact = make_link(NEWCOMER, purpose, id=LINK_ID, fingerprint=FINGERPRINT, times=TIMES, at=AT)
    assert link == Link(
        id=LINK_ID,
        office_id=OFFICE_ID,
        person_id=PERSON_ID,
        purpose=purpose,
        fingerprint=FINGERPRINT,
        epoch=NEWCOMER.epoch,
        made_at=AT,
        expires_at=AT + life,
        used_at=None,
        voided_at=None,
    )
    assert fact == LinkMade(person_id=PERSON_ID, link_id=LINK_ID, purpose=purpose, at=AT)


@pytest.mark.parametrize("life", [TICK, HOUR, 24 * HOUR])
def test_settable_life(life: timedelta) -> None:
    """ON-4: the life of a set-password link can be set to at most 24 hours."""
    times = OnboardingTimes(password_link=life)
    link, _fact = make_link(PERSON, LinkPurpose.PASSWORD, id=LINK_ID, fingerprint=FINGERPRINT, times=times, at=AT)
    assert link.expires_at == AT + life


@pytest.mark.parametrize("life", [24 * HOUR + TICK, timedelta(0), -HOUR])
def test_life_out_of_bounds(life: timedelta) -> None:
    """ON-4: a life of more than 24 hours, of zero, or below zero is refused."""
    with pytest.raises(ValueError, match="password_link must be more than 0 seconds and at most 24 hours"):
        OnboardingTimes(password_link=life)


@pytest.mark.parametrize(
    "purpose,life", [(LinkPurpose.INVITATION, 14 * DAY), (LinkPurpose.PASSWORD, HOUR), (LinkPurpose.ADDRESS, HOUR)]
)
def test_life_to_the_tick(purpose: LinkPurpose, life: timedelta) -> None:
    """ON-4: a link works from the moment it is made until just before it expires."""
    link = made(NEWCOMER, purpose)
    moments = (AT, AT + TICK, AT + life - TICK, AT + life, AT + life + TICK)
    assert [is_live(link, NEWCOMER, ONE, None, at=at) for at in moments] == [True, True, True, False, False]


@pytest.mark.parametrize("purpose", LinkPurpose)
def test_clock_set_back(purpose: LinkPurpose) -> None:
    """AL-4: a host accepts a link made by a host whose clock is slightly ahead."""
    assert is_live(made(NEWCOMER, purpose), NEWCOMER, ONE, None, at=AT - MINUTE)


@pytest.mark.parametrize("field", ["used_at", "voided_at"])
@pytest.mark.parametrize("purpose", LinkPurpose)
def test_spent(purpose: LinkPurpose, field: str) -> None:
    """ON-4: a link does not work after it was used, or voided by a newer one."""
    spent: dict[str, Any] = {field: AT}
    assert not is_live(attrs.evolve(made(NEWCOMER, purpose), **spent), NEWCOMER, ONE, None, at=AT + MINUTE)


@pytest.mark.parametrize("purpose", LinkPurpose)
@pytest.mark.parametrize("with_password", [True, False])
def test_a_vendors_sign_in(purpose: LinkPurpose, with_password: bool) -> None:
    """PE-6: who cannot sign in yet gets an invitation; a password link needs an office with passwords.

    The link to a new address is for everybody (PR-4).
    """
    sign_in = VendorSignIn(name="DigiD", sign_in="/sso", confirm="/sso", with_password=with_password)
    bound = attrs.evolve(NEWCOMER, vendor_subject=Subject(issuer="x", name="y"))
    live = [is_live(made(each, purpose), each, ONE, sign_in, at=AT) for each in (NEWCOMER, PERSON, bound)]
    wanted = {
        LinkPurpose.INVITATION: [True, not with_password, False],
        LinkPurpose.PASSWORD: [with_password] * 3,
        LinkPurpose.ADDRESS: [True] * 3,
    }
    assert live == wanted[purpose]
    gets = [gets_invitation_link(each, ONE, sign_in, newest=None, at=AT) for each in (NEWCOMER, PERSON, bound)]
    assert gets == [True, not with_password, False]
    asked = gets_password_link(PERSON, ONE, sign_in, invited=None, newest=None, times=TIMES, at=AT)
    assert asked is with_password


@pytest.mark.parametrize("purpose", LinkPurpose)
@pytest.mark.parametrize("person", [NEWCOMER, PERSON], ids=["without password", "with password"])
@pytest.mark.parametrize("held", HOLDINGS)
def test_whose_link(purpose: LinkPurpose, person: Person, held: str) -> None:
    """ON-2, PE-5: a link needs an open account of its person, and an invitation a person without a password."""
    holdings, opened = HOLDINGS[held]
    wanted = purpose is not LinkPurpose.INVITATION or person is NEWCOMER
    assert is_live(made(person, purpose), person, holdings, None, at=AT) is (wanted and opened)


def test_link_of_another_person() -> None:
    """ON-3: a link does not work for another person."""
    assert not is_live(made(OTHER_PERSON), PERSON, ONE, None, at=AT)


@pytest.mark.parametrize("purpose", LinkPurpose)
def test_links_end(purpose: LinkPurpose) -> None:
    """ON-5: a new password, another address and closing the last account end all earlier links permanently."""
    link = made(NEWCOMER, purpose)
    with_one, _set = with_password(NEWCOMER, ONE, "hash", at=AT)
    freed = settled(NEWCOMER, [(CLOSED, CLIENT)], at=AT)
    claimed = settled(freed, ONE, at=AT)
    ended = (with_one, cut_off(NEWCOMER), readdressed(NEWCOMER, "piet@elders.test"), freed, claimed)
    assert [is_live(link, each, ONE, None, at=AT) for each in (NEWCOMER, *ended)] == [True, *[False] * 5]


@pytest.mark.parametrize("purpose", LinkPurpose)
def test_links_stay(purpose: LinkPurpose) -> None:
    """PE-2, PE-5: a link keeps working while other accounts of its person come and go."""
    link = made(NEWCOMER, purpose)
    for holdings in ([(INVITED, CLIENT), *ONE], [(CLOSED, CLIENT), *ONE], [(DELETED, CLIENT), *ONE]):
        assert is_live(link, settled(NEWCOMER, holdings, at=AT), holdings, None, at=AT)


@pytest.mark.parametrize("person", [NEWCOMER, PERSON], ids=["without password", "with password"])
@pytest.mark.parametrize("held", HOLDINGS)
def test_who_gets_an_invitation_link(person: Person, held: str) -> None:
    """PE-2: a person without a password but with an open account gets one, unless the newest one still works."""
    holdings, opened = HOLDINGS[held]
    link = made(person, LinkPurpose.INVITATION)
    last = AT + 14 * DAY - TICK
    gets_one = opened and person is NEWCOMER
    newest = [None, link, attrs.evolve(link, voided_at=AT), attrs.evolve(link, epoch=link.epoch - 1)]
    assert [gets_invitation_link(person, holdings, None, newest=each, at=last) for each in newest] == [
        gets_one,
        False,
        gets_one,
        gets_one,
    ]
    assert gets_invitation_link(person, holdings, None, newest=link, at=last + TICK) is gets_one


NEWEST = {
    "none": None,
    "just made": made(PERSON, at=AT),
    "within the window": made(PERSON, at=AT - 2 * MINUTE + TICK),
    "at the window's end": made(PERSON, at=AT - 2 * MINUTE),
    "made by a clock set back": made(PERSON, at=AT + MINUTE),
    "made by a clock far ahead": made(PERSON, at=AT + DAY),
    "used": attrs.evolve(made(PERSON), used_at=AT),
    "voided": attrs.evolve(made(PERSON), voided_at=AT),
    "of an older epoch": attrs.evolve(made(PERSON), epoch=PERSON.epoch - 1),
    "expired already": attrs.evolve(made(PERSON), expires_at=AT),
}
ON_ITS_WAY = {"just made", "within the window", "made by a clock set back"}
"""The cases in which asking again counts as a double click (ON-6)."""


@pytest.mark.parametrize("newest", NEWEST)
@pytest.mark.parametrize("invited", [None, PERSON_ID, OTHER_PERSON_ID], ids=["uninvited", "invited", "other"])
@pytest.mark.parametrize("person", [NEWCOMER, PERSON], ids=["without password", "with password"])
@pytest.mark.parametrize("held", HOLDINGS)
def test_who_gets_a_link(person: Person, held: str, invited: PersonId | None, newest: str) -> None:
    """ON-3: a person with an open account gets a link at its own address, at most one in two minutes (ON-6)."""
    holdings, opened = HOLDINGS[held]
    expected = opened and invited in (None, person.id) and newest not in ON_ITS_WAY
    asked = gets_password_link(person, holdings, None, invited=invited, newest=NEWEST[newest], times=TIMES, at=AT)
    assert asked is expected


@given(st.timedeltas(timedelta(0), timedelta(days=2)), st.timedeltas(TICK, timedelta(days=1)))
def test_never_without_a_link(waited: timedelta, life: timedelta) -> None:
    """ON-3: who asks for a link gets one, or has an earlier one that still works."""
    times = OnboardingTimes(password_link=life)
    link, _fact = make_link(PERSON, LinkPurpose.PASSWORD, id=LINK_ID, fingerprint=FINGERPRINT, times=times, at=AT)
    at = AT + waited
    gets_one = gets_password_link(PERSON, ONE, None, invited=None, newest=link, times=times, at=at)
    assert gets_one or is_live(link, PERSON, ONE, None, at=at)


# ------------------------------------------------------------------ mails that are sent again
@pytest.mark.parametrize(
    "purpose,life", [(LinkPurpose.INVITATION, timedelta(days=14)), (LinkPurpose.PASSWORD, timedelta(hours=1))]
)
def test_renewing(purpose: LinkPurpose, life: timedelta) -> None:
    """ON-6: the link of a mail that is sent again has its whole lifetime from then on, also after it had expired."""
    link, _fact = make_link(PERSON, purpose, id=LINK_ID, fingerprint=FINGERPRINT, times=TIMES, at=AT)
    other = Fingerprint(b"o" * 32)
    for later in (AT, AT + 3 * life):
        renewed = renew_link(link, PERSON, fingerprint=other, times=TIMES, at=later)
        assert renewed == attrs.evolve(link, fingerprint=other, made_at=later, expires_at=later + life)


@pytest.mark.parametrize(
    "changes",
    [{"used_at": AT}, {"voided_at": AT}, {"epoch": PERSON.epoch + 1}, {"person_id": PersonId(UUID(int=999))}],
)
def test_nothing_is_revived(changes: dict[str, Any]) -> None:
    """ON-4, ON-6: a link that was used, voided, ended with the sessions, or is another person's, is not renewed."""
    link, _fact = make_link(PERSON, LinkPurpose.PASSWORD, id=LINK_ID, fingerprint=FINGERPRINT, times=TIMES, at=AT)
    changed = attrs.evolve(link, **changes)
    assert renew_link(changed, PERSON, fingerprint=FINGERPRINT, times=TIMES, at=AT) is None
