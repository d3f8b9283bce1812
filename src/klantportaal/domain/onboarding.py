"""Links in mails: the invitation, the set-password link (ON-1 to ON-8, PE-6), and the link to a new address (PR-4).

A link contains a secret that follows from its mail's task, under a key. Storage holds only the secret's fingerprint.
The link is bound to a person and its epoch, so that whatever ends the person's sessions also ends its links.
"""

import enum
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

import attrs

from klantportaal.domain.accounts import Holding
from klantportaal.domain.admission import VendorSignIn
from klantportaal.domain.boundary import checked
from klantportaal.domain.events import LinkMade
from klantportaal.domain.persons import Person, has_open, has_way_in, may_set_password
from klantportaal.domain.ranges import Range
from klantportaal.domain.values import Fingerprint, LinkId, OfficeId, PersonId


class LinkPurpose(enum.StrEnum):
    """What a link opens."""

    INVITATION = "invitation"
    """The page that asks for the e-mail address, or leads to the vendor's sign-in (ON-2, PE-6)."""
    PASSWORD = "password"  # noqa: S105 - a purpose, not a password
    """The page that sets a password, once (ON-4)."""
    ADDRESS = "address"
    """The page that confirms a new e-mail address, once (PR-4)."""


ADDRESS_LINK_LIFE = timedelta(hours=1)
"""How long the link to a new e-mail address lives (PR-4)."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class OnboardingTimes:
    """How long links live, and when a repeated request counts as a new one."""

    invitation: Annotated[timedelta, Range(timedelta(0), timedelta(days=365), above=True)] = timedelta(days=14)
    password_link: Annotated[timedelta, Range(timedelta(0), timedelta(hours=24), above=True)] = timedelta(hours=1)
    """24 hours at most (ON-4)."""
    same_request: Annotated[timedelta, Range(timedelta(0), timedelta(hours=24))] = timedelta(minutes=2)
    """A request that is repeated within this time sends no second mail, as after a double click (ON-6)."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class Link:
    """One link that was sent by mail, or is about to be."""

    id: LinkId
    office_id: OfficeId
    person_id: PersonId
    purpose: LinkPurpose
    fingerprint: Fingerprint
    epoch: int
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    voided_at: datetime | None = None


def make_link(
    person: Person,
    purpose: LinkPurpose,
    *,
    id: LinkId,
    fingerprint: Fingerprint,
    times: OnboardingTimes,
    at: datetime,
) -> tuple[Link, LinkMade]:
    """Make the link for the next mail to *person*."""
    link = Link(
        id=id,
        office_id=person.office_id,
        person_id=person.id,
        purpose=purpose,
        fingerprint=fingerprint,
        epoch=person.epoch,
        made_at=at,
        expires_at=at + _life(purpose, times),
    )
    return link, LinkMade(person_id=person.id, link_id=id, purpose=purpose, at=at)


def renew_link(
    link: Link, person: Person, *, fingerprint: Fingerprint, times: OnboardingTimes, at: datetime
) -> Link | None:
    """Give the link of a mail that is sent again, with its whole lifetime before it (ON-6).

    None if the link was used or voided, or ended with the person's sessions: then nothing is sent, and nothing revived.

    Args:
        link: the link that the mail had before.
        person: the person of the mail.
        fingerprint: the fingerprint of its secret. It differs if the key of the older secret is not known any more.
        times: the lifetimes of links.
        at: the time of sending again.
    """
    if not is_untouched(link) or link.person_id != person.id or link.epoch != person.epoch:
        return None
    return attrs.evolve(link, fingerprint=fingerprint, made_at=at, expires_at=at + _life(link.purpose, times))


def is_untouched(link: Link) -> bool:
    """Tell whether a link was neither used nor voided."""
    return link.used_at is None and link.voided_at is None


def _life(purpose: LinkPurpose, times: OnboardingTimes) -> timedelta:
    lives = {
        LinkPurpose.INVITATION: times.invitation,
        LinkPurpose.PASSWORD: times.password_link,
        LinkPurpose.ADDRESS: ADDRESS_LINK_LIFE,
    }
    return lives[purpose]


def is_live(
    link: Link, person: Person, holdings: Sequence[Holding], sign_in: VendorSignIn | None, *, at: datetime
) -> bool:
    """Tell whether a link still works. This check does not use it up (ON-4).

    Args:
        link: the link.
        person: the person of the link.
        holdings: all accounts of the person.
        sign_in: the vendor's sign-in at the office, if it uses one.
        at: the time of the check.
    """
    timely = at < link.expires_at
    bound = link.person_id == person.id and link.epoch == person.epoch
    if link.purpose is LinkPurpose.PASSWORD:
        wanted = may_set_password(holdings, sign_in)
    else:
        wanted = has_open(holdings) and (link.purpose is LinkPurpose.ADDRESS or not has_way_in(person, sign_in))
    return is_untouched(link) and timely and wanted and bound


def gets_invitation_link(
    person: Person,
    holdings: Sequence[Holding],
    sign_in: VendorSignIn | None,
    *,
    newest: Link | None,
    at: datetime,
) -> bool:
    """Decide whether an invitation sends the first mail with a link to a person (ON-1, ON-6, PE-2).

    Args:
        person: the person that is invited. If it can sign in already, it needs no link.
        holdings: all accounts of the person.
        sign_in: the vendor's sign-in at the office, if it uses one.
        newest: the newest invitation link of the person. While it works, it stands for all accounts.
        at: the time of the decision.
    """
    standing = newest is not None and is_live(newest, person, holdings, sign_in, at=at)
    return has_open(holdings) and not has_way_in(person, sign_in) and not standing


def gets_password_link(
    person: Person,
    holdings: Sequence[Holding],
    sign_in: VendorSignIn | None,
    *,
    invited: PersonId | None,
    newest: Link | None,
    times: OnboardingTimes,
    at: datetime,
) -> bool:
    """Decide whether a request for a link with this person's address sends the second mail (ON-3, ON-6, ON-8).

    Args:
        person: the person that has the entered address.
        holdings: all accounts of the person.
        sign_in: the vendor's sign-in at the office, if it uses one.
        invited: the person whose invitation link the visitor used, if any. No other person gets a mail then.
        newest: the newest set-password link of the person.
        times: tells within which time a repeated request counts as a double click.
        at: the time of the request.
    """
    own = invited is None or invited == person.id
    return own and may_set_password(holdings, sign_in) and not is_on_its_way(newest, person, times=times, at=at)


def is_on_its_way(newest: Link | None, person: Person, *, times: OnboardingTimes, at: datetime) -> bool:
    """Tell whether the newest link still works and is so recent that a new request is a double click (ON-6)."""
    if newest is None or not is_untouched(newest) or newest.epoch != person.epoch:
        return False
    # abs(): after the clock was set back, a link of a later time must not count as recent until that time.
    return at < newest.expires_at and abs(at - newest.made_at) < times.same_request
