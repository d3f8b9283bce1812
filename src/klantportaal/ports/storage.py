"""The port for storage. Every change happens in a unit of work, which is a transaction: all of it or nothing (AL-2).

``Absent`` is raised with the kind of the missing thing, such as ``Absent("dossier")``. It is the same whether the thing
does not exist or belongs to somebody else.

``save`` stores a value that has a ``version`` as ``version + 1``. It raises ``Conflict`` if the stored value does not
have the version that was given.

The module is long on purpose: all promises of a storage adapter are in one place.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from pathlib import Path
from typing import Protocol
from uuid import UUID

from klantportaal.domain.accounts import Account, Client, Holding
from klantportaal.domain.address_changes import AddressChange
from klantportaal.domain.admission import Subject
from klantportaal.domain.api_keys import ApiKey
from klantportaal.domain.auditing import Entry
from klantportaal.domain.case_handlers import CaseHandler
from klantportaal.domain.documents import Document
from klantportaal.domain.dossiers import Dossier
from klantportaal.domain.drafts import Draft
from klantportaal.domain.external_ids import ExternalId, ExternalKind
from klantportaal.domain.health import DiskSpace
from klantportaal.domain.idempotency import IdempotentRequest
from klantportaal.domain.keys import KeyRecord
from klantportaal.domain.messages import Message
from klantportaal.domain.offices import Office
from klantportaal.domain.onboarding import Link, LinkPurpose
from klantportaal.domain.outgoing import Lane, Task
from klantportaal.domain.persons import Person
from klantportaal.domain.public_events import Announcement, EventType
from klantportaal.domain.quarantine import QuarantinedFile
from klantportaal.domain.questionnaires.answer_files import AnswerFile
from klantportaal.domain.questionnaires.assignments import Assignment
from klantportaal.domain.questionnaires.drafts import QuestionnaireDraft
from klantportaal.domain.questionnaires.office_fragments import QuestionnaireFragment
from klantportaal.domain.questionnaires.publishing import Published
from klantportaal.domain.quotas import DayUsage
from klantportaal.domain.receipts import Receipt
from klantportaal.domain.refusals import RefusalCount
from klantportaal.domain.reminders import OpenThing, Reminder
from klantportaal.domain.requests import DocumentRequest
from klantportaal.domain.sealing import Line, Seal
from klantportaal.domain.sessions import Actor, OfficeActor, Session
from klantportaal.domain.templates import PublishedTemplate
from klantportaal.domain.texting import SmsCounts, SmsSend
from klantportaal.domain.throttling import Counters, ThrottleSubject
from klantportaal.domain.two_step import CodePurpose, Holder, TwoStep, Verification
from klantportaal.domain.uploads import StagedUpload, Submission
from klantportaal.domain.values import (
    AccountId,
    AnswerFileId,
    ApiKeyId,
    AssignmentId,
    CaseHandlerId,
    ClientId,
    Digest,
    DocumentId,
    DossierId,
    DraftId,
    EntryId,
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
    SubmissionId,
    TaskId,
    UploadId,
    VerificationId,
    WebhookDeliveryId,
    WebhookId,
)
from klantportaal.domain.waiting import OpenInParty, ThirdParty, Waiting, WaitingThing
from klantportaal.domain.webhook_deliveries import WebhookDelivery
from klantportaal.domain.webhooks import Webhook
from klantportaal.domain.workers import Worker
from klantportaal.ports.reading import Reading


class Offices(Protocol):
    """Stores the offices, which are the tenants."""

    def get(self, office_id: OfficeId) -> Office:
        """Give an office. Raises: Absent."""
        ...

    def add(self, office: Office) -> None:
        """Add a new office.

        Raises:
            Conflict: an office with this id or this key exists already.
            Refused: another office has its base URL (``BASE_URL_TAKEN``, field ``base_url``).
        """
        ...

    def save(self, office: Office) -> None:
        """Save a changed office as version ``office.version + 1``. The key does not change.

        Raises:
            Conflict: the stored office has another version.
            Refused: another office has its base URL (``BASE_URL_TAKEN``, field ``base_url``).
        """
        ...


class Clients(Protocol):
    """Stores the clients of offices."""

    def get(self, office_id: OfficeId, client_id: ClientId) -> Client:
        """Give a client. Raises: Absent."""
        ...

    def hold(self, office_id: OfficeId, client_id: ClientId) -> Client:
        """Give a client and lock it until this unit of work ends: nobody else holds or changes it. Raises: Absent."""
        ...

    def add(self, client: Client) -> None:
        """Add a new client."""
        ...

    def save(self, client: Client) -> None:
        """Save a changed client. Raises: Conflict, if the stored client has another version."""
        ...


class Persons(Protocol):
    """Stores the persons who sign in (PE-1)."""

    def get(self, office_id: OfficeId, person_id: PersonId) -> Person:
        """Give a person. Raises: Absent."""
        ...

    def take(self, office_id: OfficeId, person_id: PersonId) -> Person:
        """Give a person and lock it until this unit of work ends. Meanwhile nobody else takes, holds or changes it.

        Raises:
            Absent: the office has no such person.
        """
        ...

    def by_address(self, office_id: OfficeId, folded: str) -> Person | None:
        """Find the person with an address, which is folded by ``values.folded``. Freed persons are never found."""
        ...

    def by_subject(self, office_id: OfficeId, subject: Subject) -> Person | None:
        """Find the person that a subject is bound to (PE-6). Freed persons are never found."""
        ...

    def add(self, person: Person) -> None:
        """Add a new person.

        Raises:
            Conflict: a person of the office that is not freed has the address or the subject. The unit of work stays
                usable.
        """
        ...

    def save(self, person: Person) -> None:
        """Save a changed person, its address included.

        Raises:
            Conflict: the stored person has another version; or another person of the office has the subject, and
                neither is freed. The unit of work can then no longer be used.
            Refused: ``ADDRESS_TAKEN``, field ``email``: another person of the office has the address, and neither is
                freed. The unit of work can then no longer be used.
        """
        ...


class Accounts(Protocol):
    """Stores the accounts: what a person may do for a client."""

    def get(self, office_id: OfficeId, account_id: AccountId) -> tuple[Account, Client]:
        """Give an account and its client. Raises: Absent."""
        ...

    def take(self, office_id: OfficeId, account_id: AccountId) -> Account:
        """Give an account and lock it until this unit of work ends. Meanwhile nobody else takes, holds or changes it.

        Raises:
            Absent: the office has no such account.
        """
        ...

    def hold(self, actor: Actor) -> None:
        """Require that the actor may still act, and keep that true until this unit of work ends.

        Another unit of work that deletes or closes the account, closes its client, gives the account to another
        person, or ends all sessions of the person, either waits until this one ends, or came first (XA-3, PE-5).

        A database locks the person, then the client, then the account. A unit of work that takes, holds or saves
        several of these must do so in that order too, else one of two gets ``Conflict``. For the same reason, take or
        hold before this call what the unit of work will save.

        Raises:
            NotSignedIn: the account is not active or not the person's, its client is closed, or the epoch of the person
                is not the actor's.
        """
        ...

    def of_person(self, office_id: OfficeId, person_id: PersonId) -> Sequence[Holding]:
        """List all accounts of a person with their clients, deleted ones included, oldest first."""
        ...

    def of_clients(self, office_id: OfficeId, client_ids: Collection[ClientId]) -> Sequence[Account]:
        """List all accounts of some clients, deleted ones included."""
        ...

    def add(self, account: Account) -> None:
        """Add a new account.

        Raises:
            Refused: ``ADDRESS_TAKEN``, field ``email``: the person has an account of the client that is not deleted.
                The unit of work stays usable, without the account.
        """
        ...

    def save(self, account: Account) -> None:
        """Save a changed account, its person included.

        Raises:
            Conflict: the stored account has another version.
            Refused: ``ADDRESS_TAKEN``, field ``email``: the person has another account of the client, and neither is
                deleted. The unit of work can then no longer be used.
        """
        ...


class Links(Protocol):
    """Stores the links that mails contain."""

    def add(self, link: Link) -> None:
        """Add a new link."""
        ...

    def find(self, office_id: OfficeId, fingerprint: Fingerprint, purpose: LinkPurpose) -> Link | None:
        """Find a link, whatever its state."""
        ...

    def get(self, office_id: OfficeId, link_id: LinkId) -> Link | None:
        """Find a link by its id, whatever its state."""
        ...

    def renew(self, link: Link) -> bool:
        """Store the fingerprint and the times of a link again. False if it was used or voided since."""
        ...

    def newest(self, office_id: OfficeId, person_id: PersonId, purpose: LinkPurpose) -> Link | None:
        """Find the newest link of a person for a purpose, whatever its state."""
        ...

    def void(self, office_id: OfficeId, person_id: PersonId, purpose: LinkPurpose, *, at: datetime) -> None:
        """Void every link of a person for a purpose that is neither used nor void."""
        ...

    def use(self, office_id: OfficeId, link_id: LinkId, *, at: datetime) -> bool:
        """Mark a link as used if it is neither used nor void. Of several concurrent callers exactly one gets True."""
        ...

    def forget(self, *, before: datetime, limit: int) -> int:
        """Delete at most *limit* links of all offices that expired before *before*. Give their number."""
        ...


class AddressChanges(Protocol):
    """Stores the new addresses that persons asked for: at most one for each person (PR-4)."""

    def of(self, office_id: OfficeId, person_id: PersonId) -> AddressChange | None:
        """Find what a person asked for last, whatever its state."""
        ...

    def put(self, change: AddressChange) -> None:
        """Store what a person asked for. It replaces what the person asked for before."""
        ...

    def remove(self, office_id: OfficeId, person_id: PersonId) -> None:
        """Delete what a person asked for, if anything."""
        ...

    def forget(self, *, before: datetime, limit: int) -> int:
        """Delete at most *limit* changes of all offices that were asked for before *before*. Give their number."""
        ...


class Sessions(Protocol):
    """Stores the sessions of persons."""

    def add(self, session: Session) -> None:
        """Add a new session."""
        ...

    def touch(self, office_id: OfficeId, session_id: SessionId, *, at: datetime) -> None:
        """Store the time of a session's last request, unless a later time is stored already."""
        ...

    def confirm(self, actor: Actor, *, fingerprint: Fingerprint, at: datetime) -> bool:
        """Store that the actor gave its password, and replace the token of its session.

        Does nothing and gives False if the session has ended, or if its token is no longer the actor's. Of several
        concurrent callers exactly one gets True.

        Args:
            actor: whose session it is; ``actor.fingerprint`` is that of the old token.
            fingerprint: that of the new token.
            at: when the password was given.
        """
        ...

    def find(self, office_id: OfficeId, session_id: SessionId) -> Session | None:
        """Find a session, whatever its state."""
        ...

    def renew(self, session: Session, *, used: Fingerprint) -> bool:
        """Store the new tokens of the session of an app, and the time of this request (AP-8).

        Does nothing and gives False if the session has ended, or if *used* is not the fingerprint of its refresh token.
        Of several concurrent callers exactly one gets True.

        Args:
            session: with the new fingerprints, the end of the new access token, and the time.
            used: the fingerprint of the refresh token that asks for them.
        """
        ...

    def own(self, actor: Actor, session_id: SessionId) -> Session:
        """Give a session of the actor's person, whatever its state. Raises: Absent."""
        ...

    def end(self, office_id: OfficeId, session_id: SessionId, *, at: datetime) -> bool:
        """End one session. False if it had ended already."""
        ...

    def end_others(self, actor: Actor, *, at: datetime) -> bool:
        """End every session of the actor's person except the actor's own. False if there was none to end."""
        ...

    def end_all(self, office_id: OfficeId, person_id: PersonId, *, at: datetime, but: SessionId | None = None) -> None:
        """End every session of a person, except *but* if it is given."""
        ...

    def end_acting_for(self, office_id: OfficeId, account_id: AccountId, *, at: datetime) -> None:
        """End every session that acts for an account (PE-5)."""
        ...

    def switch(self, actor: Actor, account_id: AccountId) -> bool:
        """Let the actor's session act for another account from now on (PE-3).

        Does nothing and gives False if the session has ended, or if its token is no longer the actor's.
        """
        ...

    def carry_over(self, office_id: OfficeId, session_id: SessionId, *, epoch: int) -> None:
        """Give a session its person's new epoch, so that it stays alive when the person's other sessions end."""
        ...

    def forget(self, *, before: datetime, limit: int) -> int:
        """Delete at most *limit* sessions of all offices whose absolute end was before *before*. Give their number."""
        ...


class Throttles(Protocol):
    """Stores the counters of recent failures (SI-2)."""

    def hold(self, office_id: OfficeId, subjects: Collection[ThrottleSubject], *, at: datetime) -> Counters:
        """Give the counter of each subject and lock it until this unit of work ends.

        A subject without a counter gets one with no failures, as of *at*.

        Meanwhile nobody else gets or changes the counters: concurrent callers wait, and each sees what the caller
        before it saved. Callers that hold several counters do not deadlock.
        """
        ...

    def save(self, office_id: OfficeId, counters: Counters) -> None:
        """Save counters that this unit of work holds."""
        ...

    def forget(self, *, before: datetime, limit: int) -> int:
        """Delete at most *limit* counters of all offices whose newest failure was before *before*. Give their number.

        Counters that are held stay. A counter is held while a unit of work that called ``hold`` for it has not ended.
        """
        ...


class Refusals(Protocol):
    """Stores the counts of refusals that are not in the trail yet (SI-5)."""

    def hold(self, office_id: OfficeId, origin: ThrottleSubject, what: str) -> RefusalCount:
        """Give a count and lock it until this unit of work ends. If there is none, it is made without refusals.

        Meanwhile nobody else gets or changes it: concurrent callers wait, and each sees what the caller before saved.
        """
        ...

    def save(self, counted: RefusalCount) -> None:
        """Save a count that this unit of work holds."""
        ...

    def ended(self, *, before: datetime, after: datetime, limit: int) -> Sequence[RefusalCount]:
        """Hold at most *limit* counts of all offices that began at or before *before*, or after *after*.

        Those that another unit of work holds are left out.
        """
        ...

    def remove(self, counted: RefusalCount) -> None:
        """Delete a count that this unit of work holds."""
        ...


class TwoSteps(Protocol):
    """Stores the two-step verification of persons: at most one for each person."""

    def of(self, office_id: OfficeId, person_id: PersonId) -> TwoStep | None:
        """Find the two-step verification of a person."""
        ...

    def put(self, two_step: TwoStep) -> None:
        """Store the two-step verification of a person. It replaces any earlier one."""
        ...

    def remove(self, office_id: OfficeId, person_id: PersonId) -> None:
        """Delete the two-step verification of a person, if it has one."""
        ...

    def accept(self, two_step: TwoStep, *, step: int) -> bool:
        """Store the time step of an accepted code, if it is greater than the stored step.

        False if it is not, or if *two_step* was replaced or removed. Of several concurrent callers with the same step
        exactly one gets True (TS-6).
        """
        ...

    def renew_recovery(self, two_step: TwoStep, *, fresh: Digest) -> bool:
        """Replace the recovery code of *two_step* by *fresh*.

        False if the stored recovery code is no longer that of *two_step*. Of several concurrent callers exactly one
        gets True (TS-4).
        """
        ...

    def renew_secret(self, two_step: TwoStep, *, fresh: bytes) -> bool:
        """Replace the encrypted key of the authenticator app of *two_step* by *fresh*: the same key, encrypted anew.

        False if the stored bytes are no longer those of *two_step*. Of several concurrent callers exactly one gets
        True (TS-6).
        """
        ...


class Verifications(Protocol):
    """Stores verifications. A verification is one occasion to give a code.

    There is at most one for each session and purpose, and at most one for each half signed-in browser.
    """

    def open(self, verification: Verification) -> bool:
        """Add a new verification. Does nothing and gives False if its session has one for the purpose already."""
        ...

    def get(self, office_id: OfficeId, verification_id: VerificationId) -> Verification:
        """Give a verification, whatever its state. Raises: Absent."""
        ...

    def find(self, office_id: OfficeId, purpose: CodePurpose, holder: Holder) -> Verification | None:
        """Find the verification of *holder* for a purpose, whatever its state.

        Args:
            office_id: the office.
            purpose: the purpose.
            holder: the id of a session, or the fingerprint of the token of a half signed-in browser.
        """
        ...

    def close(self, office_id: OfficeId, verification_id: VerificationId) -> None:
        """Delete a verification, if it exists."""
        ...

    def attempt(self, office_id: OfficeId, verification_id: VerificationId, *, limit: int) -> int | None:
        """Count one more attempt and give its number. None if the verification is used, gone, or had *limit* attempts.

        Of several concurrent callers, exactly as many get a number as there were attempts left, each a different one
        (TS-2).
        """
        ...

    def send(self, office_id: OfficeId, verification_id: VerificationId, *, code: Digest, at: datetime) -> bool:
        """Store the code that is sent now. It replaces any older code. False if the verification is used or gone."""
        ...

    def use(self, office_id: OfficeId, verification_id: VerificationId, *, code: Digest | None, at: datetime) -> bool:
        """Mark a verification as used, if it is not used yet. With a *code*: only if that is still its newest code.

        Of several concurrent callers exactly one gets True (TS-2).
        """
        ...

    def forget(self, *, before: datetime, limit: int) -> int:
        """Delete at most *limit* verifications of all offices that expired before *before*. Give their number."""
        ...


class Keys(Protocol):
    """Stores which keys were used so far, for all offices: their ids, never the keys."""

    def add(self, record: KeyRecord) -> bool:
        """Store that a key was the first of its list. False if its use already has a key with this number.

        Of several concurrent callers exactly one gets True.
        """
        ...

    def forget(self) -> None:
        """Delete all records. Needed when a key is lost: the next start records the keys anew.

        Values that were made with the lost key are then of no use.
        """
        ...


class CaseHandlers(Protocol):
    """Stores the case handlers of offices."""

    def get(self, office_id: OfficeId, handler_id: CaseHandlerId) -> CaseHandler:
        """Give a case handler. Raises: Absent."""
        ...

    def add(self, handler: CaseHandler) -> None:
        """Add a new case handler."""
        ...

    def save(self, handler: CaseHandler) -> None:
        """Save a changed case handler. Raises: Conflict, if the stored one has another version."""
        ...

    def remove(self, handler: CaseHandler) -> None:
        """Delete a case handler. Its dossiers then have none, and another version."""
        ...


class ApiKeys(Protocol):
    """Stores the API keys of offices (AP-1)."""

    def add(self, key: ApiKey) -> None:
        """Add a new key."""
        ...

    def hold(self, office_id: OfficeId, key_id: ApiKeyId) -> ApiKey:
        """Give a key and lock it until this unit of work ends: nobody else holds or changes it. Raises: Absent."""
        ...

    def save(self, key: ApiKey) -> None:
        """Save a key that this unit of work holds."""
        ...


class IdempotentRequests(Protocol):
    """Stores requests with an ``Idempotency-Key`` (AP-4)."""

    def add(self, request: IdempotentRequest) -> bool:
        """Add a new request. Does nothing and gives False if its caller sent one of that name before.

        Of several concurrent callers exactly one gets True.
        """
        ...

    def hold(self, office_id: OfficeId, caller_id: UUID, name: Fingerprint) -> IdempotentRequest | None:
        """Find a request and lock it until this unit of work ends: nobody else holds, marks or changes it."""
        ...

    def save(self, request: IdempotentRequest) -> None:
        """Save a request that this unit of work holds."""
        ...

    def mark(self, request: IdempotentRequest, *, at: datetime) -> None:
        """Store when the change of a request was made.

        Raises:
            Conflict: another attempt took the place of ``request.attempt``, or the request is gone.
        """
        ...

    def remove(self, request: IdempotentRequest) -> None:
        """Delete a request that made nothing, unless another attempt took the place of ``request.attempt``."""
        ...

    def forget(self, *, before: datetime, limit: int) -> int:
        """Delete at most *limit* requests of all offices that began before *before*. Give their number."""
        ...


class ExternalIds(Protocol):
    """Stores external ids (EX-1)."""

    def add(self, new: ExternalId) -> bool:
        """Add an external id. Does nothing and gives False if its office has it for something of that kind.

        Waits for a unit of work that adds the same one. Of several concurrent callers exactly one gets True.
        """
        ...

    def get(self, office_id: OfficeId, kind: ExternalKind, name: str) -> ExternalId:
        """Give an external id. Raises: Absent."""
        ...


class Dossiers(Protocol):
    """Stores dossiers and their parties."""

    def get(self, office_id: OfficeId, dossier_id: DossierId) -> Dossier:
        """Give a dossier. Raises: Absent."""
        ...

    def visible_to(self, actor: Actor, dossier_id: DossierId) -> Dossier:
        """Give a dossier that the actor's client is a party to. Raises: Absent."""
        ...

    def parties(self, office_id: OfficeId, dossier_id: DossierId) -> frozenset[ClientId]:
        """Give the clients that are parties to a dossier."""
        ...

    def add(self, dossier: Dossier, parties: Collection[ClientId]) -> None:
        """Add a new dossier with its parties.

        Raises:
            Refused: the office has the number already (``NUMBER_TAKEN``, field ``number``).
        """
        ...

    def save(self, dossier: Dossier) -> None:
        """Save a changed dossier. The lists of all its parties show the change too.

        Raises:
            Conflict: the stored dossier has another version.
        """
        ...

    def mark_changed(
        self, office_id: OfficeId, dossier_id: DossierId, client_ids: Collection[ClientId], *, at: datetime
    ) -> None:
        """Set the time of the last change that some parties can see (DO-2).

        A later time stays. Clients that are no party are ignored.
        """
        ...

    def add_party(self, dossier: Dossier, client_id: ClientId) -> None:
        """Make a client a party to a dossier."""
        ...

    def remove_party(self, dossier: Dossier, client_id: ClientId) -> None:
        """Remove a client from the parties to a dossier, and from the audiences of its documents.

        The client's messages and submissions stay stored, and are visible to it again if it becomes a party again. The
        documents that were published for it are not.
        """
        ...


class WaitingParties(Protocol):
    """Stores who has to do something for each party of a dossier (PG-2)."""

    def hold(self, office_id: OfficeId, dossier_id: DossierId, client_id: ClientId) -> OpenInParty | None:
        """Give what is open for a party. None if the client is no party.

        Until this unit of work ends, others wait here for the same party. What they commit before this returns is seen.
        """
        ...

    def things(self, office_id: OfficeId, dossier_id: DossierId, client_id: ClientId) -> Sequence[WaitingThing]:
        """Give what is open for a party, without making others wait. Nothing if the client is no party."""
        ...

    def save(self, office_id: OfficeId, dossier_id: DossierId, client_id: ClientId, waiting: Waiting | None) -> None:
        """Save who has to do something for a party. For a client that is no party, nothing is saved."""
        ...

    def name(
        self,
        office_id: OfficeId,
        dossier_id: DossierId,
        client_ids: Collection[ClientId],
        third_party: ThirdParty | None,
    ) -> None:
        """Save whom the office waits for, for parties of a dossier. Clients that are no party are ignored."""
        ...


class Documents(Protocol):
    """Stores the documents that offices publish."""

    def get(self, office_id: OfficeId, document_id: DocumentId) -> Document:
        """Give a document. Raises: Absent."""
        ...

    def audience(self, office_id: OfficeId, document_id: DocumentId) -> frozenset[ClientId]:
        """Give the clients that a document is published for."""
        ...

    def add(self, document: Document, audience: Collection[ClientId]) -> None:
        """Add a new document, published for some of the parties to its dossier."""
        ...

    def save(self, document: Document) -> None:
        """Save a changed document. Raises: Conflict, if the stored document has another version."""
        ...

    def has_waiting_replacement(self, office_id: OfficeId, document_id: DocumentId) -> bool:
        """Tell whether a document that is to replace another one waits for the scanner (AT-3)."""
        ...

    def mark_downloaded(self, actor: Actor, dossier_id: DossierId, document_id: DocumentId, *, at: datetime) -> bool:
        """Mark a document that the actor sees as downloaded by its account. True the first time (DC-2).

        This works for a replaced or withdrawn document too: its state may change while it is being sent. The mark keeps
        its first time, and the storage counts how often it was set.
        """
        ...

    def unmark_downloaded(self, actor: Actor, dossier_id: DossierId, document_id: DocumentId) -> None:
        """Take back that a document was marked as downloaded by the actor's account, once (DC-2).

        The document counts as not downloaded again when the mark was taken back as often as it was set: another
        download of the same account may have ended meanwhile. Does nothing if there is no mark.
        """
        ...

    def mark_looked(self, actor: Actor, dossier_id: DossierId, document_id: DocumentId, *, at: datetime) -> bool:
        """Mark a document that the actor sees as looked at by its account. True the first time (NW-3).

        It counts as read then, and not as downloaded. All else is as with ``mark_downloaded``.
        """
        ...

    def unmark_looked(self, actor: Actor, dossier_id: DossierId, document_id: DocumentId) -> None:
        """Take back that a document was marked as looked at, once, as ``unmark_downloaded`` does (NW-3)."""
        ...


class Messages(Protocol):
    """Stores the messages of clients and offices."""

    def get(self, office_id: OfficeId, message_id: MessageId) -> Message:
        """Give a message. Raises: Absent."""
        ...

    def take(self, office_id: OfficeId, message_id: MessageId) -> Message:
        """Give a message and lock it until the end of the unit of work, against ``mark_read`` and ``take``.

        Raises:
            Absent: the office has no such message.
        """
        ...

    def is_read(self, message: Message) -> bool:
        """Tell whether any account has read an inbound message."""
        ...

    def visible_to(self, actor: Actor, dossier_id: DossierId, message_id: MessageId) -> Message:
        """Give a message of the actor's client in a dossier that the client is a party to. Raises: Absent."""
        ...

    def of_draft(self, actor: Actor, draft_id: DraftId) -> MessageId | None:
        """Find the message that the actor's account already sent from a draft (AT-5)."""
        ...

    def add(self, message: Message) -> None:
        """Add a new message. Raises: Conflict, if the account has already sent a message from the same draft."""
        ...

    def save(self, message: Message) -> None:
        """Save that a message was opened, handled or taken back.

        Raises:
            Conflict: the stored message has another version.
        """
        ...

    def mark_read(self, actor: Actor, message_id: MessageId, *, at: datetime) -> bool:
        """Mark an inbound message that the actor sees as read by its account. True the first time (ME-4).

        Locks the message, so that it is not taken back meanwhile. A message that was taken back is not marked (ME-6).
        """
        ...


class Drafts(Protocol):
    """Stores the drafts of accounts: the messages that were begun and not sent."""

    def find(self, actor: Actor, dossier_id: DossierId, draft_id: DraftId) -> Draft | None:
        """Find a draft of the actor's account in a dossier, expired or not, and lock the account.

        Until this unit of work ends, no other unit of work finds drafts, or counts uploads, of this account. So a draft
        that is saved while its message is sent is not brought back (ST-1).
        """
        ...

    def count(self, actor: Actor, dossier_id: DossierId, *, at: datetime) -> int:
        """Count the drafts of the actor's account in a dossier that have not expired at *at*."""
        ...

    def add(self, draft: Draft) -> None:
        """Add a new draft. Raises: Conflict, if the account has a draft with this id."""
        ...

    def save(self, draft: Draft) -> None:
        """Save a changed draft. Raises: Conflict, if the stored draft has another version, or is gone."""
        ...

    def remove(self, office_id: OfficeId, account_id: AccountId, draft_id: DraftId) -> bool:
        """Delete a draft of an account. False if there was none."""
        ...

    def remove_all(self, office_id: OfficeId, account_id: AccountId) -> None:
        """Delete all drafts of an account."""
        ...

    def forget(self, *, before: datetime, limit: int) -> int:
        """Delete at most *limit* drafts of all offices that expired at *before* or earlier. Give their number."""
        ...


class Uploads(Protocol):
    """Stores which files are staged: uploaded, but not sent yet."""

    def count(self, actor: Actor, draft_id: DraftId) -> tuple[int, int]:
        """Count the staged files of the actor's account: for this draft, and in all. Expired files count too.

        Until this unit of work ends, no other unit of work counts the files of this account. So a check against a limit
        holds until then (AT-3).
        """
        ...

    def of_draft(self, actor: Actor, dossier_id: DossierId, draft_id: DraftId) -> Sequence[StagedUpload]:
        """List the staged files of the actor's account for a draft in a dossier, oldest first, expired ones too."""
        ...

    def of_account(self, office_id: OfficeId, account_id: AccountId) -> Sequence[StagedUpload]:
        """List all staged files of an account, in any order, expired ones included."""
        ...

    def get(self, actor: Actor, dossier_id: DossierId, upload_id: UploadId) -> StagedUpload:
        """Give a staged file of the actor's account. Raises: Absent."""
        ...

    def add(self, upload: StagedUpload) -> None:
        """Add a staged file."""
        ...

    def prolong(self, actor: Actor, draft_id: DraftId, *, at: datetime, until: datetime) -> None:
        """Let the staged files of a draft of the actor's account that have not expired at *at* wait until *until*.

        A file that waits longer already, is not changed.
        """
        ...

    def remove(self, office_id: OfficeId, upload_ids: Collection[UploadId]) -> int:
        """Delete staged files, and give the number that this call deleted.

        Of two concurrent callers, only one deletes, and counts, the same file.
        """
        ...

    def expired(self, *, at: datetime, limit: int) -> Sequence[StagedUpload]:
        """List at most *limit* staged files of all offices that have expired at *at*."""
        ...


class Usages(Protocol):
    """Stores what clients sent in a day, for the quotas (AT-3)."""

    def hold(self, actor: Actor, day: date) -> DayUsage:
        """Give what the actor's client and its office sent in a day, and lock it until this unit of work ends.

        Meanwhile nobody else of the office gets or changes its usage: concurrent callers wait, and each sees what the
        caller before it saved. Call it last, after everything else is locked.
        """
        ...

    def save(self, actor: Actor, usage: DayUsage) -> None:
        """Save a usage that this unit of work holds."""
        ...

    def forget(self, *, before: date, limit: int) -> int:
        """Delete at most *limit* usages of all offices on the days before *before*. Give their number."""
        ...


class Submissions(Protocol):
    """Stores the submissions: what clients delivered."""

    def add(self, submissions: Sequence[Submission]) -> None:
        """Add submissions, in the order given."""
        ...

    def of_assignment(self, office_id: OfficeId, assignment_id: AssignmentId) -> Sequence[Submission]:
        """List what was delivered with a questionnaire, by id."""
        ...

    def of_message(self, office_id: OfficeId, message_id: MessageId) -> Sequence[Submission]:
        """List the attachments of a message, in any order."""
        ...

    def remove(self, office_id: OfficeId, submission_ids: Collection[SubmissionId]) -> Sequence[Submission]:
        """Delete submissions that were taken back, and give those that this call deleted, in any order (RQ-3)."""
        ...

    def message_of(self, office_id: OfficeId, submission_id: SubmissionId) -> MessageId | None:
        """Give the message that a submission was sent with. None if it was sent with none, or there is none."""
        ...

    def remove_of_message(self, office_id: OfficeId, message_id: MessageId) -> Sequence[Submission]:
        """Delete the attachments of a message, and give what they were, in any order (ME-6)."""
        ...


class Quarantine(Protocol):
    """Stores the files that nobody may read: they wait for the scanner, or were rejected (AT-3)."""

    def add(self, held: QuarantinedFile) -> None:
        """Add a file that waits."""
        ...

    def find(self, office_id: OfficeId, key: FileKey) -> QuarantinedFile | None:
        """Find a file that waits, or was rejected."""
        ...

    def among(self, office_id: OfficeId, keys: Collection[FileKey]) -> Sequence[QuarantinedFile]:
        """List those of some files that wait, or were rejected, in any order."""
        ...

    def of_request(self, office_id: OfficeId, request_id: RequestId) -> Sequence[QuarantinedFile]:
        """List those of the files that were delivered for a request that wait, or were rejected, in any order."""
        ...

    def release(self, office_id: OfficeId, key: FileKey) -> bool:
        """Delete a file that waits: it may be read. False if it does not wait. Of several callers one gets True."""
        ...

    def reject(self, rejected: QuarantinedFile) -> bool:
        """Store that a file that waits was rejected. False if it does not wait. Of several callers one gets True."""
        ...

    def forget(self, *, before: datetime, limit: int) -> int:
        """Delete at most *limit* rejected files of all offices that no row refers to any more. Give their number.

        Only those that were rejected before *before*.
        """
        ...


class Receipts(Protocol):
    """Stores the receipts of deliveries (RQ-4). A receipt is never changed."""

    def add(self, receipt: Receipt) -> None:
        """Add the receipt of a delivery. Raises: Conflict, if the delivery has one already."""
        ...

    def get(self, office_id: OfficeId, receipt_id: ReceiptId) -> Receipt:
        """Give a receipt. Raises: Absent."""
        ...

    def remove(self, office_id: OfficeId, receipt_id: ReceiptId) -> None:
        """Remove the receipt of a delivery that was taken back. Does nothing if there is none."""
        ...


class Questionnaires(Protocol):
    """Stores every published revision of the questionnaires of offices."""

    def add(self, published: Published) -> None:
        """Add a new revision. Raises: Conflict, if the office has this revision, or this digest, already."""
        ...

    def newest(self, office_id: OfficeId, questionnaire: str) -> Published | None:
        """Find the highest revision of a questionnaire."""
        ...

    def revision(self, office_id: OfficeId, questionnaire: str, revision: int) -> Published:
        """Give a revision of a questionnaire. Raises: Absent."""
        ...

    def document(self, office_id: OfficeId, digest: str) -> str:
        """Give the document with a digest. Raises: Absent."""
        ...


class QuestionnaireDrafts(Protocol):
    """Stores the drafts of questionnaires of offices."""

    def count(self, office_id: OfficeId) -> int:
        """Count the drafts of an office.

        Until this unit of work ends, no other unit of work counts those of this office. So a check against a limit
        holds until then.
        """
        ...

    def add(self, draft: QuestionnaireDraft) -> None:
        """Add a new draft."""
        ...

    def get(self, office_id: OfficeId, draft_id: QuestionnaireDraftId) -> QuestionnaireDraft:
        """Give a draft. Raises: Absent."""
        ...

    def save(self, draft: QuestionnaireDraft) -> None:
        """Save a changed draft. Raises: Conflict, if the stored draft has another version, or is gone."""
        ...

    def remove(self, draft: QuestionnaireDraft) -> None:
        """Remove a draft. Raises: Conflict, if the stored draft has another version, or is gone."""
        ...


class QuestionnaireFragments(Protocol):
    """Stores the fragments of offices' own, which their questionnaires use."""

    def of_office(self, office_id: OfficeId) -> Sequence[QuestionnaireFragment]:
        """Give all fragments of an office, sorted by id.

        Until this unit of work ends, no other unit of work gets those of this office. So a check against a limit
        holds until then.
        """
        ...

    def add(self, fragment: QuestionnaireFragment) -> None:
        """Add a new fragment. Raises: Conflict, if the office has one with this id already."""
        ...

    def save(self, fragment: QuestionnaireFragment) -> None:
        """Save a changed fragment. Raises: Conflict, if the stored one has another version, or is gone."""
        ...

    def remove(self, fragment: QuestionnaireFragment) -> None:
        """Remove a fragment. Raises: Conflict, if the stored one has another version, or is gone."""
        ...


class Assignments(Protocol):
    """Stores assignments: the questionnaires that clients fill in."""

    def add(self, assignment: Assignment) -> None:
        """Add a new assignment."""
        ...

    def get(self, office_id: OfficeId, assignment_id: AssignmentId) -> Assignment:
        """Give an assignment and lock it: until this unit of work ends, nobody else changes it or its files.

        Raises:
            Absent: the office has no such assignment.
        """
        ...

    def visible_to(self, actor: Actor, assignment_id: AssignmentId) -> Assignment:
        """Give an assignment of the actor's client, in whatever state, and lock it as ``get`` does.

        Raises:
            Absent: the client has no such assignment, or is not a party to its dossier.
        """
        ...

    def save(self, assignment: Assignment) -> None:
        """Save a changed assignment. Raises: Conflict, if the stored assignment has another version."""
        ...

    def files(self, office_id: OfficeId, assignment_id: AssignmentId) -> Sequence[AnswerFile]:
        """List the files that are, or were, answers, in any order."""
        ...

    def keep(self, files: Sequence[AnswerFile]) -> None:
        """Add files as answers. Raises: Conflict, if a file with the same id exists already."""
        ...

    def drop(self, office_id: OfficeId, file_ids: Collection[AnswerFileId]) -> None:
        """Delete files that are no longer answers."""
        ...


class PublishedTemplates(Protocol):
    """Stores every published revision of templates of one kind: of requests, or of steps."""

    def add(self, published: PublishedTemplate) -> None:
        """Add a new revision. Raises: Conflict, if the office has this revision, or this digest, already."""
        ...

    def newest(self, office_id: OfficeId, template: str) -> PublishedTemplate | None:
        """Find the highest revision of a template."""
        ...

    def revision(self, office_id: OfficeId, template: str, revision: int) -> PublishedTemplate:
        """Give a revision of a template. Raises: Absent."""
        ...


class Requests(Protocol):
    """Stores what offices ask of clients: requests for documents, with their items and deliveries."""

    def add(self, request: DocumentRequest) -> None:
        """Add a new request."""
        ...

    def get(self, office_id: OfficeId, request_id: RequestId) -> DocumentRequest:
        """Give a request. Raises: Absent, if the office has no such request."""
        ...

    def take(self, office_id: OfficeId, request_id: RequestId) -> DocumentRequest:
        """Give a request and lock it: until this unit of work ends, nobody else changes it.

        Raises:
            Absent: the office has no such request.
        """
        ...

    def visible_to(self, actor: Actor, request_id: RequestId) -> DocumentRequest:
        """Give a request of the actor's client, in whatever state, and lock it as ``take`` does.

        Raises:
            Absent: the client has no such request, or is not a party to its dossier.
        """
        ...

    def save(self, request: DocumentRequest) -> None:
        """Save a changed request. Raises: Conflict, if the stored request has another version."""
        ...

    def mark(self, request: DocumentRequest) -> None:
        """Save that a request was opened, seen or reminded of. It keeps its version.

        The version counts what a decision is about.

        Raises:
            Conflict: the stored request has another version.
        """
        ...


class Reminders(Protocol):
    """Stores when to look what a person is to be reminded of, what was sent, and of what nobody is reminded (RM-1)."""

    def look(self, office_id: OfficeId, person_ids: Collection[PersonId], *, at: datetime) -> None:
        """Look at some persons at a moment, unless they are looked at earlier. The order of their ids is locked."""
        ...

    def look_at_all(self, office_id: OfficeId, *, at: datetime) -> None:
        """Do as ``look`` for all persons of an office that were looked at before."""
        ...

    def due(self, *, at: datetime, limit: int) -> Sequence[tuple[OfficeId, PersonId]]:
        """Give some persons of all offices to look at now, longest due first, and lock that.

        Those that another unit of work has locked are left out, or are waited for. Until this unit of work ends, a
        ``look`` at one of them waits.
        """
        ...

    def schedule(self, office_id: OfficeId, person_id: PersonId, *, at: datetime | None) -> None:
        """Store when to look at a person again, whatever was stored before. None: not until ``look``."""
        ...

    def waiting_for(self, office_id: OfficeId, client_id: ClientId) -> Sequence[OpenThing]:
        """Give the questionnaires and items that wait for a client and have a due date, in dossiers it is a party to.

        Nothing is locked. They are in the order of their due dates, then of their ids.
        """
        ...

    def sent_to(self, office_id: OfficeId, person_id: PersonId, *, since: datetime) -> Sequence[Reminder]:
        """Give the reminders to a person that were sent at or after a moment, oldest first."""
        ...

    def put(self, reminder: Reminder) -> None:
        """Store a reminder, in place of the one with the same id."""
        ...

    def remove(self, office_id: OfficeId, id: TaskId) -> None:
        """Delete a reminder, if it is stored: its mail is not sent."""
        ...

    def switch(self, office_id: OfficeId, id: UUID, *, on: bool) -> bool:
        """Switch the reminders of a client, questionnaire, request or item on or off. False if they were so already."""
        ...

    def switched_off(self, office_id: OfficeId, ids: Collection[UUID]) -> frozenset[UUID]:
        """Give those of some ids whose reminders are switched off."""
        ...


class Outbox(Protocol):
    """Stores the queue of outgoing tasks, such as mails to send."""

    def add(self, task: Task) -> None:
        """Add a task. Does nothing if the office has a task with the same key."""
        ...

    def lease(self, lane: Lane, *, at: datetime, until: datetime, limit: int) -> Sequence[Task]:
        """Lease at most *limit* waiting tasks of a lane, of all offices, that are due at *at*, longest due first.

        Each task comes back as it was, with ``attempts`` one higher. Nobody else gets it before *until*: it is stored
        with that as its ``due_at``. Concurrent dispatchers never get the same task. The number of tasks that wait in
        the other lanes does not make the call slower.
        """
        ...

    def lease_companions(self, task: Task, *, at: datetime, until: datetime) -> Sequence[Task]:
        """Lease the other waiting notifications of a task's account and person that are not leased at *at*, due or not.

        They become one mail (PR-2). Those from before the account went to another person are not among them. For a mail
        to an address of the office, they are the others to that address (OF-4).
        """
        ...

    def give_back(self, task: Task) -> bool:
        """Put a leased task back that was not begun, as it was before the lease. False if it was leased again since.

        It is due at ``task.due_at`` again, and the lease does not count as an attempt.
        """
        ...

    def done(self, task: Task) -> bool:
        """Mark a leased task as done. False if it was leased again since.

        ``task.person_id`` is stored too: for a task that is made for an address, the person is known only once the
        mail is made.
        """
        ...

    def retry(self, task: Task, *, due_at: datetime, problem: str) -> bool:
        """Put a leased task back in the queue, due at *due_at*; otherwise as ``done``."""
        ...

    def refuse(self, task: Task, *, problem: str) -> bool:
        """Mark a leased task as refused; otherwise as ``done``."""
        ...

    def get(self, office_id: OfficeId, task_id: TaskId) -> Task:
        """Give a task and lock it. Raises: Absent."""
        ...

    def send_again(self, task: Task) -> None:
        """Store the key, the state and the times of a task that waits again, whatever its state was.

        Does nothing if the task is leased at its ``due_at``: then it is being sent.
        """
        ...

    def bounce(self, office_id: OfficeId, task_id: TaskId, *, problem: str) -> Sequence[Task]:
        """Mark a mail that was sent as bounced, and give its task. Nothing if no such mail of the office was sent.

        The notifications that were merged into the mail are marked and given too: those that were leased with it have
        the same account and the same ``due_at``. A task without a person has no mail.
        """
        ...

    def clear_refusals(self, office_id: OfficeId, person_id: PersonId) -> None:
        """Mark the refused and bounced tasks of a person as done. Called when the person gives up the address."""
        ...

    def note(self, lane: Lane, *, at: datetime, problem: str | None = None) -> None:
        """Store that something of a lane was sent or made at *at*, or why that failed (AL-6).

        Args:
            lane: the lane, of all offices.
            at: the time of the success or the failure.
            problem: the reason of the failure, without personal data. None for a success.
        """
        ...

    def forget(self, *, before: datetime, limit: int) -> int:
        """Delete at most *limit* tasks of all offices from before *before*. Give their number.

        They are done, or undelivered and superseded. The latter are deleted first.

        Undelivered is refused or bounced. Such a task is superseded if it has no person, or if its person has a newer
        task that does not wait. One that is not superseded is kept. It never becomes the person's newest because newer
        tasks were deleted.
        """
        ...


class PublicEvents(Protocol):
    """Stores the public events of offices (EV-1)."""

    def add(self, event: Announcement) -> None:
        """Add an event. It gets its numbers when the unit of work commits: the next of its office and of its dossier.

        The numbers of an office have the order of its commits: who reads an event can read all events of the office
        with a lower number. A unit of work that is not committed takes no number.
        """
        ...

    def forget(self, *, before: datetime, limit: int) -> int:
        """Delete at most *limit* events of all offices from before a moment. Give the number of deleted events.

        The numbers go on, also if all are deleted.
        """
        ...


class Webhooks(Protocol):
    """Stores the endpoints of webhooks (WH-1)."""

    def add(self, webhook: Webhook) -> None:
        """Add a new endpoint."""
        ...

    def hold(self, office_id: OfficeId, webhook_id: WebhookId) -> Webhook:
        """Give an endpoint and lock it until this unit of work ends: nobody else holds or changes it.

        Raises:
            Absent: the office has no such endpoint.
        """
        ...

    def save(self, webhook: Webhook) -> None:
        """Save an endpoint that this unit of work holds."""
        ...

    def remove(self, webhook: Webhook) -> None:
        """Delete an endpoint. Its deliveries stay until they are old."""
        ...

    def count(self, office_id: OfficeId) -> int:
        """Count the endpoints of an office, whatever their state.

        Until this unit of work ends, no other unit of work counts those of this office. So a check against a limit
        holds until then.
        """
        ...

    def listening(self, office_id: OfficeId, what: EventType) -> Sequence[WebhookId]:
        """Give the ids of the endpoints that are on and told of a type, in the order of their ids."""
        ...


class WebhookDeliveries(Protocol):
    """Stores the deliveries to endpoints of webhooks (WH-2)."""

    def add(self, deliveries: Sequence[WebhookDelivery]) -> None:
        """Add new deliveries."""
        ...

    def hold(self, office_id: OfficeId, delivery_id: WebhookDeliveryId) -> WebhookDelivery:
        """Give a delivery and lock it until this unit of work ends: nobody else holds or changes it. Raises: Absent."""
        ...

    def save(self, delivery: WebhookDelivery) -> None:
        """Save a delivery that this unit of work holds."""
        ...

    def any_arrived(self, office_id: OfficeId, webhook_id: WebhookId, *, since: datetime) -> bool:
        """Tell whether an attempt that began at *since* or later succeeded."""
        ...

    def forget(self, *, before: datetime, limit: int) -> int:
        """Delete at most *limit* deliveries of all offices that were made before *before*. Give their number."""
        ...


class Workers(Protocol):
    """Stores the names of workers. A name belongs to one process at a time, of all that use this storage."""

    def hold(self, worker: Worker, *, at: datetime) -> bool:
        """Take a name for a process, or renew it. Of any number of processes at once, exactly one succeeds.

        Args:
            worker: the name, the process, and until when it holds the name.
            at: the time. A name that another process held until then, or until an earlier time, is free.

        Returns:
            False if another process holds the name. Nothing changes then.
        """
        ...

    def release(self, worker: Worker) -> None:
        """Free a name. Does nothing if the process does not hold it."""
        ...

    def forget(self, *, before: datetime, limit: int) -> int:
        """Delete at most *limit* names that nobody has held since *before*. Give their number."""
        ...


class Texts(Protocol):
    """Stores the SMS messages that were allowed, for the budgets (TS-2)."""

    def count(self, send: SmsSend, *, since: datetime, day: datetime) -> SmsCounts:
        """Count the other SMS messages that were allowed.

        After *since*: those to the same number, and those for the same person. After *day*: those for the same
        person, for all persons with the same client, and of the whole office.

        Until this unit of work ends, no other unit of work counts those of this office. So a check against a budget
        holds until then.

        Args:
            send: the SMS to count for; it is not counted itself.
            since: the start of the short window.
            day: the start of the long window; never later than *since*.
        """
        ...

    def add(self, send: SmsSend) -> None:
        """Store that an SMS was allowed. Does nothing if it is stored already."""
        ...

    def forget(self, *, before: datetime, limit: int) -> int:
        """Delete at most *limit* SMSs of all offices that were allowed before *before*. Give their number."""
        ...


class Audit(Protocol):
    """Stores the audit trail. Entries are never changed or deleted, and a sealed entry is never sealed again."""

    def append(self, entries: Sequence[Entry]) -> None:
        """Add entries."""
        ...

    def entries(self, actor: OfficeActor, *, limit: int = 1000) -> Sequence[Entry]:
        """Give the office's newest *limit* entries, in order from oldest to newest."""
        ...

    def head(self, office_id: OfficeId) -> Seal:
        """Give the last seal of the office's chain, or ``NONE_YET`` if nothing is sealed.

        The head is locked until this unit of work ends: another unit of work that asks for it waits.
        """
        ...

    def sealed(self, office_id: OfficeId, *, after: int, limit: int) -> Sequence[Line]:
        """List at most *limit* sealed entries of an office with a number above *after*, lowest number first."""
        ...

    def unsealed(self, office_id: OfficeId, *, after: EntryId | None, limit: int) -> Sequence[Entry]:
        """List at most *limit* entries of an office that have no seal, lowest id first.

        Args:
            office_id: the office.
            after: only entries with an id above this one. None for all.
            limit: the largest number of entries.
        """
        ...

    def seal(self, office_id: OfficeId, seals: Mapping[EntryId, Seal], *, after: Seal) -> None:
        """Store the seals of some entries of an office. The seal with the highest number becomes the head.

        Args:
            office_id: the office.
            seals: at least one.
            after: the head that the first of them follows.

        Raises:
            Conflict: the head is not *after*, or an entry or a number has a seal already.
        """
        ...


class UnitOfWork(Protocol):
    """One transaction. It sees its own writes."""

    @property
    def offices(self) -> Offices:
        """The offices."""
        ...

    @property
    def clients(self) -> Clients:
        """The clients."""
        ...

    @property
    def persons(self) -> Persons:
        """The persons."""
        ...

    @property
    def accounts(self) -> Accounts:
        """The accounts."""
        ...

    @property
    def links(self) -> Links:
        """The links in mails."""
        ...

    @property
    def address_changes(self) -> AddressChanges:
        """The new addresses that persons asked for."""
        ...

    @property
    def sessions(self) -> Sessions:
        """The sessions."""
        ...

    @property
    def throttles(self) -> Throttles:
        """The counters of recent failures."""
        ...

    @property
    def refusals(self) -> Refusals:
        """The counts of refusals that repeat."""
        ...

    @property
    def two_steps(self) -> TwoSteps:
        """The two-step verification of persons."""
        ...

    @property
    def verifications(self) -> Verifications:
        """The verifications."""
        ...

    @property
    def keys(self) -> Keys:
        """The records of the keys that were used."""
        ...

    @property
    def case_handlers(self) -> CaseHandlers:
        """The case handlers of offices."""
        ...

    @property
    def api_keys(self) -> ApiKeys:
        """The API keys of offices."""
        ...

    @property
    def idempotent_requests(self) -> IdempotentRequests:
        """The requests with an ``Idempotency-Key``."""
        ...

    @property
    def external_ids(self) -> ExternalIds:
        """The external ids."""
        ...

    @property
    def dossiers(self) -> Dossiers:
        """The dossiers and their parties."""
        ...

    @property
    def documents(self) -> Documents:
        """The published documents."""
        ...

    @property
    def messages(self) -> Messages:
        """The messages."""
        ...

    @property
    def drafts(self) -> Drafts:
        """The drafts."""
        ...

    @property
    def uploads(self) -> Uploads:
        """The staged files."""
        ...

    @property
    def usages(self) -> Usages:
        """What clients sent in a day."""
        ...

    @property
    def submissions(self) -> Submissions:
        """The submissions of clients."""
        ...

    @property
    def quarantine(self) -> Quarantine:
        """The files that wait for the scanner, or were rejected."""
        ...

    @property
    def receipts(self) -> Receipts:
        """The receipts of what clients delivered (RQ-4)."""
        ...

    @property
    def questionnaires(self) -> Questionnaires:
        """The published questionnaires."""
        ...

    @property
    def questionnaire_drafts(self) -> QuestionnaireDrafts:
        """The drafts of questionnaires."""
        ...

    @property
    def questionnaire_fragments(self) -> QuestionnaireFragments:
        """The fragments of offices' own."""
        ...

    @property
    def assignments(self) -> Assignments:
        """The assignments of questionnaires to clients."""
        ...

    @property
    def request_templates(self) -> PublishedTemplates:
        """The published templates of requests."""
        ...

    @property
    def progress_templates(self) -> PublishedTemplates:
        """The published templates of steps."""
        ...

    @property
    def requests(self) -> Requests:
        """The requests for documents."""
        ...

    @property
    def waiting(self) -> WaitingParties:
        """Who has to do something for each party of a dossier."""
        ...

    @property
    def reminders(self) -> Reminders:
        """What persons are reminded of."""
        ...

    @property
    def outbox(self) -> Outbox:
        """The queue of outgoing tasks."""
        ...

    @property
    def events(self) -> PublicEvents:
        """The public events."""
        ...

    @property
    def webhooks(self) -> Webhooks:
        """The endpoints of webhooks."""
        ...

    @property
    def webhook_deliveries(self) -> WebhookDeliveries:
        """The deliveries to them."""
        ...

    @property
    def workers(self) -> Workers:
        """The names of workers."""
        ...

    @property
    def texts(self) -> Texts:
        """The SMS messages that were allowed."""
        ...

    @property
    def audit(self) -> Audit:
        """The audit trail."""
        ...

    def commit(self) -> None:
        """Commit all changes at once, durably if the unit of work is flushed. This ends the unit of work.

        Raises:
            Conflict: somebody else changed the same rows in the meantime; nothing is stored.
            StorageFull: there is no space; nothing is stored.
            Unavailable: the storage is locked or cannot be reached; nothing is stored.
        """
        ...


class Storage(Protocol):
    """Stores everything except files."""

    @property
    def read(self) -> Reading:
        """The reads for pages, outside any unit of work. They see everything that was committed."""
        ...

    def begin(self, *, flushed: bool = True) -> AbstractContextManager[UnitOfWork]:
        """Begin a unit of work. Leaving the context without ``commit`` rolls it back.

        Args:
            flushed: whether ``commit`` waits until the disk has it. If not, the others see it as well, and a process
                that stops does not lose it. A power failure may lose it, but not if a later unit of work that is
                flushed has returned from its commit.

        Raises:
            Unavailable: the storage is locked or cannot be reached.
        """
        ...

    def disk_space(self) -> DiskSpace | None:
        """Give the space of the disk that the storage is on.

        None if the storage is on another machine, or is not on a disk.

        Raises:
            Unavailable: the disk cannot be asked.
        """
        ...

    def copy(self, folder: Path) -> AbstractContextManager[Reading]:
        """Copy everything that is committed, as it is at one moment, into files in an existing folder, for a backup.

        Units of work and reads go on meanwhile. Inside the context, the copy is on the disk, and the reads are those of
        the copy.

        Raises:
            NotImplementedError: this storage does not last, or has another way to be copied. The message says which.
            StorageDamaged: the storage or the copy is not sound.
            StorageFull, Unavailable: the copy cannot be made now.
        """
        ...
