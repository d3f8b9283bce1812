"""Measures a page while 300 clients each send a form byte after byte, against the same page without them.

The servers and the proxy are those of `docs/how-to/production.md`.
"""

import itertools
import socket
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import attrs

from benchmarks.entrance import Desk, furnish
from benchmarks.measured import Figure
from benchmarks.server import running
from benchmarks.visiting import Visitor, page_times
from klantportaal import OfficeActor
from klantportaal.adapters.web.http.broken_off import BEGINNING
from klantportaal.domain.uploads import MEBIBYTE
from tests.support import nginx
from tests.support.slow_clients import dripping

CLIENTS = 300
SECONDS = 35.0
"""Longer than a window: the first clients are broken off meanwhile, and come again."""
SETUPS = {"uvicorn": "fastapi", "nginx, uvicorn": "fastapi", "nginx, gunicorn": "gunicorn"}
"""Each documented setup, and the host of it."""


@attrs.frozen(kw_only=True)
class Slow:
    """The first bytes of a slow client, which then sends byte by byte."""

    port: int
    head: str
    begun: bytes

    def connect(self) -> socket.socket:
        """Send it."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        own = "Host: x\r\nSec-Fetch-Site: same-origin\r\nConnection: close\r\n\r\n"
        connection.sendall(f"POST {self.head}\r\n{own}".encode() + self.begun)
        return connection


def measure(folder: Path) -> list[Figure]:
    """Measure every setup that this machine can run."""
    setups = {name: host for name, host in SETUPS.items() if "nginx" not in name or nginx.is_there()}
    return [_measured(name, host, folder) for name, host in setups.items()]


def _measured(name: str, host: str, folder: Path) -> Figure:
    place = folder / name.replace(", ", "-")
    place.mkdir()
    desk = furnish(place, 4)
    with ExitStack() as stack:
        port = stack.enter_context(running(host, str(place / "portal.sqlite3"), place)).port
        if "nginx" in name:
            port = stack.enter_context(nginx.proxy("Flask" if host == "gunicorn" else "FastAPI", port, place))
        visitor = stack.enter_context(Visitor(port, cookie=desk.cookie))
        slow = itertools.cycle(_slow(desk, visitor, port))
        before = page_times(visitor)
        with dripping(lambda: next(slow).connect(), CLIENTS):
            during = page_times(visitor, until=time.monotonic() + SECONDS)
        quiet = median([*before, *page_times(visitor)])
    return Figure(
        subject=f"page while {CLIENTS} clients send slowly",
        where=name,
        value=median(during) / quiet,
        unit="× quiet",
        budget=2,
        basis=f"{median(during) / 1000:.2f} and {quiet / 1000:.2f} ms",
    )


def _slow(desk: Desk, visitor: Visitor, port: int) -> list[Slow]:
    """Give a form of a stranger, and an upload of a client that has sent so much that a host takes a thread for it."""
    office = OfficeActor(office_id=desk.office_id, handler="mr. A. de Wit")
    dossier = desk.portal.office.dossiers.open(office, number="1", description="Langzaam", parties=[desk.client_id])
    seal, draft = visitor.seal(f"/dossiers/{dossier}/berichten/nieuw"), desk.portal.client.messages.new_draft()
    part = b'--grens\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.7\n'
    upload = (
        f"/dossiers/{dossier}/bijlagen?concept={draft} HTTP/1.1\r\nCookie: {desk.cookie}\r\nX-Shown-For: {seal}\r\n"
        f"Accept: application/json\r\nContent-Length: {20 * MEBIBYTE}\r\n"
        "Content-Type: multipart/form-data; boundary=grens"
    )
    form = "/inloggen HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9000"
    return [
        Slow(port=port, head=form, begun=b"email=jan"),
        Slow(port=port, head=upload, begun=part + b"x" * (BEGINNING + 1024)),
    ]
