"""The views for visitors who are not signed in: signing in, asking for a link, setting a password."""

import re

import attrs
import flask
from werkzeug.wrappers import Response

from klantportaal.adapters.flask.responses import clear_cookie, page, set_cookie, to, to_path
from klantportaal.adapters.flask.visits import Visit, url, visit
from klantportaal.adapters.web.forms import plain, sealed
from klantportaal.adapters.web.http import headers
from klantportaal.adapters.web.http.cookies import Cookie
from klantportaal.adapters.web.http.errors import answer_to
from klantportaal.adapters.web.http.invitations import Invitation
from klantportaal.adapters.web.http.redirects import safe_target
from klantportaal.adapters.web.pages import entrance as entrance_pages
from klantportaal.adapters.web.pages import shown_again
from klantportaal.adapters.web.pages import two_step as two_step_pages
from klantportaal.adapters.web.pages.frame import Frame
from klantportaal.domain.admission import takes_passwords
from klantportaal.domain.errors import LinkDead, NotSignedIn, Refused, SignInFailed, Unavailable
from klantportaal.ports.reading import LinkView
from klantportaal.usecases.client.session_start import Entrance, Halfway
from klantportaal.usecases.client.sign_in import SignedIn

_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,128}", re.ASCII)


def start() -> Response:
    """Redirect to Home, or to the sign-in page if nobody is signed in."""
    return to("home" if visit().signed_in else "sign_in")


def sign_in() -> Response:
    """Show the sign-in page, or redirect to Home if somebody is signed in."""
    here = visit()
    return to("home") if here.signed_in else page(entrance_pages.sign_in(here.frame()))


def submit_sign_in() -> Response:
    """Sign in (SI-1)."""
    here = visit()
    typed = plain.credentials(flask.request.form)
    if typed.kept and not typed.password and not here.signed_in:
        return page(entrance_pages.sign_in(here.frame(), error=NotSignedIn(), lost=True, kept=typed.kept), 401)
    if here.signed_in and typed.kept and not typed.password:
        return go_on(here.signed_in, here.cookie(Cookie.SESSION) or "", typed.kept)
    try:
        entrance = here.site.portal.client.sign_in.sign_in(here.visitor, typed.address, typed.password)
    except (SignInFailed, Unavailable) as error:
        answer = answer_to(error)
        html = entrance_pages.sign_in(
            here.frame(), address=typed.address, onward=typed.next, error=error, kept=typed.kept
        )
        response = page(html)
        response.status_code = answer.status
        if answer.retry_after is not None:
            response.headers["Retry-After"] = str(answer.retry_after)
        return response
    return enter(entrance, wanted=typed.next, kept=typed.kept)


def enter(entrance: Entrance | Halfway, *, wanted: str = "", kept: str = "") -> Response:
    """Start the session, or redirect to the second step (TS-2). Sign out the earlier session of this browser (SI-3).

    Args:
        entrance: the new session, or the sign-in that needs a second step.
        wanted: the path to redirect to. ``landing`` describes the redirect.
        kept: a form that waits. It is shown in place of that page (ST-2).
    """
    here = visit()
    if here.signed_in:
        here.site.portal.client.sign_in.sign_out(here.signed_in.actor)
    if isinstance(entrance, Halfway):
        shown = _second_step(entrance, wanted, kept)
        return clear_cookie(set_cookie(shown, Cookie.SECOND_STEP, entrance.token), Cookie.SESSION)
    if not kept:
        return set_cookie(to_path(landing(entrance, wanted=wanted)), Cookie.SESSION, entrance.token)
    signed_in = here.site.portal.client.sign_in.whoever(
        here.office_id, entrance.token, network_address=here.visitor.network_address, enrolling=True
    )
    return set_cookie(go_on(signed_in, entrance.token, kept), Cookie.SESSION, entrance.token)


def _second_step(halfway: Halfway, wanted: str, kept: str) -> Response:
    """Redirect to the second step, or show it at once with the form that waits, which no redirect can carry."""
    here = visit()
    if not kept:
        return to_path(url()("second_step", query={"next": wanted} if wanted else None))
    view = here.site.portal.client.second_step.view(here.visitor, halfway.token)
    leading = two_step_pages.Leading(onward=wanted, kept=kept)
    return page(two_step_pages.second_step(attrs.evolve(here.frame(), actor=None), view, leading))


def go_on(signed_in: SignedIn, token: str, kept: str) -> Response:
    """Show the form that waited for its owner to sign in, or Home if it belongs to somebody else (ST-2)."""
    if signed_in.two_step_due:
        return to("two_step", notice="tweestaps-nodig")
    here = visit()
    owner = shown_again.of_account(here.site.portal, signed_in, token, kept)
    html = shown_again.after_signing_in(here.frame(), owner, kept)
    return to("home", notice="niet-teruggezet") if html is None else page(html)


def landing(entrance: Entrance, *, wanted: str = "") -> str:
    """Give the path of the first page of a session.

    It is ``Mijn gegevens`` at the very first sign-in (ON-7), otherwise *wanted* if that is a page of the portal, or
    else Home.
    """
    link = url()
    return link("profile") if entrance.first else safe_target(wanted, link("start")) or link("home")


def sign_out() -> Response:
    """Sign out, and lead on to the vendor's page if its sign-in was used (PE-6).

    Otherwise, the response is the same if nobody is signed in.
    """
    here = visit()
    vendor = here.office.vendor_sign_in
    if here.signed_in:
        actor = here.signed_in.actor
        here.site.portal.client.sign_in.sign_out(actor)
        if actor.admission is not None and vendor is not None and vendor.sign_out is not None:
            frame = attrs.evolve(here.frame(), actor=None, path="")
            return clear_cookie(page(entrance_pages.signed_out(frame, vendor.sign_out)), Cookie.SESSION)
    return clear_cookie(to("sign_in", notice="uitgelogd"), Cookie.SESSION)


def invitation(token: str) -> Response:
    """Redirect from the link in the first mail to a page without a secret in its address (ON-2)."""
    opened = Invitation.opened(token, visit().cookie(Cookie.INVITATION))
    return away_from(token, Cookie.INVITATION, "ask_link", kept=opened.cookie)


def password_link(token: str) -> Response:
    """Redirect from the link in the second mail to a page without a secret in its address (ON-4)."""
    return away_from(token, Cookie.PASSWORD_LINK, "set_password")


def away_from(token: str, cookie: Cookie, name: str, *, kept: str = "") -> Response:
    """Store the token of a link, or another value for it (*kept*), in a cookie. Redirect to the page of the link."""
    if not _TOKEN.fullmatch(token):
        raise LinkDead
    response = set_cookie(to(name), cookie, kept or token)
    response.headers.update(headers.leaving_token())
    return response


def ask_link() -> Response:
    """Show the form that asks for a link, with an invitation (ON-2) or without (ON-8)."""
    here = visit()
    held = Invitation.read(here.cookie(Cookie.INVITATION))
    try:
        invited = _invited(here, held)
    except LinkDead as error:
        return _dead_invitation(error)
    if invited is None and not takes_passwords(here.office.vendor_sign_in):
        return to("sign_in")
    return page(entrance_pages.ask_link(_frame(here, invited), invitation=invited, held=held))


def _invited(here: Visit, held: Invitation | None) -> LinkView | None:
    """Find whom the invitation of this browser is for. None without one. Raises: LinkDead."""
    return here.site.portal.client.onboarding.look_at_invitation(here.visitor, held.token) if held else None


def _frame(here: Visit, invited: LinkView | None) -> Frame:
    """Make the frame of the form that asks for a link, in the language of whom the invitation is for (PR-1)."""
    return here.frame(otherwise=invited.language if invited else None)


def _dead_invitation(error: LinkDead) -> Response:
    """Show that the invitation no longer works, and clear its cookie, so that the form works without an invitation."""
    return clear_cookie(
        page(entrance_pages.problem(visit().frame(), error), answer_to(error).status), Cookie.INVITATION
    )


def submit_ask_link() -> Response:
    """Ask for a link. The response is the same for every e-mail address (ON-3)."""
    here = visit()
    address = plain.address(flask.request.form)
    held = Invitation.read(here.cookie(Cookie.INVITATION))
    try:
        invited = _invited(here, held)
    except LinkDead as error:
        return _dead_invitation(error)
    try:
        here.site.portal.client.onboarding.ask_link(here.visitor, address, invitation=held.token if held else None)
    except Refused as error:
        frame, faults = _frame(here, invited), error.faults
        html = entrance_pages.ask_link(frame, address=address, invitation=invited, held=held, faults=faults)
        return page(html, 422)
    except LinkDead as error:
        return _dead_invitation(error)
    return to("ask_link", notice=entrance_pages.ASKED)


def set_password() -> Response:
    """Show the form that sets a password. Viewing the form does not use up the link (ON-4)."""
    here = visit()
    link = here.site.portal.client.onboarding.look_at_password_link(
        here.visitor, here.cookie(Cookie.PASSWORD_LINK) or ""
    )
    return page(entrance_pages.set_password(here.frame(otherwise=link.language), link))


def submit_set_password() -> Response:
    """Set the password and sign in (ON-5)."""
    here = visit()
    token = here.cookie(Cookie.PASSWORD_LINK) or ""
    typed = plain.new_password(flask.request.form)
    onboarding = here.site.portal.client.onboarding
    link = onboarding.look_at_password_link(here.visitor, token)
    owner = entrance_pages.door_owner(here.frame(), link.person_id)
    sealed.at_the_door(here.site.portal, owner, "set_password", flask.request.form)
    try:
        entrance = onboarding.set_password(here.visitor, token, typed.password, typed.repeated)
    except Refused as error:
        return page(entrance_pages.set_password(here.frame(otherwise=link.language), link, faults=error.faults), 422)
    return clear_cookie(clear_cookie(enter(entrance), Cookie.PASSWORD_LINK), Cookie.INVITATION)
