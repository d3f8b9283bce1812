"""A real HTTP gateway for SMSs on this machine, that does what a test asks of it."""

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
    """A running gateway, and what it got."""

    port: int
    status: int = 200
    """What it answers, once it has read what came."""
    seconds: float = 0
    """How long it takes over that."""
    location: str = ""
    """Where it says that it has moved to."""
    received: list[dict[str, Any]] = attrs.field(factory=list)
    asked: list[str] = attrs.field(factory=list)
    """The method of each request."""

    @property
    def url(self) -> str:
        """Give its address as apprise has it, with a secret in the path and in the payload."""
        return f"json://vendor:{SECRET}@{HOST}:{self.port}/{SECRET}/?:to={{to}}&:key={SECRET}"


@contextmanager
def running() -> Iterator[Server]:
    """Run a gateway for as long as the context lasts."""
    server = Server(port=0)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Keep what came, and answer as told."""
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
            """Say that all is well, as a page would that somebody was sent on to."""
            server.asked.append("GET")
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the same
            """Say nothing on the terminal."""

    with ThreadingHTTPServer((HOST, 0), Handler) as serving:
        server.port = serving.server_address[1]
        thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            serving.shutdown()
            thread.join()
