"""Answers the requests of the office API: who asks, what it may, what it says, and the call (AP-1 to AP-6)."""

import re
from collections.abc import Mapping

import attrs

from klantportaal.adapters.web.api import carrying, documentation
from klantportaal.adapters.web.api.carrying import Asked
from klantportaal.adapters.web.api.contact import ApiContact
from klantportaal.adapters.web.api.operations import OPERATIONS, Operation
from klantportaal.adapters.web.api.problems import KeyInAddress, NoSuchMethod, problem
from klantportaal.adapters.web.api.requests import ApiAnswer, ApiRequest
from klantportaal.adapters.web.http.errors import WebError
from klantportaal.adapters.web.http.proxies import Proxies
from klantportaal.adapters.web.http.refusal_log import RefusalLog
from klantportaal.adapters.web.language.negotiation import preferred
from klantportaal.adapters.web.language.translations import Wording, wordings
from klantportaal.domain import api_keys
from klantportaal.domain.api_keys import ApiBudget
from klantportaal.domain.errors import Absent, ApiKeyDead, PortalError
from klantportaal.domain.sessions import Visitor
from klantportaal.domain.values import Language
from klantportaal.portal import Portal, api_entrance_of

PATH = "/office/v1"
"""The path of the API, under that of the blueprint or router."""
_KEY = re.compile(rf"{api_keys.PREFIX}[A-Za-z0-9_-]{{65}}", re.ASCII)
_ROUTES = [(each.pattern, each) for each in sorted(OPERATIONS, key=lambda each: each.path.count("{"))]


def placed(whole: str) -> tuple[str, str]:
    """Divide the path of a request into where the API stands, and the rest, with a slash at the beginning."""
    before, _, rest = whole.partition(f"{PATH}/")
    return f"{before}{PATH}", f"/{rest}"


@attrs.frozen(kw_only=True)
class OfficeApi:
    """The office API of one portal, without a framework."""

    portal: Portal
    proxies: Proxies
    contact: ApiContact | None = None
    """Whom a developer asks about the API."""
    _wordings: Mapping[Language, Wording] = attrs.field(factory=wordings)
    _refusals: RefusalLog = attrs.field(factory=RefusalLog)

    @staticmethod
    def operation(method: str, path: str) -> tuple[Operation, Mapping[str, str]]:
        """Find the operation of a request, and the parts of its path.

        HEAD is answered as GET, but not where that opens what a client sent.

        Raises:
            Absent: nothing has this path.
            NoSuchMethod: what has it, does not have this method.
        """
        found = [(each, match.groupdict()) for pattern, each in _ROUTES if (match := pattern.fullmatch(path))]
        if not found:
            raise Absent("resource")
        first = found[0][0].path
        of_path = {each.method: (each, parts) for each, parts in found if each.path == first}
        if "GET" in of_path and not of_path["GET"][0].opens:
            of_path["HEAD"] = of_path["GET"]
        if method not in of_path:
            raise NoSuchMethod(sorted(of_path))
        return of_path[method]

    @staticmethod
    def names_office(request: ApiRequest) -> bool:
        """Tell whether a request has something of the form of a key. Without one, its body need not be read."""
        try:
            api_keys.office_of(_secret(request.headers.get("authorization", "")))
        except ApiKeyDead:
            return False
        return True

    def answer(self, request: ApiRequest) -> ApiAnswer:
        """Answer a request. Call it in a thread: it reads the body and calls the portal."""
        try:
            return self._answer(request)
        except (PortalError, WebError) as error:
            return self.problem(request, error)

    def problem(self, request: ApiRequest, error: PortalError | WebError) -> ApiAnswer:
        """Make the answer to an error, and log a refusal."""
        self._note(request, error)
        wording = self._wordings[preferred(request.headers.get("accept-language", ""))]
        return problem(error, wording, root=request.root)

    def _answer(self, request: ApiRequest) -> ApiAnswer:
        if _KEY.search(f"{request.path}?{request.query}"):
            raise KeyInAddress
        told = documentation.answer(request, self._wordings, self.contact)
        if told is not None:
            return told
        operation, parts = self.operation(request.method, request.path)
        key, budget = api_entrance_of(self.portal).enter(_secret(request.headers.get("authorization", "")))
        try:
            api_keys.require(key, operation.area, operation.access)
            asked = Asked(portal=self.portal, request=request, operation=operation, parts=parts, key=key)
            answer = carrying.carry_out(asked)
        except (PortalError, WebError) as error:
            answer = self.problem(request, error)
        return attrs.evolve(answer, headers={**answer.headers, **_limits(budget)})

    def _note(self, request: ApiRequest, error: PortalError | WebError) -> None:
        """Log a refusal of a request that names an office."""
        try:
            office_id = api_keys.office_of(_secret(request.headers.get("authorization", "")))
        except ApiKeyDead:
            return
        visitor = Visitor(office_id=office_id, network_address=request.network_address)
        self._refusals.note(
            error, method=request.method, route=f"{PATH}{_shown(request.path)}", ids={}, visitor=visitor, actor=None
        )


def _secret(authorization: str) -> str:
    """Read the key of a header ``Authorization: Bearer …``. Empty if there is none."""
    scheme, _, secret = authorization.partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def _shown(path: str) -> str:
    """Write a path for the log: that of its operation, since a client can type anything."""
    return next((each.path for pattern, each in _ROUTES if pattern.fullmatch(path)), "/…")


def _limits(budget: ApiBudget) -> dict[str, str]:
    return {
        "RateLimit-Limit": str(budget.limit),
        "RateLimit-Remaining": str(budget.remaining),
        "RateLimit-Reset": str(budget.seconds),
    }
