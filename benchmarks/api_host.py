"""A host with both APIs: ``python -m benchmarks.api_host HOST DATABASE FOLDER STATEMENTS``.

``/kaal/NAME`` of the same app is a bare endpoint: it hashes what proves who asks, executes the statements of an
operation on the driver's cursor, makes an object of each row, and writes the same JSON as the operation. STATEMENTS is
a file of ``by_hand.record``, with the answers beside it.
"""

import hashlib
import json
import logging
import os
import pickle
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from uuid import UUID

from benchmarks.by_hand import Cursors, Pages
from benchmarks.server import Running, assemble, process_of
from klantportaal import Portal

Answer = Callable[[str, str], str]
"""Answers the bare request of a name, of somebody with a secret."""


def running(host: str, database: str, folder: Path, statements: Path) -> AbstractContextManager[Running]:
    """Run a host until the context ends."""
    return process_of("benchmarks.api_host", host, database, str(folder), str(statements))


def answers_of(statements: Path) -> Path:
    """Give the file with the answers of operations, as JSON. It is beside that with their statements."""
    return statements.with_suffix(".answers")


def answerer(database: str, statements: Path) -> Answer:
    """Make the function that answers a bare request, of somebody with a secret."""
    operations: Pages = pickle.loads(statements.read_bytes())  # noqa: S301 - written by this run
    answers: dict[str, Any] = json.loads(answers_of(statements).read_bytes())
    cursors = Cursors(database)

    def answer(name: str, secret: str) -> str:
        hashlib.sha256(secret.encode()).digest()
        with cursors.one() as cursor:
            for each in operations[name]:
                found = cursor.execute(each.text, each.parameters)
                names = [column[0] for column in found.description]
                for row in found.fetchall():
                    dict(zip(names, map(_written, row), strict=True))
        return json.dumps(answers[name], ensure_ascii=False, separators=(",", ":"))

    return answer


def _secret(headers: Any) -> str:
    """Give what proves who asks, from the headers of either framework."""
    return str(headers.get("Authorization") or headers["Cookie"])


def _written(value: Any) -> Any:
    """Write an id of SQLite as text."""
    return str(UUID(bytes=value)) if isinstance(value, bytes) and len(value) == 16 else value


def _flask(portal: Portal, answer: Answer, listening: socket.socket) -> None:
    from flask import Flask, Response, request
    from werkzeug.serving import WSGIRequestHandler, make_server

    from klantportaal.adapters.flask import client_api, office_api

    WSGIRequestHandler.protocol_version = "HTTP/1.1"
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    app = Flask(__name__)
    app.register_blueprint(client_api(portal), url_prefix="/")
    app.register_blueprint(office_api(portal), url_prefix="/")
    app.add_url_rule("/stand", view_func=lambda: {"peak": 0})

    def bare(name: str) -> Response:
        return Response(answer(name, _secret(request.headers)), mimetype="application/json")

    app.add_url_rule("/kaal/<name>", "bare", bare)
    make_server("127.0.0.1", 0, app, threaded=True, fd=listening.fileno()).serve_forever()


def _fastapi(portal: Portal, answer: Answer, listening: socket.socket) -> None:
    import uvicorn
    from fastapi import FastAPI, Request, Response

    from klantportaal.adapters.fastapi import client_api, office_api

    app = FastAPI()
    app.include_router(client_api(portal))
    app.include_router(office_api(portal))
    app.add_api_route("/stand", lambda: {"peak": 0})

    def bare(name: str, request: Request) -> Response:
        return Response(answer(name, _secret(request.headers)), media_type="application/json")

    app.add_api_route("/kaal/{name}", bare, response_model=None)
    port = listening.getsockname()[1]
    listening.close()
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")


def main(host: str, database: str, folder: str, statements: str) -> None:
    """Serve until standard input is closed."""
    portal = assemble(database, Path(folder), 4)
    answer = answerer(database, Path(statements))
    listening = socket.create_server(("127.0.0.1", 0), backlog=256)
    sys.stdout.write(f"{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    serve = {"flask": _flask, "fastapi": _fastapi}[host]
    threading.Thread(target=serve, args=(portal, answer, listening), daemon=True).start()
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
