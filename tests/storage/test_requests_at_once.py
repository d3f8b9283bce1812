"""Requests that accounts and the office change concurrently, on databases that allow concurrent units of work."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import attrs
import pytest

from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.domain.errors import Conflict, Refused
from klantportaal.domain.requests import ItemState, NewItem, NewRequest, RequestedItem
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import DeliveryId, DossierId, RequestId
from klantportaal.testing.contracts.storage.base import all_at_once
from tests.storage.test_questionnaires_at_once import attempted
from tests.usecases.world import PDF, World, in_blocks

TURNS = 3
"""How often each case is repeated: in the first turn, connections are opened one by one."""


@attrs.frozen(kw_only=True)
class Asking:
    """A client with two accounts, and a request for one item of at most three files."""

    world: World
    actor: Actor
    sibling: Actor
    dossier: DossierId
    id: RequestId

    @property
    def item(self) -> RequestedItem:
        """The item as it is now."""
        return self.world.portal.client.requests.get(self.actor, self.id).request.items[0]

    def stage(self, actor: Actor, *, files: int = 1) -> None:
        """Stage some files, each with other contents: the same file twice is one (AT-5)."""
        for _each in range(files):
            content = PDF + str(self.world.ids.new()).encode()
            self.world.portal.client.requests.stage(
                actor, self.id, self.item.id, name="stuk.pdf", blocks=in_blocks(content)
            )

    def deliver(self, actor: Actor, delivery_id: DeliveryId | None = None) -> DeliveryId:
        """Deliver what an account staged."""
        calls = self.world.portal.client.requests
        return calls.deliver(actor, self.id, self.item.id, delivery_id or calls.new_delivery())

    def take_back(self, delivery_id: DeliveryId) -> None:
        """Take a delivery back."""
        self.world.portal.client.requests.take_back(self.actor, self.id, self.item.id, delivery_id)

    def decide(self, what: str) -> None:
        """Let the office accept, withdraw or open the item."""
        office, desk = self.world.portal.office.requests, self.world.handler
        if what == "accept":
            office.accept_item(desk, self.id, self.item.id)
        elif what == "withdraw":
            office.withdraw_item(desk, self.id, self.item.id, "Niet meer nodig.")
        else:
            office.open_item(desk, self.id, self.item.id)

    def submitted(self) -> list[str]:
        """List the ids of the files under ``Door mij aangeleverd`` that answer this request."""
        rows = self.world.portal.client.dossiers.submissions(self.actor, self.dossier, size=1000)
        return sorted(str(each.id) for each in rows if each.request_id == self.id)

    def entries(self) -> Counter[str]:
        """Count the entries of the trail about this request, by kind."""
        with self.world.storage.begin() as uow:
            entries = uow.audit.entries(self.world.handler, limit=10_000)
        return Counter(each.what for each in entries if str(self.id) in each.which)

    def require_whole(self) -> None:
        """Require that the delivered files and the submissions are the same."""
        assert self.submitted() == sorted(str(file.id) for each in self.item.deliveries for file in each.files)


@pytest.fixture
def given(storage: SqlStorage) -> Callable[[], Asking]:
    """Return a function that makes another request to the same client."""
    return asking_in(storage)


def asking_in(storage: SqlStorage) -> Callable[[], Asking]:
    """Return a function that makes another request to the same client of a new office."""
    world = World(storage=storage)
    actor = world.onboard()
    sibling = world.extra_account(actor, "piet@example.nl")
    dossier = world.dossier(actor)
    new = NewRequest(subject="Stukken", items=[NewItem(title="Loonstrook", files=3)])

    def one_more() -> Asking:
        id = world.portal.office.requests.make(world.handler, dossier, actor.client_id, new)
        return Asking(world=world, actor=actor, sibling=sibling, dossier=dossier, id=id)

    return one_more


@pytest.mark.postgres
def test_reading_waits_for_nobody(postgres: SqlStorage) -> None:
    """RM-1, OF-4: a mail that is made reads a request while an account delivers; only a change waits."""
    asking = asking_in(postgres)()
    office = asking.world.office

    def read() -> RequestId:
        with postgres.begin() as uow:
            return uow.requests.get(office, asking.id).id

    with postgres.begin() as uow, ThreadPoolExecutor(1) as threads:
        uow.requests.take(office, asking.id)
        assert threads.submit(read).result(timeout=60) == asking.id


def test_two_accounts_deliver(given: Callable[[], Asking]) -> None:
    """RQ-2: of two accounts that deliver at once, both deliveries stand if there is room for both."""
    for _turn in range(TURNS):
        asking = given()
        accounts = (asking.actor, asking.sibling)
        for each in accounts:
            asking.stage(each)
        results = attempted([partial(asking.deliver, each) for each in accounts])
        assert sorted(each.id for each in asking.item.deliveries) == sorted(each for each in results)  # type: ignore[type-var]
        assert len(asking.item.current_files) == 2
        asking.require_whole()


def test_two_accounts_with_too_many_files(given: Callable[[], Asking]) -> None:
    """RQ-1: if two accounts together deliver more files than the item may have, one of them is refused."""
    for _turn in range(TURNS):
        asking = given()
        accounts = (asking.actor, asking.sibling)
        for each in accounts:
            asking.stage(each, files=2)
        results = attempted([partial(asking.deliver, each) for each in accounts])
        assert results.count(Refused) == 1
        [delivery] = asking.item.deliveries
        assert (delivery.id in results, len(delivery.files)) == (True, 2)
        loser = accounts[results.index(Refused)]
        assert len(asking.world.portal.client.requests.staged(loser, asking.id, asking.item.id)) == 2
        asking.require_whole()


@pytest.mark.parametrize("threads", [2, 6])
def test_a_double_click_delivers_once(given: Callable[[], Asking], threads: int) -> None:
    """AT-5: the same form sent several times at once delivers once."""
    for _turn in range(TURNS):
        asking = given()
        asking.stage(asking.actor, files=2)
        id = asking.world.portal.client.requests.new_delivery()
        assert attempted([partial(asking.deliver, asking.actor, id)] * threads) == [id] * threads
        assert [each.id for each in asking.item.deliveries] == [id]
        assert asking.entries()["ItemDelivered"] == 1
        asking.require_whole()


@pytest.mark.parametrize("what", ["accept", "withdraw"])
def test_decided_while_it_is_delivered(given: Callable[[], Asking], what: str) -> None:
    """RQ-3: a delivery that comes while the office decides stands before the decision, or is refused after it."""
    state = ItemState.ACCEPTED if what == "accept" else ItemState.WITHDRAWN
    for _turn in range(2 * TURNS):
        asking = given()
        asking.stage(asking.sibling)
        asking.deliver(asking.sibling)
        asking.stage(asking.actor)
        decide: Callable[[], object] = partial(asking.decide, what)
        deliver: Callable[[], object] = partial(asking.deliver, asking.actor)
        decided, delivered = attempted([decide, deliver])
        assert decided is None
        assert asking.item.state is state
        assert len(asking.item.deliveries) == (1 if delivered is Refused else 2)
        asking.require_whole()


def test_accepted_while_it_is_taken_back(given: Callable[[], Asking]) -> None:
    """RQ-3: either it is accepted and stays, or it is taken back and there is nothing to accept."""
    for _turn in range(2 * TURNS):
        asking = given()
        asking.stage(asking.actor)
        delivery_id = asking.deliver(asking.actor)
        results = attempted([partial(asking.decide, "accept"), partial(asking.take_back, delivery_id)])
        assert sorted(results, key=str) == sorted([None, Refused], key=str)
        expected = (ItemState.ACCEPTED, 1) if results[1] is Refused else (ItemState.OPEN, 0)
        assert (asking.item.state, len(asking.submitted())) == expected
        asking.require_whole()


def test_opened_while_it_is_taken_back(given: Callable[[], Asking]) -> None:
    """RQ-3: either the office opens it and it stays, or it is taken back before that."""
    for _turn in range(2 * TURNS):
        asking = given()
        asking.stage(asking.actor)
        delivery_id = asking.deliver(asking.actor)
        opened, taken = attempted([partial(asking.decide, "open"), partial(asking.take_back, delivery_id)])
        assert opened is None
        assert [each.opened_at is not None for each in asking.item.deliveries] == ([True] if taken is Refused else [])
        assert asking.entries()["DeliveryOpened"] == (taken is Refused)
        asking.require_whole()


def test_a_mail_a_day(given: Callable[[], Asking]) -> None:
    """RQ-1: of several reminders at once, one is sent."""
    asking = given()
    remind = partial(asking.world.portal.office.requests.remind, asking.world.handler, asking.id)

    def attempt(_number: int) -> bool:
        try:
            remind()
        except (Refused, Conflict):
            return False
        return True

    assert sorted(all_at_once(attempt, threads=4)) == [False, False, False, True]
    assert asking.entries()["RequestReminded"] == 1
