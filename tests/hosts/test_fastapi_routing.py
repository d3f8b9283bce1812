"""How the portal's routes work in a vendor's FastAPI application, and how they send files."""

from collections.abc import Iterator

import anyio
import attrs
import pytest
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from fastapi.testclient import TestClient
from starlette.requests import ClientDisconnect
from starlette.types import Message

from klantportaal.adapters.fastapi.downloads import FETCH, FileStream
from klantportaal.adapters.fastapi.route_class import route_class
from klantportaal.adapters.web.http.errors import Malformed
from klantportaal.domain.errors import Absent, NotSignedIn, PortalError


def others(request: Request, rest: str) -> str:
    """Answer what no other route does."""
    return f"{request.method} of {rest!r}"


def portal_routes() -> APIRouter:
    """Make a router with a few routes of the portal's class."""

    def answer(request: Request, error: Exception) -> Response:
        return PlainTextResponse(f"ours: {type(error).__name__} at {request.url.path}", status_code=418)

    def finish(_request: Request, response: Response) -> None:
        response.headers["X-Ours"] = "yes"

    def arrive(request: Request) -> None:
        if request.query_params.get("as") == "stranger":
            raise NotSignedIn

    async def no_form(_request: Request, _error: Exception) -> None:
        """Keep nothing."""

    made = route_class(
        arrive=arrive,
        keep=no_form,
        answer=answer,
        finish=finish,
        end=lambda _request: None,
        notice=lambda _request, _error: None,
    )
    router = APIRouter(route_class=made, default_response_class=PlainTextResponse)

    @router.api_route("/", methods=["GET", "HEAD"])
    def beginning() -> str:
        return "begin"

    @router.api_route("/home", methods=["GET", "HEAD"])
    def home() -> str:
        return "home"

    @router.post("/home")
    def change() -> str:
        return "changed"

    @router.post("/raise/{kind}")
    def failing(kind: str) -> str:
        raise {"absent": Absent, "malformed": Malformed, "left": ClientDisconnect}[kind]

    router.add_api_route("/{rest:path}", others, methods=[], generate_unique_id_function=lambda route: route.name)
    return router


@pytest.fixture
def client() -> Iterator[TestClient]:
    """A vendor's application with the portal's routes and a route of its own."""
    app = FastAPI()
    app.include_router(portal_routes(), prefix="/portaal")

    @app.get("/portaal/theirs")
    @app.get("/theirs")
    def theirs() -> str:
        raise Absent

    @app.exception_handler(PortalError)
    def handle(_request: Request, _error: Exception) -> Response:
        return PlainTextResponse("theirs", status_code=500)

    with TestClient(app, follow_redirects=False) as client:
        yield client


@pytest.mark.parametrize(
    "method, path, status, body, ours",
    [
        ("GET", "/portaal/", 200, "begin", True),
        ("GET", "/portaal/home", 200, "home", True),
        ("HEAD", "/portaal/home", 200, "", True),
        ("POST", "/portaal/home", 200, "changed", True),
        ("POST", "/portaal/home?as=stranger", 418, "ours: NotSignedIn at /portaal/home", True),
        ("POST", "/portaal/raise/absent", 418, "ours: Absent at /portaal/raise/absent", True),
        ("POST", "/portaal/raise/malformed", 418, "ours: Malformed at /portaal/raise/malformed", True),
        ("POST", "/portaal/raise/left", 400, "", True),
        ("GET", "/portaal", 307, "", False),
        ("GET", "/portaal/home/", 200, "GET of 'home/'", True),
        ("GET", "/portaal/home%2F", 200, "GET of 'home/'", True),
        ("GET", "/portaal/elsewhere", 200, "GET of 'elsewhere'", True),
        ("DELETE", "/portaal/home", 200, "DELETE of 'home'", True),
        ("GET", "/portaal/theirs", 500, "theirs", False),
        ("GET", "/theirs", 500, "theirs", False),
        ("GET", "/elsewhere", 404, '{"detail":"Not Found"}', False),
    ],
)
def test_answers(client: TestClient, method: str, path: str, status: int, body: str, ours: bool) -> None:
    """AL-1: The portal handles its own paths and errors. All other paths and errors are the vendor's."""
    response = client.request(method, path)
    assert (response.status_code, response.text, "x-ours" in response.headers) == (status, body, ours)


@attrs.define
class Source:
    """A file of some blocks, which records whether it was read to its end and closed."""

    size: int
    told: list[str] = attrs.field(factory=list)
    blocks: Iterator[bytes] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.blocks = self._blocks()

    def _blocks(self) -> Iterator[bytes]:
        for _ in range(self.size // 1000):
            self.told.append("block")
            yield b"x" * 1000
        self.told.append("all sent")

    def close(self) -> None:
        """Record the call."""
        self.told.append("closed")


def sent(source: Source, *, version: str, leaves_after: int | None = None) -> int:
    """Send a file to a server that takes one message at a time. The client may disconnect after some messages."""
    received = 0

    async def serve() -> None:
        left = anyio.Event()

        async def receive() -> Message:
            await left.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            nonlocal received
            received += len(message.get("body", b""))
            if leaves_after is not None and received >= leaves_after:
                left.set()
                if version == "2.4":
                    raise OSError

        response = FileStream(source, size=source.size, headers={"content-length": str(source.size)})
        scope = {"type": "http", "method": "GET", "asgi": {"spec_version": version}}
        await response(scope, receive, send)

    anyio.run(serve)
    return received


@pytest.mark.parametrize("version", ["2.3", "2.4"])
@pytest.mark.parametrize("size", [1000, 5000, FETCH // 1000 * 3000])
def test_whole_file(size: int, version: str) -> None:
    """DC-2: A file that was sent whole is read to its end once, and then closed."""
    source = Source(size=size)
    assert sent(source, version=version) == size
    assert source.told == ["block"] * (size // 1000) + ["all sent", "closed"]


def test_left_halfway() -> None:
    """DC-2: If the client disconnects halfway, the file does not count as sent, and it is closed."""
    source = Source(size=FETCH * 4)
    assert sent(source, version="2.3", leaves_after=5000) < source.size
    assert (source.told.count("all sent"), source.told[-1]) == (0, "closed")


def test_left_at_last_byte() -> None:
    """DC-2: If the client disconnects before the last byte is sent, the file does not count as sent."""
    source = Source(size=5000)
    assert sent(source, version="2.3", leaves_after=5000) == 5000
    assert source.told == ["block"] * 5 + ["closed"]


def test_server_that_says_so() -> None:
    """DC-2: A server that raises when the client disconnects (ASGI 2.4) is handled too."""
    source = Source(size=5000)
    assert sent(source, version="2.4", leaves_after=3000) == 3000
    assert (source.told.count("all sent"), source.told[-1]) == (0, "closed")
