"""A real server of either host, in its own process: `python -m tests.hosts.serving HOST FOLDER`.

HOST is flask (with Werkzeug's server), gunicorn, waitress or fastapi.

It prints one line of JSON with the values that a client needs, and serves until its standard input ends. The portal is
under ``/portaal``. The vendor's own ``/stand`` reports the state of the process, and ``/opslag/stuk`` and
``/opslag/heel`` break and repair its storage.
"""

import json
import logging
import os
import resource
import signal
import socket
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from klantportaal.adapters.anchors.memory import MemoryAnchors
from klantportaal.adapters.files.disk import DiskFiles
from klantportaal.adapters.mail.memory import MemorySender
from klantportaal.adapters.mail.texts import JinjaMailWriter
from klantportaal.adapters.secrets.ids import Uuid7Ids
from klantportaal.adapters.storage.memory import MemoryStorage
from klantportaal.adapters.web.http import cookies
from klantportaal.adapters.web.http.access_log import WithoutTokens
from klantportaal.adapters.web.http.cookies import Cookie
from klantportaal.domain.documents import DocumentKind, Publication
from klantportaal.domain.errors import Unavailable
from klantportaal.domain.forms import FormOwner, PageForm
from klantportaal.domain.request_times import KIBIBYTE, RequestTimes
from klantportaal.domain.sessions import Visitor
from klantportaal.domain.uploads import MEBIBYTE, UploadLimits
from klantportaal.portal import Portal
from klantportaal.settings import Settings
from klantportaal.testing.builders import Scene
from klantportaal.testing.fakes import (
    CountingCodes,
    CountingTokens,
    FewPasswords,
    FixedClock,
    PlainPasswords,
    PlainPdf,
    PlainSeals,
    PlainVault,
)
from klantportaal.usecases.client.session_start import Entrance, Halfway

if TYPE_CHECKING:
    from flask import Flask

PREFIX = "/portaal"
STRICT_PREFIX = "/streng"
"""The prefix of the same portal with a lower limit."""
IMPATIENT_PREFIX = "/ongeduldig"
"""The prefix of the same portal with a short window for what comes slowly."""
CROWDED_PREFIX = "/druk"
"""The prefix of the same portal with a window that never ends, and a short one when others want a place."""
FULL_PREFIX = "/vol"
"""The prefix of the same portal where no upload is too slow, and any may be broken off after a short time."""
NARROW_PREFIX = "/nauw"
"""The prefix of the same portal where half-sent forms may hold little memory."""
LARGE = 500 * MEBIBYTE
"""The size in bytes of the largest file that the portal accepts."""
STRICT = 8 * MEBIBYTE
"""The size in bytes of the largest file under the lower limit."""
DOCUMENT = 200 * MEBIBYTE
"""The size in bytes of the document in the dossier."""
IMPATIENT = RequestTimes(window=timedelta(seconds=1), least_rate=8 * KIBIBYTE, total=timedelta(hours=1))
CROWDED = RequestTimes(
    window=timedelta(hours=1), crowded_window=timedelta(seconds=0.2), total=timedelta(hours=1), bodies_at_once=8
)
FULL = attrs.evolve(CROWDED, crowded_window=timedelta(hours=1), crowded_patience=timedelta(seconds=0.5))
NARROW = attrs.evolve(CROWDED, begun_together=MEBIBYTE)
ARCHIVED = 11
"""The number of documents of that size in a second dossier: together they are 2.15 GiB."""
CROWD = 8
"""The number of further clients."""
Standing = Callable[[], Mapping[str, int]]


class BreakableStorage(MemoryStorage):
    """Storage that can be broken, as when its database is gone: nothing is written then."""

    breaks = False

    def begin(self, *, flushed: bool = True) -> Any:
        """Begin, or fail."""
        if self.breaks:
            raise Unavailable
        return super().begin(flushed=flushed)

    def set_state(self, state: str) -> Mapping[str, str]:
        """Break it (``stuk``) or repair it."""
        self.breaks = state == "stuk"
        return {"state": state}


@attrs.frozen(kw_only=True)
class Known:
    """The values that a client of the server needs."""

    port: int
    cookie: str
    other_cookie: str
    """Of another party of the dossier."""
    seal: str
    """Of the form of a new message, as the client is shown it."""
    other_seal: str
    crowd: Sequence[tuple[str, str]]
    """The cookies and seals of further parties."""
    dossier: str
    document: str
    draft: str
    heavy_dossier: str
    """A dossier whose archive has more than 2 GiB."""


def assemble(storage: MemoryStorage, folder: Path, *, largest: int, requests: RequestTimes | None = None) -> Portal:
    """Assemble a portal that accepts files up to a size."""
    return Portal.assemble(
        storage=storage,
        files=DiskFiles(folder),
        anchors=MemoryAnchors(),
        mail=MemorySender(),
        mail_writer=JinjaMailWriter(),
        pdf=PlainPdf(),
        clock=FixedClock(),
        ids=Uuid7Ids(),
        tokens=CountingTokens(),
        passwords=PlainPasswords(),
        blocklist=FewPasswords(),
        seals=PlainSeals(),
        codes=CountingCodes(),
        vault=PlainVault(),
        settings=Settings(uploads=UploadLimits(file_size=largest), requests=requests or RequestTimes()),
    )


def main(host: str, folder: Path) -> None:
    """Serve until standard input ends."""
    listening = socket.create_server(("127.0.0.1", 0))
    storage = BreakableStorage()
    portals = {
        PREFIX: assemble(storage, folder, largest=LARGE),
        STRICT_PREFIX: assemble(storage, folder, largest=STRICT),
        IMPATIENT_PREFIX: assemble(storage, folder, largest=LARGE, requests=IMPATIENT),
        CROWDED_PREFIX: assemble(storage, folder, largest=LARGE, requests=CROWDED),
        NARROW_PREFIX: assemble(storage, folder, largest=LARGE, requests=NARROW),
        FULL_PREFIX: assemble(storage, folder, largest=LARGE, requests=FULL),
    }
    known, standing = furnish(portals[PREFIX], storage, folder, port=listening.getsockname()[1])
    vendor = Vendor(portals=portals, standing=standing, storing=storage.set_state)
    serves = {"flask": serve_flask, "gunicorn": serve_gunicorn, "waitress": serve_waitress, "fastapi": serve_fastapi}
    serve = serves[host]
    sys.stdout.write(json.dumps(attrs.asdict(known)) + "\n")
    sys.stdout.flush()
    log_requests(folder.with_suffix(".log"))
    serve(vendor, listening)
    sys.stdin.read()
    os._exit(0)


def _kept(folder: Path) -> Iterator[Path]:
    """Give the files that the portal keeps in a folder."""
    return (each for each in folder.rglob("*") if each.is_file() and each.name != "keeping.lock")


def log_requests(file: Path) -> None:
    """Let the server write its access log to a file, as the how-to on production says."""
    handler = logging.FileHandler(file)
    for name in ("gunicorn.access", "uvicorn.access", "werkzeug"):
        log = logging.getLogger(name)
        log.setLevel(logging.INFO)
        log.addHandler(handler)
        log.addFilter(WithoutTokens())


def furnish(portal: Portal, storage: MemoryStorage, folder: Path, *, port: int) -> tuple[Known, Standing]:
    """Put an office, a signed-in client, and a dossier with a document into a portal."""
    scene = Scene(storage=storage)
    files = DiskFiles(folder)
    office = scene.office(base_url=f"http://127.0.0.1:{port}{PREFIX}")
    client, account = scene.person(office)
    others = [scene.person(office) for _number in range(1 + CROWD)]
    dossier = scene.dossier(office, client, *(other for other, _account in others))
    desk = scene.office_actor(office)
    parties = frozenset({client.id, *(other.id for other, _account in others)})
    publication = Publication(kind=DocumentKind.DOCUMENT, title="Groot", for_clients=parties)
    blocks = [os.urandom(MEBIBYTE)] * (DOCUMENT // MEBIBYTE)
    document = portal.office.documents.publish(desk, dossier.id, publication, name="groot.pdf", blocks=blocks)
    heavy = scene.dossier(office, client)
    stored = portal.office.dossiers.get(desk, dossier.id).documents[0].document.file
    for _number in range(ARCHIVED):
        copy = attrs.evolve(stored, key=scene.file().key)
        place = files.place(copy.key)
        place.parent.mkdir(exist_ok=True)
        place.hardlink_to(files.place(stored.key))  # On the disk, all of them are one file.
        scene.document(heavy, client, file=copy)
    entrance, *entrances = (
        portal.client.sign_in.sign_in(Visitor(office_id=office.id), scene.address(each), "Welkom01")
        for each in (account, *(other for _client, other in others))
    )
    actor = portal.client.sign_in.whoever(office.id, entrance.token).actor
    draft = portal.client.messages.new_draft()

    def standing() -> Mapping[str, int]:
        told = Counter(entry.what for entry in storage._committed.entries.values())
        return {
            "began": told["DownloadBegan"],
            "ended": told["DocumentDownloaded"],
            "parts": told["PartDownloaded"],
            "taken_back": told["DownloadTakenBack"],
            "reading": sum(1 for each in Path("/proc/self/fd").iterdir() if _is_within(each, folder)),
            "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            "archives": told["ArchiveDownloaded"],
            "downloads": len(portal.office.dossiers.get(desk, dossier.id).documents[0].downloads),
            "staged": len(portal.client.messages.uploads(actor, dossier.id, draft)),
            "files": len({each.stat().st_ino for each in _kept(folder)}),  # Links to one file count as one.
        }

    name = cookies.name(Cookie.SESSION, office.id, secure=False)
    form = PageForm(route="new_message", ids={"dossier_id": str(dossier.id)})

    def known_of(each: Entrance | Halfway) -> tuple[str, str]:
        owner = FormOwner.of(portal.client.sign_in.whoever(office.id, each.token).actor)
        return f"{name}={each.token}", portal.client.forms.seal(owner, form)

    (cookie, seal), (other_cookie, other_seal), *crowd = map(known_of, [entrance, *entrances])
    known = Known(
        port=port,
        cookie=cookie,
        other_cookie=other_cookie,
        seal=seal,
        other_seal=other_seal,
        crowd=crowd,
        dossier=str(dossier.id),
        document=str(document),
        draft=str(draft),
        heavy_dossier=str(heavy.id),
    )
    return known, standing


def _is_within(descriptor: Path, folder: Path) -> bool:
    """Tell whether a descriptor is of a file in a folder."""
    try:
        return descriptor.resolve().is_relative_to(folder.resolve())
    except OSError:
        return False


@attrs.frozen(kw_only=True)
class Vendor:
    """What the vendor's app serves."""

    portals: Mapping[str, Portal]
    standing: Standing
    storing: Callable[[str], Mapping[str, str]]


def flask_app(vendor: Vendor) -> "Flask":
    """Make the vendor's Flask app."""
    from flask import Flask

    from klantportaal.adapters.flask import blueprint

    app = Flask(__name__)
    for prefix, portal in vendor.portals.items():
        app.register_blueprint(blueprint(portal), url_prefix=prefix, name=prefix.strip("/"))
    app.add_url_rule("/stand", view_func=vendor.standing)
    app.add_url_rule("/opslag/<state>", view_func=vendor.storing)
    return app


def serve_flask(vendor: Vendor, listening: socket.socket) -> None:
    """Serve through Werkzeug, with a thread for each connection."""
    from werkzeug.serving import make_server

    server = make_server("127.0.0.1", 0, flask_app(vendor), threaded=True, fd=listening.fileno())
    threading.Thread(target=server.serve_forever, daemon=True).start()


def serve_gunicorn(vendor: Vendor, listening: socket.socket) -> None:
    """Serve through gunicorn, with one worker of many threads."""
    from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

    class Serving(BaseApplication):  # type: ignore[misc]
        """Runs the vendor's app."""

        def load_config(self) -> None:
            """Set what the command line would."""
            own = {
                "bind": f"fd://{listening.fileno()}",
                "worker_class": "gthread",
                "threads": 16,
                "loglevel": "critical",
                "accesslog": os.devnull,  # On; ``log_requests`` takes its lines.
            }
            for name, value in {**own, "graceful_timeout": 1}.items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            """Return the app."""
            return flask_app(vendor)

    def stop() -> None:
        sys.stdin.read()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=stop, daemon=True).start()
    Serving().run()


def serve_waitress(vendor: Vendor, listening: socket.socket) -> None:
    """Serve through waitress."""
    from waitress.server import create_server

    server = create_server(flask_app(vendor), sockets=[listening], threads=16, max_request_body_size=526 * MEBIBYTE)
    threading.Thread(target=server.run, daemon=True).start()


def serve_fastapi(vendor: Vendor, listening: socket.socket) -> None:
    """Serve through uvicorn."""
    import uvicorn
    from fastapi import FastAPI

    from klantportaal.adapters.fastapi import pages

    app = FastAPI()
    for prefix, portal in vendor.portals.items():
        app.include_router(pages(portal), prefix=prefix)
    app.add_api_route("/stand", vendor.standing)
    app.add_api_route("/opslag/{state}", vendor.storing)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None))
    thread = threading.Thread(target=lambda: server.run(sockets=[listening]), daemon=True)
    thread.start()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
