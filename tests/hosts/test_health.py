"""``/health/live`` and ``/health/ready``, in Flask and in FastAPI (AL-6)."""

import json
import threading
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client

from klantportaal.adapters import health, recent_health
from klantportaal.domain.errors import Unavailable
from klantportaal.domain.health import DatabaseHealth, Health
from klantportaal.portal import Portal
from tests.hosts.conftest import build_world

Ask = Callable[[str, str], tuple[int, dict[str, str], bytes]]


def in_flask(portal: Portal) -> Ask:
    """Mount the health beside a Flask application."""
    app = Flask("vendor")
    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/health": health.wsgi(portal)})  # type: ignore[method-assign]
    client = Client(app)

    def ask(method: str, path: str) -> tuple[int, dict[str, str], bytes]:
        reply = client.open(path, method=method)
        return reply.status_code, {name.lower(): value for name, value in reply.headers.items()}, reply.data

    return ask


def in_fastapi(portal: Portal) -> Ask:
    """Mount the health in a FastAPI application."""
    app = FastAPI()
    app.mount("/health", health.asgi(portal))
    client = TestClient(app)

    def ask(method: str, path: str) -> tuple[int, dict[str, str], bytes]:
        reply = client.request(method, path)
        return reply.status_code, dict(reply.headers), reply.content

    return ask


@pytest.fixture(params=[in_flask, in_fastapi])
def mounted(request: pytest.FixtureRequest) -> Callable[[Portal], Ask]:
    """Mount the health in either host."""
    mount: Callable[[Portal], Ask] = request.param
    return mount


@attrs.define
class Asked:
    """A fake of a portal's health check. It counts its calls, and can be made to wait."""

    found: Health
    times: int = 0
    breaks: bool = False
    """Whether asking raises an error, which a portal never does."""
    begun: threading.Event = attrs.field(factory=threading.Event)
    going_on: threading.Event = attrs.field(factory=threading.Event)

    def ask(self) -> Health:
        """Return the verdict that was set."""
        self.times += 1
        self.begun.set()
        assert self.going_on.wait(30)
        if self.breaks:
            raise LookupError
        return self.found


def replaced(found: Health) -> tuple[Portal, Asked]:
    """Give a portal whose health is *found*."""
    asked = Asked(found)
    asked.going_on.set()
    portal: Any = attrs.evolve(build_world().portal, health=asked)  # type: ignore[arg-type]
    return portal, asked


def status(body: bytes) -> str:
    """Read the one word of a reply."""
    read = json.loads(body)
    assert list(read) == ["status"]
    return str(read["status"])


def test_a_portal_that_works(mounted: Callable[[Portal], Ask]) -> None:
    """AL-6: a portal that works is alive and ready. The reply has one word, and no proxy keeps it."""
    ask = mounted(build_world().portal)
    for path in ("/health/live", "/health/ready"):
        code, headers, body = ask("GET", path)
        assert (code, status(body), headers["cache-control"]) == (200, "ok", "no-store")
        assert ask("HEAD", path)[::2] == (200, b"")
        assert ask("POST", path)[0] == 405
    assert ask("GET", "/health/")[0] == ask("GET", "/health/ready/x")[0] == 404


def test_a_database_that_is_away(mounted: Callable[[Portal], Ask]) -> None:
    """AL-6: without its database the portal is alive, so that it is not restarted, and not ready."""
    sound = build_world().portal.health()
    portal, asked = replaced(attrs.evolve(sound, database=DatabaseHealth(problem="OperationalError")))
    ask = mounted(portal)
    assert ask("GET", "/health/live")[0] == 200
    assert asked.times == 0
    code, _headers, body = ask("GET", "/health/ready")
    assert (code, status(body)) == (503, "failing")


def test_many_who_ask(mounted: Callable[[Portal], Ask], monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-6: the portal is asked once in five seconds, however many ask."""
    now = [1000.0]
    monkeypatch.setattr(recent_health, "monotonic", lambda: now[0])
    portal, asked = replaced(build_world().portal.health())
    ask = mounted(portal)
    for passed, times in ((0, 1), (4.9, 1), (0.2, 2), (1, 2)):
        now[0] += passed
        assert ask("GET", "/health/ready")[0] == 200
        assert asked.times == times


def test_nobody_waits_for_a_frozen_database(mounted: Callable[[Portal], Ask]) -> None:
    """AL-6: while one request waits for a frozen database, others get the last verdict at once."""
    portal, asked = replaced(build_world().portal.health())
    asked.going_on.clear()
    ask = mounted(portal)
    first = threading.Thread(target=ask, args=("GET", "/health/ready"))
    first.start()
    try:
        assert asked.begun.wait(30)
        assert ask("GET", "/health/live")[0] == 200
        assert ask("GET", "/health/ready")[0] == 503  # Nothing is known yet.
    finally:
        asked.going_on.set()
        first.join()
    assert ask("GET", "/health/ready")[0] == 200
    assert asked.times == 1


def test_an_error_is_asked_again(mounted: Callable[[Portal], Ask]) -> None:
    """AL-6: an error while the portal is asked stops nothing: the next request asks again."""
    portal, asked = replaced(build_world().portal.health())
    asked.breaks = True
    ask = mounted(portal)
    with pytest.raises(LookupError):
        ask("GET", "/health/ready")
    asked.breaks = False
    assert ask("GET", "/health/ready")[0] == 200


def test_only_http() -> None:
    """AL-5: a WebSocket is refused, with an error that names it."""
    client = TestClient(health.asgi(build_world().portal))
    with pytest.raises(RuntimeError, match="HTTP"):
        client.websocket_connect("/ready").__enter__()


def test_only_a_portal() -> None:
    """AL-5: something else than a portal is refused at once."""
    for make in (health.wsgi, health.asgi):
        with pytest.raises(TypeError, match="portal"):
            make(Unavailable())  # type: ignore[arg-type]
