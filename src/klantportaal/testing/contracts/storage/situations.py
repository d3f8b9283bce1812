"""Situations: a place that is opened anew, is full, is away, is silent, or refuses (AL-2)."""

from collections.abc import Callable
from contextlib import suppress

import attrs

from klantportaal.domain.accounts import Client
from klantportaal.domain.errors import StorageFull, Unavailable
from klantportaal.domain.offices import Office
from klantportaal.domain.values import ClientId
from klantportaal.ports.storage import Storage
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.promises import another, given_up, promised
from klantportaal.testing.contracts.storage.base import StorageTests, committing

LARGE = 8 * 1024 * 1024
"""The characters that do not fit into the place of ``full``."""


class SituationsContract(StorageTests):
    """Tests of a storage in each situation."""

    def test_what_was_committed_is_kept_at_once(
        self, storage: Storage, scene: Scene, reopened: Callable[[], Storage]
    ) -> None:
        """AL-2: once ``commit`` has returned, whoever opens the same place sees it, and sees nothing else."""
        office = scene.office()
        other = another(reopened, storage)
        assert list(other.read.offices()) == [office], (
            "AL-2: what `commit` acknowledged survives a crash of the process. Opened anew, the place lacks it: "
            "it is in memory, or is written later."
        )
        with storage.begin() as uow:
            uow.offices.save(_renamed(office, "Niet bewaard"))
        assert list(another(reopened, storage).read.offices()) == [office], (
            "AL-2: a unit of work that ends without `commit` leaves nothing behind"
        )

    def test_what_others_commit_is_seen_at_once(
        self, storage: Storage, scene: Scene, reopened: Callable[[], Storage]
    ) -> None:
        """AL-2: reads see what another process has committed, at once."""
        office = scene.office()
        assert storage.read.office(office.id) == office
        with committing(another(reopened, storage)) as uow:
            uow.offices.save(_renamed(office, "Van een ander proces"))
        assert storage.read.office(office.id).profile.name == "Van een ander proces", (
            "AL-2: reads see everything that was committed, by another process too: nothing old is kept for later reads"
        )

    def test_a_full_place_keeps_nothing_of_a_unit_of_work(self, full: Storage) -> None:
        """AL-2: without room, nothing of the unit of work is stored, and what was stored stays."""
        scene = Scene(storage=full)
        office = scene.office()
        client = scene.client(office)
        with promised("AL-2: a unit of work for which there is no room is never reported as stored", StorageFull):
            _fill(full, client, scene)
        found = [card.client for card in full.read.office_clients(scene.office_actor(office))]
        assert found == [client], "AL-2: without room, nothing of the unit of work is stored, and other rows stay"

    def test_a_place_that_cannot_be_reached(self, away: Storage) -> None:
        """AL-2: while the place cannot be reached, reads and units of work raise Unavailable."""
        with promised("AL-2: while the place cannot be reached, `begin` is refused for now", Unavailable), away.begin():
            pass
        with promised("AL-2: while the place cannot be reached, a read is refused for now", Unavailable):
            away.read.offices()

    def test_a_silent_place_is_given_up(self, slow: Storage) -> None:
        """AL-2: a storage has a time limit of its own for a place that does not answer, or that others have locked."""

        def begin() -> None:
            with slow.begin():
                pass

        promise = "AL-2: `begin` gives up in its own time limit on a place that does not answer, or that is locked"
        with promised(promise, Unavailable):
            given_up(promise, begin, patience=self.patience)

    def test_what_the_place_refuses_is_not_stored(self, refusing: Storage) -> None:
        """AL-2: a unit of work that the place refuses raises Unavailable, and stores nothing."""
        with promised("AL-2: a unit of work that the place refuses is never reported as stored", Unavailable):
            Scene(storage=refusing).office()
        with suppress(Unavailable):  # It may refuse reads too.
            assert list(refusing.read.offices()) == [], "AL-2: nothing is stored of what the place refused"


def _renamed(office: Office, name: str) -> Office:
    return attrs.evolve(office, profile=attrs.evolve(office.profile, name=name))


def _fill(storage: Storage, client: Client, scene: Scene) -> None:
    """Add clients with long names in one unit of work, more than there is room for."""
    name = "x" * 4096
    with committing(storage) as uow:
        for number in range(LARGE // len(name)):
            uow.clients.add(attrs.evolve(client, id=ClientId(scene.ids.new()), name=f"{number} {name}"))
