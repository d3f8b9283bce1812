"""The pages that change one's own e-mail address: the form, the page of the link, and what it did (PR-4)."""

import contextlib
from collections.abc import Iterator

from klantportaal.adapters.web.forms.address import Again
from klantportaal.adapters.web.http.errors import AddressLinkDead
from klantportaal.adapters.web.language.fault_texts import say_faults
from klantportaal.adapters.web.pages.entrance import door_owner
from klantportaal.adapters.web.pages.frame import Frame
from klantportaal.domain.accounts import AccountRole
from klantportaal.domain.errors import CodeDue, LinkDead
from klantportaal.domain.sessions import Actor
from klantportaal.usecases.client.address_changes import NewAddressView

ROUTE = "confirm_address"


def address(frame: Frame, actor: Actor, *, again: Again | None = None) -> str:
    """Show the form for the new address, or first the one for the code of two-step verification.

    Raises:
        Refused: the office does not let persons change their own address.
        NotConfirmed: the password was given too long ago.
    """
    calls, again = frame.site.portal.client, again or Again()
    try:
        calls.address_changes.ready(actor)
        two_step = None
    except CodeDue:
        two_step = calls.two_step.view(actor)
    return frame.html(
        "address.html",
        view=calls.address_changes.view(actor),
        two_step=two_step,
        is_extra=actor.role is AccountRole.EXTRA,
        typed=again.email,
        faults=say_faults(again.faults, frame.wording),
    )


@contextlib.contextmanager
def link_alive() -> Iterator[None]:
    """Tell in words of its own that the link to a new address is dead. Raises: AddressLinkDead."""
    try:
        yield
    except LinkDead as error:
        raise AddressLinkDead from error


def confirm_address(frame: Frame, link: NewAddressView) -> str:
    """Ask to confirm the new address. Showing this changes nothing: mail scanners open links too."""
    seal = frame.sealed_for(door_owner(frame, link.person_id), ROUTE)
    return frame.html("confirm_address.html", email=link.email, seal=seal)


def address_changed(frame: Frame, link: NewAddressView) -> str:
    """Say that the new address counts from now on."""
    own = frame.actor is not None and frame.actor.person_id == link.person_id
    return frame.html("address_changed.html", email=link.email, own=own)
