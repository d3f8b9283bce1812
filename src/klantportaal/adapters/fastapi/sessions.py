"""The endpoints of an account's sessions, and of confirming the password."""

from fastapi import Response
from fastapi.responses import JSONResponse

from klantportaal.adapters.fastapi.request_forms import Form
from klantportaal.adapters.fastapi.responses import page, set_cookie, to, to_path
from klantportaal.adapters.fastapi.visits import Client, Here
from klantportaal.adapters.web.forms import plain
from klantportaal.adapters.web.http.cookies import Cookie
from klantportaal.adapters.web.http.ids import identity
from klantportaal.adapters.web.http.redirects import safe_target
from klantportaal.adapters.web.pages import sessions as pages
from klantportaal.domain.errors import Refused
from klantportaal.domain.values import SessionId


def sessions(here: Here, actor: Client) -> Response:
    """List the sessions of the account (SI-4)."""
    return page(pages.sessions(here.frame(), actor))


def end(here: Here, actor: Client, session_id: str) -> Response:
    """End a session (SI-4)."""
    here.site.portal.client.sessions.end(actor, SessionId(identity(session_id)))
    return to(here, "sessions", notice="beeindigd")


def end_others(here: Here, actor: Client) -> Response:
    """End all other sessions of the account (SI-4)."""
    here.site.portal.client.sessions.end_others(actor)
    return to(here, "sessions", notice="elders-beeindigd")


def keep_session(here: Here, actor: Client) -> Response:
    """Keep the session alive, and tell the script when it ends now (ST-3). Without script, redirect to Home."""
    end = here.site.portal.client.sessions.keep(actor)
    return JSONResponse(pages.kept(here.frame(), end)) if here.wants_json else to(here, "home")


def confirm(here: Here, actor: Client) -> Response:
    """Show the form that asks to confirm the password."""
    return page(pages.confirm(here.frame(), actor, onward=here.asked("next") or ""))


def submit_confirm(here: Here, actor: Client, form: Form) -> Response:
    """Check the password, and give this browser a new session token (SI-3)."""
    typed = plain.confirming(form)
    try:
        confirmation = here.site.portal.client.sign_in.confirm(actor, typed.password)
    except Refused as error:
        return page(pages.confirm(here.frame(), actor, onward=typed.next, faults=error.faults), 422)
    onward = safe_target(typed.next, here.url("start")) or here.url("profile")
    return set_cookie(here, to_path(onward), Cookie.SESSION, confirmation.token)
