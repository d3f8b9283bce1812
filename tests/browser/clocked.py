"""A portal on SQLite in this process, served by either host, with a clock and background work that the test moves."""

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, time, timedelta
from pathlib import Path

import attrs
import uvicorn
from werkzeug.serving import make_server

from examples.demo.desk.serving import HANDLER
from examples.demo.state import State
from examples.fastapi_host import host as fastapi_host
from examples.flask_host import host as flask_host
from klantportaal import ClientId, ClientKind, DossierId, Language, NewClient, OfficeActor, OfficeProfile, Portal
from klantportaal.adapters.anchors.files import FileAnchors
from klantportaal.adapters.files.disk import DiskFiles
from klantportaal.adapters.mail.memory import MemorySender
from klantportaal.adapters.mail.texts import JinjaMailWriter
from klantportaal.adapters.pdf import FpdfWriter
from klantportaal.adapters.secrets.aes_vault import AesVault
from klantportaal.adapters.secrets.hmac_codes import HmacCodes
from klantportaal.adapters.secrets.hmac_seals import HmacSeals
from klantportaal.adapters.secrets.ids import Uuid7Ids
from klantportaal.adapters.secrets.tokens import HmacTokens
from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.domain.sessions import Visitor
from klantportaal.domain.values import AMSTERDAM, OfficeId
from klantportaal.ports.mail import Mail
from klantportaal.testing.fakes import FewPasswords, FixedClock, PlainPasswords
from tests.browser.demos import PASSWORD, Demo, Person

PEPPER = bytes(range(32))
MOMENTS = (time(3), time(7, 59), time(8), time(12), time(19, 59), time(23))
"""When a test lets the work be done, in Amsterdam: at night, and around the hours at which reminders begin and end."""


@attrs.frozen(kw_only=True)
class Clocked:
    """A served portal, and its clock, which only the test moves."""

    demo: Demo
    portal: Portal
    actor: OfficeActor
    """The office."""
    clock: FixedClock
    mail: MemorySender

    def work(self) -> Sequence[Mail]:
        """Do the background work that is due now, and return the mails that were sent."""
        before = len(self.mail.sent)
        self.portal.background.reminders.run_once()
        self.portal.background.dispatcher.run_once()
        return self.mail.sent[before:]

    def later(self, by: timedelta) -> Sequence[Mail]:
        """Move the clock, do the work, and return the mails that were sent."""
        self.clock.advance(by)
        return self.work()

    def until(self, end: datetime) -> list[tuple[datetime, Mail]]:
        """Let days pass, with work at several moments of each. Return each mail with the moment of its sending."""
        sent = []
        while self.clock.now() < end:
            now = self.clock.now()
            mails = self.later(min(end, _next_moment(now)) - now)
            sent += [(self.clock.now(), mail) for mail in mails]
        return sent

    def newcomer(self, name: str, email: str, language: Language) -> tuple[Person, ClientId]:
        """Invite a client, and set its password."""
        new = NewClient(kind=ClientKind.PERSON, name=name, email=email, language=language)
        client_id, _account_id = self.portal.office.clients.invite(self.actor, new)
        self.work()
        visitor = Visitor(office_id=self.actor.office_id, network_address="127.0.0.1", device="Chromium")
        self.portal.client.onboarding.ask_link(visitor, email)
        [asked] = self.work()
        token = re.findall(r"/wachtwoord/(\S+)", asked.text)[0]
        self.portal.client.onboarding.set_password(visitor, token, PASSWORD, PASSWORD)
        self.work()
        return Person(name=name, email=email, password=PASSWORD, language=language), client_id

    def open_dossier(self, number: str, *parties: ClientId) -> DossierId:
        """Open a dossier."""
        return self.demo.open_dossier(number, "Levering woning", *parties)


def _next_moment(after: datetime) -> datetime:
    """Give the next of the moments of the days."""
    today = after.astimezone(AMSTERDAM).date()
    days = (today, today + timedelta(days=1))
    moments = (datetime.combine(on, at, tzinfo=AMSTERDAM) for on in days for at in MOMENTS)
    return next(each for each in moments if each > after)


def link(mail: Mail) -> str:
    """Give the address that the button of a mail leads to."""
    return str(re.findall(r"http://127\S+", mail.text)[0])


@contextmanager
def clocked(host: str, folder: Path, start: datetime) -> Iterator[Clocked]:
    """Serve a portal with one office on a host, from a moment on."""
    clock, mail, storage = FixedClock(start), MemorySender(), SqlStorage.sqlite(folder / "portal.sqlite3")
    storage.migrate()
    with _assembled(storage, folder, clock, mail) as portal, SERVED[host](portal) as url:
        profile = OfficeProfile(name="Notariskantoor Van der Meer", contact_address="info@vandermeer.example.nl")
        office_id: OfficeId = portal.offices.ensure("vandermeer", url, profile)
        yield Clocked(
            demo=Demo(host=host, url=url, state=State(folder), portal=portal),
            portal=portal,
            actor=OfficeActor(office_id=office_id, handler=HANDLER),
            clock=clock,
            mail=mail,
        )


@contextmanager
def _assembled(storage: SqlStorage, folder: Path, clock: FixedClock, mail: MemorySender) -> Iterator[Portal]:
    """Put the portal together. Only its clock, mail and passwords are not those of production."""
    portal = Portal.assemble(
        storage=storage,
        files=DiskFiles(folder / "files"),
        anchors=FileAnchors(folder / "anchors"),
        mail=mail,
        mail_writer=JinjaMailWriter(),
        pdf=FpdfWriter(),
        clock=clock,
        ids=Uuid7Ids(),
        tokens=HmacTokens(PEPPER),
        passwords=PlainPasswords(),
        blocklist=FewPasswords(),
        seals=HmacSeals(PEPPER),
        codes=HmacCodes(PEPPER),
        vault=AesVault(PEPPER),
        closing=storage.close,
    )
    try:
        yield portal
    finally:
        portal.close()


@contextmanager
def _by_flask(portal: Portal) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, flask_host.application(portal), threaded=True)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


class _Listening(uvicorn.Server):
    """Tells when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listens = threading.Event()

    async def startup(self, sockets: object = None) -> None:
        """Listen, and tell."""
        await super().startup()
        self.listens.set()


@contextmanager
def _by_fastapi(portal: Portal) -> Iterator[str]:
    server = _Listening(fastapi_host.configuration(fastapi_host.application(portal), 0))
    serving = threading.Thread(target=server.run)
    serving.start()
    try:
        assert server.listens.wait(60)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        serving.join()


SERVED: dict[str, Callable[[Portal], AbstractContextManager[str]]] = {"flask": _by_flask, "fastapi": _by_fastapi}
