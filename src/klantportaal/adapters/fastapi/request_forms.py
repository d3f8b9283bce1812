"""The forms in requests: plain fields, or forms with files that a thread reads while they stream in."""

import contextlib
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
from klantportaal.domain.errors import NotSignedIn, PortalError
from klantportaal.domain.values import AccountId

_WHOLE = FormLimits(parts=1000, field=PLAIN_FORM.total, total=PLAIN_FORM.total)
"""The limits for a form that is already in memory."""
Work = Callable[[Iterator[Part]], Response]

UPLOADS_AT_ONCE = 32
"""The largest number of simultaneous uploads. Each uses a thread from a separate pool, so pages never wait for them."""
UPLOADS_OF_ONE = 4
"""The largest number of simultaneous uploads of one account. Its other uploads wait without using a thread."""
_threads: RunVar[CapacityLimiter] = RunVar("klantportaal_upload_threads")
_turns: RunVar[WeakValueDictionary[AccountId, CapacityLimiter]] = RunVar("klantportaal_upload_turns")


async def _plain_form(request: Request) -> Submitted:
    """Read the fields of a form without files. A body that is not a form has no fields.

    Raises:
        TooLarge: the body is larger than ``PLAIN_FORM.total``.
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
"""A parameter type for endpoints: the fields of a form without files."""


def _first_of_each(parts: Iterable[Part]) -> Submitted:
    """Keep the first field of each name. Starlette's own mapping would keep the last."""
    fields: dict[str, str] = {}
    for part in parts:
        if isinstance(part, TextPart):
            fields.setdefault(part.name, part.value)
    return fields


def _parts(content_type: str, chunks: Iterable[bytes], limits: FormLimits) -> Iterator[Part]:
    """Read the parts of a form while it streams in. A form without files may also be URL-encoded.

    Raises:
        Malformed: the body is not a valid form.
        TooLarge: the body exceeds a limit.
    """
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
    content_type, body = request.headers.get("content-type", ""), iter(Body(request))

    async def take_in(work: Work) -> Response:
        async with _turn_of(here.actor.account_id):
            return await run_sync(
                _take_in, work, content_type, here.in_use(body), body, limits, limiter=_upload_threads()
            )

    return take_in


async def _message(request: Request, here: Here) -> Callable[[Work], Awaitable[Response]]:
    return _streamed(request, here, with_files(here.site.portal.settings.uploads))


async def _answers(request: Request, here: Here) -> Callable[[Work], Awaitable[Response]]:
    return _streamed(request, here, with_answers(here.site.portal.settings.uploads))


Streamed = Annotated[Callable[[Work], Awaitable[Response]], Depends(_message)]
"""A parameter type for endpoints: a function that runs work on the parts of a form in a thread, as they stream in."""
Answered = Annotated[Callable[[Work], Awaitable[Response]], Depends(_answers)]
"""A parameter type for endpoints: the same as ``Streamed``, with the limits for a questionnaire page."""


def _take_in(
    work: Work, content_type: str, chunks: Iterator[bytes], body: Iterator[bytes], limits: FormLimits
) -> Response:
    try:
        response = work(_parts(content_type, chunks, limits))
    except (PortalError, WebError):
        _discard(chunks, body, limits)
        raise
    _discard(chunks, body, limits)
    return response


def _discard(chunks: Iterator[bytes], body: Iterator[bytes], limits: FormLimits) -> None:
    """Read the rest of a body, of which *chunks* passes on the chunks, up to a limit.

    A browser reads the response only after it sent the whole body, and up to there the body is use of the session.
    """
    left = limits.total
    for each in (chunks, body):
        with contextlib.suppress(NotSignedIn):
            while left > 0 and (chunk := next(each, None)) is not None:
                left -= len(chunk)


def _turn_of(account_id: AccountId) -> CapacityLimiter:
    """Give the limiter for the uploads of one account. It is deleted when the account has no more uploads."""
    try:
        turns = _turns.get()
    except LookupError:
        turns = WeakValueDictionary()
        _turns.set(turns)
    return turns.setdefault(account_id, CapacityLimiter(UPLOADS_OF_ONE))


def _upload_threads() -> CapacityLimiter:
    """Give the limiter of the threads for uploads, one for each event loop."""
    try:
        return _threads.get()
    except LookupError:
        limiter = CapacityLimiter(UPLOADS_AT_ONCE)
        _threads.set(limiter)
        return limiter
