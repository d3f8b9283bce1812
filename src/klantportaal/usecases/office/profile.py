"""Reading and changing the name, look and texts of an office (OF-3)."""

from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import chain

import attrs

from klantportaal.domain import offices, uploads
from klantportaal.domain.admission import VendorSignIn
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.events import Event, OfficeChanged
from klantportaal.domain.offices import LOGO_LIMITS, Office, OfficeProfile
from klantportaal.domain.sessions import OfficeActor
from klantportaal.ports.clock import Clock
from klantportaal.ports.files import Files
from klantportaal.ports.secrets import Ids
from klantportaal.ports.storage import Storage
from klantportaal.usecases.shared import file_removal
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.storing import file_key, head_of, store


@checked_calls
@attrs.frozen(kw_only=True)
class OfficeProfiles:
    """The name, look and texts of an office."""

    _storage: Storage
    _files: Files
    _clock: Clock
    _ids: Ids
    _recorder: Recorder

    def get(self, actor: OfficeActor) -> Office:
        """Give the current office. Raises: Absent."""
        return self._storage.read.office(actor.office_id)

    def change(self, actor: OfficeActor, profile: OfficeProfile) -> None:
        """Change the profile of the office.

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
        """Make two-step verification mandatory for all accounts of the office, or optional again (TS-1).

        The change takes effect at once. An account without two-step verification can then use only the page that turns
        it on. If the setting is unchanged, nothing happens.

        Raises:
            Absent: there is no such office.
        """
        self._set(actor, lambda office, at: offices.require_two_step(office, required, at=at))

    def use_vendor_sign_in(self, actor: OfficeActor, sign_in: VendorSignIn | None) -> None:
        """Let clients sign in with the vendor's own sign-in, in place of a password or beside it, or end that (PE-6).

        The change takes effect at the next sign-in; sessions go on. Persons that have no way to sign in then, such as
        those with a password only if passwords are no longer taken, can be invited again. If the setting is unchanged,
        nothing happens.

        Args:
            actor: the office.
            sign_in: the vendor's sign-in. None lets clients sign in with passwords only.

        Raises:
            Absent: there is no such office.
            Refused: one fault for each field that breaks a rule.
        """
        self._set(actor, lambda office, at: offices.use_vendor_sign_in(office, sign_in, at=at))

    def allow_address_changes(self, actor: OfficeActor, allowed: bool = True) -> None:
        """Let the office's clients change their own e-mail address, or not any more (PR-4). It is allowed at first.

        The change takes effect at once: a link to a new address that was sent before does not work while it is off. If
        the setting is unchanged, nothing happens.

        Raises:
            Absent: there is no such office.
        """
        self._set(actor, lambda office, at: offices.allow_address_changes(office, allowed, at=at))

    def _set(self, actor: OfficeActor, rule: Callable[[Office, datetime], tuple[Office, Event]]) -> None:
        """Change a setting of the office by a rule. If it is unchanged, nothing happens."""
        with self._storage.begin() as uow:
            office = uow.offices.get(actor.office_id)
            changed, fact = rule(office, self._clock.now())
            if changed == office:
                return
            uow.offices.save(changed)
            self._recorder.record(uow, actor, fact)
            uow.commit()

    def change_logo(self, actor: OfficeActor, *, name: str, blocks: Iterable[bytes]) -> None:
        """Change the logo of the office: PNG or JPEG, at most 1 MiB.

        Raises:
            Absent: there is no such office.
            Refused: the file is empty, too large, or neither PNG nor JPEG.
            StorageFull: the file could not be stored; the logo is unchanged.
            Unavailable: the file could not be stored; the logo is unchanged.
        """
        shown = uploads.shown_name(name)
        head, rest = head_of(blocks)
        file_type = uploads.accepted_type(shown, head, LOGO_LIMITS)
        whole = uploads.within(chain([head], rest), shown, LOGO_LIMITS.file_size)
        key = file_key(actor.office_id, self._ids.new())
        logo = store(self._files, key, name=shown, media_type=file_type.media_type, blocks=whole)
        with file_removal.unless_named(self._files, logo), self._storage.begin() as uow:
            office = uow.offices.get(actor.office_id)
            uow.offices.save(attrs.evolve(office, logo=logo))
            self._recorder.record(uow, actor, OfficeChanged(at=self._clock.now()))
            uow.commit()
