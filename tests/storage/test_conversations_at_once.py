"""Taking a message back while the other side opens it, on databases that allow concurrent units of work (ME-6)."""

from collections.abc import Callable

import pytest

from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.domain.errors import Absent, Conflict, Refused
from klantportaal.domain.messages import MessageText
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import DossierId, MessageId
from klantportaal.testing.contracts.storage.base import all_at_once
from tests.usecases.world import PDF, World, in_blocks

TEXT = MessageText(subject="Geheim", body="Geheim")
TURNS = 8  # In the first turn, connections are opened one by one.


@pytest.fixture
def world(storage: SqlStorage) -> World:
    """A portal on either database."""
    return World(storage=storage)


@pytest.fixture
def jan(world: World) -> Actor:
    """A client that was onboarded and is signed in."""
    return world.onboard()


@pytest.fixture
def dossier(world: World, jan: Actor) -> DossierId:
    """A dossier of Jan's."""
    return world.dossier(jan)


def succeeds(call: Callable[[], object]) -> bool:
    """Make a call, and tell whether it was carried out."""
    try:
        call()
    except (Absent, Conflict, Refused):
        return False
    return True


def test_the_office_takes_back_while_the_client_opens(world: World, jan: Actor, dossier: DossierId) -> None:
    """ME-6: either the client was shown the text, or the office took it back; never both, and never neither."""
    calls, office = world.portal.client.messages, world.portal.office.messages
    for _turn in range(TURNS):
        id = office.send(world.handler, dossier, jan.client_id, TEXT)

        def act(number: int, id: MessageId = id) -> tuple[int, bool]:
            if number == 0:
                return number, succeeds(lambda: office.take_back(world.handler, id))
            return number, calls.read_conversation(jan, dossier, id).messages[0].body == "Geheim"

        (_, is_taken), *others = sorted(all_at_once(act, threads=3))
        shown = [each for _number, each in others]
        assert shown == [not is_taken] * 2
        (row,) = office.peek(world.handler, id).messages
        assert (row.message.body == "", bool(row.reads)) == (is_taken, not is_taken)


def reads(world: World, id: MessageId) -> bool:
    """Open the conversation, and tell whether the text was shown."""
    return world.portal.office.messages.read(world.handler, id).messages[0].message.body == "Geheim"


def handles(world: World, id: MessageId) -> bool:
    """Mark the message as handled."""
    return succeeds(lambda: world.portal.office.messages.handle(world.handler, id))


def fetches(world: World, id: MessageId) -> bool:
    """Fetch the attachment, whole."""
    try:
        (file,) = world.portal.office.messages.peek(world.handler, id).messages[0].attachments
        return b"".join(world.portal.office.messages.fetch(world.handler, file.id).blocks) == PDF
    except (Absent, ValueError):  # There is no such file any more, or the message has none.
        return False


@pytest.mark.parametrize("opens", [reads, handles, fetches])
def test_the_client_takes_back_while_the_office_opens(
    world: World, jan: Actor, dossier: DossierId, opens: Callable[[World, MessageId], bool]
) -> None:
    """ME-6: either the office opened the message, or the client took it back; never both, and never neither."""
    calls = world.portal.client
    for _turn in range(TURNS):
        draft = calls.messages.new_draft()
        calls.attachments.stage(jan, dossier, draft, name="pas.pdf", blocks=in_blocks(PDF))
        id = calls.messages.send(jan, dossier, draft, TEXT)

        def act(number: int, id: MessageId = id) -> tuple[int, bool]:
            if number == 0:
                return number, succeeds(lambda: calls.messages.take_back(jan, dossier, id))
            return number, opens(world, id)

        (_, is_taken), (_, is_opened) = sorted(all_at_once(act, threads=2))
        assert is_taken is not is_opened
        (row,) = world.portal.office.messages.peek(world.handler, id).messages
        assert (row.message.body == "", row.message.opened_at is None) == (is_taken, is_taken)
        assert len(row.attachments) == (not is_taken)
