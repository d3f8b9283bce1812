"""The port for reads: one method for each page, with few statements. No method loads one aggregate after another.

The scope of a method is that of its actor. ``Absent`` is raised alike for what does not exist and for what the actor
may not see. Lists are newest first unless a method says otherwise. A list of several pages gives *size* rows at a time,
and continues *after* the key of the last row, never from an offset. "One statement" is a promise about speed: the
method sends one statement to the database.

The module is long on purpose: all promises of an adapter for reads are in one place.
"""

import enum
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Protocol, Self
from uuid import UUID

import attrs

from klantportaal.domain.accounts import AccountRole, AccountState, Client, ClientKind, Holding
from klantportaal.domain.api_keys import ApiKey
from klantportaal.domain.boundary import checked
from klantportaal.domain.case_handlers import CaseHandler
from klantportaal.domain.documents import Document, DocumentKind, DocumentState, StoredFile
from klantportaal.domain.dossiers import Dossier, Tab
from klantportaal.domain.drafts import Draft
from klantportaal.domain.external_ids import ExternalKind
from klantportaal.domain.health import FAILING_SHOWN, FailingTask, LaneHealth
from klantportaal.domain.keys import KeyRecord, KeyUse
from klantportaal.domain.messages import Direction, Message
from klantportaal.domain.offices import IN_PROGRESS, Office, StatusCode
from klantportaal.domain.onboarding import LinkPurpose
from klantportaal.domain.outgoing import TaskKind, TaskState
from klantportaal.domain.profile import Profile
from klantportaal.domain.progress import CurrentStep, Progress
from klantportaal.domain.public_events import EventType, PublicEvent
from klantportaal.domain.quarantine import QuarantinedFile, QuarantineState
from klantportaal.domain.questionnaires.assignments import Assignment, AssignmentState
from klantportaal.domain.questionnaires.drafts import QuestionnaireDraft
from klantportaal.domain.questionnaires.office_fragments import QuestionnaireFragment
from klantportaal.domain.quotas import DayUsage, Usage
from klantportaal.domain.ranges import Range
from klantportaal.domain.receipts import Receipt
from klantportaal.domain.reminders import Reminder
from klantportaal.domain.requests import DocumentRequest, RequestState
from klantportaal.domain.sealing import Line, Seal
from klantportaal.domain.sessions import Actor, OfficeActor, Session, SessionTimes
from klantportaal.domain.throttling import Counter, ThrottleSubject
from klantportaal.domain.unseen import UnseenCount, UnseenKind
from klantportaal.domain.uploads import SubmissionKind
from klantportaal.domain.values import (
    AccountId,
    AnswerFileId,
    AssignmentId,
    ClientId,
    DocumentId,
    DossierId,
    DraftId,
    EntryId,
    EventId,
    FileKey,
    Fingerprint,
    ItemId,
    KeyId,
    Language,
    MessageId,
    OfficeId,
    PersonId,
    QuestionnaireDraftId,
    ReceiptId,
    RequestId,
    SessionId,
    SubmissionId,
    TaskId,
    Texts,
    ThreadId,
    UploadId,
    WebhookDeliveryId,
    WebhookId,
)
from klantportaal.domain.waiting import Waiting, WaitingFor
from klantportaal.domain.webhook_deliveries import WebhookDelivery
from klantportaal.domain.webhooks import WebhookFailure, WebhookState
from klantportaal.domain.workers import Worker

PAGE = 25
"""The default number of rows of a page."""
NEWS = 10
"""The number of unread things on the home page."""
NEWS_WINDOW = 250
"""Of the documents, and of the messages, of a client: how many of the newest are searched for unread ones."""
WAITING = 5
"""The number of waiting things on the home page."""
LATEST = 3
"""The number of dossiers on the home page."""
OPENING = 100
"""The number of characters of a draft's body that a list shows."""
CONVERSATION = 50
"""The largest number of messages of a conversation that are shown at once (ME-6)."""
PageSize = Annotated[int, Range(1, 1000)]
"""The number of rows that a caller may ask for at once."""


@attrs.frozen(kw_only=True)
class SignedInView:
    """A session, with the facts about its person, account, client and office that every page needs."""

    session: Session
    epoch: int
    """The person's current epoch."""
    account_state: AccountState
    """The state of the account that the session acts for."""
    has_others: bool
    """Whether the person has other open accounts (``accounts.is_open``)."""
    client_id: ClientId
    client_name: str
    client_closed: bool
    kind: ClientKind
    role: AccountRole
    name: str
    has_two_step: bool
    """Whether the person has two-step verification on."""
    office: Office


@attrs.frozen(kw_only=True)
class HomeCounts:
    """The numbers on the tiles of the home page (HO-2)."""

    in_progress: int
    """The number of dossiers with the status ``IN_PROGRESS``."""
    other: int
    """The number of dossiers with another status."""
    open_actions: int
    """The number of open questionnaires, and of requests that wait for the client."""

    @property
    def total(self) -> int:
        """The number of all dossiers of the client."""
        return self.in_progress + self.other


@attrs.frozen(kw_only=True)
class OtherAccount:
    """Another account that the person may act for, with what waits there (PE-3)."""

    account_id: AccountId
    client_name: str
    name: str
    """The name of the person, in that account."""
    unread: int
    """Documents and letters not downloaded, and messages not read, in all its dossiers."""
    open_actions: int


@attrs.frozen(kw_only=True, field_transformer=checked)
class DossierKey:
    """The position of a row in the list of dossiers."""

    changed_at: datetime
    id: DossierId


@attrs.frozen(kw_only=True, field_transformer=checked)
class SubmissionKey:
    """The position of a row in the list of what a client delivered. It holds also after that row was taken back."""

    delivered_at: datetime
    id: SubmissionId


@attrs.frozen(kw_only=True, field_transformer=checked)
class ReminderKey:
    """The position of a row in the list of reminders."""

    sent_at: datetime
    id: TaskId


@attrs.frozen(kw_only=True, field_transformer=checked)
class ReminderRow:
    """A mail that reminded a person (RM-1)."""

    reminder: Reminder
    email: str
    """The address of the person, as it is now."""

    @property
    def key(self) -> ReminderKey:
        """The position in the list."""
        return ReminderKey(sent_at=self.reminder.sent_at, id=self.reminder.id)


@attrs.frozen(kw_only=True, field_transformer=checked)
class UnseenKey:
    """The position of a row in the list of what nobody opened."""

    since: datetime
    id: UUID
    client_id: ClientId


@attrs.frozen(kw_only=True)
class UnseenRow:
    """Something that no account of a party has opened, downloaded or looked at (RM-1)."""

    kind: UnseenKind
    id: UUID
    """Of the document, the message, the request or the assignment."""
    dossier_id: DossierId
    dossier_number: str
    client_id: ClientId
    client_name: str
    title: Texts
    """The title of the document, or the subject. It is the same in both languages, unless the office gave two."""
    since: datetime
    """When it was published, sent or made."""

    @property
    def key(self) -> UnseenKey:
        """The position from which the list continues after this row."""
        return UnseenKey(since=self.since, id=self.id, client_id=self.client_id)


@attrs.frozen(kw_only=True, field_transformer=checked)
class DossierQuery:
    """Which dossiers to list (DO-2, DO-3)."""

    search: str = ""
    """As typed. Matches part of the number or the description, without regard to case and accents."""
    statuses: frozenset[StatusCode] = frozenset({IN_PROGRESS})
    after: DossierKey | None = None
    size: PageSize = PAGE


@attrs.frozen(kw_only=True, field_transformer=checked)
class TrailQuery:
    """Which entries of the audit trail to list. An entry must meet every condition that is given (SI-5)."""

    what: str | None = None
    """The name of a kind of event, such as ``SignedIn``."""
    account: AccountId | None = None
    """The account that acted, or that the event is about."""
    person: PersonId | None = None
    """The person that acted, or that the event is about. Events of sign-in, password and links are of a person."""
    since: datetime | None = None
    """Entries at this moment or later."""
    until: datetime | None = None
    """Entries before this moment."""
    oldest_first: bool = False
    after: EntryId | None = None
    size: PageSize = PAGE


@attrs.frozen(kw_only=True)
class DossierRow:
    """A dossier in the list."""

    id: DossierId
    number: str
    description: str
    status: StatusCode
    changed_at: datetime
    """The last change of description or status. For a client, the last change that it can see (DO-2)."""
    open_actions: int | None = None
    """The number of questionnaires and requests in it that wait for the client. None in lists, which do not count them.
    """
    unread: int | None = None
    """The number of documents and messages in it that the account did not read. Only in the client's list (DO-2)."""
    step: CurrentStep | None = None
    """The step that it is at, if it follows steps (PG-1). Only where *waiting* is."""
    progress: Progress | None = None
    """All of its steps, if it follows steps. None in lists."""
    handler: CaseHandler | None = None
    """Its case handler, if it has one. None in lists."""
    waiting: Waiting | None = None
    """Who has to do something for the client. Only on ``Home``, in the client's list and in an open dossier (PG-2)."""
    external_id: str | None = None
    """The id that the office gave it in its own system (EX-1). Only in the office's list."""

    @property
    def key(self) -> DossierKey:
        """The position from which the list continues after this row."""
        return DossierKey(changed_at=self.changed_at, id=self.id)


@attrs.frozen(kw_only=True, field_transformer=checked)
class WaitingKey:
    """The position of a row in the office's list of who has to do something."""

    since: datetime
    dossier_id: DossierId
    client_id: ClientId


@attrs.frozen(kw_only=True)
class WaitingDossier:
    """A party of a dossier, in the office's list of who has to do something (PG-2)."""

    dossier_id: DossierId
    number: str
    description: str
    status: StatusCode
    client_id: ClientId
    client_name: str
    waiting: Waiting

    @property
    def key(self) -> WaitingKey:
        """The position from which the list continues after this row."""
        return WaitingKey(since=self.waiting.since, dossier_id=self.dossier_id, client_id=self.client_id)


@attrs.frozen(kw_only=True)
class DossierList:
    """One page of the list of dossiers."""

    rows: tuple[DossierRow, ...]
    more: bool
    """Whether more rows follow after this page."""
    statuses: frozenset[StatusCode]
    """All statuses that occur among the client's dossiers (DO-3)."""


class NewsKind(enum.StrEnum):
    """What is new for a client (NW-1)."""

    CORRESPONDENCE = "correspondence"
    DOCUMENT = "document"
    MESSAGE = "message"


@attrs.frozen(kw_only=True)
class NewsRow:
    """A letter or document that the account did not download, or a message that it did not read (NW-1)."""

    kind: NewsKind
    id: UUID
    """The ``DocumentId`` or the ``MessageId``."""
    dossier_id: DossierId
    dossier_number: str
    title: str
    """The title of the document, or the subject of the message."""
    at: datetime
    """When it was published or sent."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class ActionKey:
    """The position of a row in a list of what a client is asked to do."""

    due_on: date | None
    asked_at: datetime
    id: UUID

    @property
    def order(self) -> tuple[bool, date, datetime, UUID]:
        """Sort by this for the earliest due date first. Those without one are last, in the order they were asked."""
        return self.due_on is None, self.due_on or date.min, self.asked_at, self.id


class WaitingKind(enum.StrEnum):
    """What waits for a client (NW-1)."""

    QUESTIONNAIRE = "questionnaire"
    REQUEST = "request"


@attrs.frozen(kw_only=True)
class WaitingRow:
    """Something that the client has to do (NW-1)."""

    kind: WaitingKind
    id: UUID
    """The ``AssignmentId`` or the ``RequestId``."""
    dossier_id: DossierId
    dossier_number: str
    subject: Texts
    asked_at: datetime
    due_on: date | None

    @property
    def key(self) -> ActionKey:
        """The position among all that waits."""
        return ActionKey(due_on=self.due_on, asked_at=self.asked_at, id=self.id)


@attrs.frozen(kw_only=True)
class HomeNews:
    """What the home page begins with: what is new, what waits, and the latest dossiers (NW-1)."""

    unread: tuple[NewsRow, ...]
    """At most ``NEWS``, the newest first. Of each kind, only the client's newest ``NEWS_WINDOW`` are looked at."""
    waiting: tuple[WaitingRow, ...]
    """At most ``WAITING``, the earliest due date first. Those without one are last, in the order they were asked."""
    latest: tuple[DossierRow, ...]
    """At most ``LATEST``, in any status, the newest change first."""
    more: bool
    """Whether more is unread than *unread* has."""
    older: bool
    """Whether the client has things older than those that were looked at. They may be unread, too."""


def home_news(
    unread: Iterable[NewsRow], waiting: Iterable[WaitingRow], latest: Iterable[DossierRow], *, older: bool
) -> HomeNews:
    """Put the rows of the home page in their order, and keep the first ones (NW-1).

    *unread* has at least one row more than is kept, if there is one.
    """
    newest = sorted(unread, key=lambda row: (row.at, row.id), reverse=True)
    first = sorted(waiting, key=lambda row: row.key.order)
    changed = sorted(latest, key=lambda row: (row.changed_at, row.id), reverse=True)
    return HomeNews(
        unread=tuple(newest[:NEWS]),
        waiting=tuple(first[:WAITING]),
        latest=tuple(changed[:LATEST]),
        more=len(newest) > NEWS,
        older=older,
    )


@attrs.frozen(kw_only=True)
class TabCount:
    """The numbers on a tab of a dossier (DO-4)."""

    total: int
    unread: int | None
    """The number of unread items for this account. None on the tab that does not show such a number."""


@attrs.frozen(kw_only=True)
class DocumentRow:
    """A published file in a dossier, as one account sees it."""

    id: DocumentId
    kind: DocumentKind
    title: str
    file_name: str
    size: int
    published_at: datetime
    published_by: str
    state: DocumentState
    edition: int
    ended_at: datetime | None
    reason: str | None
    downloaded_at: datetime | None
    looked_at: datetime | None
    """When this account first looked at it in its browser (NW-3)."""

    @property
    def unread(self) -> bool:
        """Whether this account neither downloaded it nor looked at it. Not for what is no longer available."""
        return self.state is DocumentState.AVAILABLE and self.downloaded_at is None and self.looked_at is None


@attrs.frozen(kw_only=True)
class SubmissionRow:
    """A file that the client delivered."""

    id: SubmissionId
    kind: SubmissionKind
    name: str
    size: int
    delivered_at: datetime
    delivered_by: str
    """The name of the account."""
    client_id: ClientId
    message_id: MessageId | None
    assignment_id: AssignmentId | None = None
    """The assignment of which it is the PDF, or an answer."""
    request_id: RequestId | None = None
    """The request that it answers (RQ-2)."""
    item_id: ItemId | None = None
    request_subject: Texts | None = None
    item_title: Texts | None = None
    question_label: Texts | None = None
    """The question of a questionnaire that it answers, as it was asked."""
    row_name: Texts | None = None
    """The row that it belongs to, if the question was asked of each row: ``Kind 1: Eva``."""
    quarantine: QuarantineState | None = None
    """Why nobody can read it. None if it can be read (AT-3)."""
    receipt_id: ReceiptId | None = None
    """The receipt of its delivery (RQ-4). None for a questionnaire until its PDF is made, which the receipt has too."""

    @property
    def key(self) -> SubmissionKey:
        """The position from which the list continues after this row."""
        return SubmissionKey(delivered_at=self.delivered_at, id=self.id)


@attrs.frozen(kw_only=True)
class MessageRow:
    """A message in a dossier, as one account sees it."""

    id: MessageId
    direction: Direction
    subject: str
    author: str
    sent_at: datetime
    read_at: datetime | None
    """When this account first opened it. Always None for outbound messages, which are never unread (ME-4)."""
    attachments: int
    taken_back_at: datetime | None = None
    """When it was taken back. Then its subject is empty (ME-6)."""

    @property
    def unread(self) -> bool:
        """Whether this account still has to read it."""
        return self.direction is Direction.INBOUND and self.read_at is None and self.taken_back_at is None


@attrs.frozen(kw_only=True)
class MessageView:
    """One message with its body and attachments."""

    id: MessageId
    direction: Direction
    thread_id: ThreadId
    subject: str
    body: str
    author: str
    sent_at: datetime
    read_at: datetime | None
    answers: MessageId | None
    attachments: tuple[SubmissionRow, ...]
    taken_back_at: datetime | None = None
    """When it was taken back. Then its subject and body are empty, and it has no attachments (ME-6)."""
    can_take_back: bool = False
    """Whether it is the client's, and the office has not opened it."""

    @property
    def unread(self) -> bool:
        """Whether this account still has to read it."""
        return self.direction is Direction.INBOUND and self.read_at is None and self.taken_back_at is None


@attrs.frozen(kw_only=True)
class Conversation:
    """The messages of one thread, as one account sees them (ME-6)."""

    messages: tuple[MessageView, ...]
    """At least one and at most ``CONVERSATION``, oldest first. The opened one is among them."""
    older: MessageId | None
    """The next older message, if there are more. Its conversation shows those before."""
    newest: MessageId | None
    """The newest message of the thread that was not taken back, which an answer answers. None if there is none."""


@attrs.frozen(kw_only=True)
class DraftRow:
    """A row of the list of drafts of a dossier."""

    id: DraftId
    answers: MessageId | None
    subject: str
    opening: str
    """The first characters of the body, at most ``OPENING``."""
    saved_at: datetime
    attachments: int
    """The number of staged files that have not expired."""


@attrs.frozen(kw_only=True)
class DraftView:
    """A draft, to write on."""

    id: DraftId
    answers: MessageId | None
    subject: str
    body: str
    saved_at: datetime
    expires_at: datetime
    version: int

    @classmethod
    def of(cls, draft: Draft) -> Self:
        """Show a draft."""
        return cls(**{field.name: getattr(draft, field.name) for field in attrs.fields(cls)})


@attrs.frozen(kw_only=True)
class UploadRow:
    """A staged file: uploaded, but not sent yet."""

    id: UploadId
    name: str
    size: int
    quarantine: QuarantineState | None = None
    """``WAITING`` if it was not scanned yet. Else why it was rejected. None if it was taken (AT-3)."""


@attrs.frozen(kw_only=True)
class OpenAction:
    """A questionnaire that the client still has to complete."""

    id: AssignmentId
    dossier_id: DossierId
    dossier_number: str
    dossier_description: str
    subject: Texts
    assigned_at: datetime
    due_on: date | None
    started_at: datetime | None
    saved_at: datetime | None
    progress: int
    """In per cent, at the last save."""

    @property
    def key(self) -> ActionKey:
        """The position from which the list continues after this row."""
        return ActionKey(due_on=self.due_on, asked_at=self.assigned_at, id=self.id)


@attrs.frozen(kw_only=True)
class RequestRow:
    """A request for documents, without its items."""

    id: RequestId
    client_id: ClientId
    client_name: str
    dossier_id: DossierId
    dossier_number: str
    dossier_description: str
    subject: Texts
    made_at: datetime
    made_by: str
    state: RequestState
    total: int
    """The number of items that are not withdrawn."""
    waiting: int
    """The number of items that wait for the client."""
    delivered: int
    """The number of items that wait for the office."""
    due_on: date | None
    """The earliest due date of the items that wait for the client."""
    reminded_at: datetime | None

    @property
    def key(self) -> ActionKey:
        """The position from which a list by due date continues after this row."""
        return ActionKey(due_on=self.due_on, asked_at=self.made_at, id=self.id)


@attrs.frozen(kw_only=True)
class RequestView:
    """A request with its items, and the dossier that it is in."""

    request: DocumentRequest
    dossier: DossierRow
    client_name: str
    quarantine: Mapping[SubmissionId, QuarantineState] = attrs.field(factory=dict)
    """Why nobody can read some of the delivered files. A file that is not in it can be read (AT-3)."""


@attrs.frozen(kw_only=True)
class TemplateRow:
    """A published revision of a template, of requests or of steps, without its document."""

    template: str
    revision: int
    digest: str
    titles: Texts
    published_at: datetime
    published_by: str


@attrs.frozen(kw_only=True)
class AssignmentView:
    """An assignment with its answers, and the dossier that it is in."""

    assignment: Assignment
    dossier: DossierRow


@attrs.frozen(kw_only=True)
class ProfileView:
    """The contents of the page ``Mijn gegevens``."""

    name: str
    """The name of the person, in the account that it acts for."""
    email: str
    client_name: str
    profile: Profile
    has_two_step: bool
    has_password: bool
    """Whether the person has a password of the portal."""


@attrs.frozen(kw_only=True)
class SessionRow:
    """An open session of a person."""

    id: SessionId
    device: str
    """How the browser describes itself, or the name of the app."""
    network_address: str | None
    """The network address from which the session was started."""
    started_at: datetime
    seen_at: datetime
    is_app: bool
    """Whether it is the session of an app (AP-8)."""


@attrs.frozen(kw_only=True)
class ExtraAccountRow:
    """An extra account as the company's main account sees it: without the account's own settings (XA-1, XA-2)."""

    id: AccountId
    name: str
    email: str
    state: AccountState
    made_at: datetime
    invited_at: datetime | None
    first_used_at: datetime | None
    """When its person first acted for the company."""
    last_used_at: datetime | None
    """When the newest stored session that acts for the company began. None if no such session is stored."""
    undeliverable: bool
    """Whether the newest finished mail to its person was refused permanently, and is not older than the account.

    Finished means done or refused. An older mail would tell the company that the person has other accounts (PE-2).
    """


@attrs.frozen(kw_only=True)
class LinkView:
    """The person that a live link is for."""

    person_id: PersonId
    name: str
    """The name of the person in its oldest open account."""
    email: str
    language: Language


@attrs.frozen(kw_only=True)
class AccountCard:
    """An account as the office sees it, with its person."""

    id: AccountId
    person_id: PersonId
    client_id: ClientId
    role: AccountRole
    name: str
    email: str
    state: AccountState
    language: Language
    made_at: datetime
    first_used_at: datetime | None
    """When its person first acted for the client."""
    has_two_step: bool
    """Whether two-step verification is on. The office can turn it off if phone and recovery code are lost."""
    has_vendor_sign_in: bool
    """Whether the vendor's own sign-in belongs to the person, by its invitation (PE-6)."""
    mail_problem: str | None
    """The answer of the mail server, if the newest finished mail to the person was refused or bounced."""


@attrs.frozen(kw_only=True)
class MailProblem:
    """A mail that is not accepted, was refused, or bounced."""

    mail_id: TaskId
    kind: TaskKind
    state: TaskState
    """``WAITING`` if it is retried, ``REFUSED`` or ``BOUNCED`` if it is not."""
    problem: str
    """The answer of the mail server, or what the report says."""
    attempts: int
    """How often it was taken up so far."""
    made_at: datetime
    next_attempt_at: datetime | None
    """When it is tried again. None if it is not."""
    email: str
    """The address of the person, or of the office (OF-4)."""
    accounts: tuple[AccountCard, ...]
    """The accounts of the person that are not deleted, oldest first. None for a mail to an address of the office."""


@attrs.frozen(kw_only=True)
class ClientCard:
    """A client with its accounts, as the office sees them."""

    client: Client
    accounts: tuple[AccountCard, ...]
    external_id: str | None = None
    """The id that the office gave it in its own system (EX-1)."""


@attrs.frozen(kw_only=True)
class PublishedRow:
    """A document as the office sees it, with its audience and its downloads."""

    document: Document
    audience: frozenset[ClientId]
    downloads: Mapping[AccountId, datetime]
    """When each account first downloaded it."""
    looks: Mapping[AccountId, datetime]
    """When each account first looked at it (NW-3)."""
    external_id: str | None = None
    """The id that the office gave it in its own system (EX-1)."""


@attrs.frozen(kw_only=True)
class QuarantineRow:
    """A file that nobody can read, as the office sees it (AT-3)."""

    held: QuarantinedFile
    dossier_number: str


@attrs.frozen(kw_only=True)
class InboxRow:
    """A message in either direction, as the office sees it."""

    message: Message
    client_name: str
    dossier_number: str
    reads: Mapping[AccountId, datetime]
    """When each account of the client first opened it. Only for messages that the office wrote (ME-4)."""
    attachments: tuple[SubmissionRow, ...]
    external_id: str | None = None
    """The id that the office gave it in its own system (EX-1)."""

    @property
    def first_read_at(self) -> datetime | None:
        """When an account of the client first opened it."""
        return min(self.reads.values(), default=None)


@attrs.frozen(kw_only=True)
class OfficeConversation:
    """The messages of one thread, as the office sees them: who read what, and when (ME-6)."""

    messages: tuple[InboxRow, ...]
    """At least one and at most ``CONVERSATION``, oldest first. The asked one is among them."""
    older: MessageId | None
    """The next older message, if there are more. Its conversation shows those before."""
    newest: MessageId | None
    """The newest message of the thread that was not taken back, which an answer answers. None if there is none."""


@attrs.frozen(kw_only=True)
class RevisionRow:
    """A published revision of a questionnaire, without its document."""

    questionnaire: str
    revision: int
    digest: str
    titles: Texts
    fragments: tuple[str, ...]
    """The ids of the office's fragments that it was written with."""
    published_at: datetime
    published_by: str


@attrs.frozen(kw_only=True)
class QuestionnaireDraftRow:
    """A draft of a questionnaire, without its document."""

    id: QuestionnaireDraftId
    questionnaire: str
    """The id in the document. Empty if it has none yet."""
    titles: Texts
    """The titles in the document. Empty where it has none yet."""
    fragments: tuple[str, ...]
    """The ids of the office's fragments that the document uses."""
    saved_at: datetime
    saved_by: str
    version: int


@attrs.frozen(kw_only=True)
class AssignmentRow:
    """An assignment as the office sees it: with its progress, never with the answers so far."""

    id: AssignmentId
    client_id: ClientId
    client_name: str
    dossier_id: DossierId
    dossier_number: str
    questionnaire: str
    revision: int
    digest: str
    subject: Texts
    state: AssignmentState
    assigned_at: datetime
    assigned_by: str
    due_on: date | None
    started_at: datetime | None
    saved_at: datetime | None
    progress: int
    """In per cent, at the last save."""
    ended_at: datetime | None
    submission_id: SubmissionId | None
    """The submission that is its PDF. None until the PDF is made."""


@attrs.frozen(kw_only=True)
class OfficeDossier:
    """A dossier with all its contents, as the office sees it."""

    dossier: Dossier
    parties: tuple[Client, ...]
    documents: tuple[PublishedRow, ...]
    messages: tuple[InboxRow, ...]
    submissions: tuple[SubmissionRow, ...]
    assignments: tuple[AssignmentRow, ...]
    requests: tuple[RequestRow, ...]
    external_id: str | None = None
    """The id that the office gave it in its own system (EX-1)."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class ClientUsage:
    """What a client sent in a day."""

    client_id: ClientId
    name: str
    sent: Usage


@attrs.frozen(kw_only=True, field_transformer=checked)
class OfficeUsage:
    """What the clients of an office sent in a day (AT-3)."""

    day: date
    sent: Usage
    """All clients together. Only refusals because of a quota of the office are counted here."""
    clients: Sequence[ClientUsage]
    """Those that sent most: first by the number of refusals, then by size and by id."""


@attrs.frozen(kw_only=True)
class WebhookRow:
    """An endpoint of webhooks, without its secrets."""

    id: WebhookId
    url: str
    types: tuple[EventType, ...]
    """What it is told of."""
    state: WebhookState
    failure: WebhookFailure | None
    """Why the portal disabled it."""
    made_at: datetime
    switched_at: datetime
    """Since when it has its state."""
    former_until: datetime | None
    """Until when deliveries are signed with the secret before the last rotation too."""


class Reading(Protocol):
    """Reads what pages show."""

    # ------------------------------------------------------------------ before sign-in
    def offices(self) -> Sequence[Office]:
        """List all offices, in any order. Meant for the vendor's own start-up code."""
        ...

    def office(self, office_id: OfficeId) -> Office:
        """Give an office. Raises: Absent."""
        ...

    def session(self, office_id: OfficeId, fingerprint: Fingerprint) -> SignedInView | None:
        """Find a session by the fingerprint of its token, whatever its state. One statement.

        None if the account that it acts for belongs to another person now.
        """
        ...

    def api_key(self, office_id: OfficeId, fingerprint: Fingerprint) -> ApiKey | None:
        """Find an API key by the fingerprint of its secret, whatever its state (AP-1)."""
        ...

    def counter(self, office_id: OfficeId, subject: ThrottleSubject) -> Counter | None:
        """Give the counter of a subject. None if it has none."""
        ...

    def account(self, actor: Actor, account_id: AccountId) -> Holding:
        """Give an account of the actor's person with its client, whatever its state. Raises: Absent."""
        ...

    def link(
        self, office_id: OfficeId, fingerprint: Fingerprint, purpose: LinkPurpose, *, at: datetime
    ) -> LinkView | None:
        """Find a live link (``onboarding.is_live``), without using it up (ON-4). None if the link is not live."""
        ...

    # ------------------------------------------------------------------ the client's pages
    def home(self, actor: Actor) -> HomeCounts:
        """Give the numbers on the tiles. One statement."""
        ...

    def news(self, actor: Actor) -> HomeNews:
        """Give what the home page begins with, as ``home_news`` orders it. One statement."""
        ...

    def other_accounts(self, actor: Actor) -> Sequence[OtherAccount]:
        """List the other open accounts of the actor's person, by the name of the client (PE-3). One statement."""
        ...

    def dossiers(self, actor: Actor, query: DossierQuery) -> DossierList:
        """List dossiers that the client is a party to, the latest change first. One statement."""
        ...

    def dossier(self, actor: Actor, dossier_id: DossierId) -> DossierRow:
        """Give a dossier, with the number of its open actions and its case handler. One statement. Raises: Absent."""
        ...

    def case_handler_picture(self, actor: Actor, dossier_id: DossierId) -> StoredFile:
        """Find the picture of the case handler of a dossier. Raises: Absent, also if there is no picture."""
        ...

    def tabs(self, actor: Actor, dossier_id: DossierId) -> Mapping[Tab, TabCount]:
        """Give the numbers on all four tabs. One statement.

        Only documents that are available count. For a dossier that is not the client's, all numbers are zero.
        """
        ...

    def documents(
        self,
        actor: Actor,
        dossier_id: DossierId,
        kind: DocumentKind,
        *,
        after: DocumentId | None = None,
        size: int = PAGE,
    ) -> Sequence[DocumentRow]:
        """List the documents that were published for the client, replaced and withdrawn ones included.

        The list is empty for a dossier that is not the client's.
        """
        ...

    def submissions(
        self, actor: Actor, dossier_id: DossierId, *, after: SubmissionKey | None = None, size: int = PAGE
    ) -> Sequence[SubmissionRow]:
        """List what all accounts of the client delivered, the newest delivery first.

        The order is that of delivery, not that of ids: a file that was staged first can be sent last. The list is empty
        for a dossier that is not the client's.
        """
        ...

    def messages(
        self, actor: Actor, dossier_id: DossierId, *, after: MessageId | None = None, size: int = PAGE
    ) -> Sequence[MessageRow]:
        """List the messages between this client and the office. Empty for a dossier that is not the client's."""
        ...

    def message(self, actor: Actor, dossier_id: DossierId, message_id: MessageId) -> MessageView:
        """Give a message between this client and the office. Raises: Absent."""
        ...

    def conversation(
        self, actor: Actor, dossier_id: DossierId, message_id: MessageId, *, size: int = CONVERSATION
    ) -> Conversation:
        """Give the conversation of a message (ME-6): one statement for the messages, and one for the attachments.

        These are the newest *size* messages of its thread. If the message is older than those, they are the *size*
        messages up to it. The time that this takes grows with the thread, not with the dossier.

        Raises:
            Absent: the client has no such message in this dossier.
        """
        ...

    def document_file(self, actor: Actor, dossier_id: DossierId, document_id: DocumentId) -> StoredFile:
        """Find the file of a document that is published for the client and available.

        Raises:
            Absent: the dossier has no such document, or it is not published for the client, or not available.
        """
        ...

    def submission_file(self, actor: Actor, dossier_id: DossierId, submission_id: SubmissionId) -> StoredFile:
        """Find the file of a submission of the client. Raises: Absent."""
        ...

    def receipt(self, office_id: OfficeId, receipt_id: ReceiptId) -> Receipt:
        """Give a receipt, whoever asks: its caller checks who that is (RQ-4). One statement. Raises: Absent."""
        ...

    def drafts(self, actor: Actor, dossier_id: DossierId, *, at: datetime) -> Sequence[DraftRow]:
        """List the drafts of this account in a dossier that have not expired, the last saved first (ST-1).

        One statement. Empty for a dossier that is not the client's.
        """
        ...

    def draft(self, actor: Actor, dossier_id: DossierId, draft_id: DraftId, *, at: datetime) -> DraftView:
        """Give a draft of this account that has not expired. One statement.

        Raises:
            Absent: this account has no such draft in this dossier, or its client is not a party to the dossier.
        """
        ...

    def uploads(self, actor: Actor, dossier_id: DossierId, draft_id: DraftId, *, at: datetime) -> Sequence[UploadRow]:
        """List the files that this account staged for a draft and that have not expired, oldest first (AT-2)."""
        ...

    def usage(self, actor: Actor, day: date) -> DayUsage:
        """Give what the actor's client and its office sent in a day (AT-3). One statement."""
        ...

    def open_actions(
        self,
        actor: Actor,
        dossier_id: DossierId | None = None,
        *,
        after: ActionKey | None = None,
        size: int = PAGE,
    ) -> Sequence[OpenAction]:
        """List the open questionnaires in all dossiers of the client, or in one of them, in the order of their keys.

        One statement. For all dossiers, this list and that of ``waiting_requests`` have ``HomeCounts.open_actions``
        rows together. The list is empty for a dossier that is not the client's.
        """
        ...

    def waiting_requests(
        self,
        actor: Actor,
        dossier_id: DossierId | None = None,
        *,
        after: ActionKey | None = None,
        size: int = PAGE,
    ) -> Sequence[RequestRow]:
        """List the requests that wait for the client in all its dossiers, or in one of them (RQ-1).

        One statement. The order is that of their keys. The list is empty for a dossier that is not the client's.
        """
        ...

    def delivered_requests(
        self, actor: Actor, *, after: ActionKey | None = None, size: int = PAGE
    ) -> Sequence[RequestRow]:
        """List the requests in all dossiers of the client that wait for the office alone, oldest first (RQ-1).

        One statement. None of them has a due date, so this is the order of their keys.
        """
        ...

    def requests(
        self, actor: Actor, dossier_id: DossierId, *, after: RequestId | None = None, size: int = PAGE
    ) -> Sequence[RequestRow]:
        """List the client's requests in a dossier, in every state. Empty for a dossier that is not the client's."""
        ...

    def request(self, actor: Actor, request_id: RequestId) -> RequestView:
        """Give a request of the client, in whatever state. One statement.

        Raises:
            Absent: the client has no such request, or is not a party to its dossier.
        """
        ...

    def assignment(self, actor: Actor, assignment_id: AssignmentId) -> AssignmentView:
        """Give an assignment of the client, in whatever state. One statement.

        Raises:
            Absent: the client has no such assignment, or is not a party to its dossier.
        """
        ...

    def document(self, office_id: OfficeId, digest: str) -> str:
        """Give the document of a published questionnaire. Raises: Absent."""
        ...

    def profile(self, actor: Actor) -> ProfileView:
        """Give the profile of the actor's person, with the notifications of its account. Raises: Absent."""
        ...

    def sessions(self, actor: Actor, *, times: SessionTimes, at: datetime) -> Sequence[SessionRow]:
        """List the sessions of the actor's person that are alive at *at* (``sessions.is_alive``), newest first (SI-4).

        Args:
            actor: the person is that of the actor.
            times: the lifetimes by which ``is_alive`` decides.
            at: the current time.
        """
        ...

    def extra_accounts(self, actor: Actor) -> Sequence[ExtraAccountRow]:
        """List the extra accounts of the actor's client that are not deleted, newest first. One statement."""
        ...

    def extra_account(self, actor: Actor, account_id: AccountId) -> ExtraAccountRow:
        """Give an extra account of the actor's client that is not deleted. One statement. Raises: Absent."""
        ...

    # ------------------------------------------------------------------ the office's side
    def office_clients(
        self, actor: OfficeActor, *, search: str = "", after: ClientId | None = None, size: int = PAGE
    ) -> Sequence[ClientCard]:
        """List clients with all their accounts.

        Args:
            actor: the office.
            search: part of the name of a client, or of the name or address of an account.
            after: the id of the last client of the page before.
            size: the number of clients of a page.
        """
        ...

    def office_client(self, actor: OfficeActor, client_id: ClientId) -> ClientCard:
        """Give a client with all its accounts. Raises: Absent."""
        ...

    def office_dossiers(
        self, actor: OfficeActor, *, search: str = "", after: DossierKey | None = None, size: int = PAGE
    ) -> Sequence[DossierRow]:
        """List dossiers of every status, the latest change first."""
        ...

    def office_waiting(
        self, actor: OfficeActor, *, whom: WaitingFor | None = None, after: WaitingKey | None = None, size: int = PAGE
    ) -> Sequence[WaitingDossier]:
        """List the parties for whom somebody has to do something, those that wait longest first. One statement.

        Closed clients are left out.
        """
        ...

    def office_dossier(self, actor: OfficeActor, dossier_id: DossierId) -> OfficeDossier:
        """Give a dossier with all its contents.

        Raises:
            Absent: the office has no such dossier.
        """
        ...

    def office_case_handlers(self, actor: OfficeActor) -> Sequence[CaseHandler]:
        """List all case handlers of the office, by name and then by id."""
        ...

    def office_api_keys(self, actor: OfficeActor) -> Sequence[ApiKey]:
        """List all API keys of the office, newest first, also those that are revoked or expired."""
        ...

    def office_named(self, actor: OfficeActor, kind: ExternalKind, external_id: str) -> UUID:
        """Give the id of what the office made with an external id (EX-1). Raises: Absent."""
        ...

    def office_external_ids(self, actor: OfficeActor, things: Collection[UUID]) -> Mapping[UUID, str]:
        """Give the external ids of some clients, dossiers, documents and messages, of those that have one (EX-1)."""
        ...

    def office_inbox(
        self, actor: OfficeActor, *, handled: bool = False, after: MessageId | None = None, size: int = PAGE
    ) -> Sequence[InboxRow]:
        """List the messages of clients: those that are handled, or those that are not. None that was taken back."""
        ...

    def office_conversation(
        self, actor: OfficeActor, message_id: MessageId, *, size: int = CONVERSATION
    ) -> OfficeConversation:
        """Give the conversation of a message, as ``conversation`` does, with all marks. Raises: Absent."""
        ...

    def office_document_file(self, actor: OfficeActor, document_id: DocumentId) -> StoredFile:
        """Find the file of a document, whatever its state. Raises: Absent."""
        ...

    def office_submission_file(self, actor: OfficeActor, submission_id: SubmissionId) -> StoredFile:
        """Find the file of a submission. Raises: Absent."""
        ...

    def office_quarantine(
        self, actor: OfficeActor, *, after: FileKey | None = None, size: int = PAGE
    ) -> Sequence[QuarantineRow]:
        """List the files of the office in quarantine that clients sent or the office published, by key (AT-3).

        A file that a client staged and did not send is not listed (AT-2).

        Args:
            actor: the office.
            after: the key of the last file of the page before.
            size: the number of files of a page.
        """
        ...

    def office_usage(self, actor: OfficeActor, day: date, *, size: int = PAGE) -> OfficeUsage:
        """Give what the clients of the office sent in a day. See ``OfficeUsage``. One statement.

        Args:
            actor: the office.
            day: the day.
            size: the largest number of clients.
        """
        ...

    def office_mail_problems(
        self, actor: OfficeActor, *, after: TaskId | None = None, size: int = PAGE
    ) -> Sequence[MailProblem]:
        """List mails that wait after a failure, were refused, or bounced, the newest first.

        A refused mail is listed until a later mail to the same person, or to the same address of the office, is
        accepted. Not listed are mails to a person without an account.
        """
        ...

    def office_revisions(self, actor: OfficeActor, *, questionnaire: str | None = None) -> Sequence[RevisionRow]:
        """List the published revisions of one questionnaire, or of all.

        They are sorted by questionnaire, and within a questionnaire by revision, the newest first.
        """
        ...

    def office_questionnaire_drafts(self, actor: OfficeActor) -> Sequence[QuestionnaireDraftRow]:
        """List the drafts of questionnaires, the one that was saved last first."""
        ...

    def office_questionnaire_draft(self, actor: OfficeActor, draft_id: QuestionnaireDraftId) -> QuestionnaireDraft:
        """Give a draft of a questionnaire. Raises: Absent."""
        ...

    def office_questionnaire_source(self, actor: OfficeActor, digest: str) -> str:
        """Give a published document as it was written, with its fragments. Raises: Absent."""
        ...

    def office_questionnaire_fragments(self, actor: OfficeActor) -> Sequence[QuestionnaireFragment]:
        """List the fragments of the office's own, with their documents, sorted by id."""
        ...

    def office_assignments(
        self,
        actor: OfficeActor,
        *,
        dossier_id: DossierId | None = None,
        state: AssignmentState | None = None,
        after: AssignmentId | None = None,
        size: int = PAGE,
    ) -> Sequence[AssignmentRow]:
        """List assignments, newest first.

        Args:
            actor: the office.
            dossier_id: only those in this dossier.
            state: only those in this state.
            after: the id of the last assignment of the page before.
            size: the number of assignments of a page.
        """
        ...

    def office_assignment(self, actor: OfficeActor, assignment_id: AssignmentId) -> AssignmentRow:
        """Give an assignment. Raises: Absent."""
        ...

    def office_request_templates(self, actor: OfficeActor, *, template: str | None = None) -> Sequence[TemplateRow]:
        """List the published revisions of one template of requests, or of all, sorted as ``office_revisions``."""
        ...

    def request_template(self, office_id: OfficeId, digest: str) -> str:
        """Give the document of a published template of requests. Raises: Absent."""
        ...

    def office_progress_templates(self, actor: OfficeActor, *, template: str | None = None) -> Sequence[TemplateRow]:
        """List the published revisions of one template of steps, or of all, sorted as ``office_revisions``."""
        ...

    def progress_template(self, office_id: OfficeId, digest: str) -> str:
        """Give the document of a published template of steps. Raises: Absent."""
        ...

    def office_requests(
        self,
        actor: OfficeActor,
        *,
        dossier_id: DossierId | None = None,
        state: RequestState | None = None,
        after: RequestId | None = None,
        size: int = PAGE,
    ) -> Sequence[RequestRow]:
        """List requests, newest first.

        Args:
            actor: the office.
            dossier_id: only those in this dossier.
            state: only those in this state.
            after: the id of the last request of the page before.
            size: the number of requests of a page.
        """
        ...

    def office_reminders(
        self, actor: OfficeActor, *, after: ReminderKey | None = None, size: int = PAGE
    ) -> Sequence[ReminderRow]:
        """List the reminders that were sent, newest first.

        Args:
            actor: the office.
            after: the key of the last row of the page before.
            size: the number of rows of a page.
        """
        ...

    def office_unseen(
        self, actor: OfficeActor, *, until: datetime, after: UnseenKey | None = None, size: int = PAGE
    ) -> Sequence[UnseenRow]:
        """List what no account of a party has opened: by time, then by id, then by client. One statement.

        These are the documents that are available and that no account downloaded or looked at, the messages that none
        read, the requests that wait for the client and that none saw, and the questionnaires that wait and that none
        started. Closed clients are left out.

        Args:
            actor: the office.
            until: only what was published, sent or made at this moment or before.
            after: the key of the last row of the page before.
            size: the number of rows of a page.
        """
        ...

    def office_unseen_of(self, actor: OfficeActor, dossier_id: DossierId, client_id: ClientId) -> Sequence[UnseenCount]:
        """Count what no account of a party has opened in a dossier, whatever its age: by kind. One statement."""
        ...

    def office_delivered_requests(
        self, actor: OfficeActor, *, after: RequestId | None = None, size: int = PAGE
    ) -> Sequence[RequestRow]:
        """List the requests with an item that waits for the office, newest first."""
        ...

    def office_request(self, actor: OfficeActor, request_id: RequestId) -> RequestView:
        """Give a request. Raises: Absent."""
        ...

    def office_submission_request(self, actor: OfficeActor, submission_id: SubmissionId) -> RequestId | None:
        """Find the request that a submission answers. None if it answers none. Raises: Absent."""
        ...

    def office_trail(self, actor: OfficeActor, query: TrailQuery) -> Sequence[Line]:
        """List entries of the office's trail in the order of their times, each with its seal.

        Entries of the same time are in the order of their ids. After an entry that the trail does not have, there are
        none. For an account or a person, the time that this takes may grow with the length of the trail.
        """
        ...

    def office_sealed(self, actor: OfficeActor, *, after: int, size: int) -> Sequence[Line]:
        """List the sealed entries of the office with a number above *after*, lowest number first."""
        ...

    def office_unsealed(self, actor: OfficeActor, *, after: EntryId | None, size: int) -> Sequence[Line]:
        """List the entries of the office that have no seal yet, lowest id first."""
        ...

    def office_head(self, actor: OfficeActor) -> Seal:
        """Give the last seal of the office's chain, or ``NONE_YET`` if nothing is sealed."""
        ...

    def office_events(self, actor: OfficeActor, *, after: int, size: int) -> Sequence[PublicEvent]:
        """List the public events of the office with a number above *after*, lowest number first (EV-1).

        One statement.
        """
        ...

    def office_webhooks(self, actor: OfficeActor) -> Sequence[WebhookRow]:
        """List all endpoints of the office, newest first, without their secrets (WH-1)."""
        ...

    def office_webhook_deliveries(
        self, actor: OfficeActor, webhook_id: WebhookId, *, after: WebhookDeliveryId | None = None, size: int = PAGE
    ) -> Sequence[WebhookDelivery]:
        """List the deliveries to an endpoint that are kept, newest first. None, if the office has no such endpoint."""
        ...

    def office_newest_event(self, actor: OfficeActor) -> int:
        """Give the number of the newest public event of the office, also if it was deleted. 0 if there was none."""
        ...

    def public_events(self, office_id: OfficeId, ids: Collection[EventId]) -> Sequence[PublicEvent]:
        """Give those of some public events that are stored, lowest number first."""
        ...

    def quarantined(self, office_id: OfficeId, key: FileKey) -> QuarantineState | None:
        """Tell why nobody can read a stored file. None if it can be read (AT-3). One statement."""
        ...

    def quarantined_answers(
        self, office_id: OfficeId, assignment_id: AssignmentId
    ) -> Mapping[AnswerFileId, QuarantineState]:
        """Tell why nobody can read some of the files that were saved as answers (AT-3). One statement."""
        ...

    # ------------------------------------------------------------------ in the background
    def unsealed(self) -> Sequence[OfficeId]:
        """List the offices that have entries without a seal. One statement.

        The time that this takes grows with the number of those entries, not with the length of the trail.
        """
        ...

    def unnamed(self, keys: Collection[FileKey]) -> frozenset[FileKey]:
        """Give those of *keys* that no row of any office refers to (AL-3), and those of files that were rejected."""
        ...

    def named_files(self, *, after: FileKey | None = None, size: int = PAGE) -> Sequence[StoredFile]:
        """List the files that rows of any office refer to, by key. A file of two rows may be in the list twice.

        Files that were rejected are not listed: they were removed (AT-3).

        Args:
            after: the last key of the previous page.
            size: the maximum number of files.
        """
        ...

    # ------------------------------------------------------------------ for the operator
    def key_records(self) -> Sequence[KeyRecord]:
        """List the records of the keys that were used so far, for each use in the order of their numbers."""
        ...

    def kept_under(self, use: KeyUse, key_id: KeyId) -> int:
        """Count the stored values of all offices that contain a key's id. This may read whole tables.

        *use* says which values: password hashes, recovery codes, entries of the trail by their seal (by their signature
        until they have one), or keys of authenticator apps.
        """
        ...

    def is_migrated(self) -> bool:
        """Tell whether the storage has the tables of this version, or of a newer one. One short statement.

        The health report measures how long it takes.
        """
        ...

    def lanes(self, *, at: datetime) -> Sequence[LaneHealth]:
        """Give each lane of the outbox, of all offices, most urgent first. One statement.

        The time that this takes grows with the number of tasks that are due or failed, not with those that are done.

        Args:
            at: the time to compare with. A task is due from its ``due_at`` on, unless it is leased.
        """
        ...

    def failing_tasks(self, *, size: int = FAILING_SHOWN) -> Sequence[FailingTask]:
        """List the waiting tasks of all offices that failed before, most attempts first, at most *size*."""
        ...

    def workers(self, *, at: datetime) -> Sequence[Worker]:
        """List the workers that hold a name at *at*, by name."""
        ...

    def waiting_files(self) -> tuple[int, datetime | None]:
        """Count the files of all offices that wait for the scanner, and tell since when the oldest does (AT-3).

        One statement.
        """
        ...

    def unsealed_entries(self) -> tuple[int, datetime | None]:
        """Count the entries of all offices that have no seal, and give the time of the oldest. One statement."""
        ...
