"""What pages read: one method for each, one or two statements each, never by walking aggregates.

Every method takes its scope from the actor. What is not there and what is not for this actor are both ``Absent``.
Lists are newest first and come a page at a time, continued from a key of the last row (never from an offset).
One module, though long: who writes an adapter reads all of its promises in one place.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Protocol

import attrs

from klantportaal.domain.accounts import AccountRole, AccountState, Client, ClientKind
from klantportaal.domain.boundary import checked
from klantportaal.domain.documents import Document, DocumentKind, DocumentState, StoredFile
from klantportaal.domain.dossiers import Dossier, Tab
from klantportaal.domain.keys import KeyRecord, KeyUse
from klantportaal.domain.messages import Direction, Message
from klantportaal.domain.offices import IN_PROGRESS, Office, StatusCode
from klantportaal.domain.onboarding import LinkPurpose
from klantportaal.domain.profile import Profile
from klantportaal.domain.questionnaires.assignments import Assignment, AssignmentState
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
    SessionId,
    SubmissionId,
    Texts,
    ThreadId,
    UploadId,
)

PAGE = 25
"""Rows a page."""
PageSize = Annotated[int, Range(1, 1000)]
"""How many rows a caller may ask for at once."""


@attrs.frozen(kw_only=True)
class SignedInView:
    """A session with what every page needs beside it."""

    session: Session
    epoch: int
    """The account's epoch now."""
    account_state: AccountState
    client_id: ClientId
    client_closed: bool
    kind: ClientKind
    role: AccountRole
    name: str
    has_two_step: bool
    """Whether the account has two-step verification on."""
    office: Office


@attrs.frozen(kw_only=True)
class HomeCounts:
    """The numbers on the tiles (HO-2)."""

    in_progress: int
    other: int
    """Dossiers with another status."""
    open_actions: int

    @property
    def total(self) -> int:
        """All dossiers of the client."""
        return self.in_progress + self.other


@attrs.frozen(kw_only=True, field_transformer=checked)
class DossierKey:
    """Where a page of dossiers ends."""

    changed_at: datetime
    id: DossierId


@attrs.frozen(kw_only=True, field_transformer=checked)
class DossierQuery:
    """Which dossiers to list (DO-2, DO-3)."""

    search: str = ""
    """As typed; found as part of number or description, ignoring case and accents."""
    statuses: frozenset[StatusCode] = frozenset({IN_PROGRESS})
    after: DossierKey | None = None
    size: PageSize = PAGE


@attrs.frozen(kw_only=True, field_transformer=checked)
class TrailQuery:
    """Which entries of the audit trail to list; every one that is given must fit (SI-5)."""

    what: str | None = None
    """The name of a kind of event, such as ``SignedIn``."""
    account: AccountId | None = None
    """By an account, or about it."""
    since: datetime | None = None
    """At this moment or later."""
    until: datetime | None = None
    """Before this moment."""
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
    """How many questionnaires wait in it for the client; None in a list, which does not count them."""

    @property
    def key(self) -> DossierKey:
        """Where the list goes on after this row."""
        return DossierKey(changed_at=self.changed_at, id=self.id)


@attrs.frozen(kw_only=True)
class DossierList:
    """One page of the list."""

    rows: tuple[DossierRow, ...]
    more: bool
    """Whether there are rows after the last."""
    statuses: frozenset[StatusCode]
    """Every status that some dossier of the client has (DO-3)."""


@attrs.frozen(kw_only=True)
class TabCount:
    """How much stands on a tab (DO-4)."""

    total: int
    unread: int | None
    """For this account; None on the tab that has no such number."""


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
    """Something that the client delivered."""

    id: SubmissionId
    kind: SubmissionKind
    name: str
    size: int
    delivered_at: datetime
    delivered_by: str
    """The account's name."""
    message_id: MessageId | None
    assignment_id: AssignmentId | None = None
    """The questionnaire that it is the PDF of, or an answer to."""


@attrs.frozen(kw_only=True)
class MessageRow:
    """A message in a dossier, as one account sees it."""

    id: MessageId
    direction: Direction
    subject: str
    author: str
    sent_at: datetime
    read_at: datetime | None
    """When this account first opened it; None for outbound messages too, which are never unread (ME-4)."""
    attachments: int

    @property
    def unread(self) -> bool:
        """Whether it waits to be read."""
        return self.direction is Direction.INBOUND and self.read_at is None


@attrs.frozen(kw_only=True)
class MessageView:
    """One message, opened."""

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
class UploadRow:
    """A file that waits to be sent."""

    id: UploadId
    name: str
    size: int


@attrs.frozen(kw_only=True)
class OpenAction:
    """A questionnaire that waits for the client."""

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
    """Per cents, as of the last save."""


@attrs.frozen(kw_only=True)
class AssignmentView:
    """A client's copy of a questionnaire, opened, with the dossier it stands in."""

    assignment: Assignment
    dossier: DossierRow


@attrs.frozen(kw_only=True)
class ProfileView:
    """``Mijn gegevens``."""

    name: str
    email: str
    client_name: str
    profile: Profile
    has_two_step: bool


@attrs.frozen(kw_only=True)
class SessionRow:
    """An open session of an account."""

    id: SessionId
    device: str
    """What the browser said of itself."""
    network_address: str | None
    """Where it was started from."""
    started_at: datetime
    seen_at: datetime


@attrs.frozen(kw_only=True)
class ExtraAccountRow:
    """An extra account as its company's main account sees it; what it set for itself is its own (XA-1, XA-2)."""

    id: AccountId
    name: str
    email: str
    state: AccountState
    made_at: datetime
    invited_at: datetime | None
    first_signed_in_at: datetime | None
    last_signed_in_at: datetime | None
    """When the newest session began that is still kept; None where none is."""
    undeliverable: bool
    """Whether the newest mail to it that was done or refused was refused for good."""


@attrs.frozen(kw_only=True)
class LinkView:
    """Whom a link is for, while it is live."""

    account_id: AccountId
    name: str
    email: str
    language: Language


@attrs.frozen(kw_only=True)
class AccountCard:
    """An account as the office sees it."""

    id: AccountId
    client_id: ClientId
    role: AccountRole
    name: str
    email: str
    state: AccountState
    language: Language
    made_at: datetime
    first_signed_in_at: datetime | None
    has_two_step: bool
    """Whether two-step verification is on; the office can turn it off where phone and recovery code are lost."""
    mail_problem: str | None
    """What the mail server said, where the newest mail to the account that was done or refused was refused for good."""


@attrs.frozen(kw_only=True)
class ClientCard:
    """A client with its accounts, as the office sees them."""

    client: Client
    accounts: tuple[AccountCard, ...]


@attrs.frozen(kw_only=True)
class PublishedRow:
    """A document as the office sees it: for whom, and who downloaded it when."""

    document: Document
    audience: frozenset[ClientId]
    downloads: Mapping[AccountId, datetime]


@attrs.frozen(kw_only=True)
class InboxRow:
    """A message as the office sees it, either direction."""

    message: Message
    client_name: str
    dossier_number: str
    first_read_at: datetime | None
    """When an account of the client first opened it, for the office's own messages (ME-4)."""
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
    """A client's copy of a questionnaire as the office sees it: how far it is, never what was answered so far."""

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
    """Per cents, as of the last save."""
    ended_at: datetime | None
    submission_id: SubmissionId | None
    """Its PDF, once that was made."""


@attrs.frozen(kw_only=True)
class OfficeDossier:
    """A dossier as the office sees it."""

    dossier: Dossier
    parties: tuple[Client, ...]
    documents: tuple[PublishedRow, ...]
    messages: tuple[InboxRow, ...]
    submissions: tuple[SubmissionRow, ...]
    assignments: tuple[AssignmentRow, ...]


class Reading(Protocol):
    """Answers pages."""

    # ------------------------------------------------------------------ at the door
    def offices(self) -> Sequence[Office]:
        """List all offices, in any order; for the vendor's own start-up code."""
        ...

    def office(self, office_id: OfficeId) -> Office:
        """Raises: Absent."""
        ...

    def session(self, office_id: OfficeId, fingerprint: Fingerprint) -> SignedInView | None:
        """Find a session by its token's fingerprint, whatever its state; one statement."""
        ...

    def link(
        self, office_id: OfficeId, fingerprint: Fingerprint, purpose: LinkPurpose, *, at: datetime
    ) -> LinkView | None:
        """Look behind a link, which does nothing to it (ON-4); None where it is not live (``onboarding.is_live``)."""
        ...

    # ------------------------------------------------------------------ the client's pages
    def home(self, actor: Actor) -> HomeCounts:
        """Count for the tiles; one statement."""
        ...

    def dossiers(self, actor: Actor, query: DossierQuery) -> DossierList:
        """List the dossiers that the client is a party to; one statement."""
        ...

    def dossier(self, actor: Actor, dossier_id: DossierId) -> DossierRow:
        """Give a dossier with how many questionnaires wait in it; one statement. Raises: Absent."""
        ...

    def tabs(self, actor: Actor, dossier_id: DossierId) -> Mapping[Tab, TabCount]:
        """Count all four tabs; one statement. Documents count while they are available. Zeros for a foreign dossier."""
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
        """List what was published for the client, replaced and withdrawn ones included; empty for a foreign dossier."""
        ...

    def submissions(
        self, actor: Actor, dossier_id: DossierId, *, after: SubmissionId | None = None, size: int = PAGE
    ) -> Sequence[SubmissionRow]:
        """List what the client delivered, by whichever of its accounts; empty for a foreign dossier.

        By the time of delivery: an id may be older, as a file that was staged first can be sent last.
        """
        ...

    def messages(
        self, actor: Actor, dossier_id: DossierId, *, after: MessageId | None = None, size: int = PAGE
    ) -> Sequence[MessageRow]:
        """List the messages between this client and the office; empty for a foreign dossier."""
        ...

    def message(self, actor: Actor, dossier_id: DossierId, message_id: MessageId) -> MessageView:
        """Raises: Absent."""
        ...

    def document_file(self, actor: Actor, dossier_id: DossierId, document_id: DocumentId) -> StoredFile:
        """Find the file of a document that is published for the client and available.

        Raises:
            Absent: it is not.
        """
        ...

    def submission_file(self, actor: Actor, dossier_id: DossierId, submission_id: SubmissionId) -> StoredFile:
        """Raises: Absent."""
        ...

    def uploads(self, actor: Actor, dossier_id: DossierId, draft_id: DraftId, *, at: datetime) -> Sequence[UploadRow]:
        """List what this account staged for a draft and has not expired, oldest first (AT-2)."""
        ...

    def open_actions(self, actor: Actor, dossier_id: DossierId | None = None) -> Sequence[OpenAction]:
        """List the questionnaires that wait in the client's dossiers, or in one, oldest first.

        Over all dossiers they are as many as ``home`` counts; empty for a foreign dossier.
        """
        ...

    def assignment(self, actor: Actor, assignment_id: AssignmentId) -> AssignmentView:
        """Give a questionnaire of the client in a dossier it is a party to, in whatever state; one statement.

        Raises:
            Absent: there is none.
        """
        ...

    def document(self, office_id: OfficeId, digest: str) -> str:
        """Give the document of a published questionnaire. Raises: Absent."""
        ...

    def profile(self, actor: Actor) -> ProfileView:
        """Raises: Absent."""
        ...

    def sessions(self, actor: Actor, *, times: SessionTimes, at: datetime) -> Sequence[SessionRow]:
        """List the sessions of the actor's account that are alive (``sessions.is_alive``), newest first (SI-4)."""
        ...

    def extra_accounts(self, actor: Actor) -> Sequence[ExtraAccountRow]:
        """List the extra accounts of the actor's client that are not deleted, newest first; one statement."""
        ...

    def extra_account(self, actor: Actor, account_id: AccountId) -> ExtraAccountRow:
        """Give one of them; one statement. Raises: Absent."""
        ...

    # ------------------------------------------------------------------ the office's side
    def office_clients(
        self, actor: OfficeActor, *, search: str = "", after: ClientId | None = None, size: int = PAGE
    ) -> Sequence[ClientCard]:
        """List clients with all their accounts; *search* is a part of a client's name, an account's name or address."""
        ...

    def office_client(self, actor: OfficeActor, client_id: ClientId) -> ClientCard:
        """Raises: Absent."""
        ...

    def office_dossiers(
        self, actor: OfficeActor, *, search: str = "", after: DossierKey | None = None, size: int = PAGE
    ) -> Sequence[DossierRow]:
        """List dossiers, newest change first, whatever their status."""
        ...

    def office_dossier(self, actor: OfficeActor, dossier_id: DossierId) -> OfficeDossier:
        """Give the whole of a dossier.

        Raises:
            Absent: the office has no such dossier.
        """
        ...

    def office_inbox(
        self, actor: OfficeActor, *, handled: bool = False, after: MessageId | None = None, size: int = PAGE
    ) -> Sequence[InboxRow]:
        """List what clients wrote, handled or not."""
        ...

    def office_document_file(self, actor: OfficeActor, document_id: DocumentId) -> StoredFile:
        """Find the file of any document, in whatever state. Raises: Absent."""
        ...

    def office_submission_file(self, actor: OfficeActor, submission_id: SubmissionId) -> StoredFile:
        """Raises: Absent."""
        ...

    def office_mail_problems(self, actor: OfficeActor) -> Sequence[AccountCard]:
        """List the accounts whose newest mail was refused for good, newest refusal first."""
        ...

    def office_revisions(self, actor: OfficeActor, *, questionnaire: str | None = None) -> Sequence[RevisionRow]:
        """List the published revisions of one questionnaire or of all, by questionnaire, newest revision first."""
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
        """List what clients were given to fill in, newest first."""
        ...

    def office_assignment(self, actor: OfficeActor, assignment_id: AssignmentId) -> AssignmentRow:
        """Raises: Absent."""
        ...

    def office_trail(self, actor: OfficeActor, query: TrailQuery) -> Sequence[Line]:
        """List entries of the office's trail by their ids, each with its seal; looking costs what the trail is long."""
        ...

    def office_sealed(self, actor: OfficeActor, *, after: int, size: int) -> Sequence[Line]:
        """List the sealed entries of the office in the order of their numbers, from the one after *after* on."""
        ...

    def office_unsealed(self, actor: OfficeActor, *, after: EntryId | None, size: int) -> Sequence[Line]:
        """List the entries of the office that have no seal yet, lowest id first."""
        ...

    def office_head(self, actor: OfficeActor) -> Seal:
        """Give the end of the office's chain; ``NONE_YET`` where nothing was sealed."""
        ...

    # ------------------------------------------------------------------ in the background
    def unsealed(self) -> Sequence[OfficeId]:
        """List the offices with entries that have no seal yet; one statement, as long as those are many."""
        ...

    def unnamed(self, keys: Collection[FileKey]) -> frozenset[FileKey]:
        """Tell which of *keys* no row of any office names (AL-3)."""
        ...

    # ------------------------------------------------------------------ for the operator
    def key_records(self) -> Sequence[KeyRecord]:
        """List the keys that made things so far, of each use in the order of their numbers."""
        ...

    def kept_under(self, use: KeyUse, key_id: KeyId) -> int:
        """Count what is kept, of all offices, and names a key; this may read whole tables.

        Password hashes, recovery codes, seals of the trail, keys of authenticator apps: by *use*.
        """
        ...
