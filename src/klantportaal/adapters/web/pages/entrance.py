"""The pages before signing in: the sign-in form, the forms that lead to a password, and the page of an error."""

import re
from collections.abc import Sequence

import attrs

from klantportaal.adapters.web.http import ids
from klantportaal.adapters.web.http.errors import Answer, NotCarriedOut, WebError, answer_to
from klantportaal.adapters.web.http.invitations import Invitation
from klantportaal.adapters.web.http.redirects import vendor_page
from klantportaal.adapters.web.language.fault_texts import say_fault, say_faults
from klantportaal.adapters.web.language.translations import sentence
from klantportaal.adapters.web.pages import not_carried_out
from klantportaal.adapters.web.pages.frame import Frame
from klantportaal.adapters.web.pages.page_mark import page_mark
from klantportaal.domain.admission import takes_passwords
from klantportaal.domain.errors import (
    Absent,
    AdmissionProblem,
    Fault,
    LinkDead,
    NotAdmitted,
    NotSignedIn,
    PortalError,
    Refused,
)
from klantportaal.domain.forms import FormOwner
from klantportaal.domain.offices import Office
from klantportaal.domain.values import DossierId, PersonId
from klantportaal.ports.reading import LinkView

NOT_TAKEN_IN = sentence("You are no longer signed in, so what you sent was not received. Sign in and send it again.")


WAITING = sentence(
    "Your session had ended, so nothing has been sent yet. What you filled in is kept on this page for an hour."
    " Sign in, and you will see it again as it was."
)


def sign_in(
    frame: Frame,
    *,
    address: str = "",
    onward: str = "",
    error: PortalError | WebError | None = None,
    lost: bool = False,
    kept: str = "",
) -> str:
    """Show the sign-in form.

    Args:
        frame: the frame of the page.
        address: the e-mail address that was typed before.
        onward: the path that signing in leads to.
        error: why the form is shown instead of the page that was asked for.
        lost: whether the request was a filled-in form.
        kept: that form, if it waits to be shown again (ST-2).
    """
    ended = WAITING if kept else NOT_TAKEN_IN
    vendor = frame.office.vendor_sign_in
    problem = None if error is None else frame.wording.say(ended if lost else answer_to(error).text)
    frame = frame.without_return(path=frame.url("sign_in") if lost else frame.path, kept=kept)
    return frame.html(
        "sign_in.html",
        welcome=frame.office.profile.welcome.get(frame.language, ""),
        address=address,
        onward=onward,
        kept=kept,
        vendor=vendor and vendor_page(vendor.sign_in, onward),
        problem=problem,
        mild=isinstance(error, NotSignedIn) and (not lost or bool(kept)),
        mark=None if error else page_mark(frame.site.portal.client.forms, frame.office.id),
    )


ASKED = "aangevraagd"
"""The code in the query of the page after a link was asked for."""


def ask_link(
    frame: Frame,
    *,
    address: str = "",
    invitation: LinkView | None = None,
    held: Invitation | None = None,
    faults: Sequence[Fault] = (),
) -> str:
    """Show the form that asks for a set-password link (ON-2, ON-8). Every address gets the same response (ON-3).

    With an invitation, *held* by this browser, it leads to the vendor's sign-in too, if the office uses it (PE-6).
    Once a link is asked for (``ASKED``), the page says to look in the mail, and the form asks for another one.
    """
    vendor = frame.office.vendor_sign_in if held else None
    return frame.html(
        "ask_link.html",
        asked=frame.notice == ASKED,
        address=address,
        invited=invitation,
        vendor=vendor and held and vendor_page(vendor.sign_in, held.page(frame.url)),
        faults=say_faults(faults, frame.wording),
    )


def signed_out(frame: Frame, page: str) -> str:
    """Show that the client is signed out here, and lead on to the vendor's page that signs out there (PE-6)."""
    return frame.html("signed_out.html", onward=vendor_page(page, frame.url("sign_in")))


def set_password(frame: Frame, link: LinkView, *, faults: Sequence[Fault] = ()) -> str:
    """Show the form that sets a password (ON-4)."""
    return frame.html(
        "set_password.html",
        email=link.email,
        seal=frame.sealed_for(door_owner(frame, link.person_id), "set_password"),
        policy=frame.policy,
        faults=say_faults(faults, frame.wording),
    )


def door_owner(frame: Frame, person_id: PersonId) -> FormOwner:
    """Give the owner of a form that is shown before signing in. Its name is told to nobody."""
    return FormOwner(office_id=frame.office.id, person_id=person_id)


def problem(frame: Frame, error: PortalError | WebError, *, onward: str = "") -> str:
    """Show an error and a link that leads on.

    A page that is not there for this account may be there for another account of the person: the link of a
    notification may be for any of them (NW-2). So the page then offers to switch. If the page is of something in a
    dossier that the account may see, such as a document that was withdrawn, the page leads to the dossier (DC-3).

    Args:
        frame: the frame of the page.
        error: the error.
        onward: the path of the page that was asked for. "" if it cannot be asked for again.
    """
    answer = _at_office(error, frame.office)
    calls = frame.site.portal.client.accounts
    is_elsewhere = isinstance(error, Absent) and onward and frame.has_others
    dossier_id = _dossier_of(frame, onward) if isinstance(error, Absent) else None
    reasons = [say_fault(fault, frame.wording) for fault in error.faults] if isinstance(error, Refused) else []
    return frame.html(
        "problem.html",
        title=frame.wording.say(answer.title),
        text=frame.wording.say(answer.text if dossier_id is None else NOT_IN_DOSSIER),
        reasons=reasons,
        dossier_id=dossier_id,
        way_on=answer.way_on,
        contact=frame.office.profile.contact_address if answer.contact else None,
        others=calls.others(frame.actor) if is_elsewhere and frame.actor else (),
        onward=onward,
    )


def _dossier_of(frame: Frame, path: str) -> DossierId | None:
    """Find the dossier that something is not in, by the path of its page. None if the account may not see it (DO-1)."""
    found = _IN_DOSSIER.match(path.removeprefix(frame.url("start")))
    if found is None or frame.actor is None:
        return None
    try:
        dossier_id = DossierId(ids.identity(found[1]))
        frame.site.portal.client.dossiers.open(frame.actor, dossier_id)
    except PortalError:
        return None
    return dossier_id


_IN_DOSSIER = re.compile("dossiers/([^/]+)/.")
NOT_IN_DOSSIER = sentence(
    "This is not in the dossier, or not any more: the office may have withdrawn or replaced it. The dossier shows what"
    " is there."
)
LINK_DEAD_WITHOUT_PASSWORDS = sentence(
    "The link has already been used, or has expired. Sign in, or ask the office for a new link."
)


NOT_INVITED_WITH_PASSWORDS = sentence(
    "We know who you are, but that does not sign you in to this office. If you have a password for this portal,"
    " sign in with it. If you received an invitation by e-mail, begin with the button in that e-mail."
)


def _at_office(error: PortalError | WebError, office: Office) -> Answer:
    """Find the answer to an error at an office that takes passwords, or does not (PE-6).

    Without passwords, clients cannot ask for a link themselves: a dead one leads to signing in. With passwords, whom
    the vendor's sign-in does not let in may have an account all the same.
    """
    answer, with_passwords = answer_to(error), takes_passwords(office.vendor_sign_in)
    if isinstance(error, LinkDead) and not with_passwords:
        return attrs.evolve(answer, text=LINK_DEAD_WITHOUT_PASSWORDS, way_on="sign_in", contact=True)
    if isinstance(error, NotAdmitted) and error.problem is AdmissionProblem.NOT_INVITED and with_passwords:
        return attrs.evolve(answer, text=NOT_INVITED_WITH_PASSWORDS)
    return answer


def problem_in_words(frame: Frame, error: PortalError | WebError) -> str:
    """Give the sentence of an error, for a script."""
    if isinstance(error, Refused):
        return " ".join(say_fault(fault, frame.wording) for fault in error.faults)
    if isinstance(error, NotCarriedOut):
        return not_carried_out.in_words(frame, error)
    return frame.wording.say(answer_to(error).text)
