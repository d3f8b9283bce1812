"""The endpoints of requests for documents (RQ-1 to RQ-3).

Endpoints that receive files are coroutines, which start the work in a thread and wait for it.
"""

from collections.abc import Iterator

from fastapi import Response
from fastapi.responses import JSONResponse, PlainTextResponse

from klantportaal.adapters.fastapi.request_forms import Streamed
from klantportaal.adapters.fastapi.responses import page, to
from klantportaal.adapters.fastapi.visits import Client, Here, Visit
from klantportaal.adapters.web.forms import request as request_form
from klantportaal.adapters.web.http import ids
from klantportaal.adapters.web.http.form_parts import Part
from klantportaal.adapters.web.pages import requests as pages
from klantportaal.domain.errors import Refused
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import ItemId, RequestId


def request(here: Here, actor: Client, request_id: str) -> Response:
    """Show a request with its items, and mark it as seen unless the request is HEAD or a prefetch (RM-1)."""
    asked = RequestId(ids.identity(request_id))
    return page(pages.request(here.frame(), actor, asked, mark=not here.is_looked_at))


def request_item(here: Here, actor: Client, request_id: str, item_id: str) -> Response:
    """Show the form that delivers an item. If nothing can be delivered any more, lead to the request."""
    return _form(here, actor, RequestId(ids.identity(request_id)), ItemId(ids.identity(item_id)), None)


def _form(
    here: Visit,
    actor: Actor,
    request_id: RequestId,
    item_id: ItemId,
    delivering: request_form.Delivering | None,
) -> Response:
    html = pages.item(here.frame(), actor, request_id, item_id, delivering, mark=not here.is_looked_at)
    if html is None and delivering is not None and delivering.faults:
        return page(pages.request(here.frame(), actor, request_id, faults=delivering.faults), delivering.status)
    if html is None:
        return to(here, "request", request_id=request_id)
    return page(html, 200 if delivering is None else delivering.status)


async def submit_request_item(here: Here, actor: Client, streamed: Streamed, request_id: str, item_id: str) -> Response:
    """Add files to a delivery, deliver, or say that the item does not apply."""
    request, item, portal = RequestId(ids.identity(request_id)), ItemId(ids.identity(item_id)), here.site.portal

    def work(parts: Iterator[Part]) -> Response:
        received = request_form.receive(portal, actor, request, item, parts)
        outcome = request_form.act(portal, actor, request, item, received)
        if isinstance(outcome, str):
            return to(here, "request", request_id=request, notice=outcome)
        return _form(here, actor, request, item, outcome)

    return await streamed(work)


async def request_upload(here: Here, actor: Client, streamed: Streamed, request_id: str, item_id: str) -> Response:
    """Stage one file that a script sends, and return the HTML row that shows it (AT-1)."""
    request, item = RequestId(ids.identity(request_id)), ItemId(ids.identity(item_id))

    def work(parts: Iterator[Part]) -> Response:
        row = request_form.upload(here.site.portal, actor, request, item, parts)
        return JSONResponse({"row": pages.staged_html(here.frame(), request, item, row)}, status_code=201)

    return await streamed(work)


async def remove_request_upload(
    here: Here, actor: Client, streamed: Streamed, *, request_id: str, item_id: str, upload_id: str
) -> Response:
    """Remove a staged file. Without JavaScript, the response shows the form again as it was typed."""
    request, item, portal = RequestId(ids.identity(request_id)), ItemId(ids.identity(item_id)), here.site.portal

    def work(parts: Iterator[Part]) -> Response:
        request_form.remove(portal, actor, request, upload_id)
        if here.wants_json:
            return PlainTextResponse(status_code=204)
        received = request_form.receive(portal, actor, request, item, parts)
        return _form(here, actor, request, item, received.delivering())

    return await streamed(work)


def take_back(here: Here, actor: Client, request_id: str, item_id: str, delivery_id: str) -> Response:
    """Take a delivery back, unless the office opened it."""
    request, item = RequestId(ids.identity(request_id)), ItemId(ids.identity(item_id))
    try:
        request_form.take_back(here.site.portal, actor, request, item, delivery_id)
    except Refused as error:
        return page(pages.request(here.frame(), actor, request, faults=error.faults), 422)
    return to(here, "request", request_id=request, notice="aanlevering-teruggenomen")
