"""How the Flask host breaks off a body in the middle of a server's read (AL-7)."""

import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import IO, Any

import pytest

from klantportaal.adapters.flask.slow_bodies import LEAST_PIECE, MOST_PIECE, PacedInput, SlowBodies, arrived_at
from klantportaal.adapters.web.http.broken_off import BEGINNING
from klantportaal.adapters.web.http.errors import TooSlow
from klantportaal.domain.errors import Unavailable
from klantportaal.domain.request_times import RequestTimes
from tests.support import children

# Python 3.12 warns of each fork of a process with several threads, which is tested here.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
TIMES = RequestTimes(window=timedelta(seconds=0.05))
PATIENT = RequestTimes(window=timedelta(hours=1), total=timedelta(hours=1))


@pytest.fixture
def sockets() -> Iterator[tuple[socket.socket, socket.socket]]:
    """The ends of a connection: the server's and the client's."""
    server, client = socket.socketpair()
    for each in (server, client):
        each.settimeout(30)
    with server, client:
        yield server, client


def wrapped(source: IO[bytes], connection: socket.socket | None, times: RequestTimes = TIMES) -> PacedInput:
    """Watch a body as the host does."""
    environ: dict[str, Any] = {"wsgi.input": source, "SERVER_PROTOCOL": "HTTP/1.1"}
    if connection is not None:
        environ["gunicorn.socket"] = connection
    return SlowBodies(times).wrap(environ, "::1")


def test_a_read_that_would_never_end(sockets: tuple[socket.socket, socket.socket]) -> None:
    """AL-7: a read ends if the client stops sending; what came is kept, and the response can still be sent."""
    server, client = sockets
    client.sendall(b"email=jan")
    body = wrapped(server.makefile("rb"), server)
    with pytest.raises(TooSlow):
        body.read(4096)
    assert bytes(body.begun) == b"email=jan"
    server.sendall(b"HTTP/1.1 408")
    assert client.recv(12) == b"HTTP/1.1 408"


def test_a_server_without_a_socket() -> None:
    """AL-7: where the server gives no socket, a body that took too long is refused when the read ends."""

    class Slow(BytesIO):
        """Ends a read after a window."""

        def read(self, size: int | None = -1, /) -> bytes:
            threading.Event().wait(0.1)
            return super().read(size)

    with pytest.raises(TooSlow):
        wrapped(Slow(b"x" * 100), None).read(100)


def test_requests_that_share_a_socket(sockets: tuple[socket.socket, socket.socket]) -> None:
    """AL-7: the socket of HTTP/2 is not closed for reading, because it has other requests too."""
    server, client = sockets
    environ = {"wsgi.input": BytesIO(b"x"), "SERVER_PROTOCOL": "HTTP/2", "gunicorn.socket": server}
    SlowBodies(TIMES).wrap(environ, "::1").break_off()
    client.sendall(b"next")
    assert server.recv(4) == b"next"


def test_pieces_grow() -> None:
    """AL-7: a body is read in larger and larger pieces, and its beginning is kept."""
    content = bytes(range(256)) * 8192
    body = wrapped(BytesIO(content), None, PATIENT)
    pieces = list(iter(lambda: body.read(len(content)), b""))
    assert b"".join(pieces) == content
    assert (len(pieces[0]), max(map(len, pieces))) == (LEAST_PIECE, MOST_PIECE)
    assert bytes(body.begun) == content[:BEGINNING]


def test_large_pieces_of_what_has_come(sockets: tuple[socket.socket, socket.socket]) -> None:
    """AL-7: a piece that would take longer than half a window at the least rate is asked for only if it has come.

    So a client that was fast for a while may become as slow as others.
    """
    server, client = sockets
    asked: list[int] = []

    class Source(BytesIO):
        """Has all bytes that are read, so that only the socket limits what has come."""

        def read(self, size: int | None = -1, /) -> bytes:
            assert size is not None
            asked.append(size)
            return b"x" * size

    body = wrapped(Source(), server, RequestTimes())
    client.sendall(b"x" * 100_000)
    for _each in range(20):
        body.read(MOST_PIECE)
    assert asked == [100_000] * 20
    server.recv(100_000, socket.MSG_WAITALL)
    asked.clear()
    body.read(MOST_PIECE)
    assert asked == [RequestTimes().quota // 2]


def test_bytes_that_are_not_counted(sockets: tuple[socket.socket, socket.socket]) -> None:
    """AL-7: of a socket that is closed, or encrypts, it is not known what has come."""
    server, client = sockets
    client.sendall(b"x" * 10)
    assert arrived_at(server) == 10
    with ssl.create_default_context().wrap_socket(server, server_hostname="x", do_handshake_on_connect=False) as secret:
        assert arrived_at(secret) == 0
    assert arrived_at(server) == 0


def test_a_child_watches_for_itself(sockets: tuple[socket.socket, socket.socket]) -> None:
    """AL-2, AL-7: a forked child breaks off its own slow bodies, though the thread that watches is its parent's."""
    server, _client = sockets
    watched = SlowBodies(TIMES)

    def read() -> str:
        """Read what never comes."""
        environ = {"wsgi.input": server.makefile("rb"), "SERVER_PROTOCOL": "HTTP/1.1", "gunicorn.socket": server}
        try:
            watched.wrap(environ, "::1").read(10)
        except TooSlow:
            return "too slow"
        return "read"

    before, far = socket.socketpair()
    with before, far, pytest.raises(TooSlow):
        watched.wrap(
            {"wsgi.input": before.makefile("rb"), "SERVER_PROTOCOL": "HTTP/1.1", "gunicorn.socket": before}, "::1"
        ).read(10)
    assert children.fork(read).result() == "too slow"


def no_thread(_thread: threading.Thread) -> None:
    """Fail to start a thread, as Python does when the system has none left."""
    raise RuntimeError("can't start new thread")


def test_no_thread_to_watch(
    sockets: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """AL-6, AL-7: a body that cannot be watched is refused, and this is logged. The next one is watched."""
    server, client = sockets
    watched = SlowBodies(TIMES)

    def read() -> bytes:
        environ = {"wsgi.input": server.makefile("rb"), "SERVER_PROTOCOL": "HTTP/1.1", "gunicorn.socket": server}
        return watched.wrap(environ, "::1").read(10)

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", no_thread)
        with pytest.raises(Unavailable):
            read()
    assert ["can't start new thread" in record.getMessage() for record in caplog.records] == [True]
    with pytest.raises(TooSlow):
        read()
    server.sendall(b"HTTP/1.1 408")
    assert client.recv(12) == b"HTTP/1.1 408"


def test_a_watch_that_an_error_ends(
    sockets: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    """AL-6, AL-7: after an error in the thread that watches, the next body is watched by another one."""

    def fail(_now: float) -> None:
        raise MemoryError

    server, _client = sockets
    watched = SlowBodies(TIMES)
    with monkeypatch.context() as patch:
        patch.setattr(watched, "_break_off", fail)
        with pytest.raises(MemoryError):
            watched._watch()
    environ = {"wsgi.input": server.makefile("rb"), "SERVER_PROTOCOL": "HTTP/1.1", "gunicorn.socket": server}
    with pytest.raises(TooSlow):
        watched.wrap(environ, "::1").read(10)
