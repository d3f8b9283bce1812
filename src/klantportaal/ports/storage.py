"""Storage: everything that changes goes through one unit of work, whole or not at all (AL-2).

``Absent`` is raised with the kind of thing, such as ``Absent("dossier")``, in the same words whether it is nobody's or
somebody else's.

One module, though long: who writes an adapter reads all of its promises in one place.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from klantportaal.domain.accounts import Account, Client
from klantportaal.domain.auditing import Entry
from klantportaal.domain.documents import Document
from klantportaal.domain.dossiers import Dossier
from klantportaal.domain.keys import KeyRecord
from klantportaal.domain.messages import Message
from klantportaal.domain.offices import Office
from klantportaal.domain.onboarding import Link, LinkPurpose
from klantportaal.domain.outgoing import Lane, Task
from klantportaal.domain.questionnaires.answer_files import AnswerFile
from klantportaal.domain.questionnaires.assignments import Assignment
from klantportaal.domain.questionnaires.publishing import Published
from klantportaal.domain.sealing import Seal
from klantportaal.domain.sessions import Actor, OfficeActor, Session
from klantportaal.domain.texting import SmsCounts, SmsSend
from klantportaal.domain.throttling import Counters, Subject
from klantportaal.domain.two_step import CodePurpose, Holder, TwoStep, Verification
from klantportaal.domain.uploads import StagedUpload, Submission
from klantportaal.domain.values import (
    AccountId,
    AnswerFileId,
    AssignmentId,
    ClientId,
    Digest,
    DocumentId,
    DossierId,
    DraftId,
    EntryId,
    Fingerprint,
    LinkId,
    MessageId,
    OfficeId,
    SessionId,
    UploadId,
    VerificationId,
)
from klantportaal.ports.reading import Reading


class Offices(Protocol):
    """The tenants."""

    def get(self, office_id: OfficeId) -> Office:
        """Raises: Absent."""
        ...

    def add(self, office: Office) -> None:
        """Keep a new office.

        Raises:
            Conflict: there is one with its id, or with its key.
            Refused: another office has its base URL (``BASE_URL_TAKEN``, field ``base_url``).
        """
        ...

    def save(self, office: Office) -> None:
        """Keep a change, as version ``office.version + 1``. The key stays as it was.

        Raises:
            Conflict: what stands has another version.
            Refused: another office has its base URL (``BASE_URL_TAKEN``, field ``base_url``).
        """
        ...


class Clients(Protocol):
    """Whom offices serve."""

    def get(self, office_id: OfficeId, client_id: ClientId) -> Client:
        """Raises: Absent."""
        ...

    def hold(self, office_id: OfficeId, client_id: ClientId) -> Client:
        """As ``get``; until this unit of work ends nobody else holds or changes the client. Raises: Absent."""
        ...

    def add(self, client: Client) -> None:
        """Keep a new client."""
        ...

    def save(self, client: Client) -> None:
        """Keep a change. Raises: Conflict."""
        ...


class Accounts(Protocol):
    """Who signs in."""

    def get(self, office_id: OfficeId, account_id: AccountId) -> tuple[Account, Client]:
        """Give an account and whose it is. Raises: Absent."""
        ...

    def take(self, office_id: OfficeId, account_id: AccountId) -> Account:
        """Give an account; until this unit of work ends nobody else takes, holds or changes it. Raises: Absent."""
        ...

    def hold(self, actor: Actor) -> None:
        """Make sure that the actor may still act, and see to it that this stays so until this unit of work ends.

        Who deletes or closes the account, or otherwise ends all its sessions, waits until then, or was first (XA-3).

        Raises:
            NotSignedIn: the account is not active any more, or has another epoch than the actor.
        """
        ...

    def by_address(self, office_id: OfficeId, folded: str) -> tuple[Account, Client] | None:
        """Find the account with an address, folded as by ``values.folded``; never one that was deleted."""
        ...

    def of_clients(self, office_id: OfficeId, client_ids: Collection[ClientId]) -> Sequence[Account]:
        """List all accounts of some clients, deleted ones included."""
        ...

    def add(self, account: Account) -> None:
        """Keep a new account.

        Raises:
            Refused: ``ADDRESS_TAKEN``, field ``email``: an account of the office that is not deleted has the address.
                The unit of work goes on without the account.
        """
        ...

    def save(self, account: Account) -> None:
        """Keep a change, of the address too.

        Raises:
            Conflict: what stands has another version.
            Refused: ``ADDRESS_TAKEN``, field ``email``: another account of the office has the address, and neither is
                deleted. Nothing more can be done in the unit of work then.
        """
        ...


class Links(Protocol):
    """What mails open."""

    def add(self, link: Link) -> None:
        """Keep a new link."""
        ...

    def find(self, office_id: OfficeId, fingerprint: Fingerprint, purpose: LinkPurpose) -> Link | None:
        """Find a link, whatever its state."""
        ...

    def newest(self, office_id: OfficeId, account_id: AccountId, purpose: LinkPurpose) -> Link | None:
        """Find the link of an account that was made last, whatever its state."""
        ...

    def void(self, office_id: OfficeId, account_id: AccountId, purpose: LinkPurpose, *, at: datetime) -> None:
        """Void every link of an account for a purpose that is neither used nor void."""
        ...

    def use(self, office_id: OfficeId, link_id: LinkId, *, at: datetime) -> bool:
        """Use a link up if it is neither used nor void; of any number at once exactly one gets True."""
        ...

    def forget(self, *, before: datetime) -> None:
        """Drop the links of all offices that expired before a moment."""
        ...


class Sessions(Protocol):
    """Who is signed in."""

    def add(self, session: Session) -> None:
        """Keep a new session."""
        ...

    def touch(self, office_id: OfficeId, session_id: SessionId, *, at: datetime) -> None:
        """Write down a session's last request; never earlier than what stands."""
        ...

    def confirm(self, actor: Actor, *, fingerprint: Fingerprint, at: datetime) -> bool:
        """Note that the actor gave its password, and give its session another token, by the fingerprint of that.

        Only if the session has not ended and its token is still the actor's; of any number at once exactly one gets
        True.
        """
        ...

    def own(self, actor: Actor, session_id: SessionId) -> Session:
        """Give a session of the actor's account, whatever its state. Raises: Absent."""
        ...

    def end(self, office_id: OfficeId, session_id: SessionId, *, at: datetime) -> bool:
        """End one session; False if it had ended already."""
        ...

    def end_others(self, actor: Actor, *, at: datetime) -> bool:
        """End every session of the actor's account but its own; False if none was left to end."""
        ...

    def end_all(self, office_id: OfficeId, account_id: AccountId, *, at: datetime) -> None:
        """End every session of an account."""
        ...

    def carry_over(self, office_id: OfficeId, session_id: SessionId, *, epoch: int) -> None:
        """Let a session go on under its account's new epoch, where everything else of the account ends."""
        ...

    def forget(self, *, before: datetime) -> None:
        """Drop the sessions of all offices whose absolute end was before a moment."""
        ...


class Throttles(Protocol):
    """How often somebody failed of late (SI-2)."""

    def hold(self, office_id: OfficeId, subjects: Collection[Subject], *, at: datetime) -> Counters:
        """Give the counter of each subject; one that has none gets one without failures, from *at*.

        Until this unit of work ends nobody else gets or changes them: of any number at once, each counts on from what
        the one before it saved. Those that hold several get them without waiting for one another in a circle.
        """
        ...

    def save(self, office_id: OfficeId, counters: Counters) -> None:
        """Keep what stands now of counters that this unit of work holds."""
        ...

    def forget(self, *, before: datetime) -> None:
        """Drop the counters of all offices whose newest failure was before a moment, save those that are held."""
        ...


class TwoSteps(Protocol):
    """What accounts have turned on beside their password: at most one each."""

    def of(self, office_id: OfficeId, account_id: AccountId) -> TwoStep | None:
        """Find what an account has turned on."""
        ...

    def put(self, two_step: TwoStep) -> None:
        """Keep what an account turned on, in the place of what it had."""
        ...

    def remove(self, office_id: OfficeId, account_id: AccountId) -> None:
        """Drop what an account has turned on, if anything."""
        ...

    def accept(self, two_step: TwoStep, *, step: int) -> bool:
        """Note the time step of an accepted code, if it is greater than what stands, and if *two_step* still stands.

        Of any number at once for the same step exactly one gets True (TS-6).
        """
        ...

    def renew_recovery(self, two_step: TwoStep, *, fresh: Digest) -> bool:
        """Put another recovery code in the place of the one that *two_step* has, if that still stands.

        Of any number at once exactly one gets True (TS-4).
        """
        ...

    def renew_secret(self, two_step: TwoStep, *, fresh: bytes) -> bool:
        """Put the key of an app, encrypted anew, in the place of the one that *two_step* has, if that still stands.

        Of any number at once exactly one gets True (TS-6).
        """
        ...


class Verifications(Protocol):
    """Occasions to give a code; one at most for each session and purpose, and for each half signed-in browser."""

    def open(self, verification: Verification) -> bool:
        """Keep a new one; False, and nothing happens, if its session has one for the purpose already."""
        ...

    def get(self, office_id: OfficeId, verification_id: VerificationId) -> Verification:
        """Give one, whatever its state. Raises: Absent."""
        ...

    def find(self, office_id: OfficeId, purpose: CodePurpose, holder: Holder) -> Verification | None:
        """Find the one that a session, or a half signed-in browser's token, has for a purpose, whatever its state."""
        ...

    def close(self, office_id: OfficeId, verification_id: VerificationId) -> None:
        """Drop one, if it is there."""
        ...

    def attempt(self, office_id: OfficeId, verification_id: VerificationId, *, limit: int) -> int | None:
        """Count one more attempt, if it is not used and had fewer than *limit*; tell which it is, or None.

        Of any number at once exactly as many get a number as there were attempts left, each another one (TS-2).
        """
        ...

    def send(self, office_id: OfficeId, verification_id: VerificationId, *, code: Digest, at: datetime) -> bool:
        """Note the code that goes out now, in the place of any older one; False if it is used or gone."""
        ...

    def use(self, office_id: OfficeId, verification_id: VerificationId, *, code: Digest | None, at: datetime) -> bool:
        """Use one up if it is not used; given a *code*, only if that is still its newest.

        Of any number at once exactly one gets True (TS-2).
        """
        ...

    def forget(self, *, before: datetime) -> None:
        """Drop those of all offices that expired before a moment."""
        ...


class Keys(Protocol):
    """By which keys things were made so far, for all offices: their ids, never the keys."""

    def add(self, record: KeyRecord) -> bool:
        """Keep that a key came first in its list; False if its use has a key of this number already.

        Of any number at once exactly one gets True.
        """
        ...

    def forget(self) -> None:
        """Drop all, where a key is lost: the next start begins anew, and what the lost key made is of no use."""
        ...


class Dossiers(Protocol):
    """Matters and their parties."""

    def get(self, office_id: OfficeId, dossier_id: DossierId) -> Dossier:
        """Raises: Absent."""
        ...

    def visible_to(self, actor: Actor, dossier_id: DossierId) -> Dossier:
        """Give a dossier that the actor's client is a party to. Raises: Absent."""
        ...

    def parties(self, office_id: OfficeId, dossier_id: DossierId) -> frozenset[ClientId]:
        """List the clients that are parties to a dossier."""
        ...

    def add(self, dossier: Dossier, parties: Collection[ClientId]) -> None:
        """Keep a new dossier with its parties.

        Raises:
            Refused: the office has the number already (``NUMBER_TAKEN``, field ``number``).
        """
        ...

    def save(self, dossier: Dossier) -> None:
        """Keep a change, in every party's list too. Raises: Conflict."""
        ...

    def add_party(self, dossier: Dossier, client_id: ClientId) -> None:
        """Make a client a party."""
        ...

    def remove_party(self, dossier: Dossier, client_id: ClientId) -> None:
        """End a client's being a party, and its being published for.

        What it wrote and delivered stays, and is there again if it becomes a party again; what was published for it
        is not.
        """
        ...


class Documents(Protocol):
    """What offices publish."""

    def get(self, office_id: OfficeId, document_id: DocumentId) -> Document:
        """Raises: Absent."""
        ...

    def audience(self, office_id: OfficeId, document_id: DocumentId) -> frozenset[ClientId]:
        """List the clients that a document is published for."""
        ...

    def add(self, document: Document, audience: Collection[ClientId]) -> None:
        """Keep a new document, for some parties of its dossier."""
        ...

    def save(self, document: Document) -> None:
        """Keep a change. Raises: Conflict."""
        ...

    def mark_downloaded(self, actor: Actor, dossier_id: DossierId, document_id: DocumentId, *, at: datetime) -> bool:
        """Mark a document that the actor sees as downloaded by its account; True the first time (DC-2).

        A replaced or withdrawn one too: its last byte may go out just after.
        """
        ...


class Messages(Protocol):
    """What clients and offices write."""

    def get(self, office_id: OfficeId, message_id: MessageId) -> Message:
        """Raises: Absent."""
        ...

    def visible_to(self, actor: Actor, dossier_id: DossierId, message_id: MessageId) -> Message:
        """Give a message of the actor's client in a dossier it is a party to. Raises: Absent."""
        ...

    def of_draft(self, actor: Actor, draft_id: DraftId) -> MessageId | None:
        """Find the message that the actor's account already sent from a draft (AT-5)."""
        ...

    def add(self, message: Message) -> None:
        """Keep a new message. Raises: Conflict, if the account has sent one from the same draft."""
        ...

    def save(self, message: Message) -> None:
        """Keep that a message was handled. Raises: Conflict."""
        ...

    def mark_read(self, actor: Actor, message_id: MessageId, *, at: datetime) -> bool:
        """Mark an inbound message that the actor sees as read by its account; True the first time (ME-4)."""
        ...


class Uploads(Protocol):
    """Files that wait to be sent."""

    def count(self, actor: Actor, draft_id: DraftId) -> tuple[int, int]:
        """Count what the actor's account staged: for this draft, and in all; expired ones included.

        Until this unit of work ends no other counts what the account staged: what follows from it holds (AT-3).
        """
        ...

    def of_draft(self, actor: Actor, dossier_id: DossierId, draft_id: DraftId) -> Sequence[StagedUpload]:
        """List what the actor's account staged for a draft in a dossier, oldest first, expired ones included."""
        ...

    def of_account(self, office_id: OfficeId, account_id: AccountId) -> Sequence[StagedUpload]:
        """List all that an account staged, in any order, expired ones included."""
        ...

    def get(self, actor: Actor, dossier_id: DossierId, upload_id: UploadId) -> StagedUpload:
        """Raises: Absent."""
        ...

    def add(self, upload: StagedUpload) -> None:
        """Keep a staged file."""
        ...

    def remove(self, office_id: OfficeId, upload_ids: Collection[UploadId]) -> int:
        """Drop staged files; return how many there were, so that of two at once each is dropped by one."""
        ...

    def expired(self, *, at: datetime, limit: int) -> Sequence[StagedUpload]:
        """List some staged files of all offices that have expired."""
        ...


class Submissions(Protocol):
    """What clients delivered."""

    def add(self, submissions: Sequence[Submission]) -> None:
        """Keep what was delivered, in the order given."""
        ...


class Questionnaires(Protocol):
    """What offices ask: every revision that was published."""

    def add(self, published: Published) -> None:
        """Keep a new revision. Raises: Conflict, if the office has this revision, or this digest, already."""
        ...

    def newest(self, office_id: OfficeId, questionnaire: str) -> Published | None:
        """Find the highest revision of a questionnaire."""
        ...

    def revision(self, office_id: OfficeId, questionnaire: str, revision: int) -> Published:
        """Raises: Absent."""
        ...

    def document(self, office_id: OfficeId, digest: str) -> str:
        """Give the document with a digest. Raises: Absent."""
        ...


class Assignments(Protocol):
    """Questionnaires that clients fill in."""

    def add(self, assignment: Assignment) -> None:
        """Keep a new assignment."""
        ...

    def get(self, office_id: OfficeId, assignment_id: AssignmentId) -> Assignment:
        """Give an assignment; until this unit of work ends nobody else changes it, or its files. Raises: Absent."""
        ...

    def visible_to(self, actor: Actor, assignment_id: AssignmentId) -> Assignment:
        """As ``get``, of the actor's client in a dossier it is a party to, in whatever state. Raises: Absent."""
        ...

    def save(self, assignment: Assignment) -> None:
        """Keep a change. Raises: Conflict, if what stands has another version."""
        ...

    def files(self, office_id: OfficeId, assignment_id: AssignmentId) -> Sequence[AnswerFile]:
        """List the files that are, or were, answers, in any order."""
        ...

    def keep(self, files: Sequence[AnswerFile]) -> None:
        """Keep files as answers. Raises: Conflict, if one with the id is kept already."""
        ...

    def drop(self, office_id: OfficeId, file_ids: Collection[AnswerFileId]) -> None:
        """Drop files that are no longer answers."""
        ...


class Outbox(Protocol):
    """Outgoing work, until it is done."""

    def add(self, task: Task) -> None:
        """Keep a task; nothing happens if the office has one with the same key."""
        ...

    def lease(self, lane: Lane, *, at: datetime, until: datetime, limit: int) -> Sequence[Task]:
        """Take some waiting tasks of a lane, of all offices, that are due, oldest due first.

        However many tasks wait in the other lane, it takes no longer.

        Each comes back with ``attempts`` one higher and ``due_at`` set to *until*: nobody else gets it before then.
        Of dispatchers that lease at once, each task goes to one.
        """
        ...

    def lease_companions(self, task: Task, *, at: datetime, until: datetime) -> Sequence[Task]:
        """Take the other waiting notifications of a task's account that nobody has leased, due or not (PR-2)."""
        ...

    def done(self, task: Task) -> bool:
        """Note that a leased task is done; False if somebody else has leased it since.

        For whom it was is kept as *task* has it: the account is not known before the mail is made where the address
        decides.
        """
        ...

    def retry(self, task: Task, *, due_at: datetime, problem: str) -> bool:
        """Put a leased task back, to be done from *due_at*; False if somebody else has leased it since."""
        ...

    def refuse(self, task: Task, *, problem: str) -> bool:
        """As ``done``, for a leased task that can never be done."""
        ...

    def clear_refusals(self, office_id: OfficeId, account_id: AccountId) -> None:
        """Count what was refused to an account as done: the address that refused it is no longer the account's."""
        ...

    def forget(self, *, before: datetime) -> None:
        """Drop the tasks of all offices that were made before a moment and are done, or refused and superseded.

        A refusal is superseded by a newer task of its account that is done or refused: without that, it would be the
        account's newest again.
        """
        ...


class Texts(Protocol):
    """SMSs that were let through, for the budgets (TS-2)."""

    def count(self, send: SmsSend, *, since: datetime, day: datetime) -> SmsCounts:
        """Count the SMSs besides this one: to its number and for its account after *since*.

        And for its account, for all accounts of its client, and of its office, after *day*, the earlier of the two.

        Until this unit of work ends no other counts the office's: what follows from it holds.
        """
        ...

    def add(self, send: SmsSend) -> None:
        """Keep that an SMS was let through; nothing happens if it is kept already."""
        ...

    def forget(self, *, before: datetime) -> None:
        """Drop what was let through before a moment, of all offices."""
        ...


class Audit(Protocol):
    """The trail; nothing changes or removes an entry, and none that is sealed is sealed anew."""

    def append(self, entries: Sequence[Entry]) -> None:
        """Write entries down."""
        ...

    def entries(self, actor: OfficeActor, *, limit: int = 1000) -> Sequence[Entry]:
        """List the office's newest entries, oldest of them first."""
        ...

    def head(self, office_id: OfficeId) -> Seal:
        """Give the end of the office's chain, and keep it from everybody else who asks until this unit of work is over.

        ``NONE_YET`` where nothing was sealed.
        """
        ...

    def unsealed(self, office_id: OfficeId, *, limit: int) -> Sequence[Entry]:
        """List entries that have no seal, lowest id first."""
        ...

    def seal(self, office_id: OfficeId, seals: Mapping[EntryId, Seal], *, after: Seal) -> None:
        """Keep the seals of some entries of an office, at least one; the one with the highest number is the head then.

        Raises:
            Conflict: the head is not *after*, or an entry or a number has a seal already.
        """
        ...


class UnitOfWork(Protocol):
    """One transaction. Its own writes are visible to its own reads."""

    @property
    def offices(self) -> Offices:
        """The tenants."""
        ...

    @property
    def clients(self) -> Clients:
        """Whom offices serve."""
        ...

    @property
    def accounts(self) -> Accounts:
        """Who signs in."""
        ...

    @property
    def links(self) -> Links:
        """What mails open."""
        ...

    @property
    def sessions(self) -> Sessions:
        """Who is signed in."""
        ...

    @property
    def throttles(self) -> Throttles:
        """How often somebody failed of late."""
        ...

    @property
    def two_steps(self) -> TwoSteps:
        """What accounts have turned on beside their password."""
        ...

    @property
    def verifications(self) -> Verifications:
        """Occasions to give a code."""
        ...

    @property
    def keys(self) -> Keys:
        """By which keys things were made so far."""
        ...

    @property
    def dossiers(self) -> Dossiers:
        """Matters and their parties."""
        ...

    @property
    def documents(self) -> Documents:
        """What offices publish."""
        ...

    @property
    def messages(self) -> Messages:
        """What clients and offices write."""
        ...

    @property
    def uploads(self) -> Uploads:
        """Files that wait to be sent."""
        ...

    @property
    def submissions(self) -> Submissions:
        """What clients delivered."""
        ...

    @property
    def questionnaires(self) -> Questionnaires:
        """What offices ask."""
        ...

    @property
    def assignments(self) -> Assignments:
        """Questionnaires that clients fill in."""
        ...

    @property
    def outbox(self) -> Outbox:
        """Outgoing work."""
        ...

    @property
    def texts(self) -> Texts:
        """SMSs that were let through."""
        ...

    @property
    def audit(self) -> Audit:
        """The trail."""
        ...

    def commit(self) -> None:
        """Make everything done so far durable, at once; the unit of work is over then.

        Raises:
            Conflict: somebody else changed the same in the meantime; nothing is kept.
            StorageFull: there is no room; nothing is kept.
            Unavailable: the storage is locked or gone; nothing is kept.
        """
        ...


class Storage(Protocol):
    """Keeps everything but files."""

    @property
    def read(self) -> Reading:
        """What pages read, outside any unit of work; sees everything that was committed."""
        ...

    def begin(self) -> AbstractContextManager[UnitOfWork]:
        """Begin a unit of work; leaving the context without ``commit`` rolls back.

        Raises:
            Unavailable: the storage is locked or gone.
        """
        ...
