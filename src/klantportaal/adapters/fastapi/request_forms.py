"""The forms in requests: plain fields, or forms with files that a thread reads while they stream in."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import suppress
from typing import Annotated, TypeVar
from urllib.parse import parse_qsl
from uuid import UUID, uuid5

import attrs
from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import Depends, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from klantportaal.adapters.fastapi.request_body import Body
from klantportaal.adapters.fastapi.upload_threads import turn
from klantportaal.adapters.fastapi.visits import Here, Incoming, Visit, found
from klantportaal.adapters.web.forms import kept, sealed
from klantportaal.adapters.web.forms.plain import Submitted
from klantportaal.adapters.web.http.broken_off import BEGINNING, fields_of
from klantportaal.adapters.web.http.errors import Malformed, TooLarge, TooSlow, WebError
from klantportaal.adapters.web.http.form_parts import (
    CHECKING,
    KIBIBYTE,
    ONE_FILE,
    PLAIN_FORM,
    FormLimits,
    Part,
    TextPart,
    limits_of,
)
from klantportaal.adapters.web.http.multipart import FormReader
from klantportaal.adapters.web.http.paths import own_parts
from klantportaal.domain.errors import NotSignedIn, PortalError
from klantportaal.domain.forms import FormOwner
from klantportaal.domain.request_times import RequestTimes

_WHOLE = FormLimits(parts=1000, field=PLAIN_FORM.total, total=PLAIN_FORM.total)
"""The limits for a form that is already in memory."""
Work = Callable[[Iterator[Part]], Response]
Result = TypeVar("Result")

KEPT_WITHIN = 300.0
"""The timeout in seconds for all of a form whose session had ended. Nobody is signed in while it is read."""
SEAL_WITHIN = 16 * KIBIBYTE
"""The number of bytes in which the seal of a form stands. It is its first field."""
SEAL_PATIENCE = 10.0
"""The timeout in seconds for these bytes."""


async def _plain_form(request: Request) -> Submitted:
    """Read the fields of a form without files. A body that is not a form has no fields.

    Raises:
        TooLarge: the body is larger than ``PLAIN_FORM.total``.
        TooSlow: the body comes too slowly. The visit has what was typed.
    """
    here: Visit = request.state.klantportaal_visit
    body = Body(request, _times(here), owner=here.visitor.network_address or "")
    whole = await _begun(here, request, body, size=PLAIN_FORM.total + 1)
    body.end()
    if len(whole) > PLAIN_FORM.total:
        raise TooLarge("the form is too large")
    try:
        return _first_of_each(_parts(request.headers.get("content-type", ""), [whole], _WHOLE))
    except Malformed:
        return {}


async def _begun(here: Visit, request: Request, body: Body, *, size: int) -> bytes:
    """Read about the first *size* bytes of a body in the event loop.

    Raises:
        TooSlow: they come too slowly. The visit has what was typed.
    """
    try:
        return await body.begin(size)
    except TooSlow:
        here.seen.texts.extend(fields_of(request.headers.get("content-type", ""), body.begun))
        raise


def _times(here: Visit) -> RequestTimes:
    return here.site.portal.settings.requests


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


async def door_form(here: Here, form: Form) -> None:
    """Note a form that is sent before signing in: a form that waits may be in it (ST-2)."""
    here.seen.texts.extend(TextPart(name=name, value=value) for name, value in form.items())


async def own_plain_form(here: Here, request: Request, form: Form) -> None:
    """Check the seal of a form without files, before its endpoint runs (PE-4). Without a session, check nothing.

    Raises:
        NotCarriedOut: the form was shown to another account, or its seal is not good.
    """
    here.seen.texts.extend(TextPart(name=name, value=value) for name, value in form.items())
    await run_in_threadpool(_opened, here, request, here.seen.texts)


async def open_streamed_form(here: Here, request: Request) -> None:
    """Begin to read a form with a file that anybody may send. Its beginning is read before it takes a thread (AL-7).

    Raises:
        TooSlow: the form comes too slowly.
    """
    limits = limits_of(here.route_name, here.site.portal.settings.uploads) or PLAIN_FORM
    here.is_streaming = True
    body = Body(request, _times(here), owner=here.visitor.network_address or "")
    await body.begin(SEAL_WITHIN)
    chunks = iter(body)
    parts = _parts(request.headers.get("content-type", ""), chunks, limits)
    here.incoming = Incoming(body=body, chunks=chunks, parts=parts, limits=limits)


async def own_streamed_form(here: Here, request: Request) -> None:
    """Check the seal of a form with files, before its first file is read and its endpoint runs (PE-4).

    Its beginning is read before it takes a thread: the whole of most forms without files (AL-7).

    Raises:
        NotCarriedOut: the form was shown to another account, or its seal is not good.
        Malformed, TooLarge: the form is damaged or too large.
        TooSlow: the form comes too slowly.
    """
    limits = limits_of(here.route_name, here.site.portal.settings.uploads) or PLAIN_FORM
    here.is_streaming = True
    body = Body(request, _times(here), owner=str(here.actor.account_id))
    await _begun(here, request, body, size=SEAL_WITHIN if here.route_name in ONE_FILE else BEGINNING)
    chunks = here.in_use(body)
    parts = _parts(request.headers.get("content-type", ""), chunks, limits)

    def begin(incoming: Incoming) -> Incoming:
        return attrs.evolve(incoming, parts=_opened(here, request, here.seen.noted(incoming.parts)))

    incoming = Incoming(body=body, chunks=chunks, parts=parts, limits=limits)
    here.incoming = await _in_turn(here, here.actor.account_id, begin, incoming)


async def keep_form(request: Request, error: PortalError | WebError) -> None:
    """Keep the form of a request whose session had ended, before its error is answered (ST-2)."""
    here = found(request)
    if here is None or not isinstance(error, NotSignedIn) or request.method != "POST" or here.wants_json:
        return
    with suppress(PortalError, WebError, ClientDisconnect):
        if here.seen.texts:
            here.kept = await run_in_threadpool(_kept, here, request, here.seen.texts)
        elif limits := limits_of(here.route_name, here.site.portal.settings.uploads):
            await _keep_while_streaming(here, request, limits)
        else:
            form = await _plain_form(request)
            read = [TextPart(name=name, value=value) for name, value in form.items()]
            here.kept = await run_in_threadpool(_kept, here, request, read)


async def _keep_while_streaming(here: Visit, request: Request, limits: FormLimits) -> None:
    """Keep a form that streams in, in a thread for uploads, when it is the turn of the account that it was shown to.

    Before its seal was opened, the request takes no thread and no turn, and little of it is read.
    """
    if here.is_streaming:
        return
    content_type = request.headers.get("content-type", "")
    body = Body(request, _times(here), owner=here.visitor.network_address or "", within=KEPT_WITHIN)
    begun = await body.begin(SEAL_WITHIN, within=SEAL_PATIENCE)
    sent, form = await run_in_threadpool(_sealed, here, request, _parts(content_type, [begun], limits))
    if form is None:
        await body.begin(PLAIN_FORM.total, within=SEAL_PATIENCE)  # So that a browser reads the response.
        return
    whose = form.shown.owner.account_id or here.office_id
    chunks = iter(body)

    def work(incoming: Incoming) -> str:
        waiting = kept.keep(sent, attrs.evolve(form, parts=incoming.parts))
        with suppress(WebError):
            _discard(incoming)
        return waiting

    parts = _parts(content_type, chunks, limits)
    here.kept = await _in_turn(here, whose, work, Incoming(body=body, chunks=chunks, parts=parts, limits=limits))


def _sealed(here: Visit, request: Request, parts: Iterable[Part]) -> tuple[kept.Sent, kept.Opened | None]:
    """Look up whose session ended, and open the seal."""
    sent = kept.Sent(
        portal=here.site.portal,
        office_id=here.office_id,
        route=here.route_name,
        ids=own_parts(here.route_name, request.path_params),
        header=request.headers.get(sealed.HEADER),
        lapsed=here.lapsed,
    )
    return sent, kept.opened(sent, parts)


def _kept(here: Visit, request: Request, parts: Iterable[Part]) -> str:
    sent, form = _sealed(here, request, parts)
    return kept.keep(sent, form, before=here.seen) if form else ""


def _opened(here: Visit, request: Request, parts: Iterable[Part]) -> Iterator[Part]:
    if here.signed_in is None:
        return iter(parts)
    ids = own_parts(here.route_name, request.path_params)
    check = sealed.check(here.site.portal, FormOwner.of(here.signed_in.actor), here.route_name, ids)
    return sealed.opened(check, request.headers.get(sealed.HEADER), parts)


async def _streamed(here: Here) -> Callable[[Work], Awaitable[Response]]:
    incoming = here.incoming
    if incoming is None:
        raise Malformed("the form was not opened")

    async def take_in(work: Work) -> Response:
        # Visitors take turns by their network address: one of them does not keep the others from checking.
        origin = uuid5(here.office_id, here.visitor.network_address or "")
        whose = origin if here.route_name == CHECKING else here.actor.account_id
        return await _in_turn(here, whose, lambda each: _whole(work, each), incoming)

    return take_in


Streamed = Annotated[Callable[[Work], Awaitable[Response]], Depends(_streamed)]
"""A parameter type for endpoints: a function that runs work on the parts of a form in a thread, as they stream in."""


async def _in_turn(here: Visit, whose: UUID, work: Callable[[Incoming], Result], incoming: Incoming) -> Result:
    """Run work on a form that streams in, in a thread for uploads, when it is the turn of its account or office."""
    async with turn(whose, incoming.body, _times(here)):
        return await run_sync(_take_in, work, incoming, limiter=CapacityLimiter(1))


def _take_in(work: Callable[[Incoming], Result], incoming: Incoming) -> Result:
    try:
        return work(incoming)
    except (PortalError, WebError):
        _discard(incoming)
        raise


def _whole(work: Work, incoming: Incoming) -> Response:
    """Run work on the parts of a form, and read what it left."""
    response = work(incoming.parts)
    _discard(incoming)
    return response


def _discard(incoming: Incoming) -> None:
    """Read the rest of a body, up to a limit.

    A browser reads the response only after it sent the whole body. Reading it counts as use of the session.
    """
    left = incoming.limits.total
    with suppress(TooSlow):
        while left > 0 and (chunk := next(incoming.chunks, None)) is not None:
            left -= len(chunk)
