"""A vendor's Flask application that uses the portal before its server forks, as with ``gunicorn --preload``."""

import json
import os
import uuid
from pathlib import Path

import attrs
from flask import Flask

from klantportaal.adapters.anchors.files import FileAnchors
from klantportaal.adapters.clock import SystemClock
from klantportaal.adapters.files.disk import DiskFiles
from klantportaal.adapters.flask import blueprint
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
from klantportaal.adapters.storage.sql.storage import PATIENCE
from klantportaal.adapters.web.http import cookies
from klantportaal.adapters.web.http.cookies import Cookie
from klantportaal.domain.messages import MessageText
from klantportaal.domain.offices import OfficeProfile
from klantportaal.domain.quotas import DailyQuotas
from klantportaal.domain.sessions import OfficeActor, Visitor
from klantportaal.domain.values import ClientId, DossierId
from klantportaal.portal import Portal
from klantportaal.settings import Settings
from klantportaal.testing.builders import Scene
from tests.hosts.browsers import BASE_URL, PREFIX, Browser

DOSSIERS = 8
PASSWORD = "Welkom01"
PASSWORDS = BcryptPasswords(b"p" * 32, cost=4)
DATABASE = "KLANTPORTAAL_TEST_DATABASE"
"""The environment variable with the DSN or the path of a migrated database."""
FOLDER = "KLANTPORTAAL_TEST_FOLDER"
"""The environment variable with the folder for files, mail and `KNOWN`."""


KNOWN = "known.json"
"""The file with what a client of the server needs to know."""


@attrs.frozen(kw_only=True)
class Known:
    """What a client of the server needs to know."""

    cookie: str
    """The session cookie of a client that is signed in."""
    dossiers: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Office:
    """A portal with one office, and one client with dossiers."""

    portal: Portal
    desk: OfficeActor
    client: ClientId
    email: str
    dossiers: tuple[DossierId, ...]
    """One for each concurrent user: a page shows only the newest messages."""

    @property
    def dossier(self) -> DossierId:
        """The first dossier."""
        return self.dossiers[0]


def open_storage(database: str, *, patience: float = PATIENCE) -> SqlStorage:
    """Open a storage by the DSN of a database or the path of a file."""
    if "://" in database:
        return SqlStorage.postgresql(database, patience=patience)
    return SqlStorage.sqlite(database, patience=patience)


MUCH = DailyQuotas(client_messages=10_000, office_messages=10_000)
"""More messages a day than a test sends."""


def assemble(storage: SqlStorage, folder: Path) -> Portal:
    """Assemble a portal from production adapters only."""
    pepper = b"p" * 32
    return Portal.assemble(
        storage=storage,
        files=DiskFiles(folder / "files"),
        anchors=FileAnchors(folder / "anchors"),
        mail=FolderSender(folder / "mail"),
        mail_writer=JinjaMailWriter(),
        pdf=FpdfWriter(),
        clock=SystemClock(),
        ids=Uuid7Ids(),
        tokens=HmacTokens(pepper),
        passwords=PASSWORDS,
        blocklist=CommonPasswords(),
        seals=HmacSeals(pepper),
        codes=HmacCodes(pepper),
        vault=AesVault(pepper),
        settings=Settings(quotas=MUCH),
        closing=storage.close,
    )


def furnish(storage: SqlStorage, folder: Path) -> Office:
    """Make the office, its client and dossiers; this opens all that a start and a first request open."""
    portal, scene = assemble(storage, folder), Scene(storage=storage)
    portal.offices.ensure("kantoor", BASE_URL, OfficeProfile(name="Kantoor", contact_address="info@kantoor.example.nl"))
    office = portal.offices.get(portal.offices.only())
    desk = OfficeActor(office_id=office.id, handler="mr. A. de Wit")
    client, account = scene.person(office, password_hash=PASSWORDS.hash(PASSWORD))
    dossiers = tuple(
        portal.office.dossiers.open(desk, number=f"2026-{number:04}", description="Levering", parties=[client.id])
        for number in range(1, DOSSIERS + 1)
    )
    portal.office.messages.send(desk, dossiers[0], client.id, MessageText(subject="Welkom", body="Dag"))
    return Office(portal=portal, desk=desk, client=client.id, email=scene.person_of(account).email, dossiers=dossiers)


def flask_app(portal: Portal) -> Flask:
    """Make the vendor's app."""
    app = Flask("vendor")
    app.register_blueprint(blueprint(portal), url_prefix=PREFIX)
    app.extensions["portal"] = portal
    return app


def use(browser: Browser, dossier: object, name: str, *, requests: int) -> list[str]:
    """Write and read messages in turn; return a text for each wrong response."""
    wrong = []
    for number in range(requests // 2):
        fields = {"draft": str(uuid.uuid4()), "subject": f"{name}-{number}", "body": "Dag"}
        sent = browser.post_files(f"/dossiers/{dossier}/berichten/nieuw", fields)
        if sent.status != 303:
            wrong.append(f"{name}: {number}: status {sent.status} for a message")
        shown = browser.get(f"/dossiers/{dossier}/berichten")
        if shown.status != 200 or f"{name}-{number}" not in shown.text:
            wrong.append(f"{name}: {number}: status {shown.status} for the messages, or the newest is not among them")
    return wrong


def subjects(portal: Portal, desk: OfficeActor) -> list[str]:
    """List the subjects of all messages to the office, whichever process received them."""
    found: list[str] = []
    after = None
    while rows := portal.office.messages.inbox(desk, after=after):
        found += [row.message.subject for row in rows]
        after = rows[-1].message.id
    return sorted(found)


def expected(*names: str, requests: int) -> list[str]:
    """List the subjects that are expected after clients with these names made their requests."""
    return sorted(f"{name}-{number}" for name in names for number in range(requests // 2))


def app() -> Flask:
    """Return the app for gunicorn, with a dispatcher started before the fork; write `KNOWN`."""
    database, folder = os.environ[DATABASE], Path(os.environ[FOLDER])
    office = furnish(open_storage(database), folder)
    office.portal.background.dispatcher.start()
    visitor = Visitor(office_id=office.desk.office_id, network_address="192.0.2.7", device="Firefox")
    entrance = office.portal.client.sign_in.sign_in(visitor, office.email, PASSWORD)
    cookie = cookies.name(Cookie.SESSION, office.desk.office_id, secure=True)
    known = Known(cookie=f"{cookie}={entrance.token}", dossiers=tuple(map(str, office.dossiers)))
    (folder / KNOWN).write_text(json.dumps(attrs.asdict(known)))
    return flask_app(office.portal)
