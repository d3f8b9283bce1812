"""Fixtures that run every test once for each host, on the same portal with the same data."""

import functools
from collections.abc import Callable
from typing import cast

import attrs
import pytest
from fastapi import FastAPI
from flask import Flask

from klantportaal.adapters.anchors.memory import MemoryAnchors
from klantportaal.adapters.files.memory import MemoryFiles
from klantportaal.adapters.flask import blueprint
from klantportaal.adapters.mail.memory import MemorySender
from klantportaal.adapters.mail.texts import JinjaMailWriter
from klantportaal.adapters.pictures.heif import HeifPictures
from klantportaal.adapters.sms.memory import MemorySmsSender
from klantportaal.adapters.sms.texts import JinjaSmsWriter
from klantportaal.adapters.storage.memory import MemoryStorage
from klantportaal.adapters.web.http import recurrences
from klantportaal.domain.accounts import Account, Client
from klantportaal.domain.documents import DocumentKind, Publication
from klantportaal.domain.dossiers import Dossier
from klantportaal.domain.file_types import FileTypes
from klantportaal.domain.messages import Message
from klantportaal.domain.offices import Office, OfficeProfile
from klantportaal.domain.scanning import ScanPolicy
from klantportaal.domain.uploads import MEBIBYTE, UploadLimits
from klantportaal.domain.values import DocumentId
from klantportaal.portal import Portal
from klantportaal.ports.addresses import AddressLookup
from klantportaal.ports.pictures import Pictures
from klantportaal.ports.scanner import Scanner
from klantportaal.ports.storage import Storage
from klantportaal.settings import Settings
from klantportaal.testing.builders import Scene
from klantportaal.testing.fakes import CountingCodes, FewPasswords, PlainPasswords, PlainPdf, PlainSeals, PlainVault
from tests.hosts import asking
from tests.hosts.browsers import BASE_URL, PREFIX, Browser, FastApiWire, FlaskWire, OlderTab, Wire

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40
"""A document of the office."""
LIBHEIF = HeifPictures()


@attrs.frozen(kw_only=True)
class World:
    """A portal with one office, and a client with an account, a dossier, a document and a message."""

    portal: Portal
    scene: Scene
    files: MemoryFiles
    mail: MemorySender
    sms: MemorySmsSender
    passwords: PlainPasswords
    office: Office
    client: Client
    account: Account
    dossier: Dossier
    document: DocumentId
    message: Message

    @property
    def email(self) -> str:
        """The address that the client signs in with."""
        return self.scene.address(self.account)


def build_world(
    *,
    scanner: Scanner | None = None,
    scanning: ScanPolicy | None = None,
    pictures: Pictures | None = LIBHEIF,
    addresses: AddressLookup | None = None,
    storage: Storage | None = None,
) -> World:
    """Build the scene that most tests start with, in memory or in another storage."""
    storage = storage or MemoryStorage()
    files, mail, passwords = MemoryFiles(), MemorySender(), PlainPasswords()
    scene, sms = Scene(storage=storage), MemorySmsSender()
    portal = Portal.assemble(
        storage=storage,
        files=files,
        anchors=MemoryAnchors(),
        mail=mail,
        mail_writer=JinjaMailWriter(),
        pdf=PlainPdf(),
        clock=scene.clock,
        ids=scene.ids,
        tokens=scene.tokens,
        passwords=passwords,
        blocklist=FewPasswords(),
        seals=PlainSeals(),
        codes=CountingCodes(),
        vault=PlainVault(),
        sms=sms,
        sms_writer=JinjaSmsWriter(),
        scanner=scanner,
        pictures=pictures,
        addresses=addresses,
        settings=Settings(
            uploads=UploadLimits(file_size=MEBIBYTE, files=3, types=FileTypes.accountant()),
            scanning=scanning or ScanPolicy(),
        ),
    )
    profile = OfficeProfile(name="Kantoor <Ee> & Zn.", contact_address="info@kantoor.example.nl", colour="#ffcc00")
    office = scene.office(base_url=BASE_URL, profile=profile)
    client, account = scene.person(office, email="Klant@example.nl", first_signed_in_at=scene.clock.now())
    dossier = scene.dossier(office, client, number="2026-0001", description="Levering woning")
    document = portal.office.documents.publish(
        scene.office_actor(office),
        dossier.id,
        Publication(kind=DocumentKind.DOCUMENT, title="Concept akte", for_clients=frozenset({client.id})),
        name="Concept akte é.pdf",
        blocks=[PDF],
    )
    return World(
        portal=portal,
        scene=scene,
        files=files,
        mail=mail,
        sms=sms,
        passwords=passwords,
        office=office,
        client=client,
        account=account,
        dossier=dossier,
        document=document,
        message=scene.inbound(dossier, client, subject="Uw akte"),
    )


def flask_app(portal: Portal) -> Flask:
    """Make a vendor's Flask app with the portal in it."""
    app = Flask("vendor")
    app.register_blueprint(blueprint(portal), url_prefix=PREFIX)
    return app


def fastapi_app(portal: Portal) -> FastAPI:
    """Make a vendor's FastAPI app with the portal in it."""
    from klantportaal.adapters.fastapi import pages

    app = FastAPI()
    app.include_router(pages(portal), prefix=PREFIX)
    return app


WIRES: dict[str, Callable[[Portal], Wire]] = {
    "flask": lambda portal: FlaskWire.of(flask_app(portal)),
    "fastapi": lambda portal: FastApiWire.of(fastapi_app(portal)),
}
"""For each host, a function that makes a test client of a new app with the given portal."""


class Standing:
    """A replaceable stand-in for a portal. Making a host is slow, so it is made once, and each test sets its portal."""

    __class__ = property(lambda _self: Portal)  # A host accepts only a ``Portal`` (AL-5).

    def __init__(self, portal: Portal) -> None:
        self.portal = portal

    def __getattr__(self, name: str) -> object:
        """Get an attribute of the current portal."""
        return getattr(self.portal, name)


@functools.cache
def _mounted(host: str) -> tuple[Standing, Callable[[], Wire]]:
    standing = Standing(build_world().portal)
    portal = cast(Portal, standing)
    if host == "flask":
        return standing, functools.partial(FlaskWire.of, flask_app(portal))
    return standing, functools.partial(FastApiWire.of, fastapi_app(portal))


def mounted(host: str, portal: Portal) -> Wire:
    """Give a client of a shared host, and let that host serve *portal* instead of the portal of the previous test.

    A host caches its office and the base URL of that office. Both are the same in all worlds. A test that changes the
    base URL makes its own host.
    """
    standing, wire = _mounted(host)
    standing.portal = portal
    return wire()


@pytest.fixture(autouse=True)
def _everything_is_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Log each refusal and each fallback page, however often earlier tests of this process had the same."""
    monkeypatch.setattr(recurrences, "_QUIET", -1)


@pytest.fixture
def world() -> World:
    """The scene."""
    return build_world()


@pytest.fixture(params=list(WIRES))
def new_browser(request: pytest.FixtureRequest, world: World) -> Callable[[], Browser]:
    """Open browsers that know nothing yet, onto one host."""
    older_tab = OlderTab(portal=world.portal, office_id=world.office.id)
    return lambda: Browser(wire=mounted(request.param, world.portal), older_tab=older_tab)


@pytest.fixture
def browser(new_browser: Callable[[], Browser]) -> Browser:
    """A browser without cookies."""
    return new_browser()


@pytest.fixture
def client(browser: Browser, world: World) -> Browser:
    """A browser in which the scene's client is signed in."""
    assert browser.sign_in(world.email).status == 303
    return browser


@pytest.fixture
def waiting(client: Browser, world: World) -> asking.Asked:
    """A questionnaire that was not opened yet."""
    published = world.scene.published(world.office, asking.TESTAMENT)
    assignment = world.scene.assignment(world.dossier, world.client, published)
    return asking.Asked(world=world, browser=client, id=assignment.id)


@pytest.fixture
def asked(waiting: asking.Asked) -> asking.Asked:
    """A started questionnaire."""
    assert waiting.browser.post(waiting.path).status == 303
    return waiting


@pytest.fixture
def answered(asked: asking.Asked) -> asking.Asked:
    """A questionnaire in which every page was saved."""
    assert asked.at(asked.send("gezin", asking.ALONE)) == "/pagina/slot"
    assert asked.at(asked.send("slot", asking.COLOUR)) == "/overzicht"
    return asked
