"""Offices: for the vendor's start-up code, and for whoever stands at an office's door."""

from uuid import NAMESPACE_URL, uuid5

import attrs

from klantportaal.domain.auditing import Background
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.errors import Absent, Conflict, Refused
from klantportaal.domain.events import Event, OfficeMade, OfficeMoved
from klantportaal.domain.offices import Office, OfficeProfile, profile_faults, tidy
from klantportaal.domain.values import OfficeId
from klantportaal.ports.clock import Clock
from klantportaal.ports.files import Files
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.usecases.shared.downloading import Download, download
from klantportaal.usecases.shared.recording import Recorder


@checked_calls
@attrs.frozen(kw_only=True)
class Offices:
    """The tenants of this portal."""

    _storage: Storage
    _files: Files
    _clock: Clock
    _recorder: Recorder

    def ensure(self, base_url: str, profile: OfficeProfile) -> OfficeId:
        """Find the office that has its portal at *base_url*, or make it with *profile*; meant for every start.

        The id of a new one follows from the URL (RFC 9562 5.5), so that hosts which start together make one office.

        Raises:
            Refused: the profile breaks rules.
            Conflict: an office that has moved was made at this URL; its id is taken.
        """
        url = base_url.rstrip("/")
        office = Office(id=OfficeId(uuid5(NAMESPACE_URL, url)), base_url=url, profile=tidy(profile))
        if faults := list(profile_faults(office.profile)):
            raise Refused(faults)
        return self._at(url) or self._add(office)

    def _at(self, url: str) -> OfficeId | None:
        return next((each.id for each in self._storage.read.offices() if each.base_url == url), None)

    def _add(self, office: Office) -> OfficeId:
        try:
            with self._storage.begin() as uow:
                uow.offices.add(office)
                self._record(uow, office.id, OfficeMade(at=self._clock.now()))
                uow.commit()
        except Conflict:
            if first := self._at(office.base_url):  # Another host's.
                return first
            raise
        return office.id

    def move(self, office_id: OfficeId, base_url: str) -> None:
        """Say that an office's clients reach the portal at another URL from now on; links in mails lead there.

        Raises:
            Absent: there is no such office.
        """
        with self._storage.begin() as uow:
            uow.offices.save(attrs.evolve(uow.offices.get(office_id), base_url=base_url.rstrip("/")))
            self._record(uow, office_id, OfficeMoved(at=self._clock.now()))
            uow.commit()

    def _record(self, uow: UnitOfWork, office_id: OfficeId, fact: Event) -> None:
        """Write down what the vendor's start-up code did: nobody of the office."""
        self._recorder.record(uow, Background(office_id=office_id), fact)

    def get(self, office_id: OfficeId) -> Office:
        """Give an office. Raises: Absent."""
        return self._storage.read.office(office_id)

    def only(self) -> OfficeId:
        """Give the sole office, for hosts that serve one.

        Raises:
            LookupError: there is none yet, or there are several and the host must say which.
        """
        offices = self._storage.read.offices()
        if len(offices) != 1:
            raise LookupError(f"{len(offices)} offices: make one with portal.offices.ensure, or say which one is meant")
        return offices[0].id

    def logo(self, office_id: OfficeId) -> Download:
        """Give the office's logo. Raises: Absent, FileDamaged."""
        logo = self.get(office_id).logo
        if logo is None:
            raise Absent("logo")
        return download(self._files, logo, at_end=lambda: None)
