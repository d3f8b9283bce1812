"""Case handlers: the contact cards that clients see in their dossiers (OF-3)."""

from collections.abc import Iterable, Sequence

import attrs

from klantportaal.domain import case_handlers
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.case_handlers import CaseHandler, ContactCard
from klantportaal.domain.documents import StoredFile
from klantportaal.domain.events import CaseHandlerChanged, CaseHandlerRemoved
from klantportaal.domain.offices import LOGO_LIMITS
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import CaseHandlerId
from klantportaal.ports.clock import Clock
from klantportaal.ports.files import Files
from klantportaal.ports.secrets import Ids
from klantportaal.ports.storage import Storage
from klantportaal.usecases.shared import file_removal
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.storing import store_picture


@checked_calls
@attrs.frozen(kw_only=True)
class OfficeCaseHandlers:
    """The case handlers of an office. ``dossiers.give_handler`` says whose card the clients of a dossier see."""

    _storage: Storage
    _files: Files
    _clock: Clock
    _ids: Ids
    _recorder: Recorder

    def list(self, actor: OfficeActor) -> Sequence[CaseHandler]:
        """List all case handlers of the office, by name."""
        return self._storage.read.office_case_handlers(actor)

    def add(self, actor: OfficeActor, card: ContactCard) -> CaseHandlerId:
        """Add a case handler.

        Raises:
            Refused: one fault for each field that breaks a rule.
        """
        id = CaseHandlerId(self._ids.new())
        handler, fact = case_handlers.add_case_handler(card, id=id, office_id=actor.office_id, at=self._clock.now())
        with self._storage.begin() as uow:
            uow.case_handlers.add(handler)
            self._recorder.record(uow, actor, fact)
            uow.commit()
        return id

    def change(self, actor: OfficeActor, handler_id: CaseHandlerId, card: ContactCard) -> None:
        """Change the card of a case handler, in all dossiers that have it. The picture stays.

        Raises:
            Absent: the office has no such case handler.
            Refused: one fault for each field that breaks a rule.
        """
        with self._storage.begin() as uow:
            handler = uow.case_handlers.get(actor.office_id, handler_id)
            changed, fact = case_handlers.change_case_handler(handler, card, at=self._clock.now())
            uow.case_handlers.save(changed)
            self._recorder.record(uow, actor, fact)
            uow.commit()

    def change_picture(
        self, actor: OfficeActor, handler_id: CaseHandlerId, *, name: str, blocks: Iterable[bytes]
    ) -> None:
        """Change the picture of a case handler: PNG or JPEG, at most 1 MiB. Only clients of its dossiers see it.

        Raises:
            Absent: the office has no such case handler.
            Refused: the file is empty, too large, or neither PNG nor JPEG.
            StorageFull: the file could not be stored; the picture is unchanged.
            Unavailable: the file could not be stored; the picture is unchanged.
        """
        picture = store_picture(self._files, self._ids, actor.office_id, LOGO_LIMITS, name=name, blocks=blocks)
        with file_removal.unless_named(self._files, picture):
            former = self._give_picture(actor, handler_id, picture)
        file_removal.remove(self._files, former)

    def remove_picture(self, actor: OfficeActor, handler_id: CaseHandlerId) -> None:
        """Remove the picture of a case handler, if it has one. Raises: Absent."""
        file_removal.remove(self._files, self._give_picture(actor, handler_id, None))

    def _give_picture(
        self, actor: OfficeActor, handler_id: CaseHandlerId, picture: StoredFile | None
    ) -> Sequence[StoredFile]:
        """Replace the picture, and give the former one."""
        with self._storage.begin() as uow:
            handler = uow.case_handlers.get(actor.office_id, handler_id)
            if handler.picture == picture:
                return []
            uow.case_handlers.save(attrs.evolve(handler, picture=picture))
            fact = CaseHandlerChanged(handler_id=handler_id, at=self._clock.now())
            self._recorder.record(uow, actor, fact)
            uow.commit()
        return [] if handler.picture is None else [handler.picture]

    def remove(self, actor: OfficeActor, handler_id: CaseHandlerId) -> None:
        """Remove a case handler. Its dossiers have none from then on. What it sent or published keeps its name.

        Raises:
            Absent: the office has no such case handler.
        """
        with self._storage.begin() as uow:
            handler = uow.case_handlers.get(actor.office_id, handler_id)
            uow.case_handlers.remove(handler)
            fact = CaseHandlerRemoved(handler_id=handler_id, at=self._clock.now())
            self._recorder.record(uow, actor, fact)
            uow.commit()
        file_removal.remove(self._files, [handler.picture] if handler.picture else [])
