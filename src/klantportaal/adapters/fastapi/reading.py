"""What a request brings: fields of a form, or a form with files that a thread takes in while it streams."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar
from urllib.parse import parse_qsl

import attrs
from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import Request

from klantportaal.adapters.fastapi.body import Body
from klantportaal.adapters.fastapi.multipart import FormReader
from klantportaal.adapters.web.errors import Malformed, TooLarge, WebError
from klantportaal.adapters.web.forms import Submitted
from klantportaal.adapters.web.parts import PLAIN_FORM, FormLimits, Part
from klantportaal.domain.errors import PortalError

Result = TypeVar("Result")

UPLOADS_AT_ONCE = 32
"""Each holds a thread while it streams; they are not those that serve pages, which so never wait for slow clients."""


async def plain_form(request: Request) -> Submitted:
    """Read the fields of a form without files; a request that is no form has none.

    Raises:
        Malformed: the body is not UTF-8.
        TooLarge: it is larger than any such form of the portal.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > PLAIN_FORM.total:
            raise TooLarge("the form is too large")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return _first_of_each(_fields(bytes(body))) if kind == "application/x-www-form-urlencoded" else {}


def _fields(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=PLAIN_FORM.parts)
    except UnicodeDecodeError as error:
        raise Malformed("the form is not UTF-8") from error
    except ValueError as error:
        raise TooLarge("the form has too many fields") from error


def _first_of_each(pairs: Iterable[tuple[str, str]]) -> Submitted:
    """Keep the first of fields of the same name; Starlette's own mapping would keep the last."""
    fields: dict[str, str] = {}
    for name, value in pairs:
        fields.setdefault(name, value)
    return fields


@attrs.frozen(kw_only=True)
class Streaming:
    """Takes in forms with files."""

    limits: FormLimits
    threads: CapacityLimiter = attrs.field(factory=lambda: CapacityLimiter(UPLOADS_AT_ONCE))

    async def take_in(self, request: Request, work: Callable[[Iterator[Part]], Result]) -> Result:
        """Run *work* on the parts of a form, in a thread, while the body still streams."""
        content_type, body = request.headers.get("content-type", ""), Body(request)
        return await run_sync(self._work, content_type, body, work, limiter=self.threads)

    def _work(self, content_type: str, body: Iterable[bytes], work: Callable[[Iterator[Part]], Result]) -> Result:
        chunks = iter(body)
        try:
            return work(iter(FormReader(content_type, chunks, self.limits)))
        except (PortalError, WebError):
            # A client that still sends does not read; what it sends is thrown away, but not without end.
            self._skip(chunks)
            raise

    def _skip(self, chunks: Iterator[bytes]) -> None:
        left = self.limits.total
        for chunk in chunks:
            left -= len(chunk)
            if left < 0:
                return
