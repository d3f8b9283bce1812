"""Who comes with a request: one ``Visit``, kept in ``flask.g``, which looks no further than the view asks."""

import contextlib
import functools
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Concatenate, ParamSpec

import attrs
import flask
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge
from werkzeug.wrappers import Response

from klantportaal.adapters.web.http.cookies import Cookie
from klantportaal.adapters.web.http.errors import WebError
from klantportaal.adapters.web.http.form_parts import PLAIN_FORM, FormLimits, Part, TextPart
from klantportaal.adapters.web.http.multipart import FormReader
from klantportaal.adapters.web.http.paths import Url, prefix_parts, written
from klantportaal.adapters.web.language import negotiation
from klantportaal.adapters.web.pages.frame import Frame
from klantportaal.adapters.web.pages.site import Site
from klantportaal.domain.errors import NotSignedIn, PortalError
from klantportaal.domain.offices import Office
from klantportaal.domain.sessions import Actor, Visitor
from klantportaal.domain.values import Language, OfficeId, composed
from klantportaal.ports.files import BLOCK
from klantportaal.usecases.client.sign_in import SignedIn

Arguments = ParamSpec("Arguments")
View = Callable[Arguments, Response]
KEY = "klantportaal_visit"


@attrs.define(kw_only=True)
class Visit:
    """One request, from the moment that it is known which office it is for."""

    site: Site
    office_id: OfficeId
    secure: bool

    @functools.cached_property
    def signed_in(self) -> SignedIn | None:
        """Whoever is signed in."""
        try:
            return self.site.recognise(self.office_id, flask.request.cookies, network_address=self._network_address)
        except NotSignedIn:
            return None

    @property
    def actor(self) -> Actor:
        """Whoever is signed in. Raises: NotSignedIn, TwoStepDue."""
        return self.site.actor_for(route_name(), self.signed_in)

    @property
    def visitor(self) -> Visitor:
        """Whoever it is, seen as somebody at the door."""
        device = composed(flask.request.user_agent.string)  # Some servers hand over bytes as halves of characters.
        return Visitor(office_id=self.office_id, network_address=self._network_address, device=device)

    @property
    def _network_address(self) -> str | None:
        forwarded = flask.request.headers.getlist("X-Forwarded-For")
        return self.site.proxies.client(flask.request.remote_addr, forwarded)

    @functools.cached_property
    def office(self) -> Office:
        """The office, as it looks now."""
        return self.signed_in.office if self.signed_in else self.site.portal.offices.get(self.office_id)

    @property
    def chosen_language(self) -> Language | None:
        """The language that somebody who is not signed in asked for, by link or by cookie."""
        asked = negotiation.chosen(flask.request.args.get("taal"))
        return asked or negotiation.chosen(self.cookie(Cookie.LANGUAGE))

    def cookie(self, cookie: Cookie) -> str | None:
        """Find a cookie of the portal's."""
        return self.site.read_cookie(flask.request.cookies, cookie, self.office_id)

    def frame(self, *, otherwise: Language | None = None) -> Frame:
        """Say what stands around the page; *otherwise* is its language where nobody is signed in or chose one."""
        actor = self.signed_in.actor if self.signed_in else None
        spoken = actor.language if actor else self.chosen_language or otherwise
        return Frame(
            site=self.site,
            office=self.office,
            language=spoken or negotiation.preferred(flask.request.headers.get("Accept-Language", "")),
            url=url(),
            path=here_path(),
            actor=actor,
            notice=flask.request.args.get("melding"),
        )


def visit() -> Visit:
    """Give the visit that is going on."""
    current: Visit = flask.g.get(KEY)
    return current


def url() -> Url:
    """Give the addresses of pages under the prefix at which this blueprint is mounted, its variables filled in."""
    variables: dict[str, Any] = prefix_parts(route_name(), flask.request.view_args or {})
    return Url(flask.url_for(".start", **variables))


def route_name() -> str:
    """Give the name of this route in ``PATHS``, whatever the vendor calls the blueprint."""
    return (flask.request.endpoint or "").rpartition(".")[2]


def here_path() -> str:
    """Give the path of this page, as it stands in an address."""
    return written(flask.request.script_root + flask.request.path)


def was_asked() -> bool:
    """Tell whether this request came as far as the portal; the application may have answered it before."""
    asked: bool = flask.g.get("klantportaal_asked", False)
    return asked


def files_are_gone() -> bool:
    """Tell whether the application has read the files of a form already, which can be done once."""
    return flask.request.mimetype == "multipart/form-data" and "stream" in vars(flask.request)


def for_clients(view: Callable[Concatenate[Actor, Arguments], Response]) -> View[Arguments]:
    """Let only who is signed in use a view, which takes the actor first."""

    @functools.wraps(view)
    def guarded(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Response:
        return view(visit().actor, *args, **kwargs)

    return guarded


@contextlib.contextmanager
def incoming(limits: FormLimits) -> Iterator[Iterator[Part]]:
    """Read the form as it streams in; one without files may also come URL-encoded."""
    # Set for this request, whatever the vendor's own MAX_CONTENT_LENGTH: the reader counts as well.
    flask.request.max_content_length = limits.total
    blocks = iter(lambda: flask.request.stream.read(BLOCK), b"")
    try:
        yield _parts(blocks, limits)
    except (PortalError, WebError):
        # A browser that still sends does not read the answer yet; the stream itself ends at its limit.
        with contextlib.suppress(BadRequest, RequestEntityTooLarge):
            deque(blocks, maxlen=0)
        raise


def _parts(blocks: Iterable[bytes], limits: FormLimits) -> Iterator[Part]:
    if flask.request.mimetype == "application/x-www-form-urlencoded":
        # Werkzeug reads this kind into memory at once.
        flask.request.max_content_length = PLAIN_FORM.total
        return (TextPart(name=name, value=value) for name, value in flask.request.form.items())
    return iter(FormReader(flask.request.headers.get("Content-Type", ""), blocks, limits))


def is_looked_at() -> bool:
    """Tell whether nobody sees the answer: HEAD, or a browser that fetches ahead (DC-2, ME-4)."""
    purposes = (flask.request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Moz"))
    return flask.request.method == "HEAD" or any("prefetch" in purpose for purpose in purposes)


def wants_json() -> bool:
    """Tell whether a script of ours asks, rather than a reader."""
    return "application/json" in flask.request.headers.get("Accept", "")
