"""The tables, which hold immutable values: a shallow copy of the tables is a snapshot of all data."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from itertools import islice
from typing import Protocol, Self, TypeVar
from uuid import UUID

import attrs

from klantportaal.domain.accounts import Account, Client, Holding, is_open
from klantportaal.domain.address_changes import AddressChange
from klantportaal.domain.api_keys import ApiKey
from klantportaal.domain.auditing import Entry
from klantportaal.domain.case_handlers import CaseHandler
from klantportaal.domain.documents import Document, StoredFile
from klantportaal.domain.dossiers import Dossier
from klantportaal.domain.drafts import Draft
from klantportaal.domain.errors import Absent, Conflict
from klantportaal.domain.external_ids import ExternalId, ExternalKind
from klantportaal.domain.health import LaneHealth
from klantportaal.domain.idempotency import IdempotentRequest
from klantportaal.domain.keys import KeyRecord, KeyUse
from klantportaal.domain.messages import Message
from klantportaal.domain.offices import Office
from klantportaal.domain.onboarding import Link
from klantportaal.domain.outgoing import Lane, Task
from klantportaal.domain.persons import Person
from klantportaal.domain.public_events import PublicEvent
from klantportaal.domain.quarantine import QuarantinedFile, QuarantineState
from klantportaal.domain.questionnaires.answer_files import AnswerFile
from klantportaal.domain.questionnaires.assignments import Assignment
from klantportaal.domain.questionnaires.drafts import QuestionnaireDraft
from klantportaal.domain.questionnaires.office_fragments import QuestionnaireFragment
from klantportaal.domain.questionnaires.publishing import Published
from klantportaal.domain.quotas import DayUsage, Usage
from klantportaal.domain.receipts import Receipt
from klantportaal.domain.refusals import RefusalCount
from klantportaal.domain.reminders import Reminder
from klantportaal.domain.requests import DocumentRequest
from klantportaal.domain.sealing import Seal
from klantportaal.domain.sessions import Actor, Session
from klantportaal.domain.templates import PublishedTemplate
from klantportaal.domain.texting import SmsSend
from klantportaal.domain.throttling import Counter, ThrottleSubject
from klantportaal.domain.two_step import TwoStep, Verification
from klantportaal.domain.uploads import StagedUpload, Submission
from klantportaal.domain.values import (
    AccountId,
    AnswerFileId,
    ApiKeyId,
    AssignmentId,
    CaseHandlerId,
    ClientId,
    DocumentId,
    DossierId,
    DraftId,
    EntryId,
    EventId,
    FileKey,
    Fingerprint,
    LinkId,
    MessageId,
    OfficeId,
    PersonId,
    QuestionnaireDraftId,
    ReceiptId,
    RequestId,
    SessionId,
    SmsId,
    SubmissionId,
    TaskId,
    UploadId,
    VerificationId,
    WebhookDeliveryId,
    WebhookId,
)
from klantportaal.domain.waiting import ThirdParty, Waiting
from klantportaal.domain.webhook_deliveries import WebhookDelivery
from klantportaal.domain.webhooks import Webhook
from klantportaal.domain.workers import Worker

Marked = tuple[DocumentId, AccountId]
"""A document and the account whose marks it has."""


@attrs.define(kw_only=True)
class Tables:
    """All tables. A row is never changed, but replaced by another."""

    offices: dict[OfficeId, Office] = attrs.field(factory=dict)
    clients: dict[ClientId, Client] = attrs.field(factory=dict)
    persons: dict[PersonId, Person] = attrs.field(factory=dict)
    accounts: dict[AccountId, Account] = attrs.field(factory=dict)
    links: dict[LinkId, Link] = attrs.field(factory=dict)
    address_changes: dict[PersonId, AddressChange] = attrs.field(factory=dict)
    sessions: dict[SessionId, Session] = attrs.field(factory=dict)
    throttles: dict[tuple[OfficeId, ThrottleSubject], Counter] = attrs.field(factory=dict)
    refusals: dict[tuple[OfficeId, ThrottleSubject, str], RefusalCount] = attrs.field(factory=dict)
    two_steps: dict[PersonId, TwoStep] = attrs.field(factory=dict)
    verifications: dict[VerificationId, Verification] = attrs.field(factory=dict)
    key_records: dict[tuple[KeyUse, int], KeyRecord] = attrs.field(factory=dict)
    """By use and number."""
    case_handlers: dict[CaseHandlerId, CaseHandler] = attrs.field(factory=dict)
    api_keys: dict[ApiKeyId, ApiKey] = attrs.field(factory=dict)
    webhooks: dict[WebhookId, Webhook] = attrs.field(factory=dict)
    webhook_deliveries: dict[WebhookDeliveryId, WebhookDelivery] = attrs.field(factory=dict)
    idempotent_requests: dict[tuple[UUID, Fingerprint], IdempotentRequest] = attrs.field(factory=dict)
    """By API key and the fingerprint of the ``Idempotency-Key``."""
    external_ids: dict[tuple[OfficeId, ExternalKind, str], ExternalId] = attrs.field(factory=dict)
    dossiers: dict[DossierId, Dossier] = attrs.field(factory=dict)
    parties: dict[DossierId, frozenset[ClientId]] = attrs.field(factory=dict)
    party_changes: dict[tuple[DossierId, ClientId], datetime] = attrs.field(factory=dict)
    """The time of the last change that each party can see (DO-2)."""
    third_parties: dict[tuple[DossierId, ClientId], ThirdParty] = attrs.field(factory=dict)
    waiting: dict[tuple[DossierId, ClientId], Waiting] = attrs.field(factory=dict)
    """Who has to do something for each party, if anybody has (PG-2)."""
    documents: dict[DocumentId, Document] = attrs.field(factory=dict)
    audiences: dict[DocumentId, frozenset[ClientId]] = attrs.field(factory=dict)
    downloads: dict[Marked, datetime | None] = attrs.field(factory=dict)
    """What was downloaded or looked at, and so counts as read. None if it was only looked at."""
    download_times: dict[Marked, int] = attrs.field(factory=dict)
    """How often each of them was downloaded whole."""
    looks: dict[Marked, datetime] = attrs.field(factory=dict)
    look_times: dict[Marked, int] = attrs.field(factory=dict)
    """How often each of them was looked at."""
    messages: dict[MessageId, Message] = attrs.field(factory=dict)
    reads: dict[tuple[MessageId, AccountId], datetime] = attrs.field(factory=dict)
    drafts: dict[tuple[AccountId, DraftId], Draft] = attrs.field(factory=dict)
    uploads: dict[UploadId, StagedUpload] = attrs.field(factory=dict)
    usages: dict[tuple[OfficeId, date, ClientId | None], Usage] = attrs.field(factory=dict)
    """By office, day and client. Without a client, it is that of the office."""
    submissions: dict[SubmissionId, Submission] = attrs.field(factory=dict)
    quarantine: dict[tuple[OfficeId, FileKey], QuarantinedFile] = attrs.field(factory=dict)
    receipts: dict[ReceiptId, Receipt] = attrs.field(factory=dict)
    questionnaires: dict[tuple[OfficeId, str], Published] = attrs.field(factory=dict)
    """Key: office and digest."""
    questionnaire_drafts: dict[QuestionnaireDraftId, QuestionnaireDraft] = attrs.field(factory=dict)
    questionnaire_fragments: dict[tuple[OfficeId, str], QuestionnaireFragment] = attrs.field(factory=dict)
    assignments: dict[AssignmentId, Assignment] = attrs.field(factory=dict)
    answer_files: dict[AnswerFileId, AnswerFile] = attrs.field(factory=dict)
    request_templates: dict[tuple[OfficeId, str], PublishedTemplate] = attrs.field(factory=dict)
    """Key: office and digest."""
    progress_templates: dict[tuple[OfficeId, str], PublishedTemplate] = attrs.field(factory=dict)
    """Key: office and digest."""
    requests: dict[RequestId, DocumentRequest] = attrs.field(factory=dict)
    reminders: dict[TaskId, Reminder] = attrs.field(factory=dict)
    reminder_looks: dict[tuple[OfficeId, PersonId], datetime | None] = attrs.field(factory=dict)
    """When to look at a person. None: not before something changes."""
    public_events: dict[EventId, PublicEvent] = attrs.field(factory=dict)
    event_counts: dict[tuple[OfficeId, UUID], int] = attrs.field(factory=dict)
    """The numbers of the newest event of each office, and of each dossier."""
    reminders_off: dict[tuple[OfficeId, UUID], bool] = attrs.field(factory=dict)
    """By client, questionnaire or request. Each value is true."""
    tasks: dict[TaskId, Task] = attrs.field(factory=dict)
    leases: dict[TaskId, datetime] = attrs.field(factory=dict)
    """The end of each lease: until then no other dispatcher leases the task."""
    lanes: dict[Lane, LaneHealth] = attrs.field(factory=dict)
    """What came last of each lane. The other fields are not used."""
    workers: dict[str, Worker] = attrs.field(factory=dict)
    sms_sends: dict[tuple[OfficeId, SmsId], SmsSend] = attrs.field(factory=dict)
    entries: dict[EntryId, Entry] = attrs.field(factory=dict)
    seals: dict[EntryId, Seal] = attrs.field(factory=dict)
    heads: dict[OfficeId, Seal] = attrs.field(factory=dict)

    def copy(self) -> Self:
        """Copy the tables, for a unit of work that changes them."""
        return type(self)(**{each.name: dict(getattr(self, each.name)) for each in attrs.fields(type(self))})

    def holdings(self, office_id: OfficeId, person_id: PersonId) -> list[Holding]:
        """Return the accounts of a person with their clients, oldest first."""
        whose = (office_id, person_id)
        own = (each for each in self.accounts.values() if (each.office_id, each.person_id) == whose)
        return [(each, self.clients[each.client_id]) for each in sorted(own, key=lambda each: each.id)]

    def others(self, office_id: OfficeId, person_id: PersonId, account_id: AccountId) -> list[Holding]:
        """Return the open accounts of a person other than one."""
        return [each for each in self.holdings(office_id, person_id) if each[0].id != account_id and is_open(*each)]

    def dossier_of(self, actor: Actor, dossier_id: DossierId) -> Dossier:
        """Return a dossier that the actor's client is a party to (DO-1).

        Raises:
            Absent: there is none, or the client is not a party to it.
        """
        dossier = owned(self.dossiers, actor.office_id, dossier_id, "dossier")
        if actor.client_id not in self.parties[dossier_id]:
            raise Absent("dossier")
        return dossier

    def usage(self, actor: Actor, day: date) -> DayUsage:
        """Return what the actor's client and its office sent in a day."""
        client, office = (self.usages.get((actor.office_id, day, whose), Usage()) for whose in (actor.client_id, None))
        return DayUsage(day=day, client_id=actor.client_id, client=client, office=office)

    def is_party(self, actor: Actor, dossier_id: DossierId) -> bool:
        """Tell whether the actor's client is a party to a dossier of its office (DO-1)."""
        dossier = self.dossiers.get(dossier_id)
        ours = dossier is not None and dossier.office_id == actor.office_id
        return ours and actor.client_id in self.parties[dossier_id]

    def files(self) -> Iterator[StoredFile]:
        """Yield the files that rows name, a file of two rows twice."""
        for holders in (self.documents, self.uploads, self.submissions, self.answer_files):
            yield from (holder.file for holder in holders.values())
        for office in self.offices.values():
            yield from filter(None, (office.logo, office.dark_logo))
        yield from (handler.picture for handler in self.case_handlers.values() if handler.picture is not None)

    def quarantine_state(self, office_id: OfficeId, key: FileKey) -> QuarantineState | None:
        """Tell why nobody can read a file. None if it can be read."""
        held = self.quarantine.get((office_id, key))
        return None if held is None else held.state

    def sees_document(self, actor: Actor, document: Document) -> bool:
        """Tell whether a document is published for the actor's client (DC-1)."""
        return self.is_party(actor, document.dossier_id) and actor.client_id in self.audiences[document.id]

    def sees_message(self, actor: Actor, message: Message) -> bool:
        """Tell whether a message is one of the actor's client (ME-1)."""
        return message.client_id == actor.client_id and self.is_party(actor, message.dossier_id)

    def sees_submission(self, actor: Actor, submission: Submission) -> bool:
        """Tell whether the actor's client delivered a submission (ME-1)."""
        return submission.client_id == actor.client_id and self.is_party(actor, submission.dossier_id)

    def sees_assignment(self, actor: Actor, assignment: Assignment) -> bool:
        """Tell whether a questionnaire was assigned to the actor's client (QU-1)."""
        return assignment.client_id == actor.client_id and self.is_party(actor, assignment.dossier_id)

    def sees_request(self, actor: Actor, request: DocumentRequest) -> bool:
        """Tell whether a request is one to the actor's client (RQ-1)."""
        return request.client_id == actor.client_id and self.is_party(actor, request.dossier_id)


class _Owned(Protocol):
    """A row that belongs to an office."""

    @property
    def office_id(self) -> OfficeId: ...


class _Versioned(Protocol):
    """A row with a version."""

    @property
    def version(self) -> int: ...


Key = TypeVar("Key")
Row = TypeVar("Row")
OwnedRow = TypeVar("OwnedRow", bound=_Owned)
VersionedRow = TypeVar("VersionedRow", bound=_Versioned)


def owned(table: Mapping[Key, OwnedRow], office_id: OfficeId, key: Key, what: str) -> OwnedRow:
    """Give a row of an office; *what* is the kind of thing that it is.

    Raises:
        Absent: there is none, or it belongs to another office (OF-2).
    """
    row = table.get(key)
    if row is None or row.office_id != office_id:
        raise Absent(what)
    return row


def put(table: dict[Key, VersionedRow], key: Key, changed: VersionedRow) -> None:
    """Replace a row by a changed one, and raise its version by one.

    Raises:
        Conflict: the stored row has another version.
    """
    standing = table.get(key)
    if standing is None or standing.version != changed.version:
        raise Conflict
    table[key] = _evolved(changed, version=changed.version + 1)


def change(table: dict[Key, Row], key: Key, **fields: object) -> None:
    """Replace a row by a copy with other values in some fields."""
    table[key] = _evolved(table[key], **fields)


def _evolved(row: Row, **fields: object) -> Row:
    # Every row is an attrs class, which a type variable cannot express.
    evolved: Row = attrs.evolve(row, **fields)  # type: ignore[misc]
    return evolved


def drop(rows: dict[Key, Row], limit: int, is_old: Callable[[Key, Row], bool]) -> int:
    """Delete at most *limit* rows that are old, and give their number."""
    old = list(islice((key for key, row in rows.items() if is_old(key, row)), limit))
    for key in old:
        del rows[key]
    return len(old)
