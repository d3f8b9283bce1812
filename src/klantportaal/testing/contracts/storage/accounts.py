"""Offices, clients and accounts."""

from datetime import timedelta

import attrs
import pytest

from klantportaal.domain.accounts import AccountState, ClientKind
from klantportaal.domain.errors import Absent, Fault, FaultCode, Refused
from klantportaal.domain.offices import DossierStatus, OfficeProfile
from klantportaal.domain.profile import Notifications, Profile
from klantportaal.domain.values import AccountId, ClientId, Language, folded
from klantportaal.ports.reading import ProfileView
from klantportaal.ports.storage import Storage
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import (
    AWKWARD_TEXTS,
    Cast,
    StorageTests,
    all_at_once,
    committing,
    is_utc_to_the_microsecond,
)


class AccountsContract(StorageTests):
    """Tests of offices, clients and accounts."""

    def test_an_office_comes_back_whole(self, storage: Storage, scene: Scene) -> None:
        """OF-3: an office comes back unchanged, with its texts, statuses in order, and logo."""
        statuses = (
            DossierStatus(code="z_last", labels={Language.DUTCH: "Één", Language.ENGLISH: "One"}),
            DossierStatus(code="in_progress", labels={Language.DUTCH: "Loopt", Language.ENGLISH: "Running"}),
        )
        profile = OfficeProfile(
            name="Notariskantoor Jansen & Søn 'ⅷ' 👩‍⚖️",
            contact_address="info@jansen.example.nl",
            colour="#AbCdEf",
            welcome={Language.DUTCH: 'Welkom,\n"klant"', Language.ENGLISH: "Welcome"},
            statuses=statuses,
        )
        office = scene.office(profile=profile, logo=scene.file("logo.png"))
        other = scene.office()
        assert storage.read.office(office.id) == office
        assert sorted(storage.read.offices(), key=lambda each: each.id) == [office, other]
        with storage.begin() as uow:
            assert uow.offices.get(office.id) == office

    def test_an_office_changes(self, storage: Storage, scene: Scene) -> None:
        """OF-3: saving an office stores every change, including the removal of its logo."""
        office = scene.office(logo=scene.file("logo.png"))
        changed = attrs.evolve(office, profile=attrs.evolve(office.profile, name="Nieuw"), logo=None)
        with committing(storage) as uow:
            uow.offices.save(changed)
        assert storage.read.office(office.id) == attrs.evolve(changed, version=2)

    def test_a_client_comes_back_whole(self, storage: Storage, scene: Scene) -> None:
        """ON-1: a client comes back unchanged, with any name and exact times."""
        office = scene.office()
        for name in (text for text in AWKWARD_TEXTS if len(text) < 150):
            client = scene.client(office, name=name, kind=ClientKind.COMPANY, closed_at=scene.clock.now())
            with storage.begin() as uow:
                found = uow.clients.get(office.id, client.id)
            assert found == client
            assert is_utc_to_the_microsecond(found.made_at)
            assert found.closed_at is not None
            assert is_utc_to_the_microsecond(found.closed_at)

    def test_an_account_comes_back_whole(self, storage: Storage, scene: Scene) -> None:
        """ON-1: an account comes back unchanged, with its client."""
        client = scene.client(scene.office())
        account = scene.account(
            client,
            email="Jürgen.O'Neil+portaal@Example.NL",
            state=AccountState.CLOSED,
            language=Language.ENGLISH,
            notifications=Notifications(documents=False, questionnaires=True, messages=False),
            password_hash=None,
            epoch=7,
            first_signed_in_at=scene.clock.now() + timedelta(days=1),
        )
        with storage.begin() as uow:
            assert uow.accounts.get(client.office_id, account.id) == (account, client)

    def test_an_account_changes(self, storage: Storage, scene: Scene) -> None:
        """PR-1: saving an account stores every change."""
        client = scene.client(scene.office())
        account = scene.account(client, state=AccountState.INVITED, password_hash=None)
        changed = attrs.evolve(
            account,
            state=AccountState.ACTIVE,
            language=Language.ENGLISH,
            notifications=Notifications(documents=False),
            password_hash="hash",
            epoch=2,
            first_signed_in_at=scene.clock.now(),
        )
        with committing(storage) as uow:
            uow.accounts.save(changed)
        with storage.begin() as uow:
            assert uow.accounts.get(client.office_id, account.id) == (attrs.evolve(changed, version=2), client)

    def test_a_client_changes(self, storage: Storage, scene: Scene) -> None:
        """OF-1: saving a client stores every change, and searching uses its new name only."""
        office = scene.office()
        client = scene.client(office, name="Oud")
        changed = attrs.evolve(client, name="Nieuwé", closed_at=scene.clock.now())
        with committing(storage) as uow:
            uow.clients.save(changed)
        desk = scene.office_actor(office)
        (found,) = storage.read.office_clients(desk, search="nieuwe")
        assert found.client == attrs.evolve(changed, version=2)
        assert list(storage.read.office_clients(desk, search="oud")) == []

    def test_an_account_moves_to_another_address(self, storage: Storage, scene: Scene) -> None:
        """OF-1: an account is found by its new name and address only, and its old address is free."""
        office = scene.office()
        client, account = scene.person(office, name="Oud", email="fout@example.nl")
        moved = attrs.evolve(account, name="Zoë", email="Goed@Example.nl")
        with committing(storage) as uow:
            uow.accounts.save(moved)
        desk = scene.office_actor(office)
        kept = attrs.evolve(moved, version=2)
        with committing(storage) as uow:
            assert uow.accounts.by_address(office.id, "goed@example.nl") == (kept, client)
            assert uow.accounts.by_address(office.id, "fout@example.nl") is None
            uow.accounts.add(attrs.evolve(account, id=AccountId(scene.ids.new()), name="Ander"))
        for search, count in (("zoe", 1), ("goed@", 1), ("oud", 0), ("fout@", 1)):
            assert len(storage.read.office_clients(desk, search=search)) == count

    def test_an_account_moves_to_no_other_accounts_address(self, storage: Storage, scene: Scene) -> None:
        """SI-1: changing to the address of another account is refused; changing only the case of one's own is not."""
        here, elsewhere = scene.office(), scene.office()
        client, account = scene.person(here, email="jan@example.nl")
        scene.person(here, email="piet@example.nl")
        scene.person(elsewhere, email="klaas@example.nl")
        with pytest.raises(Refused) as refusal, committing(storage) as uow:
            uow.accounts.save(attrs.evolve(account, name="Piet", email="PIET@Example.nl"))
        assert refusal.value.faults == (Fault(code=FaultCode.ADDRESS_TAKEN, field="email"),)
        for version, email in enumerate(("JAN@example.nl", "klaas@example.nl"), start=1):
            with committing(storage) as uow:
                uow.accounts.save(attrs.evolve(account, email=email, version=version))
        with storage.begin() as uow:
            kept = attrs.evolve(account, email="klaas@example.nl", version=3)
            assert uow.accounts.get(here.id, account.id) == (kept, client)

    def test_another_office_has_no_such_client_or_account(self, storage: Storage, scene: Scene) -> None:
        """OF-2: ids of another office and unknown ids do not exist."""
        client, account = scene.person(scene.office())
        elsewhere = scene.office()
        with storage.begin() as uow:
            for office_id, client_id in ((elsewhere.id, client.id), (client.office_id, ClientId(scene.ids.new()))):
                with pytest.raises(Absent):
                    uow.clients.get(office_id, client_id)
            for office_id, account_id in ((elsewhere.id, account.id), (client.office_id, AccountId(scene.ids.new()))):
                with pytest.raises(Absent):
                    uow.accounts.get(office_id, account_id)
            assert uow.accounts.by_address(elsewhere.id, folded(account.email)) is None
            assert list(uow.accounts.of_clients(elsewhere.id, [client.id])) == []

    def test_an_address_is_found_by_its_folded_form(self, storage: Storage, scene: Scene) -> None:
        """SI-1: an address is found in any case, within its office."""
        here, elsewhere = scene.office(), scene.office()
        client, account = scene.person(here, email="Jan.Straße@Example.NL")
        namesake, second = scene.person(elsewhere, email="jan.straße@example.nl")
        scene.person(here, email="jan@example.nl")
        with storage.begin() as uow:
            assert uow.accounts.by_address(here.id, folded("JAN.STRASSE@example.nl")) == (account, client)
            assert uow.accounts.by_address(elsewhere.id, folded("JAN.STRASSE@example.nl")) == (second, namesake)
            assert uow.accounts.by_address(here.id, "niemand@example.nl") is None

    def test_an_address_is_taken_once(self, storage: Storage, scene: Scene) -> None:
        """SI-1: two accounts of an office cannot have one address, ignoring case; the fault names the field."""
        client, account = scene.person(scene.office(), email="jan@example.nl")
        again = attrs.evolve(account, id=AccountId(scene.ids.new()), email="JAN@Example.nl")
        with pytest.raises(Refused) as refusal, committing(storage) as uow:
            uow.accounts.add(again)
        assert refusal.value.faults == (Fault(code=FaultCode.ADDRESS_TAKEN, field="email"),)
        with storage.begin() as uow:
            assert list(uow.accounts.of_clients(client.office_id, [client.id])) == [account]

    def test_of_many_accounts_at_once_one_gets_the_address(self, storage: Storage, scene: Scene) -> None:
        """SI-1: of concurrent new accounts with one address, exactly one is added."""
        client = scene.client(scene.office())
        model = scene.account(client)
        ids = [AccountId(scene.ids.new()) for _each in range(12)]

        def add(number: int) -> bool:
            try:
                with committing(storage) as uow:
                    uow.accounts.add(attrs.evolve(model, id=ids[number], email="samen@example.nl"))
            except Refused:
                return False
            return True

        assert sum(all_at_once(add, threads=12)) == 1

    def test_of_many_accounts_at_once_one_moves_to_the_address(self, storage: Storage, scene: Scene) -> None:
        """SI-1: of concurrent changes to one address, exactly one succeeds."""
        client = scene.client(scene.office())
        accounts = [scene.account(client) for _each in range(12)]

        def move(number: int) -> bool:
            try:
                with committing(storage) as uow:
                    uow.accounts.save(attrs.evolve(accounts[number], email="samen@example.nl"))
            except Refused:
                return False
            return True

        assert sum(all_at_once(move, threads=12)) == 1

    def test_accounts_are_listed_by_client(self, storage: Storage, scene: Scene) -> None:
        """XA-4: exactly the accounts of the given clients are listed."""
        office = scene.office()
        company, main, extra = scene.company(office)
        person, single = scene.person(office)
        scene.person(office)
        with storage.begin() as uow:
            both = uow.accounts.of_clients(office.id, [company.id, person.id])
            assert {each.id: each for each in both} == {each.id: each for each in (main, extra, single)}
            assert list(uow.accounts.of_clients(office.id, [])) == []

    def test_a_profile_is_the_accounts_own(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """PR-1: ``Mijn gegevens`` shows the account of the actor; it does not exist for another office."""
        chosen = Notifications(documents=True, questionnaires=False, messages=True)
        account = scene.account(cast.client, name="Piet", language=Language.ENGLISH, notifications=chosen)
        view = ProfileView(
            name="Piet",
            email=account.email,
            client_name=cast.client.name,
            profile=Profile(language=Language.ENGLISH, notifications=chosen),
            has_two_step=False,
        )
        assert storage.read.profile(scene.actor(account)) == view
        scene.two_step(account)
        assert storage.read.profile(scene.actor(account)) == attrs.evolve(view, has_two_step=True)
        with pytest.raises(Absent):
            storage.read.profile(cast.impostor)
