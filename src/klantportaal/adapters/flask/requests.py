"""The views of requests for documents (RQ-1 to RQ-3)."""

import flask
from werkzeug.wrappers import Response

from klantportaal.adapters.flask.responses import page, to
from klantportaal.adapters.flask.visits import is_looked_at, visit, wants_json
from klantportaal.adapters.web.forms import request as request_form
from klantportaal.adapters.web.http import ids
from klantportaal.adapters.web.pages import requests as pages
from klantportaal.domain.errors import Refused
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import ItemId, RequestId


def request(actor: Actor, request_id: str) -> Response:
    """Show a request with its items, and mark it as seen unless the request is HEAD or a prefetch (RM-1)."""
    asked = RequestId(ids.identity(request_id))
    return page(pages.request(visit().frame(), actor, asked, mark=not is_looked_at()))


def request_item(actor: Actor, request_id: str, item_id: str) -> Response:
    """Show the form that delivers an item. If nothing can be delivered any more, lead to the request."""
    return _form(actor, RequestId(ids.identity(request_id)), ItemId(ids.identity(item_id)), None)


def _form(actor: Actor, request_id: RequestId, item_id: ItemId, delivering: request_form.Delivering | None) -> Response:
    html = pages.item(visit().frame(), actor, request_id, item_id, delivering, mark=not is_looked_at())
    if html is None and delivering is not None and delivering.faults:
        return page(pages.request(visit().frame(), actor, request_id, faults=delivering.faults), delivering.status)
    if html is None:
        return to("request", request_id=request_id)
    return page(html, 200 if delivering is None else delivering.status)


def submit_request_item(actor: Actor, request_id: str, item_id: str) -> Response:
    """Add files to a delivery, deliver, or say that the item does not apply."""
    here, request, item = visit(), RequestId(ids.identity(request_id)), ItemId(ids.identity(item_id))
    received = request_form.receive(here.site.portal, actor, request, item, here.parts)
    outcome = request_form.act(here.site.portal, actor, request, item, received)
    if isinstance(outcome, str):
        return to("request", request_id=request, notice=outcome)
    return _form(actor, request, item, outcome)


def request_upload(actor: Actor, request_id: str, item_id: str) -> Response:
    """Stage one file that a script sends, and return the HTML row that shows it (AT-1)."""
    here, request, item = visit(), RequestId(ids.identity(request_id)), ItemId(ids.identity(item_id))
    row = request_form.upload(here.site.portal, actor, request, item, here.parts)
    response = flask.jsonify(row=pages.staged_html(here.frame(), request, item, row))
    response.status_code = 201
    return response


def remove_request_upload(actor: Actor, request_id: str, item_id: str, upload_id: str) -> Response:
    """Remove a staged file. Without JavaScript, the response shows the form again as it was typed."""
    here, request, item = visit(), RequestId(ids.identity(request_id)), ItemId(ids.identity(item_id))
    request_form.remove(here.site.portal, actor, request, upload_id)
    if wants_json():
        return Response(status=204)
    received = request_form.receive(here.site.portal, actor, request, item, here.parts)
    return _form(actor, request, item, received.delivering())


def take_back(actor: Actor, request_id: str, item_id: str, delivery_id: str) -> Response:
    """Take a delivery back, unless the office opened it."""
    here, request, item = visit(), RequestId(ids.identity(request_id)), ItemId(ids.identity(item_id))
    try:
        request_form.take_back(here.site.portal, actor, request, item, delivery_id)
    except Refused as error:
        return page(pages.request(here.frame(), actor, request, faults=error.faults), 422)
    return to("request", request_id=request, notice="aanlevering-teruggenomen")
