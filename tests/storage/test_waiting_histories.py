"""Who has to do something is kept right in the rows of the databases (PG-2)."""

from random import Random

from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.domain.values import ClientId
from klantportaal.domain.waiting import WaitingFor
from klantportaal.testing.contracts.storage.base import all_at_once
from tests.usecases.histories import ACTS, TEXT, History


def test_random_histories(storage: SqlStorage) -> None:
    """PG-2: after each of sixty random acts, everybody sees what follows from all that is there."""
    chance, history = Random(13), History(storage)
    for _each in range(60):
        history.act(chance.choice(sorted(ACTS)), chance.randrange(10_000))
        history.check()


def test_changes_at_once(storage: SqlStorage) -> None:
    """PG-2: of changes at once in one dossier, none is left out of what is kept."""
    history = History(storage)
    world, dossier_id = history.world, history.dossiers[0]
    [actor, _other] = history.clients
    ids = [
        world.portal.office.questionnaires.assign(world.handler, dossier_id, actor.client_id, "klein")
        for _each in range(6)
    ]

    def act(number: int) -> None:
        if number % 2:
            world.portal.office.questionnaires.withdraw(world.handler, ids[number // 2])
        else:
            world.portal.office.messages.send(world.handler, dossier_id, actor.client_id, TEXT)

    all_at_once(act, threads=12)
    history.check()
    assert waiting_for_client(history, actor.client_id) == 0


def waiting_for_client(history: History, client_id: ClientId) -> int:
    """Count the things that wait for a client, in the office's list."""
    rows = history.world.portal.office.dossiers.waiting(history.world.handler, whom=WaitingFor.CLIENT)
    return sum(row.waiting.count for row in rows if row.client_id == client_id)
