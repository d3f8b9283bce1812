"""A request of the API and the answer to it, as a host makes the one and sends the other."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

import attrs

from klantportaal.adapters.web.http.headers import FILE_POLICY


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


VERSION = "1.0.0"
"""The version of the API, which every answer has in the header ``API-Version``."""
ALWAYS: Mapping[str, str] = {
    "API-Version": VERSION,
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": FILE_POLICY,
    "Referrer-Policy": "no-referrer",
}
