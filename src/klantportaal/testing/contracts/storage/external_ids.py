"""External ids."""

import attrs
import pytest

from klantportaal.domain.errors import Absent
from klantportaal.domain.external_ids import ExternalId, ExternalKind
from klantportaal.domain.values import Fingerprint
from klantportaal.ports.storage import Storage
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import Cast, StorageTests, all_at_once, committing


class ExternalIdsContract(StorageTests):
    """Tests of external ids."""

    def test_an_external_id_comes_back_whole(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """EX-1: an external id is of one office and one kind, and is compared exactly."""
        given = _external_id(scene, cast, "K-1042 é")
        others = [
            attrs.evolve(given, kind=ExternalKind.DOSSIER, thing_id=scene.ids.new()),
            attrs.evolve(given, office_id=cast.foreign_desk.office_id, thing_id=scene.ids.new()),
            attrs.evolve(given, name="k-1042 é", thing_id=scene.ids.new()),
        ]
        for each in (given, *others):
            with committing(storage) as uow:
                assert uow.external_ids.add(each)
                assert uow.external_ids.get(each.office_id, each.kind, each.name) == each
        assert storage.read.office_named(cast.desk, ExternalKind.CLIENT, given.name) == given.thing_id
        assert storage.read.office_named(cast.desk, ExternalKind.DOSSIER, given.name) == others[0].thing_id
        assert storage.read.office_named(cast.foreign_desk, ExternalKind.CLIENT, given.name) == others[1].thing_id
        things = [each.thing_id for each in (given, *others)]
        ours = {each.thing_id: each.name for each in (given, others[0], others[2])}
        assert storage.read.office_external_ids(cast.desk, [*things, scene.ids.new()]) == ours
        assert storage.read.office_external_ids(cast.desk, things[:1]) == {given.thing_id: given.name}
        assert storage.read.office_external_ids(cast.desk, []) == {}
        for kind, name in ((ExternalKind.MESSAGE, given.name), (ExternalKind.CLIENT, "K-1042")):
            with pytest.raises(Absent):
                storage.read.office_named(cast.desk, kind, name)
            with storage.begin() as uow, pytest.raises(Absent):
                uow.external_ids.get(cast.office.id, kind, name)

    def test_an_external_id_is_taken_once(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """EX-2: of several that take it at once, one does; the others see what that one made."""
        given = _external_id(scene, cast, "K-1042")

        def take(_number: int) -> tuple[bool, bool]:
            mine = attrs.evolve(given, thing_id=scene.ids.new())
            with committing(storage) as uow:
                taken = uow.external_ids.add(mine)
                return taken, uow.external_ids.get(given.office_id, given.kind, given.name) == mine

        assert sorted(all_at_once(take, threads=8)) == [*[(False, False)] * 7, (True, True)]

    def test_an_external_id_that_was_not_kept_is_free(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """EX-2: a unit of work that does not commit takes nothing."""
        given = _external_id(scene, cast, "K-1042")
        with storage.begin() as uow:
            assert uow.external_ids.add(given)
        with committing(storage) as uow:
            assert uow.external_ids.add(given)


def _external_id(scene: Scene, cast: Cast, name: str) -> ExternalId:
    return ExternalId(
        office_id=cast.office.id,
        kind=ExternalKind.CLIENT,
        name=name,
        thing_id=scene.ids.new(),
        contents=Fingerprint(b"c" * 32),
    )
