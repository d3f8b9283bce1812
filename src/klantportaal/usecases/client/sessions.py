"""Listing and ending the sessions of a person (SI-4)."""

from collections.abc import Sequence

import attrs

from klantportaal.domain import sessions
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.events import OtherSessionsEnded, SessionEnded
from klantportaal.domain.sessions import Actor, SessionTimes
from klantportaal.domain.values import SessionId
from klantportaal.ports.clock import Clock
from klantportaal.ports.reading import SessionRow
from klantportaal.ports.storage import Storage
from klantportaal.usecases.shared.recording import Recorder


@attrs.frozen(kw_only=True)
class SessionsView:
    """The open sessions of a person."""

    rows: Sequence[SessionRow]
    """Newest first. The actor's own session is included."""
    confirmed: bool
    """Whether the password was given recently enough to end a session."""


@checked_calls
@attrs.frozen(kw_only=True)
class OpenSessions:
    """Lists and ends the sessions of a person."""

    _storage: Storage
    _clock: Clock
    _recorder: Recorder
    _times: SessionTimes

    def view(self, actor: Actor) -> SessionsView:
        """List the open sessions of the actor's person."""
        now = self._clock.now()
        return SessionsView(
            rows=self._storage.read.sessions(actor, times=self._times, at=now),
            confirmed=sessions.is_confirmed(actor, times=self._times, at=now),
        )

    def end(self, actor: Actor, session_id: SessionId) -> None:
        """End a session of the actor's person at once. Ending an ended session changes nothing.

        Raises:
            NotConfirmed: the password was given too long ago (ASVS 5.0 7.5.2).
            Absent: the person has no such session.
        """
        now = self._clock.now()
        sessions.require_confirmed(actor, times=self._times, at=now)
        with self._storage.begin() as uow:
            uow.sessions.own(actor, session_id)
            if not uow.sessions.end(actor.office_id, session_id, at=now):
                return
            self._recorder.record(uow, actor, SessionEnded(person_id=actor.person_id, session_id=session_id, at=now))
            uow.commit()

    def end_others(self, actor: Actor) -> None:
        """End all sessions of the actor's person except the actor's own, at once.

        Raises:
            NotConfirmed: the password was given too long ago (ASVS 5.0 7.5.2).
        """
        now = self._clock.now()
        sessions.require_confirmed(actor, times=self._times, at=now)
        with self._storage.begin() as uow:
            if not uow.sessions.end_others(actor, at=now):
                return
            fact = OtherSessionsEnded(person_id=actor.person_id, session_id=actor.session_id, at=now)
            self._recorder.record(uow, actor, fact)
            uow.commit()
