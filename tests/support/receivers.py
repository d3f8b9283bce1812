"""HTTP servers on loopback that receive webhooks, and behave as badly as they are told to."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

import attrs

OK = b"HTTP/1.1 204 No Content\r\n\r\n"


@attrs.frozen
class Received:
    """One request."""

    path: str
    headers: Mapping[str, str]
    """By their names in lower case."""
    body: bytes


Behaviour = Callable[[socket.socket, Received], object]
"""What a server does once it has a request. The connection is closed afterwards."""


@attrs.define
class Receiver:
    """A running server."""

    port: int
    received: list[Received] = attrs.field(factory=list)
    connections: int = 0


def saying(answer: bytes) -> Behaviour:
    """Answer some bytes."""
    return lambda connection, _received: connection.sendall(answer)


@contextmanager
def running(
    behaviour: Behaviour | None = None, *, context: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> Iterator[Receiver]:
    """Run a server until the context ends."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as listening:
        receiver = Receiver(port=listening.getsockname()[1])
        ended = threading.Event()

        def serve() -> None:
            while not ended.is_set():
                with suppress(OSError):
                    connection, _address = listening.accept()
                    if ended.is_set():
                        connection.close()
                        return
                    receiver.connections += 1
                    threading.Thread(target=answer, args=(connection,), daemon=True).start()

        def answer(connection: socket.socket) -> None:
            with suppress(OSError), connection:
                secured = connection if context is None else context.wrap_socket(connection, server_side=True)
                with secured:
                    request = _request(secured)
                    if request is not None:
                        receiver.received.append(request)
                        (behaviour or saying(OK))(secured, request)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            ended.set()
            with suppress(OSError), socket.create_connection((host, receiver.port), timeout=5):
                pass
            thread.join(5)


def _request(connection: socket.socket) -> Received | None:
    """Read a request. None if the other side sends none."""
    with connection.makefile("rb") as stream:
        first = stream.readline().decode("latin-1").split()
        if len(first) != 3:
            return None
        path = first[1]
        headers: dict[str, str] = {}
        while line := stream.readline().decode("latin-1").strip():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        return Received(path=path, headers=headers, body=stream.read(int(headers.get("content-length", "0"))))
