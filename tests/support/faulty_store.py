"""A proxy in front of an object store, which fails as a test says: it cuts, stalls, shortens, loses and refuses."""

import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import IO

import attrs

from tests.support.s3 import HOST


@attrs.frozen(kw_only=True)
class Request:
    """A request for an object store."""

    number: int
    """From 1, of all requests."""
    method: str
    target: str
    """Its path and query."""
    size: int
    """Of its body, in bytes."""

    @property
    def is_for_part(self) -> bool:
        """Tell whether it writes or reads a part of a file."""
        return self.target.count(".") == 2


@attrs.frozen(kw_only=True)
class Cut:
    """The connection breaks after some bytes of the response."""

    after: int


@attrs.frozen(kw_only=True)
class CutUpload:
    """The connection breaks after some bytes of the request's body."""

    after: int


@attrs.frozen
class Stall:
    """Nothing comes after the head of the response. Of a response without a body nothing comes at all."""


@attrs.frozen(kw_only=True)
class Shorten:
    """The body has fewer bytes than it had, and its length says so."""

    by: int


@attrs.frozen
class Alter:
    """One byte of the body is another one."""


@attrs.frozen
class LoseAnswer:
    """The store does what the request says. Its response is lost."""


@attrs.frozen(kw_only=True)
class Answer:
    """The response is this one, and the store is told nothing."""

    status: int
    code: str
    more: str = ""
    """More XML of the body."""
    page: str = ""
    """What the body is instead of XML, such as a web page."""


Fault = Cut | CutUpload | Stall | Shorten | Alter | LoseAnswer | Answer
Plan = Callable[[Request], Fault | None]


def no_fault(_request: Request) -> None:
    """Let every request through."""


@attrs.define(kw_only=True)
class Proxy:
    """A running proxy."""

    port: int = 0
    plan: Plan = no_fault
    """Tells what becomes of each request."""
    without: bytes = b""
    """The name of a header that the store does not get to see, in lower case."""
    asked: list[Request] = attrs.field(factory=list)
    """All requests so far."""
    ended: threading.Event = attrs.field(factory=threading.Event)


@contextmanager
def before(port: int) -> Iterator[Proxy]:
    """Run a proxy in front of the store on *port*."""
    proxy = Proxy()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError), socket.create_connection((HOST, port)) as store:
                incoming, answers = self.request.makefile("rb"), store.makefile("rb")
                while (head := _head(incoming)) and _exchange(proxy, head, self.request, incoming, store, answers):
                    pass

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True
        request_queue_size = 64

    with Server((HOST, 0), Handler) as server:
        proxy.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield proxy
        finally:
            proxy.ended.set()
            server.shutdown()
            thread.join()


def _exchange(
    proxy: Proxy, head: bytes, client: socket.socket, incoming: IO[bytes], store: socket.socket, answers: IO[bytes]
) -> bool:
    """Pass on one request and its response, with what the plan makes of it. Tell whether the connection goes on."""
    method, target = head.split(b" ", 2)[:2]
    length = _length(head)
    request = Request(number=len(proxy.asked) + 1, method=method.decode(), target=target.decode(), size=length)
    proxy.asked.append(request)
    fault = proxy.plan(request)
    head = b"".join(line for line in head.splitlines(keepends=True) if line.lower().split(b":")[0] != proxy.without)
    if isinstance(fault, CutUpload):
        store.sendall(head + incoming.read(min(fault.after, length)))
        return False
    body = incoming.read(length)
    if isinstance(fault, Answer):
        told = (fault.page or f"<?xml version='1.0'?><Error><Code>{fault.code}</Code>{fault.more}</Error>").encode()
        client.sendall(b"HTTP/1.1 %d No\r\nContent-Length: %d\r\n\r\n%s" % (fault.status, len(told), told))
        return True
    store.sendall(head + body)
    answer = _head(answers)
    if b"transfer-encoding: chunked" in answer.lower():
        content = _chunks(answers)
        told = b"Content-Length: %d\r\n" % len(content)
        answer = b"".join(told if _is_chunked(line) else line for line in answer.splitlines(keepends=True))
    else:
        content = answers.read(_length(answer)) if method != b"HEAD" else b""
    return _respond(proxy, fault, client, answer, content)


def _is_chunked(line: bytes) -> bool:
    return line.lower().startswith(b"transfer-encoding:")


def _chunks(stream: IO[bytes]) -> bytes:
    """Read a body that comes in chunks."""
    content = b""
    while size := int(stream.readline(), 16):
        content += stream.read(size)
        stream.readline()
    stream.readline()
    return content


def _respond(proxy: Proxy, fault: Fault | None, client: socket.socket, head: bytes, content: bytes) -> bool:
    match fault:
        case LoseAnswer():
            return False
        case Cut(after=after):
            client.sendall(head + content[:after])
            return False
        case Stall():
            if content:
                client.sendall(head)
            proxy.ended.wait()
            return False
        case Shorten(by=by):
            told = b"Content-Length: %d" % len(content)
            content = content[: max(len(content) - by, 0)]
            head = head.replace(told, b"Content-Length: %d" % len(content))
        case Alter():
            content = bytes([content[0] ^ 1]) + content[1:] if content else content
        case _:
            pass
    client.sendall(head + content)
    return True


def _head(stream: IO[bytes]) -> bytes:
    """Read the head of a message, with the empty line that ends it. b"" if there is none."""
    lines = b""
    while line := stream.readline():
        lines += line
        if line == b"\r\n":
            return lines
    return b""


def _length(head: bytes) -> int:
    """Give the length of the body that follows a head."""
    for line in head.split(b"\r\n"):
        name, _colon, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0
