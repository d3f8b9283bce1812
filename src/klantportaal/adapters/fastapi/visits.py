"""The context of a request: one ``Visit``, stored in the request's state, which reads data only when it is needed.

Endpoints take the visit and the signed-in actor as parameters. For a page, both are found in the thread of its endpoint
(``page_endpoints``). For a form they are dependencies. Then ``routes`` found both in a thread before, so these
dependencies do not block the event loop.
"""

import functools
from collections.abc import Iterable, Iterator
from typing import Annotated

import attrs
from fastapi import Depends, Request

from klantportaal.adapters.fastapi.request_body import Body
from klantportaal.adapters.web.forms.seen import Seen
from klantportaal.adapters.web.http.cookies import Cookie
from klantportaal.adapters.web.http.form_parts import FormLimits, Part
from klantportaal.adapters.web.http.paths import PATHS, REST, UNKNOWN, Url, written
from klantportaal.adapters.web.http.reach import Reach
from klantportaal.adapters.web.language import negotiation
from klantportaal.adapters.web.pages.frame import Frame
from klantportaal.adapters.web.pages.site import Site
from klantportaal.domain.errors import NotSignedIn
from klantportaal.domain.offices import Office
from klantportaal.domain.sessions import Actor, Visitor
from klantportaal.domain.values import Language, OfficeId
from klantportaal.usecases.client.sign_in import SignedIn

NAMESPACE = "klantportaal"
"""The prefix of route names, like a blueprint's name in Flask. It makes the names unique in the application."""


@attrs.frozen(kw_only=True)
class Incoming:
    """A form that streams in. Read it in a thread."""

    body: Body
    chunks: Iterator[bytes]
    """The rest of the body, counted as use of the session, if any (ST-3)."""
    parts: Iterator[Part]
    limits: FormLimits


@attrs.define(kw_only=True)
class Visit:
    """The context of one request whose office is known. Use it in a thread, because it may read from the database."""

    site: Site
    request: Request
    office_id: OfficeId
    secure: bool
    mount: str | None = None
    """The path under which the portal is mounted, with a slash at the end, for a request of a vendor's own route."""
    seen: Seen = attrs.field(factory=Seen)
    """What was read of the form of this request."""
    kept: str = ""
    """The form of this request, if it waits for its owner to sign in again (ST-2)."""
    is_streaming: bool = False
    """Whether the body of this request is read while it streams in. It can be read once."""
    incoming: Incoming | None = None
    """The form of this request if it streams in, once its seal was checked."""
    reach: Reach = attrs.field(factory=Reach)
    session_language: Language | None = attrs.field(default=None, init=False)
    """The language of the session, if the response is a page for it."""
    _sender: SignedIn | None = attrs.field(default=None, init=False)
    """Who sent the form that streams in."""

    @functools.cached_property
    def signed_in(self) -> SignedIn | None:
        """The signed-in account and its office, or None.

        For a form that streams in, it is the account that sent it. The person may switch to another one meanwhile, for
        which the page of this form must not be sealed (PE-4).
        """
        try:
            with self.reach.needed():
                now = self.site.recognise(self.office_id, self.request.cookies, network_address=self._network_address)
        except NotSignedIn:
            return None
        has_switched = self._sender is not None and self._sender.actor.account_id != now.actor.account_id
        return self._sender if has_switched else now

    @property
    def lapsed(self) -> Actor | None:
        """Whose session this browser had, if it ended by itself (ST-2)."""
        token = self.cookie(Cookie.SESSION)
        calls = self.site.portal.client.sign_in
        return (token and calls.lapsed(self.office_id, token, network_address=self._network_address)) or None

    @property
    def actor(self) -> Actor:
        """The signed-in actor that may use this route.

        Raises:
            NotSignedIn: nobody is signed in.
            TwoStepDue: two-step verification must be turned on first (TS-1).
        """
        return self.site.actor_for(self.route_name, self.signed_in)

    @functools.cached_property
    def visitor(self) -> Visitor:
        """The sender of the request as a visitor: the office, the network address and the browser."""
        device = self.request.headers.get("user-agent", "")
        return Visitor(office_id=self.office_id, network_address=self._network_address, device=device)

    @functools.cached_property
    def _network_address(self) -> str | None:
        peer = self.request.client.host if self.request.client else None
        return self.site.proxies.client(peer, self.request.headers.getlist("x-forwarded-for"))

    @functools.cached_property
    def office(self) -> Office:
        """The current data of the office."""
        if self.signed_in:
            return self.signed_in.office
        with self.reach.needed():
            return self.site.portal.offices.get(self.office_id)

    @property
    def chosen_language(self) -> Language | None:
        """The language that the visitor chose by a link (``?taal=``) or by an earlier choice in the cookie."""
        asked = negotiation.chosen(self.asked("taal"))
        return asked or negotiation.chosen(self.cookie(Cookie.LANGUAGE))

    def asked(self, name: str) -> str | None:
        """Read a query parameter. If it is repeated, return the first value. Starlette would return the last."""
        return asked(self.request, name)

    def cookie(self, cookie: Cookie) -> str | None:
        """Read one of the portal's cookies. Return None if it is missing or empty."""
        return self.site.read_cookie(self.request.cookies, cookie, self.office_id)

    @property
    def route_name(self) -> str:
        """The name of the route in ``PATHS``."""
        return route_name(self.request)

    @property
    def path(self) -> str:
        """The path of this page, percent-encoded."""
        return here_path(self.request)

    @functools.cached_property
    def url(self) -> Url:
        """The maker of links for the prefix at which this router is included."""
        return url(self.request) if self.mount is None else Url(self.mount)

    def in_use(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """Pass on a request body, which counts as use of the session, if any (ST-3). Read the session anew after it."""
        if self.signed_in is None:
            yield from blocks
            return
        self._sender = self.signed_in
        actor, calls = self.actor, self.site.portal.client.sessions
        yield from self.seen.in_use(iter(blocks), lambda each: calls.keep_during(actor, each))
        del self.signed_in

    def frame(self, *, otherwise: Language | None = None) -> Frame:
        """Make the frame of a page.

        Args:
            otherwise: the language if nobody is signed in and the visitor chose none.
        """
        actor = self.signed_in.actor if self.signed_in else None
        self.session_language = actor.language if actor else None
        spoken = self.session_language or self.chosen_language or otherwise
        spoken = spoken or negotiation.of_last_session(self.cookie(Cookie.LANGUAGE))
        return Frame(
            site=self.site,
            office=self.office,
            language=spoken or negotiation.preferred(self.request.headers.get("accept-language", "")),
            url=self.url,
            path=self.path if self.mount is None else "",
            actor=actor,
            has_others=self.signed_in is not None and self.signed_in.has_others,
            session_end=self.signed_in.end if self.signed_in else None,
            notice=self.asked("melding"),
            was_here=self.cookie(Cookie.LANGUAGE) is not None,
        )

    @property
    def is_looked_at(self) -> bool:
        """Whether no user sees the response: the request is HEAD or a prefetch (DC-2, ME-4)."""
        purposes = (self.request.headers.get(name, "") for name in ("sec-purpose", "purpose", "x-moz"))
        return self.request.method == "HEAD" or any("prefetch" in purpose for purpose in purposes)

    @property
    def wants_json(self) -> bool:
        """Whether a script of the portal sent the request: it accepts JSON."""
        return wants_json(self.request)


def route_name(request: Request) -> str:
    """Give the name of the route in ``PATHS``."""
    name: str = request.scope["route"].name
    return name.removeprefix(f"{NAMESPACE}.")


def here_path(request: Request) -> str:
    """Give the path of this page, percent-encoded."""
    root, path = request.scope.get("root_path", ""), request.scope["path"]
    has_root = path == root or path.startswith(f"{root.rstrip('/')}/")
    return written(path if has_root else f"{root}{path}")


def url(request: Request) -> Url:
    """Give the maker of links for the prefix at which this router is included, found from the path of this request."""
    name = route_name(request)
    path = request.path_params[REST] if name == UNKNOWN else PATHS[name]
    return Url(here_path(request).rsplit("/", path.count("/") + 1)[0] + "/")


def asked(request: Request, name: str) -> str | None:
    """Read a query parameter. If it is repeated, return the first value. Starlette would return the last."""
    return next(iter(request.query_params.getlist(name)), None)


def wants_json(request: Request) -> bool:
    """Tell whether a script of the portal sent the request: it accepts JSON."""
    return "application/json" in request.headers.get("accept", "")


def found(request: Request) -> Visit | None:
    """Give the visit of a request, or None if its office was not found."""
    visit: Visit | None = getattr(request.state, "klantportaal_visit", None)
    return visit


def keep(visit: Visit) -> None:
    """Store a visit in the state of its request."""
    visit.request.state.klantportaal_visit = visit


def was_asked(request: Request) -> bool:
    """Tell whether the portal's own dependencies ran for a request. Those of the application run before them."""
    asked: bool = getattr(request.state, "klantportaal_asked", False)
    return asked


def mark_asked(request: Request) -> None:
    """Note that the dependencies of the application let a request through."""
    request.state.klantportaal_asked = True


async def _here(request: Request) -> Visit:
    mark_asked(request)
    visit: Visit = request.state.klantportaal_visit
    return visit


async def _actor(here: Annotated[Visit, Depends(_here)]) -> Actor:
    return here.actor


Here = Annotated[Visit, Depends(_here)]
"""A parameter type for endpoints: the visit."""
Client = Annotated[Actor, Depends(_actor)]
"""A parameter type for endpoints: the signed-in actor."""
