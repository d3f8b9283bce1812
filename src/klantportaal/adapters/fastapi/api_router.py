"""``office_api`` and ``client_api``: routers with an API, to include in any app under any prefix."""

from collections.abc import Callable, Collection, Iterator
from uuid import UUID, uuid5

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from klantportaal.adapters.fastapi.download_turns import take_turn
from klantportaal.adapters.fastapi.downloads import FileStream
from klantportaal.adapters.fastapi.request_body import Body, end_of_body
from klantportaal.adapters.fastapi.unread_bodies import UnreadBody
from klantportaal.adapters.fastapi.upload_threads import turn
from klantportaal.adapters.web.api.carrying import BODY_LIMIT
from klantportaal.adapters.web.api.client import ClientApi
from klantportaal.adapters.web.api.contact import ApiContact
from klantportaal.adapters.web.api.office import OfficeApi
from klantportaal.adapters.web.api.requests import ApiAnswer, ApiRequest, Served
from klantportaal.adapters.web.http.errors import WebError
from klantportaal.adapters.web.http.headers import NOT_PACKED
from klantportaal.adapters.web.http.origin import SAFE_METHODS
from klantportaal.adapters.web.http.proxies import Proxies
from klantportaal.adapters.web.pages.site import Site, office_finder
from klantportaal.domain.boundary import checked_call
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import OfficeId
from klantportaal.portal import Portal, mounted

FindOffice = Callable[[Request], OfficeId]
FindActor = Callable[[Request], OfficeActor | None]

BEGINNING = 16 * 1024
"""The bytes of a body with a file that are read before it takes a thread."""
_VISITORS = UUID("5b2c4f1e-4f0e-4c51-9a06-0f6f0f1c7a55")
"""The namespace of network addresses, by which uploads take turns."""


@checked_call
def office_api(portal: Portal, *, proxies: Collection[str] = (), contact: ApiContact | None = None) -> APIRouter:
    """Make a router that serves the office API at ``/office/v1``, under any ``prefix``, for all offices.

    The key of a request says which office it is of.

    Args:
        portal: the portal.
        proxies: the networks of your own proxies, as of ``pages``.
        contact: whom a developer asks about the API. Its document says so.

    Raises:
        ValueError: a name in *proxies* is no network.
    """
    mounted(portal)
    return router_of(OfficeApi(portal=portal, proxies=Proxies.named(proxies), contact=contact), None)


@checked_call
def client_api(
    portal: Portal,
    office: OfficeId | Callable[[Request], OfficeId] | None = None,
    *,
    proxies: Collection[str] = (),
    contact: ApiContact | None = None,
) -> APIRouter:
    """Make a router that serves the client API at ``/api/v1``, under the ``prefix`` of the pages.

    Args:
        portal: the portal.
        office: the id of the office, or a function that finds it from the request. None if there is only one office.
        proxies: the networks of your own proxies, as of ``pages``.
        contact: whom a developer asks about the API. Its document says so.

    Raises:
        ValueError: a name in *proxies* is no network.
    """
    site = Site.assemble(portal, proxies)
    return router_of(
        ClientApi(portal=portal, proxies=site.proxies, contact=contact, site=site), office_finder(portal, office)
    )


def router_of(api: Served, find_office: FindOffice | None, find_actor: FindActor | None = None) -> APIRouter:
    """Make a router that serves every path below one path."""
    router = APIRouter()
    # Starlette takes an ASGI application too, and no methods mean all. Its annotations name functions only.
    router.add_route(
        f"{api.path}/{{path:path}}",
        _Endpoint(api, find_office, find_actor),  # type: ignore[arg-type]
        methods=[],
        include_in_schema=False,
    )
    return router


class _Endpoint:
    """Answers every path of the API, with every method: what a path does not have is answered as a problem too."""

    def __init__(self, api: Served, find_office: FindOffice | None, find_actor: FindActor | None) -> None:
        self._api = api
        self._find_actor = find_actor
        self._find_office = find_office

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        body = UnreadBody(scope, receive, send)
        request = Request(scope, body.receive)
        try:
            response = await self._answer(request)
        except ClientDisconnect:
            response = Response(status_code=400)  # The client is gone and does not read it.
        finally:
            end_of_body(request)
        await response(scope, body.receive, body.send)

    async def _answer(self, request: Request) -> Response:
        asked, api = self._request(request, iter(())), self._api
        if request.method in SAFE_METHODS or not api.may_have_body(asked):
            return await _in_turn(request, await run_in_threadpool(api.answer, asked))
        times, owner = api.portal.settings.requests, asked.network_address or ""
        body = Body(request, times, owner=owner)
        try:
            if not api.has_file(asked):
                whole = await body.begin(BODY_LIMIT + 1)
                answered = await run_in_threadpool(api.answer, self._request(request, iter([whole])))
            else:
                await body.begin(BEGINNING)
                async with turn(uuid5(_VISITORS, owner), body, times):
                    streamed = self._request(request, iter(body))
                    answered = await run_sync(api.answer, streamed, limiter=CapacityLimiter(1))
        except WebError as error:
            answered = await run_in_threadpool(api.problem, asked, error)
        return _response(request, answered)

    def _request(self, request: Request, body: Iterator[bytes]) -> ApiRequest:
        whole, before = request.scope["path"], request.scope.get("root_path", "")
        root, path = self._api.placed(whole if whole.startswith(before) else f"{before}{whole}")
        peer, find_office = request.client.host if request.client else None, self._find_office
        find_actor = self._find_actor
        return ApiRequest(
            method=request.method,
            root=root,
            path=path,
            query=request.scope["query_string"].decode(errors="replace"),
            headers=dict(reversed(request.headers.items())),  # Of a header that comes twice, the first counts.
            body=body,
            network_address=self._api.proxies.client(peer, request.headers.getlist("x-forwarded-for")),
            cookies=request.cookies,
            find_office=None if find_office is None else lambda: find_office(request),
            find_actor=None if find_actor is None else lambda: find_actor(request),
        )


async def _in_turn(request: Request, answer: ApiAnswer) -> Response:
    """Send an answer. A file waits for the turn of its account, without a thread (AL-7)."""
    response = _response(request, answer)
    if isinstance(response, FileStream) and answer.turn is not None:
        response.turn = await take_turn(answer.turn)
    return response


def _response(request: Request, answer: ApiAnswer) -> Response:
    told = dict(answer.headers)
    if answer.source is not None:
        return FileStream(answer.source, size=answer.size, headers={**told, **NOT_PACKED}, status=answer.status)
    content = answer.content if request.method != "HEAD" else b""
    response = Response(content, status_code=answer.status, headers=told)
    answer.set_cookies(response)
    return response
