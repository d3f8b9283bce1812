"""Messages and their conversations, for the client and for the office (ME-6)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import FromClause, ScalarSelect, Select, bindparam, or_, select

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.reading.base import Reader
from klantportaal.adapters.storage.sql.reading.parts import SUBMISSION_ROWS, submission_row
from klantportaal.adapters.storage.sql.rows import MESSAGES, Line, Record
from klantportaal.adapters.storage.sql.statements import is_party, matching, scope
from klantportaal.domain.errors import Absent
from klantportaal.domain.messages import is_unopened
from klantportaal.domain.sessions import Actor, OfficeActor
from klantportaal.domain.values import AccountId, DossierId, MessageId
from klantportaal.ports.reading import (
    CONVERSATION,
    Conversation,
    InboxRow,
    MessageView,
    OfficeConversation,
    SubmissionRow,
)

_messages, _reads, _submissions = schema.messages, schema.message_reads, schema.submissions
_clients, _dossiers = schema.clients, schema.dossiers
_MINE = ("office_id", "client_id", "dossier_id")

ATTACHMENTS = SUBMISSION_ROWS.where(
    matching(_submissions, "office_id"), _submissions.c.message_id.in_(bindparam("message_ids", expanding=True))
)
"""The attachments of some messages: parameters ``office_id`` and ``message_ids``."""

_read_at = (
    select(_reads.c.at)
    .where(matching(_reads, "office_id", "dossier_id", "account_id"), _reads.c.message_id == _messages.c.id)
    .scalar_subquery()
)
_ROWS = select(*MESSAGES.columns, _read_at).where(matching(_messages, *_MINE), is_party())
_MESSAGE = _ROWS.where(_messages.c.id == bindparam("message_id"))

_opened = _messages.alias("opened")
_thread = (
    select(_opened.c.thread_id).where(matching(_opened, "office_id"), _opened.c.id == bindparam("message_id"))
).scalar_subquery()


def _newest_of_thread() -> Select[Any]:
    """Select the ids of the thread of a message, newest first."""
    newest = _messages.alias("newest")
    ids = select(newest.c.id).where(matching(newest, "office_id"), newest.c.thread_id == _thread)
    return ids.order_by(newest.c.id.desc()).limit(1)


def _newest_standing() -> ScalarSelect[Any]:
    standing = _messages.alias("standing")
    ids = select(standing.c.id).where(
        matching(standing, "office_id"), standing.c.thread_id == _thread, standing.c.taken_back_at.is_(None)
    )
    return ids.order_by(standing.c.id.desc()).limit(1).scalar_subquery()


_last_shown = _newest_of_thread().offset(bindparam("before")).scalar_subquery()


def _page(rows: Select[Any], messages: FromClause) -> Select[Any]:
    """Limit rows to the newest of a thread, or, if the message is older than those, to those up to it."""
    return (
        rows.add_columns(_newest_standing())
        .where(
            messages.c.office_id == bindparam("office_id"),
            messages.c.thread_id == _thread,
            or_(
                _last_shown.is_(None),
                _last_shown <= bindparam("message_id"),
                messages.c.id <= bindparam("message_id"),
            ),
        )
        .order_by(messages.c.id.desc())
        .limit(bindparam("size"))
    )


_CONVERSATION = _page(_ROWS, _messages)


def message_rows(messages: FromClause) -> Select[Any]:
    """Select messages with the names of their clients and the numbers of their dossiers, newest first."""
    whose = (_clients.c.office_id == messages.c.office_id) & (_clients.c.id == messages.c.client_id)
    where = (_dossiers.c.office_id == messages.c.office_id) & (_dossiers.c.id == messages.c.dossier_id)
    columns = [messages.c[column.name] for column in MESSAGES.columns]
    rows = select(*columns, _clients.c.name, _dossiers.c.number).join_from(messages, _clients, whose)
    return rows.join(_dossiers, where).order_by(messages.c.id.desc())


_OFFICE_CONVERSATION = _page(message_rows(_messages).order_by(None), _messages)
_OFFICE_READS = select(_reads.c.message_id, _reads.c.account_id, _reads.c.at).where(
    matching(_reads, "office_id"), _reads.c.message_id.in_(bindparam("message_ids", expanding=True))
)


class MessageReading(Reader):
    """Reads messages and conversations."""

    def message(self, actor: Actor, dossier_id: DossierId, message_id: MessageId) -> MessageView:
        """Return a message of the client, with its attachments.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        row = self._one(_MESSAGE, scope(actor, dossier_id=dossier_id, message_id=message_id), "message")
        return _view(row, self._attachments(actor, [row]))

    def conversation(
        self, actor: Actor, dossier_id: DossierId, message_id: MessageId, *, size: int = CONVERSATION
    ) -> Conversation:
        """Return the conversation of a message; two statements.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        page = {"message_id": message_id, "before": size - 1, "size": size + 1}
        rows = self._all(_CONVERSATION, scope(actor, dossier_id=dossier_id, **page))
        if not rows:
            raise Absent("message")
        shown = rows[:size][::-1]
        attachments = self._attachments(actor, shown)
        return Conversation(
            messages=tuple(_view(row, attachments) for row in shown), older=_older(rows, size), newest=rows[0][-1]
        )

    def office_conversation(
        self, actor: OfficeActor, message_id: MessageId, *, size: int = CONVERSATION
    ) -> OfficeConversation:
        """Return the conversation of a message, with all marks; three statements.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        page = {"office_id": actor.office_id, "message_id": message_id, "before": size - 1, "size": size + 1}
        rows = self._all(_OFFICE_CONVERSATION, page)
        if not rows:
            raise Absent("message")
        shown = rows[:size][::-1]
        reads = self._all(_OFFICE_READS, _of(actor, shown))
        messages = inbox_rows([row[:-1] for row in shown], reads, self._attachments(actor, shown))
        return OfficeConversation(messages=messages, older=_older(rows, size), newest=rows[0][-1])

    def _attachments(self, actor: Actor | OfficeActor, rows: Sequence[Line]) -> Sequence[SubmissionRow]:
        return [submission_row(row) for row in self._all(ATTACHMENTS, _of(actor, rows))]


def _of(actor: Actor | OfficeActor, rows: Sequence[Line]) -> Record:
    return {"office_id": actor.office_id, "message_ids": [MESSAGES.value(row).id for row in rows]}


def _older(rows: Sequence[Line], size: int) -> MessageId | None:
    return MESSAGES.value(rows[size]).id if len(rows) > size else None


def _view(row: Line, attachments: Sequence[SubmissionRow]) -> MessageView:
    message, read_at = MESSAGES.value(row), row[MESSAGES.width]
    return MessageView(
        id=message.id,
        direction=message.direction,
        thread_id=message.thread_id,
        subject=message.subject,
        body=message.body,
        author=message.author,
        sent_at=message.sent_at,
        read_at=read_at,
        answers=message.answers,
        attachments=_own(message.id, attachments),
        taken_back_at=message.taken_back_at,
        can_take_back=is_unopened(message),
    )


def _own(message_id: MessageId, attachments: Sequence[SubmissionRow]) -> tuple[SubmissionRow, ...]:
    return tuple(sorted((each for each in attachments if each.message_id == message_id), key=lambda each: each.id))


def inbox_rows(
    rows: Sequence[Line], reads: Sequence[Line], submissions: Sequence[SubmissionRow]
) -> tuple[InboxRow, ...]:
    """Make the office's rows of messages.

    Args:
        rows: those of ``message_rows``.
        reads: the ids of messages that were read, with the accounts and times.
        submissions: the attachments of the messages, in any order.
    """
    marks: dict[MessageId, dict[AccountId, datetime]] = defaultdict(dict)
    for message_id, account_id, at in reads:
        marks[message_id][account_id] = at
    attachments: dict[MessageId | None, list[SubmissionRow]] = defaultdict(list)
    for submission in sorted(submissions, key=lambda each: each.id):
        attachments[submission.message_id].append(submission)
    return tuple(_inbox_row(row, marks, attachments) for row in rows)


def _inbox_row(
    row: Line,
    marks: Mapping[MessageId, Mapping[AccountId, datetime]],
    attachments: Mapping[MessageId | None, list[SubmissionRow]],
) -> InboxRow:
    message, (client_name, dossier_number) = MESSAGES.value(row), row[MESSAGES.width :]
    return InboxRow(
        message=message,
        client_name=client_name,
        dossier_number=dossier_number,
        reads=marks[message.id],
        attachments=tuple(attachments[message.id]),
    )
