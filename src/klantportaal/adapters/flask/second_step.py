"""The views of the second step of signing in: the code, or the recovery code instead (TS-2, TS-4)."""

import attrs
import flask
from werkzeug.wrappers import Response

from klantportaal.adapters.flask.entrance import enter, landing
from klantportaal.adapters.flask.responses import clear_cookie, page, set_cookie, to_path
from klantportaal.adapters.flask.visits import url, visit
from klantportaal.adapters.web.forms import sealed
from klantportaal.adapters.web.forms.two_step import ACTION, BY_RECOVERY_CODE, RESEND
from klantportaal.adapters.web.http.cookies import Cookie
from klantportaal.adapters.web.http.errors import answer_to
from klantportaal.adapters.web.pages import entrance as entrance_pages
from klantportaal.adapters.web.pages import two_step as pages
from klantportaal.adapters.web.pages.two_step import Leading
from klantportaal.domain.errors import Refused, SecondStepDead


def second_step() -> Response:
    """Show the form for the code. Viewing the form sends no code."""
    here = visit()
    try:
        view = here.site.portal.client.second_step.view(here.visitor, _token())
    except SecondStepDead as error:
        return _over(error)
    return page(pages.second_step(here.frame(), view, Leading(onward=flask.request.args.get("next", ""))))


def submit_second_step() -> Response:
    """Check the code and sign in, or send a new code (TS-2)."""
    here, form = visit(), flask.request.form
    portal, onward, kept = here.site.portal, form.get("next", ""), form.get("kept", "")
    try:
        _require_own_form("second_step")
        if kept and form.get(ACTION):
            return _change(form[ACTION], onward, kept)
        if form.get(ACTION) == RESEND:
            portal.client.second_step.resend(here.visitor, _token())
            query = {"melding": "code-verstuurd", **({"next": onward} if onward else {})}
            return to_path(url()("second_step", query=query))
        entrance = portal.client.second_step.enter(here.visitor, _token(), form.get("code", ""))
    except Refused as error:
        view = portal.client.second_step.view(here.visitor, _token())
        return page(pages.second_step(here.frame(), view, Leading(onward=onward, kept=kept), faults=error.faults), 422)
    except SecondStepDead as error:
        return _over(error, onward, kept)
    return clear_cookie(enter(entrance, wanted=onward, kept=kept), Cookie.SECOND_STEP)


def _change(act: str, onward: str, kept: str) -> Response:
    """Show this page or that of the other way at once: no redirect can carry the form that waits (ST-2)."""
    here, frame = visit(), visit().frame()
    if act == RESEND:
        here.site.portal.client.second_step.resend(here.visitor, _token())
        frame = attrs.evolve(frame, notice="code-verstuurd")
    view = here.site.portal.client.second_step.view(here.visitor, _token())
    show = pages.recover if act == BY_RECOVERY_CODE else pages.second_step
    return page(show(frame, view, Leading(onward=onward, kept=kept)))


def recover() -> Response:
    """Show the form for the recovery code."""
    here = visit()
    try:
        view = here.site.portal.client.second_step.view(here.visitor, _token())
    except SecondStepDead as error:
        return _over(error)
    return page(pages.recover(here.frame(), view, Leading(onward=flask.request.args.get("next", ""))))


def submit_recover() -> Response:
    """Sign in with the recovery code, and show the new recovery code once (TS-4)."""
    here, form = visit(), flask.request.form
    onward, kept = form.get("next", ""), form.get("kept", "")
    try:
        _require_own_form("second_step_recovery")
        entrance, fresh = here.site.portal.client.second_step.recover(here.visitor, _token(), form.get("recovery", ""))
    except Refused as error:
        view = here.site.portal.client.second_step.view(here.visitor, _token())
        return page(pages.recover(here.frame(), view, Leading(onward=onward, kept=kept), faults=error.faults), 422)
    except SecondStepDead as error:
        return _over(error, onward, kept)
    signed_in = here.site.portal.client.sign_in.whoever(here.office_id, entrance.token, enrolling=True)
    frame = here.frame().of(signed_in, notice="herstelcode-gebruikt")
    shown = page(pages.recovery_code(frame, fresh, onward=landing(entrance, wanted=onward), kept=kept))
    return clear_cookie(set_cookie(shown, Cookie.SESSION, entrance.token), Cookie.SECOND_STEP)


def _require_own_form(route: str) -> None:
    """Require that the form was shown for this sign-in, and not for another in another tab (PE-4)."""
    here = visit()
    view = here.site.portal.client.second_step.view(here.visitor, _token())
    owner = entrance_pages.door_owner(here.frame(), view.person_id)
    sealed.at_the_door(here.site.portal, owner, route, flask.request.form)


def _token() -> str:
    return visit().cookie(Cookie.SECOND_STEP) or ""


def _over(error: SecondStepDead, onward: str = "", kept: str = "") -> Response:
    """Show that this sign-in is over, and clear its cookie, so that the client can sign in again.

    If a form waits, the page signs in at once: no link can carry the form (ST-2).
    """
    frame = visit().frame()
    html = (
        entrance_pages.sign_in(frame, onward=onward, error=error, kept=kept)
        if kept
        else entrance_pages.problem(frame, error)
    )
    return clear_cookie(page(html, answer_to(error).status), Cookie.SECOND_STEP)
