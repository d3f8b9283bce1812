"""A whole portal on memory with one office, and shortcuts for what people do in it."""

import copy
import itertools
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import attrs
from pyotp import TOTP

from klantportaal.adapters.addresses.memory import MemoryAddresses
from klantportaal.adapters.anchors.memory import MemoryAnchors
from klantportaal.adapters.files.memory import MemoryFiles
from klantportaal.adapters.mail.memory import MemorySender
from klantportaal.adapters.mail.texts import JinjaMailWriter
from klantportaal.adapters.sms.memory import MemorySmsSender
from klantportaal.adapters.sms.texts import JinjaSmsWriter
from klantportaal.adapters.storage.memory import MemoryStorage
from klantportaal.adapters.webhooks.memory import MemoryWebhookSender
from klantportaal.domain.accounts import Account, AccountRole, ClientKind, NewClient
from klantportaal.domain.admission import Assurance, Authentication, Subject, VendorSignIn
from klantportaal.domain.documents import DocumentKind, Publication
from klantportaal.domain.messages import MessageText
from klantportaal.domain.offices import OfficeProfile
from klantportaal.domain.persons import Person
from klantportaal.domain.questionnaires.answering import Answering
from klantportaal.domain.questionnaires.postal_addresses import FoundAddress
from klantportaal.domain.sealing import Seal
from klantportaal.domain.sessions import Actor, OfficeActor, Visitor
from klantportaal.domain.texting import E164
from klantportaal.domain.values import (
    AccountId,
    AssignmentId,
    ClientId,
    DocumentId,
    DossierId,
    Fingerprint,
    Language,
    MessageId,
    PersonId,
    folded,
)
from klantportaal.portal import Portal
from klantportaal.ports.addresses import AddressLookup
from klantportaal.ports.mail import Mail
from klantportaal.ports.pictures import Pictures
from klantportaal.ports.reading import RevisionRow
from klantportaal.ports.scanner import Scanner
from klantportaal.ports.secrets import Seals
from klantportaal.ports.storage import Storage
from klantportaal.settings import Settings
from klantportaal.testing.fakes import (
    CountingCodes,
    CountingIds,
    CountingTokens,
    FewPasswords,
    FixedClock,
    PlainPasswords,
    PlainPdf,
    PlainSeals,
    PlainVault,
)
from klantportaal.usecases.client.questionnaires import Opened, Saved
from klantportaal.usecases.client.session_start import Entrance, Halfway
from klantportaal.usecases.client.two_step import TotpKey
from tests.usecases import intake

ADDRESSES = MemoryAddresses({("2513 AA", "1"): FoundAddress(street="Binnenhof", place="'s-Gravenhage")})
PASSWORD = "Welkom2026"
NUMBER = E164("+31612345678")
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40
ISSUER = "https://login.example.nl"
VENDOR = VendorSignIn(
    name="DigiD", sign_in="/sso/inloggen", confirm="/sso/bevestigen", sign_out="/sso/uitloggen", with_password=False
)
PROFILE = OfficeProfile(name="Notariskantoor Van der Meer", contact_address="info@vandermeer.example.nl")


class World:
    """A portal, with the actors who use it."""

    def __init__(
        self,
        *,
        settings: Settings | None = None,
        scanner: Scanner | None = None,
        pictures: Pictures | None = None,
        addresses: AddressLookup | None = ADDRESSES,
        storage: Storage | None = None,
        passwords: PlainPasswords | None = None,
        seals: Seals | None = None,
        sms: bool = True,
        webhooks: bool = True,
    ) -> None:
        self.clock = FixedClock()
        self.storage: Storage = storage or MemoryStorage()
        self.files = MemoryFiles(clock=self.clock)
        self.anchors = MemoryAnchors()
        self.mail = MemorySender()
        self.sms = MemorySmsSender()
        self.webhooks = MemoryWebhookSender()
        self.passwords = passwords or PlainPasswords()
        self.codes = CountingCodes()
        self.ids = CountingIds()
        self.new_tokens = CountingTokens()
        self.portal = Portal.assemble(
            storage=self.storage,
            files=self.files,
            anchors=self.anchors,
            mail=self.mail,
            mail_writer=JinjaMailWriter(),
            pdf=PlainPdf(),
            clock=self.clock,
            ids=self.ids,
            tokens=self.new_tokens,
            passwords=self.passwords,
            blocklist=FewPasswords(),
            seals=seals or PlainSeals(),
            codes=self.codes,
            vault=PlainVault(),
            sms=self.sms if sms else None,
            sms_writer=JinjaSmsWriter(),
            scanner=scanner,
            pictures=pictures,
            addresses=addresses,
            webhooks=self.webhooks if webhooks else None,
            settings=settings,
        )
        self.office = self.portal.offices.ensure("vandermeer", "https://portaal.vandermeer.example.nl/", PROFILE)
        self.handler = OfficeActor(office_id=self.office, handler="mr. A. de Wit")
        self.visitor = Visitor(office_id=self.office, network_address="192.0.2.7", device="Firefox")
        self.tokens: dict[Fingerprint, str] = {}
        """The tokens of the sessions that were recognised."""

    def copied(self) -> "World":
        """Make a second world that goes on from where this one is. What happens in one does not change the other.

        What a process only remembers, such as which files are sound, is not in the second world.
        """
        assert isinstance(self.storage, MemoryStorage)
        storage = MemoryStorage()
        storage._committed = self.storage._committed.copy()
        world = World(storage=storage)
        for name in ("clock", "files", "anchors", "mail", "sms", "passwords", "codes", "ids", "new_tokens"):
            _go_on(getattr(world, name), getattr(self, name))
        world.tokens = dict(self.tokens)
        return world

    def other_office(self) -> OfficeActor:
        """Make a second office."""
        profile = attrs.evolve(PROFILE, name="Advocatenkantoor Bakker")
        office = self.portal.offices.ensure("bakker", "https://bakker.example.nl", profile)
        return OfficeActor(office_id=office, handler="mr. B. Bakker")

    def lose_trail(self) -> None:
        """Keep anchors beyond the trails of all offices, as if an old backup of the database was put back."""
        for office in (self.office, self.other_office().office_id):
            self.anchors.add(office, Seal(number=1_000_000, digest=bytes(40)))

    # ------------------------------------------------------------------ mail
    def deliver(self) -> list[Mail]:
        """Send what is due, and return the mails that were sent."""
        before = len(self.mail.sent)
        self.portal.background.dispatcher.run_once()
        return self.mail.sent[before:]

    def mail_problems(self) -> list[AccountId]:
        """List the accounts of the persons whose mail has a problem."""
        problems = self.portal.office.clients.mail_problems(self.handler)
        return list(dict.fromkeys(account.id for problem in problems for account in problem.accounts))

    def token(self, mail: Mail) -> str:
        """Find the token of the link in a mail."""
        found = re.search(r"/(?:uitnodiging|wachtwoord|e-mailadres)/([\w-]{43})\b", mail.text)
        assert found is not None, mail.text
        return found[1]

    # ------------------------------------------------------------------ people
    def invite(
        self,
        email: str = "jan@example.nl",
        *,
        name: str = "Jan Jansen",
        kind: ClientKind = ClientKind.PERSON,
        language: Language = Language.DUTCH,
        account_name: str | None = None,
    ) -> tuple[ClientId, AccountId]:
        """Let the office invite a client."""
        new = NewClient(kind=kind, name=name, email=email, language=language, account_name=account_name)
        return self.portal.office.clients.invite(self.handler, new)

    def password_link(self, email: str) -> str:
        """Ask for the second mail, and return its token."""
        self.portal.client.onboarding.ask_link(self.visitor, email)
        return self.token(self.deliver()[-1])

    def onboard(self, email: str = "jan@example.nl", *, name: str = "Jan Jansen") -> Actor:
        """Bring a new client from invitation to first session."""
        self.invite(email, name=name)
        self.deliver()
        entrance = self.portal.client.onboarding.set_password(
            self.visitor, self.password_link(email), PASSWORD, PASSWORD
        )
        self.deliver()
        return self.actor(entrance.token)

    def sign_in(self, email: str = "jan@example.nl", password: str = PASSWORD) -> Actor:
        """Sign in with the password alone."""
        entrance = self.portal.client.sign_in.sign_in(self.visitor, email, password)
        assert isinstance(entrance, Entrance)
        return self.actor(entrance.token)

    # ------------------------------------------------------------------ the vendor's own sign-in
    def use_vendor(self, **changes: Any) -> None:
        """Let the office use the vendor's own sign-in, in place of passwords unless *changes* says otherwise."""
        sign_in = attrs.evolve(VENDOR, **changes)
        self.portal.office.profile.use_vendor_sign_in(self.handler, sign_in)

    def authentication(
        self, name: str = "jan", *, assurance: Assurance = Assurance.SUBSTANTIAL, ago: timedelta = timedelta(0)
    ) -> Authentication:
        """Make what the vendor says of somebody."""
        subject = Subject(issuer=ISSUER, name=name)
        return Authentication(subject=subject, method="digid", assurance=assurance, at=self.clock.now() - ago)

    def admit(self, name: str = "jan", *, invitation: str | None = None) -> Actor:
        """Sign in somebody whom the vendor authenticated."""
        entrance = self.portal.client.sign_in.admit(self.visitor, self.authentication(name), invitation=invitation)
        assert isinstance(entrance, Entrance)
        return self.actor(entrance.token)

    def invitation(self, email: str = "jan@example.nl", *, name: str = "Jan Jansen") -> str:
        """Invite a client, and return the token of the link in the mail."""
        self.invite(email, name=name)
        return self.token(self.deliver()[-1])

    # ------------------------------------------------------------------ two-step verification
    def code(self) -> str:
        """Send what is due, and return the code in the newest SMS."""
        self.deliver()
        found = re.search(r"#([0-9]{6})\b", self.sms.sent[-1].text)
        assert found is not None, self.sms.sent[-1].text
        return found[1]

    def app(self, key: TotpKey) -> str:
        """Calculate the code that an authenticator app shows now."""
        return TOTP(key.secret.replace(" ", "")).at(self.clock.now())

    def turn_on(self, actor: Actor) -> str:
        """Turn on two-step verification by SMS, send all mails, and return the recovery code."""
        self.portal.client.two_step.begin_sms(actor, NUMBER)
        return self.portal.client.two_step.enrol(actor, self.code())

    def halfway(self, email: str = "jan@example.nl", password: str = PASSWORD) -> str:
        """Give the password of an account with two-step verification, and return the token of the half sign-in."""
        halfway = self.portal.client.sign_in.sign_in(self.visitor, email, password)
        assert isinstance(halfway, Halfway)
        return halfway.token

    def enter(self, email: str = "jan@example.nl") -> Entrance:
        """Sign in with password and SMS."""
        token = self.halfway(email)
        return self.portal.client.second_step.enter(self.visitor, token, self.code())

    def confirmed(self, actor: Actor) -> Actor:
        """Confirm the session with the password."""
        return self.actor(self.portal.client.sign_in.confirm(actor, PASSWORD).token)

    def actor(self, token: str) -> Actor:
        """Get the actor of a session's token."""
        actor = self.portal.client.sign_in.whoever(self.office, token, network_address="192.0.2.7").actor
        self.tokens[actor.fingerprint] = token
        return actor

    def extra_account(self, actor: Actor, email: str) -> Actor:
        """Add a second, active account to a client, for a new person with the same password, and sign it in."""
        with self.storage.begin() as uow:
            main, _client = uow.accounts.get(actor.office_id, actor.account_id)
            person = uow.persons.get(actor.office_id, actor.person_id)
            other = attrs.evolve(person, id=PersonId(self.ids.new()), email=email, last_account_id=None, version=1)
            extra = attrs.evolve(
                main,
                id=AccountId(self.ids.new()),
                person_id=other.id,
                role=AccountRole.EXTRA,
                name="Extra Account",
                version=1,
            )
            uow.persons.add(other)
            uow.accounts.add(extra)
            uow.commit()
        return self.sign_in(email)

    def second_account(
        self, email: str = "jan@example.nl", *, name: str = "Jansen BV", kind: ClientKind = ClientKind.COMPANY
    ) -> Actor:
        """Let the office take on one more client with a known address, and act for it. Mails are sent (PE-2)."""
        _client, account = self.invite(email, name=name, kind=kind, account_name="Jan Jansen")
        self.deliver()
        actor = self.sign_in(email)
        self.portal.client.accounts.switch(actor, account)
        return self.again(actor)

    def again(self, actor: Actor) -> Actor:
        """Recognise the session of an actor again, after it switched."""
        return self.actor(self.tokens[actor.fingerprint])

    # ------------------------------------------------------------------ persons
    def person(self, email: str = "jan@example.nl") -> Person | None:
        """Find the person with an address."""
        with self.storage.begin() as uow:
            return uow.persons.by_address(self.office, folded(email))

    def account(self, id: AccountId) -> Account:
        """Give an account as it is stored."""
        with self.storage.begin() as uow:
            return uow.accounts.get(self.office, id)[0]

    # ------------------------------------------------------------------ dossiers
    def dossier(self, *actors: Actor, number: str = "2026-001", description: str = "Levering woning") -> DossierId:
        """Let the office open a dossier for some clients."""
        return self.portal.office.dossiers.open(
            self.handler, number=number, description=description, parties=[actor.client_id for actor in actors]
        )

    def publish(
        self, dossier: DossierId, *actors: Actor, kind: DocumentKind = DocumentKind.DOCUMENT, content: bytes = PDF
    ) -> DocumentId:
        """Let the office publish a PDF for some parties of a dossier."""
        publication = Publication(kind=kind, title="", for_clients=frozenset(actor.client_id for actor in actors))
        return self.portal.office.documents.publish(
            self.handler, dossier, publication, name="Concept akte.pdf", blocks=in_blocks(content)
        )

    def write_to(self, dossier: DossierId, actor: Actor, subject: str = "Vraag", body: str = "Klopt dit?") -> MessageId:
        """Let the office write to a client."""
        return self.portal.office.messages.send(
            self.handler, dossier, actor.client_id, MessageText(subject=subject, body=body)
        )

    # ------------------------------------------------------------------ questionnaires
    def publish_questionnaire(self, document: str, by: OfficeActor | None = None) -> RevisionRow:
        """Let an office publish a questionnaire."""
        return self.portal.office.questionnaires.publish(by or self.handler, document)

    def ask(self, actor: Actor, dossier: DossierId | None = None, *, due_on: date | None = None) -> AssignmentId:
        """Publish the questionnaire, and assign it to a client, in a given or a new dossier."""
        self.publish_questionnaire(intake.document())
        return self.portal.office.questionnaires.assign(
            self.handler, dossier or self.dossier(actor), actor.client_id, "intake", due_on=due_on
        )

    def fill_in(self, actor: Actor, id: AssignmentId, pages: intake.Submitted = intake.ALL) -> Opened:
        """Start the questionnaire if needed, and save some pages in order."""
        opened = self.portal.client.questionnaires.start(actor, id)
        version = answering(opened).version
        for page, submitted in pages.items():
            saved = self.portal.client.questionnaires.save(actor, id, page, submitted, version=version)
            version = answering(saved).version
        return self.portal.client.questionnaires.open(actor, id)

    def complete(self, actor: Actor, id: AssignmentId, pages: intake.Submitted = intake.ALL) -> Opened:
        """Save some pages, and complete the questionnaire."""
        version = answering(self.fill_in(actor, id, pages)).version
        return self.portal.client.questionnaires.complete(actor, id, version=version)

    # ------------------------------------------------------------------ results
    def audit(self, office: OfficeActor | None = None) -> list[str]:
        """List the names of the entries in the audit trail, oldest first."""
        with self.storage.begin() as uow:
            return [entry.what for entry in uow.audit.entries(office or self.handler)]

    def later(self, **by: float) -> None:
        """Let time pass."""
        self.clock.advance(timedelta(**by))


def answering(opened: Saved) -> Answering:
    """Return the answers of a questionnaire that was started."""
    assert opened.assignment.answering is not None
    return opened.assignment.answering


def in_blocks(content: bytes, size: int = 4096) -> Iterator[bytes]:
    """Split bytes into a stream of blocks."""
    for start in range(0, len(content), size):
        yield content[start : start + size]


def _go_on(new: Any, old: Any) -> None:
    """Give a new adapter in memory the state of an old one: its numbers, its lists and what it counts from."""
    for name, value in vars(old).items():
        if isinstance(value, itertools.count):
            reached = next(value)
            setattr(old, name, itertools.count(reached))
            setattr(new, name, itertools.count(reached))
        elif isinstance(value, (bool, int, str, datetime, dict, list, set)):
            setattr(new, name, copy.deepcopy(value))
