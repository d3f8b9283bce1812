"""The class of the portal's routes. The vendor's own routes are not changed."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

from klantportaal.adapters.fastapi.unread_bodies import UnreadBody
from klantportaal.adapters.web.http.errors import WebError
from klantportaal.domain.errors import PortalError

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
Arrive = Callable[[Request], None]
AnswerError = Callable[[Request, PortalError | WebError], Response]
Finish = Callable[[Request, Response], None]
End = Callable[[Request], None]
Notice = Callable[[Request, Exception], None]
Keep = Callable[[Request, PortalError | WebError], Awaitable[None]]


def route_class(
    *, arrive: Arrive, keep: Keep, answer: AnswerError, finish: Finish, end: End, notice: Notice
) -> type[APIRoute]:
    """Make the class of the routes of one portal.

    Args:
        arrive: runs in a thread before the dependencies and the endpoint of a form. It may raise an error to refuse the
            request. The endpoints of pages call it themselves.
        keep: runs before that, to read what the response needs of the body.
        answer: makes the response to an error of the portal. It runs in a thread.
        finish: adds headers to each response.
        end: runs when a request is over, also if it failed, to keep nothing of its body.
        notice: is called with each error that a dependency or the endpoint raises. The error is raised again.
    """
    methods: dict[str, set[str]] = {}

    class PortalRoute(APIRoute):
        """A route that turns the portal's errors into its error pages, before the application's handlers get them."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            methods.setdefault(self.path, set()).update(self.methods or ())

        @property
        def methods_of_path(self) -> set[str]:
            """The HTTP methods of the path: those of this route and of the other route with the same path."""
            return methods[self.path]

        def get_route_handler(self) -> Handler:
            """Wrap the handler, which runs the dependencies and the endpoint."""
            handle: Handler = super().get_route_handler()
            watched = _watched(handle, notice)
            begin = _arriving(watched, arrive) if "POST" in (self.methods or ()) else watched
            return _guarded(begin, keep, answer, finish, end)

        def matches(self, scope: Scope) -> tuple[Match, Scope]:
            """Match a path with a method of this route.

            The route without methods matches all that the others do not, and is the last to be asked: routes of the
            application that are below the same prefix come first.
            """
            match, found = super().matches(scope)
            if match is Match.FULL:
                return (match if self.methods else Match.PARTIAL), found
            return Match.NONE, {}

        async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
            """Answer the request."""
            body = UnreadBody(scope, receive, send)
            await super().handle(scope, body.receive, body.send)

    return PortalRoute


def _arriving(handle: Handler, arrive: Arrive) -> Handler:
    async def arriving(request: Request) -> Response:
        await run_in_threadpool(arrive, request)
        return await handle(request)

    return arriving


def _guarded(handle: Handler, keep: Keep, answer: AnswerError, finish: Finish, end: End) -> Handler:
    async def guarded(request: Request) -> Response:
        try:
            response = await handle(request)
        except ClientDisconnect:
            response = Response(status_code=400)  # The client is gone and does not read it.
        except (PortalError, WebError) as error:
            await keep(request, error)
            response = await run_in_threadpool(answer, request, error)
        finally:
            end(request)
        finish(request, response)
        return response

    return guarded


def _watched(handle: Handler, notice: Notice) -> Handler:
    async def watched(request: Request) -> Response:
        try:
            return await handle(request)
        except Exception as error:
            notice(request, error)
            raise

    return watched
