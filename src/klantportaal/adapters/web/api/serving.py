"""What both APIs do with a request: find its operation, carry it out, and answer an error as a problem (AP-6, AP-9)."""

from abc import ABC, abstractmethod
from collections.abc import Mapping

import attrs

from klantportaal.adapters.web.api import documentation
from klantportaal.adapters.web.api.arguments import arguments_of
from klantportaal.adapters.web.api.contact import ApiContact
from klantportaal.adapters.web.api.documentation import Described
from klantportaal.adapters.web.api.operation import AnyOperation, Routes
from klantportaal.adapters.web.api.problems import Problems, problem
from klantportaal.adapters.web.api.requests import ApiAnswer, ApiRequest
from klantportaal.adapters.web.http.errors import WebError
from klantportaal.adapters.web.http.proxies import Proxies
from klantportaal.adapters.web.http.refusal_log import RefusalLog
from klantportaal.adapters.web.language.negotiation import preferred
from klantportaal.adapters.web.language.translations import Wording, wordings
from klantportaal.domain.errors import PortalError
from klantportaal.domain.values import Language
from klantportaal.portal import Portal


@attrs.frozen(kw_only=True)
class Api(ABC):
    """One API of one portal, without a framework."""

    portal: Portal
    proxies: Proxies
    contact: ApiContact | None = None
    """Whom a developer asks about the API."""
    _wordings: Mapping[Language, Wording] = attrs.field(factory=wordings)
    _refusals: RefusalLog = attrs.field(factory=RefusalLog)

    @property
    @abstractmethod
    def path(self) -> str:
        """The path of the API, under that of the blueprint or router."""

    @property
    @abstractmethod
    def routes(self) -> Routes:
        """Its operations."""

    @property
    @abstractmethod
    def problems(self) -> Problems:
        """The problems that it answers with."""

    @property
    @abstractmethod
    def described(self) -> Described:
        """What its OpenAPI document says."""

    @abstractmethod
    def may_have_body(self, request: ApiRequest) -> bool:
        """Tell whether the body of a request is worth reading."""

    @abstractmethod
    def carried_out(self, request: ApiRequest) -> ApiAnswer:
        """Carry a request out, and answer it. Raises: PortalError, WebError."""

    @abstractmethod
    def note(self, request: ApiRequest, error: PortalError | WebError) -> None:
        """Log a refusal."""

    def placed(self, whole: str) -> tuple[str, str]:
        """Divide the path of a request into where the API stands, and the rest, with a slash at the beginning."""
        before, _, rest = whole.partition(f"{self.path}/")
        return f"{before}{self.path}", f"/{rest}"

    def operation(self, method: str, path: str) -> tuple[AnyOperation, dict[str, str]]:
        """Find the operation of a request, and the parts of its path. Raises: Absent, NoSuchMethod."""
        return self.routes.find(method, path)

    def has_file(self, request: ApiRequest) -> bool:
        """Tell whether a body streams in."""
        try:
            operation, _parts = self.operation(request.method, request.path)
        except (PortalError, WebError):
            return False
        return arguments_of(operation).has_file

    def answer(self, request: ApiRequest) -> ApiAnswer:
        """Answer a request. Call it in a thread: it reads the body and calls the portal."""
        try:
            told = documentation.answer(request, self._wordings, self.described, self.contact)
            return told if told is not None else self.carried_out(request)
        except (PortalError, WebError) as error:
            return self.problem(request, error)

    def problem(self, request: ApiRequest, error: PortalError | WebError) -> ApiAnswer:
        """Make the answer to an error, and log a refusal."""
        self.note(request, error)
        wording = self._wordings[preferred(request.headers.get("accept-language", ""))]
        return problem(error, wording, root=request.root, of=self.problems)
