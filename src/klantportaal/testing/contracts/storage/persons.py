"""Persons: one address each within an office (PE-1, PE-2, PE-5)."""

from datetime import timedelta

import attrs
import pytest

from klantportaal.domain.accounts import AccountState
from klantportaal.domain.errors import Absent, Conflict, Fault, FaultCode, Refused
from klantportaal.domain.values import AccountId, Language, PersonId, folded
from klantportaal.ports.storage import Storage
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import (
    HOUR,
    StorageTests,
    all_at_once,
    committing,
    is_utc_to_the_microsecond,
)

AT_ONCE = 12
TAKEN = (Fault(code=FaultCode.ADDRESS_TAKEN, field="email"),)


class PersonsContract(StorageTests):
    """Tests of persons."""

    def test_a_person_comes_back_whole(self, storage: Storage, scene: Scene) -> None:
        """PE-1: a person comes back unchanged, with exact times, and does not exist in another office."""
        office, now = scene.office(), scene.clock.now()
        person = scene.somebody(
            office,
            email="Jürgen.O'Neil+portaal@Example.NL",
            language=Language.ENGLISH,
            password_hash=None,
            epoch=7,
            first_signed_in_at=now + timedelta(days=1),
            last_account_id=AccountId(scene.ids.new()),
            freed_at=now + HOUR,
        )
        plain, elsewhere = scene.somebody(office), scene.office()
        with storage.begin() as uow:
            found = uow.persons.get(office.id, person.id)
            assert [found, uow.persons.get(office.id, plain.id)] == [person, plain]
            assert found.freed_at is not None
            assert is_utc_to_the_microsecond(found.freed_at)
            assert uow.persons.take(office.id, person.id) == person
            for office_id, person_id in ((elsewhere.id, person.id), (office.id, PersonId(scene.ids.new()))):
                with pytest.raises(Absent):
                    uow.persons.get(office_id, person_id)
                with pytest.raises(Absent):
                    uow.persons.take(office_id, person_id)

    def test_a_person_changes(self, storage: Storage, scene: Scene) -> None:
        """PR-1: saving a person stores every change."""
        office, now = scene.office(), scene.clock.now()
        person = scene.somebody(office, freed_at=now)
        changed = attrs.evolve(
            person,
            email="Ander@Example.nl",
            language=Language.ENGLISH,
            password_hash="hash",
            epoch=2,
            first_signed_in_at=now,
            last_account_id=AccountId(scene.ids.new()),
            freed_at=None,
        )
        with committing(storage) as uow:
            uow.persons.save(changed)
        with storage.begin() as uow:
            assert uow.persons.get(office.id, person.id) == attrs.evolve(changed, version=2)

    def test_a_person_is_found_by_its_folded_address(self, storage: Storage, scene: Scene) -> None:
        """SI-1: an address is found in any case, within its office; an account is not needed."""
        here, elsewhere = scene.office(), scene.office()
        person = scene.somebody(here, email="Jan.Émile@Example.NL")
        namesake = scene.somebody(elsewhere, email="jan.émile@example.nl")
        scene.somebody(here, email="jan@example.nl")
        asked = folded("JAN.E\u0301MILE@example.nl")
        with storage.begin() as uow:
            assert uow.persons.by_address(here.id, asked) == person
            assert uow.persons.by_address(elsewhere.id, asked) == namesake
            for nobodys in ("niemand@example.nl", "%@example.nl", "jan@example.nl\0", ""):
                assert uow.persons.by_address(here.id, nobodys) is None

    def test_an_address_is_taken_once(self, storage: Storage, scene: Scene) -> None:
        """PE-1: two persons of an office cannot have one address, ignoring case; the unit of work goes on."""
        here, elsewhere = scene.office(), scene.office()
        person = scene.somebody(here, email="jan@example.nl")
        again = attrs.evolve(person, id=PersonId(scene.ids.new()), email="JAN@Example.nl")
        theirs = attrs.evolve(again, id=PersonId(scene.ids.new()), office_id=elsewhere.id)
        with committing(storage) as uow:
            with pytest.raises(Conflict):
                uow.persons.add(again)
            uow.persons.save(attrs.evolve(person, epoch=2))
            uow.persons.add(theirs)
        with storage.begin() as uow:
            kept = attrs.evolve(person, epoch=2, version=2)
            assert uow.persons.by_address(here.id, "jan@example.nl") == kept
            assert uow.persons.by_address(elsewhere.id, "jan@example.nl") == theirs
            with pytest.raises(Absent):
                uow.persons.get(here.id, again.id)

    def test_of_many_at_once_one_gets_the_address(self, storage: Storage, scene: Scene) -> None:
        """PE-2: of concurrent new persons with one address one is added; the others find it and go on."""
        office = scene.office()
        _client, model = scene.person(office)
        somebody = scene.person_of(model)
        ids = [AccountId(scene.ids.new()) for _each in range(AT_ONCE)]
        clients = [scene.client(office) for _each in ids]

        def invite(number: int) -> bool:
            """Add an account for the address, as an invitation does."""
            person, is_new = attrs.evolve(somebody, id=PersonId(ids[number]), email="Samen@example.nl"), True
            with committing(storage) as uow:
                try:
                    uow.persons.add(person)
                except Conflict:
                    standing = uow.persons.by_address(office.id, "samen@example.nl")
                    assert standing is not None
                    person, is_new = standing, False
                uow.accounts.add(attrs.evolve(model, id=ids[number], person_id=person.id, client_id=clients[number].id))
            return is_new

        assert sum(all_at_once(invite, threads=AT_ONCE)) == 1
        with storage.begin() as uow:
            found = uow.persons.by_address(office.id, "samen@example.nl")
            assert found is not None
            holdings = uow.accounts.of_person(office.id, found.id)
        assert [(account.id, client) for account, client in holdings] == list(zip(ids, clients, strict=True))

    def test_of_many_at_once_one_moves_to_the_address(self, storage: Storage, scene: Scene) -> None:
        """PE-1: of concurrent changes to one address, exactly one succeeds."""
        office = scene.office()
        persons = [scene.somebody(office) for _each in range(AT_ONCE)]

        def move(number: int) -> bool:
            try:
                with committing(storage) as uow:
                    uow.persons.save(attrs.evolve(persons[number], email="samen@example.nl"))
            except Refused:
                return False
            return True

        assert sum(all_at_once(move, threads=AT_ONCE)) == 1

    def test_a_person_moves_to_another_address(self, storage: Storage, scene: Scene) -> None:
        """OF-1: a person is found by its new address only, and its old address is free."""
        office = scene.office()
        client, account = scene.person(office, name="Oud", email="fout@example.nl")
        person = scene.person_of(account)
        with committing(storage) as uow:
            uow.persons.save(attrs.evolve(person, email="Goed@Example.nl"))
        kept = attrs.evolve(person, email="Goed@Example.nl", version=2)
        with committing(storage) as uow:
            assert uow.persons.by_address(office.id, "goed@example.nl") == kept
            assert uow.persons.by_address(office.id, "fout@example.nl") is None
            uow.persons.add(attrs.evolve(person, id=PersonId(scene.ids.new())))
        desk = scene.office_actor(office)
        for search, found in (("goed@", [client]), ("oud", [client]), ("fout@", [])):
            assert [card.client for card in storage.read.office_clients(desk, search=search)] == found

    def test_a_person_moves_to_no_other_persons_address(self, storage: Storage, scene: Scene) -> None:
        """SI-1: changing to the address of another person is refused; changing only the case of one's own is not."""
        here, elsewhere = scene.office(), scene.office()
        person = scene.somebody(here, email="jan@example.nl")
        scene.somebody(here, email="piet@example.nl")
        scene.somebody(elsewhere, email="klaas@example.nl")
        with pytest.raises(Refused) as refusal, committing(storage) as uow:
            uow.persons.save(attrs.evolve(person, language=Language.ENGLISH, email="PIET@Example.nl"))
        assert refusal.value.faults == TAKEN
        for version, email in enumerate(("JAN@example.nl", "klaas@example.nl"), start=1):
            with committing(storage) as uow:
                uow.persons.save(attrs.evolve(person, email=email, version=version))
        with storage.begin() as uow:
            assert uow.persons.get(here.id, person.id) == attrs.evolve(person, email="klaas@example.nl", version=3)

    def test_a_freed_address_can_be_had_again(self, storage: Storage, scene: Scene) -> None:
        """PE-5: a freed person is not found by its address, which another can have at once; both are kept."""
        office, now = scene.office(), scene.clock.now()
        person = scene.somebody(office, email="Piet@example.nl")
        freed = attrs.evolve(person, freed_at=now)
        heir = attrs.evolve(person, id=PersonId(scene.ids.new()), email="PIET@example.nl")
        with committing(storage) as uow:
            uow.persons.save(freed)
            assert uow.persons.by_address(office.id, "piet@example.nl") is None
            uow.persons.add(heir)
        freed = attrs.evolve(freed, version=2)
        with committing(storage) as uow:
            assert uow.persons.by_address(office.id, "piet@example.nl") == heir
            assert uow.persons.get(office.id, person.id) == freed
            uow.persons.save(attrs.evolve(freed, epoch=2))  # Its address conflicts with no other person.
            uow.persons.add(attrs.evolve(freed, id=PersonId(scene.ids.new())))
            uow.persons.save(attrs.evolve(heir, freed_at=now))
        with committing(storage) as uow:
            uow.persons.save(attrs.evolve(freed, freed_at=None, epoch=2, version=3))
            assert uow.persons.by_address(office.id, "piet@example.nl") is not None

    def test_a_freed_person_does_not_come_back_beside_its_heir(self, storage: Storage, scene: Scene) -> None:
        """PE-5: a freed person cannot claim its address again while another has it."""
        office = scene.office()
        freed = scene.somebody(office, email="piet@example.nl", freed_at=scene.clock.now())
        scene.somebody(office, email="Piet@example.nl")
        with pytest.raises(Refused) as refusal, committing(storage) as uow:
            uow.persons.save(attrs.evolve(freed, freed_at=None))
        assert refusal.value.faults == TAKEN

    def test_a_person_is_taken_by_one_at_a_time(self, storage: Storage, scene: Scene) -> None:
        """PE-5: concurrent units of work take a person one by one, and none of them conflicts."""
        person = scene.somebody(scene.office())

        def cut_off(_number: int) -> None:
            with committing(storage) as uow:
                taken = uow.persons.take(person.office_id, person.id)
                uow.persons.save(attrs.evolve(taken, epoch=taken.epoch + 1))

        all_at_once(cut_off, threads=AT_ONCE)
        with storage.begin() as uow:
            changed = attrs.evolve(person, epoch=1 + AT_ONCE, version=1 + AT_ONCE)
            assert uow.persons.get(person.office_id, person.id) == changed

    def test_of_the_last_two_accounts_one_is_closed_last(self, storage: Storage, scene: Scene) -> None:
        """PE-5: accounts that are closed at once, under ``take``, see one another: the last one frees the person."""
        office, now = scene.office(), scene.clock.now()
        _client, first = scene.person(office)
        accounts = [first, *(scene.another(first, scene.client(office)) for _each in range(5))]

        def close(number: int) -> bool:
            with committing(storage) as uow:
                person = uow.persons.take(office.id, first.person_id)
                uow.accounts.save(attrs.evolve(accounts[number], state=AccountState.CLOSED))
                states = [account.state for account, _client in uow.accounts.of_person(office.id, person.id)]
                is_last = AccountState.ACTIVE not in states
                if is_last:
                    uow.persons.save(attrs.evolve(person, freed_at=now))
            return is_last

        assert sum(all_at_once(close, threads=len(accounts))) == 1
        assert scene.person_of(first).freed_at == now
