"""The pages of ``Accounts``, ``Extra accounts``, for the main account of a company (XA-1)."""

from collections.abc import Mapping, Sequence

import attrs

from klantportaal.adapters.web.forms import plain
from klantportaal.adapters.web.language.fault_texts import say_faults
from klantportaal.adapters.web.language.translations import Sentence, sentence
from klantportaal.adapters.web.pages.frame import Frame
from klantportaal.domain.accounts import AccountState
from klantportaal.domain.errors import Fault
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import AccountId
from klantportaal.ports.reading import ExtraAccountRow

STATES: Mapping[AccountState, Sentence] = {
    AccountState.INVITED: sentence("Invited"),
    AccountState.ACTIVE: sentence("Active"),
    AccountState.CLOSED: sentence("Closed by the office"),
}
NOT_YET, LONGER_AGO = sentence("Not yet"), sentence("A while ago")


@attrs.frozen(kw_only=True)
class Shown:
    """An extra account, translated."""

    id: AccountId
    name: str
    email: str
    state: str
    active: bool
    invited: bool
    closed: bool
    """Whether it never set a password, so that it can be invited again."""
    added_at: str
    invited_at: str
    first_used: str
    last_used: str
    undeliverable: bool


def extra_accounts(frame: Frame, actor: Actor) -> str:
    """List the extra accounts."""
    rows = frame.site.portal.client.extra_accounts.list(actor)
    return frame.html("extra_accounts.html", rows=[_show(frame, row) for row in rows])


def new_extra_account(
    frame: Frame, actor: Actor, typed: plain.NewAccount | None = None, *, faults: Sequence[Fault] = ()
) -> str:
    """Show the form that adds one. Requires a recent password first, so that nobody fills in the form for nothing.

    Raises:
        Absent: this account has no such menu.
        NotConfirmed: the password was given too long ago.
    """
    frame.site.portal.client.extra_accounts.ready(actor)
    typed = typed or plain.NewAccount(name="", email="")
    return frame.html("new_extra_account.html", typed=typed, faults=say_faults(faults, frame.wording))


def extra_account(frame: Frame, actor: Actor, account_id: AccountId, *, faults: Sequence[Fault] = ()) -> str:
    """Show one, with the faults of inviting it again. Raises: Absent."""
    row = frame.site.portal.client.extra_accounts.get(actor, account_id)
    about_no_field = (attrs.evolve(fault, field=None) for fault in faults)
    return frame.html("extra_account.html", account=_show(frame, row), faults=say_faults(about_no_field, frame.wording))


def delete_extra_account(frame: Frame, actor: Actor, account_id: AccountId) -> str:
    """Ask whether to delete one, and say what that does. Raises: Absent, NotConfirmed."""
    row = frame.site.portal.client.extra_accounts.get(actor, account_id)
    frame.site.portal.client.extra_accounts.ready(actor)
    return frame.html("delete_extra_account.html", account=_show(frame, row))


def _show(frame: Frame, row: ExtraAccountRow) -> Shown:
    say, moment = frame.wording.say, frame.wording.moment
    return Shown(
        id=row.id,
        name=row.name,
        email=row.email,
        state=say(STATES[row.state]),
        active=row.state is AccountState.ACTIVE,
        invited=row.state is AccountState.INVITED,
        closed=row.state is AccountState.CLOSED,
        added_at=moment(row.made_at),
        invited_at=moment(row.invited_at or row.made_at),
        first_used=say(NOT_YET) if row.first_used_at is None else moment(row.first_used_at),
        last_used=_last(frame, row),
        undeliverable=row.undeliverable,
    )


def _last(frame: Frame, row: ExtraAccountRow) -> str:
    """Say when its person last acted for the company. Sessions that ended long ago are not kept."""
    if row.last_used_at is not None:
        return frame.wording.moment(row.last_used_at)
    return frame.wording.say(NOT_YET if row.first_used_at is None else LONGER_AGO)
