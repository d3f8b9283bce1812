"""Both hosts on real servers in this process: with the client API under /portaal, and the office API under /kantoor."""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

import uvicorn
from fastapi import FastAPI
from flask import Flask
from werkzeug.serving import make_server

from klantportaal.adapters import fastapi, flask
from klantportaal.portal import Portal

CLIENT, OFFICE = "/portaal/api/v1", "/kantoor/office/v1"
"""The paths of both APIs."""
Running = Callable[[Portal], AbstractContextManager[str]]


@contextmanager
def _on_flask(portal: Portal) -> Iterator[str]:
    app = Flask("vendor")
    app.register_blueprint(flask.client_api(portal), url_prefix="/portaal")
    app.register_blueprint(flask.office_api(portal), url_prefix="/kantoor")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def _on_fastapi(portal: Portal) -> Iterator[str]:
    app = FastAPI()
    app.include_router(fastapi.client_api(portal), prefix="/portaal")
    app.include_router(fastapi.office_api(portal), prefix="/kantoor")
    listening = socket.create_server(("127.0.0.1", 0))  # What comes before the server accepts, waits.
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


HOSTS: Mapping[str, Running] = {"flask": _on_flask, "fastapi": _on_fastapi}
"""Each runs a host until the context ends, and gives its address."""
