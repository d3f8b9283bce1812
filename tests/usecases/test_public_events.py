"""The feed of public events, and the callbacks of the process (EV-1)."""

import logging

import pytest

from klantportaal.domain.errors import Absent, Refused, SignInFailed, Unavailable
from klantportaal.domain.messages import MessageText
from klantportaal.domain.offices import OfficeNotices
from klantportaal.domain.public_events import EventType, PublicEvent
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import DossierId, MessageId
from tests.usecases import intake
from tests.usecases.histories import ACTS, History
from tests.usecases.world import World

TEXT = MessageText(subject="Geheim", body="Geheim")
NOTICES = OfficeNotices(page="https://kantoor.example.nl/post", addresses=("post@example.nl",))


def send(world: World, actor: Actor, dossier: DossierId) -> MessageId:
    """Let a client send a message."""
    calls = world.portal.client.messages
    return calls.send(actor, dossier, calls.new_draft(), TEXT)


def told(world: World, *, after: int = 0) -> list[str]:
    """Give the types of what was told."""
    return [each.type.value for each in world.portal.office.events.list(world.handler, after=after, size=1000).events]


def archive_blocks(world: World, actor: Actor, dossier: DossierId) -> int:
    """Take an archive whole, and give the number of its blocks."""
    return len(list(world.portal.client.dossiers.archive(actor, dossier).blocks))


def newest(world: World) -> int:
    """Give the newest number."""
    return world.portal.office.events.newest(world.handler)


def test_what_a_client_does(world: World, jan: Actor) -> None:
    """EV-1, PG-2: each act of a client is an event in the transaction of the change, with ids and no contents."""
    dossier = world.dossier(jan)
    start = newest(world)
    message = send(world, jan, dossier)
    world.portal.client.messages.take_back(jan, dossier, message)
    page = world.portal.office.events.list(world.handler, after=start)
    whose = {"client_id": str(jan.client_id)}
    by = {**whose, "account_id": str(jan.account_id)}
    assert [(each.type.value, each.data) for each in page.events] == [
        ("message.sent", {"message_id": str(message), **by}),
        ("waiting.changed", {**whose, "waiting_for": "office"}),
        ("message.taken_back", {"message_id": str(message), **by}),
        ("waiting.changed", {**whose, "waiting_for": "nobody"}),
    ]
    assert {each.dossier_id for each in page.events} == {dossier}
    assert [each.dossier_number for each in page.events] == [1, 2, 3, 4]
    assert {each.at for each in page.events} == {world.clock.now()}
    assert (page.cursor, page.missed) == (start + 4, 0)
    assert "Geheim" not in repr(page)


def test_reading(world: World, jan: Actor) -> None:
    """EV-1, DC-2, NW-3, NW-4: what is looked at and downloaded is told, and so is an end that was not received."""
    dossier = world.dossier(jan)
    document = world.publish(dossier, jan)
    start, calls = newest(world), world.portal.client.dossiers
    assert b"".join(calls.download(jan, dossier, document).blocks)
    look = calls.look(jan, dossier, document).download
    assert look is not None
    assert b"".join(look.blocks)
    assert b"".join(calls.archive(jan, dossier).blocks)
    assert told(world, after=start) == ["document.downloaded", "document.looked_at", "archive.downloaded"]
    start = newest(world)
    broken, archive = calls.download(jan, dossier, document), calls.archive(jan, dossier)
    next(broken.blocks)
    broken.close()
    for _block in range(archive_blocks(world, jan, dossier)):
        next(archive.blocks)
    archive.close()
    broken_off = ["document.downloaded", "document.not_received", "archive.downloaded", "archive.not_received"]
    assert told(world, after=start) == [broken_off[0], broken_off[1], "archive.downloaded", *broken_off[2:]]
    start = newest(world)
    assert b"".join(world.portal.office.documents.download(world.handler, document).blocks)
    assert told(world, after=start) == []


def test_activation(world: World) -> None:
    """EV-1, PE-2: an account that becomes active is told once, however often its person signs in."""
    start = newest(world)
    jan = world.onboard("jan@example.nl")
    world.sign_in("jan@example.nl")
    [event] = world.portal.office.events.list(world.handler, after=start).events
    assert (event.type, event.dossier_id) == (EventType.ACCOUNT_ACTIVATED, None)
    assert event.data == {"person_id": str(jan.person_id), "account_id": str(jan.account_id)}


def test_switching_activates(world: World, jan: Actor) -> None:
    """EV-1, PE-3: an account that its person switches to for the first time is told."""
    world.invite("jan@example.nl", name="Stichting")
    [other] = world.storage.read.other_accounts(jan)
    start = newest(world)
    world.portal.client.accounts.switch(jan, other.account_id)
    assert told(world, after=start) == ["account.activated"]


def test_blocked(world: World, jan: Actor) -> None:
    """EV-1, SI-2, SI-5: a sign-in that is blocked is told once a minute, not at each attempt."""
    start = newest(world)
    for _each in range(9):
        with pytest.raises(SignInFailed):
            world.sign_in("jan@example.nl", "Verkeerd1")
    [event] = world.portal.office.events.list(world.handler, after=start).events
    assert event.data == {"person_id": str(jan.person_id), "step": "password"}
    assert event.type is EventType.SIGN_IN_BLOCKED


def test_the_office_is_notified(world: World, jan: Actor) -> None:
    """EV-1, OF-4: the mail to the office is told when it was sent, and when it bounces."""
    world.portal.office.profile.set_notices(world.handler, NOTICES)
    dossier = world.dossier(jan)
    send(world, jan, dossier)
    start = newest(world)
    world.later(minutes=5)
    world.deliver()
    [event] = world.portal.office.events.list(world.handler, after=start).events
    assert (event.type, event.dossier_id) == (EventType.OFFICE_NOTIFIED, dossier)
    assert event.data == {"client_id": str(jan.client_id), "arrival": "messages"}


def test_questionnaires(world: World, jan: Actor) -> None:
    """EV-1, QU-4: a completed questionnaire is told, and so is who has to do something then."""
    dossier = world.dossier(jan)
    assignment = world.ask(jan, dossier)
    start = newest(world)
    world.complete(jan, assignment, intake.ALL)
    assert told(world, after=start) == ["questionnaire.completed", "waiting.changed"]


@pytest.mark.parametrize("seed", range(3))
def test_who_waits(seed: int) -> None:
    """EV-1, PG-2: whatever clients and office do, the newest event of a party says who has to do something."""
    history = History()
    for number, act in enumerate(sorted(ACTS) * 3):
        history.act(act, number * (seed + 1))
    world, said = history.world, {}
    for event in world.portal.office.events.list(world.handler, size=1000).events:
        if event.type is EventType.WAITING_CHANGED:
            said[event.dossier_id, event.data["client_id"]] = event.data["waiting_for"]
    for row in world.storage.read.office_waiting(world.handler, size=1000):
        assert said.pop((row.dossier_id, str(row.client_id))) == row.waiting.whom
    assert set(said.values()) <= {"nobody"}


def test_the_feed(world: World, jan: Actor) -> None:
    """EV-1: a reader with a cursor reads each event once; a cursor ahead of the feed is refused."""
    dossier = world.dossier(jan)
    for _each in range(4):
        send(world, jan, dossier)
    calls, cursor, numbers = world.portal.office.events, 0, []
    while (page := calls.list(world.handler, after=cursor, size=3)).events:
        numbers += [each.number for each in page.events]
        cursor = page.cursor
    assert numbers == list(range(1, newest(world) + 1))
    with pytest.raises(Refused) as refused:
        calls.list(world.handler, after=cursor + 1)
    assert str(refused.value) == f"after: too_large (limit {cursor})"


def test_another_office(world: World, jan: Actor) -> None:
    """EV-1, OF-2: an office reads its own events only."""
    send(world, jan, world.dossier(jan))
    other = world.other_office()
    assert (world.portal.office.events.newest(other), world.portal.office.events.list(other).events) == (0, ())


def test_old_events(world: World, jan: Actor) -> None:
    """EV-1, AL-3: events are swept after 30 days. Who asks for them is told how many were missed."""
    send(world, jan, world.dossier(jan))
    count = newest(world)
    world.later(days=31)
    world.portal.background.sweeper.run_once()
    page = world.portal.office.events.list(world.handler)
    assert (page.events, page.missed, page.cursor) == ((), count, count)


# ------------------------------------------------------------------ callbacks
@pytest.fixture
def heard(world: World) -> list[PublicEvent]:
    """What a callback heard."""
    heard: list[PublicEvent] = []
    world.portal.events.subscribe(heard.append)
    return heard


def test_a_callback(world: World, jan: Actor, heard: list[PublicEvent]) -> None:
    """EV-1: a callback gets each event, after the commit, as it is in the feed; it may make calls itself."""
    seen: list[int] = []
    world.portal.events.subscribe(lambda event: seen.append(newest(world) - event.number))
    dossier = world.dossier(jan)
    start = newest(world)
    send(world, jan, dossier)
    assert heard == list(world.portal.office.events.list(world.handler, after=start).events)
    assert seen == [1, 0]


def test_some_types(world: World, jan: Actor) -> None:
    """EV-1: a callback gets the types that it asked for, until it is taken off."""
    heard: list[PublicEvent] = []
    end = world.portal.events.subscribe(heard.append, types=[EventType.MESSAGE_SENT])
    dossier = world.dossier(jan)
    send(world, jan, dossier)
    end()
    end()
    send(world, jan, dossier)
    assert [each.type.value for each in heard] == ["message.sent"]


def test_a_callback_that_fails(world: World, jan: Actor, caplog: pytest.LogCaptureFixture) -> None:
    """EV-1: a callback that fails is logged, and changes nothing for the client or for other callbacks."""
    heard: list[PublicEvent] = []

    def fail(event: PublicEvent) -> None:
        raise RuntimeError(event.type)

    world.portal.events.subscribe(fail, types=[EventType.MESSAGE_SENT])
    world.portal.events.subscribe(heard.append)
    send(world, jan, world.dossier(jan))
    assert [each.type.value for each in heard] == ["message.sent", "waiting.changed"]
    [line] = [each for each in caplog.records if getattr(each, "event", "") == "event_callback_fails"]
    assert (line.levelno, getattr(line, "type", "")) == (logging.ERROR, "message.sent")


def test_what_is_not_committed(world: World, jan: Actor, heard: list[PublicEvent]) -> None:
    """EV-1, AL-2: a change that is refused tells nobody anything."""
    dossier = world.dossier(jan)
    with pytest.raises(Absent):
        world.portal.client.messages.take_back(jan, dossier, MessageId(dossier))
    with pytest.raises(Refused):
        world.portal.client.messages.send(
            jan, dossier, world.portal.client.messages.new_draft(), MessageText(subject="", body="")
        )
    assert heard == []


def test_no_answer(
    world: World,
    jan: Actor,
    heard: list[PublicEvent],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """EV-1: if storage does not answer after the commit, the message is sent, and the log says what was not told."""

    def away(*_args: object) -> None:
        raise Unavailable

    monkeypatch.setattr(type(world.storage.read), "public_events", away)
    message = send(world, jan, world.dossier(jan))
    lines = [each for each in caplog.records if getattr(each, "event", "") == "events_not_told"]
    assert [getattr(each, "events", 0) for each in lines] == [2]
    assert (heard, world.portal.office.messages.peek(world.handler, message).newest) == ([], message)
