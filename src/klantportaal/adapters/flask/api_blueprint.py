"""``office_api``: a blueprint with the office API, to register in any app under any prefix."""

from collections.abc import Callable, Collection, Mapping

import flask
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.routing import BaseConverter, Rule
from werkzeug.wrappers import Response

from klantportaal.adapters.flask import csrf, unread_bodies
from klantportaal.adapters.flask.slow_bodies import MOST_PIECE, SlowBodies
from klantportaal.adapters.web.api.contact import ApiContact
from klantportaal.adapters.web.api.office import PATH, OfficeApi, placed
from klantportaal.adapters.web.api.requests import ApiAnswer, ApiRequest
from klantportaal.adapters.web.http.errors import Malformed, TooLarge
from klantportaal.adapters.web.http.headers import NOT_PACKED
from klantportaal.adapters.web.http.origin import SAFE_METHODS
from klantportaal.adapters.web.http.proxies import Proxies
from klantportaal.domain.boundary import checked_call
from klantportaal.portal import Portal, mounted


class _Rest(BaseConverter):
    """The rest of a path, whatever is in it: Flask's own converter takes no line break."""

    NAME = "klantportaal_rest"
    regex = r"(?s:.*)"
    part_isolating = False


@checked_call
def office_api(portal: Portal, *, proxies: Collection[str] = (), contact: ApiContact | None = None) -> flask.Blueprint:
    """Make a blueprint that serves the office API at ``/office/v1``, under any ``url_prefix``, for all offices.

    The key of a request says which office it is of.

    Args:
        portal: the portal.
        proxies: the networks of your own proxies, as of ``blueprint``.
        contact: whom a developer asks about the API. Its document says so.
    """
    mounted(portal)
    api = OfficeApi(portal=portal, proxies=Proxies.named(proxies), contact=contact)
    slow_bodies = SlowBodies(portal.settings.requests)
    made = flask.Blueprint("klantportaal_office_api", __name__)
    made.url_value_preprocessor(lambda _endpoint, _parts: csrf.exempt(made))
    made.teardown_app_request(unread_bodies.leave)

    def answer(**_variables: object) -> Response:
        asked = _request(api, slow_bodies)
        try:
            return _response(api.answer(asked))
        except RequestEntityTooLarge:
            return _response(api.problem(asked, TooLarge()))
        except ClientDisconnected:
            return _response(api.problem(asked, Malformed()))

    made.record(lambda state: _serve_all_methods(state, answer))
    return made


def _serve_all_methods(state: BlueprintSetupState, answer: Callable[..., Response]) -> None:
    """Serve every path of the API, with every method: what a path does not have is answered as a problem too."""
    endpoint = f"{state.name_prefix}.{state.name}.answer".lstrip(".")
    state.app.url_map.converters[_Rest.NAME] = _Rest
    rule = f"{(state.url_prefix or '').rstrip('/')}{PATH}/<{_Rest.NAME}:path>"
    more = {"defaults": state.url_defaults, "subdomain": state.subdomain, "merge_slashes": False}
    made = Rule(rule, endpoint=endpoint, methods=None, **more)
    made.provide_automatic_options = False  # type: ignore[attr-defined] # Flask looks for it.
    state.app.url_map.add(made)
    state.app.view_functions[endpoint] = answer


def _request(api: OfficeApi, slow_bodies: SlowBodies) -> ApiRequest:
    request = flask.request
    forwarded = request.headers.getlist("X-Forwarded-For")
    address = api.proxies.client(request.remote_addr, forwarded)
    if request.method not in SAFE_METHODS:
        slow_bodies.wrap(request.environ, owner=address or "")
    request.max_content_length = None  # The API has its own limits.
    root, path = placed(f"{request.script_root}{request.path}")
    headers: Mapping[str, str] = {name.lower(): value for name, value in request.headers.items()}
    return ApiRequest(
        method=request.method,
        root=root,
        path=path,
        query=request.query_string.decode(errors="replace"),
        headers=headers,
        body=iter(lambda: request.stream.read(MOST_PIECE), b""),
        network_address=address,
    )


def _response(answer: ApiAnswer) -> Response:
    """Make Flask's response, which no extension compresses if it streams."""
    content = answer.content if flask.request.method != "HEAD" else b""
    response = Response(content, status=answer.status, headers=dict(answer.headers), direct_passthrough=True)
    if answer.source is not None:
        response.response = answer.source.blocks
        response.call_on_close(answer.source.close)
        response.headers.update(NOT_PACKED)
        if answer.size is not None:
            response.content_length = answer.size
    return response
