"""What came of a mail is stored together with the lease of the next one (AL-2)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, text

from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.domain.outgoing import DispatchTimes, Lane
from tests.usecases.world import World

MAILS = 5


@pytest.fixture
def world(storage: SqlStorage) -> World:
    """Return a portal with mails that are due at the same time."""
    world = World(storage=storage)
    for number in range(MAILS):
        world.invite(email=f"klant{number}@example.nl")
    return world


@contextmanager
def writes(storage: SqlStorage) -> Iterator[list[int]]:
    """Collect the number of updates of tasks in each transaction that is committed with any."""
    counts: list[int] = []
    current = 0

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        nonlocal current
        current += statement.startswith("UPDATE tasks")

    def end(_connection: Any) -> None:
        nonlocal current
        counts.extend([current] if current else [])
        current = 0

    engine = storage._engines.writing
    event.listen(engine, "after_cursor_execute", note)
    event.listen(engine, "commit", end)
    yield counts
    event.remove(engine, "after_cursor_execute", note)
    event.remove(engine, "commit", end)


def test_a_mail_costs_one_transaction_that_writes(storage: SqlStorage, world: World) -> None:
    """AL-2: so many mails take so many transactions, and one more: the first leases, the last only stores."""
    with writes(storage) as counts:
        assert world.portal.background.dispatcher.run_once() == MAILS
    assert counts == [1, *[2] * (MAILS - 1), 1]
    assert len(world.mail.sent) == MAILS


def test_a_stop_leases_nothing_more(storage: SqlStorage, world: World) -> None:
    """AL-2: once it is stopped, the mail in flight is stored as done, and the others stay due."""
    work = world.portal.background.dispatcher._dispatching
    assert work.run_once(Lane.AWAITED, stopping=lambda: len(world.mail.sent) == 2) == 2
    with storage.begin() as uow:
        assert len(uow.outbox.lease(Lane.AWAITED, at=world.clock.now(), until=world.clock.now(), limit=9)) == MAILS - 2


def test_a_mail_is_done_even_if_the_next_cannot_be_leased(storage: SqlStorage, world: World) -> None:
    """AL-2: if a task cannot be read, the mail before it is stored as sent, and not sent again."""
    with storage._engines.writing.begin() as connection:
        newest = "SELECT id FROM tasks ORDER BY due_at DESC, id DESC LIMIT 1"
        connection.execute(text(f"UPDATE tasks SET payload = '[' WHERE id = ({newest})"))
    for _each in range(2):
        with pytest.raises(ValueError, match="Expecting value"):
            world.portal.background.dispatcher.run_once()
        world.clock.advance(DispatchTimes().lease)
    assert len(world.mail.sent) == MAILS - 1
