"""Messages, staged uploads and submissions."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, func, select, update

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.repositories.base import Repository
from klantportaal.adapters.storage.sql.repositories.locks import ONE_OF_PERSON
from klantportaal.adapters.storage.sql.rows import MESSAGES, SUBMISSIONS, UPLOADS
from klantportaal.adapters.storage.sql.statements import (
    adding,
    adding_once,
    change,
    changing,
    is_party,
    its,
    matching,
    scope,
)
from klantportaal.adapters.storage.sql.types import IDENTIFIER, MOMENT
from klantportaal.domain.errors import Conflict
from klantportaal.domain.messages import Direction, Message
from klantportaal.domain.sessions import Actor
from klantportaal.domain.uploads import StagedUpload, Submission
from klantportaal.domain.values import (
    AccountId,
    AssignmentId,
    DossierId,
    DraftId,
    MessageId,
    OfficeId,
    SubmissionId,
    UploadId,
)

_messages = schema.messages
_reads = schema.message_reads
_MESSAGE = select(*MESSAGES.columns).where(matching(_messages, "office_id", "id"))
_VISIBLE = _MESSAGE.where(matching(_messages, "client_id", "dossier_id"), is_party())
_OF_DRAFT = select(_messages.c.id).where(matching(_messages, "office_id", "account_id", "draft_id"))
_ADD_MESSAGE = adding_once(_messages)
_CHANGES = {
    "subject",
    "body",
    *(f"{what}_{mark}" for what in ("handled", "opened", "taken_back") for mark in ("at", "by")),
}
_SAVE_MESSAGE = changing(_messages, *sorted(set(_messages.c.keys()) - _CHANGES))
# On PostgreSQL, whoever takes a message back waits for whoever reads it, and vice versa. SQLite has one writer.
_TAKE = _MESSAGE.with_for_update(key_share=True)
_HOLD = (
    select(_messages.c.id)
    .where(matching(_messages, "office_id", "id"), _messages.c.taken_back_at.is_(None))
    .with_for_update(key_share=True)
)
_IS_READ = select(_reads.c.message_id).where(matching(_reads, "office_id", "message_id")).limit(1)
_parties = schema.dossier_parties
_MARK = adding_once(_reads).from_select(
    ["office_id", "dossier_id", "account_id", "message_id", "at"],
    select(
        _messages.c.office_id,
        _messages.c.dossier_id,
        bindparam("whose", type_=IDENTIFIER),
        _messages.c.id,
        bindparam("moment", type_=MOMENT),
    )
    .join_from(
        _messages,
        _parties,
        (_parties.c.office_id == _messages.c.office_id)
        & (_parties.c.dossier_id == _messages.c.dossier_id)
        & (_parties.c.client_id == _messages.c.client_id),
    )
    .where(
        matching(_messages, "office_id", "id", "client_id", prefix="its_"),
        _messages.c.direction == Direction.INBOUND,
        _messages.c.taken_back_at.is_(None),
    ),
)
_MARK_FIRST = (
    update(_messages)
    .where(its(_messages, "office_id", "id"), _messages.c.read_at.is_(None))
    .values(read_at=bindparam("moment", type_=MOMENT))
)

_uploads = schema.uploads
_COUNT = select(func.count().filter(_uploads.c.draft_id == bindparam("draft_id")), func.count()).where(
    matching(_uploads, "office_id", "account_id")
)
_OF_ACCOUNT = select(*UPLOADS.columns).where(matching(_uploads, "office_id", "account_id"))
_OF_DOSSIER = _OF_ACCOUNT.where(matching(_uploads, "dossier_id"))
_OF_DRAFT_UPLOADS = _OF_DOSSIER.where(matching(_uploads, "draft_id")).order_by(_uploads.c.id)
_UPLOAD = _OF_DOSSIER.where(matching(_uploads, "id"))
_ADD_UPLOAD = adding(_uploads)
_PROLONG = (
    update(_uploads)
    .where(
        its(_uploads, "office_id", "account_id", "draft_id"),
        _uploads.c.expires_at > bindparam("at"),
        _uploads.c.expires_at < bindparam("until"),
    )
    .values(expires_at=bindparam("until"))
)
_REMOVE_UPLOADS = delete(_uploads).where(
    matching(_uploads, "office_id"), _uploads.c.id.in_(bindparam("ids", expanding=True))
)
_EXPIRED = (
    select(*UPLOADS.columns)
    .where(_uploads.c.expires_at <= bindparam("at"))
    .order_by(_uploads.c.expires_at)
    .limit(bindparam("limit"))
)
_submissions = schema.submissions
_ADD_SUBMISSIONS = adding(_submissions)
_some = matching(_submissions, "office_id") & _submissions.c.id.in_(bindparam("ids", expanding=True))
_SOME = select(*SUBMISSIONS.columns).where(_some).order_by(_submissions.c.id).with_for_update()
_REMOVE_SOME = delete(_submissions).where(_some)
_OF_ASSIGNMENT = (
    select(*SUBMISSIONS.columns).where(matching(_submissions, "office_id", "assignment_id")).order_by(_submissions.c.id)
)
_OF_MESSAGE = select(*SUBMISSIONS.columns).where(matching(_submissions, "office_id", "message_id"))
_MESSAGE_OF = select(_submissions.c.message_id).where(matching(_submissions, "office_id", "id"))
_REMOVE_OF_MESSAGE = delete(_submissions).where(matching(_submissions, "office_id", "message_id"))


class SqlMessages(Repository):
    """Messages."""

    def get(self, office_id: OfficeId, message_id: MessageId) -> Message:
        """Return a message.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        return MESSAGES.value(self._one(_MESSAGE, {"office_id": office_id, "id": message_id}, "message"))

    def take(self, office_id: OfficeId, message_id: MessageId) -> Message:
        """Return a message, and lock it.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        return MESSAGES.value(self._one(_TAKE, {"office_id": office_id, "id": message_id}, "message"))

    def is_read(self, message: Message) -> bool:
        """Tell whether any account has read an inbound message."""
        return self._first(_IS_READ, {"office_id": message.office_id, "message_id": message.id}) is not None

    def visible_to(self, actor: Actor, dossier_id: DossierId, message_id: MessageId) -> Message:
        """Return a message of the actor's client in a dossier it is a party to.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        return MESSAGES.value(self._one(_VISIBLE, scope(actor, dossier_id=dossier_id, id=message_id), "message"))

    def of_draft(self, actor: Actor, draft_id: DraftId) -> MessageId | None:
        """Find the message that the actor's account already sent from a draft (AT-5)."""
        row = self._first(_OF_DRAFT, scope(actor, draft_id=draft_id))
        return None if row is None else MessageId(row[0])

    def add(self, message: Message) -> None:
        """Insert a message.

        Raises:
            Conflict: the account has sent one from the same draft.
        """
        if self._count(_ADD_MESSAGE, MESSAGES.record(message)) == 0:
            raise Conflict

    def save(self, message: Message) -> None:
        """Store that a message was opened, handled or taken back.

        Raises:
            Conflict: it was changed in the meantime.
        """
        change(self._runner, _SAVE_MESSAGE, MESSAGES.record(message))

    def mark_read(self, actor: Actor, message_id: MessageId, *, at: datetime) -> bool:
        """Mark an inbound message that the actor sees as read by its account; True the first time (ME-4)."""
        if self._first(_HOLD, {"office_id": actor.office_id, "id": message_id}) is None:
            return False
        its_key = {"its_office_id": actor.office_id, "its_id": message_id, "moment": at}
        if self._count(_MARK, {**its_key, "its_client_id": actor.client_id, "whose": actor.account_id}) == 0:
            return False
        self._run(_MARK_FIRST, its_key)
        return True


class SqlUploads(Repository):
    """Staged uploads: files that were uploaded but not sent."""

    def count(self, actor: Actor, draft_id: DraftId) -> tuple[int, int]:
        """Count what the actor's account staged, for this draft and in all, and lock its person."""
        self._first(ONE_OF_PERSON, scope(actor))
        in_draft, in_all = self._one(_COUNT, scope(actor, draft_id=draft_id), "account")
        return in_draft, in_all

    def of_draft(self, actor: Actor, dossier_id: DossierId, draft_id: DraftId) -> Sequence[StagedUpload]:
        """Return what the actor's account staged for a draft in a dossier, oldest first."""
        rows = self._all(_OF_DRAFT_UPLOADS, scope(actor, dossier_id=dossier_id, draft_id=draft_id))
        return [UPLOADS.value(row) for row in rows]

    def of_account(self, office_id: OfficeId, account_id: AccountId) -> Sequence[StagedUpload]:
        """Return all that an account staged, expired uploads included."""
        rows = self._all(_OF_ACCOUNT, {"office_id": office_id, "account_id": account_id})
        return [UPLOADS.value(row) for row in rows]

    def get(self, actor: Actor, dossier_id: DossierId, upload_id: UploadId) -> StagedUpload:
        """Return an upload that the actor's account staged.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        return UPLOADS.value(self._one(_UPLOAD, scope(actor, dossier_id=dossier_id, id=upload_id), "waiting file"))

    def add(self, upload: StagedUpload) -> None:
        """Insert a staged upload."""
        self._run(_ADD_UPLOAD, UPLOADS.record(upload))

    def prolong(self, actor: Actor, draft_id: DraftId, *, at: datetime, until: datetime) -> None:
        """Let what the actor's account staged for a draft wait longer, without what has expired."""
        which = {"its_office_id": actor.office_id, "its_account_id": actor.account_id, "its_draft_id": draft_id}
        self._run(_PROLONG, {**which, "at": at, "until": until})

    def remove(self, office_id: OfficeId, upload_ids: Collection[UploadId]) -> int:
        """Delete staged uploads, and return how many there were."""
        return self._count(_REMOVE_UPLOADS, {"office_id": office_id, "ids": list(upload_ids)})

    def expired(self, *, at: datetime, limit: int) -> Sequence[StagedUpload]:
        """Return some expired uploads of all offices."""
        return [UPLOADS.value(row) for row in self._all(_EXPIRED, {"at": at, "limit": limit})]


class SqlSubmissions(Repository):
    """Submissions: what clients delivered."""

    def add(self, submissions: Sequence[Submission]) -> None:
        """Insert submissions, in the order given."""
        if submissions:
            self._count_each(_ADD_SUBMISSIONS, [SUBMISSIONS.record(each) for each in submissions])

    def of_assignment(self, office_id: OfficeId, assignment_id: AssignmentId) -> Sequence[Submission]:
        """Return what was delivered with a questionnaire, by id."""
        rows = self._all(_OF_ASSIGNMENT, {"office_id": office_id, "assignment_id": assignment_id})
        return [SUBMISSIONS.value(row) for row in rows]

    def of_message(self, office_id: OfficeId, message_id: MessageId) -> Sequence[Submission]:
        """Return the attachments of a message."""
        rows = self._all(_OF_MESSAGE, {"office_id": office_id, "message_id": message_id})
        return [SUBMISSIONS.value(row) for row in rows]

    def remove(self, office_id: OfficeId, submission_ids: Collection[SubmissionId]) -> Sequence[Submission]:
        """Delete submissions that were taken back, and return them."""
        if not submission_ids:
            return []
        which = {"office_id": office_id, "ids": list(submission_ids)}
        found = [SUBMISSIONS.value(row) for row in self._all(_SOME, which)]
        self._run(_REMOVE_SOME, which)
        return found

    def message_of(self, office_id: OfficeId, submission_id: SubmissionId) -> MessageId | None:
        """Return the message that a submission was sent with."""
        row = self._first(_MESSAGE_OF, {"office_id": office_id, "id": submission_id})
        return None if row is None or row[0] is None else MessageId(row[0])

    def remove_of_message(self, office_id: OfficeId, message_id: MessageId) -> Sequence[Submission]:
        """Delete the attachments of a message, and return what they were."""
        removed = self.of_message(office_id, message_id)
        self._run(_REMOVE_OF_MESSAGE, {"office_id": office_id, "message_id": message_id})
        return removed
