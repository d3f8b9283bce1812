"""The views of an account's sessions, and of confirming the password."""

import flask
from werkzeug.wrappers import Response

from klantportaal.adapters.flask.responses import page, set_cookie, to, to_path
from klantportaal.adapters.flask.visits import url, visit, wants_json
from klantportaal.adapters.web.forms import plain
from klantportaal.adapters.web.http.cookies import Cookie
from klantportaal.adapters.web.http.ids import identity
from klantportaal.adapters.web.http.redirects import safe_target
from klantportaal.adapters.web.pages import sessions as pages
from klantportaal.domain.errors import Refused
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import SessionId


def sessions(actor: Actor) -> Response:
    """List the sessions of the account (SI-4)."""
    return page(pages.sessions(visit().frame(), actor))


def end(actor: Actor, session_id: str) -> Response:
    """End a session (SI-4)."""
    visit().site.portal.client.sessions.end(actor, SessionId(identity(session_id)))
    return to("sessions", notice="beeindigd")


def end_others(actor: Actor) -> Response:
    """End all other sessions of the account (SI-4)."""
    visit().site.portal.client.sessions.end_others(actor)
    return to("sessions", notice="elders-beeindigd")


def keep_session(actor: Actor) -> Response:
    """Keep the session alive, and tell the script when it ends now (ST-3). Without script, redirect to Home."""
    here = visit()
    end = here.site.portal.client.sessions.keep(actor)
    return flask.jsonify(pages.kept(here.frame(), end)) if wants_json() else to("home")


def confirm(actor: Actor) -> Response:
    """Show the form that asks to confirm the password."""
    return page(pages.confirm(visit().frame(), actor, onward=flask.request.args.get("next", "")))


def submit_confirm(actor: Actor) -> Response:
    """Check the password, and give this browser a new session token (SI-3)."""
    here, link = visit(), url()
    typed = plain.confirming(flask.request.form)
    try:
        confirmation = here.site.portal.client.sign_in.confirm(actor, typed.password)
    except Refused as error:
        return page(pages.confirm(here.frame(), actor, onward=typed.next, faults=error.faults), 422)
    onward = safe_target(typed.next, link("start")) or link("profile")
    return set_cookie(to_path(onward), Cookie.SESSION, confirmation.token)
