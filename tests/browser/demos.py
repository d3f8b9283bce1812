"""A running demo, and a portal on the same data with which a test prepares its data."""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from itertools import count

import attrs
from playwright.sync_api import BrowserContext

from examples.demo.desk.serving import HANDLER
from examples.demo.mailbox import CaughtMail, caught
from examples.demo.seed.story import COMPANY, COMPANY_PASSWORD, PERSON, PERSON_PASSWORD
from examples.demo.state import State
from klantportaal import ClientKind, DocumentKind, Language, NewClient, OfficeActor, Portal, Publication
from klantportaal.adapters.web.http import cookies
from klantportaal.adapters.web.http.cookies import Cookie
from klantportaal.domain.sessions import Actor, Visitor
from klantportaal.domain.values import ClientId, DocumentId, DossierId
from klantportaal.ports.reading import DossierQuery
from tests.support.demo import free_port, running

PATIENCE = 40.0
"""The timeout in seconds for a mail, on a busy machine."""
PASSWORD = "Klaproos8"
EMPTY_DOSSIER = "2026-0500"
"""An empty dossier of both seeded clients."""


@attrs.frozen(kw_only=True)
class Person:
    """Somebody who can sign in."""

    name: str
    email: str
    password: str
    language: Language


WILLEMIJN = Person(name=PERSON.name, email=PERSON.email, password=PERSON_PASSWORD, language=Language.DUTCH)
OLIVIA = Person(
    name=COMPANY.account_name or "", email=COMPANY.email, password=COMPANY_PASSWORD, language=Language.ENGLISH
)
_NEIGHBOURS = count(1)
SEEDED = {Language.DUTCH: WILLEMIJN, Language.ENGLISH: OLIVIA}


def wait_for(condition: Callable[[], bool], what: str) -> None:
    """Poll until a condition holds. It is for changes in another process, which cannot notify the test."""
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, f"never: {what}"
        time.sleep(0.05)


@attrs.frozen(kw_only=True)
class Demo:
    """A running demo. *portal* is a second portal on the same data, in the process of the test."""

    host: str
    url: str
    state: State
    portal: Portal
    _tokens: dict[str, str] = attrs.field(factory=dict, repr=False)
    _newcomers: set[str] = attrs.field(factory=set, repr=False)

    @property
    def office(self) -> OfficeActor:
        """The actor of the office."""
        return OfficeActor(office_id=self.portal.offices.only(), handler=HANDLER)

    def mails(self, address: str) -> Sequence[CaughtMail]:
        """List the mails to an address, oldest first."""
        return [mail for mail in reversed(caught(self.state.mails)) if mail.to == address]

    def await_mail(self, address: str, subject: str, *, count: int = 1) -> CaughtMail:
        """Wait until an address has *count* mails whose subjects start with *subject*, and give the newest."""

        def found() -> list[CaughtMail]:
            return [mail for mail in self.mails(address) if mail.subject.startswith(subject)]

        wait_for(lambda: len(found()) >= count, f"“{subject}” to {address}")
        return found()[-1]

    def invite(
        self, name: str, email: str, *, language: Language = Language.DUTCH, kind: ClientKind = ClientKind.PERSON
    ) -> ClientId:
        """Invite a client."""
        new = NewClient(kind=kind, name=name, email=email, language=language)
        client_id, _account_id = self.portal.office.clients.invite(self.office, new)
        return client_id

    def newcomer(
        self, name: str, email: str, *, language: Language = Language.DUTCH, kind: ClientKind = ClientKind.PERSON
    ) -> tuple[Person, ClientId]:
        """Invite a client at an address that no other test uses, and set its password."""
        assert email not in self._newcomers, f"another test made a client at {email}: they would be one person"
        self._newcomers.add(email)
        client_id = self.invite(name, email, language=language, kind=kind)
        return self.with_password(name, email, language=language), client_id

    def with_password(self, name: str, email: str, *, language: Language = Language.DUTCH) -> Person:
        """Set the password of an invited account."""
        self.portal.client.onboarding.set_password(self._visitor(), self.password_token(email), PASSWORD, PASSWORD)
        return Person(name=name, email=email, password=PASSWORD, language=language)

    def password_token(self, email: str) -> str:
        """Request a link that sets a password, and read the token from its mail."""
        before = len(self._password_tokens(email))
        self.portal.client.onboarding.ask_link(self._visitor(), email)
        wait_for(lambda: len(self._password_tokens(email)) > before, f"a password link for {email}")
        return self._password_tokens(email)[-1]

    def _password_tokens(self, email: str) -> list[str]:
        return [token for mail in self.mails(email) for token in re.findall(r"/wachtwoord/(\S+)", mail.text)]

    def _visitor(self) -> Visitor:
        """Make somebody at an address of its own: many requests from one address would be throttled (SI-2)."""
        address = str(ip_address("198.18.0.0") + next(_NEIGHBOURS))  # RFC 2544: addresses of tests.
        return Visitor(office_id=self.office.office_id, network_address=address, device="Chromium")

    def token(self, person: Person) -> str:
        """Give the token of a person's session. It is always the same session."""
        if person.email not in self._tokens:
            entrance = self.portal.client.sign_in.sign_in(self._visitor(), person.email, person.password)
            self._tokens[person.email] = entrance.token
        return self._tokens[person.email]

    def actor(self, person: Person) -> Actor:
        """Give the actor of a person's session."""
        return self.portal.client.sign_in.whoever(self.office.office_id, self.token(person)).actor

    def sign_in_elsewhere(self, person: Person, device: str) -> str:
        """Sign in on another device, and give the token of that session."""
        visitor = attrs.evolve(self._visitor(), device=device)
        return self.portal.client.sign_in.sign_in(visitor, person.email, person.password).token

    def gave_password(self, person: Person, ago: timedelta) -> None:
        """Set how long ago the password was given in a person's session."""
        actor, now = self.actor(person), datetime.now(UTC)
        with self.portal.client.sign_in._storage.begin() as uow:
            assert uow.sessions.confirm(actor, fingerprint=actor.fingerprint, at=now - ago)
            uow.commit()

    def cookie(self, cookie: Cookie) -> str:
        """Give the name of a cookie of this portal."""
        return cookies.name(cookie, self.office.office_id, secure=False)

    def let_in(self, context: BrowserContext, person: Person) -> None:
        """Sign a person in without the form."""
        context.add_cookies([{"name": self.cookie(Cookie.SESSION), "value": self.token(person), "url": self.url}])

    def dossier(self, person: Person, number: str) -> DossierId:
        """Find a person's dossier by its number, in any status."""
        statuses = frozenset(status.code for status in self.portal.office.profile.get(self.office).profile.statuses)
        query = DossierQuery(search=number, statuses=statuses)
        return next(row.id for row in self.portal.client.dossiers.list(self.actor(person), query).rows)

    def path(self, person: Person, number: str) -> str:
        """Give the URL of a person's dossier."""
        return f"{self.url}/dossiers/{self.dossier(person, number)}"

    def open_dossier(self, number: str, description: str, *parties: ClientId) -> DossierId:
        """Open a dossier."""
        return self.portal.office.dossiers.open(self.office, number=number, description=description, parties=parties)

    def publish(
        self, dossier_id: DossierId, title: str, *clients: ClientId, content: bytes, name: str = "stuk.pdf"
    ) -> DocumentId:
        """Publish a document."""
        publication = Publication(kind=DocumentKind.DOCUMENT, title=title, for_clients=frozenset(clients))
        publishing = self.portal.office.documents
        return publishing.publish(self.office, dossier_id, publication, name=name, blocks=[content])


@contextmanager
def started(host: str, state: State) -> Iterator[Demo]:
    """Run the demo on a host with a seeded state."""
    port = free_port()
    with running(host, port, state.folder):
        demo = Demo(host=host, url=f"http://127.0.0.1:{port}", state=state, portal=state.portal())
        clients = demo.portal.office.clients.list(demo.office)
        demo.open_dossier(EMPTY_DOSSIER, "Schenking", *(card.client.id for card in clients))
        yield demo
