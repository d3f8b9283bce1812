"""Answers the requests of the client API: who asks, for which account, from where, and the call (AP-8, AP-9)."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import attrs

from klantportaal.adapters.web.api import carrying
from klantportaal.adapters.web.api.carrying import Asked
from klantportaal.adapters.web.api.client_operations import ACTING_FOR, OPERATIONS, ClientOperation, Who
from klantportaal.adapters.web.api.documentation import Described
from klantportaal.adapters.web.api.here import Here
from klantportaal.adapters.web.api.operation import Routes
from klantportaal.adapters.web.api.problems import CLIENT, Problems
from klantportaal.adapters.web.api.rate_limits import left, rate
from klantportaal.adapters.web.api.requests import ApiAnswer, ApiRequest
from klantportaal.adapters.web.api.serving import Api
from klantportaal.adapters.web.http.cookies import Cookie
from klantportaal.adapters.web.http.errors import CrossSite, WebError
from klantportaal.adapters.web.http.ids import identity
from klantportaal.adapters.web.http.origin import Sender
from klantportaal.adapters.web.pages.site import Site
from klantportaal.domain.errors import Absent, LinkDead, NotConfirmed, NotSignedIn, PortalError, TooManyRequests
from klantportaal.domain.idempotency import ApiClient
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import AccountId, OfficeId

PATH = "/api/v1"
_ROUTES = Routes(OPERATIONS)
_PATHS = frozenset(each.path for each in OPERATIONS)
DESCRIBED = Described(
    title="Client portal: client API",
    description="All that the pages of clients can do, for a front end of your own.",
    path=PATH,
    operations=OPERATIONS,
    problems=CLIENT,
    security=[{"app": []}, {"browser": []}],
    schemes={
        "app": {"type": "http", "scheme": "bearer", "description": "The token of an app."},
        "browser": {
            "type": "apiKey",
            "in": "cookie",
            "name": "__Host-klantportaal-sessie",
            "description": "The cookie of a browser, for pages of the same origin. Its name has a part for the office.",
        },
    },
    given=rate("session"),
    statuses=("400", "401", "403", "404", "406", "409", "410", "429", "500", "503", "507"),
    samples={
        "401": NotSignedIn(),
        "403": NotConfirmed(),
        "410": LinkDead(),
        "429": TooManyRequests(limit=600, seconds=12),
    },
    parts={ACTING_FOR: {"type": "string", "format": "uuid", "description": "The account that is acted for."}},
)


@attrs.frozen(kw_only=True)
class ClientApi(Api):
    """The client API of one portal, without a framework."""

    site: Site

    @property
    def path(self) -> str:
        """Beside the pages."""
        return PATH

    @property
    def routes(self) -> Routes:
        """The calls of ``portal.client``."""
        return _ROUTES

    @property
    def problems(self) -> Problems:
        """Those of sessions too."""
        return CLIENT

    @property
    def described(self) -> Described:
        """One document, for all offices."""
        return DESCRIBED

    def may_have_body(self, request: ApiRequest) -> bool:
        """Tell whether a request has a path of the API. Anybody may sign in, so no token is needed."""
        return _ROUTES.shown(request.path) in _PATHS

    def carried_out(self, request: ApiRequest) -> ApiAnswer:
        """Carry out a request of a visitor, of somebody at the second step, or of a session."""
        office_id = _office_of(request)
        operation, parts = self.operation(request.method, request.path)
        assert isinstance(operation, ClientOperation)  # noqa: S101 - its routes have no others
        self.site.check_mount(office_id, f"{request.root.removesuffix(PATH)}/")
        here = Here(site=self.site, request=request, office_id=office_id)
        try:
            answer = self._carried_out(here, operation, parts)
        except (PortalError, WebError) as error:
            answer = self.problem(request, error)
        return answer if here.budget is None else attrs.evolve(answer, headers={**answer.headers, **left(here.budget)})

    def _carried_out(self, here: Here, operation: ClientOperation, parts: dict[str, str]) -> ApiAnswer:
        self._require_own_origin(here)
        actor = _acting(here, operation, parts)
        asked = Asked(
            portal=self.portal,
            request=here.request,
            operation=operation,
            parts={name: part for name, part in parts.items() if name != ACTING_FOR},
            owner=here.office_id if actor is None else actor.account_id,
            by=_with_key(actor) if operation.takes_key and actor is not None else None,
            call=_call_of(here, operation),
            in_use=_in_use(here, actor),
        )
        answer = carrying.carry_out(asked)
        turn = None if actor is None else actor.account_id
        return attrs.evolve(answer, cookies=tuple(here.set_cookies), turn=turn)

    def _require_own_origin(self, here: Here) -> None:
        """Require that a browser sends the request from the portal's own origin, as for pages.

        What has a bearer token is no browser of itself, nor is what has neither a cookie nor what every browser sends.

        Raises:
            CrossSite: a page of another site sent it.
        """
        sent = here.request.headers
        sender = Sender(
            method=here.request.method,
            fetch_site=sent.get("sec-fetch-site"),
            fetch_mode=sent.get("sec-fetch-mode"),
            origin=sent.get("origin"),
        )
        names_none = sender.fetch_site is None and sender.origin is None
        has_cookie = bool(here.cookie(Cookie.SESSION) or here.cookie(Cookie.SECOND_STEP))
        if here.is_app or (names_none and not has_cookie):
            return
        if not self.site.lets_in(here.office_id, sender):
            raise CrossSite

    def note(self, request: ApiRequest, error: PortalError | WebError) -> None:
        """Log a refusal."""
        with suppress(PortalError):
            visitor = Here(site=self.site, request=request, office_id=_office_of(request)).visitor()
            route = f"{PATH}{_ROUTES.shown(request.path)}"
            self._refusals.note(error, method=request.method, route=route, ids={}, visitor=visitor, actor=None)


def _office_of(request: ApiRequest) -> OfficeId:
    if request.find_office is None:
        raise Absent("office")
    return request.find_office()


def _acting(here: Here, operation: ClientOperation, parts: dict[str, str]) -> Actor | None:
    """Give who acts. None for a visitor, and at the second step.

    Raises:
        NotSignedIn, TwoStepDue: see ``Here.recognise``.
        TooManyRequests: the session has no requests left in this minute.
        Absent: the account of the path is not one of the person.
    """
    if operation.who is Who.VISITOR:
        return None
    if operation.who is Who.SECOND_STEP:
        here.token(Cookie.SECOND_STEP)
        return None
    actor = here.recognise(enrolling=operation.is_open)
    here.spend()
    if operation.who is Who.ACCOUNT:
        actor = here.calls.accounts.act_for(actor, AccountId(identity(parts[ACTING_FOR])))
        here.act(actor)
    return actor


def _with_key(actor: Actor) -> ApiClient:
    return ApiClient(**attrs.asdict(actor, recurse=False))


def _in_use(here: Here, actor: Actor | None) -> Callable[[Iterator[bytes]], Iterator[bytes]]:
    """Count the blocks of a file as use of the session, as they come in (ST-3)."""
    if actor is None:
        return lambda blocks: blocks
    return lambda blocks: here.calls.sessions.keep_during(actor, blocks)


def _call_of(here: Here, operation: ClientOperation) -> Callable[..., Any]:
    """Give what makes the call of an operation, for the actor with an ``Idempotency-Key``, if there is one."""
    group, _, name = operation.call.partition(".")
    found: Callable[..., Any] = getattr(getattr(here.calls, group), name)

    def call(by: ApiClient | None, **values: Any) -> Any:
        if operation.asks_nobody:
            return found(**values)
        if operation.via is not None:
            return operation.via(here, **values)
        if operation.who is Who.VISITOR:
            return found(here.visitor(), **values)
        if operation.who is Who.SECOND_STEP:
            return found(here.visitor(), here.token(Cookie.SECOND_STEP), **values)
        return found(by or here.actor, **values)

    return call
