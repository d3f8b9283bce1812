"""A host with both APIs: ``python -m benchmarks.api_host HOST DATABASE FOLDER STATEMENTS``.

``/kaal/NAME`` of the same app is a bare endpoint: it executes the statements of an operation on the driver's cursor, in
one transaction, and answers their rows as JSON. STATEMENTS is a file of ``by_hand.record``.
"""

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

from benchmarks.by_hand import Cursors, Pages
from benchmarks.server import Running, assemble, process_of
from klantportaal import Portal

UNFLUSHED = {
    True: "PRAGMA synchronous = NORMAL",
    False: "SET synchronous_commit = off",
}
"""What makes commits not wait for the disk, on SQLite or not: the count of a request does not either (AP-3)."""


def running(host: str, database: str, folder: Path, statements: Path) -> AbstractContextManager[Running]:
    """Run a host until the context ends."""
    return process_of("benchmarks.api_host", host, database, str(folder), str(statements))


def answerer(database: str, operations: Pages) -> Callable[[str], str]:
    """Make the function that answers a bare request."""
    is_file = database.endswith(".sqlite3")
    cursors, begin = Cursors(database, UNFLUSHED[is_file]), "BEGIN IMMEDIATE" if is_file else "BEGIN"

    def answer(name: str) -> str:
        found = []
        with cursors.one() as cursor:
            cursor.execute(begin)
            for each in operations[name]:
                cursor.execute(each.text, each.parameters)
                found.append([] if each.writes else cursor.fetchall())
            cursor.execute("COMMIT")
        return json.dumps(found, default=str)

    return answer


def _flask(portal: Portal, answer: Callable[[str], str], listening: socket.socket) -> None:
    from flask import Flask, Response
    from werkzeug.serving import WSGIRequestHandler, make_server

    from klantportaal.adapters.flask import client_api, office_api

    WSGIRequestHandler.protocol_version = "HTTP/1.1"
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    app = Flask(__name__)
    app.register_blueprint(client_api(portal), url_prefix="/")
    app.register_blueprint(office_api(portal), url_prefix="/")
    app.add_url_rule("/stand", view_func=lambda: {"peak": 0})
    app.add_url_rule("/kaal/<name>", "bare", lambda name: Response(answer(name), mimetype="application/json"))
    make_server("127.0.0.1", 0, app, threaded=True, fd=listening.fileno()).serve_forever()


def _fastapi(portal: Portal, answer: Callable[[str], str], listening: socket.socket) -> None:
    import uvicorn
    from fastapi import FastAPI, Response

    from klantportaal.adapters.fastapi import client_api, office_api

    app = FastAPI()
    app.include_router(client_api(portal))
    app.include_router(office_api(portal))
    app.add_api_route("/stand", lambda: {"peak": 0})

    def bare(name: str) -> Response:
        return Response(answer(name), media_type="application/json")

    app.add_api_route("/kaal/{name}", bare, response_model=None)
    port = listening.getsockname()[1]
    listening.close()
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")


def main(host: str, database: str, folder: str, statements: str) -> None:
    """Serve until standard input is closed."""
    portal = assemble(database, Path(folder), 4)
    answer = answerer(database, pickle.loads(Path(statements).read_bytes()))  # noqa: S301 - written by this run
    listening = socket.create_server(("127.0.0.1", 0), backlog=256)
    sys.stdout.write(f"{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    serve = {"flask": _flask, "fastapi": _fastapi}[host]
    threading.Thread(target=serve, args=(portal, answer, listening), daemon=True).start()
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
