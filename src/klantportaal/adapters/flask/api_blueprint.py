"""``office_api`` and ``client_api``: blueprints with an API, to register in any app under any prefix."""

from collections.abc import Callable, Collection, Mapping

import flask
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.routing import BaseConverter, Rule
from werkzeug.wrappers import Response
from werkzeug.wsgi import ClosingIterator

from klantportaal.adapters.flask import csrf, unread_bodies
from klantportaal.adapters.flask.download_turns import DownloadTurns
from klantportaal.adapters.flask.slow_bodies import MOST_PIECE, SlowBodies
from klantportaal.adapters.web.api.client import ClientApi
from klantportaal.adapters.web.api.contact import ApiContact
from klantportaal.adapters.web.api.office import OfficeApi
from klantportaal.adapters.web.api.requests import ApiAnswer, ApiRequest, Served
from klantportaal.adapters.web.http.errors import Malformed, TooLarge, TooManyDownloads
from klantportaal.adapters.web.http.headers import NOT_PACKED
from klantportaal.adapters.web.http.origin import SAFE_METHODS
from klantportaal.adapters.web.http.proxies import Proxies
from klantportaal.adapters.web.pages.site import Site, office_finder
from klantportaal.domain.boundary import checked_call
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import OfficeId
from klantportaal.portal import Portal, mounted

FindOffice = Callable[[flask.Request], OfficeId]
FindActor = Callable[[flask.Request], OfficeActor | None]


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

    Raises:
        ValueError: a name in *proxies* is no network.
    """
    mounted(portal)
    return blueprint_of(
        "klantportaal_office_api", OfficeApi(portal=portal, proxies=Proxies.named(proxies), contact=contact), None
    )


@checked_call
def client_api(
    portal: Portal,
    office: OfficeId | Callable[[flask.Request], OfficeId] | None = None,
    *,
    proxies: Collection[str] = (),
    contact: ApiContact | None = None,
) -> flask.Blueprint:
    """Make a blueprint that serves the client API at ``/api/v1``, under the ``url_prefix`` of the pages.

    Args:
        portal: the portal.
        office: the id of the office, or a function that finds it from the request. None if there is only one office.
        proxies: the networks of your own proxies, as of ``blueprint``.
        contact: whom a developer asks about the API. Its document says so.

    Raises:
        ValueError: a name in *proxies* is no network.
    """
    site = Site.assemble(portal, proxies)
    api = ClientApi(portal=portal, proxies=site.proxies, contact=contact, site=site)
    return blueprint_of("klantportaal_client_api", api, office_finder(portal, office))


def blueprint_of(
    name: str, api: Served, find_office: FindOffice | None, find_actor: FindActor | None = None
) -> flask.Blueprint:
    """Make a blueprint that serves every path below one path."""
    slow_bodies, turns = SlowBodies(api.portal.settings.requests), DownloadTurns()
    made = flask.Blueprint(name, __name__)
    made.url_value_preprocessor(lambda _endpoint, _parts: csrf.exempt(made))
    made.teardown_app_request(unread_bodies.leave)

    def answer(**_variables: object) -> Response:
        asked = _request(api, slow_bodies, find_office, find_actor)
        try:
            return _in_turn(api, turns, asked, api.answer(asked))
        except RequestEntityTooLarge:
            return _response(api.problem(asked, TooLarge()))
        except ClientDisconnected:
            return _response(api.problem(asked, Malformed()))

    made.record(lambda state: _serve_all_methods(state, api.path, answer))
    return made


def _in_turn(api: Served, turns: DownloadTurns, asked: ApiRequest, answer: ApiAnswer) -> Response:
    """Send an answer. A file waits for the turn of its account (AL-7)."""
    if answer.source is None or answer.turn is None:
        return _response(answer)
    try:
        turn = turns.take(answer.turn)
    except TooManyDownloads as error:
        answer.source.close()
        return _response(api.problem(asked, error))
    return _response(answer, turn.end)


def _serve_all_methods(state: BlueprintSetupState, path: str, answer: Callable[..., Response]) -> None:
    """Serve every path of the API, with every method: what a path does not have is answered as a problem too."""
    endpoint = f"{state.name_prefix}.{state.name}.answer".lstrip(".")
    state.app.url_map.converters[_Rest.NAME] = _Rest
    rule = f"{(state.url_prefix or '').rstrip('/')}{path}/<{_Rest.NAME}:path>"
    more = {"defaults": state.url_defaults, "subdomain": state.subdomain, "merge_slashes": False}
    made = Rule(rule, endpoint=endpoint, methods=None, **more)
    made.provide_automatic_options = False  # type: ignore[attr-defined] # Flask looks for it.
    state.app.url_map.add(made)
    state.app.view_functions[endpoint] = answer


def _request(
    api: Served, slow_bodies: SlowBodies, find_office: FindOffice | None, find_actor: FindActor | None
) -> ApiRequest:
    request = flask.request
    forwarded = request.headers.getlist("X-Forwarded-For")
    address = api.proxies.client(request.remote_addr, forwarded)
    may_have_body = request.method not in SAFE_METHODS
    if may_have_body:
        slow_bodies.wrap(request.environ, owner=address or "")
    request.max_content_length = None  # The API has its own limits.
    root, path = api.placed(f"{request.script_root}{request.path}")
    headers: Mapping[str, str] = {name.lower(): value for name, value in request.headers.items()}
    return ApiRequest(
        method=request.method,
        root=root,
        path=path,
        query=request.query_string.decode(errors="replace"),
        headers=headers,
        body=iter(lambda: request.stream.read(MOST_PIECE), b"") if may_have_body else iter(()),
        network_address=address,
        cookies=dict(request.cookies),
        find_office=None if find_office is None else lambda: find_office(request),
        find_actor=None if find_actor is None else lambda: find_actor(request),
    )


def _response(answer: ApiAnswer, *ends: Callable[[], None]) -> Response:
    """Make Flask's response, which no extension compresses if it streams. At its end, it calls *ends*."""
    content = answer.content if flask.request.method != "HEAD" else b""
    response = Response(content, status=answer.status, headers=dict(answer.headers), direct_passthrough=True)
    answer.set_cookies(response)
    if answer.source is not None:
        # A response of blocks is closed through its iterator, not by `call_on_close`.
        response.response = ClosingIterator(answer.source.blocks, [answer.source.close, *ends])
        response.headers.update(NOT_PACKED)
        if answer.size is not None:
            response.content_length = answer.size
    return response
