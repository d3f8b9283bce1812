"""The endpoints of ``Mijn gegevens``."""

from fastapi import Response

from klantportaal.adapters.fastapi.request_forms import Form
from klantportaal.adapters.fastapi.responses import page, set_cookie, to
from klantportaal.adapters.fastapi.visits import Client, Here
from klantportaal.adapters.web.forms import plain
from klantportaal.adapters.web.http.cookies import Cookie
from klantportaal.adapters.web.pages import profile as pages
from klantportaal.domain.errors import Refused


def profile(here: Here, actor: Client) -> Response:
    """Show the account's details and settings."""
    return page(pages.profile(here.frame(), actor))


def submit_profile(here: Here, actor: Client, form: Form) -> Response:
    """Save the settings (PR-1, PR-2)."""
    try:
        here.site.portal.client.profile.save(actor, plain.profile(form))
    except Refused as error:
        return page(pages.profile(here.frame(), actor, faults=error.faults), 422)
    return to(here, "profile", notice="opgeslagen")


def change_password(here: Here) -> Response:
    """Show the form that changes the password."""
    return page(pages.change_password(here.frame()))


def submit_change_password(here: Here, actor: Client, form: Form) -> Response:
    """Change the password, and give this browser a new session (PW-4)."""
    typed = plain.new_password(form)
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
    return set_cookie(here, to(here, "profile", notice="gewijzigd"), Cookie.SESSION, entrance.token)
