"""Case handlers, and the cards of dossiers."""

import attrs
import pytest

from klantportaal.domain.case_handlers import CaseHandler
from klantportaal.domain.errors import Absent, Conflict
from klantportaal.domain.values import CaseHandlerId, Language
from klantportaal.ports.storage import Storage
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import Cast, StorageTests, committing


class CaseHandlersContract(StorageTests):
    """Tests of case handlers."""

    def test_a_case_handler_comes_back_whole(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """OF-3: a case handler comes back unchanged, with and without a picture, and is listed by name."""
        first, second = _handler(scene, cast, "B"), _handler(scene, cast, "a", picture=scene.file("a.png"))
        with committing(storage) as uow:
            uow.case_handlers.add(first)
            uow.case_handlers.add(second)
        assert list(storage.read.office_case_handlers(cast.desk)) == [second, first]
        assert list(storage.read.office_case_handlers(cast.foreign_desk)) == []
        with committing(storage) as uow:
            assert uow.case_handlers.get(cast.office.id, second.id) == second
            with pytest.raises(Absent):
                uow.case_handlers.get(cast.foreign_desk.office_id, second.id)
            uow.case_handlers.save(attrs.evolve(first, telephone=""))
        with pytest.raises(Conflict), committing(storage) as uow:
            uow.case_handlers.save(first)
        with storage.begin() as uow:
            assert uow.case_handlers.get(cast.office.id, first.id) == attrs.evolve(first, telephone="", version=2)

    def test_the_card_of_a_dossier(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """OF-3, DO-1: only parties of a dossier see its case handler and the picture."""
        handler = _handler(scene, cast, "A", picture=scene.file("a.png"))
        assert storage.read.dossier(cast.actor, cast.dossier.id).handler is None
        with committing(storage) as uow:
            uow.case_handlers.add(handler)
            uow.dossiers.save(attrs.evolve(cast.dossier, handler_id=handler.id))
        assert storage.read.dossier(cast.actor, cast.dossier.id).handler == handler
        assert storage.read.case_handler_picture(cast.other_actor, cast.dossier.id) == handler.picture
        for actor in cast.outsiders:
            with pytest.raises(Absent):
                storage.read.case_handler_picture(actor, cast.dossier.id)
        with committing(storage) as uow:
            uow.case_handlers.save(attrs.evolve(handler, picture=None))
        with pytest.raises(Absent):
            storage.read.case_handler_picture(cast.actor, cast.dossier.id)

    def test_a_removed_case_handler(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """OF-3: a removed case handler is in no dossier; whoever read the dossier before gets a conflict."""
        handler, kept = _handler(scene, cast, "A"), _handler(scene, cast, "B")
        other = scene.dossier(cast.office, cast.client)
        with committing(storage) as uow:
            uow.case_handlers.add(handler)
            uow.case_handlers.add(kept)
            uow.dossiers.save(attrs.evolve(cast.dossier, handler_id=handler.id))
            uow.dossiers.save(attrs.evolve(other, handler_id=kept.id))
            stale = uow.dossiers.get(cast.office.id, cast.dossier.id)
        with committing(storage) as uow:
            uow.case_handlers.remove(handler)
        assert storage.read.dossier(cast.actor, cast.dossier.id).handler is None
        assert storage.read.dossier(cast.actor, other.id).handler == kept
        with pytest.raises(Conflict), committing(storage) as uow:
            uow.dossiers.save(stale)

    def test_pictures_are_named(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AL-3: the picture of a case handler is a file that a row names."""
        picture = scene.file("a.png")
        with committing(storage) as uow:
            uow.case_handlers.add(_handler(scene, cast, "A", picture=picture))
        assert storage.read.unnamed([picture.key]) == frozenset()
        assert picture in storage.read.named_files(size=1000)


def _handler(scene: Scene, cast: Cast, name: str, **fields: object) -> CaseHandler:
    handler = CaseHandler(
        id=CaseHandlerId(scene.ids.new()),
        office_id=cast.office.id,
        name=name,
        role={Language.DUTCH: "notaris", Language.ENGLISH: "notary"},
        telephone="020 123 45 67",
        email="dewit@example.nl",
    )
    return attrs.evolve(handler, **fields)  # type: ignore[arg-type]
