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
from klantportaal.domain.values import AccountId, DossierId, DraftId, MessageId, OfficeId, UploadId

_messages = schema.messages
_reads = schema.message_reads
_MESSAGE = select(*MESSAGES.columns).where(matching(_messages, "office_id", "id"))
_VISIBLE = _MESSAGE.where(matching(_messages, "client_id", "dossier_id"), is_party())
_OF_DRAFT = select(_messages.c.id).where(matching(_messages, "office_id", "account_id", "draft_id"))
_ADD_MESSAGE = adding_once(_messages)
_SAVE_MESSAGE = changing(
    _messages, *(name for name in set(_messages.c.keys()) if name not in ("handled_at", "handled_by"))
)
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
    ),
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
_OF_MESSAGE = select(*SUBMISSIONS.columns).where(matching(_submissions, "office_id", "message_id"))


class SqlMessages(Repository):
    """Messages."""

    def get(self, office_id: OfficeId, message_id: MessageId) -> Message:
        """Return a message.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        return MESSAGES.value(self._one(_MESSAGE, {"office_id": office_id, "id": message_id}, "message"))

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
        """Store that a message was handled.

        Raises:
            Conflict: it was changed in the meantime.
        """
        change(self._runner, _SAVE_MESSAGE, MESSAGES.record(message))

    def mark_read(self, actor: Actor, message_id: MessageId, *, at: datetime) -> bool:
        """Mark an inbound message that the actor sees as read by its account; True the first time (ME-4)."""
        seen = {"its_office_id": actor.office_id, "its_client_id": actor.client_id, "its_id": message_id}
        return self._count(_MARK, {**seen, "whose": actor.account_id, "moment": at}) == 1


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

    def of_message(self, office_id: OfficeId, message_id: MessageId) -> Sequence[Submission]:
        """Return the attachments of a message."""
        rows = self._all(_OF_MESSAGE, {"office_id": office_id, "message_id": message_id})
        return [SUBMISSIONS.value(row) for row in rows]
