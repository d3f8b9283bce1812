"""A real HTTP gateway for SMS on this machine, whose behaviour a test sets."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import attrs

HOST = "127.0.0.1"
SECRET = "sleutel-van-het-kantoor"


@attrs.define(kw_only=True)
class Server:
    """A running gateway, and the requests it received."""

    port: int
    status: int = 200
    """The status of its responses."""
    seconds: float = 0
    """The seconds before each response."""
    location: str = ""
    """The target of a redirect."""
    received: list[dict[str, Any]] = attrs.field(factory=list)
    asked: list[str] = attrs.field(factory=list)
    """The method of each request."""

    @property
    def url(self) -> str:
        """Return its address in the notation of apprise, with a secret in the path and in the payload."""
        return f"json://vendor:{SECRET}@{HOST}:{self.port}/{SECRET}/?:to={{to}}&:key={SECRET}"


@contextmanager
def running() -> Iterator[Server]:
    """Run a gateway while the context is open."""
    server = Server(port=0)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Record the request, and respond as set."""
            content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            server.asked.append("POST")
            time.sleep(server.seconds)
            if server.status < 300:
                server.received.append(content)
            self.send_response(server.status)
            if server.location:
                self.send_header("Location", server.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_GET(self) -> None:
            """Respond with success, as the target of a redirect would."""
            server.asked.append("GET")
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the same
            """Log nothing to the terminal."""

    with ThreadingHTTPServer((HOST, 0), Handler) as serving:
        server.port = serving.server_address[1]
        thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            serving.shutdown()
            thread.join()
