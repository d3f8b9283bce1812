"""Repositories of links, changes of address, sessions, counters of failures and counts of refusals."""

from collections.abc import Collection, Sequence
from datetime import datetime

import attrs

from klantportaal.adapters.storage.memory.tables import Tables, change, drop, owned
from klantportaal.domain.address_changes import AddressChange
from klantportaal.domain.errors import Absent
from klantportaal.domain.onboarding import Link, LinkPurpose, is_untouched
from klantportaal.domain.refusals import RefusalCount
from klantportaal.domain.sessions import Actor, Session
from klantportaal.domain.throttling import Counter, Counters, ThrottleSubject
from klantportaal.domain.values import AccountId, Fingerprint, LinkId, OfficeId, PersonId, SessionId


@attrs.frozen
class Links:
    """The links that are sent by mail."""

    _tables: Tables

    def add(self, link: Link) -> None:
        """Insert a link."""
        self._tables.links[link.id] = link

    def find(self, office_id: OfficeId, fingerprint: Fingerprint, purpose: LinkPurpose) -> Link | None:
        """Find a link in any state."""
        for link in self._tables.links.values():
            if (link.office_id, link.fingerprint, link.purpose) == (office_id, fingerprint, purpose):
                return link
        return None

    def get(self, office_id: OfficeId, link_id: LinkId) -> Link | None:
        """Find a link by its id, in any state."""
        link = self._tables.links.get(link_id)
        return link if link is not None and link.office_id == office_id else None

    def renew(self, link: Link) -> bool:
        """Store the fingerprint and the times of a link again, unless it is used or void."""
        standing = self.get(link.office_id, link.id)
        if standing is None or not is_untouched(standing):
            return False
        times = {"fingerprint": link.fingerprint, "made_at": link.made_at, "expires_at": link.expires_at}
        change(self._tables.links, link.id, **times)
        return True

    def newest(self, office_id: OfficeId, person_id: PersonId, purpose: LinkPurpose) -> Link | None:
        """Find the newest link of a person, in any state."""
        links = self._of_person(office_id, person_id, purpose)
        return max(links, key=lambda link: (link.made_at, link.id), default=None)

    def void(self, office_id: OfficeId, person_id: PersonId, purpose: LinkPurpose, *, at: datetime) -> None:
        """Void every link of a person for a purpose that is neither used nor void."""
        for link in self._of_person(office_id, person_id, purpose):
            if is_untouched(link):
                change(self._tables.links, link.id, voided_at=at)

    def use(self, office_id: OfficeId, link_id: LinkId, *, at: datetime) -> bool:
        """Mark a link as used, unless it is used or void."""
        link = self._tables.links.get(link_id)
        if link is None or link.office_id != office_id or not is_untouched(link):
            return False
        change(self._tables.links, link_id, used_at=at)
        return True

    def forget(self, *, before: datetime, limit: int) -> int:
        """Delete the links of all offices that expired before a moment."""
        return drop(self._tables.links, limit, lambda _id, link: link.expires_at < before)

    def _of_person(self, office_id: OfficeId, person_id: PersonId, purpose: LinkPurpose) -> list[Link]:
        wanted = (office_id, person_id, purpose)
        links = self._tables.links.values()
        return [link for link in links if (link.office_id, link.person_id, link.purpose) == wanted]


@attrs.frozen
class AddressChanges:
    """The new addresses that persons asked for."""

    _tables: Tables

    def of(self, office_id: OfficeId, person_id: PersonId) -> AddressChange | None:
        """Find what a person asked for last."""
        standing = self._tables.address_changes.get(person_id)
        return standing if standing is not None and standing.office_id == office_id else None

    def put(self, change: AddressChange) -> None:
        """Save what a person asked for, in place of what it asked for before."""
        self._tables.address_changes[change.person_id] = change

    def remove(self, office_id: OfficeId, person_id: PersonId) -> None:
        """Delete what a person asked for, if there is anything."""
        if self.of(office_id, person_id) is not None:
            del self._tables.address_changes[person_id]

    def forget(self, *, before: datetime, limit: int) -> int:
        """Delete what persons of all offices asked for before a moment."""
        return drop(self._tables.address_changes, limit, lambda _id, change: change.asked_at < before)


@attrs.frozen
class Sessions:
    """The sessions of persons."""

    _tables: Tables

    def add(self, session: Session) -> None:
        """Insert a session."""
        self._tables.sessions[session.id] = session

    def touch(self, office_id: OfficeId, session_id: SessionId, *, at: datetime) -> None:
        """Store the time of a session's last request, unless a later one is stored."""
        session = self._tables.sessions.get(session_id)
        if session is not None and session.office_id == office_id:
            change(self._tables.sessions, session_id, seen_at=max(at, session.seen_at))

    def confirm(self, actor: Actor, *, fingerprint: Fingerprint, at: datetime) -> bool:
        """Store that the actor gave its password, and replace its session's token."""
        open_one = self._is_open(actor)
        if open_one:
            change(self._tables.sessions, actor.session_id, fingerprint=fingerprint, confirmed_at=at)
        return open_one

    def find(self, office_id: OfficeId, session_id: SessionId) -> Session | None:
        """Return a session, in any state."""
        session = self._tables.sessions.get(session_id)
        return session if session is not None and session.office_id == office_id else None

    def renew(self, session: Session, *, used: Fingerprint) -> bool:
        """Store the new tokens of the session of an app, if its refresh token is the one that was used."""
        found = self.find(session.office_id, session.id)
        if found is None or found.ended_at is not None or found.refresh != used:
            return False
        change(
            self._tables.sessions,
            session.id,
            fingerprint=session.fingerprint,
            refresh=session.refresh,
            access_ends_at=session.access_ends_at,
            seen_at=session.seen_at,
        )
        return True

    def own(self, actor: Actor, session_id: SessionId) -> Session:
        """Return a session of the actor's person, in any state."""
        session = owned(self._tables.sessions, actor.office_id, session_id, "session")
        if session.person_id != actor.person_id:
            raise Absent("session")
        return session

    def end(self, office_id: OfficeId, session_id: SessionId, *, at: datetime) -> bool:
        """End one session, if it has not ended."""
        session = self._tables.sessions.get(session_id)
        if session is None or session.office_id != office_id or session.ended_at is not None:
            return False
        change(self._tables.sessions, session_id, ended_at=at)
        return True

    def end_others(self, actor: Actor, *, at: datetime) -> bool:
        """End every other session of the actor's person."""
        others = [
            session.id
            for session in self._tables.sessions.values()
            if session.person_id == actor.person_id and session.id != actor.session_id
        ]
        ended = [self.end(actor.office_id, session_id, at=at) for session_id in others]
        return any(ended)

    def end_all(self, office_id: OfficeId, person_id: PersonId, *, at: datetime, but: SessionId | None = None) -> None:
        """End every session of a person, except one if it is given."""
        for session in list(self._tables.sessions.values()):
            if session.person_id == person_id and session.id != but:
                self.end(office_id, session.id, at=at)

    def end_acting_for(self, office_id: OfficeId, account_id: AccountId, *, at: datetime) -> None:
        """End every session that acts for an account."""
        for session in list(self._tables.sessions.values()):
            if session.account_id == account_id:
                self.end(office_id, session.id, at=at)

    def switch(self, actor: Actor, account_id: AccountId) -> bool:
        """Let the actor's session act for another account."""
        open_one = self._is_open(actor)
        if open_one:
            change(self._tables.sessions, actor.session_id, account_id=account_id)
        return open_one

    def carry_over(self, office_id: OfficeId, session_id: SessionId, *, epoch: int) -> None:
        """Move a session to its person's new epoch."""
        session = self._tables.sessions.get(session_id)
        if session is not None and session.office_id == office_id:
            change(self._tables.sessions, session_id, epoch=epoch)

    def forget(self, *, before: datetime, limit: int) -> int:
        """Delete the sessions of all offices whose absolute end was before a moment."""
        return drop(self._tables.sessions, limit, lambda _id, session: session.ends_at < before)

    def _is_open(self, actor: Actor) -> bool:
        """Tell whether the actor's session has not ended and still has the actor's token."""
        session = self._tables.sessions.get(actor.session_id)
        if session is None or session.ended_at is not None:
            return False
        known = (actor.office_id, actor.person_id, actor.fingerprint)
        return (session.office_id, session.person_id, session.fingerprint) == known


@attrs.frozen
class Throttles:
    """The counters of recent failures."""

    _tables: Tables

    def hold(self, office_id: OfficeId, subjects: Collection[ThrottleSubject], *, at: datetime) -> Counters:
        """Return the counter of each subject. A subject without a counter gets one with no failures."""
        counters = self._tables.throttles
        return {each: counters.setdefault((office_id, each), Counter(newest_at=at)) for each in subjects}

    def save(self, office_id: OfficeId, counters: Counters) -> None:
        """Store changed counters."""
        self._tables.throttles.update({(office_id, subject): each for subject, each in counters.items()})

    def forget(self, *, before: datetime, limit: int) -> int:
        """Delete the counters of all offices whose newest failure was before a moment."""
        return drop(self._tables.throttles, limit, lambda _key, counter: counter.newest_at < before)


@attrs.frozen
class Refusals:
    """The counts of refusals that are not in the trail yet."""

    _tables: Tables

    def hold(self, office_id: OfficeId, origin: ThrottleSubject, what: str) -> RefusalCount:
        """Return a count. If there is none, it is made without refusals."""
        empty = RefusalCount(office_id=office_id, origin=origin, what=what)
        return self._tables.refusals.setdefault(_key(empty), empty)

    def save(self, counted: RefusalCount) -> None:
        """Store a changed count."""
        self._tables.refusals[_key(counted)] = counted

    def ended(self, *, before: datetime, after: datetime, limit: int) -> Sequence[RefusalCount]:
        """Return counts of all offices that began at or before a moment, or after another."""
        counts = self._tables.refusals.values()
        return [each for each in counts if each.since and (each.since <= before or each.since > after)][:limit]

    def remove(self, counted: RefusalCount) -> None:
        """Delete a count."""
        del self._tables.refusals[_key(counted)]


def _key(counted: RefusalCount) -> tuple[OfficeId, ThrottleSubject, str]:
    return counted.office_id, counted.origin, counted.what
