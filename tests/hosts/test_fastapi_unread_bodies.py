"""How the FastAPI host ends a response to a request whose body was not read to its end (AL-7)."""

from collections.abc import Mapping, Sequence

import anyio
import pytest
from starlette.types import Message

from klantportaal.adapters.fastapi.unread_bodies import UnreadBody
from tests.hosts.browsers import PREFIX
from tests.hosts.conftest import World, fastapi_app

CLOSE = {"connection": "close"}
LENGTH = {"content-length": "9"}
LAST = {"type": "http.request", "body": b"xy", "more_body": False}
MORE = {"type": "http.request", "body": b"x", "more_body": True}
GONE = {"type": "http.disconnect"}


def raw(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Write headers as a server passes them."""
    return [(name.encode(), value.encode()) for name, value in headers.items()]


def exchange(
    coming: Sequence[Message],
    *,
    asked: Mapping[str, str] = LENGTH,
    told: Mapping[str, str] = CLOSE | LENGTH,
    version: str = "1.1",
    read_before: int = 0,
    read_on: float = 30.0,
) -> list[str]:
    """Answer a request with a response in two parts. Return what the server was asked for, in this order.

    A request whose messages are all read stays open and sends no more.
    """
    did: list[str] = []
    left = list(coming)

    async def receive() -> Message:
        did.append("receive")
        if not left:
            await anyio.sleep_forever()
        return left.pop(0)

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = b"content-encoding" in dict(message["headers"])
            did.append("start as it is" if kept else "start")
        else:
            did.append(f"{message.get('body', b'').decode()}{'…' if message.get('more_body') else '.'}")

    async def answer() -> None:
        body = UnreadBody(
            {"type": "http", "http_version": version, "headers": raw(asked)}, receive, send, read_on=read_on
        )
        for _each in range(read_before):
            await body.receive()
        await body.send({"type": "http.response.start", "status": 408, "headers": raw(told)})
        await body.send({"type": "http.response.body", "body": b"kept ", "more_body": True})
        await body.send({"type": "http.response.body", "body": b"form"})

    anyio.run(answer)
    return did


@pytest.mark.parametrize("end", [LAST, GONE], ids=["the body ends", "the client is gone"])
@pytest.mark.parametrize(
    "asked, told, version",
    [
        (LENGTH, CLOSE | LENGTH, "1.1"),
        (LENGTH | CLOSE, LENGTH, "1.1"),
        (LENGTH, LENGTH, "1.0"),
        ({"transfer-encoding": "chunked"}, {"connection": "Close"} | LENGTH, "1.1"),
    ],
)
def test_the_rest_is_read(end: Message, asked: Mapping[str, str], told: Mapping[str, str], version: str) -> None:
    """AL-7: before the server closes, the whole response is sent, and what comes is read and discarded."""
    did = exchange([MORE, MORE, end], asked=asked, told=told, version=version)
    assert did == ["start as it is", "kept …", "form…", "receive", "receive", "receive", "."]


def test_the_rest_is_read_for_a_while() -> None:
    """AL-7: a client that goes on, or hangs, is not waited for longer than a moment."""
    assert exchange([MORE], read_on=0.01) == ["start as it is", "kept …", "form…", "receive", "receive", "."]


@pytest.mark.parametrize(
    "asked, told, version",
    [
        ({}, CLOSE | LENGTH, "1.1"),
        ({"content-length": "0"}, CLOSE | LENGTH, "1.1"),
        (LENGTH, LENGTH, "1.1"),
        (LENGTH, CLOSE, "1.1"),
        (LENGTH, CLOSE | LENGTH, "2"),
    ],
    ids=["no body", "an empty body", "the connection stays open", "a response of unknown length", "HTTP/2"],
)
def test_nothing_more_is_read(asked: Mapping[str, str], told: Mapping[str, str], version: str) -> None:
    """AL-7: other responses end at once: nothing is left to read, or the server reads it, or none can tell the end."""
    assert exchange([MORE, LAST], asked=asked, told=told, version=version) == ["start", "kept …", "form."]


def test_a_body_that_was_read() -> None:
    """AL-7: after a body that was read to its end, the response ends at once."""
    assert exchange([MORE, LAST], read_before=2) == ["receive", "receive", "start", "kept …", "form."]


def test_the_pages_of_the_portal(world: World) -> None:
    """AL-7: a page that is asked for with a body reads that on, if the server then closes the connection."""
    did: list[str] = []
    left = [MORE, LAST]

    async def receive() -> Message:
        did.append("receive")
        return left.pop(0)

    async def send(message: Message) -> None:
        did.append("more" if message.get("more_body") else message["type"])

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "https",
        "path": f"{PREFIX}/inloggen",
        "raw_path": f"{PREFIX}/inloggen".encode(),
        "query_string": b"",
        "root_path": "",
        "headers": raw({"host": "portaal.example", **CLOSE, **LENGTH}),
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 9000),
    }
    anyio.run(fastapi_app(world.portal), scope, receive, send)
    assert did == ["http.response.start", "more", "receive", "receive", "http.response.body"]
