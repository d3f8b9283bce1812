"""What a request brings: fields of a form, or a form with files that a thread takes in while it streams."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Annotated
from urllib.parse import parse_qsl
from weakref import WeakValueDictionary

from anyio import CapacityLimiter
from anyio.lowlevel import RunVar
from anyio.to_thread import run_sync
from fastapi import Depends, Request, Response

from klantportaal.adapters.fastapi.request_body import Body
from klantportaal.adapters.fastapi.visits import Here, Visit
from klantportaal.adapters.web.forms.plain import Submitted
from klantportaal.adapters.web.http.errors import Malformed, TooLarge, WebError
from klantportaal.adapters.web.http.form_parts import PLAIN_FORM, FormLimits, Part, TextPart, with_answers, with_files
from klantportaal.adapters.web.http.multipart import FormReader
from klantportaal.domain.errors import PortalError
from klantportaal.domain.values import AccountId

_WHOLE = FormLimits(parts=1000, field=PLAIN_FORM.total, total=PLAIN_FORM.total)
"""For a form that is in memory already."""
Work = Callable[[Iterator[Part]], Response]

UPLOADS_AT_ONCE = 32
"""Each holds a thread while it streams; they are not those that serve pages, which so never wait for slow clients."""
UPLOADS_OF_ONE = 4
"""Of one account; its others wait without a thread, so that a single client that dawdles leaves enough for the rest."""
_threads: RunVar[CapacityLimiter] = RunVar("klantportaal_upload_threads")
_turns: RunVar[WeakValueDictionary[AccountId, CapacityLimiter]] = RunVar("klantportaal_upload_turns")


async def _plain_form(request: Request) -> Submitted:
    """Read the fields of a form without files; a body that is no form has none.

    Raises:
        TooLarge: it is larger than any such form of the portal.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > PLAIN_FORM.total:
            raise TooLarge("the form is too large")
    try:
        return _first_of_each(_parts(request.headers.get("content-type", ""), [bytes(body)], _WHOLE))
    except Malformed:
        return {}


Form = Annotated[Submitted, Depends(_plain_form)]
"""An endpoint's parameter: the fields of a form without files."""


def _first_of_each(parts: Iterable[Part]) -> Submitted:
    """Keep the first of fields of the same name; Starlette's own mapping would keep the last."""
    fields: dict[str, str] = {}
    for part in parts:
        if isinstance(part, TextPart):
            fields.setdefault(part.name, part.value)
    return fields


def _parts(content_type: str, chunks: Iterable[bytes], limits: FormLimits) -> Iterator[Part]:
    """Read the form as it streams in; a form that can have no files may also come URL-encoded."""
    if content_type.partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        yield from FormReader(content_type, chunks, limits)
        return
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > PLAIN_FORM.total:
            raise TooLarge("the form is too large")
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise Malformed("the form is not UTF-8") from error
    yield from (TextPart(name=name, value=value) for name, value in parse_qsl(text, keep_blank_values=True))


def _streamed(request: Request, here: Visit, limits: FormLimits) -> Callable[[Work], Awaitable[Response]]:
    content_type, body = request.headers.get("content-type", ""), Body(request)

    async def take_in(work: Work) -> Response:
        async with _turn_of(here.actor.account_id):
            return await run_sync(_take_in, work, content_type, iter(body), limits, limiter=_upload_threads())

    return take_in


async def _message(request: Request, here: Here) -> Callable[[Work], Awaitable[Response]]:
    return _streamed(request, here, with_files(here.site.portal.settings.uploads))


async def _answers(request: Request, here: Here) -> Callable[[Work], Awaitable[Response]]:
    return _streamed(request, here, with_answers(here.site.portal.settings.uploads))


Streamed = Annotated[Callable[[Work], Awaitable[Response]], Depends(_message)]
"""An endpoint's parameter: runs work on the parts of the form, in a thread, while the body still streams."""
Answered = Annotated[Callable[[Work], Awaitable[Response]], Depends(_answers)]
"""An endpoint's parameter: the same for a page of a questionnaire, which has more fields."""


def _take_in(work: Work, content_type: str, chunks: Iterator[bytes], limits: FormLimits) -> Response:
    try:
        return work(_parts(content_type, chunks, limits))
    except (PortalError, WebError):
        # A browser that still sends does not read; so what it sends is thrown away, but not without end.
        left = limits.total
        while left > 0 and (chunk := next(chunks, None)) is not None:
            left -= len(chunk)
        raise


def _turn_of(account_id: AccountId) -> CapacityLimiter:
    """Give what the uploads of one account take turns by; it is gone when none is left."""
    try:
        turns = _turns.get()
    except LookupError:
        turns = WeakValueDictionary()
        _turns.set(turns)
    return turns.setdefault(account_id, CapacityLimiter(UPLOADS_OF_ONE))


def _upload_threads() -> CapacityLimiter:
    """Give the event loop's threads for uploads."""
    try:
        return _threads.get()
    except LookupError:
        limiter = CapacityLimiter(UPLOADS_AT_ONCE)
        _threads.set(limiter)
        return limiter
