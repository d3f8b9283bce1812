"""Uses an installed klantportaal: opens a portal, serves a page on each host, calls a command. Needs nothing else.

It is copied to the machine on trial and run by its Python. It prints the version of that Python.
"""

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from re import findall
from socket import socket
from urllib.request import Request, urlopen

import uvicorn
from fastapi import FastAPI
from flask import Flask
from werkzeug.serving import make_server

import klantportaal
from klantportaal import ClientKind, NewClient, OfficeActor, OfficeProfile, Portal, open_portal, questionnaires
from klantportaal.adapters import fastapi, flask


def words(folder: Path) -> dict[str, str]:
    """Give the words of a portal in a folder."""
    return {
        "database": f"sqlite://{folder}/portal.sqlite3",
        "files": f"file://{folder}/files",
        "mail": f"folder://{folder}/mail",
        "pepper": "ab" * 32,
    }


def look(address: str) -> None:
    """Read the sign-in page, its style sheets and its scripts."""
    with urlopen(f"{address}/portaal/inloggen", timeout=30) as reply:
        page = reply.read().decode()
    assert "Kantoor Smit" in page
    assets = findall(r'(?:href|src)="(/portaal/[^"]+\.(?:css|js|woff2)[^"]*)"', page)
    assert len(assets) >= 2, page
    for asset in assets:
        for encoding in ("br", "gzip"):
            asked = Request(address + asset, headers={"Accept-Encoding": encoding})
            with urlopen(asked, timeout=30) as reply:
                assert reply.read(), asset
                is_text = asset.endswith(".js") or "/static/portal." in asset
                assert not is_text or reply.headers["Content-Encoding"] == encoding, asset


@contextmanager
def served_by_flask(portal: Portal) -> Iterator[str]:
    """Serve the portal in a Flask application, on a free port."""
    app = Flask("vendor")
    app.register_blueprint(flask.blueprint(portal), url_prefix="/portaal")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()


class Server(uvicorn.Server):
    """Tells when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listens = threading.Event()

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Listen, and tell."""
        await super().startup(sockets)
        self.listens.set()


@contextmanager
def served_by_fastapi(portal: Portal) -> Iterator[str]:
    """Serve the portal in a FastAPI application, on a free port."""
    app = FastAPI()
    app.include_router(fastapi.pages(portal), prefix="/portaal")
    server = Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert server.listens.wait(60)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def main(folder: Path) -> None:
    """Try everything once."""
    os.environ |= {f"KLANTPORTAAL_{name.upper()}": word for name, word in words(folder).items()}
    portal = open_portal.from_environment()
    profile = OfficeProfile(name="Kantoor Smit", contact_address="post@smit.nl")
    office = portal.offices.ensure("smit", "http://localhost/portaal", profile)
    for serve in (served_by_flask, served_by_fastapi):
        with serve(portal) as address:
            look(address)
    smit = OfficeActor(office_id=office, handler="mr. J. Smit")
    for document in questionnaires.library().values():
        portal.office.questionnaires.publish(smit, document)
    portal.office.clients.invite(smit, NewClient(kind=ClientKind.PERSON, name="Jan", email="jan@example.nl"))
    assert portal.background.dispatcher.run_once() == 1
    assert len(list((folder / "mail").iterdir())) == 1
    portal.close()
    command = [str(Path(sys.executable).with_name("klantportaal")), "offices"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Kantoor Smit" in listed
    print(klantportaal.__version__, sys.version.split()[0])  # noqa: T201 - the test reads it


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        main(Path(place))
