"""Requests of one API key at the same time, on databases with concurrent units of work (AP-3, AP-4)."""

import pytest

from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.domain.api_keys import ApiAccess, ApiArea, NewApiKey
from klantportaal.domain.case_handlers import ContactCard
from klantportaal.domain.errors import Conflict
from klantportaal.domain.idempotency import ApiActor
from klantportaal.portal import api_entrance_of
from klantportaal.testing.contracts.storage.base import all_at_once
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
    (key,) = world.portal.office.api_keys.list(world.handler)
    assert key.minute_requests == THREADS
    assert send(0) == str(handler.id)
