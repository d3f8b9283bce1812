"""Hand-written pages, as a floor: ``python -m benchmarks.by_hand HOST DATABASE STATEMENTS``.

Each page executes the statements that the portal executes for its own page, on the driver's cursor, and shows the rows
in a small template. STATEMENTS is a file of ``record``. It has no rules, no languages and no tests.
"""

import logging
import os
import pickle
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import attrs
import jinja2

from benchmarks.database import connect_sqlite
from benchmarks.replay import Statement
from benchmarks.server import Running, process_of

PAGE = """<!doctype html><html lang="nl"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{ title }}</title><link rel="stylesheet" href="/static/portal.css"></head><body>
<header><a href="/home">Notariskantoor</a><nav>{% for page in pages %}<a href="/{{ page }}">{{ page }}</a>{% endfor %}
</nav></header><main><h1>{{ title }}</h1>{% for rows in found %}<table>{% for row in rows %}<tr>{% for cell in row %}
<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}</table>{% endfor %}</main><footer>Notariskantoor</footer></body></html>
"""
Pages = Mapping[str, list[Statement]]


def running(host: str, database: str, statements: Path) -> AbstractContextManager[Running]:
    """Run a host with the hand-written pages until the context ends."""
    return process_of("benchmarks.by_hand", host, database, str(statements))


def record(place: Path, pages: Pages) -> None:
    """Write the statements of each page to a file."""
    kept = {
        name: [attrs.evolve(each, parameters=_storable(each.parameters)) for each in statements]
        for name, statements in pages.items()
    }
    place.write_bytes(pickle.dumps(kept))


def _storable(value: Any) -> Any:
    """Turn the views of bytes among parameters into bytes."""
    if isinstance(value, Mapping):
        return {name: _storable(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_storable(each) for each in value)
    return bytes(value) if isinstance(value, memoryview) else value


def shower(database: str, pages: Pages) -> Callable[[str], str]:
    """Make the function that shows a page. It uses its connections again: Flask makes a thread for each request."""
    template = jinja2.Environment(autoescape=True).from_string(PAGE)
    idle: list[Any] = []

    def show(name: str) -> str:
        cursor = idle.pop() if idle else _connect(database).cursor()
        found = [cursor.execute(each.text, each.parameters).fetchall() for each in pages[name]]
        idle.append(cursor)
        return template.render(title=name, pages=pages, found=found)

    return show


def _connect(database: str) -> Any:
    if database.endswith(".sqlite3"):
        return connect_sqlite(Path(database))
    import psycopg

    from klantportaal.adapters.storage.sql.locations import SCHEMA

    return psycopg.connect(database, autocommit=True, options=f"-c search_path={SCHEMA}")


def _flask(show: Callable[[str], str], listening: socket.socket) -> None:
    from flask import Flask
    from werkzeug.serving import WSGIRequestHandler, make_server

    WSGIRequestHandler.protocol_version = "HTTP/1.1"
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    app = Flask(__name__)
    app.add_url_rule("/stand", view_func=lambda: {"peak": 0})
    app.add_url_rule("/<name>", view_func=show)
    make_server("127.0.0.1", 0, app, threaded=True, fd=listening.fileno()).serve_forever()


def _fastapi(show: Callable[[str], str], listening: socket.socket) -> None:
    import uvicorn
    from fastapi import FastAPI
    from fastapi.responses import HTMLResponse

    app = FastAPI()
    app.add_api_route("/stand", lambda: {"peak": 0})

    def page(name: str) -> HTMLResponse:
        return HTMLResponse(show(name))

    app.add_api_route("/{name}", page, response_model=None)
    port = listening.getsockname()[1]
    listening.close()
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")


def main(host: str, database: str, statements: str) -> None:
    """Serve until standard input is closed."""
    show = shower(database, pickle.loads(Path(statements).read_bytes()))  # noqa: S301 - written by this run
    listening = socket.create_server(("127.0.0.1", 0), backlog=256)
    sys.stdout.write(f"{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    serve = {"flask": _flask, "fastapi": _fastapi}[host]
    threading.Thread(target=serve, args=(show, listening), daemon=True).start()
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
