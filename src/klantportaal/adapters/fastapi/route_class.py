"""How the portal's routes differ from others in the vendor's application; theirs are left as they are."""

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import unquote_to_bytes

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

from klantportaal.adapters.web.http.errors import WebError
from klantportaal.domain.errors import PortalError

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
Arrive = Callable[[Request], None]
AnswerError = Callable[[Request, PortalError | WebError], Response]
Finish = Callable[[Request, Response], None]
Notice = Callable[[Request, Exception], None]


def route_class(*, arrive: Arrive, answer: AnswerError, finish: Finish, notice: Notice) -> type[APIRoute]:
    """Make the class of the routes of one portal.

    Args:
        arrive: looks at every request before its endpoint does, and may refuse it by an error; it runs in a thread.
        answer: makes the page that tells of an error; it runs in a thread.
        finish: puts the headers of every reply on each.
        notice: hears of every error that is raised from the first dependency on; the error goes its way.
    """
    methods: dict[str, set[str]] = {}

    class PortalRoute(APIRoute):
        """A route whose errors are pages of the portal; the application's own handlers never see them."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            methods.setdefault(self.path, set()).update(self.methods or ())

        @property
        def methods_of_path(self) -> set[str]:
            """What the path can be asked for, by this route and by its twin."""
            return methods[self.path]

        def get_route_handler(self) -> Handler:
            """Wrap the endpoint with its dependencies."""
            handle: Handler = super().get_route_handler()
            return _guarded(_watched(handle, notice), arrive, answer, finish)

        def matches(self, scope: Scope) -> tuple[Match, Scope]:
            """Match as any route; of paths with a slash too many or too few, know the beginning's alone."""
            return (Match.NONE, {}) if not self.path.endswith("/") and _is_probe(scope) else super().matches(scope)

        async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
            """Refuse a method that the path does not know, naming all that it does."""
            if scope["method"] not in self.methods_of_path:
                raise HTTPException(405, headers={"Allow": ", ".join(sorted(self.methods_of_path))})
            await super().handle(scope, receive, send)

    return PortalRoute


def _guarded(handle: Handler, arrive: Arrive, answer: AnswerError, finish: Finish) -> Handler:
    async def guarded(request: Request) -> Response:
        try:
            await run_in_threadpool(arrive, request)
            response = await handle(request)
        except ClientDisconnect:
            response = Response(status_code=400)  # Nobody is there to read it.
        except (PortalError, WebError) as error:
            response = await run_in_threadpool(answer, request, error)
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


def _is_probe(scope: Scope) -> bool:
    """Tell whether Starlette asks if a path that nothing matched would match with another end, to redirect there."""
    asked = unquote_to_bytes(scope.get("raw_path") or scope["path"])
    return asked.endswith(b"/") is not scope["path"].endswith("/")
