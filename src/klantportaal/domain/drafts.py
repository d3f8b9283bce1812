"""Drafts: messages that were begun and not sent, and the files that are staged for them (ST-1, AT-5)."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from typing import Annotated

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.documents import StoredFile
from klantportaal.domain.errors import Conflict, Fault, FaultCode, Refused
from klantportaal.domain.messages import Message, MessageLimits, MessageText, reply_subject, tidy
from klantportaal.domain.ranges import Range
from klantportaal.domain.uploads import StagedUpload, Submission, is_waiting
from klantportaal.domain.values import (
    AMSTERDAM,
    AccountId,
    DossierId,
    DraftId,
    MessageId,
    OfficeId,
    day,
    plain_line,
    plain_text,
)


@attrs.frozen(kw_only=True, field_transformer=checked)
class DraftLimits:
    """The limits for drafts (ST-1)."""

    life: Annotated[timedelta, Range(timedelta(0), timedelta(days=365), above=True)] = timedelta(days=30)
    """How long a draft is kept after it was saved last. It is deleted at the end of that day."""
    per_dossier: Annotated[int, Range(1)] = 20
    """The maximum number of drafts of an account in a dossier."""
    characters: Annotated[int, Range(1)] = 20_000
    """The maximum length of a subject or body, in code points. A limit for messages that is higher counts instead."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class Draft:
    """A message that was begun and not sent. It belongs to one account and one dossier, and only that account sees it.

    Files are staged under its id before it is first saved, and a message that is sent keeps the id (AT-5).
    """

    id: DraftId
    office_id: OfficeId
    account_id: AccountId
    dossier_id: DossierId
    answers: MessageId | None
    """The message that it answers. None for a new message."""
    subject: str
    body: str
    """As typed, with LF as line end. Neither has to meet the rules for sending."""
    saved_at: datetime
    expires_at: datetime
    version: int = 1


def kept(text: MessageText) -> MessageText:
    """Clean a text, as it is measured and stored. White space stays, so that a resumed draft looks as it was typed."""
    return MessageText(subject=plain_line(text.subject), body=plain_text(text.body))


def begin(
    text: MessageText,
    *,
    id: DraftId,
    office_id: OfficeId,
    account_id: AccountId,
    dossier_id: DossierId,
    answers: Message | None,
    waiting: int,
    limits: DraftLimits,
    messages: MessageLimits,
    at: datetime,
) -> Draft:
    """Make a draft, at its first save. The draft of an answer has the subject of that answer (ME-2).

    Args:
        text: the text as typed.
        id: the id of the draft.
        office_id: the office.
        account_id: the account that writes it.
        dossier_id: the dossier.
        answers: the message that it answers, if any.
        waiting: the number of drafts that the account has in the dossier.
        limits: the limits for drafts.
        messages: the limits for messages.
        at: now.

    Raises:
        Refused: the account has the maximum number of drafts in the dossier, or a field is far too long.
    """
    if waiting >= limits.per_dossier:
        raise Refused([Fault(code=FaultCode.TOO_MANY_DRAFTS, params={"limit": limits.per_dossier})])
    text = _bounded(kept(text), limits, messages)
    return Draft(
        id=id,
        office_id=office_id,
        account_id=account_id,
        dossier_id=dossier_id,
        answers=None if answers is None else answers.id,
        subject=text.subject if answers is None else reply_subject(answers.subject, messages),
        body=text.body,
        saved_at=at,
        expires_at=_end(at, limits),
    )


def save(
    draft: Draft, text: MessageText, *, version: int, limits: DraftLimits, messages: MessageLimits, at: datetime
) -> Draft:
    """Change a draft. It lives on from now.

    A save that arrives twice, because its first response was lost, changes nothing the second time.

    Args:
        draft: the stored draft.
        text: the text as typed.
        version: the version that was changed, according to the page.
        limits: the limits for drafts.
        messages: the limits for messages.
        at: now.

    Raises:
        Conflict: it was saved with another text since that version, such as in another window.
        Refused: a field is far too long.
    """
    text = _bounded(kept(text), limits, messages)
    subject = text.subject if draft.answers is None else draft.subject
    if version != draft.version:
        if (subject, text.body) != (draft.subject, draft.body):
            raise Conflict
        return draft
    return attrs.evolve(draft, subject=subject, body=text.body, saved_at=at, expires_at=_end(at, limits))


def require_seen(draft: Draft, text: MessageText, *, version: int) -> None:
    """Require that a message that is sent from a draft overwrites no newer text: sending deletes the draft (ST-1).

    Args:
        draft: the stored draft.
        text: the text that is sent.
        version: the version of the draft that the page showed.

    Raises:
        Conflict: it was saved with another text since that version, such as in another window.
    """
    standing, sent = tidy(MessageText(subject=draft.subject, body=draft.body)), tidy(text)
    same_subject = draft.answers is not None or standing.subject == sent.subject
    if version != draft.version and not (same_subject and standing.body == sent.body):
        raise Conflict


def require_unsent(sent: MessageId | None) -> None:
    """Require that no message was sent from a draft: a save that arrives late does not bring the draft back (AT-5).

    Raises:
        Refused: *sent* was sent from it.
    """
    if sent is not None:
        raise Refused([Fault(code=FaultCode.DRAFT_SENT)])


def staged_before(staged: Iterable[StagedUpload], file: StoredFile, *, at: datetime) -> StagedUpload | None:
    """Find the staged file of a draft that is the same file: same name, size and SHA-256 (AT-5).

    A browser that sends a form again, because its connection broke, sends its files again. Each counts once. So two
    files of one message with the same name and the same contents count as one.
    """
    return next((each for each in staged if _is_same(each.file, file) and is_waiting(each, at=at)), None)


def not_delivered(staged: Iterable[StagedUpload], delivered: Sequence[Submission]) -> Sequence[StagedUpload]:
    """List the staged files of a draft that are not among the attachments of the message that was sent from it."""
    return [each for each in staged if not any(_is_same(each.file, other.file) for other in delivered)]


def _is_same(one: StoredFile, other: StoredFile) -> bool:
    return (one.name, one.size, one.sha256) == (other.name, other.size, other.sha256)


def _bounded(text: MessageText, limits: DraftLimits, messages: MessageLimits) -> MessageText:
    """Raises: Refused, one fault for each field that is far too long."""
    bounds = {"subject": max(limits.characters, messages.subject), "body": max(limits.characters, messages.body)}
    faults = [
        Fault(code=FaultCode.TOO_LONG, field=field, params={"limit": limit, "length": len(getattr(text, field))})
        for field, limit in bounds.items()
        if len(getattr(text, field)) > limit
    ]
    if faults:
        raise Refused(faults)
    return text


def _end(at: datetime, limits: DraftLimits) -> datetime:
    """Give the end of the last day of a draft. So saving it every few seconds changes its end once a day."""
    last = day(at + limits.life)
    return datetime.combine(last + timedelta(days=1), time(), tzinfo=AMSTERDAM).astimezone(at.tzinfo)
