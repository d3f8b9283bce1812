"""Transactions: commit, rollback and versions (AL-2)."""

from collections.abc import Callable
from operator import attrgetter

import attrs
import pytest

from klantportaal.domain.errors import Absent, Conflict, Fault, FaultCode, Refused
from klantportaal.domain.offices import Office
from klantportaal.domain.values import OfficeId
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import Cast, StorageTests, all_at_once, committing


class TransactionsContract(StorageTests):
    """Tests of a unit of work."""

    def test_what_is_not_committed_never_was(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AL-2: a unit of work that ends without commit rolls back all its changes."""
        before = storage.read.office_dossier(cast.desk, cast.dossier.id)
        document = scene.document(cast.dossier, cast.client)
        with storage.begin() as uow:
            uow.dossiers.save(attrs.evolve(cast.dossier, status="archived"))
            uow.documents.mark_downloaded(cast.actor, cast.dossier.id, document.id, at=scene.clock.now())
            uow.dossiers.remove_party(cast.dossier, cast.client.id)
        after = storage.read.office_dossier(cast.desk, cast.dossier.id)
        assert (after.dossier, after.parties) == (before.dossier, before.parties)
        assert after.documents[0].downloads == {}
        assert after.documents[0].audience == {cast.client.id}

    @pytest.mark.parametrize("committed", [False, True])
    def test_an_error_undoes_what_was_not_committed(self, storage: Storage, cast: Cast, committed: bool) -> None:
        """AL-2: an exception rolls back everything that was not committed, and nothing else."""

        def fail() -> None:
            with storage.begin() as uow:
                uow.clients.save(attrs.evolve(cast.client, name="Anders"))
                if committed:
                    uow.commit()
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail()
        name = storage.read.office_client(cast.desk, cast.client.id).client.name
        assert name == ("Anders" if committed else cast.client.name)

    @pytest.mark.parametrize("flushed", [False, True])
    def test_what_is_committed_stays(self, storage: Storage, cast: Cast, flushed: bool) -> None:
        """AL-2: with or without waiting for the disk, others see what was committed, and nothing else."""
        for name, committed in (("Anders", True), ("Vergeten", False)):
            with storage.begin(flushed=flushed) as uow:
                uow.clients.save(attrs.evolve(uow.clients.get(cast.office.id, cast.client.id), name=name))
                if committed:
                    uow.commit()
            assert storage.read.office_client(cast.desk, cast.client.id).client.name == "Anders"

    def test_it_reads_its_own_writes(self, storage: Storage, cast: Cast) -> None:
        """AL-2: a unit of work reads its own changes."""
        with storage.begin() as uow:
            uow.clients.save(attrs.evolve(cast.client, name="Anders"))
            assert uow.clients.get(cast.office.id, cast.client.id) == attrs.evolve(
                cast.client, name="Anders", version=2
            )

    def test_pages_see_only_what_is_committed(self, storage: Storage, cast: Cast) -> None:
        """AL-2: readers see changes after the commit, not before."""
        with storage.begin() as uow:
            uow.dossiers.save(attrs.evolve(cast.dossier, description="Anders"))
            assert storage.read.dossier(cast.actor, cast.dossier.id).description == cast.dossier.description
            uow.commit()
        assert storage.read.dossier(cast.actor, cast.dossier.id).description == "Anders"

    def test_a_stale_version_conflicts(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AL-2: saving an outdated version raises Conflict, and no change of that unit of work is stored."""
        document, person = scene.document(cast.dossier, cast.client), scene.person_of(cast.account)
        message = scene.outbound(cast.dossier, cast.client, cast.account)
        assignment = scene.assignment(cast.dossier, cast.client)
        saves: list[Callable[[UnitOfWork], None]] = [
            lambda uow: uow.offices.save(cast.office),
            lambda uow: uow.clients.save(cast.client),
            lambda uow: uow.accounts.save(cast.account),
            lambda uow: uow.persons.save(person),
            lambda uow: uow.dossiers.save(cast.dossier),
            lambda uow: uow.documents.save(document),
            lambda uow: uow.messages.save(message),
            lambda uow: uow.assignments.save(assignment),
        ]

        def save_among_others(save: Callable[[UnitOfWork], None]) -> None:
            with committing(storage) as uow:
                added = attrs.evolve(
                    cast.office, id=OfficeId(scene.ids.new()), key="weg", base_url="https://weg.example"
                )
                uow.offices.add(added)
                save(uow)

        for save in saves:
            with committing(storage) as uow:
                save(uow)
            with pytest.raises(Conflict):
                save_among_others(save)
        assert len(storage.read.offices()) == 2

    def test_saving_moves_the_version_on(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AL-2: each save raises the version by one, and the new version can be saved again."""
        document, person = scene.document(cast.dossier, cast.client), scene.person_of(cast.account)
        message = scene.outbound(cast.dossier, cast.client, cast.account)
        assignment = scene.assignment(cast.dossier, cast.client)
        for version in (1, 2):
            with committing(storage) as uow:
                uow.offices.save(attrs.evolve(cast.office, version=version))
                uow.clients.save(attrs.evolve(cast.client, version=version))
                uow.accounts.save(attrs.evolve(cast.account, version=version))
                uow.persons.save(attrs.evolve(person, version=version))
                uow.dossiers.save(attrs.evolve(cast.dossier, version=version))
                uow.documents.save(attrs.evolve(document, version=version))
                uow.messages.save(attrs.evolve(message, version=version))
                uow.assignments.save(attrs.evolve(assignment, version=version))
        with storage.begin() as uow:
            office_id = cast.office.id
            account, client = uow.accounts.get(office_id, cast.account.id)
            assert (uow.offices.get(office_id).version, client.version, account.version) == (3, 3, 3)
            assert uow.persons.get(office_id, person.id).version == 3
            assert uow.dossiers.get(office_id, cast.dossier.id).version == 3
            assert uow.documents.get(office_id, document.id).version == 3
            assert uow.messages.get(office_id, message.id).version == 3
            assert uow.assignments.get(office_id, assignment.id).version == 3

    def test_of_two_first_offices_one_is_made(self, storage: Storage, scene: Scene) -> None:
        """OF-2: an office id can be added once, so hosts that start together make one office."""
        office = scene.office()
        moved = attrs.evolve(office, base_url="https://elders.example.nl")
        unlike = [attrs.evolve(moved, key="ander"), attrs.evolve(moved, id=OfficeId(scene.ids.new()))]
        for second in (office, moved, *unlike):
            with pytest.raises(Conflict), committing(storage) as uow:
                uow.offices.add(second)
        assert storage.read.offices() == [office]

    def test_no_two_offices_at_one_base_url(self, storage: Storage, scene: Scene) -> None:
        """OF-2: an office with another's base URL is refused, new or moved, and nothing of it is kept."""
        office, other = scene.office(), scene.office()
        new = attrs.evolve(office, id=OfficeId(scene.ids.new()), key="nieuw")
        acts: list[Callable[[UnitOfWork], None]] = [
            lambda uow: uow.offices.add(new),
            lambda uow: uow.offices.save(attrs.evolve(other, base_url=office.base_url)),
        ]
        for act in acts:
            with pytest.raises(Refused) as refused, committing(storage) as uow:
                act(uow)
            assert refused.value.faults == (Fault(code=FaultCode.BASE_URL_TAKEN, field="base_url"),)
        assert sorted(storage.read.offices(), key=attrgetter("key")) == [office, other]

    def test_the_key_of_an_office(self, storage: Storage, scene: Scene) -> None:
        """OF-2: an office comes back with its key, also after it was changed."""
        office = scene.office(key="Kantoor één / 1")
        with committing(storage) as uow:
            uow.offices.save(attrs.evolve(office, base_url="https://elders.example.nl"))
        assert storage.read.office(office.id).key == "Kantoor één / 1"

    def test_no_change_is_lost_between_threads(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AL-2: concurrent threads that retry after Conflict lose no change."""
        before = scene.person_of(cast.account)

        def raise_epoch(_number: int) -> None:
            while True:
                try:
                    with committing(storage) as uow:
                        person = uow.persons.get(cast.office.id, before.id)
                        uow.persons.save(attrs.evolve(person, epoch=person.epoch + 1))
                except Conflict:
                    continue
                return

        all_at_once(raise_epoch, threads=12)
        assert scene.person_of(cast.account) == attrs.evolve(before, epoch=13, version=13)

    def test_an_unknown_office_is_absent(self, storage: Storage, scene: Scene) -> None:
        """OF-2: an unknown office is absent."""
        unknown = OfficeId(scene.ids.new())
        with pytest.raises(Absent):
            storage.read.office(unknown)
        with pytest.raises(Absent), storage.begin() as uow:
            uow.offices.get(unknown)

    def test_an_empty_storage_has_no_offices(self, storage: Storage) -> None:
        """OF-2: a new storage has no offices."""
        none: list[Office] = []
        assert list(storage.read.offices()) == none
