"""Facts: what happened, named by ids, never holding a secret or the contents of anything.

A domain function returns them; the use case records each as an entry in the audit trail (SI-5) and as the work that
follows from it, in the transaction of the change itself (AL-2).

One module, though long: it is the list of all that the trail can tell.
"""

from datetime import datetime

import attrs

from klantportaal.domain.values import (
    AccountId,
    AssignmentId,
    ClientId,
    DocumentId,
    DossierId,
    LinkId,
    MessageId,
    SessionId,
    SubmissionId,
    UploadId,
    VerificationId,
)


@attrs.frozen(kw_only=True)
class Event:
    """Something that happened, at an aware UTC time."""

    at: datetime


@attrs.frozen(kw_only=True)
class OfficeMade(Event):
    """The vendor made the office."""


@attrs.frozen(kw_only=True)
class OfficeMoved(Event):
    """The vendor gave the office's portal another URL: links in mails lead there."""


@attrs.frozen(kw_only=True)
class OfficeChanged(Event):
    """The office changed its texts or its logo."""


@attrs.frozen(kw_only=True)
class AccountInvited(Event):
    """An account was made, or is invited again: the first mail is due (ON-1, ON-2, XA-2)."""

    client_id: ClientId
    account_id: AccountId


@attrs.frozen(kw_only=True)
class ClientMade(Event):
    """The office took on a client."""

    client_id: ClientId


@attrs.frozen(kw_only=True)
class ClientClosed(Event):
    """The office closed a client: none of its accounts can sign in."""

    client_id: ClientId


@attrs.frozen(kw_only=True)
class ClientReopened(Event):
    """The office opened a closed client again."""

    client_id: ClientId


@attrs.frozen(kw_only=True)
class AccountClosed(Event):
    """The office closed one account."""

    account_id: AccountId


@attrs.frozen(kw_only=True)
class AccountReopened(Event):
    """The office opened a closed account again."""

    account_id: AccountId


@attrs.frozen(kw_only=True)
class AccountCorrected(Event):
    """The office corrected whose an account is; the trail holds neither name nor address."""

    account_id: AccountId
    address_changed: bool


@attrs.frozen(kw_only=True)
class ExtraAccountAdded(Event):
    """A company, or the office for it, added an extra account (XA-1)."""

    client_id: ClientId
    account_id: AccountId


@attrs.frozen(kw_only=True)
class ExtraAccountRefused(Event):
    """A company asked for an account with an address of somebody else's; the trail does not hold the address (XA-1)."""

    client_id: ClientId


@attrs.frozen(kw_only=True)
class AccountDeleted(Event):
    """An extra account was deleted: its sessions and links have ended, its address is free (XA-3)."""

    client_id: ClientId
    account_id: AccountId


@attrs.frozen(kw_only=True)
class PasswordLinkAsked(Event):
    """Somebody entered an address to set a password (ON-3); whether an account has it is found out afterwards."""

    address: str
    """The address as folded for comparison, at most 254 characters."""
    invited: AccountId | None
    """Whose invitation the visitor came by, where there was one."""


@attrs.frozen(kw_only=True)
class PasswordLinkWithheld(Event):
    """Somebody asked for a link once too often, or clicked twice: no mail goes out, the newest holds (SI-2, ON-6)."""

    invited: AccountId | None
    """Whose invitation the visitor came by, where there was one."""


@attrs.frozen(kw_only=True)
class LinkMade(Event):
    """A link was minted and its mail is on the way."""

    account_id: AccountId
    link_id: LinkId
    purpose: str


@attrs.frozen(kw_only=True)
class PasswordSet(Event):
    """An account has a new password: its other sessions and links have ended, the third mail is due (ON-5, PW-4)."""

    account_id: AccountId


@attrs.frozen(kw_only=True)
class PasswordRehashed(Event):
    """The stored hash of a password was renewed under today's scheme (PW-2)."""

    account_id: AccountId


@attrs.frozen(kw_only=True)
class SignedIn(Event):
    """An account signed in."""

    account_id: AccountId
    session_id: SessionId


@attrs.frozen(kw_only=True)
class SignInRefused(Event):
    """Somebody failed to sign in (SI-1)."""

    account_id: AccountId | None
    """None where no account has the address; the address itself is not kept, as people type passwords there."""
    throttled: bool
    """Whether there were too many attempts before, so that the password was not even compared (SI-2)."""


@attrs.frozen(kw_only=True)
class Confirmed(Event):
    """An account gave its password once more: its session goes on with a new token (SI-3)."""

    account_id: AccountId
    session_id: SessionId


@attrs.frozen(kw_only=True)
class ConfirmationRefused(Event):
    """Somebody who is signed in could not give the password."""

    account_id: AccountId
    session_id: SessionId
    throttled: bool
    """Whether there were too many attempts before, so that the password was not even compared (SI-2)."""


@attrs.frozen(kw_only=True)
class SignedOut(Event):
    """An account ended its session."""

    session_id: SessionId


@attrs.frozen(kw_only=True)
class SessionEnded(Event):
    """An account ended one of its sessions from its list (SI-4)."""

    account_id: AccountId
    session_id: SessionId


@attrs.frozen(kw_only=True)
class OtherSessionsEnded(Event):
    """An account ended all its sessions but the one it did that in (SI-4)."""

    account_id: AccountId
    session_id: SessionId
    """The one that goes on."""


@attrs.frozen(kw_only=True)
class CodeAsked(Event):
    """A code is asked of an account; where it comes by SMS, one is due (TS-2)."""

    account_id: AccountId
    verification_id: VerificationId
    purpose: str
    method: str


@attrs.frozen(kw_only=True)
class CodeMade(Event):
    """A code was minted and its SMS is on the way; older ones of the same verification are void (TS-2)."""

    account_id: AccountId
    verification_id: VerificationId


@attrs.frozen(kw_only=True)
class CodeRefused(Event):
    """A code, or a recovery code, was wrong (TS-2)."""

    account_id: AccountId
    verification_id: VerificationId
    purpose: str
    throttled: bool
    """Whether it was not even compared (SI-2)."""


@attrs.frozen(kw_only=True)
class CodeAccepted(Event):
    """An account gave a code, and may change its two-step verification (TS-5)."""

    account_id: AccountId
    verification_id: VerificationId


@attrs.frozen(kw_only=True)
class TwoStepTurnedOn(Event):
    """An account turned two-step verification on; its other sessions have ended (TS-1)."""

    account_id: AccountId
    method: str


@attrs.frozen(kw_only=True)
class TwoStepChanged(Event):
    """An account gave its two-step verification another number or method; its other sessions have ended (TS-5)."""

    account_id: AccountId
    method: str


@attrs.frozen(kw_only=True)
class TwoStepTurnedOff(Event):
    """An account turned two-step verification off; its other sessions have ended (TS-5)."""

    account_id: AccountId


@attrs.frozen(kw_only=True)
class TwoStepReset(Event):
    """The office turned an account's two-step verification off, its phone and recovery code being lost."""

    account_id: AccountId


@attrs.frozen(kw_only=True)
class AppKeyRenewed(Event):
    """The key of an account's authenticator app was encrypted anew, under the newest key of the vault (TS-6)."""

    account_id: AccountId


@attrs.frozen(kw_only=True)
class RecoveryCodeUsed(Event):
    """An account used its recovery code; it has another one by now (TS-4)."""

    account_id: AccountId


@attrs.frozen(kw_only=True)
class TwoStepRequirementChanged(Event):
    """The office made two-step verification mandatory, or left it to each account again (TS-1)."""

    required: bool


@attrs.frozen(kw_only=True)
class ProfileChanged(Event):
    """An account chose another language or other notifications (PR-1, PR-2)."""

    account_id: AccountId
    language: str
    documents: bool
    questionnaires: bool
    messages: bool


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


@attrs.frozen(kw_only=True)
class DocumentDownloaded(Event):
    """An account received the last byte of a document (DC-2); every time is an entry, the mark keeps the first."""

    dossier_id: DossierId
    document_id: DocumentId
    account_id: AccountId


@attrs.frozen(kw_only=True)
class DocumentFetched(Event):
    """The office received the last byte of a document of its own."""

    document_id: DocumentId


@attrs.frozen(kw_only=True)
class SubmissionDownloaded(Event):
    """An account, or the office, received the last byte of something that the client delivered."""

    submission_id: SubmissionId


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
class MessageHandled(Event):
    """The office marked a client's message as handled."""

    message_id: MessageId


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
class QuestionnairePublished(Event):
    """The office published a revision of a questionnaire."""

    questionnaire: str
    revision: int
    digest: str


@attrs.frozen(kw_only=True)
class QuestionnaireAssigned(Event):
    """The office gave a client a questionnaire to fill in (QU-1)."""

    assignment_id: AssignmentId
    dossier_id: DossierId
    client_id: ClientId


@attrs.frozen(kw_only=True)
class QuestionnaireWithdrawn(Event):
    """The office took a questionnaire back before it was completed."""

    assignment_id: AssignmentId
    dossier_id: DossierId


@attrs.frozen(kw_only=True)
class QuestionnaireRebased(Event):
    """The office let a client go on with another revision."""

    assignment_id: AssignmentId
    revision: int
    digest: str


@attrs.frozen(kw_only=True)
class QuestionnaireStarted(Event):
    """An account began a questionnaire (QU-2)."""

    assignment_id: AssignmentId
    account_id: AccountId


@attrs.frozen(kw_only=True)
class QuestionnairePageSaved(Event):
    """An account saved a page (QU-2); not told is which: that a page is asked may tell an answer to another."""

    assignment_id: AssignmentId
    saves: int
    """The version that was reached."""
    account_id: AccountId


@attrs.frozen(kw_only=True)
class QuestionnaireCompleted(Event):
    """An account completed a questionnaire: its PDF is due (QU-4)."""

    assignment_id: AssignmentId
    dossier_id: DossierId
    account_id: AccountId


@attrs.frozen(kw_only=True)
class ResultFiled(Event):
    """The PDF of a completed questionnaire stands in the dossier (QU-4)."""

    assignment_id: AssignmentId
    submission_id: SubmissionId


@attrs.frozen(kw_only=True)
class AnswersRead(Event):
    """The office asked for the answers of a completed questionnaire, as JSON or as PDF."""

    assignment_id: AssignmentId


@attrs.frozen(kw_only=True)
class SmsWithheld(Event):
    """A code was asked for by SMS and not sent: enough were sent lately (TS-2)."""

    account_id: AccountId


@attrs.frozen(kw_only=True)
class NumberRefused(Event):
    """A mobile number was refused for good when a code was sent to it."""

    account_id: AccountId


@attrs.frozen(kw_only=True)
class MailRefused(Event):
    """An address was refused for good; the office sees it."""

    account_id: AccountId | None
    """Whose address it is."""
    mail: str


@attrs.frozen(kw_only=True)
class TrailRead(Event):
    """The office looked into the audit trail."""


@attrs.frozen(kw_only=True)
class TrailExported(Event):
    """The office took the audit trail along."""


@attrs.frozen(kw_only=True)
class TrailVerified(Event):
    """The office held the audit trail against its chain."""

    broken: int
    """In how many places it is not what was written."""


KINDS = tuple(sorted(each.__name__ for each in Event.__subclasses__()))
"""The names of all kinds of events, as ``Entry.what`` has them."""
