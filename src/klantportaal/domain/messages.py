"""Messages between a client and its office (ME-1 to ME-6)."""

import enum
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated
from uuid import uuid5

import attrs

from klantportaal.domain import external_ids
from klantportaal.domain.boundary import checked
from klantportaal.domain.documents import StoredFile
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.events import MessageHandled, MessageOpened, MessageReceived, MessageSent, MessageTakenBack
from klantportaal.domain.ranges import Range
from klantportaal.domain.values import (
    AccountId,
    ClientId,
    DossierId,
    DraftId,
    MessageId,
    OfficeId,
    ThreadId,
    is_blank,
    plain_line,
    plain_text,
)

_REPLY_MARKS = re.compile(r"^(?:\s*re\s*:\s*)+", re.IGNORECASE)


class Direction(enum.StrEnum):
    """The direction as the client sees it: inbound is from the office."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


@attrs.frozen(kw_only=True, field_transformer=checked)
class MessageLimits:
    """The maximum lengths of a message, in Unicode code points with LF as line end (ME-3)."""

    subject: Annotated[int, Range(1)] = 120
    body: Annotated[int, Range(1)] = 500
    office_body: Annotated[int, Range(1)] = 5000
    """The limit for messages from the office. *body* is the limit for clients."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class MessageText:
    """A message as typed, before it is sent."""

    subject: str
    body: str


@attrs.frozen(kw_only=True, field_transformer=checked)
class Message:
    """One message, of one dossier and one client (ME-1)."""

    id: MessageId
    office_id: OfficeId
    dossier_id: DossierId
    client_id: ClientId
    direction: Direction
    thread_id: ThreadId
    answers: MessageId | None
    subject: str
    body: str
    """Plain text, lines ending in LF (ME-5)."""
    author: str
    """The name of the account or case handler at the time of sending."""
    account_id: AccountId | None
    """The sender of an outbound message. None for inbound."""
    draft_id: DraftId | None
    """The id of the client's draft. Sending the same draft twice makes one message (AT-5). None for inbound."""
    sent_at: datetime
    handled_at: datetime | None = None
    """When the office marked an outbound message as handled."""
    handled_by: str | None = None
    opened_at: datetime | None = None
    """When the office first opened an outbound message. The client cannot take it back from then on (ME-6)."""
    opened_by: str | None = None
    taken_back_at: datetime | None = None
    """When its own side took it back. Then its subject and body are empty (ME-6)."""
    taken_back_by: str | None = None
    version: int = 1


def tidy(text: MessageText) -> MessageText:
    """Clean a text, as it is measured and stored: LF line ends, no control characters, no white space at the ends."""
    return MessageText(subject=plain_line(text.subject), body=plain_text(text.body).strip())


def text_faults(text: MessageText, *, subject: int, body: int) -> Iterable[Fault]:
    """List the rules that a cleaned text breaks (ME-3)."""
    for field, typed, limit in (("subject", text.subject, subject), ("body", text.body, body)):
        if is_blank(typed):
            yield Fault(code=FaultCode.MISSING, field=field)
        if len(typed) > limit:
            yield Fault(code=FaultCode.TOO_LONG, field=field, params={"limit": limit, "length": len(typed)})


def reply_subject(subject: str, limits: MessageLimits) -> str:
    """Put one ``Re: `` before a subject, also if it has some already. A result that is too long is cut (ME-2)."""
    bare = _REPLY_MARKS.sub("", subject)
    answer = f"Re: {bare}".rstrip()
    return answer if len(answer) <= limits.subject else f"{answer[: limits.subject - 1].rstrip()}…"


def worded(
    text: MessageText, answers: Message | None, *, limits: MessageLimits, body: int, others: Iterable[Fault] = ()
) -> MessageText:
    """Clean and check a text for sending. An answer gets its subject from the message that it answers (ME-2).

    Args:
        text: the text as typed.
        answers: the message that it answers, if any.
        limits: the maximum length of the subject.
        body: the maximum length of the body.
        others: the faults of other fields.

    Raises:
        Refused: one fault for each field that is missing or too long (ME-3), or the answered message was taken back.
    """
    text = tidy(text)
    if answers is not None:
        if answers.taken_back_at is not None:
            raise Refused([Fault(code=FaultCode.MESSAGE_GONE)])
        text = attrs.evolve(text, subject=reply_subject(answers.subject, limits))
    if faults := [*text_faults(text, subject=limits.subject, body=body), *others]:
        raise Refused(faults)
    return text


def send(
    text: MessageText,
    *,
    id: MessageId,
    draft_id: DraftId,
    office_id: OfficeId,
    dossier_id: DossierId,
    client_id: ClientId,
    account_id: AccountId,
    author: str,
    answers: Message | None,
    limits: MessageLimits,
    at: datetime,
) -> tuple[Message, MessageSent]:
    """Make the message that a client sends. An answer keeps the thread and the subject (ME-2).

    Raises:
        Refused: one fault for each field that is missing or too long.
    """
    text = worded(text, answers, limits=limits, body=limits.body)
    message = Message(
        id=id,
        office_id=office_id,
        dossier_id=dossier_id,
        client_id=client_id,
        direction=Direction.OUTBOUND,
        thread_id=ThreadId(id) if answers is None else answers.thread_id,
        answers=None if answers is None else answers.id,
        subject=text.subject,
        body=text.body,
        author=author,
        account_id=account_id,
        draft_id=draft_id,
        sent_at=at,
    )
    return message, MessageSent(dossier_id=dossier_id, message_id=id, at=at)


def send_from_office(
    text: MessageText,
    *,
    id: MessageId,
    office_id: OfficeId,
    dossier_id: DossierId,
    client_id: ClientId,
    handler: str,
    answers: Message | None,
    limits: MessageLimits,
    external_id: str | None = None,
    at: datetime,
) -> tuple[Message, MessageReceived]:
    """Make the message that the office sends to one client of a dossier. Its external id is only checked.

    Raises:
        Refused: one fault for each field that is missing or too long.
    """
    others = external_ids.faults(external_id)
    text = worded(text, answers, limits=limits, body=limits.office_body, others=others)
    message = Message(
        id=id,
        office_id=office_id,
        dossier_id=dossier_id,
        client_id=client_id,
        direction=Direction.INBOUND,
        thread_id=ThreadId(id) if answers is None else answers.thread_id,
        answers=None if answers is None else answers.id,
        subject=text.subject,
        body=text.body,
        author=handler,
        account_id=None,
        draft_id=None,
        sent_at=at,
    )
    return message, MessageReceived(dossier_id=dossier_id, message_id=id, client_id=client_id, at=at)


def is_sent_as(message: Message, text: MessageText, *, dossier_id: DossierId, answers: MessageId | None) -> bool:
    """Tell whether a sent message has a text (AT-5). For an answer, the text's subject is ignored."""
    text = tidy(text)
    subject = message.subject if answers is not None else text.subject
    said = (message.dossier_id, message.answers, message.subject, message.body)
    return said == (dossier_id, answers, subject, text.body)


def drafted_anew(draft_id: DraftId, text: MessageText, files: Iterable[StoredFile] = ()) -> DraftId:
    """Make a new draft id for a sent draft with other contents (AT-5). The same contents always get the same id.

    A browser that goes back to a page shows it with the old draft id. What is sent from there is a new message.

    Args:
        draft_id: the id of the draft that was sent.
        text: the text that is sent now.
        files: the files that are sent now and were not sent before, in any order.
    """
    text = tidy(text)
    added = "".join(sorted(f"\0{each.name}\0{each.sha256.hex()}" for each in files))
    return DraftId(uuid5(draft_id, f"{text.subject}\n{text.body}{added}"))


def handle(message: Message, *, handler: str, at: datetime) -> tuple[Message, MessageHandled]:
    """Mark a client's message as handled by the office.

    Raises:
        Refused: it is the office's own message, or handled already, or it was taken back.
    """
    done = message.handled_at is not None or message.taken_back_at is not None
    if message.direction is Direction.INBOUND or done:
        raise Refused([Fault(code=FaultCode.WRONG_STATE, field="message")])
    handled = attrs.evolve(message, handled_at=at, handled_by=handler)
    fact = MessageHandled(message_id=message.id, dossier_id=message.dossier_id, client_id=message.client_id, at=at)
    return handled, fact


def open_by_office(message: Message, *, handler: str, at: datetime) -> tuple[Message, MessageOpened] | None:
    """Mark a client's message as opened by the office (ME-6).

    None if there is nothing to mark: it is the office's own message, or was opened before, or was taken back.
    """
    if not is_unopened(message):
        return None
    opened = attrs.evolve(message, opened_at=at, opened_by=handler)
    return opened, MessageOpened(message_id=message.id, at=at)


def is_unopened(message: Message) -> bool:
    """Tell whether a client's message stands, and the office neither opened nor handled it: it can be taken back."""
    marks = (message.opened_at, message.handled_at, message.taken_back_at)
    return message.direction is Direction.OUTBOUND and marks == (None, None, None)


def take_back(
    message: Message, *, side: Direction, by: str, is_read: bool, at: datetime
) -> tuple[Message, MessageTakenBack]:
    """Take a message back for the side that wrote it, and erase its text (ME-6).

    Args:
        message: the message.
        side: who takes it back: outbound is the client, inbound is the office.
        by: the name of the account or case handler.
        is_read: whether an account of the client has read an inbound message.
        at: the current time.

    Raises:
        Refused: the other side wrote it, or has opened or read it, or it was taken back before.
    """
    if message.direction is not side:
        raise Refused([Fault(code=FaultCode.WRONG_STATE, field="message")])
    if message.taken_back_at is not None:
        raise Refused([Fault(code=FaultCode.MESSAGE_GONE)])
    if is_read if message.direction is Direction.INBOUND else not is_unopened(message):
        raise Refused([Fault(code=FaultCode.MESSAGE_SEEN)])
    gone = attrs.evolve(message, subject="", body="", taken_back_at=at, taken_back_by=by)
    fact = MessageTakenBack(dossier_id=message.dossier_id, message_id=message.id, client_id=message.client_id, at=at)
    return gone, fact
