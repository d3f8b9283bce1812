"""The accounts of a person: one of each client (PE-1, XA-1)."""

import attrs
import pytest

from klantportaal.domain.accounts import AccountState
from klantportaal.domain.errors import Absent, Fault, FaultCode, Refused
from klantportaal.domain.values import AccountId, PersonId
from klantportaal.ports.storage import Storage
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import (
    Cast,
    StorageTests,
    all_at_once,
    committing,
)

AT_ONCE = 12
TAKEN = (Fault(code=FaultCode.ADDRESS_TAKEN, field="email"),)


class HoldingsContract(StorageTests):
    """Tests of the accounts of a person."""

    def test_the_accounts_of_a_person_are_listed(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """PE-1: all accounts of a person are listed with their clients, in any state, oldest first."""
        office, whose = cast.office, cast.other_account
        ids = [AccountId(scene.ids.new()) for _each in range(3)]
        closed = scene.another(whose, scene.client(office), state=AccountState.CLOSED, id=ids[2])
        gone = scene.another(whose, scene.client(office), state=AccountState.DELETED, id=ids[1])
        invited = scene.another(whose, scene.client(office, closed_at=scene.clock.now()), id=ids[0])
        own, nobody = [whose, invited, gone, closed], scene.somebody(office)
        with storage.begin() as uow:
            clients = [uow.clients.get(office.id, each.client_id) for each in own]
            found = uow.accounts.of_person(office.id, whose.person_id)
            assert list(found) == list(zip(own, clients, strict=True))
            assert list(uow.accounts.of_person(cast.foreigner.office_id, whose.person_id)) == []
            assert list(uow.accounts.of_person(office.id, PersonId(scene.ids.new()))) == []
            assert list(uow.accounts.of_person(office.id, nobody.id)) == []

    def test_an_account_of_the_person(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AP-9: each account of the actor's person is read with its client, in any state, and no other account."""
        with storage.begin() as uow:
            client = uow.clients.get(cast.office.id, cast.second.client_id)
        assert storage.read.account(cast.actor, cast.second.id) == (cast.second, client)
        gone = attrs.evolve(cast.second, state=AccountState.DELETED)
        with committing(storage) as uow:
            uow.accounts.save(gone)
        assert storage.read.account(cast.actor, cast.second.id)[0].state is AccountState.DELETED
        for actor, account_id in (
            (cast.actor, cast.sibling.id),
            (cast.bystander, cast.second.id),
            (cast.impostor, cast.second.id),
            (cast.actor, AccountId(scene.ids.new())),
        ):
            with pytest.raises(Absent):
                storage.read.account(actor, account_id)

    def test_a_person_has_one_account_of_a_client(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """XA-1: a second account of a person for a client is refused, and the unit of work goes on."""
        again = attrs.evolve(cast.account, id=AccountId(scene.ids.new()))
        with committing(storage) as uow:
            with pytest.raises(Refused) as refusal:
                uow.accounts.add(again)
            assert refusal.value.faults == TAKEN
            uow.accounts.save(attrs.evolve(cast.account, name="Na afloop"))
        with storage.begin() as uow:
            accounts = {each.id: each for each in uow.accounts.of_clients(cast.office.id, [cast.client.id])}
        kept = attrs.evolve(cast.account, name="Na afloop", version=2)
        assert accounts == {kept.id: kept, cast.sibling.id: cast.sibling}

    def test_a_deleted_account_leaves_room(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """XA-3: a person whose account was deleted can get another one; both are kept, and one lives."""
        gone = attrs.evolve(cast.sibling, state=AccountState.DELETED)
        heir = attrs.evolve(cast.sibling, id=AccountId(scene.ids.new()))
        with committing(storage) as uow:
            uow.accounts.save(gone)
            uow.accounts.add(heir)
        gone = attrs.evolve(gone, version=2)
        with committing(storage) as uow:
            assert uow.accounts.get(cast.office.id, gone.id) == (gone, cast.client)
            assert uow.accounts.get(cast.office.id, heir.id) == (heir, cast.client)
            uow.accounts.save(attrs.evolve(gone, name="Weg"))  # It conflicts with no other account.
            uow.accounts.add(attrs.evolve(gone, id=AccountId(scene.ids.new())))
        with pytest.raises(Refused) as refusal, committing(storage) as uow:
            uow.accounts.save(attrs.evolve(gone, state=AccountState.ACTIVE, version=3))
        assert refusal.value.faults == TAKEN

    def test_an_account_moves_to_another_person(self, storage: Storage, cast: Cast) -> None:
        """OF-1: an account is listed with its new person only, and not for one that has an account of the client."""
        with committing(storage) as uow:
            uow.accounts.save(attrs.evolve(cast.account, person_id=cast.other_account.person_id))
        moved = attrs.evolve(cast.account, person_id=cast.other_account.person_id, version=2)
        with storage.begin() as uow:
            assert uow.accounts.take(cast.office.id, moved.id) == moved
            former, new = (
                [account for account, _client in uow.accounts.of_person(cast.office.id, each.person_id)]
                for each in (cast.account, moved)
            )
        assert (former, new) == ([cast.second], [moved, cast.other_account])
        with pytest.raises(Refused) as refusal, committing(storage) as uow:
            uow.accounts.save(attrs.evolve(moved, person_id=cast.sibling.person_id))
        assert refusal.value.faults == TAKEN

    def test_of_many_at_once_one_adds_the_account(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """XA-1: of concurrent new accounts of one person for one client, exactly one is added."""
        ids = [AccountId(scene.ids.new()) for _each in range(AT_ONCE)]
        model = attrs.evolve(cast.second, client_id=cast.other_party.id)

        def add(number: int) -> bool:
            try:
                with committing(storage) as uow:
                    uow.accounts.add(attrs.evolve(model, id=ids[number]))
            except Refused:
                return False
            return True

        assert sum(all_at_once(add, threads=AT_ONCE)) == 1

    def test_of_many_at_once_one_account_moves_to_the_person(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """XA-1: of accounts of one client that move to one person at once, exactly one does."""
        accounts = [scene.account(cast.client) for _each in range(AT_ONCE)]

        def move(number: int) -> bool:
            try:
                with committing(storage) as uow:
                    uow.accounts.save(attrs.evolve(accounts[number], person_id=cast.other_account.person_id))
            except Refused:
                return False
            return True

        assert sum(all_at_once(move, threads=AT_ONCE)) == 1
