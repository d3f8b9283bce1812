"""The endpoints of the second step of signing in: the code, or the recovery code instead (TS-2, TS-4)."""

import attrs
from fastapi import Response

from klantportaal.adapters.fastapi.entrance import enter, landing
from klantportaal.adapters.fastapi.request_forms import Form
from klantportaal.adapters.fastapi.responses import clear_cookie, page, set_cookie, to_path
from klantportaal.adapters.fastapi.visits import Here, Visit
from klantportaal.adapters.web.forms import sealed
from klantportaal.adapters.web.forms.two_step import ACTION, BY_RECOVERY_CODE, RESEND
from klantportaal.adapters.web.http.cookies import Cookie
from klantportaal.adapters.web.http.errors import answer_to
from klantportaal.adapters.web.pages import entrance as entrance_pages
from klantportaal.adapters.web.pages import two_step as pages
from klantportaal.adapters.web.pages.two_step import Leading
from klantportaal.domain.errors import Refused, SecondStepDead


def second_step(here: Here) -> Response:
    """Show the form for the code. Viewing the form sends no code."""
    try:
        view = here.site.portal.client.second_step.view(here.visitor, _token(here))
    except SecondStepDead as error:
        return _over(here, error)
    return page(pages.second_step(here.frame(), view, Leading(onward=here.asked("next") or "")))


def submit_second_step(here: Here, form: Form) -> Response:
    """Check the code and sign in, or send a new code (TS-2)."""
    portal, onward, kept = here.site.portal, form.get("next", ""), form.get("kept", "")
    try:
        _require_own_form(here, "second_step", form)
        if kept and form.get(ACTION):
            return _change(here, form[ACTION], onward, kept)
        if form.get(ACTION) == RESEND:
            portal.client.second_step.resend(here.visitor, _token(here))
            query = {"melding": "code-verstuurd", **({"next": onward} if onward else {})}
            return to_path(here.url("second_step", query=query))
        entrance = portal.client.second_step.enter(here.visitor, _token(here), form.get("code", ""))
    except Refused as error:
        view = portal.client.second_step.view(here.visitor, _token(here))
        return page(pages.second_step(here.frame(), view, Leading(onward=onward, kept=kept), faults=error.faults), 422)
    except SecondStepDead as error:
        return _over(here, error, onward, kept)
    return clear_cookie(here, enter(here, entrance, wanted=onward, kept=kept), Cookie.SECOND_STEP)


def _change(here: Visit, act: str, onward: str, kept: str) -> Response:
    """Show this page or that of the other way at once: no redirect can carry the form that waits (ST-2)."""
    frame = here.frame()
    if act == RESEND:
        here.site.portal.client.second_step.resend(here.visitor, _token(here))
        frame = attrs.evolve(frame, notice="code-verstuurd")
    view = here.site.portal.client.second_step.view(here.visitor, _token(here))
    show = pages.recover if act == BY_RECOVERY_CODE else pages.second_step
    return page(show(frame, view, Leading(onward=onward, kept=kept)))


def recover(here: Here) -> Response:
    """Show the form for the recovery code."""
    try:
        view = here.site.portal.client.second_step.view(here.visitor, _token(here))
    except SecondStepDead as error:
        return _over(here, error)
    return page(pages.recover(here.frame(), view, Leading(onward=here.asked("next") or "")))


def submit_recover(here: Here, form: Form) -> Response:
    """Sign in with the recovery code, and show the new recovery code once (TS-4)."""
    onward, kept = form.get("next", ""), form.get("kept", "")
    try:
        _require_own_form(here, "second_step_recovery", form)
        entrance, fresh = here.site.portal.client.second_step.recover(
            here.visitor, _token(here), form.get("recovery", "")
        )
    except Refused as error:
        view = here.site.portal.client.second_step.view(here.visitor, _token(here))
        return page(pages.recover(here.frame(), view, Leading(onward=onward, kept=kept), faults=error.faults), 422)
    except SecondStepDead as error:
        return _over(here, error, onward, kept)
    signed_in = here.site.portal.client.sign_in.whoever(here.office_id, entrance.token, enrolling=True)
    frame = here.frame().of(signed_in, notice="herstelcode-gebruikt")
    shown = page(pages.recovery_code(frame, fresh, onward=landing(here, entrance, wanted=onward), kept=kept))
    return clear_cookie(here, set_cookie(here, shown, Cookie.SESSION, entrance.token), Cookie.SECOND_STEP)


def _require_own_form(here: Visit, route: str, form: Form) -> None:
    """Require that the form was shown for this sign-in, and not for another in another tab (PE-4)."""
    view = here.site.portal.client.second_step.view(here.visitor, _token(here))
    owner = entrance_pages.door_owner(here.frame(), view.person_id)
    sealed.at_the_door(here.site.portal, owner, route, form)


def _token(here: Visit) -> str:
    return here.cookie(Cookie.SECOND_STEP) or ""


def _over(here: Visit, error: SecondStepDead, onward: str = "", kept: str = "") -> Response:
    """Show that this sign-in is over, and clear its cookie, so that the client can sign in again.

    If a form waits, the page signs in at once: no link can carry the form (ST-2).
    """
    frame = here.frame()
    html = (
        entrance_pages.sign_in(frame, onward=onward, error=error, kept=kept)
        if kept
        else entrance_pages.problem(frame, error)
    )
    return clear_cookie(here, page(html, answer_to(error).status), Cookie.SECOND_STEP)
