"""Serves a peer as ``benchmarks.server`` serves the portal under Flask."""

import logging
import os
import socket
import sys
import threading
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server


def serve(application: Any) -> None:
    """Print the port, and serve a WSGI application until standard input is closed."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=256)
    WSGIRequestHandler.protocol_version = "HTTP/1.1"
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = make_server("127.0.0.1", 0, application, threaded=True, fd=listening.fileno())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(f"{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    sys.stdin.read()
    os._exit(0)
