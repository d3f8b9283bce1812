"""Listing and ending the sessions of a person (SI-4), and keeping the one in use alive (ST-3)."""

import contextlib
import itertools
from collections.abc import Iterable, Iterator, Sequence

import attrs

from klantportaal.domain import sessions
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.errors import NotSignedIn, StorageFull, Unavailable
from klantportaal.domain.events import OtherSessionsEnded, SessionEnded
from klantportaal.domain.sessions import Actor, SessionEnd, SessionTimes
from klantportaal.domain.values import SessionId
from klantportaal.ports.clock import Clock
from klantportaal.ports.reading import SessionRow
from klantportaal.ports.storage import Storage
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.retries import once_more


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
    """Lists and ends the sessions of a person, and keeps the one in use alive."""

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

    @once_more
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

    @once_more
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

    @once_more
    def keep(self, actor: Actor) -> SessionEnd:
        """Count this moment as use of the actor's session, and tell when it ends now (ST-3).

        Raises:
            NotSignedIn: the session ended in the meantime.
        """
        now = self._clock.now()
        with self._storage.begin() as uow:
            person = uow.persons.get(actor.office_id, actor.person_id)
            session = uow.sessions.own(actor, actor.session_id)
            if not sessions.is_alive(session, epoch=person.epoch, times=self._times, at=now):
                raise NotSignedIn
            uow.sessions.touch(actor.office_id, actor.session_id, at=now)
            uow.commit()
        used = attrs.evolve(session, seen_at=max(session.seen_at, now))
        return sessions.end_of(used, times=self._times, at=now)

    def keep_during(self, actor: Actor, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """Pass on the blocks of a request that may take long. As they come, they count as use of the session (ST-3).

        If storage is unavailable or full, the blocks still come.

        Raises:
            NotSignedIn: the session ended in the meantime.
        """
        every, last = sessions.told_every(self._times), self._clock.now()
        for block in itertools.chain(blocks, [b""]):  # The end of the request counts too.
            if (now := self._clock.now()) - last >= every:
                with contextlib.suppress(Unavailable, StorageFull):
                    self.keep(actor)
                last = now
            if block:
                yield block
