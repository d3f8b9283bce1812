"""Concurrent guessing, also in several processes: never more guesses are compared than allowed (SI-2)."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import attrs
import pytest

from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.domain.errors import Refused, SignInFailed
from klantportaal.ports.secrets import Verdict
from klantportaal.testing.contracts.storage.base import all_at_once
from klantportaal.testing.fakes import PlainPasswords
from klantportaal.usecases.client.sign_in import SignIn
from tests.support.storages import migrated_file
from tests.usecases.world import PASSWORD, World


class Watching(PlainPasswords):
    """Counts the passwords compared with a real hash."""

    def __init__(self) -> None:
        super().__init__()
        self.compared: list[str] = []

    def verify(self, password: str, stored: str | None) -> Verdict:
        """Verify a password."""
        if stored is not None:
            self.compared.append(password)
        return super().verify(password, stored)


@attrs.frozen(kw_only=True)
class Processes:
    """A portal with one account and two processes for signing in, and the passwords compared there."""

    world: World
    passwords: Watching
    doors: tuple[SignIn, SignIn]

    @classmethod
    def of(cls, storage: SqlStorage, other: SqlStorage) -> "Processes":
        """Make them on two storages of one database."""
        passwords = Watching()
        world = World(storage=storage, passwords=passwords)
        world.onboard()
        passwords.verified = 0
        here = world.portal.client.sign_in
        there = attrs.evolve(here, storage=other, throttle=attrs.evolve(here._throttle, storage=other))
        return cls(world=world, passwords=passwords, doors=(here, there))

    def guess(self, number: int, address: str = "jan@example.nl", network: str = "192.0.2.7") -> str:
        """Guess a password in one of the processes, and return the error."""
        visitor = attrs.evolve(self.world.visitor, network_address=network)
        with pytest.raises(SignInFailed) as failure:
            self.doors[number % 2].sign_in(visitor, address, f"guess {number}")
        return repr(failure.value)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Processes]:
    """Return two processes on one database."""
    if request.param == "sqlite":
        path = migrated_file(tmp_path)
        both = SqlStorage.sqlite(path, patience=60), SqlStorage.sqlite(path, patience=60)
    else:
        request.getfixturevalue("postgres")
        dsn = request.getfixturevalue("migrated_postgres")
        both = SqlStorage.postgresql(dsn, patience=60), SqlStorage.postgresql(dsn, patience=60)
    yield Processes.of(*both)
    for each in both:
        each.close()


def test_of_fifty_guesses_at_once_five_are_compared(pair: Processes) -> None:
    """SI-1, SI-2: of fifty guesses in two processes, five are compared; each costs a bcrypt and fails alike."""
    answers = all_at_once(lambda number: pair.guess(number, network=f"198.51.100.{number}"), threads=50)
    assert set(answers) == {"SignInFailed()"}
    assert (len(pair.passwords.compared), pair.passwords.verified) == (5, 50)


def test_guesses_of_the_current_password_count_with_those_at_the_door(pair: Processes) -> None:
    """SI-2, PW-4: guesses at sign-in and at a change of password count together: five are compared."""
    world = pair.world
    jan = world.sign_in()
    pair.passwords.compared.clear()

    def guess(number: int) -> None:
        if number % 3:
            pair.guess(number)
        else:
            with pytest.raises(Refused):
                world.portal.client.profile.change_password(jan, current="guess", password=PASSWORD, repeated=PASSWORD)

    all_at_once(guess, threads=12)
    assert len(pair.passwords.compared) == 5


def test_from_one_network_fifty_are_hashed(pair: Processes) -> None:
    """SI-2: of guesses at sixty accounts from one network, fifty are hashed; all get the same response."""
    answers = all_at_once(lambda number: pair.guess(number, f"klant{number}@example.nl"), threads=60)
    assert set(answers) == {"SignInFailed()"}
    assert pair.passwords.verified == 50


def test_of_those_who_sign_in_at_once_nobody_is_slowed_down_later(pair: Processes) -> None:
    """SI-2: successful sign-ins of many accounts do not count for their network."""
    addresses = [f"medewerker{number}@example.nl" for number in range(15)]
    for address in addresses:
        pair.world.onboard(address)

    def enter(number: int) -> None:
        pair.doors[number % 2].sign_in(pair.world.visitor, addresses[number], PASSWORD)

    for _ in range(4):
        all_at_once(enter, threads=len(addresses))
    before = pair.passwords.verified
    for number in range(51):
        pair.guess(number, f"klant{number}@example.nl")
    assert pair.passwords.verified - before == 50


def test_of_many_refusals_at_once_none_is_lost(pair: Processes) -> None:
    """SI-5: of refusals in two processes, while minutes end and counts are recorded, the trail has each one."""
    world = pair.world
    for number in range(50):
        pair.guess(number, f"klant{number}@example.nl")
    here = world.portal.background.sweeper._refusals
    there = attrs.evolve(here, storage=pair.doors[1]._storage)

    def refuse(number: int) -> None:
        if number % 6 == 0:
            world.clock.advance(timedelta(seconds=20))
            (here, there)[number % 4 // 2].run_once()
        else:
            pair.guess(number)

    for _ in range(3):
        all_at_once(refuse, threads=36)
    world.clock.advance(timedelta(minutes=1))
    here.run_once()
    with world.storage.begin() as uow:
        entries = uow.audit.entries(world.handler)
    counts = [json.loads(each.which)["count"] for each in entries if each.what == "RefusalsRepeated"]
    singles = sum(each.what == "SignInRefused" for each in entries)
    assert singles + sum(counts) == 50 + 3 * 30
    assert counts
