"""The context of a request: one ``Visit``, stored in ``flask.g``, which reads the session only when a view needs it."""

import contextlib
import functools
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Concatenate, ParamSpec

import attrs
import flask
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge
from werkzeug.wrappers import Response

from klantportaal.adapters.flask.slow_bodies import MOST_PIECE, PacedInput
from klantportaal.adapters.web.forms import kept, sealed
from klantportaal.adapters.web.forms.seen import Seen
from klantportaal.adapters.web.http.broken_off import fields_of
from klantportaal.adapters.web.http.cookies import Cookie
from klantportaal.adapters.web.http.errors import TooSlow, WebError
from klantportaal.adapters.web.http.form_parts import CHECKING, PLAIN_FORM, FormLimits, Part, TextPart, limits_of
from klantportaal.adapters.web.http.multipart import FormReader
from klantportaal.adapters.web.http.origin import SAFE_METHODS
from klantportaal.adapters.web.http.paths import Url, own_parts, prefix_parts, written
from klantportaal.adapters.web.http.reach import Reach
from klantportaal.adapters.web.language import negotiation
from klantportaal.adapters.web.pages.frame import Frame
from klantportaal.adapters.web.pages.site import Site
from klantportaal.domain.errors import NotSignedIn
from klantportaal.domain.forms import FormOwner
from klantportaal.domain.offices import Office
from klantportaal.domain.sessions import Actor, Visitor
from klantportaal.domain.values import Language, OfficeId, composed
from klantportaal.usecases.client.sign_in import SignedIn

Arguments = ParamSpec("Arguments")
View = Callable[Arguments, Response]
KEY = "klantportaal_visit"


@attrs.define(kw_only=True)
class Visit:
    """The context of one request whose office is known."""

    site: Site
    office_id: OfficeId
    secure: bool
    mount: str | None = None
    """The path under which the portal is mounted, with a slash at the end, for a request of a vendor's own route."""
    seen: Seen = attrs.field(factory=Seen)
    """What was read of the form of this request."""
    parts: Iterator[Part] = attrs.field(factory=lambda: iter(()))
    """The parts of a form that streams in, once its seal was checked."""
    body: PacedInput | None = None
    """The body of this request, if it may have one."""
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
                now = self.site.recognise(self.office_id, flask.request.cookies, network_address=self._network_address)
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
        return self.site.actor_for(route_name(), self.signed_in)

    @functools.cached_property
    def visitor(self) -> Visitor:
        """The sender of the request as a visitor: the office, the network address and the browser."""
        device = composed(flask.request.user_agent.string)  # Some servers pass bytes as lone surrogates.
        return Visitor(office_id=self.office_id, network_address=self._network_address, device=device)

    @functools.cached_property
    def _network_address(self) -> str | None:
        forwarded = flask.request.headers.getlist("X-Forwarded-For")
        return self.site.proxies.client(flask.request.remote_addr, forwarded)

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
        asked = negotiation.chosen(flask.request.args.get("taal"))
        return asked or negotiation.chosen(self.cookie(Cookie.LANGUAGE))

    @functools.cached_property
    def url(self) -> Url:
        """The maker of links for the prefix at which this blueprint is mounted, with its variables filled in."""
        return _url_of_blueprint() if self.mount is None else Url(self.mount)

    def cookie(self, cookie: Cookie) -> str | None:
        """Read one of the portal's cookies. Return None if it is missing or empty."""
        return self.site.read_cookie(flask.request.cookies, cookie, self.office_id)

    def read_begun(self) -> None:
        """Read what was typed in a form that was broken off, unless some of it was read before."""
        if self.body is not None and not self.seen.texts:
            kind = flask.request.headers.get("Content-Type", "")
            self.seen.texts.extend(fields_of(kind, bytes(self.body.begun)))

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
            language=spoken or negotiation.preferred(flask.request.headers.get("Accept-Language", "")),
            url=self.url,
            path=here_path() if self.mount is None else "",
            actor=actor,
            has_others=self.signed_in is not None and self.signed_in.has_others,
            session_end=self.signed_in.end if self.signed_in else None,
            notice=flask.request.args.get("melding"),
            was_here=self.cookie(Cookie.LANGUAGE) is not None,
        )


def visit() -> Visit:
    """Give the visit of the current request."""
    current: Visit = flask.g.get(KEY)
    return current


def url() -> Url:
    """Give the maker of links, also if the office of the request was not found."""
    here: Visit | None = flask.g.get(KEY)
    return _url_of_blueprint() if here is None else here.url


def _url_of_blueprint() -> Url:
    variables: dict[str, Any] = prefix_parts(route_name(), flask.request.view_args or {})
    return Url(flask.url_for(".start", **variables))


def route_name() -> str:
    """Give the name of this route in ``PATHS``, without the name of the blueprint."""
    return (flask.request.endpoint or "").rpartition(".")[2]


def here_path() -> str:
    """Give the path of this page, percent-encoded."""
    return written(flask.request.script_root + flask.request.path)


def was_asked() -> bool:
    """Tell whether the portal received this request. If not, the application answered it before."""
    asked: bool = flask.g.get("klantportaal_asked", False)
    return asked


def files_are_gone() -> bool:
    """Tell whether the application already read the files of a form. They can be read only once."""
    return flask.request.mimetype == "multipart/form-data" and "stream" in vars(flask.request)


def for_clients(view: Callable[Concatenate[Actor, Arguments], Response]) -> View[Arguments]:
    """Require a session for a view, and a form that was shown to it; pass the actor as the first argument."""

    @functools.wraps(view)
    def guarded(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Response:
        actor = visit().actor
        with _own_form():
            return view(actor, *args, **kwargs)

    return guarded


def for_everyone(view: View[Arguments]) -> View[Arguments]:
    """Require that the form was shown to whoever is signed in, if anybody is."""

    @functools.wraps(view)
    def guarded(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Response:
        with _own_form():
            return view(*args, **kwargs)

    return guarded


@contextlib.contextmanager
def _own_form() -> Iterator[None]:
    """Check the seal of a form before a view does anything with it (PE-4).

    A form that streams in is read up to its seal. The view gets its parts from the visit.
    """
    here, request, route = visit(), flask.request, route_name()
    if request.method not in SAFE_METHODS and route == CHECKING:
        with _open_form(limits_of(route, here.site.portal.settings.uploads) or PLAIN_FORM) as here.parts:
            yield
        return
    if request.method not in SAFE_METHODS and route in sealed.UNSEALED:
        here.seen.texts.extend(_fields())  # A form that waits may be among them (ST-2).
        yield
        return
    if request.method in SAFE_METHODS or here.signed_in is None:
        yield
        return
    ids = own_parts(route, request.view_args or {})
    check = sealed.check(here.site.portal, FormOwner.of(here.signed_in.actor), route, ids)
    header = request.headers.get(sealed.HEADER)
    limits = limits_of(route, here.site.portal.settings.uploads)
    if limits is None:
        here.seen.texts.extend(_fields())
        sealed.opened(check, header, here.seen.texts)
        yield
        return
    with incoming(limits) as parts:
        here.parts = sealed.opened(check, header, here.seen.noted(parts))
        yield


def kept_form() -> str:
    """Keep the form of a request whose session had ended: give what waits in the sign-in form, or "" (ST-2)."""
    here, request, route = visit(), flask.request, route_name()
    sent = kept.Sent(
        portal=here.site.portal,
        office_id=here.office_id,
        route=route,
        ids=own_parts(route, request.view_args or {}),
        header=request.headers.get(sealed.HEADER),
        lapsed=here.lapsed,
    )
    limits = limits_of(route, here.site.portal.settings.uploads)
    with contextlib.suppress(BadRequest, RequestEntityTooLarge, WebError):
        if here.seen.texts or limits is None:
            form = kept.opened(sent, here.seen.texts or _fields())
            return kept.keep(sent, form, before=here.seen) if form else ""
        return _kept_while_streaming(sent, limits)
    return ""


def _kept_while_streaming(sent: kept.Sent, limits: FormLimits) -> str:
    """Keep a form that streams in. Without a valid seal, little of it is read."""
    body = _body()
    form = kept.opened(sent, _parts(body, limits))
    waiting = kept.keep(sent, form) if form else ""
    _discard(body, room=limits.total if form else PLAIN_FORM.total)
    return waiting


def _fields() -> Iterator[TextPart]:
    return (TextPart(name=name, value=value) for name, value in flask.request.form.items(multi=True))


@contextlib.contextmanager
def incoming(limits: FormLimits) -> Iterator[Iterator[Part]]:
    """Read the parts of a form while it streams in. A form without files may also be URL-encoded.

    Args:
        limits: the limits for the parts and the body.
    """
    body = _body()
    blocks = visit().in_use(body)
    try:
        yield _parts(blocks, limits)
    finally:
        _discard(blocks, room=limits.total)


@contextlib.contextmanager
def _open_form(limits: FormLimits) -> Iterator[Iterator[Part]]:
    """Read the parts of a form that anybody may send, while it streams in. It is no use of a session."""
    body = _body()
    try:
        yield _parts(body, limits)
    finally:
        _discard(body, room=limits.total)


def _body() -> Iterator[bytes]:
    """Give the body of the request in blocks. Their readers check the limits."""
    flask.request.max_content_length = sys.maxsize  # In place of the vendor's MAX_CONTENT_LENGTH.
    return iter(lambda: flask.request.stream.read(MOST_PIECE), b"")


def _discard(blocks: Iterable[bytes], *, room: int) -> None:
    """Read the rest of a body, up to a limit.

    A browser reads the response only after it sent the whole body. Reading it counts as use of the session.
    """
    with contextlib.suppress(BadRequest, RequestEntityTooLarge, TooSlow):
        for block in blocks:
            room -= len(block)
            if room < 0:
                return


def _parts(blocks: Iterable[bytes], limits: FormLimits) -> Iterator[Part]:
    """Read the parts of a form. Nothing is read before the first is asked for: some requests have no body."""
    if flask.request.mimetype == "application/x-www-form-urlencoded":
        # Werkzeug reads a URL-encoded body into memory at once.
        flask.request.max_content_length = PLAIN_FORM.total
        yield from _fields()
    else:
        yield from FormReader(flask.request.headers.get("Content-Type", ""), blocks, limits)


def is_looked_at() -> bool:
    """Tell whether no user sees the response: the request is HEAD or a prefetch (DC-2, ME-4)."""
    purposes = (flask.request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Moz"))
    return flask.request.method == "HEAD" or any("prefetch" in purpose for purpose in purposes)


def wants_json() -> bool:
    """Tell whether a script of the portal sent the request: it accepts JSON."""
    return "application/json" in flask.request.headers.get("Accept", "")
