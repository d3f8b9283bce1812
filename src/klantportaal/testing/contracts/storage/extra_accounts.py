"""Extra accounts of companies: what the main account sees, and what remains of a deleted account."""

from contextlib import nullcontext, suppress
from datetime import timedelta

import attrs
import pytest

from klantportaal.domain.accounts import AccountRole, AccountState, ClientKind
from klantportaal.domain.errors import Absent, Fault, FaultCode, NotSignedIn, Refused
from klantportaal.domain.outgoing import TaskState
from klantportaal.domain.values import AccountId, ClientId, MessageId
from klantportaal.ports.reading import ExtraAccountRow
from klantportaal.ports.storage import Storage
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import Cast, StorageTests, all_at_once, committing


class ExtraAccountsContract(StorageTests):
    """Tests of extra accounts."""

    def test_a_deleted_accounts_address_is_free(self, storage: Storage, scene: Scene) -> None:
        """XA-3: the address of a deleted account can be used at once by a new account; both accounts are kept."""
        client = scene.client(scene.office(), kind=ClientKind.COMPANY)
        account = scene.account(client, role=AccountRole.EXTRA, email="Piet@example.nl")
        gone = attrs.evolve(account, state=AccountState.DELETED, password_hash=None, epoch=2)
        heir = attrs.evolve(account, id=AccountId(scene.ids.new()), email="PIET@example.nl")
        with committing(storage) as uow:
            uow.accounts.save(gone)
            assert uow.accounts.by_address(client.office_id, "piet@example.nl") is None
            uow.accounts.add(heir)
        kept = attrs.evolve(gone, version=2)
        with committing(storage) as uow:
            assert uow.accounts.by_address(client.office_id, "piet@example.nl") == (heir, client)
            assert uow.accounts.get(client.office_id, account.id) == (kept, client)
            found = uow.accounts.of_clients(client.office_id, [client.id])
            assert {each.id: each for each in found} == {kept.id: kept, heir.id: heir}
            uow.accounts.save(attrs.evolve(kept, name="Weg"))  # Its address conflicts with no other account.
            uow.accounts.save(attrs.evolve(heir, state=AccountState.DELETED))
        with committing(storage) as uow:
            uow.accounts.add(attrs.evolve(heir, id=AccountId(scene.ids.new())))

    def test_a_deleted_account_does_not_come_back_beside_its_heir(self, storage: Storage, scene: Scene) -> None:
        """XA-3: a deleted account cannot become active again if its address is in use."""
        client = scene.client(scene.office(), kind=ClientKind.COMPANY)
        gone = scene.account(client, state=AccountState.DELETED, email="piet@example.nl")
        scene.account(client, email="Piet@example.nl")
        with pytest.raises(Refused) as refusal, committing(storage) as uow:
            uow.accounts.save(attrs.evolve(gone, state=AccountState.ACTIVE))
        assert refusal.value.faults == (Fault(code=FaultCode.ADDRESS_TAKEN, field="email"),)

    def test_a_unit_of_work_goes_on_after_a_taken_address(self, storage: Storage, scene: Scene) -> None:
        """XA-1: a unit of work can continue and commit after a refused address."""
        client = scene.client(scene.office())
        account = scene.account(client)
        second = attrs.evolve(account, id=AccountId(scene.ids.new()))
        with committing(storage) as uow:
            with pytest.raises(Refused):
                uow.accounts.add(second)
            uow.accounts.save(attrs.evolve(account, name="Na afloop"))
        with storage.begin() as uow:
            kept = attrs.evolve(account, name="Na afloop", version=2)
            assert list(uow.accounts.of_clients(client.office_id, [client.id])) == [kept]

    def test_an_actor_is_held_to_its_account(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """XA-3: ``hold`` accepts an active account of the actor's epoch and office only."""
        with storage.begin() as uow:
            uow.accounts.hold(cast.actor)
            for other in (
                attrs.evolve(cast.actor, epoch=cast.actor.epoch + 1),
                attrs.evolve(cast.actor, account_id=AccountId(scene.ids.new())),
                cast.impostor,
            ):
                with pytest.raises(NotSignedIn):
                    uow.accounts.hold(other)
        for state in AccountState:
            actor = scene.actor(scene.account(cast.client, role=AccountRole.EXTRA, state=state))
            allowed = nullcontext() if state is AccountState.ACTIVE else pytest.raises(NotSignedIn)
            with storage.begin() as uow, allowed:
                uow.accounts.hold(actor)

    def test_nothing_is_done_after_a_deletion(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """XA-3: concurrent actions of a deleted account happen before the deletion or not at all."""
        account = scene.account(cast.client, role=AccountRole.EXTRA)
        actor, gone = scene.actor(account), attrs.evolve(account, state=AccountState.DELETED, epoch=2)
        model = scene.outbound(cast.dossier, cast.client, account)
        messages = [
            attrs.evolve(model, id=MessageId(scene.ids.new()), draft_id=scene.draft_id()) for _each in range(12)
        ]

        def sent() -> int:
            return len(storage.read.messages(cast.actor, cast.dossier.id, size=100))

        def act(number: int) -> int | None:
            if number == 6:
                with committing(storage) as uow:
                    uow.accounts.save(gone)
                return sent()
            with suppress(NotSignedIn), committing(storage) as uow:
                uow.accounts.hold(actor)
                uow.messages.add(messages[number])
            return None

        assert [each for each in all_at_once(act, threads=12) if each is not None] == [sent()]

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
        client = scene.client(scene.office(), kind=ClientKind.COMPANY)
        model = scene.account(client)
        ids = [AccountId(scene.ids.new()) for _each in range(8)]

        def add(number: int) -> bool:
            with committing(storage) as uow:
                assert uow.clients.hold(client.office_id, client.id) == client
                room = len(uow.accounts.of_clients(client.office_id, [client.id])) < 4
                if room:
                    uow.accounts.add(attrs.evolve(model, id=ids[number], email=f"extra{number}@example.nl"))
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
            password_hash=None,
            invited_at=now + timedelta(minutes=1),
        )
        closed = scene.account(client, role=AccountRole.EXTRA, state=AccountState.CLOSED, first_signed_in_at=now)
        gone = scene.account(client, role=AccountRole.EXTRA, state=AccountState.DELETED)
        _other, _main, foreign = scene.company(office)
        for each in (0, 2, 1):
            scene.session(active, started_at=now + timedelta(days=each), ended_at=now)
        rows = [
            ExtraAccountRow(
                id=account.id,
                name=account.name,
                email=account.email,
                state=account.state,
                made_at=made,
                invited_at=account.invited_at,
                first_signed_in_at=account.first_signed_in_at,
                last_signed_in_at=last,
                undeliverable=False,
            )
            for account, last in ((closed, None), (invited, None), (active, now + timedelta(days=2)))
        ]
        actor = scene.actor(main)
        assert list(storage.read.extra_accounts(actor)) == rows
        assert [storage.read.extra_account(actor, row.id) for row in rows] == rows
        for absent in (main.id, gone.id, foreign.id, AccountId(scene.ids.new())):
            with pytest.raises(Absent):
                storage.read.extra_account(actor, absent)
        elsewhere = attrs.evolve(actor, office_id=scene.office().id)
        assert list(storage.read.extra_accounts(elsewhere)) == []
        with pytest.raises(Absent):
            storage.read.extra_account(elsewhere, active.id)

    def test_whether_the_newest_mail_was_refused(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """XA-1: a refused mail shows until a newer mail is sent; a waiting mail does not change it."""
        scene.task(cast.sibling, state=TaskState.REFUSED, problem="550")
        assert storage.read.extra_account(cast.actor, cast.sibling.id).undeliverable
        scene.task(cast.sibling, made_at=scene.clock.now() + timedelta(seconds=1))
        assert storage.read.extra_account(cast.actor, cast.sibling.id).undeliverable
        scene.task(cast.sibling, made_at=scene.clock.now() + timedelta(seconds=2), state=TaskState.DONE)
        assert not storage.read.extra_account(cast.actor, cast.sibling.id).undeliverable
