"""Mails that tell an office what its clients sent and completed, and what was rejected (OF-4), without contents."""

import enum
from collections.abc import Iterable
from datetime import datetime

import attrs

from klantportaal.domain import admission
from klantportaal.domain.dossiers import Dossier
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.events import DossierNoticesChanged, OfficeNoticesChanged
from klantportaal.domain.offices import Office, OfficeNotices
from klantportaal.domain.values import address, folded

MOST_ADDRESSES = 10
"""The largest number of addresses of an office, and of a dossier."""


class Arrival(enum.StrEnum):
    """What an office is told of: what arrived from a client, or did not reach one."""

    MESSAGES = "messages"
    QUESTIONNAIRES = "questionnaires"
    DELIVERIES = "deliveries"
    """What was delivered for an item of a request (RQ-2)."""
    NOT_APPLICABLE = "not_applicable"
    """That an item of a request does not apply, as the client declared (RQ-2)."""
    REJECTED = "rejected"
    """A document that the office published, and that the virus scanner rejected while it waited (AT-3)."""


def addresses_for(office: Office, dossier: Dossier) -> tuple[str, ...]:
    """Give the addresses that are told what happens in a dossier: its own, or else those of the office.

    None if the office does not want such mails.
    """
    if office.notices is None:
        return ()
    return dossier.notice_addresses or office.notices.addresses


def own_addresses(office: Office) -> tuple[str, ...]:
    """Give the addresses that are told what concerns the office itself: those of its notices, or else its contact."""
    told = office.notices.addresses if office.notices is not None else ()
    return told or (office.profile.contact_address,)


def change_notices(
    office: Office, notices: OfficeNotices | None, *, at: datetime
) -> tuple[Office, OfficeNoticesChanged]:
    """Begin, change or end the mails to an office.

    Raises:
        Refused: one fault for each field that breaks a rule.
    """
    if notices is not None:
        faults = list(address_faults(notices.addresses))
        if notices.page.startswith("/") or not admission.is_page(notices.page):
            faults.append(Fault(code=FaultCode.NOT_A_PAGE, field="page"))
        if faults:
            raise Refused(faults)
        notices = attrs.evolve(notices, addresses=tidy(notices.addresses))
    return attrs.evolve(office, notices=notices), OfficeNoticesChanged(used=notices is not None, at=at)


def change_dossier_notices(
    dossier: Dossier, addresses: tuple[str, ...], *, at: datetime
) -> tuple[Dossier, DossierNoticesChanged]:
    """Give a dossier addresses of its own, in place of those of the office. With none, those of the office count.

    Raises:
        Refused: an address is none, or there are too many.
    """
    if faults := list(address_faults(addresses)):
        raise Refused(faults)
    changed = attrs.evolve(dossier, notice_addresses=tidy(addresses))
    return changed, DossierNoticesChanged(dossier_id=dossier.id, at=at)


def address_faults(addresses: tuple[str, ...]) -> Iterable[Fault]:
    """Require at most 10 e-mail addresses."""
    if len(addresses) > MOST_ADDRESSES:
        yield Fault(code=FaultCode.TOO_MANY, field="addresses", params={"limit": MOST_ADDRESSES})
    if any(address(each) is None for each in addresses):
        yield Fault(code=FaultCode.NOT_AN_ADDRESS, field="addresses")


def tidy(addresses: tuple[str, ...]) -> tuple[str, ...]:
    """Normalise addresses, and keep one of those that differ in upper and lower case only."""
    return tuple({folded(each): address(each) or each for each in addresses}.values())
