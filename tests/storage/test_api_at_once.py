"""Requests of one API key at the same time, on databases with concurrent units of work (AP-3, AP-4)."""

from contextlib import suppress

import attrs
import pytest

from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.domain.api_keys import ApiAccess, ApiArea, ApiLimits, NewApiKey
from klantportaal.domain.case_handlers import ContactCard
from klantportaal.domain.errors import Conflict, TooManyRequests
from klantportaal.domain.idempotency import ApiActor
from klantportaal.portal import api_entrance_of
from klantportaal.testing.contracts.storage.base import all_at_once
from klantportaal.usecases.shared.request_leases import RequestLeases
from tests.usecases.world import World

THREADS = 50
SENT = b"s" * 32


@pytest.fixture
def world(storage: SqlStorage) -> World:
    """Return a portal on each database in turn."""
    return World(storage=storage)


def test_one_request_of_fifty(world: World) -> None:
    """AP-4: of fifty requests with one ``Idempotency-Key`` at once, one makes something; no other answer is given."""
    new = NewApiKey(name="boekhouding", scopes={ApiArea.CASE_HANDLERS: ApiAccess.WRITE})
    made, entrance = world.portal.office.api_keys.make(world.handler, new), api_entrance_of(world.portal)

    def send(_number: int) -> str | None:
        key, _budget = entrance.enter(made.secret)
        actor = ApiActor(office_id=key.office_id, handler=key.name, key_id=key.id)
        add = world.portal.office.case_handlers.add
        try:
            return entrance.once(actor, "a", SENT, lambda by: add(by, ContactCard(name="Els")), str)
        except Conflict:
            return None

    answers = all_at_once(send, threads=THREADS)
    (handler,) = world.portal.office.case_handlers.list(world.handler)
    assert set(answers) - {None} == {str(handler.id)}
    assert send(0) == str(handler.id)


def test_the_limit_of_several_processes(world: World) -> None:
    """AP-3: of 150 requests at once, in three processes, as many are let in as the limit says, and no more.

    The leases of the others may hold two each: a sixtieth of the limit.
    """
    new, limit, processes = NewApiKey(name="boekhouding", scopes={ApiArea.CLIENTS: ApiAccess.READ}), 130, 3
    made = world.portal.office.api_keys.make(world.handler, new)
    limits = ApiLimits(requests_a_minute=limit)
    entrances = [
        attrs.evolve(api_entrance_of(world.portal), limits=limits, leases=RequestLeases()) for _each in range(processes)
    ]

    def send(number: int) -> int:
        admitted = 0
        for _each in range(5):
            with suppress(TooManyRequests):
                entrances[number % processes].enter(made.secret)
                admitted += 1
        return admitted

    admitted = sum(all_at_once(send, threads=30))
    assert limit - 2 * (processes - 1) <= admitted <= limit
    (key,) = world.portal.office.api_keys.list(world.handler)
    assert key.minute_requests == limit
