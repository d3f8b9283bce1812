"""Persons and accounts that change while others act, on databases that allow concurrent units of work."""

import functools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import attrs
import pytest

from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.domain.accounts import Account, AccountRole, AccountState
from klantportaal.domain.errors import Conflict, NotSignedIn
from klantportaal.domain.persons import Person, cut_off
from klantportaal.domain.values import AccountId, ClientId, PersonId
from klantportaal.ports.storage import UnitOfWork
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import all_at_once

PIET = "piet@example.nl"


def closed_client(uow: UnitOfWork, account: Account, scene: Scene) -> None:
    """Close the client of an account."""
    client = uow.clients.hold(account.office_id, account.client_id)
    uow.clients.save(attrs.evolve(client, closed_at=scene.clock.now()))


def deleted(uow: UnitOfWork, account: Account, _scene: Scene) -> None:
    """Delete an account."""
    standing = uow.accounts.take(account.office_id, account.id)
    uow.accounts.save(attrs.evolve(standing, state=AccountState.DELETED))


def moved(uow: UnitOfWork, account: Account, scene: Scene) -> None:
    """Give an account to another person."""
    person = uow.persons.get(account.office_id, account.person_id)
    heir = attrs.evolve(person, id=PersonId(scene.ids.new()), email=PIET)
    uow.persons.add(heir)
    uow.accounts.save(attrs.evolve(account, person_id=heir.id))


def signed_out(uow: UnitOfWork, account: Account, _scene: Scene) -> None:
    """End all sessions of the person of an account."""
    uow.persons.save(cut_off(uow.persons.take(account.office_id, account.person_id)))


ENDINGS: list[Callable[[UnitOfWork, Account, Scene], None]] = [closed_client, deleted, moved, signed_out]


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda each: str(each.__name__))
def test_whatever_ends_an_actor_waits_for_what_it_does(storage: SqlStorage, ending: Callable[..., None]) -> None:
    """XA-3, PE-5: while a unit of work holds an actor, no other ends it; afterwards it is held no more."""
    scene = Scene(storage=storage)
    _client, account = scene.person(scene.office())
    actor, events = scene.actor(account), list[str]()
    begun = threading.Event()

    def end() -> None:
        with storage.begin() as uow:
            begun.set()
            ending(uow, account, scene)
            events.append("ended")
            uow.commit()

    with ThreadPoolExecutor(1) as pool:
        with storage.begin() as uow:
            uow.accounts.hold(actor)
            waiting = pool.submit(end)
            if storage._engines.schema is not None:  # SQLite lets nobody else begin.
                assert begun.wait(10)
            with suppress(TimeoutError):
                waiting.result(0.3)
            events.append("done")
            uow.commit()
        waiting.result(30)
    assert events == ["done", "ended"]
    with storage.begin() as uow, pytest.raises(NotSignedIn):
        uow.accounts.hold(actor)


def test_an_address_is_one_persons(storage: SqlStorage) -> None:
    """PE-1: of many that add a person with one address at once, one does; the others find that person and go on."""
    scene = Scene(storage=storage)
    model = scene.somebody(scene.office())
    for turn in range(5):  # The first finds the connections still to be made, one after the other.
        persons = [attrs.evolve(model, id=PersonId(scene.ids.new()), email=f"{turn}@example.nl") for _ in range(8)]
        clients = [scene.client(storage.read.office(model.office_id)).id for _ in persons]
        found = all_at_once(functools.partial(joining, storage, scene, persons, clients), threads=8)
        assert len(set(found)) == 1
        with storage.begin() as uow:
            assert len(uow.accounts.of_person(model.office_id, found[0])) == 8


def joining(storage: SqlStorage, scene: Scene, persons: list[Person], clients: list[ClientId], number: int) -> PersonId:
    """Add an account for an address, and the person if nobody has added it."""
    person = persons[number]
    with storage.begin() as uow:
        try:
            uow.persons.add(person)
        except Conflict:
            standing = uow.persons.by_address(person.office_id, person.email)
            assert standing is not None
            person = standing
        model = Account(
            id=AccountId(scene.ids.new()),
            office_id=person.office_id,
            person_id=person.id,
            client_id=clients[number],
            role=AccountRole.MAIN,
            name="Piet",
            state=AccountState.ACTIVE,
            made_at=scene.clock.now(),
        )
        uow.accounts.add(model)
        uow.commit()
    return person.id


def test_actors_of_a_person_are_held_side_by_side(storage: SqlStorage) -> None:
    """PE-5: in the order of the port, closing the client of one account and acting for another never fail together."""
    scene = Scene(storage=storage)
    office = scene.office()
    _client, account = scene.person(office)
    other = scene.another(account, scene.client(office))
    actors = [scene.actor(account), scene.actor(other)]

    def act(number: int) -> None:
        for _turn in range(10):
            with storage.begin() as uow:
                if number == 0:
                    uow.persons.save(uow.persons.take(account.office_id, account.person_id))
                    uow.clients.save(uow.clients.hold(account.office_id, account.client_id))
                    uow.accounts.save(uow.accounts.take(account.office_id, account.id))
                else:
                    uow.accounts.hold(actors[number % 2])
                uow.commit()

    all_at_once(act, threads=6)
