"""Conversations, and taking messages back (ME-6)."""

from collections.abc import Callable

import attrs
import pytest

from klantportaal.domain.errors import Absent, Fault, FaultCode, NotSignedIn, Refused
from klantportaal.domain.messages import MessageText
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import DossierId, MessageId
from klantportaal.ports.reading import CONVERSATION, Conversation
from tests.usecases.world import PDF, World, in_blocks

TEXT = MessageText(subject="Vraag", body="Klopt mijn naam?")
SEEN = (Fault(code=FaultCode.MESSAGE_SEEN),)
GONE = (Fault(code=FaultCode.MESSAGE_GONE),)


@pytest.fixture
def dossier(world: World, jan: Actor) -> DossierId:
    """A dossier of Jan's."""
    return world.dossier(jan)


def send(
    world: World, jan: Actor, dossier: DossierId, *, answers: MessageId | None = None, file: bool = False
) -> MessageId:
    """Let a client send a message, with or without a file."""
    calls, draft = world.portal.client, world.portal.client.messages.new_draft()
    if file:
        calls.attachments.stage(jan, dossier, draft, name="pas.pdf", blocks=in_blocks(PDF))
    return calls.messages.send(jan, dossier, draft, TEXT, answers=answers)


def taken_back(world: World, jan: Actor, dossier: DossierId, id: MessageId) -> bool:
    """Tell whether a message shows nothing but that it was taken back, to client and office."""
    view = world.portal.client.messages.peek(jan, dossier, id)
    (row,) = [each for each in world.portal.office.messages.peek(world.handler, id).messages if each.message.id == id]
    shown = (view.subject, view.body, view.attachments, row.message.subject, row.message.body, row.attachments)
    assert (view.taken_back_at is not None) == (shown == ("", "", (), "", "", ()))
    assert view.taken_back_at == row.message.taken_back_at
    return view.taken_back_at is not None


def test_a_whole_conversation(world: World, jan: Actor, dossier: DossierId) -> None:
    """ME-6: opening any message gives its thread, oldest first, and no message of another thread."""
    first = world.write_to(dossier, jan)
    world.write_to(dossier, jan, "Iets anders")
    second = send(world, jan, dossier, answers=first, file=True)
    third = world.portal.office.messages.send(world.handler, dossier, jan.client_id, TEXT, answers=second)
    for opened in (first, second, third):
        conversation = world.portal.client.messages.peek_conversation(jan, dossier, opened)
        assert [each.id for each in conversation.messages] == [first, second, third]
        assert [len(each.attachments) for each in conversation.messages] == [0, 1, 0]
        assert (conversation.older, conversation.newest) == (None, third)
        office = world.portal.office.messages.peek(world.handler, opened)
        assert [row.message.id for row in office.messages] == [first, second, third]
        assert (office.older, office.newest) == (None, third)


def test_what_is_shown_is_read_once(world: World, jan: Actor, dossier: DossierId) -> None:
    """ME-6, ME-4: opening marks all shown messages of the office as read, once, for this account."""
    first = world.write_to(dossier, jan)
    second = world.portal.office.messages.send(world.handler, dossier, jan.client_id, TEXT, answers=first)
    extra = world.extra_account(jan, "extra@example.nl")
    calls = world.portal.client.messages
    assert calls.read_conversation(jan, dossier, first).messages[1].read_at is None
    at = world.clock.now()
    world.later(minutes=1)
    again = calls.read_conversation(jan, dossier, second)
    assert [each.read_at for each in again.messages] == [at, at]
    calls.read_conversation(extra, dossier, first)
    assert world.audit().count("MessageRead") == 4
    rows = world.portal.office.messages.peek(world.handler, first).messages
    assert [row.reads for row in rows] == [{jan.account_id: at, extra.account_id: world.clock.now()}] * 2
    assert [row.first_read_at for row in rows] == [at, at]


def test_a_long_conversation(world: World, jan: Actor, dossier: DossierId) -> None:
    """ME-6: a long conversation is shown in pieces without gaps; only what was shown is marked as read."""
    ids = [world.write_to(dossier, jan)]
    for _each in range(CONVERSATION + 4):
        ids.append(world.portal.office.messages.send(world.handler, dossier, jan.client_id, TEXT, answers=ids[-1]))
    newest = world.portal.client.messages.read_conversation(jan, dossier, ids[-1])
    assert [each.id for each in newest.messages] == ids[5:]
    assert world.audit().count("MessageRead") == CONVERSATION
    assert newest.older == ids[4]
    rest = world.portal.client.messages.read_conversation(jan, dossier, ids[4])
    assert ([each.id for each in rest.messages], rest.older, rest.newest) == (ids[:5], None, ids[-1])
    assert [row.message.id for row in world.portal.office.messages.read(world.handler, ids[4]).messages] == ids[:5]


def test_the_office_takes_back(world: World, jan: Actor, dossier: DossierId) -> None:
    """ME-6: until an account of the client has read it, the office can take a message back; its mail is not sent."""
    id = world.write_to(dossier, jan, "Geheim", "Geheim")
    world.portal.office.messages.take_back(world.handler, id)
    assert taken_back(world, jan, dossier, id)
    world.later(minutes=6)
    assert world.deliver() == []
    assert [row.unread for row in world.portal.client.dossiers.messages(jan, dossier)] == [False]
    world.portal.client.messages.read_conversation(jan, dossier, id)
    world.portal.client.messages.read(jan, dossier, id)
    assert "MessageRead" not in world.audit()
    with pytest.raises(Refused) as refused:
        world.portal.office.messages.take_back(world.handler, id)
    assert refused.value.faults == GONE


def test_a_mail_of_several_names_what_is_left(world: World, jan: Actor, dossier: DossierId) -> None:
    """ME-6, PR-2: a message that was taken back is no longer in the mail about several things."""
    world.portal.office.messages.take_back(world.handler, world.write_to(dossier, jan))
    world.publish(dossier, jan)
    world.later(minutes=6)
    (mail,) = world.deliver()
    assert "bericht" not in mail.text.lower()


def test_what_was_read_stays(world: World, jan: Actor, dossier: DossierId) -> None:
    """ME-6: the office cannot take back what an account has read."""
    id = world.write_to(dossier, jan)
    world.portal.client.messages.read(world.extra_account(jan, "extra@example.nl"), dossier, id)
    with pytest.raises(Refused) as refused:
        world.portal.office.messages.take_back(world.handler, id)
    assert refused.value.faults == SEEN
    assert not taken_back(world, jan, dossier, id)


def test_the_client_takes_back(world: World, jan: Actor, dossier: DossierId) -> None:
    """ME-6, AT-2: until the office opened it, any account of the client can take it back, with its attachments."""
    id = send(world, jan, dossier, file=True)
    extra = world.extra_account(jan, "extra@example.nl")
    assert world.portal.client.messages.peek(extra, dossier, id).can_take_back
    world.portal.client.messages.take_back(extra, dossier, id)
    assert taken_back(world, jan, dossier, id)
    assert list(world.portal.client.dossiers.submissions(jan, dossier)) == []
    assert world.files.contents == {}
    assert list(world.portal.office.messages.inbox(world.handler)) == []
    with pytest.raises(Refused):
        world.portal.client.messages.take_back(jan, dossier, id)
    assert world.portal.office.messages.read(world.handler, id).messages[0].message.opened_at is None


def reading(world: World, id: MessageId) -> None:
    """Open the conversation."""
    world.portal.office.messages.read(world.handler, id)


def handling(world: World, id: MessageId) -> None:
    """Mark the message as handled."""
    world.portal.office.messages.handle(world.handler, id)


def answering(world: World, id: MessageId) -> None:
    """Answer the message."""
    message = world.portal.office.messages.peek(world.handler, id).messages[0].message
    world.portal.office.messages.send(world.handler, message.dossier_id, message.client_id, TEXT, answers=id)


def fetching(world: World, id: MessageId) -> None:
    """Begin to fetch the attachment."""
    (file,) = world.portal.office.messages.peek(world.handler, id).messages[0].attachments
    world.portal.office.messages.fetch(world.handler, file.id)


@pytest.mark.parametrize("opening", [reading, handling, answering, fetching])
def test_what_the_office_opened_stays(
    world: World, jan: Actor, dossier: DossierId, opening: Callable[[World, MessageId], None]
) -> None:
    """ME-6: reading, handling, answering and fetching count as opening, once; from then on it cannot be taken back."""
    id = send(world, jan, dossier, file=True)
    for _each in range(2):
        if opening is not handling or not _each:
            opening(world, id)
        world.later(minutes=1)
    with pytest.raises(Refused) as refused:
        world.portal.client.messages.take_back(jan, dossier, id)
    assert refused.value.faults == SEEN
    row = world.portal.office.messages.peek(attrs.evolve(world.handler, handler="mr. B"), id).messages[0]
    assert (row.message.opened_by, row.message.opened_at) == (world.handler.handler, row.message.opened_at)
    assert world.audit().count("MessageOpened") == 1
    assert not world.portal.client.messages.peek(jan, dossier, id).can_take_back
    assert len(world.portal.client.dossiers.submissions(jan, dossier)) == 1


def test_looking_is_not_opening(world: World, jan: Actor, dossier: DossierId) -> None:
    """ME-6: the inbox, the dossier and peeking mark nothing."""
    id = send(world, jan, dossier)
    world.portal.office.messages.inbox(world.handler)
    world.portal.office.dossiers.get(world.handler, dossier)
    world.portal.office.messages.peek(world.handler, id)
    world.portal.client.messages.take_back(jan, dossier, id)
    assert "MessageOpened" not in world.audit()


def test_own_messages_only(world: World, jan: Actor, piet: Actor, dossier: DossierId) -> None:
    """ME-6, ME-1: each side takes back its own messages. For others they do not exist."""
    inbound, outbound = world.write_to(dossier, jan), send(world, jan, dossier)
    calls: list[Callable[[], object]] = [
        lambda: world.portal.client.messages.take_back(piet, dossier, outbound),
        lambda: world.portal.office.messages.take_back(world.other_office(), inbound),
        lambda: world.portal.client.messages.read_conversation(piet, dossier, inbound),
        lambda: world.portal.office.messages.read(world.other_office(), outbound),
    ]
    for call in calls:
        with pytest.raises(Absent):
            call()
    with pytest.raises(Refused):
        world.portal.client.messages.take_back(jan, dossier, inbound)
    with pytest.raises(Refused):
        world.portal.office.messages.take_back(world.handler, outbound)
    assert not taken_back(world, jan, dossier, inbound)
    assert not taken_back(world, jan, dossier, outbound)


def test_a_closed_account_takes_nothing_back(world: World, jan: Actor, dossier: DossierId) -> None:
    """ME-6, XA-4: an account that was closed meanwhile takes nothing back."""
    id = send(world, jan, dossier)
    world.portal.office.clients.close_account(world.handler, jan.account_id)
    with pytest.raises(NotSignedIn):
        world.portal.client.messages.take_back(jan, dossier, id)
    assert len(world.portal.office.messages.inbox(world.handler)) == 1


def test_no_answer_to_what_is_gone(world: World, jan: Actor, dossier: DossierId) -> None:
    """ME-6: a message that was taken back is not answered; the newest that stands is."""
    first = send(world, jan, dossier)
    second = send(world, jan, dossier, answers=first)
    world.portal.client.messages.take_back(jan, dossier, second)
    with pytest.raises(Refused) as refused:
        send(world, jan, dossier, answers=second)
    assert refused.value.faults == GONE
    assert world.portal.client.messages.peek_conversation(jan, dossier, second).newest == first
    world.portal.client.messages.take_back(jan, dossier, first)
    assert world.portal.client.messages.peek_conversation(jan, dossier, second).newest is None


def test_sent_again_after_taking_back(world: World, jan: Actor, dossier: DossierId) -> None:
    """ME-6, AT-5: the same form sent after its message was taken back is another message, once."""
    draft = world.portal.client.messages.new_draft()
    sending = [world.portal.client.messages.send(jan, dossier, draft, TEXT)]
    world.portal.client.messages.take_back(jan, dossier, sending[0])
    sending += [world.portal.client.messages.send(jan, dossier, draft, TEXT) for _each in range(2)]
    assert sending[0] != sending[1] == sending[2]


def test_a_message_taken_back_while_it_is_opened(
    world: World, jan: Actor, dossier: DossierId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ME-6: what is taken back after the page was read and before it is marked is neither shown nor marked."""
    id = world.write_to(dossier, jan, "Geheim", "Geheim")
    calls, mark = world.portal.client.messages, type(world.portal.client.messages)._mark_read

    def late(self: object, actor: Actor, ids: list[MessageId]) -> None:
        world.portal.office.messages.take_back(world.handler, id)
        mark(self, actor, ids)  # type: ignore[arg-type]

    monkeypatch.setattr(type(calls), "_mark_read", late)
    conversation: Conversation = calls.read_conversation(jan, dossier, id)
    assert [(each.body, each.taken_back_at is None) for each in conversation.messages] == [("", False)]
    assert "MessageRead" not in world.audit()
