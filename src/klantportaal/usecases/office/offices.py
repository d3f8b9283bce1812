"""Offices: for the vendor's start-up code, and for whoever stands at an office's door."""

import contextlib
import logging

import attrs

from klantportaal.domain.auditing import Background
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.deviations import Deviation, deviations_of
from klantportaal.domain.errors import Absent, Conflict
from klantportaal.domain.events import Event, OfficeMade
from klantportaal.domain.offices import Office, OfficeProfile, move, new_office
from klantportaal.domain.values import OfficeId
from klantportaal.ports.clock import Clock
from klantportaal.ports.files import Files
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.usecases.shared.deviation_log import tell
from klantportaal.usecases.shared.downloading import Download, download
from klantportaal.usecases.shared.recording import Recorder

_LOG = logging.getLogger("klantportaal.offices")
_ATTEMPTS = 20
"""How often to begin anew when another host changes the same office: more than there are hosts that start at once."""


@checked_calls
@attrs.frozen(kw_only=True)
class Offices:
    """The tenants of this portal."""

    _storage: Storage
    _files: Files
    _clock: Clock
    _recorder: Recorder

    def ensure(self, key: str, base_url: str, profile: OfficeProfile) -> OfficeId:
        """Find the office with a key, or make it; meant for every start. At another base URL than before, it moves.

        The id follows from the key, so hosts that start together make one office. A move is in the trail, and in the
        log ``klantportaal.offices``. Plain HTTP to another computer is in the log ``klantportaal.deviations``.

        Args:
            key: what you call the office, 1 to 100 characters. It stays the same when the address changes.
            base_url: where its clients reach the portal: ``https://example.nl/portaal``.
            profile: what a new office shows of itself. An office that is there already keeps its own.

        Raises:
            Refused: the key, the base URL or the profile breaks rules, or another office has the base URL.
            Conflict: other hosts keep changing the office at the same time.
        """
        office = new_office(key, base_url, profile)
        for _attempt in range(_ATTEMPTS - 1):  # Another host that changes it has then done what it starts with.
            with contextlib.suppress(Conflict):
                return self._ensure(office)
        return self._ensure(office)

    def _ensure(self, office: Office) -> OfficeId:
        """Do as `ensure`, unless another host changes the office meanwhile. Raises: Refused, Conflict."""
        try:
            standing = self._storage.read.office(office.id)
        except Absent:
            self._add(office)
        else:
            if standing.base_url != office.base_url:
                before, after = self._move(standing.id, office.base_url)
                if after != before:  # Otherwise another host was first.
                    _LOG.warning("office %s moves from %s to %s", office.key, before.base_url, after.base_url)
        tell(tuple(deviations_of(office)))
        return office.id

    def _add(self, office: Office) -> None:
        with self._storage.begin() as uow:
            uow.offices.add(office)
            self._record(uow, office.id, OfficeMade(at=self._clock.now()))
            uow.commit()

    def move(self, office_id: OfficeId, base_url: str) -> None:
        """Say that an office's clients reach the portal at another URL from now on; links in mails lead there.

        Raises:
            Absent: there is no such office.
            Refused: it is no base URL, or another office has it.
        """
        _before, after = self._move(office_id, base_url)
        tell(tuple(deviations_of(after)))

    def _move(self, office_id: OfficeId, base_url: str) -> tuple[Office, Office]:
        """Move an office. Where it is there already, nothing happens. Give the office before and after."""
        with self._storage.begin() as uow:
            office = uow.offices.get(office_id)
            moved, fact = move(office, base_url, at=self._clock.now())
            if moved != office:
                uow.offices.save(moved)
                self._record(uow, office_id, fact)
                uow.commit()
        return office, moved

    def _record(self, uow: UnitOfWork, office_id: OfficeId, fact: Event) -> None:
        """Write down what the vendor's start-up code did: nobody of the office."""
        self._recorder.record(uow, Background(office_id=office_id), fact)

    def get(self, office_id: OfficeId) -> Office:
        """Give an office. Raises: Absent."""
        return self._storage.read.office(office_id)

    def deviations(self) -> tuple[Deviation, ...]:
        """Name the offices that are at odds with ASVS 5.0: those whose clients come over plain HTTP."""
        return tuple(each for office in self._storage.read.offices() for each in deviations_of(office))

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
