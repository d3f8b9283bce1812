"""What came of some mails is stored together with the lease of the next ones (AL-2)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import attrs
import pytest
from sqlalchemy import event, text

from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.domain.outgoing import DispatchTimes, Lane, TaskKind
from klantportaal.testing.builders import Scene
from tests.usecases.world import World

BATCHES = [1, 2, 4, 8, 16, 32, 50, 7]
"""The number of mails in each lease, until none is left."""
PEOPLE = 1 + 2 + 4 + 3


@pytest.fixture
def world(storage: SqlStorage) -> World:
    """Return a portal with invitations that are due at the same time."""
    world = World(storage=storage)
    for number in range(PEOPLE):
        world.invite(email=f"klant{number}@example.nl")
    return world


@attrs.define
class Counts:
    """What was executed and committed."""

    statements: int = 0
    transactions: int = 0
    """Those that changed something."""


@contextmanager
def counted(storage: SqlStorage) -> Iterator[Counts]:
    """Count the statements, and the transactions that are committed with changes."""
    counts, changes = Counts(), False

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        nonlocal changes
        changes |= statement.startswith(("UPDATE", "INSERT"))
        counts.statements += 1

    def end(_connection: Any) -> None:
        nonlocal changes
        counts.transactions += changes
        changes = False

    engine = storage._engines.writing
    event.listen(engine, "after_cursor_execute", note)
    event.listen(engine, "commit", end)
    yield counts
    event.remove(engine, "after_cursor_execute", note)
    event.remove(engine, "commit", end)


def test_a_batch_costs_one_transaction(storage: SqlStorage) -> None:
    """AL-2: each batch is leased in the transaction that stores the outcomes of the one before it."""
    world = World(storage=storage)
    scene = Scene(storage=storage, clock=world.clock, ids=world.ids)
    _client, account = scene.person(storage.read.office(world.office))
    for _mail in range(sum(BATCHES)):
        scene.task(account, TaskKind.PASSWORD_SET)
    with counted(storage) as counts:
        world.portal.background.dispatcher._dispatching.run_once(Lane.AWAITED)
    assert len(world.mail.sent) == sum(BATCHES)
    assert counts.transactions == len(BATCHES) + 1
    assert counts.statements < 4 * sum(BATCHES)


def test_the_links_of_a_batch_are_made_in_one_transaction(storage: SqlStorage, world: World) -> None:
    """ON-1, AL-2: the links of a batch of invitations are stored together, before the first of them is sent."""
    with counted(storage) as counts:
        assert world.portal.background.dispatcher.run_once() == PEOPLE
    assert counts.transactions == 4 * 2 + 1


def test_a_stop_leases_nothing_more(storage: SqlStorage, world: World) -> None:
    """AL-2: once it is stopped, the mail in flight is stored as done, and the others stay due."""
    work = world.portal.background.dispatcher._dispatching
    assert work.run_once(Lane.AWAITED, stopping=lambda: len(world.mail.sent) == 2) == 2
    with storage.begin() as uow:
        assert (
            len(uow.outbox.lease(Lane.AWAITED, at=world.clock.now(), until=world.clock.now(), limit=99)) == PEOPLE - 2
        )


def test_a_mail_is_done_even_if_the_next_cannot_be_leased(storage: SqlStorage, world: World) -> None:
    """AL-2: if a task cannot be read, the mails before it are sent, stored as sent, and not sent again."""
    with storage._engines.writing.begin() as connection:
        newest = "SELECT id FROM tasks ORDER BY due_at DESC, id DESC LIMIT 1"
        connection.execute(text(f"UPDATE tasks SET payload = '[' WHERE id = ({newest})"))
    for _each in range(3):
        with pytest.raises(ValueError, match="Expecting value"):
            world.portal.background.dispatcher.run_once()
        world.clock.advance(DispatchTimes().lease)
    assert len(world.mail.sent) == PEOPLE - 1
