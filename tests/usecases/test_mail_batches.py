"""Batches of mails: what is leased, sent and stored together (AL-2).

The clock of these tests stands still, unless a mail takes time.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from klantportaal.adapters.mail.memory import MemorySender
from klantportaal.adapters.storage.memory import MemoryStorage
from klantportaal.adapters.storage.memory.outbox import Outbox
from klantportaal.domain.errors import Unavailable
from klantportaal.domain.outgoing import DispatchTimes, Lane, Task
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import ClientId
from klantportaal.ports.mail import Mail
from klantportaal.usecases.background.batches import Batch, Leased
from klantportaal.usecases.background.letters import Letters
from tests.support.children import fork
from tests.usecases.world import World

RELAYING = "554 5.7.1 relay access denied"
TENTH = timedelta(milliseconds=100)


def address(number: int) -> str:
    """Give the address of a client."""
    return f"klant{number}@example.nl"


def invited(world: World, people: int) -> list[ClientId]:
    """Invite some people. The first batches are of 1, 2, 4 and 8 mails."""
    return [world.invite(address(number))[0] for number in range(people)]


@contextmanager
def before_each(mail: Callable[[str], object]) -> Iterator[None]:
    """Do something before each mail is sent. It gets the address."""
    send = MemorySender.send

    def sending(self: MemorySender, sent: Mail, *, key: str) -> None:
        mail(sent.to)
        send(self, sent, key=key)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MemorySender, "send", sending)
        yield


def sent(world: World) -> list[str]:
    """List the addresses of the mails that were sent."""
    return [mail.to for mail in world.mail.sent]


def test_a_slow_server(world: World) -> None:
    """AL-2: what is not begun in a quarter of a second is given back, in its place. That counts as no attempt."""
    invited(world, 12)
    world.mail.refuse(address(11), RELAYING)
    with before_each(lambda _address: world.clock.advance(TENTH)):
        world.deliver()
    assert sent(world) == [address(number) for number in range(11)]
    (told,) = world.portal.office.clients.mail_problems(world.handler)
    assert (told.email, told.attempts) == (address(11), 1)


def test_a_letter_is_no_older_than_a_quarter_of_a_second(world: World) -> None:
    """ON-6, PR-2: what changes while the server is slow counts for the next mails of the batch."""
    clients = invited(world, 7)

    def close_two(to: str) -> None:
        if to == address(3):
            world.clock.advance(timedelta(seconds=1))
            for number in (5, 6):
                world.portal.office.clients.close(world.handler, clients[number])

    with before_each(close_two):
        world.deliver()
    assert sent(world) == [address(number) for number in range(5)]


def test_a_server_that_ceases_to_work(world: World) -> None:
    """AL-2: once the server does not work, the rest of the batch is given back, and is not tried."""
    invited(world, 7)

    def cease(to: str) -> None:
        world.mail.down = to == address(4)

    with before_each(cease):
        world.deliver()
    assert sent(world) == [address(number) for number in range(4)]
    assert [each.email for each in world.portal.office.clients.mail_problems(world.handler)] == [address(4)]
    world.mail.down = False
    world.later(minutes=1)
    assert len(world.deliver()) == 3


def test_a_letter_that_cannot_be_made(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """AL-2: an error in one letter keeps no other mail of its batch from being sent. It is tried again."""
    invited(world, 7)
    make = Letters._letter

    def failing(self: Letters, uow: Any, office: Any, person_id: Any, **rest: Any) -> Any:
        if uow.persons.get(office.id, person_id).email == address(4):
            raise RuntimeError
        return make(self, uow, office, person_id, **rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Letters, "_letter", failing)
        world.deliver()
    assert sent(world) == [address(number) for number in range(7) if number != 4]
    assert caplog.text.count("failed, attempt") == 1
    world.later(minutes=1)
    assert [mail.to for mail in world.deliver()] == [address(4)]


def test_an_outcome_that_cannot_be_stored(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """AL-2: it is told, and keeps no other outcome of its batch from being stored, nor later mails from being sent."""
    invited(world, 9)
    done = Outbox.done

    def failing(self: Outbox, task: Task) -> bool:
        if self._tables.persons[task.person_id].email == address(4):  # type: ignore[index]
            raise RuntimeError
        return done(self, task)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Outbox, "done", failing)
        with pytest.raises(RuntimeError):
            world.deliver()
        assert caplog.text.count("failed, attempt") == 1
        world.deliver()
    assert sent(world) == [address(number) for number in range(9)]
    world.clock.advance(DispatchTimes().lease)
    again: list[str] = []
    with before_each(again.append):
        world.deliver()
    assert again == [address(4)]


def test_a_storage_that_is_away_for_a_while(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-2: what was sent while the storage was away is stored once it is back, and not sent again."""
    invited(world, 9)
    begin = MemoryStorage.begin

    def away(self: MemoryStorage, *, flushed: bool = True) -> Any:
        if len(world.mail.sent) == 7:
            raise Unavailable
        return begin(self, flushed=flushed)

    monkeypatch.setattr(MemoryStorage, "begin", away)
    with pytest.raises(Unavailable):
        world.deliver()
    monkeypatch.undo()
    assert len(world.deliver()) == 2
    world.clock.advance(DispatchTimes().lease)
    again: list[str] = []
    with before_each(again.append):
        world.deliver()
    assert again == []


def test_the_notifications_of_an_account_in_one_batch(world: World, jan: Actor) -> None:
    """PR-2: notifications of one account that are leased together are one mail."""
    piet = world.onboard("piet@example.nl", name="Piet")
    for who, number in ((piet, "2026-001"), (jan, "2026-002"), (jan, "2026-003")):
        world.publish(world.dossier(who, number=number), who)
    world.later(minutes=6)
    assert [mail.to for mail in world.deliver()] == ["piet@example.nl", "jan@example.nl"]
    assert all(number in world.mail.sent[-1].text for number in ("2026-002", "2026-003"))


def test_a_mail_that_hangs_holds_up_no_other(world: World) -> None:
    """AL-2: while a mail hangs, other threads send the rest of its batch."""
    invited(world, 15)
    others, released = threading.Semaphore(0), threading.Event()

    def hang(to: str) -> None:
        if to == address(3):
            assert released.wait(60)
        else:
            others.release()

    dispatcher = world.portal.background.dispatcher
    with before_each(hang):
        dispatcher.start()
        try:
            for _mail in range(14):
                assert others.acquire(timeout=60)
        finally:
            released.set()
            dispatcher.stop()
    assert sorted(sent(world)) == sorted(address(number) for number in range(15))


def test_a_forked_child_sends_nothing_of_its_parent(world: World) -> None:
    """AL-2: what waits in the parent when it forks is the parent's."""
    invited(world, 1)
    batch, now = Batch(), world.clock.now()
    with world.storage.begin() as uow:
        tasks = uow.outbox.lease(Lane.AWAITED, at=now, until=now, limit=1)
    batch.go_on([Leased(tasks=tasks, letters={}, until=now)])
    with batch.lock:
        child = fork(lambda: batch.lock.acquire(blocking=False) and batch.next([Lane.AWAITED]) is None)
        assert child.result()
    assert batch.next([Lane.AWAITED]) is not None
