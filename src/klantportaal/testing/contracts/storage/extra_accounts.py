"""Extra accounts of companies: what the main account sees, and what remains of a deleted account."""

from datetime import timedelta

import attrs
import pytest

from klantportaal.domain.accounts import AccountRole, AccountState, ClientKind
from klantportaal.domain.errors import Absent
from klantportaal.domain.outgoing import TaskState
from klantportaal.domain.values import AccountId, ClientId
from klantportaal.ports.reading import ExtraAccountRow
from klantportaal.ports.storage import Storage
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import Cast, StorageTests, all_at_once, committing


class ExtraAccountsContract(StorageTests):
    """Tests of extra accounts."""

    def test_an_account_is_taken_by_one_at_a_time(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """XA-3: concurrent units of work take an account one by one, and none of them conflicts."""

        def rename(number: int) -> None:
            with committing(storage) as uow:
                account = uow.accounts.take(cast.office.id, cast.sibling.id)
                uow.accounts.save(attrs.evolve(account, name=f"{account.name}, {number}"))

        all_at_once(rename, threads=12)
        with storage.begin() as uow:
            account = uow.accounts.take(cast.office.id, cast.sibling.id)
            assert sorted(account.name.split(", ")[1:], key=int) == [str(number) for number in range(12)]
            for office_id, account_id in (
                (cast.foreigner.office_id, cast.sibling.id),
                (cast.office.id, AccountId(scene.ids.new())),
            ):
                with pytest.raises(Absent):
                    uow.accounts.take(office_id, account_id)

    def test_a_client_is_held_by_one_at_a_time(self, storage: Storage, scene: Scene) -> None:
        """XA-1: concurrent additions that count accounts under ``hold`` never exceed the limit."""
        office = scene.office()
        client = scene.client(office, kind=ClientKind.COMPANY)
        model = scene.account(client)
        ids = [AccountId(scene.ids.new()) for _each in range(8)]
        persons = [scene.somebody(office) for _each in ids]

        def add(number: int) -> bool:
            with committing(storage) as uow:
                assert uow.clients.hold(client.office_id, client.id) == client
                room = len(uow.accounts.of_clients(client.office_id, [client.id])) < 4
                if room:
                    uow.accounts.add(attrs.evolve(model, id=ids[number], person_id=persons[number].id))
            return room

        assert sum(all_at_once(add, threads=8)) == 3

    def test_only_an_offices_own_clients_are_held(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """OF-2: clients of another office and unknown clients do not exist."""
        with storage.begin() as uow:
            for office_id, client_id in (
                (cast.foreigner.office_id, cast.client.id),
                (cast.office.id, ClientId(scene.ids.new())),
            ):
                with pytest.raises(Absent):
                    uow.clients.hold(office_id, client_id)

    def test_all_that_an_account_staged(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """XA-3: all staged files of an account are listed, of any draft and dossier, expired or not."""
        other = scene.dossier(cast.office, cast.client)
        staged = [
            scene.upload(cast.dossier, cast.sibling, scene.draft_id()),
            scene.upload(other, cast.sibling, scene.draft_id(), expires_at=scene.clock.now()),
        ]
        scene.upload(cast.dossier, cast.account, scene.draft_id())
        with committing(storage) as uow:
            found = uow.uploads.of_account(cast.office.id, cast.sibling.id)
            assert {each.id: each for each in found} == {each.id: each for each in staged}
            assert list(uow.uploads.of_account(cast.foreigner.office_id, cast.sibling.id)) == []
            assert uow.uploads.remove(cast.office.id, []) == 0

    def test_extra_accounts_come_back_whole(self, storage: Storage, scene: Scene) -> None:
        """XA-1: extra accounts of the company that are not deleted are listed newest first, with all their facts."""
        office = scene.office()
        client, main, active = scene.company(office)
        made, now = active.made_at, scene.clock.now()
        invited = scene.account(
            client,
            role=AccountRole.EXTRA,
            state=AccountState.INVITED,
            email="Nieuw@example.nl",
            invited_at=now + timedelta(minutes=1),
        )
        closed = scene.account(client, role=AccountRole.EXTRA, state=AccountState.CLOSED, first_used_at=now)
        gone = scene.account(client, role=AccountRole.EXTRA, state=AccountState.DELETED)
        other, _main, foreign = scene.company(office)
        second = scene.another(active, other, role=AccountRole.EXTRA)
        scene.session(second, started_at=now + timedelta(days=9))
        for each in (0, 2, 1):
            scene.session(active, started_at=now + timedelta(days=each), ended_at=now)
        rows = [
            ExtraAccountRow(
                id=account.id,
                name=account.name,
                email=scene.person_of(account).email,
                state=account.state,
                made_at=made,
                invited_at=account.invited_at,
                first_used_at=account.first_used_at,
                last_used_at=last,
                undeliverable=False,
            )
            for account, last in ((closed, None), (invited, None), (active, now + timedelta(days=2)))
        ]
        actor = scene.actor(main)
        assert list(storage.read.extra_accounts(actor)) == rows
        assert [storage.read.extra_account(actor, row.id) for row in rows] == rows
        for absent in (main.id, gone.id, foreign.id, second.id, AccountId(scene.ids.new())):
            with pytest.raises(Absent):
                storage.read.extra_account(actor, absent)
        elsewhere = attrs.evolve(actor, office_id=scene.office().id)
        assert list(storage.read.extra_accounts(elsewhere)) == []
        with pytest.raises(Absent):
            storage.read.extra_account(elsewhere, active.id)

    def test_whether_the_newest_mail_was_refused(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """XA-1, PE-2: a refused mail shows until a newer mail is sent, unless it is older than the account."""
        other = scene.another(cast.sibling, scene.client(cast.office))
        before = cast.sibling.made_at - timedelta(seconds=1)
        scene.task(other, made_at=before, state=TaskState.REFUSED, problem="550")
        assert not storage.read.extra_account(cast.actor, cast.sibling.id).undeliverable
        scene.task(other, state=TaskState.REFUSED, problem="550")
        assert storage.read.extra_account(cast.actor, cast.sibling.id).undeliverable
        scene.task(cast.sibling, made_at=scene.clock.now() + timedelta(seconds=1))
        assert storage.read.extra_account(cast.actor, cast.sibling.id).undeliverable
        scene.task(cast.sibling, made_at=scene.clock.now() + timedelta(seconds=2), state=TaskState.DONE)
        assert not storage.read.extra_account(cast.actor, cast.sibling.id).undeliverable
