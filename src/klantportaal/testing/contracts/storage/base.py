"""The base of the storage contract: the storage fixture, test data in it, and helpers."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import attrs
import pytest

from klantportaal.domain.accounts import Account, Client
from klantportaal.domain.dossiers import Dossier
from klantportaal.domain.offices import Office
from klantportaal.domain.sessions import Actor, OfficeActor
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.promises import Contract
from klantportaal.testing.contracts.storage.typed_results import checked_methods
from klantportaal.testing.fakes import FixedClock

Result = TypeVar("Result")

START = datetime(2026, 1, 5, 9, 0, 0, 123456, tzinfo=UTC)
"""A moment with microseconds, to test that they are kept."""
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
AWKWARD_TEXTS = (
    "Bräutigam 'é' \"quoted\" & <b>",
    "50% van A_B \\ C; DROP TABLE offices; --",
    "👩‍⚖️ ﬁ Ⅷ 日本語 עברית",
    "regel een\nregel twee\n\ttab",
    "x" * 5000,
)
"""Texts that must come back unchanged."""


@attrs.frozen(kw_only=True)
class Cast:
    """A dossier with two parties, and actors that have no access to it."""

    office: Office
    desk: OfficeActor
    dossier: Dossier
    client: Client
    """A company that is a party."""
    account: Account
    """Its main account."""
    actor: Actor
    sibling: Account
    """Its extra account."""
    sibling_actor: Actor
    other_party: Client
    other_account: Account
    other_actor: Actor
    second: Account
    """An account of the main account's person, for a client of the office that is not a party (PE-1)."""
    second_actor: Actor
    bystander: Actor
    """A client of the same office that is not a party."""
    foreigner: Actor
    """A client of another office."""
    impostor: Actor
    """The company's main account with the id of another office."""
    foreign_desk: OfficeActor

    @property
    def outsiders(self) -> tuple[Actor, ...]:
        """The actors for whom the dossier does not exist (DO-1, OF-2)."""
        return self.second_actor, self.bystander, self.foreigner, self.impostor


class StorageTests(Contract):
    """A part of the contract."""

    @pytest.fixture
    def storage(self) -> Storage:
        """Return the storage under test, new and empty. The test of an adapter overrides this."""
        raise NotImplementedError("a test of a storage gives a fixture called storage")

    @pytest.fixture(autouse=True)
    def _answers_are_typed(self, storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
        """AL-5: in every test, each result has the types that the port promises."""
        for cls, name, method in list(checked_methods(storage)):
            monkeypatch.setattr(cls, name, method)

    @pytest.fixture
    def clock(self) -> FixedClock:
        """Return a clock that stands at a moment with microseconds."""
        return FixedClock(START)

    @pytest.fixture
    def scene(self, storage: Storage, clock: FixedClock) -> Scene:
        """Return a builder of test data in the storage."""
        return Scene(storage=storage, clock=clock)

    @pytest.fixture
    def cast(self, scene: Scene) -> Cast:
        """Add a dossier with two parties, and outsiders."""
        office, elsewhere = scene.office(), scene.office()
        client, account, sibling = scene.company(office)
        other_party, other_account = scene.person(office)
        _bystander, bystanding_account = scene.person(office)
        _foreigner, foreign_account = scene.person(elsewhere)
        second = scene.another(account, scene.client(office))
        actor = scene.actor(account)
        return Cast(
            office=office,
            desk=scene.office_actor(office),
            dossier=scene.dossier(office, client, other_party),
            client=client,
            account=account,
            actor=actor,
            sibling=sibling,
            sibling_actor=scene.actor(sibling),
            other_party=other_party,
            other_account=other_account,
            other_actor=scene.actor(other_account),
            second=second,
            second_actor=scene.actor(second),
            bystander=scene.actor(bystanding_account),
            foreigner=scene.actor(foreign_account),
            impostor=attrs.evolve(actor, office_id=elsewhere.id),
            foreign_desk=scene.office_actor(elsewhere),
        )


@contextmanager
def committing(storage: Storage) -> Iterator[UnitOfWork]:
    """Open a unit of work and commit it at the end."""
    with storage.begin() as uow:
        yield uow
        uow.commit()


def all_at_once(work: Callable[[int], Result], *, threads: int) -> list[Result]:
    """Call *work* in several threads that start together. Return all results.

    Raises the exception of a thread in the test's own thread.
    """
    barrier = threading.Barrier(threads)
    results: list[Result] = []
    failures: list[BaseException] = []

    def run(number: int) -> None:
        barrier.wait()
        try:
            results.append(work(number))
        except BaseException as failure:  # noqa: BLE001 - raised again below, in the test's own thread
            failures.append(failure)

    running = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    if failures:
        raise failures[0]
    return results


def is_utc_to_the_microsecond(moment: datetime) -> bool:
    """Tell whether a moment is aware, in UTC, and still has the microseconds of ``START``."""
    return moment.utcoffset() == timedelta(0) and moment.microsecond == START.microsecond
