"""Test data for any storage: adds offices, clients, dossiers and their contents, in one line each.

The module is long so that test authors find every builder in one place.
"""

import hashlib
import itertools
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, TypeVar
from uuid import uuid5

import attrs

from klantportaal.domain import quarantine
from klantportaal.domain.accounts import Account, AccountRole, AccountState, Client, ClientKind, is_open
from klantportaal.domain.address_changes import AddressChange
from klantportaal.domain.documents import Document, DocumentKind, StoredFile
from klantportaal.domain.dossiers import Dossier
from klantportaal.domain.drafts import Draft
from klantportaal.domain.messages import Direction, Message
from klantportaal.domain.offices import IN_PROGRESS, Office, OfficeProfile
from klantportaal.domain.onboarding import Link, LinkPurpose
from klantportaal.domain.outgoing import Task, TaskKind
from klantportaal.domain.persons import Person
from klantportaal.domain.quarantine import QuarantinedFile
from klantportaal.domain.questionnaires import drafts, office_fragments, publishing
from klantportaal.domain.questionnaires.answer_files import AnswerFile
from klantportaal.domain.questionnaires.assignments import Assignment
from klantportaal.domain.questionnaires.drafts import QuestionnaireDraft
from klantportaal.domain.questionnaires.office_fragments import QuestionnaireFragment
from klantportaal.domain.questionnaires.publishing import Published
from klantportaal.domain.receipts import Receipt, ReceiptFile
from klantportaal.domain.requests import DocumentRequest, RequestedItem
from klantportaal.domain.scanning import ScanPolicy
from klantportaal.domain.sessions import Actor, OfficeActor, Session
from klantportaal.domain.templates import PublishedTemplate
from klantportaal.domain.texting import E164
from klantportaal.domain.two_step import (
    Channel,
    CodePurpose,
    Holder,
    TwoStep,
    TwoStepMethod,
    TwoStepRules,
    Verification,
    open_verification,
)
from klantportaal.domain.uploads import StagedUpload, Submission, SubmissionKind
from klantportaal.domain.values import (
    AccountId,
    AddressChangeId,
    AnswerFileId,
    AssignmentId,
    ClientId,
    Digest,
    DocumentId,
    DossierId,
    DraftId,
    FileKey,
    ItemId,
    Language,
    LinkId,
    MessageId,
    OfficeId,
    PersonId,
    QuestionnaireDraftId,
    ReceiptId,
    RequestId,
    SessionId,
    SubmissionId,
    TaskId,
    ThreadId,
    TwoStepId,
    UploadId,
    VerificationId,
)
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.testing.fakes import CountingIds, CountingTokens, FixedClock
from klantportaal.testing.questionnaires import Content, questionnaire

Thing = TypeVar("Thing")

HANDLER = "mr. A. de Wit"
"""The case handler of the office, unless a test gives another."""
_OF_PERSON = {
    "email",
    "language",
    "password_hash",
    "epoch",
    "first_signed_in_at",
    "last_account_id",
    "freed_at",
    "vendor_subject",
}
"""The fields that ``Scene.account`` gives to the person and not to the account."""
_ABOUT_ACCOUNT = (TaskKind.NOTIFICATION, TaskKind.INVITATION)


@attrs.frozen(kw_only=True)
class Scene:
    """Adds test data to a storage. Each call commits a transaction of its own and uses new values.

    Every method takes fields of the new value as keyword arguments, to replace the defaults.
    """

    storage: Storage
    clock: FixedClock = attrs.field(factory=FixedClock)
    ids: CountingIds = attrs.field(factory=CountingIds)
    tokens: CountingTokens = attrs.field(factory=CountingTokens)
    _numbers: Iterator[int] = attrs.field(factory=lambda: itertools.count(1))

    def draft_id(self) -> DraftId:
        """Make an id for a draft of a message."""
        return DraftId(self.ids.new())

    def file(self, name: str = "", *, key: str = "") -> StoredFile:
        """Describe a file. The file itself does not exist."""
        number = next(self._numbers)
        return StoredFile(
            key=FileKey(key or f"scene/{self.ids.new().hex}"),
            name=name or f"Stuk {number}.pdf",
            media_type="application/pdf",
            size=1000 + number,
            sha256=hashlib.sha256(str(number).encode()).digest(),
        )

    def _kept(self, value: Thing, add: Callable[[UnitOfWork, Thing], object]) -> Thing:
        """Add a value in a unit of work of its own."""
        with self.storage.begin() as uow:
            add(uow, value)
            uow.commit()
        return value

    def office(self, **fields: Any) -> Office:
        """Add an office."""
        number = next(self._numbers)
        office = Office(
            id=OfficeId(self.ids.new()),
            key=f"kantoor{number}",
            base_url=f"https://kantoor{number}.example.nl/portaal",
            profile=OfficeProfile(name=f"Kantoor {number}", contact_address=f"info@kantoor{number}.example.nl"),
        )
        return self._kept(attrs.evolve(office, **fields), lambda uow, value: uow.offices.add(value))

    def client(self, office: Office, **fields: Any) -> Client:
        """Add a client without accounts. It is a person unless *kind* is given."""
        client = Client(
            id=ClientId(self.ids.new()),
            office_id=office.id,
            kind=ClientKind.PERSON,
            name=f"Klant {next(self._numbers)}",
            made_at=self.clock.now(),
        )
        return self._kept(attrs.evolve(client, **fields), lambda uow, value: uow.clients.add(value))

    def somebody(self, office: Office, **fields: Any) -> Person:
        """Add a person without accounts, who has a password."""
        return self._kept(self._person(office.id, fields), lambda uow, value: uow.persons.add(value))

    def account(self, client: Client, person: Person | None = None, **fields: Any) -> Account:
        """Add an account of a client. It is active unless *state* is given.

        Its person is new unless *person* is given. *fields* are the account's, or the new person's: its address,
        password and so on. A new person without an open account is freed.
        """
        account = Account(
            id=AccountId(self.ids.new()),
            office_id=client.office_id,
            person_id=person.id if person else PersonId(self.ids.new()),
            client_id=client.id,
            role=AccountRole.MAIN,
            name=client.name,
            state=AccountState.ACTIVE,
            made_at=self.clock.now(),
        )
        account = attrs.evolve(account, **{name: value for name, value in fields.items() if name not in _OF_PERSON})
        with self.storage.begin() as uow:
            if person is None:
                freed_at = None if is_open(account, client) else self.clock.now()
                own = {name: value for name, value in fields.items() if name in _OF_PERSON}
                uow.persons.add(self._person(client.office_id, {"id": account.person_id, "freed_at": freed_at, **own}))
            uow.accounts.add(account)
            uow.commit()
        return account

    def another(self, account: Account, client: Client, **fields: Any) -> Account:
        """Add an account of *client* to the person of *account*."""
        return self.account(client, self.person_of(account), **fields)

    def person(self, office: Office, **fields: Any) -> tuple[Client, Account]:
        """Add a client that is a person, and its account. *fields* are those of ``account``."""
        client = self.client(office)
        return client, self.account(client, **fields)

    def company(self, office: Office) -> tuple[Client, Account, Account]:
        """Add a client that is a company, with a main account and an extra account, of two persons."""
        client = self.client(office, kind=ClientKind.COMPANY)
        return client, self.account(client), self.account(client, role=AccountRole.EXTRA)

    def person_of(self, account: Account) -> Person:
        """Give the person of an account, as it is stored now."""
        with self.storage.begin() as uow:
            return uow.persons.get(account.office_id, account.person_id)

    def address(self, account: Account) -> str:
        """Give the e-mail address of the person of an account."""
        return self.person_of(account).email

    def _person(self, office_id: OfficeId, fields: dict[str, Any]) -> Person:
        person = Person(
            id=PersonId(self.ids.new()),
            office_id=office_id,
            email=f"klant{next(self._numbers)}@example.nl",
            language=Language.DUTCH,
            made_at=self.clock.now(),
            password_hash="plain:Welkom01",
        )
        return attrs.evolve(person, **fields)

    def actor(self, account: Account) -> Actor:
        """Make an actor for an account. Its session is not in the storage."""
        with self.storage.begin() as uow:
            _account, client = uow.accounts.get(account.office_id, account.id)
            person = uow.persons.get(account.office_id, account.person_id)
        return Actor(
            office_id=account.office_id,
            person_id=person.id,
            client_id=client.id,
            account_id=account.id,
            session_id=SessionId(self.ids.new()),
            fingerprint=self.tokens.fingerprint(self.tokens.new()),
            confirmed_at=self.clock.now(),
            language=person.language,
            kind=client.kind,
            role=account.role,
            name=account.name,
            client_name=client.name,
            epoch=person.epoch,
        )

    def office_actor(self, office: Office) -> OfficeActor:
        """Make an actor for a case handler of the office."""
        return OfficeActor(office_id=office.id, handler=HANDLER)

    def session(self, account: Account, **fields: Any) -> Session:
        """Add a session of the person of an account, which acts for that account."""
        now, person = self.clock.now(), self.person_of(account)
        session = Session(
            id=SessionId(self.ids.new()),
            office_id=account.office_id,
            person_id=person.id,
            account_id=account.id,
            fingerprint=self.tokens.fingerprint(self.tokens.new()),
            epoch=person.epoch,
            language=person.language,
            device="Firefox",
            network_address="192.0.2.7",
            started_at=now,
            seen_at=now,
            confirmed_at=now,
            ends_at=now + timedelta(hours=12),
        )
        return self._kept(attrs.evolve(session, **fields), lambda uow, value: uow.sessions.add(value))

    def link(self, account: Account, purpose: LinkPurpose = LinkPurpose.PASSWORD, **fields: Any) -> Link:
        """Add a link for the person of an account. It is valid for an hour."""
        link = Link(
            id=LinkId(self.ids.new()),
            office_id=account.office_id,
            person_id=account.person_id,
            purpose=purpose,
            fingerprint=self.tokens.fingerprint(self.tokens.new()),
            epoch=self.person_of(account).epoch,
            made_at=self.clock.now(),
            expires_at=self.clock.now() + timedelta(hours=1),
        )
        return self._kept(attrs.evolve(link, **fields), lambda uow, value: uow.links.add(value))

    def address_change(self, account: Account, **fields: Any) -> AddressChange:
        """Add what the person of an account asked for: another address. It replaces what it asked for before."""
        change = AddressChange(
            id=AddressChangeId(self.ids.new()),
            office_id=account.office_id,
            person_id=account.person_id,
            email=f"nieuw{next(self._numbers)}@example.nl",
            epoch=self.person_of(account).epoch,
            session_id=SessionId(self.ids.new()),
            asked_at=self.clock.now(),
        )
        return self._kept(attrs.evolve(change, **fields), lambda uow, value: uow.address_changes.put(value))

    def two_step(self, account: Account, **fields: Any) -> TwoStep:
        """Add two-step verification of the person of an account. It is by SMS unless *method* is given."""
        number = next(self._numbers)
        two_step = TwoStep(
            id=TwoStepId(self.ids.new()),
            office_id=account.office_id,
            person_id=account.person_id,
            method=TwoStepMethod.SMS,
            number=E164(f"+31612{number:06}"),
            secret=None,
            last_step=0,
            recovery=Digest(bytes(8) + hashlib.sha256(f"recovery {number}".encode()).digest()),
            since=self.clock.now(),
        )
        return self._kept(attrs.evolve(two_step, **fields), lambda uow, value: uow.two_steps.put(value))

    def verification(
        self, account: Account, holder: Holder, purpose: CodePurpose = CodePurpose.SIGN_IN, **fields: Any
    ) -> Verification:
        """Add a verification of the person of an account, for a session or a half signed-in browser's token.

        It is valid for ten minutes.
        """
        verification, _fact = open_verification(
            self.person_of(account),
            purpose,
            Channel(method=TwoStepMethod.SMS, number=E164(f"+31612{next(self._numbers):06}")),
            holder,
            id=VerificationId(self.ids.new()),
            standing=None,
            rules=TwoStepRules(),
            at=self.clock.now(),
        )
        return self._kept(attrs.evolve(verification, **fields), lambda uow, value: uow.verifications.open(value))

    def dossier(self, office: Office, *parties: Client, **fields: Any) -> Dossier:
        """Add a dossier with its parties."""
        number = next(self._numbers)
        dossier = Dossier(
            id=DossierId(self.ids.new()),
            office_id=office.id,
            number=f"2026-{number:04}",
            description=f"Zaak {number}",
            status=IN_PROGRESS,
            opened_at=self.clock.now(),
            changed_at=self.clock.now(),
        )
        dossier = attrs.evolve(dossier, **fields)
        return self._kept(dossier, lambda uow, value: uow.dossiers.add(value, [client.id for client in parties]))

    def document(self, dossier: Dossier, *audience: Client, **fields: Any) -> Document:
        """Add a document that is published for some parties of a dossier."""
        document = Document(
            id=DocumentId(self.ids.new()),
            office_id=dossier.office_id,
            dossier_id=dossier.id,
            kind=DocumentKind.DOCUMENT,
            title=f"Document {next(self._numbers)}",
            file=self.file(),
            published_at=self.clock.now(),
            published_by=HANDLER,
        )
        document = attrs.evolve(document, **fields)
        return self._kept(document, lambda uow, value: uow.documents.add(value, [client.id for client in audience]))

    def inbound(self, dossier: Dossier, client: Client, **fields: Any) -> Message:
        """Add a message from the office."""
        return self._message(dossier, client, fields, direction=Direction.INBOUND, author=HANDLER)

    def outbound(self, dossier: Dossier, client: Client, account: Account, **fields: Any) -> Message:
        """Add a message from an account of a client."""
        sent = {"account_id": account.id, "draft_id": self.draft_id(), **fields}
        return self._message(dossier, client, sent, direction=Direction.OUTBOUND, author=account.name)

    def _message(
        self, dossier: Dossier, client: Client, fields: dict[str, Any], *, direction: Direction, author: str
    ) -> Message:
        message_id = self.ids.new()
        message = Message(
            id=MessageId(message_id),
            office_id=dossier.office_id,
            dossier_id=dossier.id,
            client_id=client.id,
            direction=direction,
            thread_id=ThreadId(message_id),
            answers=None,
            subject=f"Bericht {next(self._numbers)}",
            body="Geachte heer, mevrouw,\n\nHierbij ons antwoord.",
            author=author,
            account_id=None,
            draft_id=None,
            sent_at=self.clock.now(),
        )
        return self._kept(attrs.evolve(message, **fields), lambda uow, value: uow.messages.add(value))

    def draft(self, dossier: Dossier, account: Account, **fields: Any) -> Draft:
        """Add a draft that expires in 30 days."""
        number = next(self._numbers)
        draft = Draft(
            id=self.draft_id(),
            office_id=dossier.office_id,
            account_id=account.id,
            dossier_id=dossier.id,
            answers=None,
            subject=f"Concept {number}",
            body="Geachte heer,\n",
            saved_at=self.clock.now(),
            expires_at=self.clock.now() + timedelta(days=30),
        )
        return self._kept(attrs.evolve(draft, **fields), lambda uow, value: uow.drafts.add(value))

    def upload(self, dossier: Dossier, account: Account, draft_id: DraftId, **fields: Any) -> StagedUpload:
        """Add a staged file that expires in 24 hours."""
        upload = StagedUpload(
            id=UploadId(self.ids.new()),
            office_id=dossier.office_id,
            account_id=account.id,
            dossier_id=dossier.id,
            draft_id=draft_id,
            file=self.file(),
            staged_at=self.clock.now(),
            expires_at=self.clock.now() + timedelta(hours=24),
        )
        return self._kept(attrs.evolve(upload, **fields), lambda uow, value: uow.uploads.add(value))

    def submission(self, dossier: Dossier, account: Account, message: Message | None, **fields: Any) -> Submission:
        """Add a delivered file: an attachment of *message*, or a file of a questionnaire if it is None."""
        submission = Submission(
            id=SubmissionId(self.ids.new()),
            office_id=dossier.office_id,
            client_id=account.client_id,
            dossier_id=dossier.id,
            account_id=account.id,
            kind=SubmissionKind.ATTACHMENT if message else SubmissionKind.QUESTIONNAIRE,
            message_id=message.id if message else None,
            file=self.file(),
            delivered_at=self.clock.now(),
        )
        return self._kept(attrs.evolve(submission, **fields), lambda uow, value: uow.submissions.add([value]))

    def quarantined(self, file: StoredFile, dossier: Dossier, **fields: Any) -> QuarantinedFile:
        """Add a file that waits for the virus scanner. It is of nobody, unless *fields* say of whom."""
        held, _fact = quarantine.quarantine(
            file, ScanPolicy(), office_id=dossier.office_id, dossier_id=dossier.id, at=self.clock.now()
        )
        return self._kept(attrs.evolve(held, **fields), lambda uow, value: uow.quarantine.add(value))

    def receipt(self, dossier: Dossier, account: Account, **fields: Any) -> Receipt:
        """Add the receipt of a delivery of one file."""
        id = self.ids.new()
        receipt = Receipt(
            id=ReceiptId(id),
            office_id=dossier.office_id,
            dossier_id=dossier.id,
            client_id=account.client_id,
            dossier_number=dossier.number,
            client_name=f"Client {next(self._numbers)}",
            delivered_by=account.name,
            delivered_at=self.clock.now(),
            files=(ReceiptFile(name="paspoort.pdf", size=2048, sha256="0a" * 32),),
            fingerprint=self.tokens.fingerprint(self.tokens.derived(uuid5(id, "receipt"))[0]),
        )
        return self._kept(attrs.evolve(receipt, **fields), lambda uow, value: uow.receipts.add(value))

    def published(self, office: Office, content: Content | None = None, **fields: Any) -> Published:
        """Add a revision of a questionnaire: ``questionnaires.questionnaire``, unless *content* is given."""
        return self._published(office.id, content, fields)

    def _published(self, office_id: OfficeId, content: Content | None, fields: dict[str, Any]) -> Published:
        content = content or questionnaire(f"vragenlijst-{next(self._numbers)}")
        read = publishing.check(content)
        published, _fact = publishing.publish(
            read, office_id=office_id, newest=None, handler=HANDLER, at=self.clock.now()
        )
        return self._kept(attrs.evolve(published, **fields), lambda uow, value: uow.questionnaires.add(value))

    def questionnaire_draft(self, office: Office, document: str = "{}", **fields: Any) -> QuestionnaireDraft:
        """Add a draft of a questionnaire."""
        id = QuestionnaireDraftId(self.ids.new())
        at = self.clock.now()
        draft, _fact = drafts.start(document, id=id, office_id=office.id, kept=0, handler=HANDLER, at=at)
        return self._kept(attrs.evolve(draft, **fields), lambda uow, value: uow.questionnaire_drafts.add(value))

    def questionnaire_fragment(self, office: Office, id: str = "persoon", **fields: Any) -> QuestionnaireFragment:
        """Add a fragment of the office's own."""
        fragment, _fact = office_fragments.save(
            None, "{}", id=id, version=0, office_id=office.id, kept=0, handler=HANDLER, at=self.clock.now()
        )
        return self._kept(attrs.evolve(fragment, **fields), lambda uow, value: uow.questionnaire_fragments.add(value))

    def assignment(
        self, dossier: Dossier, client: Client, published: Published | None = None, **fields: Any
    ) -> Assignment:
        """Assign a questionnaire to a client. Publishes a new questionnaire unless *published* is given."""
        published = published or self._published(dossier.office_id, None, {})
        assignment = Assignment(
            id=AssignmentId(self.ids.new()),
            office_id=dossier.office_id,
            client_id=client.id,
            dossier_id=dossier.id,
            questionnaire=published.questionnaire,
            revision=published.revision,
            digest=published.digest,
            subject=published.titles,
            assigned_at=self.clock.now(),
            assigned_by=HANDLER,
        )
        return self._kept(attrs.evolve(assignment, **fields), lambda uow, value: uow.assignments.add(value))

    def template(self, office: Office, **fields: Any) -> PublishedTemplate:
        """Publish a template of requests. Its document is not one that the portal would take."""
        return self._kept(self._template(office, fields), lambda uow, value: uow.request_templates.add(value))

    def progress_template(self, office: Office, **fields: Any) -> PublishedTemplate:
        """Publish a template of steps. Its document is not one that the portal would take."""
        return self._kept(self._template(office, fields), lambda uow, value: uow.progress_templates.add(value))

    def _template(self, office: Office, fields: dict[str, Any]) -> PublishedTemplate:
        document = f"sjabloon {next(self._numbers)}"
        published = PublishedTemplate(
            office_id=office.id,
            digest=hashlib.sha256(document.encode()).hexdigest(),
            template="hypotheek",
            revision=1,
            titles=dict.fromkeys(Language, "Stukken voor de hypotheek"),
            document=document,
            published_at=self.clock.now(),
            published_by=HANDLER,
        )
        return attrs.evolve(published, **fields)

    def request(self, dossier: Dossier, client: Client, **fields: Any) -> DocumentRequest:
        """Ask a client for one document, of which nothing is delivered."""
        item = RequestedItem(
            id=ItemId(self.ids.new()),
            title=dict.fromkeys(Language, "Loonstrook"),
            explanation=dict.fromkeys(Language, ""),
            required=True,
            files=10,
            due_on=None,
        )
        request = DocumentRequest(
            id=RequestId(self.ids.new()),
            office_id=dossier.office_id,
            client_id=client.id,
            dossier_id=dossier.id,
            subject=dict.fromkeys(Language, "Stukken voor de hypotheek"),
            made_at=self.clock.now(),
            made_by=HANDLER,
            items=(item,),
        )
        return self._kept(attrs.evolve(request, **fields), lambda uow, value: uow.requests.add(value))

    def answer_file(self, assignment: Assignment, account: Account, **fields: Any) -> AnswerFile:
        """Add a file of an answer. The answers of the assignment do not name it."""
        answer = AnswerFile(
            id=AnswerFileId(self.ids.new()),
            office_id=assignment.office_id,
            assignment_id=assignment.id,
            account_id=account.id,
            file=self.file(),
            kept_at=self.clock.now(),
        )
        return self._kept(attrs.evolve(answer, **fields), lambda uow, value: uow.assignments.keep([value]))

    def task(self, account: Account, kind: TaskKind = TaskKind.NOTIFICATION, **fields: Any) -> Task:
        """Add a task for the person of an account to the outbox. It is due now.

        A notification or an invitation is about the account, too.
        """
        task = Task(
            id=TaskId(self.ids.new()),
            office_id=account.office_id,
            kind=kind,
            key=f"taak-{next(self._numbers)}",
            person_id=account.person_id,
            account_id=account.id if kind in _ABOUT_ACCOUNT else None,
            payload={},
            made_at=self.clock.now(),
            due_at=self.clock.now(),
        )
        return self._kept(attrs.evolve(task, **fields), lambda uow, value: uow.outbox.add(value))
