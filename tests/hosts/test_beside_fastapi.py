"""The portal in FastAPI applications with middlewares, dependencies, exception handlers and limits."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Annotated

import anyio
import pytest
from fastapi import Depends, FastAPI, Header, HTTPException, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.middleware.httpsredirect import HTTPSRedirectMiddleware
from fastapi.middleware.trustedhost import TrustedHostMiddleware
from fastapi.responses import PlainTextResponse
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import ClientDisconnect
from starlette.types import Message
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from klantportaal.adapters.fastapi import pages
from klantportaal.domain.documents import DocumentKind
from klantportaal.portal import Portal
from tests.hosts.browsers import PREFIX, Browser, FastApiWire, Upload
from tests.hosts.conftest import PDF, World

LOG = "klantportaal.mounting"
Next = Callable[[Request], Awaitable[Response]]


class NotAUser(Exception):
    """Raised by a vendor's dependency for a user who is not signed in to the application."""


def needs_user() -> None:
    """Refuse everybody with ``NotAUser``."""
    raise NotAUser


def needs_token() -> None:
    """Refuse everybody with an ``HTTPException``."""
    raise HTTPException(401)


def needs_header(x_token: Annotated[str, Header()]) -> str:
    """Refuse requests without a certain header."""
    return x_token


def vendor(app: FastAPI, portal: Portal) -> tuple[Browser, FastApiWire]:
    """Include the portal in a vendor's app that has a page of its own. Open a browser on it."""
    app.include_router(pages(portal), prefix=PREFIX)
    app.add_api_route("/eigen", lambda: "van de leverancier" * 100)
    wire = FastApiWire.of(app)
    return Browser(wire=wire), wire


@pytest.mark.parametrize("gate", [needs_user, needs_token, needs_header])
def test_login_gate_is_noticed(world: World, caplog: pytest.LogCaptureFixture, gate: Callable[..., object]) -> None:
    """AL-1: If an application-wide dependency refuses the portal's visitors, the log says so once."""
    app = FastAPI(dependencies=[Depends(gate)])
    app.add_exception_handler(NotAUser, lambda _request, _error: PlainTextResponse("wie bent u?", 401))
    browser, _wire = vendor(app, world.portal)
    assert {browser.get(path).status for path in ("/inloggen", "/wachtwoord", "/inloggen")} <= {401, 422}
    (line,) = [record.getMessage() for record in caplog.records if record.name == LOG]
    assert line.startswith("A dependency of the application refused GET klantportaal.sign_in by ")


def test_gate_that_stands_elsewhere(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """AL-1: The vendor's dependencies do not apply to a portal in a mounted sub-application."""
    app, own = FastAPI(dependencies=[Depends(needs_token)]), FastAPI()
    own.include_router(pages(world.portal))
    app.mount(PREFIX, own)
    app.add_api_route("/eigen", lambda: "van de leverancier")
    wire = FastApiWire.of(app)
    browser = Browser(wire=wire)
    assert browser.follow(browser.sign_in(world.email)).status == 200
    assert wire.send("GET", "/eigen", headers={}, body=b"").status == 401
    assert [record for record in caplog.records if record.name == LOG] == []


def test_dependency_that_lets_through(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """AL-1: The portal's own refusals are not logged as a gate, also if the application has dependencies."""
    browser, _wire = vendor(FastAPI(dependencies=[Depends(lambda: None)]), world.portal)
    assert browser.get("/home").status == 401
    browser.sign_in(world.email)
    assert browser.get("/dossiers/x").status == 404
    assert [record for record in caplog.records if record.name == LOG] == []


def test_cors(world: World) -> None:
    """SI-1: With application-wide CORS, other origins can read the vendor's pages, but no page of the portal."""
    app = FastAPI()
    app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)
    browser, wire = vendor(app, world.portal)
    browser.sign_in(world.email)
    elsewhere = "https://site.kantoor.example.nl"
    for sent in (
        {"Origin": elsewhere, "Sec_Fetch_Mode": "cors", "Sec_Fetch_Site": "same-site"},
        {"Origin": elsewhere, "Sec_Fetch_Mode": "cors", "Sec_Fetch_Site": "cross-site"},
        {"Origin": elsewhere},
        {"Origin": "null"},
    ):
        reply = browser.get("/home", **sent)
        assert reply.status == 403
        assert "/uitloggen" not in reply.text
        assert browser.get("/home", Accept="application/json", **sent).status == 403
    assert browser.get("/home", Sec_Fetch_Mode="navigate", Sec_Fetch_Site="cross-site").status == 200
    assert browser.get("/home", Sec_Fetch_Mode="cors", Sec_Fetch_Site="same-origin").status == 200
    theirs = wire.send("GET", "/eigen", headers={"Origin": elsewhere}, body=b"")
    assert (theirs.status, "access-control-allow-origin" in theirs.headers) == (200, True)


def test_middlewares(world: World) -> None:
    """OF-2: The portal works below every middleware that comes with FastAPI, and below a middleware of the vendor."""
    app = FastAPI()
    app.add_middleware(GZipMiddleware)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["kantoor.example.nl"])
    app.add_middleware(HTTPSRedirectMiddleware)
    app.add_middleware(SessionMiddleware, secret_key="x" * 32)
    app.add_middleware(ProxyHeadersMiddleware, trusted_hosts="*")

    @app.middleware("http")
    async def considerate(request: Request, call_next: Next) -> Response:
        response = await call_next(request)
        response.headers.setdefault("Content-Security-Policy", "default-src *")
        return response

    browser, wire = vendor(app, world.portal)
    assert browser.follow(browser.sign_in(world.email)).status == 200
    assert "*" not in browser.get("/home").headers["content-security-policy"]
    assert wire.send("GET", "/eigen", headers={}, body=b"").headers["content-security-policy"] == "default-src *"
    draft = world.scene.draft_id()
    fields = {"draft": str(draft), "subject": "Scan", "body": "Zie bijlage"}
    path = f"/dossiers/{world.dossier.id}/berichten/nieuw"
    assert browser.post_files(path, fields, [Upload(name="scan.pdf", content=PDF)]).status == 303
    assert browser.get(f"/dossiers/{world.dossier.id}/documenten/{world.document}").body == PDF
    (row,) = world.portal.client.dossiers.documents(
        world.scene.actor(world.account), world.dossier.id, DocumentKind.DOCUMENT
    )
    assert row.downloaded_at


def test_limit_of_the_vendor(world: World) -> None:
    """AT-3: The portal's own limits apply, not the application's limit for bodies."""
    browser, _wire = vendor(FastAPI(max_body_size=1000), world.portal)
    browser.sign_in(world.email)
    draft = world.scene.draft_id()
    fields = {"draft": str(draft), "subject": "Scan", "body": "Zie bijlage"}
    path = f"/dossiers/{world.dossier.id}/berichten/nieuw"
    assert browser.post_files(path, fields, [Upload(name="scan.pdf", content=PDF * 20)]).status == 303
    assert browser.post("/mijn-gegevens", {"language": "n" * 500_000}).status == 413


def test_handlers_of_the_vendor(world: World) -> None:
    """AL-2: The portal shows its own error pages, whatever exception handlers the application has."""
    app = FastAPI()
    for error in (404, 403, 401, 413, 400, StarletteHTTPException, Exception):
        app.add_exception_handler(error, lambda _request, _error: PlainTextResponse("van de leverancier", 418))
    browser, wire = vendor(app, world.portal)
    assert browser.get("/home").status == 401
    browser.sign_in(world.email)
    assert browser.get("/dossiers/x").status == 404
    assert browser.post("/uitloggen", {}, Origin="https://evil.example").status == 403
    assert browser.post("/mijn-gegevens", {"language": "n" * 500_000}).status == 413
    assert wire.send("GET", "/nergens", headers={}, body=b"").status == 418


@pytest.mark.parametrize("leaves_at, marked", [(1, False), (2, True), (100, True)])
def test_download_below_compression(world: World, leaves_at: int, *, marked: bool) -> None:
    """DC-2: Compressing middleware leaves a file as it is. It counts as downloaded once its last byte was accepted."""
    app = FastAPI()
    app.add_middleware(GZipMiddleware)
    app.add_middleware(BaseHTTPMiddleware, dispatch=lambda request, call_next: call_next(request))
    browser, wire = vendor(app, world.portal)
    browser.sign_in(world.email)
    cookies = "; ".join(f"{name}={value}" for name, value in wire.client.cookies.items())
    path = f"{PREFIX}/dossiers/{world.dossier.id}/documenten/{world.document}"
    sent, encodings = 0, list[bytes]()

    async def receive() -> Message:
        if sent < leaves_at:
            await anyio.sleep_forever()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        nonlocal sent
        if message["type"] == "http.response.start":
            encodings.extend(value for name, value in message["headers"] if name == b"content-encoding")
        sent += message["type"] == "http.response.body"
        if sent >= leaves_at:
            raise OSError

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "https",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"cookie", cookies.encode()), (b"accept-encoding", b"gzip")],
    }

    async def serve() -> None:
        with suppress(OSError, ClientDisconnect, ExceptionGroup):
            await app(scope, receive, send)

    anyio.run(serve)
    (row,) = world.portal.client.dossiers.documents(
        world.scene.actor(world.account), world.dossier.id, DocumentKind.DOCUMENT
    )
    assert (row.downloaded_at is not None) is marked
    assert sent == min(leaves_at, 2)  # The file, and the end of the response.
    assert encodings == [b"identity"]
