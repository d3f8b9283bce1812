"""A server that cannot send the last block of a download: the end is recorded before, and taken back (DC-2)."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import anyio
import pytest
from starlette.requests import ClientDisconnect
from starlette.types import Message
from werkzeug.test import EnvironBuilder

from klantportaal.adapters.fastapi.downloads import FETCH
from klantportaal.adapters.web.http import cookies
from klantportaal.adapters.web.http.cookies import Cookie
from klantportaal.domain.documents import DocumentKind, Publication
from klantportaal.domain.sessions import Visitor
from klantportaal.domain.values import FileKey
from klantportaal.ports.files import BLOCK
from tests.hosts.browsers import ORIGIN, PREFIX
from tests.hosts.conftest import World, fastapi_app, flask_app
from tests.hosts.test_dossiers import events

CONTENT = b"%PDF-1.7\n" + bytes(3 * BLOCK)
"""A PDF of four blocks."""
SENT = ["DownloadBegan", "DocumentDownloaded"]
Look = Callable[[], list[str]]
"""Returns what the trail has about downloads."""


@pytest.fixture
def content() -> bytes:
    """The content of the document."""
    return CONTENT


@pytest.fixture
def path(world: World, content: bytes) -> str:
    """Publish a document of several blocks. Return its path."""
    publication = Publication(kind=DocumentKind.DOCUMENT, title="Groot", for_clients=frozenset({world.client.id}))
    desk = world.scene.office_actor(world.office)
    document = world.portal.office.documents.publish(
        desk, world.dossier.id, publication, name="groot.pdf", blocks=iter([content])
    )
    return f"{PREFIX}/dossiers/{world.dossier.id}/documenten/{document}"


def session(world: World) -> str:
    """Sign in, and return the cookie of the session."""
    entrance = world.portal.client.sign_in.sign_in(Visitor(office_id=world.office.id), world.email, "Welkom01")
    return f"{cookies.name(Cookie.SESSION, world.office.id, secure=True)}={entrance.token}"


def through_flask(world: World, path: str, blocks: int, *, asked: str = "") -> tuple[bytes, list[str]]:
    """Take some blocks as a WSGI server does, and stop. Return them, and what the trail had when the last one came."""
    environ = EnvironBuilder(path=path, base_url=ORIGIN).get_environ()
    environ |= {"HTTP_COOKIE": session(world), "HTTP_RANGE": asked}
    body: Any = flask_app(world.portal).wsgi_app(environ, lambda _status, _headers, _info=None: lambda _data: None)
    taken, told = b"", list[str]()
    for _count, block in zip(range(blocks), body, strict=False):
        taken, told = taken + block, events(world)
    body.close()
    return taken, told


def through_fastapi(world: World, path: str, blocks: int, *, asked: str = "") -> tuple[bytes, list[str]]:
    """Take some blocks as an ASGI server does; the one after them cannot be sent."""
    taken, told = b"", list[str]()

    async def send(message: Message) -> None:
        nonlocal taken, told
        if message["type"] == "http.response.body":
            if message["body"] and blocks * BLOCK <= len(taken):
                raise OSError
            taken, told = taken + message["body"], events(world)

    async def receive() -> Message:
        await anyio.sleep_forever()
        raise AssertionError

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "https",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [
            (b"host", ORIGIN.removeprefix("https://").encode()),
            (b"cookie", session(world).encode()),
            (b"range", asked.encode()),
        ],
    }

    async def serve() -> None:
        with suppress(OSError, ClientDisconnect, ExceptionGroup):
            await fastapi_app(world.portal)(scope, receive, send)

    anyio.run(serve)
    return taken, told


def marked(world: World) -> bool:
    """Tell whether the document is marked as downloaded."""
    actor = world.scene.actor(world.account)
    rows = world.portal.client.dossiers.documents(actor, world.dossier.id, DocumentKind.DOCUMENT)
    return next(row.downloaded_at is not None for row in rows if row.title == "Groot")


HOSTS = {"flask": through_flask, "fastapi": through_fastapi}


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("blocks", [1, 2, 3])
def test_a_server_that_stops(world: World, path: str, host: str, blocks: int) -> None:
    """DC-2: a server that cannot send a block has not sent the file, and nothing counts as downloaded."""
    taken, told = HOSTS[host](world, path, blocks)
    assert taken == CONTENT[: blocks * BLOCK]
    assert told == ["DownloadBegan"]
    # Only the last block itself is refused by this ASGI server, after it was fetched.
    is_fetched = (host, blocks) == ("fastapi", 3)
    assert events(world) == ([*SENT, "DownloadTakenBack"] if is_fetched else ["DownloadBegan"])
    assert not marked(world)


@pytest.mark.parametrize("host", HOSTS)
def test_a_server_that_sends_all(world: World, path: str, host: str) -> None:
    """DC-2: when the last block comes, the end is already recorded; it stays if the server asks for more."""
    taken, told = HOSTS[host](world, path, 9)
    assert (taken, told) == (CONTENT, SENT)
    assert events(world) == SENT
    assert marked(world)


# ------------------------------------------------------------------ blocks read
LARGE = b"%PDF-1.7\n" + bytes(60 * BLOCK)
"""A PDF of 61 blocks."""


class Counted:
    """Counts the blocks that are read of the files of a world."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.blocks = 0
        self._read = world.files.read
        monkeypatch.setattr(world.files, "read", self.read)

    def read(self, key: FileKey, *, start: int = 0) -> Iterator[bytes]:
        """Read, and count."""
        for block in self._read(key, start=start):
            self.blocks += 1
            yield block


@pytest.mark.parametrize("content", [LARGE])
@pytest.mark.parametrize("host", HOSTS)
def test_how_much_is_read_before_the_first_block(
    world: World, path: str, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DC-4: before its first block is sent, only a few blocks of a file are read."""
    counted = Counted(world, monkeypatch)
    HOSTS[host](world, path, 1)
    assert 1 < counted.blocks <= {"flask": 2, "fastapi": FETCH // BLOCK + 1}[host]
    counted.blocks = 0
    HOSTS[host](world, path, 99)
    assert counted.blocks == 61


@pytest.mark.parametrize("content", [LARGE])
@pytest.mark.parametrize("host", HOSTS)
def test_how_much_is_read_for_parts(world: World, path: str, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """DC-4: the whole file is read before its first part is sent; for later parts only the part is read."""
    counted = Counted(world, monkeypatch)
    for expected in (61 + 1, 1, 1):
        counted.blocks = 0
        taken, _told = HOSTS[host](world, path, 99, asked="bytes=7-9")
        assert (taken, counted.blocks) == (LARGE[7:10], expected)
    counted.blocks = 0
    HOSTS[host](world, path, 99, asked=f"bytes={10 * BLOCK}-{12 * BLOCK - 1}")
    assert counted.blocks == 2


def test_a_last_block_that_cannot_be_sent(world: World, path: str) -> None:
    """DC-2: a WSGI server that has the last block, and closes without asking for more, could not send it."""
    taken, told = through_flask(world, path, 4)
    assert (taken, told) == (CONTENT, SENT)
    assert events(world) == [*SENT, "DownloadTakenBack"]
    assert not marked(world)
