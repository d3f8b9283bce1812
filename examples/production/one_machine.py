"""Starts everything of this example on one machine, until Ctrl-C: ``python -m examples.production.one_machine FOLDER``.

PostgreSQL, radosgw, clamd and nginx come from Debian's packages: run ``tools/radosgw``, ``tools/clamd`` and
``tools/nginx`` as root first. The servers are those of the project's tests (``tests/support``). Each listens on a free
port of 127.0.0.1. Beside the portal are the office's desk and the mailbox of the demo, under ``/demo``.

HOST is flask or fastapi.
"""

import itertools
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import urlopen
from wsgiref.simple_server import WSGIRequestHandler, make_server

import attrs
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from examples.demo.pages import demo_pages
from klantportaal import open_portal
from tests.support import postgres, smtp
from tests.support.clamd import running as clamd
from tests.support.demo import free_port
from tests.support.radosgw import running as radosgw

PARTS = Path(__file__).parent
HOST = "127.0.0.1"
PATIENCE = 90.0
"""The seconds that a process may take to answer."""
SERVE: Mapping[str, Callable[[int], list[str]]] = {
    "flask": lambda port: [
        *("gunicorn", "--bind", f"{HOST}:{port}", "--threads", "20", "--graceful-timeout", "60"),
        *("--no-control-socket", "--access-logfile", "-"),
        "examples.production.hosts:flask_application()",
    ],
    "fastapi": lambda port: [
        *("uvicorn", "--host", HOST, "--port", str(port), "--no-proxy-headers", "--factory"),
        "examples.production.hosts:fastapi_application",
    ],
}
"""How each kind of host is started, without the interpreter."""
NGINX = """
user root;
daemon off;
pid {folder}/pid;
error_log {folder}/errors;
worker_processes 1;
events {{ worker_connections 1024; }}
http {{
    access_log {folder}/distribution.log;  # As Debian's configuration has it.
    client_body_temp_path {folder}/bodies;
    proxy_temp_path {folder}/responses;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {portal}
}}
"""
DESK = """    location /demo/ {
        proxy_pass http://%s;
    }
}
"""
"""The demo's own pages, for trying the portal: an office's software has its own."""


@attrs.frozen(kw_only=True)
class Machine:
    """Everything, running. The script keeps it as ``machine.json``, which only its owner may read: it has secrets."""

    url: str
    """The base URL of the office."""
    mails: str
    """The folder of the mails that went out, a file each."""
    environment: Mapping[str, str]
    """The variables of hosts and workers."""
    processes: Mapping[str, int]
    """The process ids of ``host-1``, ``host-2``, ``worker-1`` and ``worker-2``."""


@contextmanager
def running(folder: Path, kind: str) -> Iterator[Machine]:
    """Run everything while the context is open.

    Args:
        folder: for the data of hosts and nginx.
        kind: of the hosts: ``flask`` or ``fastapi``.
    """
    with ExitStack() as stack:
        port, desk, ports = free_port(), free_port(), [free_port(), free_port()]
        url, mails = f"http://{HOST}:{port}", folder / "mails"
        mails.mkdir(parents=True)
        environment = stack.enter_context(_servers(folder, mails)) | {
            "OFFICE_NAME": "Notariskantoor Van der Meer",
            "OFFICE_ADDRESS": "info@vandermeer.example.nl",
            "OFFICE_URL": url,
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(PARTS.parents[1]),
        }
        with _process(folder / "migrate", environment, ["-m", "klantportaal.cli", "migrate"]) as migrating:
            migrating.wait()
        processes = dict[str, int]()
        for number, own in enumerate(ports, 1):
            command = ["-m", *SERVE[kind](own)]
            processes[f"host-{number}"] = stack.enter_context(
                _process(folder / f"host-{number}", environment, command)
            ).pid
        for own in ports:
            _await(f"http://{HOST}:{own}/health/ready")
        for number in (1, 2):
            command = ["-m", "klantportaal.cli", "worker", "--name", f"worker-{number}"]
            worker = _process(folder / f"worker-{number}", environment, command)
            processes[f"worker-{number}"] = stack.enter_context(worker).pid
        stack.enter_context(_desk(environment, mails, desk))
        stack.enter_context(nginx(folder / "nginx", port, ports, desk, buffering=kind == "flask"))
        _await(f"{url}/inloggen")
        yield Machine(url=url, mails=str(mails), environment=environment, processes=processes)


@contextmanager
def _servers(folder: Path, mails: Path) -> Iterator[dict[str, str]]:
    """Run PostgreSQL, radosgw, clamd and a mail server. Give the words that name them."""
    with ExitStack() as stack:
        dsn = stack.enter_context(postgres.temporary_database(stack.enter_context(postgres.server(durable=True))))
        store = stack.enter_context(radosgw())
        scanner = stack.enter_context(clamd())
        mail = stack.enter_context(smtp.running())
        numbers = itertools.count()
        mail.arrived = lambda message: _keep(mails, next(numbers), message)
        yield {
            "KLANTPORTAAL_DATABASE": dsn,
            "KLANTPORTAAL_FILES": store.word(),
            "KLANTPORTAAL_MAIL": f"smtp://{smtp.HOST}:{mail.port}?sender=portaal@vandermeer.example.nl",
            "KLANTPORTAAL_SCANNER": scanner.word,
            "KLANTPORTAAL_ANCHORS": f"file://{quote(str(folder / 'anchors'))}",
            "KLANTPORTAAL_PEPPER": os.urandom(32).hex(),
            "KLANTPORTAAL_MIGRATE": "no",
            "AWS_ACCESS_KEY_ID": store.access_key,
            "AWS_SECRET_ACCESS_KEY": store.secret_key,
        }


def _keep(mails: Path, number: int, message: bytes) -> None:
    """Keep a mail that arrived. Its file gets its name once it is whole."""
    name = f"{time.time_ns()}-{number}"
    (mails / f"{name}.part").write_bytes(message)
    (mails / f"{name}.part").rename(mails / f"{name}.eml")


@contextmanager
def _process(place: Path, environment: Mapping[str, str], command: list[str]) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a Python process; what it says is in the file *place*. At the end, let it finish what it has in hand."""
    with place.open("wb") as said:
        process = subprocess.Popen([sys.executable, *command], env=dict(environment), stdout=said, stderr=said)
        try:
            yield process
        finally:
            process.terminate()
            process.wait()


@contextmanager
def _desk(environment: Mapping[str, str], mails: Path, port: int) -> Iterator[None]:
    """Serve the office's desk and the mailbox of the demo, in a thread of this process."""
    words = {name: value for name, value in environment.items() if name.startswith(("KLANTPORTAAL_", "AWS_"))}
    os.environ.update(words)  # The credentials of the object store are read from here.
    with closing(open_portal.from_environment()) as portal:
        pages = DispatcherMiddleware(NotFound(), {"/demo": demo_pages(portal, mails)})
        with make_server(HOST, port, pages, handler_class=_Quiet) as server:
            serving = threading.Thread(target=server.serve_forever)
            serving.start()
            try:
                yield
            finally:
                server.shutdown()
                serving.join()
    for name in words:
        os.environ.pop(name, None)


class _Quiet(WSGIRequestHandler):
    """Logs no request."""

    def log_message(self, *_told: object) -> None:
        """Log nothing."""


@contextmanager
def nginx(
    folder: Path, port: int, ports: list[int], desk: int, *, buffering: bool
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run nginx with the configuration of this example, and with the demo's pages beside it."""
    (folder / "tls").mkdir(parents=True, exist_ok=True)
    values = {
        "LISTEN": f"{HOST}:{port}",
        "HOST_1": f"{HOST}:{ports[0]}",
        "HOST_2": f"{HOST}:{ports[1]}",
        "BUFFERING": "on" if buffering else "off",
        "LOGS": str(folder),
        "TLS": str(folder / "tls"),
        "PAGES": str(PARTS / "pages"),
    }
    portal = (PARTS / "nginx.conf.template").read_text()
    for name, value in values.items():
        portal = portal.replace(f"${{{name}}}", value)
    portal = portal.rstrip().removesuffix("}") + DESK % f"{HOST}:{desk}"
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, portal=portal))
    command = ["nginx", "-e", str(folder / "errors"), "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with subprocess.Popen(command) as process:
        try:
            yield process
        finally:
            process.terminate()


def _await(url: str) -> None:
    """Wait until an address answers with status 200. Raises: RuntimeError."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            with urlopen(url, timeout=PATIENCE):
                return
        except (URLError, ConnectionError):
            time.sleep(0.1)
    raise RuntimeError(f"{url} does not answer")


def main() -> int:
    """Run everything until SIGINT or SIGTERM."""
    if len(sys.argv) != 2:
        print("Name a new folder: python -m examples.production.one_machine FOLDER", file=sys.stderr)
        return 2
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_told: stopping.set())
    folder = Path(sys.argv[1]).absolute()
    with running(folder, os.environ.get("HOST", "flask")) as machine:
        with os.fdopen(os.open(folder / "machine.json", os.O_WRONLY | os.O_CREAT, 0o600), "w") as kept:
            json.dump(attrs.asdict(machine), kept)
        print(f"The portal is at {machine.url}, its office at {machine.url}/demo/office, until Ctrl-C.", flush=True)
        stopping.wait()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
