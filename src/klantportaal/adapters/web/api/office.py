"""Answers the requests of the office API: who asks, what it may, what it says, and the call (AP-1 to AP-6)."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import attrs

from klantportaal.adapters.web.api import carrying
from klantportaal.adapters.web.api.carrying import Asked
from klantportaal.adapters.web.api.documentation import Described, Header
from klantportaal.adapters.web.api.operation import Routes
from klantportaal.adapters.web.api.operations import OPERATIONS, Operation
from klantportaal.adapters.web.api.problems import OFFICE, KeyInAddress, Problems
from klantportaal.adapters.web.api.rate_limits import left, rate
from klantportaal.adapters.web.api.requests import ApiAnswer, ApiRequest
from klantportaal.adapters.web.api.serving import Api
from klantportaal.adapters.web.http.errors import WebError
from klantportaal.domain import api_keys
from klantportaal.domain.api_keys import ApiKey
from klantportaal.domain.errors import ApiKeyDead, PortalError, ScopeMissing, TooManyRequests
from klantportaal.domain.idempotency import ApiActor
from klantportaal.domain.sessions import Visitor
from klantportaal.portal import Portal, api_entrance_of

PATH = "/office/v1"
HANDLER = "case-handler"
"""The header that names the case handler who acts, percent-encoded in UTF-8. Without it, it is the name of the key."""
_KEY = re.compile(rf"{api_keys.PREFIX}[A-Za-z0-9_-]{{65}}", re.ASCII)
_ROUTES = Routes(OPERATIONS)
DESCRIBED = Described(
    title="Client portal: office API",
    description="Every call of an office, for back offices in any language.",
    path=PATH,
    operations=OPERATIONS,
    problems=OFFICE,
    security=[{"key": []}],
    schemes={"key": {"type": "http", "scheme": "bearer", "description": "An API key: kp_…"}},
    sent=(Header(name=HANDLER.title(), text="The case handler who acts, percent-encoded in UTF-8."),),
    given=rate("key"),
    statuses=("400", "401", "403", "404", "406", "409", "429", "500", "503", "507"),
    samples={
        "401": ApiKeyDead(),
        "403": ScopeMissing("dossiers:write"),
        "429": TooManyRequests(limit=600, seconds=12),
    },
)


@attrs.frozen(kw_only=True)
class OfficeApi(Api):
    """The office API of one portal, without a framework."""

    @property
    def path(self) -> str:
        """Beside the pages."""
        return PATH

    @property
    def routes(self) -> Routes:
        """The calls of ``portal.office``."""
        return _ROUTES

    @property
    def problems(self) -> Problems:
        """Those of keys too."""
        return OFFICE

    @property
    def described(self) -> Described:
        """One document, for all offices."""
        return DESCRIBED

    def may_have_body(self, request: ApiRequest) -> bool:
        """Tell whether a request has something of the form of a key. Without one, its body need not be read."""
        try:
            api_keys.office_of(request.bearer)
        except ApiKeyDead:
            return False
        return True

    def carried_out(self, request: ApiRequest) -> ApiAnswer:
        """Carry out a request with a key."""
        if _KEY.search(f"{request.path}?{request.query}"):
            raise KeyInAddress
        operation, parts = self.operation(request.method, request.path)
        assert isinstance(operation, Operation)  # noqa: S101 - its routes have no others
        key, budget = api_entrance_of(self.portal).enter(request.bearer)
        try:
            api_keys.require(key, operation.area, operation.access)
            asked = Asked(
                portal=self.portal,
                request=request,
                operation=operation,
                parts=parts,
                owner=key.office_id,
                by=_actor(request, key),
                call=_call_of(self.portal, operation),
            )
            answer = carrying.carry_out(asked)
        except (PortalError, WebError) as error:
            answer = self.problem(request, error)
        return attrs.evolve(answer, headers={**answer.headers, **left(budget)})

    def note(self, request: ApiRequest, error: PortalError | WebError) -> None:
        """Log a refusal of a request that names an office."""
        try:
            office_id = api_keys.office_of(request.bearer)
        except ApiKeyDead:
            return
        visitor = Visitor(office_id=office_id, network_address=request.network_address)
        route = f"{PATH}{_ROUTES.shown(request.path)}"
        self._refusals.note(error, method=request.method, route=route, ids={}, visitor=visitor, actor=None)


def _actor(request: ApiRequest, key: ApiKey) -> ApiActor:
    named = unquote(request.headers.get(HANDLER, ""))
    return ApiActor(office_id=key.office_id, handler=named or key.name, key_id=key.id)


def _call_of(portal: Portal, operation: Operation) -> Callable[..., Any]:
    group, _, name = operation.call.partition(".")
    found: Callable[..., Any] = getattr(getattr(portal.office, group), name)
    shown = operation.shown
    return found if shown is None else lambda *who, **values: shown(found(*who, **values))
