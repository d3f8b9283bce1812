"""Who sends a request of the client API: a visitor, somebody at the second step, or a session; a browser or an app."""

from typing import ClassVar

import attrs

from klantportaal.adapters.web.api.requests import ApiRequest, SetCookie
from klantportaal.adapters.web.http import cookies
from klantportaal.adapters.web.http.cookies import Cookie
from klantportaal.adapters.web.pages.site import Site
from klantportaal.domain.api_keys import ApiBudget
from klantportaal.domain.errors import NotSignedIn
from klantportaal.domain.sessions import Actor, Visitor
from klantportaal.domain.values import OfficeId
from klantportaal.portal import api_entrance_of
from klantportaal.sides import ClientSide
from klantportaal.usecases.client.sign_in import SignedIn


@attrs.define(kw_only=True)
class Here:
    """One request, and the cookies that its answer sets."""

    says_who: ClassVar[bool] = True
    """An argument of this type is no argument of an operation."""
    site: Site
    request: ApiRequest
    office_id: OfficeId
    signed_in: SignedIn | None = None
    """Whose session it is, for an operation that needs one."""
    _acting: Actor | None = None
    """Who acts, for the account of the path."""
    set_cookies: list[SetCookie] = attrs.field(factory=list)
    budget: ApiBudget | None = None
    """How many requests the session has left. None without one."""

    @property
    def calls(self) -> ClientSide:
        """The calls of clients."""
        return self.site.portal.client

    @property
    def is_app(self) -> bool:
        """Whether an app sends its token. Then cookies count for nothing."""
        return bool(self.request.bearer)

    def token(self, cookie: Cookie) -> str:
        """Give the token of the app, or that of a cookie.

        Raises:
            NotSignedIn: there is none.
        """
        token = self.request.bearer or self.cookie(cookie)
        if not token:
            raise NotSignedIn
        return token

    def cookie(self, cookie: Cookie) -> str:
        """Read a cookie. Empty if there is none."""
        return self.site.read_cookie(self.request.cookies, cookie, self.office_id) or ""

    def visitor(self, app: str = "") -> Visitor:
        """Give the sender as a visitor. *app* is the name of an app that signs in."""
        return Visitor(
            office_id=self.office_id,
            network_address=self.request.network_address,
            device=app.strip() or self.request.headers.get("user-agent", ""),
            is_app=bool(app.strip()) or self.is_app,
        )

    @property
    def actor(self) -> Actor:
        """Who acts. Raises: NotSignedIn."""
        if self._acting is None:
            raise NotSignedIn
        return self._acting

    def recognise(self, *, enrolling: bool) -> Actor:
        """Find the session of the request, and give who acts in it.

        Raises:
            NotSignedIn: there is no session, or it has ended.
            TwoStepDue: two-step verification must be turned on first (TS-1).
        """
        token, address = self.token(Cookie.SESSION), self.request.network_address
        self.signed_in = self.calls.sign_in.whoever(
            self.office_id, token, network_address=address, enrolling=enrolling, is_app=self.is_app
        )
        self._acting = self.signed_in.actor
        return self._acting

    def spend(self) -> None:
        """Count the request of the session. Raises: TooManyRequests (AP-3)."""
        self.budget = api_entrance_of(self.site.portal).spend(self.actor)

    def act(self, actor: Actor) -> None:
        """Act for another account, or with an ``Idempotency-Key``."""
        self._acting = actor

    def set_cookie(self, cookie: Cookie, value: str) -> None:
        """Set a cookie. An empty value clears it."""
        secure = self.site.is_secure(self.office_id)
        name = cookies.name(cookie, self.office_id, secure=secure)
        self.set_cookies.append(SetCookie(name=name, value=value, attributes=cookies.attributes(secure=secure)))
