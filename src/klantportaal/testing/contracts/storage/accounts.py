"""Offices, clients and accounts."""

from datetime import timedelta

import attrs
import pytest

from klantportaal.domain.accounts import AccountState, ClientKind
from klantportaal.domain.errors import Absent
from klantportaal.domain.offices import DossierStatus, OfficeNotices, OfficeProfile
from klantportaal.domain.profile import Notifications, Profile
from klantportaal.domain.values import AccountId, ClientId, Language
from klantportaal.ports.reading import ProfileView
from klantportaal.ports.storage import Storage
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import (
    AWKWARD_TEXTS,
    Cast,
    StorageTests,
    committing,
    is_utc_to_the_microsecond,
)


class AccountsContract(StorageTests):
    """Tests of offices, clients and accounts."""

    def test_an_office_comes_back_whole(self, storage: Storage, scene: Scene) -> None:
        """OF-3: an office comes back unchanged, with its texts, statuses in order, and logos."""
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
        notices = OfficeNotices(page="https://kantoor.example.nl/post", addresses=("post@example.nl",))
        logo, dark_logo = scene.file("logo.png"), scene.file("donker.png")
        office = scene.office(profile=profile, logo=logo, dark_logo=dark_logo, notices=notices)
        other = scene.office()
        assert storage.read.office(office.id) == office
        assert sorted(storage.read.offices(), key=lambda each: each.id) == [office, other]
        with storage.begin() as uow:
            assert uow.offices.get(office.id) == office

    def test_an_office_changes(self, storage: Storage, scene: Scene) -> None:
        """OF-3: saving an office stores every change, including the removal of its logo."""
        office = scene.office(logo=scene.file("logo.png"), dark_logo=scene.file("donker.png"))
        changed = attrs.evolve(office, profile=attrs.evolve(office.profile, name="Nieuw"), logo=None, dark_logo=None)
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
            name="Zoë 'é'",
            state=AccountState.CLOSED,
            notifications=Notifications(documents=False, questionnaires=True, messages=False),
            first_used_at=scene.clock.now() + timedelta(days=1),
            invited_at=scene.clock.now() + timedelta(days=2),
        )
        with storage.begin() as uow:
            assert uow.accounts.get(client.office_id, account.id) == (account, client)

    def test_an_account_changes(self, storage: Storage, scene: Scene) -> None:
        """PR-1: saving an account stores every change."""
        client = scene.client(scene.office())
        account = scene.account(client, state=AccountState.INVITED)
        changed = attrs.evolve(
            account,
            name="Ander",
            state=AccountState.ACTIVE,
            notifications=Notifications(documents=False),
            first_used_at=scene.clock.now(),
            invited_at=scene.clock.now(),
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
            assert list(uow.accounts.of_clients(elsewhere.id, [client.id])) == []

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

    def test_an_account_is_found_by_its_new_name(self, storage: Storage, scene: Scene) -> None:
        """OF-1: searching uses the new name of an account only."""
        office = scene.office()
        client = scene.client(office, name="Bedrijf")
        account = scene.account(client, name="Oud")
        with committing(storage) as uow:
            uow.accounts.save(attrs.evolve(account, name="Zoë"))
        desk = scene.office_actor(office)
        for search, found in (("zoe", [client]), ("oud", [])):
            assert [card.client for card in storage.read.office_clients(desk, search=search)] == found

    def test_a_profile_is_the_accounts_own(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """PR-1: ``Mijn gegevens`` shows the person and account of the actor; it does not exist for another office."""
        chosen = Notifications(documents=True, questionnaires=False, messages=True)
        account = scene.account(
            cast.client, name="Piet", email="Piet@example.nl", language=Language.ENGLISH, notifications=chosen
        )
        second = scene.another(account, cast.other_party, name="P. Jansen")
        view = ProfileView(
            name="Piet",
            email="Piet@example.nl",
            client_name=cast.client.name,
            profile=Profile(language=Language.ENGLISH, notifications=chosen),
            has_two_step=False,
            has_password=True,
        )
        theirs = attrs.evolve(
            view,
            name="P. Jansen",
            client_name=cast.other_party.name,
            profile=Profile(language=Language.ENGLISH, notifications=Notifications()),
        )
        assert storage.read.profile(scene.actor(account)) == view
        assert storage.read.profile(scene.actor(second)) == theirs
        scene.two_step(account)
        assert storage.read.profile(scene.actor(account)) == attrs.evolve(view, has_two_step=True)
        assert storage.read.profile(scene.actor(second)) == attrs.evolve(theirs, has_two_step=True)
        for actor in (cast.impostor, attrs.evolve(cast.actor, person_id=account.person_id)):
            with pytest.raises(Absent):
                storage.read.profile(actor)
