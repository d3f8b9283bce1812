"""API keys: making, entering with one, and carrying out a request once (AP-1, AP-3, AP-4)."""

import json
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from klantportaal.adapters.secrets.aes_vault import AesVault
from klantportaal.domain import api_keys
from klantportaal.domain.accounts import ClientKind, NewClient
from klantportaal.domain.api_keys import LEASES, ApiAccess, ApiArea, ApiLimits, Lease, MadeApiKey, Minute, NewApiKey
from klantportaal.domain.case_handlers import ContactCard
from klantportaal.domain.errors import (
    Absent,
    ApiKeyDead,
    Conflict,
    FaultCode,
    PortalError,
    Refused,
    StorageFull,
    TooManyRequests,
    Unavailable,
)
from klantportaal.domain.idempotency import ApiActor, ApiClient
from klantportaal.domain.sessions import Actor, OfficeActor
from klantportaal.domain.values import CaseHandlerId, Fingerprint, OfficeId
from klantportaal.portal import api_entrance_of
from klantportaal.ports.reading import Reading
from klantportaal.ports.storage import Storage
from klantportaal.settings import Settings
from klantportaal.testing.contracts.storage.base import START
from klantportaal.testing.fakes import FixedClock
from klantportaal.usecases.shared.request_leases import RequestLeases
from tests.domain.given import fault
from tests.usecases.world import World

NEW = NewApiKey(name="boekhouding", scopes={ApiArea.CLIENTS: ApiAccess.WRITE}, life=timedelta(days=1))
SENT = b"s" * 32
CARD = ContactCard(name="Els")
KEY = UUID(int=5)


@pytest.fixture
def made(world: World) -> MadeApiKey:
    """A key that works for a day."""
    return world.portal.office.api_keys.make(world.handler, NEW)


@pytest.fixture
def actor(world: World, made: MadeApiKey) -> ApiActor:
    """The office, with a request of this key."""
    return ApiActor(office_id=world.office, handler="boekhouding", key_id=made.id)


def test_a_secret_is_shown_once(world: World, made: MadeApiKey) -> None:
    """AP-1: storage holds no secret; the key is listed with its last use."""
    assert made.secret not in repr(made)
    assert made.secret not in repr(world.storage.read.office_api_keys(world.handler))
    (key,) = world.portal.office.api_keys.list(world.handler)
    assert (key.id, key.used_at) == (made.id, None)
    found, budget = api_entrance_of(world.portal).enter(made.secret)
    assert (found.id, budget.remaining) == (made.id, budget.limit - 1)
    (key,) = world.portal.office.api_keys.list(world.handler)
    assert key.used_at == world.clock.now()


def test_dead_keys(world: World, made: MadeApiKey) -> None:
    """AP-1: an unknown, an expired and a revoked key are refused alike."""
    entrance = api_entrance_of(world.portal)
    elsewhere = made.secret[:3] + ("A" * 22) + made.secret[25:]
    for secret in ("", "kp_", made.secret[:-1] + "!", elsewhere):
        with pytest.raises(ApiKeyDead):
            entrance.enter(secret)
    other = world.portal.office.api_keys.make(world.handler, NEW)
    world.portal.office.api_keys.revoke(world.handler, other.id)
    with pytest.raises(ApiKeyDead):
        entrance.enter(other.secret)
    with pytest.raises(Refused):
        world.portal.office.api_keys.revoke(world.handler, other.id)
    world.later(days=1)
    with pytest.raises(ApiKeyDead):
        entrance.enter(made.secret)


def test_an_office_that_does_not_exist(world: World) -> None:
    """OF-2: no key is made for an office that does not exist."""
    nobody = OfficeActor(office_id=OfficeId(world.ids.new()), handler="A")
    with pytest.raises(Absent):
        world.portal.office.api_keys.make(nobody, NEW)


def test_the_trail_names_the_key(world: World, actor: ApiActor) -> None:
    """AP-1, SI-5: what is done with a key has its id in the trail, beside the name of the case handler."""
    world.portal.office.case_handlers.add(actor, CARD)
    with world.storage.begin() as uow:
        entry = uow.audit.entries(world.handler)[-1]
    assert (entry.what, entry.handler) == ("CaseHandlerChanged", "boekhouding")
    assert json.loads(entry.which)["api_key"] == str(actor.key_id)


def _add(world: World, actor: ApiActor) -> CaseHandlerId:
    return world.portal.office.case_handlers.add(actor, CARD)


def test_once(world: World, actor: ApiActor) -> None:
    """AP-4: a request that is sent again gets the same answer, and makes no second thing."""
    entrance = api_entrance_of(world.portal)
    answers = {entrance.once(actor, "a", SENT, lambda by: _add(world, by), str) for _each in range(3)}
    (handler,) = world.portal.office.case_handlers.list(world.handler)
    assert answers == {str(handler.id)}
    with pytest.raises(Refused) as refused:
        entrance.once(actor, "a", b"x" * 32, lambda by: _add(world, by), str)
    assert refused.value.faults == (fault(FaultCode.KEY_USED_BEFORE, "Idempotency-Key"),)


def test_a_refused_request_may_be_sent_again(world: World, actor: ApiActor) -> None:
    """AP-4: a request that was refused makes nothing, and the corrected one may have the same key."""
    entrance = api_entrance_of(world.portal)
    wrong, right = (NewClient(kind=ClientKind.PERSON, name=name, email="jan@example.nl") for name in ("", "Jan"))
    with pytest.raises(Refused):
        entrance.once(actor, "a", SENT, lambda by: world.portal.office.clients.invite(by, wrong), str)
    entrance.once(actor, "a", b"x" * 32, lambda by: world.portal.office.clients.invite(by, right), str)
    assert len(world.portal.office.clients.list(world.handler)) == 1


def test_an_attempt_that_lost_its_place(world: World, actor: ApiActor) -> None:
    """AP-4: of an attempt that hangs and the one that takes its place, one makes the thing."""
    entrance = api_entrance_of(world.portal)

    def hang(by: ApiActor) -> CaseHandlerId:
        with pytest.raises(Conflict):
            entrance.once(actor, "a", SENT, lambda each: _add(world, each), str)
        world.later(minutes=2)
        entrance.once(actor, "a", SENT, lambda each: _add(world, each), str)
        return _add(world, by)

    with pytest.raises(Conflict):
        entrance.once(actor, "a", SENT, hang, str)
    assert len(world.portal.office.case_handlers.list(world.handler)) == 1


def test_an_answer_that_was_lost(world: World, actor: ApiActor) -> None:
    """AP-4: if the process stops between the change and its answer, the request makes no second thing."""
    entrance = api_entrance_of(world.portal)

    def stop(_made: CaseHandlerId) -> str:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        entrance.once(actor, "a", SENT, lambda by: _add(world, by), stop)
    world.later(minutes=2)
    with pytest.raises(Refused) as refused:
        entrance.once(actor, "a", SENT, lambda by: _add(world, by), str)
    assert refused.value.faults == (fault(FaultCode.ANSWER_LOST, "Idempotency-Key"),)
    assert len(world.portal.office.case_handlers.list(world.handler)) == 1
    world.later(days=3)
    world.portal.background.sweeper.run_once()
    entrance.once(actor, "a", SENT, lambda by: _add(world, by), str)


def test_the_budget_of_a_key() -> None:
    """AP-3: a key has so many requests in a minute, and another key its own."""
    world = World(settings=attrs.evolve(Settings(), api=attrs.evolve(Settings().api, requests_a_minute=2)))
    entrance = api_entrance_of(world.portal)
    first, second = (world.portal.office.api_keys.make(world.handler, NEW) for _each in range(2))
    for _each in range(2):
        entrance.enter(first.secret)
    with pytest.raises(TooManyRequests):
        entrance.enter(first.secret)
    entrance.enter(second.secret)
    world.later(minutes=1)
    entrance.enter(first.secret)


def test_the_budget_of_a_session() -> None:
    """AP-3: a session has so many requests in a minute, and another session of the same person its own."""
    world = World(settings=Settings(api=ApiLimits(session_requests_a_minute=2)))
    entrance, first = api_entrance_of(world.portal), world.onboard()
    second = world.sign_in()
    assert [entrance.spend(first).remaining for _each in range(2)] == [1, 0]
    with pytest.raises(TooManyRequests):
        entrance.spend(first)
    entrance.spend(second)
    world.later(minutes=1)
    entrance.spend(first)


@attrs.frozen
class Unwritten:
    """A storage that can be read, and takes nothing."""

    _inner: Storage
    _error: type[PortalError]

    @property
    def read(self) -> Reading:
        """Read as ever."""
        return self._inner.read

    def begin(self, *, flushed: bool = True) -> Any:
        """Fail."""
        raise self._error


@pytest.mark.parametrize("error", [Unavailable, StorageFull])
def test_requests_while_nothing_can_be_written(
    jan: Actor, made: MadeApiKey, world: World, error: type[PortalError]
) -> None:
    """AP-3, ST-2: whoever reads goes on while nothing can be written. The process counts by itself, up to the limit."""
    limits = ApiLimits(requests_a_minute=130, session_requests_a_minute=140)
    storage: Any = Unwritten(world.storage, error)
    entrance = attrs.evolve(api_entrance_of(world.portal), storage=storage, limits=limits, leases=RequestLeases())
    left = [entrance.enter(made.secret)[1].remaining for _each in range(130)]
    assert left == list(range(129, -1, -1))
    assert [entrance.spend(jan).remaining for _each in range(140)] == list(range(139, -1, -1))
    for ask in (lambda: entrance.enter(made.secret), lambda: entrance.spend(jan)):
        with pytest.raises(TooManyRequests):
            ask()
    world.later(minutes=1)
    assert entrance.enter(made.secret)[1].remaining == 129


def test_a_key_is_saved_once_for_a_lease(world: World, made: MadeApiKey) -> None:
    """AP-1, AP-3: most requests write nothing; the last use is known to the minute, and a revoked key ends at once."""
    entrance, begun = api_entrance_of(world.portal), world.clock.now()
    saved = set[tuple[int, datetime | None]]()
    for _each in range(30):
        entrance.enter(made.secret)
        (key,) = world.portal.office.api_keys.list(world.handler)
        saved.add((key.minute_requests, key.used_at))
    assert saved == {(taken, begun) for taken in (10, 19, 28, 37)}
    world.later(minutes=1)
    entrance.enter(made.secret)
    (key,) = world.portal.office.api_keys.list(world.handler)
    assert key.used_at == begun + timedelta(minutes=1)
    world.portal.office.api_keys.revoke(world.handler, made.id)
    with pytest.raises(ApiKeyDead):
        entrance.enter(made.secret)


PROCESSES = 4
Turns = list[tuple[int, int, bool]]
TURNS = st.lists(st.tuples(st.integers(0, PROCESSES - 1), st.integers(1, 60), st.booleans()), max_size=20)


@given(limit=st.integers(1, 400), turns=TURNS)
@example(limit=120, turns=[(0, 1, False), (1, 1, False), (2, 1, False), (3, 60, False), (3, 60, False)])
def test_the_limit_over_several_processes(limit: int, turns: Turns) -> None:
    """AP-3: however many processes share a key, no more requests are let in than the limit.

    A request is refused early only for what leases of the others hold: of each at most a sixtieth of the limit. So much
    is lost of a process that crashes, too. The header never tells of more than there is, nor of less by more than that.
    """
    now = START.replace(second=1)
    processes = [RequestLeases() for _each in range(PROCESSES)]
    stored, admitted, crashes = Minute(begun_at=now.replace(second=0, microsecond=0), taken=0), 0, 0

    def take() -> Lease:
        nonlocal stored
        lease = api_keys.take(stored, limit=limit, at=now)
        stored = lease.minute
        return lease

    for number, requests, crashed in turns:
        for _each in range(requests):
            held_by_others = (PROCESSES - 1 + crashes) * max(limit // LEASES, 1)
            try:
                budget = processes[number].spend(KEY, stored, take, limit=limit, at=now)
            except TooManyRequests:
                assert limit - admitted <= held_by_others
            else:
                admitted += 1
                assert limit - admitted - held_by_others <= budget.remaining <= limit - admitted
        if crashed:
            processes[number], crashes = RequestLeases(), crashes + 1
    assert admitted <= limit


def test_clocks_that_differ(world: World, made: MadeApiKey) -> None:
    """AP-3: around the turn of a minute, processes whose clocks differ count one minute together."""
    limits = ApiLimits(requests_a_minute=120)
    behind, ahead = (
        attrs.evolve(api_entrance_of(world.portal), clock=clock, limits=limits, leases=RequestLeases())
        for clock in (FixedClock(START.replace(second=59)), FixedClock(START + api_keys.MINUTE))
    )
    second = world.portal.office.api_keys.make(world.handler, NEW)
    admitted = 0
    for number in range(300):
        if number < 100:
            behind.enter(second.secret)
        with suppress(TooManyRequests):
            (behind, ahead)[number % 2].enter(made.secret)
            admitted += 1
    assert 118 <= admitted <= 122  # The process that is behind may have used up to a lease of its own minute.


def test_cursors(world: World) -> None:
    """AP-5: a cursor tells nothing, and is good for its office and its list only, unaltered."""
    other = OfficeId(world.ids.new())
    entrance = attrs.evolve(api_entrance_of(world.portal), vault=AesVault(b"k" * 32))
    cursor = entrance.cursor(world.office, "clients.list", '"0198"')
    assert "0198" not in cursor
    assert entrance.place(world.office, "clients.list", cursor) == '"0198"'
    for office, listed, sent in (
        (other, "clients.list", cursor),
        (world.office, "dossiers.list", cursor),
        (world.office, "clients.list", cursor[:-1] + ("0" if cursor[-1] != "0" else "1")),
        (world.office, "clients.list", "é"),
        (world.office, "clients.list", ""),
    ):
        assert entrance.place(office, listed, sent) is None


def test_whose_idempotency_key_it_is(jan: Actor, actor: ApiActor, made: MadeApiKey) -> None:
    """AP-4: an ``Idempotency-Key`` is that of an API key, or of a person in any of its sessions."""
    client = ApiClient(**attrs.asdict(jan, recurse=False))
    elsewhere = attrs.evolve(client, fingerprint=Fingerprint(b"z" * 32))
    assert actor.caller_id == made.id
    assert client.caller_id == elsewhere.caller_id == client.person_id
