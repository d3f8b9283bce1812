"""What a host holds for as long as it runs, and how it finds out who comes to it."""

import functools
from collections.abc import Callable, Collection, Mapping
from typing import TypeVar
from uuid import UUID

import attrs

from klantportaal.adapters.web.http import assets, cookies
from klantportaal.adapters.web.http.assets import Asset
from klantportaal.adapters.web.http.cookies import Cookie
from klantportaal.adapters.web.http.origin import Sender, is_let_in
from klantportaal.adapters.web.http.proxies import Proxies
from klantportaal.adapters.web.language.translations import Wording, wordings
from klantportaal.adapters.web.pages.rendering import Rendering, rendering
from klantportaal.domain.errors import NotSignedIn, TwoStepDue
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import Language, OfficeId
from klantportaal.portal import Portal
from klantportaal.usecases.client.sign_in import SignedIn

Request = TypeVar("Request")
OPEN_WHILE_DUE = frozenset({"two_step", "recovery_file", "confirm"})
"""The routes for clients that are open to who has yet to turn two-step verification on (TS-1)."""


@attrs.frozen(kw_only=True)
class Site:
    """The portal with what its pages are made of."""

    portal: Portal
    wordings: Mapping[Language, Wording]
    rendering: Rendering
    assets: Mapping[str, Asset]
    base_url: Callable[[OfficeId], str]
    """Where an office's clients reach the portal; looked up once, until ``forget_base_urls``."""
    forget_base_urls: Callable[[], None]
    proxies: Proxies

    @classmethod
    def assemble(cls, portal: Portal, proxies: Collection[str]) -> "Site":
        """Read catalogs and assets, once. Raises: ValueError, if *proxies* names what is no network."""
        base_url = functools.lru_cache(lambda office_id: portal.offices.get(office_id).base_url)
        return cls(
            portal=portal,
            wordings=wordings(),
            rendering=rendering(),
            assets=assets.load(),
            base_url=base_url,
            forget_base_urls=base_url.cache_clear,
            proxies=Proxies.named(proxies),
        )

    def is_secure(self, office_id: OfficeId) -> bool:
        """Tell whether an office's clients come over HTTPS."""
        return cookies.is_secure(self.base_url(office_id))

    def read_cookie(self, sent: Mapping[str, str], cookie: Cookie, office_id: OfficeId) -> str | None:
        """Find a cookie among those that were sent."""
        return sent.get(cookies.name(cookie, office_id, secure=self.is_secure(office_id))) or None

    def recognise(self, office_id: OfficeId, sent: Mapping[str, str], *, network_address: str | None) -> SignedIn:
        """Recognise who sent some cookies; whether two-step verification is due is for the caller to look at.

        Raises:
            NotSignedIn: nobody who is signed in at this office.
        """
        token = self.read_cookie(sent, Cookie.SESSION, office_id)
        if token is None:
            raise NotSignedIn
        return self.portal.client.sign_in.whoever(office_id, token, network_address=network_address, enrolling=True)

    @staticmethod
    def actor_for(route: str, signed_in: SignedIn | None) -> Actor:
        """Let whoever is signed in through to a route.

        Raises:
            NotSignedIn: nobody is.
            TwoStepDue: two-step verification is to be turned on before anything else (TS-1).
        """
        if signed_in is None:
            raise NotSignedIn
        if signed_in.two_step_due and route not in OPEN_WHILE_DUE:
            raise TwoStepDue
        return signed_in.actor

    def lets_in(self, office_id: OfficeId, sender: Sender) -> bool:
        """Tell whether a request may be answered, by the page that made the browser send it."""
        if is_let_in(sender, self.base_url(office_id)):
            return True
        self.forget_base_urls()  # The office may have moved since it was looked up.
        return is_let_in(sender, self.base_url(office_id))


def office_finder(
    portal: Portal, office: OfficeId | Callable[[Request], OfficeId] | None
) -> Callable[[Request], OfficeId]:
    """Say how a host finds the office that a request is for: always the same, the sole one, or as the vendor says."""
    if office is None:
        sole = functools.cache(portal.offices.only)
        return lambda _request: sole()
    if isinstance(office, UUID):
        fixed = office
        return lambda _request: fixed
    return office
