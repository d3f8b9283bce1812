"""A request of the API and the answer to it, as a host makes the one and sends the other."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol
from uuid import UUID

import attrs

from klantportaal.adapters.web.http.cookies import Attributes
from klantportaal.adapters.web.http.errors import WebError
from klantportaal.adapters.web.http.headers import FILE_POLICY
from klantportaal.adapters.web.http.proxies import Proxies
from klantportaal.domain.errors import PortalError
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import OfficeId
from klantportaal.portal import Portal


class Source(Protocol):
    """The source of the bytes of a file, such as a ``Download``."""

    @property
    def blocks(self) -> Iterator[bytes]:
        """The bytes. Asking for more after the last block says that this block was sent."""
        ...

    def close(self) -> None:
        """Release the source."""
        ...


@attrs.frozen(kw_only=True)
class ApiRequest:
    """One request. Its path is without the place where the API stands."""

    method: str
    root: str
    """The path where the API stands, without a slash at the end."""
    path: str
    """The rest of the path, with a slash at the beginning."""
    query: str
    headers: Mapping[str, str]
    """By name in lower case."""
    body: Iterable[bytes]
    network_address: str | None
    cookies: Mapping[str, str] = attrs.field(factory=dict)
    find_office: Callable[[], OfficeId] | None = None
    """Finds the office of the request. None for the office API, whose keys say it."""
    find_actor: Callable[[], OfficeActor | None] | None = None
    """Finds whom of which office the request is from, for the editor of questionnaires. None for the APIs."""

    @property
    def bearer(self) -> str:
        """The token of the header ``Authorization: Bearer …``. Empty if there is none."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""


@attrs.frozen(kw_only=True)
class SetCookie:
    """A cookie to set. Without a value, it is cleared."""

    name: str
    value: str = attrs.field(repr=False)
    attributes: Attributes


class TakesCookies(Protocol):
    """A response of either framework."""

    @property
    def set_cookie(self) -> Callable[..., object]:
        """Set a cookie, by its name, value and attributes."""
        ...

    @property
    def delete_cookie(self) -> Callable[..., object]:
        """Clear a cookie, by its name and attributes."""
        ...


@attrs.frozen(kw_only=True)
class ApiAnswer:
    """The answer to a request."""

    status: int
    headers: Mapping[str, str]
    content: bytes = b""
    source: Source | None = None
    """What streams, instead of *content*."""
    size: int | None = None
    """The number of bytes that stream, if it is known."""
    turn: UUID | None = None
    """The account in whose turn it streams (AL-7). None if nobody has to wait."""
    cookies: Sequence[SetCookie] = ()

    def set_cookies(self, response: TakesCookies) -> None:
        """Set the cookies in the response of a framework."""
        for each in self.cookies:
            if each.value:
                response.set_cookie(each.name, each.value, **each.attributes)
            else:
                response.delete_cookie(each.name, **each.attributes)


class Served(Protocol):
    """What a host serves with all methods below one path, and answers by itself: an API, or the editor."""

    @property
    def portal(self) -> Portal:
        """The portal."""
        ...

    @property
    def proxies(self) -> Proxies:
        """The vendor's proxies."""
        ...

    @property
    def path(self) -> str:
        """The path, under that of the blueprint or router."""
        ...

    def placed(self, whole: str) -> tuple[str, str]:
        """Divide the path of a request into where this stands, and the rest, with a slash at the beginning."""
        ...

    def may_have_body(self, request: ApiRequest) -> bool:
        """Tell whether the body of a request is worth reading."""
        ...

    def has_file(self, request: ApiRequest) -> bool:
        """Tell whether a body streams in."""
        ...

    def answer(self, request: ApiRequest) -> ApiAnswer:
        """Answer a request. Call it in a thread."""
        ...

    def problem(self, request: ApiRequest, error: PortalError | WebError) -> ApiAnswer:
        """Make the answer to an error."""
        ...


VERSION = "1.0.0"
"""The version of the API, which every answer has in the header ``API-Version``."""
ALWAYS: Mapping[str, str] = {
    "API-Version": VERSION,
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": FILE_POLICY,
    "Referrer-Policy": "no-referrer",
}
