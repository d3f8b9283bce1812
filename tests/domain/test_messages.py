"""Messages between a client and its office."""

import functools
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from klantportaal.domain.errors import Fault, FaultCode
from klantportaal.domain.events import MessageHandled, MessageOpened, MessageReceived, MessageSent, MessageTakenBack
from klantportaal.domain.messages import (
    Direction,
    Message,
    MessageLimits,
    MessageText,
    drafted_anew,
    handle,
    is_sent_as,
    is_unopened,
    open_by_office,
    reply_subject,
    send,
    send_from_office,
    take_back,
    tidy,
)
from klantportaal.domain.values import DossierId, ThreadId, is_blank
from tests.domain.given import (
    ACCOUNT_ID,
    AT,
    BEFORE,
    CLIENT_ID,
    DOSSIER_ID,
    DRAFT_ID,
    HANDLER,
    INBOUND,
    MESSAGE_ID,
    NEW_MESSAGE_ID,
    OFFICE_ID,
    OUTBOUND,
    SOUND_TEXT,
    fault,
    is_storable,
    refusal,
)

LIMITS = MessageLimits()
DRAFT = MessageText(subject="Vraag", body="Wanneer is de zitting?")


def sent(
    draft: MessageText, answers: Message | None = None, limits: MessageLimits = LIMITS
) -> tuple[Message, MessageSent]:
    """Send a message as the usual client in the usual dossier."""
    return send(
        draft,
        id=NEW_MESSAGE_ID,
        draft_id=DRAFT_ID,
        office_id=OFFICE_ID,
        dossier_id=DOSSIER_ID,
        client_id=CLIENT_ID,
        account_id=ACCOUNT_ID,
        author="J. Jansen",
        answers=answers,
        limits=limits,
        at=AT,
    )


def received(draft: MessageText, answers: Message | None = None) -> tuple[Message, MessageReceived]:
    """Send a message as the office to the usual client."""
    return send_from_office(
        draft,
        id=NEW_MESSAGE_ID,
        office_id=OFFICE_ID,
        dossier_id=DOSSIER_ID,
        client_id=CLIENT_ID,
        handler=HANDLER,
        answers=answers,
        limits=LIMITS,
        at=AT,
    )


OUT = Message(
    id=NEW_MESSAGE_ID,
    office_id=OFFICE_ID,
    dossier_id=DOSSIER_ID,
    client_id=CLIENT_ID,
    direction=Direction.OUTBOUND,
    thread_id=ThreadId(NEW_MESSAGE_ID),
    answers=None,
    subject="Vraag",
    body="Wanneer is de zitting?",
    author="J. Jansen",
    account_id=ACCOUNT_ID,
    draft_id=DRAFT_ID,
    sent_at=AT,
    handled_at=None,
    handled_by=None,
)
IN = attrs.evolve(OUT, direction=Direction.INBOUND, author=HANDLER, account_id=None, draft_id=None)
ANSWER: dict[str, Any] = {"thread_id": INBOUND.thread_id, "answers": MESSAGE_ID, "subject": "Re: Uw zaak"}


def test_send() -> None:
    """ME-2: a new message starts a thread, which has one dossier and one client (ME-1)."""
    assert sent(MessageText(subject=" Vraag\n", body="\n Wanneer is de zitting? \r\n")) == (
        OUT,
        MessageSent(dossier_id=DOSSIER_ID, message_id=NEW_MESSAGE_ID, at=AT),
    )


def test_send_from_office() -> None:
    """ME-1: a message from the office is for one client of a dossier."""
    fact = MessageReceived(dossier_id=DOSSIER_ID, message_id=NEW_MESSAGE_ID, client_id=CLIENT_ID, at=AT)
    assert received(DRAFT) == (IN, fact)


@pytest.mark.parametrize("typed", ["", "Iets anders", "x" * 500])
def test_answer(typed: str) -> None:
    """ME-2: an answer keeps the thread and the subject, whatever subject is typed."""
    answer, _fact = sent(attrs.evolve(DRAFT, subject=typed), INBOUND)
    assert answer == attrs.evolve(OUT, **ANSWER)
    answer_back, _received = received(attrs.evolve(DRAFT, subject=typed), INBOUND)
    assert answer_back == attrs.evolve(IN, **ANSWER)


def test_answer_to_an_answer() -> None:
    """ME-2: an answer to an answer has `Re: ` once before its subject, and stays in the same thread."""
    first, _fact = sent(DRAFT, INBOUND)
    second, _received = received(DRAFT, attrs.evolve(first, id=MESSAGE_ID))
    assert second == attrs.evolve(IN, **ANSWER)


@pytest.mark.parametrize(
    "subject,answer",
    [
        ("Uw zaak", "Re: Uw zaak"),
        ("Re: Uw zaak", "Re: Uw zaak"),
        ("RE: Uw zaak", "Re: Uw zaak"),
        ("re:re: Re : Uw zaak", "Re: Uw zaak"),
        ("Rekening", "Re: Rekening"),
        ("Re Uw zaak", "Re: Re Uw zaak"),
        ("Uw zaak Re: de mijne", "Re: Uw zaak Re: de mijne"),
        ("Re:", "Re:"),
        ("a" * 116, "Re: " + "a" * 116),
        ("a" * 117, "Re: " + "a" * 115 + "…"),
        ("Re: " + "a" * 116, "Re: " + "a" * 116),
        ("a" * 114 + " bcd", "Re: " + "a" * 114 + "…"),
        ("👍" * 120, "Re: " + "👍" * 115 + "…"),
    ],
)
def test_reply_subject(subject: str, answer: str) -> None:
    """ME-2: the subject of an answer has `Re: ` once, in the case in which it was typed, and fits the limit."""
    assert reply_subject(subject, LIMITS) == answer


@given(SOUND_TEXT, st.integers(8, 130))
def test_reply_subjects(typed: str, limit: int) -> None:
    """ME-2: the subject of an answer to an answer stays the same, fits the limit, and is tidy already."""
    limits = MessageLimits(subject=limit)
    answer = reply_subject(tidy(MessageText(subject=typed, body="")).subject, limits)
    assert answer.startswith("Re:")
    assert not answer[3:].lstrip().lower().startswith("re:")
    assert len(answer) <= limit
    assert reply_subject(answer, limits) == answer
    assert tidy(MessageText(subject=answer, body="")).subject == answer


@pytest.mark.parametrize(
    "subject,body,faults",
    [
        ("", "b", [fault(FaultCode.MISSING, "subject")]),
        ("s", "", [fault(FaultCode.MISSING, "body")]),
        ("s", " \r\n\t\u200b\u00ad\u3164\u2800 ", [fault(FaultCode.MISSING, "body")]),
        (" \u2003 ", "\0", [fault(FaultCode.MISSING, "subject"), fault(FaultCode.MISSING, "body")]),
        ("s" * 121, "b", [fault(FaultCode.TOO_LONG, "subject", limit=120, length=121)]),
        ("s", "b" * 501, [fault(FaultCode.TOO_LONG, "body", limit=500, length=501)]),
        ("s", "é\r\n" * 250 + "👍", [fault(FaultCode.TOO_LONG, "body", limit=500, length=501)]),
        ("s", "👩\u200d⚖️" * 126, [fault(FaultCode.TOO_LONG, "body", limit=500, length=504)]),
        (
            "s" * 200,
            "",
            [fault(FaultCode.TOO_LONG, "subject", limit=120, length=200), fault(FaultCode.MISSING, "body")],
        ),
    ],
)
def test_refused(subject: str, body: str, faults: list[Fault]) -> None:
    """ME-3: subject and body are required and limited; every fault is reported, with the length typed."""
    assert refusal(lambda: sent(MessageText(subject=subject, body=body))) == faults


@pytest.mark.parametrize(
    "body", ["b" * 500, "👍" * 500, "a\r\n" * 249 + "ab", "\r\n" + "b" * 500 + "\r\n", "\r\r\n" + "b" * 500]
)
def test_exactly_as_long_as_may_be(body: str) -> None:
    """ME-3: a body of 500 code points is accepted: CRLF and emoji count as one, outer white space as none."""
    message, _fact = sent(MessageText(subject="s" * 120, body=body))
    assert len(message.body) == 500


def test_office_limit() -> None:
    """ME-3: a client may write 500 characters, the office 5,000."""
    assert len(received(MessageText(subject="s", body="b" * 5000))[0].body) == 5000
    assert refusal(lambda: received(MessageText(subject="", body="b" * 5001))) == [
        fault(FaultCode.MISSING, "subject"),
        fault(FaultCode.TOO_LONG, "body", limit=5000, length=5001),
    ]


def test_settable() -> None:
    """ME-3: the limits can be set."""
    limits = MessageLimits(subject=3, body=4)
    assert sent(MessageText(subject="abc", body="abcd"), limits=limits)[0].body == "abcd"
    assert refusal(lambda: sent(MessageText(subject="abcd", body="abcde"), limits=limits)) == [
        fault(FaultCode.TOO_LONG, "subject", limit=3, length=4),
        fault(FaultCode.TOO_LONG, "body", limit=4, length=5),
    ]


def utf_16_units(text: str) -> int:
    """Return the length as a browser counts it: in UTF-16 code units (HTML, 2.3.2)."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@given(SOUND_TEXT.filter(lambda text: not is_blank(text)), st.integers(1, 60), st.sampled_from(["\n", "\r\n"]))
@example("👍" * 20 + "\n", 41, "\r\n")
def test_what_maxlength_lets_through(typed: str, limit: int, line_end: str) -> None:
    """ME-3: a text that fits maxlength in a browser is never too long, with line ends as one or two units."""
    value = typed.replace("\r\n", "\n").replace("\r", "\n")  # The value of a textarea.
    assume(utf_16_units(value) <= limit)
    limits = MessageLimits(body=limit)
    body = value.replace("\n", line_end)
    assert not is_blank(tidy(MessageText(subject="", body=body)).body)
    message, _fact = sent(MessageText(subject="Vraag", body=body), limits=limits)
    assert len(message.body) <= limit


@given(SOUND_TEXT, SOUND_TEXT)
def test_whatever_is_typed(subject: str, body: str) -> None:
    """ME-5: any message is refused, or kept as plain text that tidying again does not change."""
    draft = tidy(MessageText(subject=subject, body=body))
    if is_blank(draft.subject) or is_blank(draft.body):
        missing = [("subject", draft.subject), ("body", draft.body)]
        expected = [fault(FaultCode.MISSING, field) for field, text in missing if is_blank(text)]
        assert refusal(lambda: sent(MessageText(subject=subject, body=body))) == expected
    else:
        message, _fact = sent(MessageText(subject=subject, body=body))
        assert MessageText(subject=message.subject, body=message.body) == draft == tidy(draft)
        assert is_storable(message.subject + message.body)
        assert "\r" not in message.body
        assert len(message.subject.splitlines()) == 1


@given(st.lists(st.text("abc ", min_size=1), min_size=1), st.sampled_from(["\n", "\r\n", "\r"]))
def test_lines_are_kept(lines: list[str], line_end: str) -> None:
    """ME-5: lines are kept as they were typed."""
    body = line_end.join(lines)
    assume(not is_blank(body))
    assert (
        sent(MessageText(subject="s", body=body), limits=MessageLimits(body=10_000))[0].body == "\n".join(lines).strip()
    )


def test_sent_as() -> None:
    """AT-5: a draft counts as sent already if dossier, answered message and text are the same, and not otherwise."""
    answer, _fact = sent(DRAFT, INBOUND)
    typed = MessageText(subject=" Vraag", body="Wanneer is de zitting?\r\n")
    assert is_sent_as(OUT, typed, dossier_id=DOSSIER_ID, answers=None)
    assert is_sent_as(answer, typed, dossier_id=DOSSIER_ID, answers=MESSAGE_ID)
    assert not is_sent_as(answer, typed, dossier_id=DOSSIER_ID, answers=None)
    assert not is_sent_as(OUT, typed, dossier_id=DOSSIER_ID, answers=MESSAGE_ID)
    assert not is_sent_as(OUT, typed, dossier_id=DossierId(UUID(int=9)), answers=None)
    for other in ({"subject": "Nog een vraag"}, {"body": "Waar is de zitting?"}):
        assert not is_sent_as(OUT, attrs.evolve(typed, **other), dossier_id=DOSSIER_ID, answers=None)


@given(SOUND_TEXT, SOUND_TEXT)
def test_drafted_anew(one: str, other: str) -> None:
    """AT-5: a changed text in a draft that was sent gets a new draft id, the same for the same text."""
    named = drafted_anew(DRAFT_ID, MessageText(subject="s", body=one))
    assert named == drafted_anew(DRAFT_ID, tidy(MessageText(subject="s", body=one))) != DRAFT_ID
    same = tidy(MessageText(subject="", body=one)) == tidy(MessageText(subject="", body=other))
    assert (named == drafted_anew(DRAFT_ID, MessageText(subject="s", body=other))) == same


def test_handle() -> None:
    """OF-1: the office marks a client's message as handled once; it cannot do so with a message of its own."""
    handled, fact = handle(OUTBOUND, handler=HANDLER, at=AT)
    assert handled == attrs.evolve(OUTBOUND, handled_at=AT, handled_by=HANDLER)
    assert fact == MessageHandled(
        message_id=MESSAGE_ID, dossier_id=OUTBOUND.dossier_id, client_id=OUTBOUND.client_id, at=AT
    )
    wrong = [fault(FaultCode.WRONG_STATE, "message")]
    assert refusal(lambda: handle(handled, handler="Mr. B", at=AT)) == wrong
    assert refusal(lambda: handle(INBOUND, handler=HANDLER, at=AT)) == wrong


def test_thread() -> None:
    """ME-2: a new message never joins an existing thread."""
    one, _fact = sent(DRAFT)
    assert one.thread_id == UUID(str(NEW_MESSAGE_ID)) != INBOUND.thread_id
    assert one.sent_at == AT != BEFORE


MARKS = st.fixed_dictionaries(
    {name: st.sampled_from([None, AT]) for name in ("opened_at", "handled_at", "taken_back_at")}
)


@given(MARKS, st.sampled_from([INBOUND, OUTBOUND]), st.booleans())
def test_take_back_or_read(marks: dict[str, Any], message: Message, is_read: bool) -> None:
    """ME-6: a message is taken back or seen by the other side, never both; taken back, no text of it is left."""
    message = attrs.evolve(message, **marks)
    outbound = message.direction is Direction.OUTBOUND
    seen = message.opened_at or message.handled_at if outbound else is_read
    if seen or message.taken_back_at:
        code = FaultCode.MESSAGE_GONE if message.taken_back_at else FaultCode.MESSAGE_SEEN
        taking = functools.partial(take_back, message, side=message.direction, by="J. Jansen", is_read=is_read, at=AT)
        assert refusal(taking) == [fault(code, None)]
        return
    gone, fact = take_back(message, side=message.direction, by="J. Jansen", is_read=is_read, at=AT)
    assert gone == attrs.evolve(message, subject="", body="", taken_back_at=AT, taken_back_by="J. Jansen")
    assert fact == MessageTakenBack(dossier_id=DOSSIER_ID, message_id=MESSAGE_ID, client_id=CLIENT_ID, at=AT)
    assert open_by_office(gone, handler=HANDLER, at=AT) is None


@given(MARKS)
def test_opened_once(marks: dict[str, Any]) -> None:
    """ME-6: the office opens a client's message once; then it cannot be taken back."""
    message = attrs.evolve(OUTBOUND, **marks)
    marked = open_by_office(message, handler=HANDLER, at=AT)
    assert (marked is not None) == is_unopened(message) == (set(marks.values()) == {None})
    if marked is not None:
        opened, fact = marked
        assert opened == attrs.evolve(message, opened_at=AT, opened_by=HANDLER)
        assert fact == MessageOpened(message_id=MESSAGE_ID, at=AT)
        assert open_by_office(opened, handler="Mr. B", at=AT) is None
        assert refusal(lambda: take_back(opened, side=Direction.OUTBOUND, by="J. Jansen", is_read=False, at=AT)) == [
            fault(FaultCode.MESSAGE_SEEN, None)
        ]


def test_own_message_is_not_opened() -> None:
    """ME-6: the office does not open its own message."""
    assert open_by_office(INBOUND, handler=HANDLER, at=AT) is None


def test_taken_back_message_is_neither_answered_nor_handled() -> None:
    """ME-6: a message that was taken back cannot be answered or handled."""
    gone, _fact = take_back(OUTBOUND, side=Direction.OUTBOUND, by="J. Jansen", is_read=False, at=AT)
    assert refusal(lambda: sent(DRAFT, gone)) == [fault(FaultCode.MESSAGE_GONE, None)]
    assert refusal(lambda: received(DRAFT, gone)) == [fault(FaultCode.MESSAGE_GONE, None)]
    assert refusal(lambda: handle(gone, handler=HANDLER, at=AT)) == [fault(FaultCode.WRONG_STATE, "message")]


@pytest.mark.parametrize("message", [INBOUND, OUTBOUND])
def test_own_message_only(message: Message) -> None:
    """ME-6: a side does not take back a message of the other side."""
    side = next(each for each in Direction if each is not message.direction)
    wrong = [fault(FaultCode.WRONG_STATE, "message")]
    assert refusal(lambda: take_back(message, side=side, by="J. Jansen", is_read=False, at=AT)) == wrong
