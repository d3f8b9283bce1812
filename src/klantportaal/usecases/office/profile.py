"""Reading and changing the name, look and texts of an office (OF-3)."""

from collections.abc import Callable, Iterable
from datetime import datetime

import attrs

from klantportaal.domain import office_notices, offices
from klantportaal.domain.admission import VendorSignIn
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.events import Event, OfficeChanged
from klantportaal.domain.offices import LOGO_LIMITS, Office, OfficeNotices, OfficeProfile
from klantportaal.domain.sessions import OfficeActor
from klantportaal.ports.clock import Clock
from klantportaal.ports.files import Files
from klantportaal.ports.secrets import Ids
from klantportaal.ports.storage import Storage
from klantportaal.usecases.shared import file_removal
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.storing import store_picture


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

    def set_notices(self, actor: OfficeActor, notices: OfficeNotices | None) -> None:
        """Let the office be told by mail what its clients send and complete, or not any more (OF-4). Off at first.

        Several things within five minutes are one mail. It has dossier numbers, names of clients, and how many of what,
        never contents. What the office has opened when the mail is made is not told. ``dossiers.set_notice_addresses``
        gives a dossier addresses of its own. If the setting is unchanged, nothing happens.

        Raises:
            Absent: there is no such office.
            Refused: one fault for each field that breaks a rule.
        """
        self._set(actor, lambda office, at: office_notices.change_notices(office, notices, at=at))

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
        logo = store_picture(self._files, self._ids, actor.office_id, LOGO_LIMITS, name=name, blocks=blocks)
        with file_removal.unless_named(self._files, logo):
            self._change(actor, lambda office: attrs.evolve(office, logo=logo))

    def change_dark_logo(self, actor: OfficeActor, *, name: str, blocks: Iterable[bytes]) -> None:
        """Change the logo that stands on dark pages, in place of the logo: PNG or JPEG, at most 1 MiB.

        Mails and PDFs are white, and keep the other logo.

        Raises:
            Absent: there is no such office.
            Refused: the file is empty, too large, or neither PNG nor JPEG.
            StorageFull: the file could not be stored; the logo is unchanged.
            Unavailable: the file could not be stored; the logo is unchanged.
        """
        logo = store_picture(self._files, self._ids, actor.office_id, LOGO_LIMITS, name=name, blocks=blocks)
        with file_removal.unless_named(self._files, logo):
            self._change(actor, lambda office: attrs.evolve(office, dark_logo=logo))

    def remove_dark_logo(self, actor: OfficeActor) -> None:
        """Show the logo on dark pages too, on white. If there is no dark one, nothing happens. Raises: Absent."""
        self._change(actor, lambda office: attrs.evolve(office, dark_logo=None))

    def _change(self, actor: OfficeActor, made: Callable[[Office], Office]) -> None:
        """Change a logo of the office. If nothing changes, nothing happens. The sweeper removes the former file."""
        with self._storage.begin() as uow:
            office = uow.offices.get(actor.office_id)
            changed = made(office)
            if changed == office:
                return
            uow.offices.save(changed)
            self._recorder.record(uow, actor, OfficeChanged(at=self._clock.now()))
            uow.commit()
