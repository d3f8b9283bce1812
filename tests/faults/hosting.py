"""A portal under either host, in its own processes, which a test kills. Uvicorn or gunicorn serves it.

The test keeps the listening socket. So a client that connects while no host runs is answered by the next one.
"""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import attrs
from fastapi import FastAPI
from flask import Flask

from klantportaal.adapters.fastapi import lifespan, pages
from klantportaal.adapters.flask import blueprint
from klantportaal.adapters.web.http import cookies
from klantportaal.adapters.web.http.cookies import Cookie
from klantportaal.domain.forms import FormOwner, PageForm
from klantportaal.domain.sessions import Visitor
from klantportaal.portal import Portal
from klantportaal.usecases.client.session_start import Entrance
from tests.faults.load import Place, assemble, open_storage
from tests.support.effort import ENDLESS

PLACE = "TEST_PLACE"
PATIENCE = 1.0
"""Seconds that a host waits for a database that takes no writes."""
SENDING = 32 * 1024
"""The size in bytes of what the kernel holds for a client, as a host or as a client asks for it."""
HOSTS = {
    "flask": (
        *("gunicorn", "--worker-class", "gthread", "--threads", "8", "--no-control-socket", "--log-level", "critical"),
        *("tests.faults.hosting:flask_app()", "--bind", "fd://{}"),
    ),
    "fastapi": (
        *("uvicorn", "--factory", "--log-level", "critical", "tests.faults.hosting:fastapi_app", "--fd", "{}"),
    ),
}
"""The command of each server. The number of the listening socket goes into it."""


def _portal() -> Portal:
    place = Place.named(*json.loads(os.environ[PLACE]))
    return assemble(open_storage(place.database, patience=PATIENCE), place.files, place.anchors)


def fastapi_app() -> FastAPI:
    """Make an application for uvicorn."""
    portal = _portal()
    app = FastAPI(lifespan=lifespan(portal))
    app.include_router(pages(portal))
    return app


def flask_app() -> Flask:
    """Make an application for gunicorn."""
    app = Flask(__name__)
    app.register_blueprint(blueprint(_portal()))
    return app


@attrs.define
class Host:
    """A host that a test kills and starts again. All of them use one socket."""

    words: tuple[str, ...]
    place: Place
    listening: socket.socket
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Start it. Whoever connects before it is ready waits."""
        number = self.listening.fileno()
        self.process = subprocess.Popen(
            [sys.executable, "-m", *(word.format(number) for word in self.words)],
            env={**os.environ, PLACE: json.dumps(self.place.arguments())},
            pass_fds=[number],
            start_new_session=True,
        )

    def kill(self) -> None:
        """Kill all its processes."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


@attrs.frozen(kw_only=True)
class Client:
    """A client that is signed in, and has the form of a new message on its screen."""

    port: int
    place: Place
    cookie: str
    seal: str

    @property
    def origin(self) -> str:
        """The origin of the host."""
        return f"http://127.0.0.1:{self.port}"

    def ask(
        self, method: str, path: str, body: bytes = b"", *, kind: str = "text/plain"
    ) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        """Send a request within the dossier, or to a whole path, and wait for the headers of the answer.

        Raises:
            ConnectionError, http.client.HTTPException: the host was killed meanwhile.
            TimeoutError: no host answers.
        """
        connection = self.begin(method, path, len(body), kind=kind)
        try:
            connection.send(body)
            return connection, connection.getresponse()
        except BaseException:
            connection.close()
            raise

    def begin(self, method: str, path: str, length: int, *, kind: str) -> http.client.HTTPConnection:
        """Connect, and send the head of a request whose body has so many bytes."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ENDLESS)
        connection.sock = socket.socket()
        connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SENDING)
        connection.sock.settimeout(ENDLESS)
        headers = {"Cookie": self.cookie, "Origin": self.origin, "Content-Type": kind, "Connection": "close"}
        try:
            connection.sock.connect(("127.0.0.1", self.port))
            connection.putrequest(method, path if path.startswith("/") else f"/dossiers/{self.place.dossier_id}/{path}")
            for name, value in {**headers, "Content-Length": str(length)}.items():
                connection.putheader(name, value)
            connection.endheaders()
        except BaseException:
            connection.close()
            raise
        return connection


@contextmanager
def hosted(host: str, database: str, files: Path | str) -> Iterator[tuple[Host, Client]]:
    """Run a host on a new portal, with a client. At the end the host is killed."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SENDING)
        port = listening.getsockname()[1]
        place = Place.furnish(database, files, base_url=f"http://127.0.0.1:{port}")
        running = Host(HOSTS[host], place, listening)
        client = _signed_in(place, port)
        try:
            running.start()
            yield running, client
        finally:
            running.kill()


def _signed_in(place: Place, port: int) -> Client:
    with place.opened() as (portal, actor):
        with closing(open_storage(place.database)) as storage, storage.begin() as uow:
            email = uow.persons.get(place.office_id, actor.person_id).email
        entrance = portal.client.sign_in.sign_in(Visitor(office_id=place.office_id), email, "Welkom01")
        assert isinstance(entrance, Entrance)
        owner = FormOwner.of(portal.client.sign_in.whoever(place.office_id, entrance.token).actor)
        form = PageForm(route="new_message", ids={"dossier_id": str(place.dossier_id)})
        name = cookies.name(Cookie.SESSION, place.office_id, secure=False)
        return Client(
            port=port, place=place, cookie=f"{name}={entrance.token}", seal=portal.client.forms.seal(owner, form)
        )
