"""Links in mails: the invitation, and the set-password link (ON-1 to ON-8).

A link contains a random secret. Storage holds only the secret's fingerprint. The link is bound to an account and its
epoch, so that whatever ends the account's sessions also ends its links.
"""

import enum
from datetime import datetime, timedelta
from typing import Annotated

import attrs

from klantportaal.domain.accounts import Account, AccountState, Client, may_set_password
from klantportaal.domain.boundary import checked
from klantportaal.domain.events import LinkMade
from klantportaal.domain.ranges import Range
from klantportaal.domain.values import AccountId, Fingerprint, LinkId, OfficeId


class LinkPurpose(enum.StrEnum):
    """What a link opens."""

    INVITATION = "invitation"
    """The page that asks for the e-mail address, and nothing else (ON-2)."""
    PASSWORD = "password"  # noqa: S105 - a purpose, not a password
    """The page that sets a password, once (ON-4)."""


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
    account_id: AccountId
    purpose: LinkPurpose
    fingerprint: Fingerprint
    epoch: int
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    voided_at: datetime | None = None


def make_link(
    account: Account,
    purpose: LinkPurpose,
    *,
    id: LinkId,
    fingerprint: Fingerprint,
    times: OnboardingTimes,
    at: datetime,
) -> tuple[Link, LinkMade]:
    """Make the link for the next mail to *account*."""
    life = times.invitation if purpose is LinkPurpose.INVITATION else times.password_link
    link = Link(
        id=id,
        office_id=account.office_id,
        account_id=account.id,
        purpose=purpose,
        fingerprint=fingerprint,
        epoch=account.epoch,
        made_at=at,
        expires_at=at + life,
    )
    return link, LinkMade(account_id=account.id, link_id=id, purpose=purpose, at=at)


def is_live(link: Link, account: Account, client: Client, *, at: datetime) -> bool:
    """Tell whether a link still works. This check does not use it up (ON-4)."""
    untouched = link.used_at is None and link.voided_at is None
    timely = at < link.expires_at
    wanted = link.purpose is LinkPurpose.PASSWORD or account.state is AccountState.INVITED
    bound = link.account_id == account.id and link.epoch == account.epoch
    return untouched and timely and wanted and bound and may_set_password(account, client)


def gets_password_link(
    account: Account,
    client: Client,
    *,
    invited: AccountId | None,
    newest: Link | None,
    times: OnboardingTimes,
    at: datetime,
) -> bool:
    """Decide whether a request for a link with this account's address sends the second mail (ON-3, ON-6, ON-8).

    Args:
        account: the account that has the entered address.
        client: the client of the account.
        invited: the account whose invitation link the visitor used, if any. No other account gets a mail then.
        newest: the newest set-password link of the account.
        times: tells within which time a repeated request counts as a double click.
        at: the time of the request.
    """
    own = invited is None or invited == account.id
    return own and may_set_password(account, client) and not is_on_its_way(newest, account, times=times, at=at)


def is_on_its_way(newest: Link | None, account: Account, *, times: OnboardingTimes, at: datetime) -> bool:
    """Tell whether the newest link still works and is so recent that a new request is a double click (ON-6)."""
    if newest is None or newest.used_at is not None or newest.voided_at is not None or newest.epoch != account.epoch:
        return False
    # abs(): after the clock was set back, a link of a later time must not count as recent until that time.
    return at < newest.expires_at and abs(at - newest.made_at) < times.same_request
