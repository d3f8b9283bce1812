"""The views that change one's own e-mail address (PR-4)."""

import attrs
import flask
from werkzeug.wrappers import Response

from klantportaal.adapters.flask.entrance import away_from
from klantportaal.adapters.flask.responses import clear_cookie, page, to, to_path
from klantportaal.adapters.flask.visits import url, visit
from klantportaal.adapters.web.forms import address as address_forms
from klantportaal.adapters.web.forms import sealed
from klantportaal.adapters.web.forms.questionnaire.navigation import Elsewhere
from klantportaal.adapters.web.forms.two_step import NewRecoveryCode
from klantportaal.adapters.web.http.cookies import Cookie
from klantportaal.adapters.web.pages import address as pages
from klantportaal.adapters.web.pages import two_step as two_step_pages
from klantportaal.adapters.web.pages.entrance import door_owner
from klantportaal.domain.sessions import Actor


def address(actor: Actor) -> Response:
    """Show the form for the new address, or first the form for a code. Redirect to Mijn gegevens if it is off."""
    here = visit()
    return page(pages.address(here.frame(), actor)) if here.office.address_changes else to("profile")


def submit_address(actor: Actor) -> Response:
    """Do the action of the pressed button. The response is the same for every address that may be in use."""
    here = visit()
    outcome = address_forms.act(here.site.portal.client, actor, flask.request.form)
    if isinstance(outcome, Elsewhere):
        return to_path(outcome.path(url()))
    if isinstance(outcome, NewRecoveryCode):
        frame = attrs.evolve(here.frame(), notice=outcome.notice)
        return page(two_step_pages.recovery_code(frame, outcome.code, onward=url()("address")))
    return page(pages.address(here.frame(), actor, again=outcome), outcome.status)


def address_link(token: str) -> Response:
    """Redirect from the link to the new address to a page without a secret in its address."""
    with pages.link_alive():
        return away_from(token, Cookie.ADDRESS_LINK, pages.ROUTE)


def confirm_address() -> Response:
    """Show the page that confirms a new address. Viewing it changes nothing."""
    here = visit()
    with pages.link_alive():
        link = here.site.portal.client.address_changes.look(here.visitor, here.cookie(Cookie.ADDRESS_LINK) or "")
    return page(pages.confirm_address(here.frame(otherwise=link.language), link))


def submit_confirm_address() -> Response:
    """Confirm a new address, whoever is signed in. This can end the session of this browser."""
    here = visit()
    token, calls = here.cookie(Cookie.ADDRESS_LINK) or "", here.site.portal.client.address_changes
    with pages.link_alive():
        link = calls.look(here.visitor, token)
        owner = door_owner(here.frame(), link.person_id)
        sealed.at_the_door(here.site.portal, owner, pages.ROUTE, flask.request.form)
        calls.confirm(here.visitor, token)
    del here.signed_in  # Read the session anew.
    told = page(pages.address_changed(here.frame(otherwise=link.language), link))
    return clear_cookie(told, Cookie.ADDRESS_LINK)
