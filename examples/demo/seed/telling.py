"""The steps of the story: each performs an action of the office or of a client, and moves the clock forward."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from examples.demo.desk.serving import HANDLER
from examples.demo.mailbox import caught
from examples.demo.seed.answers import Pages
from examples.demo.seed.printing import pdf, title
from examples.demo.seed.texts import read
from klantportaal import (
    Actor,
    AssignmentId,
    CaseHandlerId,
    ClientId,
    ContactCard,
    DocumentId,
    DocumentKind,
    DossierId,
    ItemId,
    MessageId,
    MessageText,
    NewClient,
    OfficeActor,
    OfficeProfile,
    Portal,
    Publication,
    RequestId,
    Visitor,
)
from klantportaal.adapters.anchors.files import FileAnchors
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
from klantportaal.questionnaires import Answer, Saved
from klantportaal.testing.fakes import FixedClock
from klantportaal.text import day

QUESTIONNAIRES = Path(__file__).parents[2] / "questionnaires"
TEMPLATES = Path(__file__).parents[2] / "requests"
STEPS = Path(__file__).parents[2] / "progress"
MESSAGES = Path(__file__).parent / "messages"
BROWSER = "Firefox op Windows"


class Telling:
    """A portal whose clock moves from some weeks ago to now."""

    def __init__(self, folder: Path, *, pepper: bytes, base_url: str, profile: OfficeProfile, ago: timedelta) -> None:
        """Make an empty portal in the layout that ``klantportaal.embedded`` opens later."""
        self.mails = folder / "mail"
        self.clock = FixedClock((datetime.now(UTC) - ago).replace(hour=8, minute=40))
        self._storage = SqlStorage.sqlite(folder / "portal.sqlite3")
        self._storage.migrate()
        self.portal = Portal.assemble(
            storage=self._storage,
            files=DiskFiles(folder / "files"),
            anchors=FileAnchors(folder / "anchors"),
            mail=FolderSender(self.mails),
            mail_writer=JinjaMailWriter(),
            pdf=FpdfWriter(),
            clock=self.clock,
            ids=Uuid7Ids(),
            tokens=HmacTokens(pepper),
            passwords=BcryptPasswords(pepper),
            blocklist=CommonPasswords(),
            seals=HmacSeals(pepper),
            codes=HmacCodes(pepper),
            vault=AesVault(pepper),
        )
        self.handler_id: CaseHandlerId | None = None
        """Who handles the dossiers that are opened from now on."""
        self.end = day(self.clock.now() + ago)
        self.office = OfficeActor(office_id=self.portal.offices.ensure("demo", base_url, profile), handler=HANDLER)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_trouble: object) -> None:
        """Close the database, so that its folder can be renamed."""
        self._storage.close()

    def later(self, **time: float) -> None:
        """Move the clock forward, and send what is due."""
        self.clock.advance(timedelta(**time))
        self.portal.background.dispatcher.run_once()

    def morning(self, *, after: int) -> None:
        """Move the clock to the morning, some days later."""
        now = self.clock.now()
        self.later(seconds=((now + timedelta(days=after)).replace(hour=8, minute=12) - now).total_seconds())

    def welcome(self, new: NewClient, password: str) -> tuple[ClientId, Actor]:
        """Invite a client and complete its onboarding: three mails, and a password."""
        client_id, _account_id = self.portal.office.clients.invite(self.office, new)
        return client_id, self.onboard(new.email, password)

    def join(self, main: NewClient, password: str, name: str, email: str) -> None:
        """Add an extra account to a company, as its main account. The first mail goes out."""
        self.portal.client.extra_accounts.add(self.enter(main, password), name=name, email=email)
        self.later(minutes=10)

    def enter(self, new: NewClient, password: str) -> Actor:
        """Sign in as the main account of a client, or as the account that its person used last."""
        entrance = self.portal.client.sign_in.sign_in(self._visitor, new.email, password)
        return self._actor(entrance.token)

    def onboard(self, email: str, password: str) -> Actor:
        """Complete the onboarding of an account, from the first mail to the password."""
        self.later(hours=3)
        onboarding = self.portal.client.onboarding
        onboarding.ask_link(self._visitor, email, invitation=self._token_for(email))
        self.later(minutes=4)
        entrance = onboarding.set_password(self._visitor, self._token_for(email), password, password)
        actor = self._actor(entrance.token)
        self.later(minutes=10)
        return actor

    @property
    def _visitor(self) -> Visitor:
        return Visitor(office_id=self.office.office_id, network_address="127.0.0.1", device=BROWSER)

    def _actor(self, token: str) -> Actor:
        return self.portal.client.sign_in.whoever(self.office.office_id, token, network_address="127.0.0.1").actor

    def publish_questionnaires(self) -> None:
        """Publish every example questionnaire."""
        for file in sorted(QUESTIONNAIRES.glob("*.json")):
            self.later(minutes=1)
            self.portal.office.questionnaires.publish(self.office, file.read_bytes())

    def publish_templates(self) -> None:
        """Publish every example of a template, of requests and of steps."""
        for file in sorted(TEMPLATES.glob("*.json")):
            self.later(minutes=1)
            self.portal.office.requests.publish_template(self.office, file.read_bytes())
        for file in sorted(STEPS.glob("*.json")):
            self.later(minutes=1)
            self.portal.office.progress.publish_template(self.office, file.read_bytes())

    def _token_for(self, address: str) -> str:
        """Return the token of the link in the newest mail to an address."""
        text = next(mail.text for mail in caught(self.mails) if mail.to == address)
        token: str = re.findall(r"https?://\S+/(\S+)", text)[-1]
        return token

    def open(self, number: str, description: str, *parties: ClientId) -> DossierId:
        """Open a dossier, with the case handler of this moment if there is one."""
        self.later(minutes=20)
        dossiers = self.portal.office.dossiers
        dossier_id = dossiers.open(self.office, number=number, description=description, parties=parties)
        dossiers.give_handler(self.office, dossier_id, self.handler_id)
        return dossier_id

    def publish(self, dossier_id: DossierId, paper: str, *clients: ClientId, letter: bool = False) -> DocumentId:
        """Publish a paper as a document, or as a letter."""
        self.later(minutes=2)
        kind = DocumentKind.CORRESPONDENCE if letter else DocumentKind.DOCUMENT
        publication = Publication(kind=kind, title=title(paper), for_clients=frozenset(clients))
        printed = pdf(paper, at=self.clock.now())
        publishing = self.portal.office.documents
        return publishing.publish(self.office, dossier_id, publication, name=f"{paper}.pdf", blocks=[printed])

    def replace(self, document_id: DocumentId, paper: str) -> DocumentId:
        """Replace a paper by a new version."""
        printed = pdf(paper, at=self.clock.now())
        return self.portal.office.documents.replace(self.office, document_id, name=f"{paper}.pdf", blocks=[printed])

    def introduce(self, card: ContactCard, *, picture: bytes | None = None) -> CaseHandlerId:
        """Add a case handler."""
        self.later(minutes=1)
        handlers = self.portal.office.case_handlers
        handler_id = handlers.add(self.office, card)
        if picture is not None:
            handlers.change_picture(self.office, handler_id, name="portret.png", blocks=[picture])
        return handler_id

    def follow(self, dossier_id: DossierId, template: str) -> None:
        """Let a dossier follow a template of steps."""
        self.later(minutes=1)
        self.portal.office.progress.follow(self.office, dossier_id, template)

    def reach(self, dossier_id: DossierId, step: str) -> None:
        """Move a dossier to a step."""
        self.later(minutes=1)
        self.portal.office.progress.move(self.office, dossier_id, step)

    def change(self, dossier_id: DossierId, status: str) -> None:
        """Change the status of a dossier."""
        self.later(minutes=2)
        self.portal.office.dossiers.change(self.office, dossier_id, status=status)

    def download(self, actor: Actor, dossier_id: DossierId, *documents: DocumentId) -> None:
        """Download documents completely, as a client."""
        for document_id in documents:
            for _block in self.portal.client.dossiers.download(actor, dossier_id, document_id).blocks:
                pass
            self.later(minutes=1)

    def look(self, actor: Actor, dossier_id: DossierId, document_id: DocumentId) -> None:
        """Look at a document in the browser, as a client."""
        shown = self.portal.client.dossiers.look(actor, dossier_id, document_id).download
        for _block in () if shown is None else shown.blocks:
            pass
        self.later(minutes=1)

    def tell(
        self, dossier_id: DossierId, client_id: ClientId, letter: str, *, answers: MessageId | None = None
    ) -> MessageId:
        """Send a message from the office to a client."""
        self.later(minutes=2)
        return self.portal.office.messages.send(self.office, dossier_id, client_id, _draft(letter), answers=answers)

    def ask(
        self,
        actor: Actor,
        dossier_id: DossierId,
        letter: str,
        *,
        answers: MessageId | None = None,
        files: Sequence[str] = (),
    ) -> MessageId:
        """Send a message from a client to the office, after reading the message that it answers."""
        self.later(minutes=5)
        if answers is not None:
            self.portal.client.messages.read(actor, dossier_id, answers)
        draft_id = self.portal.client.messages.new_draft()
        for paper in files:
            printed = pdf(paper, at=self.clock.now())
            self.portal.client.attachments.stage(actor, dossier_id, draft_id, name=f"{paper}.pdf", blocks=[printed])
        return self.portal.client.messages.send(actor, dossier_id, draft_id, _draft(letter), answers=answers)

    def give(
        self,
        dossier_id: DossierId,
        client_id: ClientId,
        questionnaire: str,
        *,
        subject: str = "",
        days: int,
        known: Mapping[str, object] | None = None,
    ) -> AssignmentId:
        """Assign a questionnaire to a client, with what the office knows. It is due some days after the story's end."""
        self.later(minutes=4)
        due_on = self.end + timedelta(days=days)
        return self.portal.office.questionnaires.assign(
            self.office, dossier_id, client_id, questionnaire, subject=subject, due_on=due_on, given=known
        )

    def request(self, dossier_id: DossierId, client_id: ClientId, template: str) -> RequestId:
        """Ask a client for the documents of a template."""
        self.later(minutes=3)
        return self.portal.office.requests.make_from_template(self.office, dossier_id, client_id, template)

    def deliver(self, actor: Actor, request_id: RequestId, item_id: ItemId, paper: str, *, note: str = "") -> None:
        """Deliver a paper for an item of a request, as a client."""
        self.later(minutes=4)
        requests, printed = self.portal.client.requests, pdf(paper, at=self.clock.now())
        requests.stage(actor, request_id, item_id, name=f"{paper}.pdf", blocks=[printed])
        requests.deliver(actor, request_id, item_id, requests.new_delivery(), note=note)

    def fill_in(self, actor: Actor, assignment_id: AssignmentId, pages: Pages) -> None:
        """Fill in pages of a questionnaire as a client, one after another."""
        opened: Saved = self.portal.client.questionnaires.start(actor, assignment_id)
        for page, answers in pages.items():
            self.later(minutes=3)
            opened = self.portal.client.questionnaires.save(
                actor, assignment_id, page, answers, version=_version(opened)
            )

    def complete(self, actor: Actor, assignment_id: AssignmentId) -> None:
        """Complete a questionnaire as a client. The dispatcher makes its PDF later."""
        self.later(minutes=2)
        opened = self.portal.client.questionnaires.open(actor, assignment_id)
        self.portal.client.questionnaires.complete(actor, assignment_id, version=_version(opened))

    def add_file(self, actor: Actor, assignment_id: AssignmentId, question: str, paper: str) -> Answer:
        """Upload a file for a question as a client. Returns the answer with the file."""
        printed = pdf(paper, at=self.clock.now())
        files = self.portal.client.answer_files
        return [str(files.stage(actor, assignment_id, question, name=f"{paper}.pdf", blocks=[printed]).id)]


def _version(opened: Saved) -> int:
    return 0 if opened.assignment.answering is None else opened.assignment.answering.version


def _draft(letter: str) -> MessageText:
    text = read(MESSAGES, letter)
    return MessageText(subject=text["Subject"] or "", body=str(text.get_payload()))
