"""What the office shows of itself (OF-3)."""

from collections.abc import Iterable
from itertools import chain

import attrs

from klantportaal.domain import offices, uploads
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.events import OfficeChanged
from klantportaal.domain.offices import LOGO_LIMITS, Office, OfficeProfile
from klantportaal.domain.sessions import OfficeActor
from klantportaal.ports.clock import Clock
from klantportaal.ports.files import Files
from klantportaal.ports.secrets import Ids
from klantportaal.ports.storage import Storage
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.storing import file_key, head_of, store


@checked_calls
@attrs.frozen(kw_only=True)
class OfficeProfiles:
    """An office's name, look and texts."""

    _storage: Storage
    _files: Files
    _clock: Clock
    _ids: Ids
    _recorder: Recorder

    def get(self, actor: OfficeActor) -> Office:
        """Give the office as it stands. Raises: Absent."""
        return self._storage.read.office(actor.office_id)

    def change(self, actor: OfficeActor, profile: OfficeProfile) -> None:
        """Give the office other texts.

        Raises:
            Absent: there is no such office.
            Refused: one fault for each field that breaks a rule.
        """
        with self._storage.begin() as uow:
            changed, fact = offices.change_profile(uow.offices.get(actor.office_id), profile, at=self._clock.now())
            uow.offices.save(changed)
            self._recorder.record(uow, actor, fact)
            uow.commit()

    def require_two_step(self, actor: OfficeActor, required: bool = True) -> None:
        """Make two-step verification mandatory, at once and for everybody, or leave it to each account again (TS-1).

        Whoever has yet to turn it on comes no further than the page that does. Nothing happens where it is so already.

        Raises:
            Absent: there is no such office.
        """
        with self._storage.begin() as uow:
            office = uow.offices.get(actor.office_id)
            changed, fact = offices.require_two_step(office, required, at=self._clock.now())
            if changed == office:
                return
            uow.offices.save(changed)
            self._recorder.record(uow, actor, fact)
            uow.commit()

    def change_logo(self, actor: OfficeActor, *, name: str, blocks: Iterable[bytes]) -> None:
        """Give the office a logo: PNG or JPEG, at most 1 MiB.

        Raises:
            Absent: there is no such office.
            Refused: the file is empty, too large, or something else.
            StorageFull, Unavailable: the logo stays as it was.
        """
        shown = uploads.shown_name(name)
        head, rest = head_of(blocks)
        file_type = uploads.accepted_type(shown, head, LOGO_LIMITS)
        whole = uploads.within(chain([head], rest), shown, LOGO_LIMITS.file_size)
        key = file_key(actor.office_id, self._ids.new())
        logo = store(self._files, key, name=shown, media_type=file_type.media_type, blocks=whole)
        with self._storage.begin() as uow:
            office = uow.offices.get(actor.office_id)
            uow.offices.save(attrs.evolve(office, logo=logo))
            self._recorder.record(uow, actor, OfficeChanged(at=self._clock.now()))
            uow.commit()
