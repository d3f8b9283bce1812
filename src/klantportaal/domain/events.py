"""Events: what happened. They contain ids and codes, but no secrets and no contents of messages or files.

A domain function returns events. The use case records each event as an entry in the audit trail (SI-5), and queues the
tasks that follow from it. Both happen in the transaction of the change itself (AL-2).

The module is long because it is the complete list of the kinds of entries in the trail.
"""

from datetime import date, datetime

import attrs

from klantportaal.domain.values import (
    AccountId,
    AddressChangeId,
    ApiKeyId,
    ArchiveId,
    AssignmentId,
    CaseHandlerId,
    ClientId,
    DeliveryId,
    DocumentId,
    DossierId,
    FileKey,
    ItemId,
    LinkId,
    MessageId,
    PersonId,
    QuestionnaireDraftId,
    ReceiptId,
    RequestId,
    SessionId,
    SubmissionId,
    UploadId,
    VerificationId,
    WebhookId,
)


@attrs.frozen(kw_only=True)
class Event:
    """Something that happened. *at* is a UTC time with time zone."""

    at: datetime


@attrs.frozen(kw_only=True)
class OfficeMade(Event):
    """The vendor made the office."""


@attrs.frozen(kw_only=True)
class OfficeMoved(Event):
    """The vendor changed the base URL of the office. Links in mails use the new URL."""


@attrs.frozen(kw_only=True)
class VendorSignInChanged(Event):
    """The office began, changed or ended the use of the vendor's own sign-in (PE-6)."""

    used: bool
    least: str
    """The lowest level of assurance that is let in. "" if the sign-in is not used."""
    takes_passwords: bool
    """Whether clients may sign in with a password of the portal."""


@attrs.frozen(kw_only=True)
class OfficeChanged(Event):
    """The office changed its texts or its logo."""


@attrs.frozen(kw_only=True)
class AccountInvited(Event):
    """An account was invited, for the first time or again. The first mail is due (ON-1, ON-2, XA-2, PE-2)."""

    client_id: ClientId
    account_id: AccountId
    person_id: PersonId


@attrs.frozen(kw_only=True)
class ClientMade(Event):
    """The office added a client."""

    client_id: ClientId


@attrs.frozen(kw_only=True)
class ClientClosed(Event):
    """The office closed a client. None of its accounts can sign in."""

    client_id: ClientId


@attrs.frozen(kw_only=True)
class ClientReopened(Event):
    """The office reopened a closed client."""

    client_id: ClientId


@attrs.frozen(kw_only=True)
class AccountClosed(Event):
    """The office closed one account."""

    account_id: AccountId


@attrs.frozen(kw_only=True)
class AccountReopened(Event):
    """The office reopened a closed account."""

    account_id: AccountId


@attrs.frozen(kw_only=True)
class AccountCorrected(Event):
    """The office corrected the name or address of an account. The trail contains neither."""

    account_id: AccountId
    address_changed: bool


@attrs.frozen(kw_only=True)
class ExtraAccountAdded(Event):
    """A company, or the office for it, added an extra account (XA-1)."""

    client_id: ClientId
    account_id: AccountId


@attrs.frozen(kw_only=True)
class AccountDeleted(Event):
    """An extra account was deleted. The sessions that acted for it have ended (XA-3, PE-5)."""

    client_id: ClientId
    account_id: AccountId


@attrs.frozen(kw_only=True)
class PasswordLinkAsked(Event):
    """A visitor asked for a set-password link with an address (ON-3). The person is looked up later, by a task."""

    address: str
    """The address, folded for comparison. At most 254 characters."""
    invited: PersonId | None
    """The person whose invitation link the visitor used, if any."""


@attrs.frozen(kw_only=True)
class PasswordLinkWithheld(Event):
    """A visitor asked for a link too often, or clicked twice. No mail is sent. The newest link works (SI-2, ON-6)."""

    invited: PersonId | None
    """The person whose invitation link the visitor used, if any."""


@attrs.frozen(kw_only=True)
class LinkMade(Event):
    """A link was made. Its mail is being sent."""

    person_id: PersonId
    link_id: LinkId
    purpose: str


@attrs.frozen(kw_only=True)
class PasswordSet(Event):
    """A person has a new password. Its other sessions and links have ended. The third mail is due (ON-5, PW-4)."""

    person_id: PersonId


@attrs.frozen(kw_only=True)
class PasswordRehashed(Event):
    """The stored hash of a password was renewed with the current scheme (PW-2)."""

    person_id: PersonId


@attrs.frozen(kw_only=True)
class SignedIn(Event):
    """A person signed in, and acts for an account."""

    person_id: PersonId
    account_id: AccountId
    session_id: SessionId
    method: str = "password"
    """How the person proved who it is: by password, or the vendor's word for how it authenticated the person (PE-6)."""
    assurance: str = ""
    """How surely the vendor authenticated the person. "" after a password."""
    activated: tuple[AccountId, ...] = ()
    """The accounts that the person may act for from now on, for the first time (PE-2)."""


@attrs.frozen(kw_only=True)
class AdmissionRefused(Event):
    """The vendor authenticated somebody, or confirmed who it is, and the portal did not let it in (PE-6)."""

    person_id: PersonId | None
    """The person of the subject. None if there is none."""
    problem: str


@attrs.frozen(kw_only=True)
class SubjectBound(Event):
    """A person signed in with the vendor's sign-in for the first time, by its invitation (PE-6)."""

    person_id: PersonId
    link_id: LinkId


@attrs.frozen(kw_only=True)
class SubjectReleased(Event):
    """A person lost its subject: it cannot sign in by the vendor until invited again (PE-6).

    The office released it, or reopened an account of the person after somebody else had got the subject.
    """

    person_id: PersonId


@attrs.frozen(kw_only=True)
class AccountSwitched(Event):
    """A person went on for another of its accounts, in the same session (PE-3)."""

    person_id: PersonId
    account_id: AccountId
    """The account from now on."""
    session_id: SessionId
    is_first: bool = False
    """Whether that makes the account active (PE-2)."""


@attrs.frozen(kw_only=True)
class SignInRefused(Event):
    """A sign-in failed (SI-1)."""

    person_id: PersonId | None
    """None if no person has the address. The address is not kept, because people type passwords in that field."""
    throttled: bool
    """Whether the password was not compared because of too many attempts (SI-2)."""


@attrs.frozen(kw_only=True)
class RefusalsRepeated(Event):
    """Refusals of one origin repeated within a minute: a throttled network address, person or typed address (SI-2).

    The first of them has an entry of its own. The network address of this entry is that of all of them: an address, or
    a network of IPv6. It is None if they came from several.
    """

    refused: str
    """The kind of each of them, such as ``SignInRefused``."""
    count: int
    since: datetime
    """The start of the minute."""
    newest_at: datetime
    person_id: PersonId | None
    """The person of all of them. None if it is not the same for all, or if there is none."""


@attrs.frozen(kw_only=True)
class Confirmed(Event):
    """A person gave its password again. Its session continues with a new token (SI-3)."""

    person_id: PersonId
    session_id: SessionId
    method: str = "password"
    """As in ``SignedIn``."""
    assurance: str = ""
    """As in ``SignedIn``."""


@attrs.frozen(kw_only=True)
class ConfirmationRefused(Event):
    """A signed-in person gave its password again, and was refused."""

    person_id: PersonId
    session_id: SessionId
    throttled: bool
    """Whether the password was not compared because of too many attempts (SI-2)."""


@attrs.frozen(kw_only=True)
class SignedOut(Event):
    """A person ended its session."""

    session_id: SessionId


@attrs.frozen(kw_only=True)
class SessionEnded(Event):
    """A person ended one of its sessions from its list (SI-4)."""

    person_id: PersonId
    session_id: SessionId


@attrs.frozen(kw_only=True)
class RefreshTokenReused(Event):
    """A refresh token of an app came back after it was used, so somebody copied it. The session ended (AP-8)."""

    person_id: PersonId
    session_id: SessionId


@attrs.frozen(kw_only=True)
class OtherSessionsEnded(Event):
    """A person ended all its sessions except the current one (SI-4)."""

    person_id: PersonId
    session_id: SessionId
    """The current session, which continues."""


@attrs.frozen(kw_only=True)
class CodeAsked(Event):
    """A person is asked for a code. If the method is SMS, an SMS is due (TS-2)."""

    person_id: PersonId
    verification_id: VerificationId
    purpose: str
    method: str


@attrs.frozen(kw_only=True)
class CodeMade(Event):
    """A code was generated, and its SMS is being sent. Older codes of the same verification are void (TS-2)."""

    person_id: PersonId
    verification_id: VerificationId


@attrs.frozen(kw_only=True)
class CodeRefused(Event):
    """A code or recovery code was refused (TS-2)."""

    person_id: PersonId
    verification_id: VerificationId
    purpose: str
    throttled: bool
    """Whether it was not compared because of too many attempts (SI-2)."""


@attrs.frozen(kw_only=True)
class CodeAccepted(Event):
    """A person gave a correct code, and may change its two-step verification (TS-5)."""

    person_id: PersonId
    verification_id: VerificationId


@attrs.frozen(kw_only=True)
class TwoStepTurnedOn(Event):
    """A person turned two-step verification on. Its other sessions have ended (TS-1)."""

    person_id: PersonId
    method: str


@attrs.frozen(kw_only=True)
class TwoStepChanged(Event):
    """A person changed the number or method of its two-step verification. Its other sessions have ended (TS-5)."""

    person_id: PersonId
    method: str


@attrs.frozen(kw_only=True)
class TwoStepTurnedOff(Event):
    """A person turned two-step verification off. Its other sessions have ended (TS-5)."""

    person_id: PersonId


@attrs.frozen(kw_only=True)
class TwoStepReset(Event):
    """The office turned off the two-step verification of a person who had lost the phone and recovery code."""

    person_id: PersonId


@attrs.frozen(kw_only=True)
class AppKeyRenewed(Event):
    """The key of a person's authenticator app was encrypted again, with the newest key of the vault (TS-6)."""

    person_id: PersonId


@attrs.frozen(kw_only=True)
class RecoveryCodeUsed(Event):
    """A person used its recovery code, and got a new one (TS-4)."""

    person_id: PersonId


@attrs.frozen(kw_only=True)
class TwoStepRequirementChanged(Event):
    """The office made two-step verification mandatory, or optional again (TS-1)."""

    required: bool


@attrs.frozen(kw_only=True)
class AddressChangeAsked(Event):
    """A person asked for another e-mail address. A link to the new one and a notice to the current one are due (PR-4).

    The trail does not contain the new address.
    """

    person_id: PersonId
    change_id: AddressChangeId


@attrs.frozen(kw_only=True)
class AddressChangeRefused(Event):
    """A person did not get another e-mail address that it asked for (PR-4)."""

    person_id: PersonId
    rule: str
    """The code of the broken rule, such as ``address_taken``: another person of the office has the address."""


@attrs.frozen(kw_only=True)
class AddressChanged(Event):
    """A person confirmed its new e-mail address. Its other sessions and its links have ended (PR-4)."""

    person_id: PersonId
    former_address: str
    """The address until now. It gets a notice."""


@attrs.frozen(kw_only=True)
class AddressChangesSwitched(Event):
    """The office allowed persons to change their own e-mail address, or switched it off (PR-4)."""

    allowed: bool


@attrs.frozen(kw_only=True)
class ProfileChanged(Event):
    """A person chose another language, or other notifications of an account (PR-1, PR-2)."""

    person_id: PersonId
    account_id: AccountId
    language: str
    documents: bool
    questionnaires: bool
    messages: bool


@attrs.frozen(kw_only=True)
class OfficeNoticesChanged(Event):
    """The office began, changed or ended the mails that tell it what clients send (OF-4)."""

    used: bool


@attrs.frozen(kw_only=True)
class DossierNoticesChanged(Event):
    """The office changed who is told by mail what clients send in a dossier (OF-4)."""

    dossier_id: DossierId


@attrs.frozen(kw_only=True)
class CaseHandlerChanged(Event):
    """The office added a case handler, or changed its card or picture."""

    handler_id: CaseHandlerId


@attrs.frozen(kw_only=True)
class CaseHandlerRemoved(Event):
    """The office removed a case handler. Its dossiers have none from then on."""

    handler_id: CaseHandlerId


@attrs.frozen(kw_only=True)
class ApiKeyMade(Event):
    """The office made an API key (AP-1)."""

    key_id: ApiKeyId
    scopes: str
    """What it gives access to: ``documents:write dossiers:read``."""


@attrs.frozen(kw_only=True)
class ApiKeyRevoked(Event):
    """The office revoked an API key."""

    key_id: ApiKeyId


@attrs.frozen(kw_only=True)
class WebhookMade(Event):
    """The office made an endpoint of webhooks (WH-1)."""

    webhook_id: WebhookId
    types: str
    """What it is told of: ``document.downloaded message.sent``."""


@attrs.frozen(kw_only=True)
class WebhookChanged(Event):
    """The office changed the address of an endpoint, or what it is told of."""

    webhook_id: WebhookId
    types: str


@attrs.frozen(kw_only=True)
class WebhookSecretRotated(Event):
    """The office gave an endpoint another secret."""

    webhook_id: WebhookId


@attrs.frozen(kw_only=True)
class WebhookSwitched(Event):
    """The office switched an endpoint on or off."""

    webhook_id: WebhookId
    on: bool


@attrs.frozen(kw_only=True)
class WebhookRemoved(Event):
    """The office removed an endpoint."""

    webhook_id: WebhookId


@attrs.frozen(kw_only=True)
class WebhookResent(Event):
    """The office let an endpoint be told again."""

    webhook_id: WebhookId
    deliveries: int


@attrs.frozen(kw_only=True)
class WebhookDisabled(Event):
    """The portal gave an endpoint up that takes nothing any more (WH-3)."""

    webhook_id: WebhookId
    failure: str
    """``gone`` or ``failing``."""


@attrs.frozen(kw_only=True)
class DossierOpened(Event):
    """The office opened a dossier."""

    dossier_id: DossierId


@attrs.frozen(kw_only=True)
class DossierChanged(Event):
    """The office changed a dossier's description or status."""

    dossier_id: DossierId
    status: str


@attrs.frozen(kw_only=True)
class PartyAdded(Event):
    """A client became a party to a dossier."""

    dossier_id: DossierId
    client_id: ClientId


@attrs.frozen(kw_only=True)
class PartyRemoved(Event):
    """A client is no longer a party to a dossier."""

    dossier_id: DossierId
    client_id: ClientId


@attrs.frozen(kw_only=True)
class ProgressTemplatePublished(Event):
    """The office published a revision of a template of steps (PG-1)."""

    template: str
    revision: int
    digest: str


@attrs.frozen(kw_only=True)
class StepReached(Event):
    """The office gave a dossier steps, or moved it to one of them (PG-1)."""

    dossier_id: DossierId
    template: str
    revision: int
    step: str
    reached_on: date | None


@attrs.frozen(kw_only=True)
class ProgressEnded(Event):
    """A dossier follows no steps any more (PG-1)."""

    dossier_id: DossierId


@attrs.frozen(kw_only=True)
class ThirdPartyAwaited(Event):
    """The office named a third party that it waits for, to parties of a dossier (PG-2)."""

    dossier_id: DossierId
    client_ids: tuple[ClientId, ...]


@attrs.frozen(kw_only=True)
class ThirdPartyCleared(Event):
    """The office waits no longer for a third party, for parties of a dossier (PG-2)."""

    dossier_id: DossierId
    client_ids: tuple[ClientId, ...]


@attrs.frozen(kw_only=True)
class DocumentPublished(Event):
    """The office published a document or letter to parties of a dossier (DC-1)."""

    dossier_id: DossierId
    document_id: DocumentId
    client_ids: tuple[ClientId, ...]
    replaces: DocumentId | None


@attrs.frozen(kw_only=True)
class DocumentWithdrawn(Event):
    """The office withdrew a document (DC-3)."""

    dossier_id: DossierId
    document_id: DocumentId
    client_ids: tuple[ClientId, ...]


@attrs.frozen(kw_only=True)
class DownloadBegan(Event):
    """Somebody began to download a file. If no entry of its end follows, it was not taken whole (DC-2)."""

    document_id: DocumentId | None
    """One of the two is given."""
    submission_id: SubmissionId | None


@attrs.frozen(kw_only=True)
class DownloadTakenBack(Event):
    """The last block of a download could not be sent. The entry of its end, just before this one, does not count."""

    document_id: DocumentId | None
    submission_id: SubmissionId | None


@attrs.frozen(kw_only=True)
class PartDownloaded(Event):
    """Somebody took a part of a file, by a range request. That marks nothing (DC-2)."""

    document_id: DocumentId | None
    submission_id: SubmissionId | None
    first: int
    """The number of the first byte, from 0."""
    last: int
    """The number of the last byte."""


@attrs.frozen(kw_only=True)
class DocumentDownloaded(Event):
    """An account takes a document whole (DC-2). Each download is an entry. The mark shows the first.

    It is committed before the last block is sent. If that block cannot be sent, ``DownloadTakenBack`` follows.
    """

    dossier_id: DossierId
    document_id: DocumentId
    account_id: AccountId


@attrs.frozen(kw_only=True)
class DocumentFetched(Event):
    """The office takes one of its own documents whole."""

    document_id: DocumentId


@attrs.frozen(kw_only=True)
class ReceiptMailAsked(Event):
    """A client asked for the receipt of a delivery by mail (RQ-4). It goes to the address of the person."""

    receipt_id: ReceiptId
    dossier_id: DossierId
    account_id: AccountId
    person_id: PersonId


@attrs.frozen(kw_only=True)
class SubmissionDownloaded(Event):
    """An account or the office takes a client's submission whole."""

    submission_id: SubmissionId


@attrs.frozen(kw_only=True)
class LookBegan(Event):
    """An account began to look at a file in its browser. If no entry of its end follows, it did not get it whole."""

    document_id: DocumentId | None
    """One of the two is given."""
    submission_id: SubmissionId | None


@attrs.frozen(kw_only=True)
class LookTakenBack(Event):
    """The last block of a file to look at could not be sent. The entry of its end, before this one, does not count."""

    document_id: DocumentId | None
    submission_id: SubmissionId | None


@attrs.frozen(kw_only=True)
class DocumentLookedAt(Event):
    """An account looks at a document in its browser (NW-3). It counts as read then, and not as downloaded.

    It is committed before the last block is sent. If that block cannot be sent, ``LookTakenBack`` follows.
    """

    dossier_id: DossierId
    document_id: DocumentId
    account_id: AccountId


@attrs.frozen(kw_only=True)
class SubmissionLookedAt(Event):
    """An account looks at a file that its client submitted (NW-3)."""

    submission_id: SubmissionId


@attrs.frozen(kw_only=True)
class ArchiveBegan(Event):
    """An account or the office asked for the archive of a dossier (NW-4).

    If no entry of its end follows, it was not taken whole.
    """

    dossier_id: DossierId
    archive_id: ArchiveId


@attrs.frozen(kw_only=True)
class ArchiveDownloaded(Event):
    """An account or the office takes the archive of a dossier whole (NW-4). It counts as a download of each document.

    It is committed before the last block is sent. If that block cannot be sent, ``ArchiveTakenBack`` follows.
    """

    dossier_id: DossierId
    archive_id: ArchiveId
    document_ids: tuple[DocumentId, ...]
    """What is in it as it was stored. Damaged files are not named."""
    submission_ids: tuple[SubmissionId, ...]
    request_ids: tuple[RequestId, ...]
    message_ids: tuple[MessageId, ...]


@attrs.frozen(kw_only=True)
class ArchiveTakenBack(Event):
    """The last block of an archive could not be sent. The entry of its end does not count."""

    dossier_id: DossierId
    archive_id: ArchiveId


@attrs.frozen(kw_only=True)
class MessageSent(Event):
    """A client sent a message to its office."""

    dossier_id: DossierId
    message_id: MessageId


@attrs.frozen(kw_only=True)
class MessageReceived(Event):
    """The office sent a message to a client."""

    dossier_id: DossierId
    message_id: MessageId
    client_id: ClientId


@attrs.frozen(kw_only=True)
class MessageRead(Event):
    """An account opened an inbound message for the first time (ME-4)."""

    message_id: MessageId
    account_id: AccountId


@attrs.frozen(kw_only=True)
class MessageOpened(Event):
    """The office opened a client's message for the first time (ME-6)."""

    message_id: MessageId


@attrs.frozen(kw_only=True)
class MessageTakenBack(Event):
    """A client or the office took back its own message, before the other side had read it (ME-6).

    Its text and its attachments were deleted.
    """

    dossier_id: DossierId
    message_id: MessageId
    client_id: ClientId


@attrs.frozen(kw_only=True)
class MessageHandled(Event):
    """The office marked a client's message as handled."""

    message_id: MessageId
    dossier_id: DossierId
    client_id: ClientId


@attrs.frozen(kw_only=True)
class UploadStaged(Event):
    """An account uploaded a file that waits to be sent (AT-2)."""

    upload_id: UploadId
    dossier_id: DossierId


@attrs.frozen(kw_only=True)
class UploadRemoved(Event):
    """An account removed a file before sending it."""

    upload_id: UploadId


@attrs.frozen(kw_only=True)
class ScannerAlerted(Event):
    """The virus scanner found something in a file of a client or the office, or could not scan all of it (AT-3).

    The trail does not contain the name of the file.
    """

    dossier_id: DossierId
    outcome: str
    """One of ``ScanOutcome``: ``infected``, ``encrypted`` or ``too_large``."""
    found: str
    """The scanner's name for it, at most 100 characters of ``A-Za-z0-9._:/()+-``."""
    taken: bool
    """Whether the file was taken all the same."""


@attrs.frozen(kw_only=True)
class FileQuarantined(Event):
    """A file was stored without being scanned. It waits for the scanner, and nobody can read it (AT-3)."""

    dossier_id: DossierId
    file_key: FileKey
    upload_id: UploadId | None
    """The upload of a client, which keeps this id when it is sent."""
    document_id: DocumentId | None
    """The document of the office."""


@attrs.frozen(kw_only=True)
class FileReleased(Event):
    """A file that waited was scanned and taken. From now on it can be read (AT-3)."""

    dossier_id: DossierId
    file_key: FileKey
    upload_id: UploadId | None
    document_id: DocumentId | None


@attrs.frozen(kw_only=True)
class FileRejected(Event):
    """A file that waited was scanned and not taken. It is removed, and its row stays (AT-3)."""

    dossier_id: DossierId
    file_key: FileKey
    upload_id: UploadId | None
    document_id: DocumentId | None
    account_id: AccountId | None
    """The account that delivered it, which is told by mail. None if the office published it."""


@attrs.frozen(kw_only=True)
class QuotaReached(Event):
    """A client could not send something, because a quota of the day is used up (AT-3).

    Recorded at the first, second, fourth … refusal of a day, of the client or, where its quota is used up, the office.
    """

    client_id: ClientId
    quota: str
    """The name of the setting, such as ``client_bytes``."""


@attrs.frozen(kw_only=True)
class QuestionnairePublished(Event):
    """The office published a revision of a questionnaire."""

    questionnaire: str
    revision: int
    digest: str


@attrs.frozen(kw_only=True)
class QuestionnaireDraftStarted(Event):
    """The office started a draft of a questionnaire."""

    draft_id: QuestionnaireDraftId


@attrs.frozen(kw_only=True)
class QuestionnaireDraftSaved(Event):
    """The office changed a draft of a questionnaire."""

    draft_id: QuestionnaireDraftId
    saves: int
    """The version of the draft after saving."""


@attrs.frozen(kw_only=True)
class QuestionnaireDraftDiscarded(Event):
    """The office discarded a draft of a questionnaire, or published it."""

    draft_id: QuestionnaireDraftId


@attrs.frozen(kw_only=True)
class QuestionnaireFragmentSaved(Event):
    """The office added or changed a fragment of its own."""

    fragment_id: str
    saves: int
    """The version of the fragment after saving."""


@attrs.frozen(kw_only=True)
class QuestionnaireFragmentDeleted(Event):
    """The office deleted a fragment of its own."""

    fragment_id: str


@attrs.frozen(kw_only=True)
class QuestionnaireAssigned(Event):
    """The office gave a client a questionnaire to fill in (QU-1)."""

    assignment_id: AssignmentId
    dossier_id: DossierId
    client_id: ClientId


@attrs.frozen(kw_only=True)
class QuestionnaireWithdrawn(Event):
    """The office withdrew a questionnaire before it was completed."""

    assignment_id: AssignmentId
    dossier_id: DossierId
    client_id: ClientId


@attrs.frozen(kw_only=True)
class QuestionnaireRebased(Event):
    """The office moved a client's questionnaire to another revision."""

    assignment_id: AssignmentId
    dossier_id: DossierId
    client_id: ClientId
    revision: int
    digest: str


@attrs.frozen(kw_only=True)
class QuestionnaireStarted(Event):
    """An account began a questionnaire (QU-2)."""

    assignment_id: AssignmentId
    account_id: AccountId


@attrs.frozen(kw_only=True)
class QuestionnairePageSaved(Event):
    """An account saved a page (QU-2). The page is not recorded, because its visibility may reveal another answer."""

    assignment_id: AssignmentId
    saves: int
    """The version of the answers after saving."""
    account_id: AccountId


@attrs.frozen(kw_only=True)
class QuestionnaireCompleted(Event):
    """An account completed a questionnaire. Its PDF is due (QU-4)."""

    assignment_id: AssignmentId
    dossier_id: DossierId
    account_id: AccountId


@attrs.frozen(kw_only=True)
class ResultFiled(Event):
    """The PDF of a completed questionnaire was added to the dossier (QU-4)."""

    assignment_id: AssignmentId
    submission_id: SubmissionId


@attrs.frozen(kw_only=True)
class AnswersRead(Event):
    """The office asked for the answers of a completed questionnaire, as JSON or as PDF."""

    assignment_id: AssignmentId


@attrs.frozen(kw_only=True)
class RequestTemplatePublished(Event):
    """The office published a revision of a template of requests (RQ-1)."""

    template: str
    revision: int
    digest: str


@attrs.frozen(kw_only=True)
class DocumentsRequested(Event):
    """The office asked a client for documents (RQ-1)."""

    request_id: RequestId
    dossier_id: DossierId
    client_id: ClientId
    items: int
    """How many."""


@attrs.frozen(kw_only=True)
class RequestItemAdded(Event):
    """The office asked for one more item in a request (RQ-1)."""

    request_id: RequestId
    item_id: ItemId
    dossier_id: DossierId
    client_id: ClientId


@attrs.frozen(kw_only=True)
class RequestItemWithdrawn(Event):
    """The office no longer asks for an item (RQ-1)."""

    request_id: RequestId
    item_id: ItemId
    dossier_id: DossierId
    client_id: ClientId


@attrs.frozen(kw_only=True)
class RequestWithdrawn(Event):
    """The office no longer asks for what was not accepted of a request (RQ-1)."""

    request_id: RequestId
    dossier_id: DossierId
    client_id: ClientId


@attrs.frozen(kw_only=True)
class RequestReminded(Event):
    """The office asked to remind the client of a request. A reminder is due (RQ-1, RM-1)."""

    request_id: RequestId
    dossier_id: DossierId
    client_id: ClientId


@attrs.frozen(kw_only=True)
class RemindersChanged(Event):
    """The office changed when its clients are reminded, or reminds them no longer (RM-1)."""

    used: bool


@attrs.frozen(kw_only=True)
class RemindersSwitched(Event):
    """The office switched the reminders of a client, a questionnaire, a request or an item off, or on again (RM-1)."""

    on: bool
    client_id: ClientId | None = None
    assignment_id: AssignmentId | None = None
    request_id: RequestId | None = None
    item_id: ItemId | None = None
    """An item of the request. None: all of it."""


@attrs.frozen(kw_only=True)
class PersonReminded(Event):
    """A mail was made that reminds a person of what waits for it, over all its accounts (RM-1)."""

    person_id: PersonId
    assignment_ids: tuple[AssignmentId, ...]
    item_ids: tuple[ItemId, ...]
    """Items of requests."""
    link_id: LinkId | None
    """The link of an invitation that was not followed."""


@attrs.frozen(kw_only=True)
class ItemDelivered(Event):
    """An account delivered files for an item of a request (RQ-2)."""

    request_id: RequestId
    item_id: ItemId
    delivery_id: DeliveryId
    dossier_id: DossierId
    account_id: AccountId
    files: int
    """How many."""


@attrs.frozen(kw_only=True)
class ItemNotApplicable(Event):
    """An account declared that an item of a request does not apply (RQ-2)."""

    request_id: RequestId
    item_id: ItemId
    delivery_id: DeliveryId
    dossier_id: DossierId
    account_id: AccountId


@attrs.frozen(kw_only=True)
class DeliveryTakenBack(Event):
    """An account took back what was delivered, which the office had not opened (RQ-3)."""

    request_id: RequestId
    item_id: ItemId
    delivery_id: DeliveryId
    dossier_id: DossierId
    account_id: AccountId


@attrs.frozen(kw_only=True)
class RequestSeen(Event):
    """An account of the client was the first to open a request (RM-1)."""

    request_id: RequestId
    dossier_id: DossierId
    account_id: AccountId


@attrs.frozen(kw_only=True)
class DeliveryOpened(Event):
    """The office opened what was delivered for an item. It can no longer be taken back (RQ-3)."""

    request_id: RequestId
    item_id: ItemId
    dossier_id: DossierId


@attrs.frozen(kw_only=True)
class ItemAccepted(Event):
    """The office accepted an item, for good (RQ-3)."""

    request_id: RequestId
    item_id: ItemId
    dossier_id: DossierId
    client_id: ClientId


@attrs.frozen(kw_only=True)
class ItemReturned(Event):
    """The office returned an item with a reason, which the client reads (RQ-3)."""

    request_id: RequestId
    item_id: ItemId
    dossier_id: DossierId
    client_id: ClientId


@attrs.frozen(kw_only=True)
class SmsWithheld(Event):
    """A code by SMS was not sent, because an SMS budget was used up (TS-2)."""

    person_id: PersonId


@attrs.frozen(kw_only=True)
class NumberRefused(Event):
    """A mobile number was refused permanently when a code was sent to it."""

    person_id: PersonId


@attrs.frozen(kw_only=True)
class MailRefused(Event):
    """A mail was refused because its recipient does not exist, or for days. The office sees it."""

    person_id: PersonId | None
    """The person with the address, if known."""
    mail: str


@attrs.frozen(kw_only=True)
class MailBounced(Event):
    """A report came that a mail was not delivered. The office sees it."""

    person_id: PersonId | None
    mail: str


@attrs.frozen(kw_only=True)
class MailSentAgain(Event):
    """The office let a mail be sent again that had a problem."""

    person_id: PersonId | None
    mail: str


@attrs.frozen(kw_only=True)
class TrailRead(Event):
    """The office read the audit trail."""


@attrs.frozen(kw_only=True)
class TrailExported(Event):
    """The office exported the audit trail."""


@attrs.frozen(kw_only=True)
class TrailVerified(Event):
    """The office verified the audit trail."""

    broken: int
    """The number of breaks."""


@attrs.frozen(kw_only=True)
class TrailRestored(Event):
    """The office went on from a chain that does not follow its anchor, such as after a backup was put back."""

    reason: str
    """In the words of the office: the only text that the trail has."""
    number: int
    """The number of the head from which the chain goes on."""
    anchored: int
    """The number of the anchor that was given up. Entries with a number from *number* to this one may be lost."""
    digest: str
    """The digest of that anchor, in hexadecimal."""


KINDS = tuple(sorted(each.__name__ for each in Event.__subclasses__()))
"""The class names of all events, which are the values of ``Entry.what``."""
