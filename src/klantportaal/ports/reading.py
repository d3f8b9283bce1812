"""The port for reads: one method for each page, with few statements. No method loads one aggregate after another.

The scope of a method is that of its actor. ``Absent`` is raised alike for what does not exist and for what the actor
may not see. Lists are newest first unless a method says otherwise. A list of several pages gives *size* rows at a time,
and continues *after* the key of the last row, never from an offset. "One statement" is a promise about speed: the
method sends one statement to the database.

The module is long on purpose: all promises of an adapter for reads are in one place.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Protocol, Self

import attrs

from klantportaal.domain.accounts import AccountRole, AccountState, Client, ClientKind
from klantportaal.domain.boundary import checked
from klantportaal.domain.documents import Document, DocumentKind, DocumentState, StoredFile
from klantportaal.domain.dossiers import Dossier, Tab
from klantportaal.domain.drafts import Draft
from klantportaal.domain.health import FAILING_SHOWN, FailingTask, LaneHealth
from klantportaal.domain.keys import KeyRecord, KeyUse
from klantportaal.domain.messages import Direction, Message
from klantportaal.domain.offices import IN_PROGRESS, Office, StatusCode
from klantportaal.domain.onboarding import LinkPurpose
from klantportaal.domain.outgoing import TaskKind, TaskState
from klantportaal.domain.profile import Profile
from klantportaal.domain.questionnaires.assignments import Assignment, AssignmentState
from klantportaal.domain.quotas import DayUsage, Usage
from klantportaal.domain.ranges import Range
from klantportaal.domain.sealing import Line, Seal
from klantportaal.domain.sessions import Actor, OfficeActor, Session, SessionTimes
from klantportaal.domain.uploads import SubmissionKind
from klantportaal.domain.values import (
    AccountId,
    AssignmentId,
    ClientId,
    DocumentId,
    DossierId,
    DraftId,
    EntryId,
    FileKey,
    Fingerprint,
    KeyId,
    Language,
    MessageId,
    OfficeId,
    PersonId,
    SessionId,
    SubmissionId,
    TaskId,
    Texts,
    ThreadId,
    UploadId,
)

PAGE = 25
"""The default number of rows of a page."""
OPENING = 100
"""The number of characters of a draft's body that a list shows."""
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
    open_actions: int | None = None
    """The number of questionnaires in it that wait for the client. None in lists, which do not count them."""

    @property
    def key(self) -> DossierKey:
        """The position from which the list continues after this row."""
        return DossierKey(changed_at=self.changed_at, id=self.id)


@attrs.frozen(kw_only=True)
class DossierList:
    """One page of the list of dossiers."""

    rows: tuple[DossierRow, ...]
    more: bool
    """Whether more rows follow after this page."""
    statuses: frozenset[StatusCode]
    """All statuses that occur among the client's dossiers (DO-3)."""


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
    message_id: MessageId | None
    assignment_id: AssignmentId | None = None
    """The assignment of which it is the PDF, or an answer."""


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

    @property
    def unread(self) -> bool:
        """Whether this account still has to read it."""
        return self.direction is Direction.INBOUND and self.read_at is None


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
    """How the browser describes itself."""
    network_address: str | None
    """The network address from which the session was started."""
    started_at: datetime
    seen_at: datetime


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
    """The address of the person."""
    accounts: tuple[AccountCard, ...]
    """The accounts of the person that are not deleted, oldest first."""


@attrs.frozen(kw_only=True)
class ClientCard:
    """A client with its accounts, as the office sees them."""

    client: Client
    accounts: tuple[AccountCard, ...]


@attrs.frozen(kw_only=True)
class PublishedRow:
    """A document as the office sees it, with its audience and its downloads."""

    document: Document
    audience: frozenset[ClientId]
    downloads: Mapping[AccountId, datetime]
    """When each account first downloaded it."""


@attrs.frozen(kw_only=True)
class InboxRow:
    """A message in either direction, as the office sees it."""

    message: Message
    client_name: str
    dossier_number: str
    first_read_at: datetime | None
    """When an account of the client first opened it. Only for messages that the office wrote (ME-4)."""
    attachments: tuple[SubmissionRow, ...]


@attrs.frozen(kw_only=True)
class RevisionRow:
    """A published revision of a questionnaire, without its document."""

    questionnaire: str
    revision: int
    digest: str
    titles: Texts
    published_at: datetime
    published_by: str


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

    def link(
        self, office_id: OfficeId, fingerprint: Fingerprint, purpose: LinkPurpose, *, at: datetime
    ) -> LinkView | None:
        """Find a live link (``onboarding.is_live``), without using it up (ON-4). None if the link is not live."""
        ...

    # ------------------------------------------------------------------ the client's pages
    def home(self, actor: Actor) -> HomeCounts:
        """Give the numbers on the tiles. One statement."""
        ...

    def other_accounts(self, actor: Actor) -> Sequence[OtherAccount]:
        """List the other open accounts of the actor's person, by the name of the client (PE-3). One statement."""
        ...

    def dossiers(self, actor: Actor, query: DossierQuery) -> DossierList:
        """List dossiers that the client is a party to, the latest change first. One statement."""
        ...

    def dossier(self, actor: Actor, dossier_id: DossierId) -> DossierRow:
        """Give a dossier, with the number of its open actions. One statement. Raises: Absent."""
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
        self, actor: Actor, dossier_id: DossierId, *, after: SubmissionId | None = None, size: int = PAGE
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

    def document_file(self, actor: Actor, dossier_id: DossierId, document_id: DocumentId) -> StoredFile:
        """Find the file of a document that is published for the client and available.

        Raises:
            Absent: the dossier has no such document, or it is not published for the client, or not available.
        """
        ...

    def submission_file(self, actor: Actor, dossier_id: DossierId, submission_id: SubmissionId) -> StoredFile:
        """Find the file of a submission of the client. Raises: Absent."""
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

    def open_actions(self, actor: Actor, dossier_id: DossierId | None = None) -> Sequence[OpenAction]:
        """List the open questionnaires in all dossiers of the client, or in one of them, oldest first.

        For all dossiers, the length of the list equals ``HomeCounts.open_actions``. The list is empty for a dossier
        that is not the client's.
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

    def office_dossier(self, actor: OfficeActor, dossier_id: DossierId) -> OfficeDossier:
        """Give a dossier with all its contents.

        Raises:
            Absent: the office has no such dossier.
        """
        ...

    def office_inbox(
        self, actor: OfficeActor, *, handled: bool = False, after: MessageId | None = None, size: int = PAGE
    ) -> Sequence[InboxRow]:
        """List the messages of clients: those that are handled, or those that are not."""
        ...

    def office_document_file(self, actor: OfficeActor, document_id: DocumentId) -> StoredFile:
        """Find the file of a document, whatever its state. Raises: Absent."""
        ...

    def office_submission_file(self, actor: OfficeActor, submission_id: SubmissionId) -> StoredFile:
        """Find the file of a submission. Raises: Absent."""
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

        A refused mail is listed until a later mail to the same person is accepted. Not listed are mails to a person
        without an account.
        """
        ...

    def office_revisions(self, actor: OfficeActor, *, questionnaire: str | None = None) -> Sequence[RevisionRow]:
        """List the published revisions of one questionnaire, or of all.

        They are sorted by questionnaire, and within a questionnaire by revision, the newest first.
        """
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

    # ------------------------------------------------------------------ in the background
    def unsealed(self) -> Sequence[OfficeId]:
        """List the offices that have entries without a seal. One statement.

        The time that this takes grows with the number of those entries, not with the length of the trail.
        """
        ...

    def unnamed(self, keys: Collection[FileKey]) -> frozenset[FileKey]:
        """Give those of *keys* that no row of any office refers to (AL-3)."""
        ...

    def named_files(self, *, after: FileKey | None = None, size: int = PAGE) -> Sequence[StoredFile]:
        """List the files that rows of any office refer to, by key. A file of two rows may be in the list twice.

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

    def unsealed_entries(self) -> tuple[int, datetime | None]:
        """Count the entries of all offices that have no seal, and give the time of the oldest. One statement."""
        ...
