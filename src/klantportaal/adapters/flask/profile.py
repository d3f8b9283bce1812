"""The views of ``Mijn gegevens``."""

import flask
from werkzeug.wrappers import Response

from klantportaal.adapters.flask.responses import page, set_cookie, to
from klantportaal.adapters.flask.visits import visit
from klantportaal.adapters.web.forms import plain
from klantportaal.adapters.web.http.cookies import Cookie
from klantportaal.adapters.web.pages import profile as pages
from klantportaal.domain.errors import Refused
from klantportaal.domain.sessions import Actor


def profile(actor: Actor) -> Response:
    """Show the account's details and settings."""
    return page(pages.profile(visit().frame(), actor))


def submit_profile(actor: Actor) -> Response:
    """Save the settings (PR-1, PR-2)."""
    try:
        visit().site.portal.client.profile.save(actor, plain.profile(flask.request.form))
    except Refused as error:
        return page(pages.profile(visit().frame(), actor, faults=error.faults), 422)
    return to("profile", notice="opgeslagen")


def change_password(_actor: Actor) -> Response:
    """Show the form that changes the password."""
    return page(pages.change_password(visit().frame()))


def submit_change_password(actor: Actor) -> Response:
    """Change the password, and give this browser a new session (PW-4)."""
    here = visit()
    typed = plain.new_password(flask.request.form)
    try:
        entrance = here.site.portal.client.profile.change_password(
            actor,
            current=typed.current,
            password=typed.password,
            repeated=typed.repeated,
            device=here.visitor.device,
        )
    except Refused as error:
        return page(pages.change_password(here.frame(), faults=error.faults), 422)
    return set_cookie(to("profile", notice="gewijzigd"), Cookie.SESSION, entrance.token)
