"""A host to measure, in its own process: ``python -m benchmarks.server HOST DATABASE FOLDER COST``.

It prints its port, and serves until its standard input is closed. DATABASE is a path or a DSN. ``/stand`` returns the
peak memory of the process.
"""

import functools
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.request import urlopen

import attrs

from benchmarks import bare_routes
from klantportaal import ApiLimits, Portal, Settings
from klantportaal.adapters.anchors.files import FileAnchors
from klantportaal.adapters.clock import SystemClock
from klantportaal.adapters.files.disk import DiskFiles
from klantportaal.adapters.mail.folder import FolderSender
from klantportaal.adapters.mail.texts import JinjaMailWriter
from klantportaal.adapters.pdf import FpdfWriter
from klantportaal.adapters.secrets.aes_vault import AesVault
from klantportaal.adapters.secrets.bcrypt_passwords import BcryptPasswords
from klantportaal.adapters.secrets.common_passwords import CommonPasswords
from klantportaal.adapters.secrets.hmac_codes import HmacCodes
from klantportaal.adapters.secrets.hmac_seals import HmacSeals
from klantportaal.adapters.secrets.ids import Uuid7Ids
from klantportaal.adapters.secrets.tokens import HmacTokens
from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.domain.quotas import DailyQuotas
from klantportaal.domain.sessions import SessionTimes
from klantportaal.domain.throttling import ThrottlePolicy
from klantportaal.domain.uploads import MEBIBYTE, UploadLimits
from klantportaal.ports.mail import MailSender

PEPPER = b"only for measuring, never for use"
THREADS = 40
LARGEST = 600 * MEBIBYTE
MUCH = DailyQuotas(
    client_messages=10**6,
    client_files=10**6,
    client_bytes=10**12,
    office_messages=10**6,
    office_files=10**6,
    office_bytes=10**12,
)
"""More than a client sends in a day: while it is measured, nothing is refused for that."""

LONG_SESSIONS = SessionTimes(idle=timedelta(hours=12), seen_every=timedelta(hours=6))
"""While a large data set loads, its sessions stay alive. No measured page stores the time of the last request."""


def assemble(database: str, folder: Path, cost: int, *, mail: MailSender | None = None) -> Portal:
    """Assemble a portal on a database and a folder, as a vendor would."""
    is_file = database.endswith(".sqlite3")
    storage = SqlStorage.sqlite(database) if is_file else SqlStorage.postgresql(database, connections=THREADS)
    storage.migrate()
    return Portal.assemble(
        storage=storage,
        files=DiskFiles(folder / "files"),
        anchors=FileAnchors(folder / "anchors"),
        mail=mail or FolderSender(folder / "mail"),
        mail_writer=JinjaMailWriter(),
        pdf=FpdfWriter(),
        clock=SystemClock(),
        ids=Uuid7Ids(),
        tokens=HmacTokens(PEPPER),
        passwords=BcryptPasswords(PEPPER, cost=cost),
        blocklist=CommonPasswords(),
        seals=HmacSeals(PEPPER),
        settings=Settings(
            uploads=UploadLimits(file_size=LARGEST, waiting=10_000),
            sessions=LONG_SESSIONS,
            quotas=MUCH,
            api=ApiLimits(requests_a_minute=10**9, session_requests_a_minute=10**9),
            # All requests come from one network address.
            throttling=ThrottlePolicy(network_links=10_000),
        ),
        codes=HmacCodes(PEPPER),
        vault=AesVault(PEPPER),
    )


@attrs.frozen(kw_only=True)
class Running:
    """A running host."""

    port: int
    process: int
    """The id of its process."""

    @property
    def memory(self) -> int:
        """The peak memory of its process, in bytes."""
        with urlopen(f"http://127.0.0.1:{self.port}/stand", timeout=30) as answer:
            return int(json.load(answer)["peak"])


def running(host: str, database: str, folder: Path, *, cost: int = 4) -> AbstractContextManager[Running]:
    """Run a host until the context ends."""
    return process_of("benchmarks.server", host, database, str(folder), str(cost))


@contextmanager
def process_of(module: str, *arguments: str) -> Iterator[Running]:
    """Run a module that prints its port and has ``/stand``, until the context ends."""
    command = [sys.executable, "-m", module, *arguments]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - fixed command
    assert process.stdin is not None  # noqa: S101 - Popen was called with PIPE
    assert process.stdout is not None  # noqa: S101 - Popen was called with PIPE
    try:
        server = Running(port=int(process.stdout.readline()), process=process.pid)
        _await(server)
        yield server
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()


def _await(server: Running) -> None:
    """Wait until a server responds."""
    deadline = time.monotonic() + 30
    while True:
        try:
            server.memory  # noqa: B018 - only checks that the server responds
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def _standing() -> dict[str, int]:
    """Return the peak memory of the process.

    ``getrusage`` would include the memory of the parent process.
    """
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return {"peak": next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))}


def _flask(portal: Portal, listening: socket.socket, folder: Path, *, packed: bool = False) -> None:
    from flask import Flask
    from werkzeug.serving import WSGIRequestHandler, make_server

    from klantportaal.adapters.flask import blueprint

    WSGIRequestHandler.protocol_version = "HTTP/1.1"
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    app = Flask(__name__)
    app.register_blueprint(blueprint(portal), url_prefix="/")
    app.add_url_rule("/stand", view_func=_standing)
    bare_routes.add_to_flask(app, folder)
    if packed:
        from flask_compress import Compress

        Compress(app)
    make_server("127.0.0.1", 0, app, threaded=True, fd=listening.fileno()).serve_forever()


def _gunicorn(portal: Portal, listening: socket.socket, _folder: Path) -> None:
    from flask import Flask
    from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

    from klantportaal.adapters.flask import blueprint

    app = Flask(__name__)
    app.register_blueprint(blueprint(portal), url_prefix="/")
    app.add_url_rule("/stand", view_func=_standing)

    class Serving(BaseApplication):  # type: ignore[misc]
        """Runs the app as the how-to on production says, with one worker."""

        def load_config(self) -> None:
            """Set what the command line would."""
            own = {"bind": f"fd://{listening.fileno()}", "worker_class": "gthread", "threads": 16}
            for name, value in {**own, "loglevel": "critical", "graceful_timeout": 1}.items():
                self.cfg.set(name, value)

        def load(self) -> Flask:
            """Return the app."""
            return app

    Serving().run()


def _fastapi(portal: Portal, listening: socket.socket, folder: Path, *, packed: bool = False) -> None:
    import uvicorn
    from fastapi import FastAPI

    from klantportaal.adapters.fastapi import pages

    app = FastAPI()
    app.include_router(pages(portal))
    app.add_api_route("/stand", _standing)

    bare_routes.add_to_fastapi(app, folder)
    if packed:
        from fastapi.middleware.gzip import GZipMiddleware

        app.add_middleware(GZipMiddleware)
    # uvicorn gets the port, not the socket: then it sets TCP_NODELAY, which sends small responses at once.
    port = listening.getsockname()[1]
    listening.close()
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")


HOSTS: dict[str, Callable[[Portal, socket.socket, Path], None]] = {
    "flask": _flask,
    "flask, packed": functools.partial(_flask, packed=True),
    "gunicorn": _gunicorn,
    "fastapi": _fastapi,
    "fastapi, packed": functools.partial(_fastapi, packed=True),
}
"""What serves, by name. Packed: with the middleware that compresses pages."""


def main(host: str, database: str, folder: str, cost: str) -> None:
    """Serve until standard input is closed."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=256)
    portal = assemble(database, Path(folder), int(cost))
    serve = HOSTS[host]
    sys.stdout.write(f"{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    if host == "gunicorn":  # Its signals need the main thread.
        threading.Thread(target=_stop_at_the_end, daemon=True).start()
        serve(portal, listening, Path(folder))
        return
    threading.Thread(target=serve, args=(portal, listening, Path(folder)), daemon=True).start()
    sys.stdin.read()
    os._exit(0)


def _stop_at_the_end() -> None:
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main(*sys.argv[1:])
