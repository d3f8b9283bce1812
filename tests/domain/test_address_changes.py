"""Changing one's own e-mail address (PR-4)."""

from datetime import timedelta
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain import address_changes
from klantportaal.domain.address_changes import AddressChange
from klantportaal.domain.admission import Subject, VendorSignIn
from klantportaal.domain.errors import FaultCode, Refused
from klantportaal.domain.events import AddressChangeAsked, AddressChanged
from klantportaal.domain.onboarding import ADDRESS_LINK_LIFE, LinkPurpose, OnboardingTimes, is_live, make_link
from klantportaal.domain.persons import Person
from klantportaal.domain.values import AddressChangeId, LinkId, SessionId, address, folded
from tests.domain.given import (
    ACTIVE,
    AT,
    CLIENT,
    CLOSED,
    CLOSED_CLIENT,
    FINGERPRINT,
    NEWCOMER,
    OFFICE,
    OFFICE_ID,
    OTHER_PERSON,
    PERSON,
    PERSON_ID,
    TICK,
    fault,
    refusal,
)

SESSION_ID = SessionId(UUID(int=77))
CHANGE_ID = AddressChangeId(UUID(int=79))
SUBJECT = Subject(issuer="https://sso.voorbeeld.test", name="jan")
VENDOR = VendorSignIn(name="Mijn Voorbeeld", sign_in="/sso", confirm="/sso/again", with_password=False)
CHANGE = AddressChange(
    id=CHANGE_ID,
    office_id=OFFICE_ID,
    person_id=PERSON_ID,
    email="nieuw@voorbeeld.test",
    epoch=PERSON.epoch,
    session_id=SESSION_ID,
    asked_at=AT,
)
HOLDINGS = [(ACTIVE, CLIENT)]
MINUTES = timedelta(minutes=2)
LINK, _made = make_link(
    PERSON,
    LinkPurpose.ADDRESS,
    id=LinkId(UUID(int=78)),
    fingerprint=FINGERPRINT,
    times=OnboardingTimes(),
    at=AT,
)


@pytest.mark.parametrize(
    "typed,parsed",
    [
        ("nieuw@voorbeeld.test", "nieuw@voorbeeld.test"),
        (" Nieuw@Voorbeeld.TEST\n", "Nieuw@voorbeeld.test"),
        ("\u200bnieuw@voorbeeld.test\u202c", "nieuw@voorbeeld.test"),
        ("jan@voorbeeld.example", "jan@voorbeeld.example"),
    ],
)
def test_a_new_address(typed: str, parsed: str) -> None:
    """PR-4: white space and invisible characters around a new address are dropped."""
    assert address_changes.parse(PERSON, typed) == parsed


@pytest.mark.parametrize(
    "typed,code",
    [
        ("", FaultCode.MISSING),
        (" \u200b", FaultCode.MISSING),
        ("nieuw", FaultCode.NOT_AN_ADDRESS),
        ("nieuw@voorbeeld.test, ander@voorbeeld.test", FaultCode.NOT_AN_ADDRESS),
        ("Jan <nieuw@voorbeeld.test>", FaultCode.NOT_AN_ADDRESS),
        ("nie\u200buw@voorbeeld.test", FaultCode.NOT_AN_ADDRESS),
        ("x" * 250 + "@voorbeeld.test", FaultCode.NOT_AN_ADDRESS),
        ("Jan@voorbeeld.test", FaultCode.ADDRESS_UNCHANGED),
        ("JAN@VOORBEELD.TEST", FaultCode.ADDRESS_UNCHANGED),
        (" jan@voorbeeld.test\u200b", FaultCode.ADDRESS_UNCHANGED),
    ],
)
def test_what_is_no_new_address(typed: str, code: FaultCode) -> None:
    """PR-4, AL-1: what is no address, or the person's own in whatever case, is refused by name."""
    assert refusal(lambda: address_changes.parse(PERSON, typed)) == [fault(code, "email")]


@given(st.emails())
def test_every_other_address_is_a_new_one(email: str) -> None:
    """PR-4: every address is either refused, or another mailbox than the person's."""
    try:
        parsed = address_changes.parse(PERSON, email)
    except Refused:
        parsed_alone = address(email)
        assert parsed_alone is None or folded(parsed_alone) == folded(PERSON.email)
    else:
        assert folded(parsed) != folded(PERSON.email)


def test_asking() -> None:
    """PR-4: asking notes the new address with the epoch and the session, and changes nothing of the person."""
    assert address_changes.ask(PERSON, "nieuw@voorbeeld.test", id=CHANGE_ID, session_id=SESSION_ID, at=AT) == (
        CHANGE,
        AddressChangeAsked(person_id=PERSON_ID, change_id=CHANGE_ID, at=AT),
    )


def test_what_stands() -> None:
    """PR-4: a change may be confirmed until the epoch of its person moves, or the person may not sign in any more."""
    assert address_changes.stands(CHANGE, PERSON, HOLDINGS)
    assert not address_changes.stands(CHANGE, attrs.evolve(PERSON, epoch=PERSON.epoch + 1), HOLDINGS)
    assert not address_changes.stands(CHANGE, attrs.evolve(OTHER_PERSON, epoch=PERSON.epoch), HOLDINGS)
    assert not address_changes.stands(CHANGE, PERSON, [(CLOSED, CLIENT), (ACTIVE, CLOSED_CLIENT)])


@pytest.mark.parametrize("apart,same", [(timedelta(0), True), (MINUTES - TICK, True), (MINUTES, False)])
def test_a_double_click(apart: timedelta, same: bool) -> None:
    """PR-4, ON-6: the same address within two minutes, before or after, is a double click; another one is not."""
    for at in (AT + apart, AT - apart):
        assert address_changes.repeats(CHANGE, "NIEUW@voorbeeld.test", within=MINUTES, at=at) == same
        assert not address_changes.repeats(CHANGE, "nog-nieuwer@voorbeeld.test", within=MINUTES, at=at)


def test_confirming() -> None:
    """PR-4: a confirmed address is the person's, and its sessions, links and codes end."""
    assert address_changes.confirm(PERSON, CHANGE, at=AT) == (
        attrs.evolve(PERSON, email=CHANGE.email, epoch=PERSON.epoch + 1),
        AddressChanged(person_id=PERSON_ID, former_address=PERSON.email, at=AT),
    )


def test_the_link_lives_an_hour() -> None:
    """PR-4: the link works for an hour, whatever the settings of other links are, while its person may sign in."""
    assert LINK.expires_at == AT + timedelta(hours=1) == AT + ADDRESS_LINK_LIFE
    assert is_live(LINK, PERSON, HOLDINGS, None, at=LINK.expires_at - TICK)
    assert not is_live(LINK, PERSON, HOLDINGS, None, at=LINK.expires_at)
    assert not is_live(LINK, attrs.evolve(PERSON, epoch=PERSON.epoch + 1), HOLDINGS, None, at=AT)
    assert not is_live(LINK, PERSON, [(CLOSED, CLIENT)], None, at=AT)


def test_who_needs_no_password() -> None:
    """PR-4, PE-6: a person that signs in with the vendor's sign-in changes its address as well."""
    assert address_changes.stands(CHANGE, NEWCOMER, HOLDINGS)
    assert is_live(LINK, attrs.evolve(NEWCOMER, vendor_subject=SUBJECT), HOLDINGS, VENDOR, at=AT)


def test_a_link_that_was_just_used() -> None:
    """PR-4: a second click within two minutes is a double click, unless something else ended the links since."""
    changed, _fact = address_changes.confirm(PERSON, CHANGE, at=AT)
    used = attrs.evolve(LINK, used_at=AT)

    def just(person: Person, after: timedelta) -> bool:
        return address_changes.was_just_confirmed(used, person, within=MINUTES, at=AT + after)

    assert [just(changed, each) for each in (timedelta(0), MINUTES - TICK, MINUTES, -MINUTES)] == [
        True,
        True,
        False,
        False,
    ]
    assert not just(PERSON, timedelta(0))
    assert not just(attrs.evolve(changed, epoch=changed.epoch + 1), timedelta(0))
    assert not just(attrs.evolve(OTHER_PERSON, epoch=changed.epoch), timedelta(0))
    assert not address_changes.was_just_confirmed(LINK, changed, within=MINUTES, at=AT)


def test_an_office_may_switch_it_off() -> None:
    """PR-4: an office that switched it off refuses; at first it is on."""
    address_changes.require_allowed(OFFICE)
    closed = attrs.evolve(OFFICE, address_changes=False)
    assert refusal(lambda: address_changes.require_allowed(closed)) == [fault(FaultCode.ADDRESS_CHANGES_OFF, None)]
