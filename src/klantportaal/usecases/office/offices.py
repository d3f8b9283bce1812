"""Creating, moving and finding offices: for the vendor's start-up code and for the sign-in pages."""

import contextlib
import logging
from collections.abc import Sequence

import attrs

from klantportaal.domain.auditing import Background
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.deviations import Deviation, deviations_of
from klantportaal.domain.errors import Absent, Conflict
from klantportaal.domain.events import Event, OfficeMade
from klantportaal.domain.offices import Office, OfficeProfile, move, new_office
from klantportaal.domain.values import OfficeId
from klantportaal.log_events import EventLog
from klantportaal.ports.clock import Clock
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.usecases.shared.deviation_log import tell
from klantportaal.usecases.shared.downloading import Download, Downloads
from klantportaal.usecases.shared.recording import Recorder

_LOG = EventLog("klantportaal.offices")
_ATTEMPTS = 20
"""The number of tries when another host changes the same office. More than the hosts that start at the same time."""


@checked_calls
@attrs.frozen(kw_only=True)
class Offices:
    """The tenants of this portal."""

    _storage: Storage
    _downloads: Downloads
    _clock: Clock
    _recorder: Recorder

    def ensure(self, key: str, base_url: str, profile: OfficeProfile) -> OfficeId:
        """Find the office with this key, or create it. Call this at every start.

        The id is derived from the key, so hosts that start at the same time create one office. If the base URL differs
        from the stored one, the office moves to the new URL. A move is recorded in the audit trail and logged to
        ``klantportaal.offices``. A base URL with plain HTTP to another computer is logged to
        ``klantportaal.deviations``.

        Args:
            key: your own name for the office, 1 to 100 characters. Keep the key when the base URL changes.
            base_url: the URL of the portal for the office's clients, such as ``https://example.nl/portaal``.
            profile: the name, look and texts of a new office. An existing office keeps its own profile.

        Raises:
            Refused: the key, the base URL or the profile breaks a rule, or another office has the base URL.
            Conflict: other hosts keep changing the office at the same time.
        """
        office = new_office(key, base_url, profile)
        for _attempt in range(_ATTEMPTS - 1):  # Each host changes the office once at its start, so retries end.
            with contextlib.suppress(Conflict):
                return self._ensure(office)
        return self._ensure(office)

    def _ensure(self, office: Office) -> OfficeId:
        """Try `ensure` once. Raises: Refused; Conflict if another host changes the office at the same time."""
        try:
            standing = self._storage.read.office(office.id)
        except Absent:
            self._add(office)
        else:
            if standing.base_url != office.base_url:
                before, after = self._move(standing.id, office.base_url)
                if after != before:  # Otherwise another host was first.
                    _LOG.log(
                        logging.WARNING,
                        "office_moves",
                        "office %(office_key)s moves from %(before)s to %(after)s",
                        office_key=office.key,
                        before=before.base_url,
                        after=after.base_url,
                    )
        tell(tuple(deviations_of(office)))
        return office.id

    def _add(self, office: Office) -> None:
        with self._storage.begin() as uow:
            uow.offices.add(office)
            self._record(uow, office.id, OfficeMade(at=self._clock.now()))
            uow.commit()

    def move(self, office_id: OfficeId, base_url: str) -> None:
        """Change the base URL of an office. Links in mails use the new URL from now on.

        Raises:
            Absent: there is no such office.
            Refused: the URL is not a valid base URL, or another office has it.
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
        """Record an event of the vendor's start-up code, which has no actor of the office."""
        self._recorder.record(uow, Background(office_id=office_id), fact)

    def get(self, office_id: OfficeId) -> Office:
        """Give an office. Raises: Absent."""
        return self._storage.read.office(office_id)

    def list(self) -> Sequence[Office]:
        """List all offices, oldest first."""
        return sorted(self._storage.read.offices(), key=lambda office: office.id)

    def deviations(self) -> tuple[Deviation, ...]:
        """List the offices that deviate from ASVS 5.0: those with a base URL over plain HTTP."""
        return tuple(each for office in self._storage.read.offices() for each in deviations_of(office))

    def only(self) -> OfficeId:
        """Give the id of the only office, for hosts that serve one office.

        Raises:
            LookupError: there is no office yet, or there are several.
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
        return self._downloads.unrecorded(logo)

    def dark_logo(self, office_id: OfficeId) -> Download:
        """Give the logo on dark pages, of an office that has one of its own. Raises: Absent, FileDamaged."""
        logo = self.get(office_id).dark_logo
        if logo is None:
            raise Absent("logo")
        return self._downloads.unrecorded(logo)
