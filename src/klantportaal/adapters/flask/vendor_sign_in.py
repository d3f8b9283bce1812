"""The portal's part in a vendor's own sign-in: responses for the vendor's routes (PE-6)."""

from collections.abc import Callable

import flask
from werkzeug.wrappers import Response

from klantportaal.adapters.flask import responses
from klantportaal.adapters.flask.entrance import enter
from klantportaal.adapters.flask.portal_response import own
from klantportaal.adapters.flask.responses import clear_cookie, set_cookie, to, to_path
from klantportaal.adapters.flask.visits import KEY, Visit, url
from klantportaal.adapters.web.http.cookies import Cookie
from klantportaal.adapters.web.http.invitations import Invitation, leads_to_invitation
from klantportaal.adapters.web.http.redirects import safe_target
from klantportaal.adapters.web.pages.site import Site
from klantportaal.domain.admission import Authentication
from klantportaal.domain.boundary import checked_call
from klantportaal.domain.errors import PortalError
from klantportaal.domain.values import OfficeId


class PortalBlueprint(flask.Blueprint):
    """The blueprint of the portal's pages, with the calls for a vendor's own sign-in."""

    def __init__(self, site: Site, find_office: Callable[[flask.Request], OfficeId]) -> None:
        super().__init__("klantportaal", "klantportaal.adapters.flask.routes")
        self._site = site
        self._find_office = find_office

    @checked_call
    def admit(self, authentication: Authentication, *, next: str = "") -> Response:  # noqa: A002 - as in the query
        """Sign in whom the vendor has authenticated. Call it in the vendor's own route, after its last check (PE-6).

        Returns the response for the browser: a redirect with the session's cookie, or the page that says why the person
        is not let in (status 403, or 410 for an invitation that does not work any more).

        Args:
            authentication: whom the vendor authenticated.
            next: what the portal's page gave as ``next``. Any other text than a page of the portal leads to Home. For
                the page of an invitation, the invitation of this browser binds the subject to the invited person.
        """
        return self._respond(lambda here: _admitted(here, authentication, next))

    @checked_call
    def confirm(self, authentication: Authentication, *, next: str = "") -> Response:  # noqa: A002 - as in the query
        """Confirm who is signed in, in place of the password once more. Call it in the vendor's own route (PE-6).

        Returns the response for the browser: a redirect back to *next* with a new cookie, or the page that says why it
        was not confirmed.

        Args:
            authentication: whom the vendor authenticated just now.
            next: what the portal's page gave as ``next``.
        """
        return self._respond(lambda here: _confirmed(here, authentication, next))

    def _respond(self, respond: Callable[[Visit], Response]) -> Response:
        """Make the response to a request of a vendor's route, as the portal does for its own."""
        office_id = self._find_office(flask.request)
        here = Visit(
            site=self._site,
            office_id=office_id,
            secure=self._site.is_secure(office_id),
            mount=self._site.mount(office_id),
        )
        setattr(flask.g, KEY, here)
        try:
            response = respond(here)
        except PortalError as error:
            response = responses.tell(error)
        return responses.with_headers(own(response))


def _admitted(here: Visit, authentication: Authentication, wanted: str) -> Response:
    invited, held = leads_to_invitation(wanted, url()), Invitation.read(here.cookie(Cookie.INVITATION))
    invitation = held.token if held and wanted == held.page(url()) else None
    entrance = here.site.portal.client.sign_in.admit(here.visitor, authentication, invitation=invitation)
    response = enter(entrance, wanted="" if invited else wanted)
    return clear_cookie(response, Cookie.INVITATION) if invited else response


def _confirmed(here: Visit, authentication: Authentication, wanted: str) -> Response:
    if here.signed_in is None:
        return to("sign_in")
    confirmation = here.site.portal.client.sign_in.confirm_admitted(here.signed_in.actor, authentication)
    onward = safe_target(wanted, url()("start")) or url()("profile")
    return set_cookie(to_path(onward), Cookie.SESSION, confirmation.token)
