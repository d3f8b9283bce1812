"""Changes of address: what persons asked for and did not confirm yet (PR-4)."""

import attrs

from klantportaal.ports.storage import Storage
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import (
    MINUTE,
    StorageTests,
    committing,
    is_utc_to_the_microsecond,
)


class AddressChangesContract(StorageTests):
    """Tests of changes of address."""

    def test_an_asked_address_comes_back_whole(self, storage: Storage, scene: Scene) -> None:
        """PR-4: what a person asked for comes back unchanged, within its office."""
        client, account = scene.person(scene.office())
        without, elsewhere = scene.account(client), scene.office()
        change = scene.address_change(account, email="Zoë@büro.test")
        with storage.begin() as uow:
            found = uow.address_changes.of(account.office_id, account.person_id)
            assert found == change
            assert is_utc_to_the_microsecond(found.asked_at)
            assert uow.address_changes.of(account.office_id, without.person_id) is None
            assert uow.address_changes.of(elsewhere.id, account.person_id) is None

    def test_one_asked_address_at_most(self, storage: Storage, scene: Scene) -> None:
        """PR-4: a newer one replaces the older, and removing it affects no other person."""
        _client, account = scene.person(scene.office())
        _other, someone = scene.person(scene.office())
        scene.address_change(account)
        newer, others = scene.address_change(account), scene.address_change(someone)
        with committing(storage) as uow:
            uow.address_changes.remove(someone.office_id, account.person_id)
            assert uow.address_changes.of(account.office_id, account.person_id) == newer
            uow.address_changes.remove(account.office_id, account.person_id)
            uow.address_changes.remove(account.office_id, account.person_id)
        with storage.begin() as uow:
            assert uow.address_changes.of(account.office_id, account.person_id) is None
            assert uow.address_changes.of(someone.office_id, someone.person_id) == others

    def test_several_persons_may_ask_for_one_address(self, storage: Storage, scene: Scene) -> None:
        """PR-4: an address that another person has, or asked for, can be asked for: who asks is not told."""
        client, account = scene.person(scene.office())
        sibling = scene.account(client)
        asked = [scene.address_change(each, email=scene.address(sibling)) for each in (account, sibling)]
        with storage.begin() as uow:
            found = [uow.address_changes.of(each.office_id, each.person_id) for each in (account, sibling)]
        assert found == asked

    def test_old_asked_addresses_are_forgotten(self, storage: Storage, scene: Scene) -> None:
        """AL-3: what was asked for before the given moment is deleted, in all offices; what was asked at it stays."""
        accounts = [scene.person(scene.office())[1] for _each in range(3)]
        now = scene.clock.now()
        times = [now - MINUTE, now, now + MINUTE]
        asked = [scene.address_change(each, asked_at=at) for each, at in zip(accounts, times, strict=True)]
        with committing(storage) as uow:
            uow.address_changes.forget(before=now, limit=99)
        with storage.begin() as uow:
            found = [uow.address_changes.of(each.office_id, each.person_id) for each in accounts]
        assert found == [None, *asked[1:]]

    def test_an_office_switches_changes_of_address_off(self, storage: Storage, scene: Scene) -> None:
        """PR-4: the office keeps whether persons may change their own address."""
        office = scene.office(address_changes=False)
        assert storage.read.office(office.id) == office
        with committing(storage) as uow:
            uow.offices.save(attrs.evolve(office, address_changes=True))
        assert storage.read.office(office.id).address_changes
