"""Changing one's own e-mail address (PR-4).

A person asks for a new address, and gets a link there. The new address counts once the link is confirmed. Until then
the person has one ``AddressChange``: what it asked for last. It is bound to the person's epoch, so that whatever ends
the person's sessions ends it too, such as a new password or a correction by the office.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import attrs

from klantportaal.domain.accounts import Holding, address_faults
from klantportaal.domain.boundary import checked
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.events import AddressChangeAsked, AddressChanged
from klantportaal.domain.offices import Office
from klantportaal.domain.onboarding import Link
from klantportaal.domain.persons import Person, cut_off, has_open, is_other_mailbox
from klantportaal.domain.values import AddressChangeId, OfficeId, PersonId, SessionId, address, folded


@attrs.frozen(kw_only=True, field_transformer=checked)
class AddressChange:
    """The new address that a person asked for last. It does not count yet."""

    id: AddressChangeId
    """A new id each time that the person asks."""
    office_id: OfficeId
    person_id: PersonId
    email: str
    """The new address, as entered. It may be in use by another person: who asks is not told."""
    epoch: int
    """The person's epoch when it asked."""
    session_id: SessionId
    """The session that asked. It continues when the new address is confirmed."""
    asked_at: datetime


def parse(person: Person, email: str) -> str:
    """Parse the new address that a person entered.

    Raises:
        Refused: *email* is not exactly one address, or it is the person's own; field ``email``.
    """
    parsed, faults = address(email), list(address_faults(email))
    if faults or parsed is None:
        raise Refused(faults)
    if not is_other_mailbox(person, parsed):
        raise Refused([Fault(code=FaultCode.ADDRESS_UNCHANGED, field="email")])
    return parsed


def ask(
    person: Person, email: str, *, id: AddressChangeId, session_id: SessionId, at: datetime
) -> tuple[AddressChange, AddressChangeAsked]:
    """Let a person ask for a parsed address. This replaces what it asked for before."""
    change = AddressChange(
        id=id,
        office_id=person.office_id,
        person_id=person.id,
        email=email,
        epoch=person.epoch,
        session_id=session_id,
        asked_at=at,
    )
    return change, AddressChangeAsked(person_id=person.id, change_id=id, at=at)


def stands(change: AddressChange, person: Person, holdings: Sequence[Holding]) -> bool:
    """Tell whether a change may still be confirmed: nothing ended the person's sessions and links since.

    Args:
        change: what the person asked for last.
        person: the person.
        holdings: all accounts of the person.
    """
    bound = change.person_id == person.id and change.epoch == person.epoch
    return bound and has_open(holdings)


def is_recent(change: AddressChange, *, within: timedelta, at: datetime) -> bool:
    """Tell whether a change was asked for less than *within* ago."""
    # abs(): after the clock was set back, a change of a later time must not count as recent until that time.
    return abs(at - change.asked_at) < within


def repeats(change: AddressChange, email: str, *, within: timedelta, at: datetime) -> bool:
    """Tell whether asking for an address repeats what was asked for just now, as a double click does (ON-6)."""
    return folded(change.email) == folded(email) and is_recent(change, within=within, at=at)


def confirm(person: Person, change: AddressChange, *, at: datetime) -> tuple[Person, AddressChanged]:
    """Give a person its new address. Its sessions, links and codes end; the caller carries over the one that asked."""
    changed = attrs.evolve(cut_off(person), email=change.email)
    return changed, AddressChanged(person_id=person.id, former_address=person.email, at=at)


def was_just_confirmed(link: Link, person: Person, *, within: timedelta, at: datetime) -> bool:
    """Tell whether a link was confirmed less than *within* ago, and nothing else ended its person's links since.

    Then confirming it again is a double click, which succeeds and changes nothing.
    """
    recent = link.used_at is not None and abs(at - link.used_at) < within
    return recent and link.person_id == person.id and link.epoch + 1 == person.epoch


def require_allowed(office: Office) -> None:
    """Require that the office lets persons change their own address.

    Raises:
        Refused: it does not.
    """
    if not office.address_changes:
        raise Refused([Fault(code=FaultCode.ADDRESS_CHANGES_OFF)])
