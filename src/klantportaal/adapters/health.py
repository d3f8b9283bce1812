"""``/health/live`` and ``/health/ready`` for load balancers and service managers, as WSGI and as ASGI.

``live`` says that the process answers. It checks nothing else, so processes are not restarted because the database is
down. ``ready`` says whether pages can be served: status 200, or 503. Its body has only the verdict of
``portal.health()``, because anybody can read it. The portal is asked at most once in five seconds.

Mount them beside the portal::

    app.mount("/health", asgi(portal))                                         # FastAPI
    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/health": wsgi(portal)})  # Flask
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from klantportaal.adapters.recent_health import RecentHealth
from klantportaal.domain.boundary import checked_call
from klantportaal.domain.health import Verdict
from klantportaal.portal import Portal

__all__ = ["asgi", "wsgi"]

Message = MutableMapping[str, Any]
AsgiApplication = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
]
_REASONS = {200: "OK", 404: "Not Found", 405: "Method Not Allowed", 503: "Service Unavailable"}
_HEADERS = [("Content-Type", "application/json"), ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")]


class _Answers:
    """Answers the two paths."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._recent = RecentHealth()

    def answer(self, method: str, path: str) -> tuple[int, bytes]:
        """Give the status and the body for a request."""
        if path not in ("/live", "/ready"):
            return _said(404, "not found")
        if method not in ("GET", "HEAD"):
            return _said(405, "only GET")
        verdict = Verdict.OK if path == "/live" else self._asked()
        return _said(503 if verdict is Verdict.FAILING else 200, verdict.value)

    def _asked(self) -> Verdict:
        """Give the verdict. Before the first one has come, the portal is not ready."""
        health = self._recent.of(self._portal)
        return Verdict.FAILING if health is None else health.verdict


@checked_call
def wsgi(portal: Portal) -> WSGIApplication:
    """Make the WSGI application with ``/live`` and ``/ready``."""
    answers = _Answers(portal)

    def application(environment: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        method = environment["REQUEST_METHOD"]
        status, body = answers.answer(method, environment.get("PATH_INFO", ""))
        start(f"{status} {_REASONS[status]}", [*_HEADERS, ("Content-Length", str(len(body)))])
        return [] if method == "HEAD" else [body]

    return application


@checked_call
def asgi(portal: Portal) -> AsgiApplication:
    """Make the ASGI application with ``/live`` and ``/ready``. The portal is asked in a thread of its own."""
    answers = _Answers(portal)

    async def application(
        scope: Message, _receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        if scope["type"] != "http":
            raise RuntimeError(f"the health of the portal is asked over HTTP, not over {scope['type']}")
        method, path = scope["method"], scope["path"].removeprefix(scope.get("root_path", ""))
        if path == "/ready":
            status, body = await asyncio.to_thread(answers.answer, method, path)
        else:
            status, body = answers.answer(method, path)
        headers = [(name.lower().encode(), value.encode()) for name, value in _HEADERS]
        headers.append((b"content-length", str(len(body)).encode()))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body})

    return application


def _said(status: int, word: str) -> tuple[int, bytes]:
    return status, json.dumps({"status": word}).encode()
