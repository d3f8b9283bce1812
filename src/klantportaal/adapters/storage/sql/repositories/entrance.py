"""Links, changes of address, sessions, and the counters of failed attempts."""

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache

from sqlalchemy import TextualSelect, bindparam, delete, select, text, update

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.repositories.base import Repository
from klantportaal.adapters.storage.sql.rows import ADDRESS_CHANGES, LINKS, SESSIONS, Record
from klantportaal.adapters.storage.sql.statements import adding, forgetting, its, matching
from klantportaal.domain.address_changes import AddressChange
from klantportaal.domain.onboarding import Link, LinkPurpose
from klantportaal.domain.sessions import Actor, Session
from klantportaal.domain.throttling import Counter, Counters, ThrottleSubject
from klantportaal.domain.values import AccountId, Fingerprint, LinkId, OfficeId, PersonId, SessionId

_links = schema.links
_ADD_LINK = adding(_links)
_LINK = select(*LINKS.columns).where(matching(_links, "office_id", "fingerprint", "purpose"))
_LINK_BY_ID = select(*LINKS.columns).where(matching(_links, "office_id", "id"))
_NEWEST_LINK = (
    select(*LINKS.columns)
    .where(matching(_links, "office_id", "person_id", "purpose"))
    .order_by(_links.c.made_at.desc(), _links.c.id.desc())
    .limit(1)
)
_UNTOUCHED = _links.c.used_at.is_(None) & _links.c.voided_at.is_(None)
_VOID = (
    update(_links).where(its(_links, "office_id", "person_id", "purpose"), _UNTOUCHED).values(voided_at=bindparam("at"))
)
_USE = update(_links).where(its(_links, "office_id", "id"), _UNTOUCHED).values(used_at=bindparam("at"))
_RENEW = (
    update(_links)
    .where(its(_links, "office_id", "id"), _UNTOUCHED)
    .values({name: bindparam(name) for name in ("fingerprint", "made_at", "expires_at")})
)
_FORGET_LINKS = forgetting(_links, _links.c.expires_at < bindparam("before"), first=_links.c.expires_at)

_changes = schema.address_changes
_CHANGE_OF = select(*ADDRESS_CHANGES.columns).where(matching(_changes, "office_id", "person_id"))
_ADD_CHANGE = adding(_changes)
_REMOVE_CHANGE = delete(_changes).where(matching(_changes, "office_id", "person_id"))
_FORGET_CHANGES = forgetting(_changes, _changes.c.asked_at < bindparam("before"), first=_changes.c.asked_at)

_sessions = schema.sessions
_ADD_SESSION = adding(_sessions)
_TOUCH = (
    update(_sessions)
    .where(its(_sessions, "office_id", "id"), _sessions.c.seen_at < bindparam("at"))
    .values(seen_at=bindparam("at"))
)
_RUNNING = _sessions.c.ended_at.is_(None)
_ACTING = its(_sessions, "office_id", "id", "person_id", "fingerprint") & _RUNNING
_CONFIRM = update(_sessions).where(_ACTING).values(fingerprint=bindparam("fingerprint"), confirmed_at=bindparam("at"))
_SWITCH = update(_sessions).where(_ACTING).values(account_id=bindparam("account_id"))
_RENEWED = ("fingerprint", "refresh", "access_ends_at", "seen_at")
_RENEW_SESSION = (
    update(_sessions)
    .where(its(_sessions, "office_id", "id", "refresh"), _RUNNING)
    .values({name: bindparam(name) for name in _RENEWED})
)
_FIND = select(*SESSIONS.columns).where(matching(_sessions, "office_id", "id"))
_OWN = select(*SESSIONS.columns).where(matching(_sessions, "office_id", "id", "person_id"))
_END = update(_sessions).where(its(_sessions, "office_id", "id"), _RUNNING).values(ended_at=bindparam("at"))
_END_ALL = update(_sessions).where(its(_sessions, "office_id", "person_id"), _RUNNING).values(ended_at=bindparam("at"))
_END_ALL_BUT = _END_ALL.where(_sessions.c.id != bindparam("kept"))
_END_ACTING_FOR = (
    update(_sessions).where(its(_sessions, "office_id", "account_id"), _RUNNING).values(ended_at=bindparam("at"))
)
_CARRY_OVER = update(_sessions).where(its(_sessions, "office_id", "id")).values(epoch=bindparam("epoch"))
_FORGET_SESSIONS = forgetting(_sessions, _sessions.c.ends_at < bindparam("before"), first=_sessions.c.ends_at)

_throttles = schema.throttles
_SAVE_THROTTLE = (
    update(_throttles)
    .where(its(_throttles, "office_id", "subject"))
    .values(failures=bindparam("failures"), newest_at=bindparam("newest_at"))
)
# Skips rows that a unit of work has locked: their counters are in use.
_FORGET_THROTTLES = forgetting(
    _throttles, _throttles.c.newest_at < bindparam("before"), first=_throttles.c.newest_at, skip_locked=True
)


@lru_cache
def _holding(number: int) -> TextualSelect:
    """Make the statement that returns counters, inserts missing ones, and locks the rows in the order given.

    It is text: both databases know these words, but SQLAlchemy has a construct for each of them. The update on conflict
    changes nothing. It locks a row that is there; of two that insert one at once, the second waits for the first.
    """
    columns = _throttles.c
    rows = ", ".join(f"(:office_id, :subject_{each}, 0, :at)" for each in range(number))
    words = text(
        f"INSERT INTO throttles (office_id, subject, failures, newest_at) VALUES {rows} "
        "ON CONFLICT (office_id, subject) DO UPDATE SET subject = excluded.subject "
        "RETURNING subject, failures, newest_at"
    )
    typed = (bindparam(f"subject_{each}", type_=columns.subject.type) for each in range(number))
    return words.bindparams(
        bindparam("office_id", type_=columns.office_id.type), bindparam("at", type_=columns.newest_at.type), *typed
    ).columns(columns.subject, columns.failures, columns.newest_at)


class SqlLinks(Repository):
    """Links in mails."""

    def add(self, link: Link) -> None:
        """Insert a link."""
        self._run(_ADD_LINK, LINKS.record(link))

    def find(self, office_id: OfficeId, fingerprint: Fingerprint, purpose: LinkPurpose) -> Link | None:
        """Find a link, whatever its state."""
        row = self._first(_LINK, {"office_id": office_id, "fingerprint": fingerprint, "purpose": purpose})
        return None if row is None else LINKS.value(row)

    def get(self, office_id: OfficeId, link_id: LinkId) -> Link | None:
        """Find a link by its id, whatever its state."""
        row = self._first(_LINK_BY_ID, {"office_id": office_id, "id": link_id})
        return None if row is None else LINKS.value(row)

    def renew(self, link: Link) -> bool:
        """Store the fingerprint and the times of a link again. False if it was used or voided since."""
        times = {"fingerprint": link.fingerprint, "made_at": link.made_at, "expires_at": link.expires_at}
        return self._count(_RENEW, {"its_office_id": link.office_id, "its_id": link.id, **times}) == 1

    def newest(self, office_id: OfficeId, person_id: PersonId, purpose: LinkPurpose) -> Link | None:
        """Find the newest link of a person."""
        row = self._first(_NEWEST_LINK, {"office_id": office_id, "person_id": person_id, "purpose": purpose})
        return None if row is None else LINKS.value(row)

    def void(self, office_id: OfficeId, person_id: PersonId, purpose: LinkPurpose, *, at: datetime) -> None:
        """Void every link of a person for a purpose that is neither used nor void."""
        whose = {"its_office_id": office_id, "its_person_id": person_id, "its_purpose": purpose}
        self._run(_VOID, {**whose, "at": at})

    def use(self, office_id: OfficeId, link_id: LinkId, *, at: datetime) -> bool:
        """Mark a link as used. Of several callers at once exactly one gets True."""
        return self._count(_USE, {"its_office_id": office_id, "its_id": link_id, "at": at}) == 1

    def forget(self, *, before: datetime, limit: int) -> int:
        """Delete the links of all offices that expired before a moment."""
        return self._count(_FORGET_LINKS, {"before": before, "limit": limit})


class SqlAddressChanges(Repository):
    """The new addresses that persons asked for."""

    def of(self, office_id: OfficeId, person_id: PersonId) -> AddressChange | None:
        """Find what a person asked for last."""
        row = self._first(_CHANGE_OF, {"office_id": office_id, "person_id": person_id})
        return None if row is None else ADDRESS_CHANGES.value(row)

    def put(self, change: AddressChange) -> None:
        """Save what a person asked for, in place of what it asked for before."""
        self.remove(change.office_id, change.person_id)
        self._run(_ADD_CHANGE, ADDRESS_CHANGES.record(change))

    def remove(self, office_id: OfficeId, person_id: PersonId) -> None:
        """Delete what a person asked for, if there is anything."""
        self._run(_REMOVE_CHANGE, {"office_id": office_id, "person_id": person_id})

    def forget(self, *, before: datetime, limit: int) -> int:
        """Delete what persons of all offices asked for before a moment."""
        return self._count(_FORGET_CHANGES, {"before": before, "limit": limit})


class SqlSessions(Repository):
    """Sessions."""

    def add(self, session: Session) -> None:
        """Insert a session."""
        self._run(_ADD_SESSION, SESSIONS.record(session))

    def touch(self, office_id: OfficeId, session_id: SessionId, *, at: datetime) -> None:
        """Store the time of a session's last request, unless a later one is stored."""
        self._run(_TOUCH, {"its_office_id": office_id, "its_id": session_id, "at": at})

    def confirm(self, actor: Actor, *, fingerprint: Fingerprint, at: datetime) -> bool:
        """Store that the actor gave its password, and replace its session's token. Of several at once one gets True."""
        return self._count(_CONFIRM, {**_acting(actor), "fingerprint": fingerprint, "at": at}) == 1

    def switch(self, actor: Actor, account_id: AccountId) -> bool:
        """Let the actor's session act for another account, if it has not ended and has the actor's token."""
        return self._count(_SWITCH, {**_acting(actor), "account_id": account_id}) == 1

    def find(self, office_id: OfficeId, session_id: SessionId) -> Session | None:
        """Return a session, whatever its state."""
        row = self._first(_FIND, {"office_id": office_id, "id": session_id})
        return None if row is None else SESSIONS.value(row)

    def renew(self, session: Session, *, used: Fingerprint) -> bool:
        """Store the new tokens of the session of an app, if its refresh token is the one used. One of several does."""
        which = {"its_office_id": session.office_id, "its_id": session.id, "its_refresh": used}
        return self._count(_RENEW_SESSION, {**which, **{name: getattr(session, name) for name in _RENEWED}}) == 1

    def own(self, actor: Actor, session_id: SessionId) -> Session:
        """Return a session of the actor's person, whatever its state."""
        whose = {"office_id": actor.office_id, "person_id": actor.person_id}
        return SESSIONS.value(self._one(_OWN, {**whose, "id": session_id}, "session"))

    def end(self, office_id: OfficeId, session_id: SessionId, *, at: datetime) -> bool:
        """End one session, if it has not ended."""
        return self._count(_END, {"its_office_id": office_id, "its_id": session_id, "at": at}) == 1

    def end_others(self, actor: Actor, *, at: datetime) -> bool:
        """End every other session of the actor's person."""
        whose = {"its_office_id": actor.office_id, "its_person_id": actor.person_id}
        return self._count(_END_ALL_BUT, {**whose, "kept": actor.session_id, "at": at}) > 0

    def end_all(self, office_id: OfficeId, person_id: PersonId, *, at: datetime, but: SessionId | None = None) -> None:
        """End every session of a person, except one if it is given."""
        whose = {"its_office_id": office_id, "its_person_id": person_id, "at": at}
        if but is None:
            self._run(_END_ALL, whose)
        else:
            self._run(_END_ALL_BUT, {**whose, "kept": but})

    def end_acting_for(self, office_id: OfficeId, account_id: AccountId, *, at: datetime) -> None:
        """End every session that acts for an account."""
        self._run(_END_ACTING_FOR, {"its_office_id": office_id, "its_account_id": account_id, "at": at})

    def carry_over(self, office_id: OfficeId, session_id: SessionId, *, epoch: int) -> None:
        """Move a session to its person's new epoch."""
        self._run(_CARRY_OVER, {"its_office_id": office_id, "its_id": session_id, "epoch": epoch})

    def forget(self, *, before: datetime, limit: int) -> int:
        """Delete the sessions of all offices whose absolute end was before a moment."""
        return self._count(_FORGET_SESSIONS, {"before": before, "limit": limit})


class SqlThrottles(Repository):
    """Counters of failed attempts."""

    def hold(self, office_id: OfficeId, subjects: Collection[ThrottleSubject], *, at: datetime) -> Counters:
        """Return the counter of each subject, and lock it. A subject without a counter gets one with no failures."""
        if not subjects:
            return {}
        # Every caller locks in the same order, so that no two wait for each other.
        numbered = {f"subject_{number}": each for number, each in enumerate(sorted(set(subjects)))}
        rows = self._all(_holding(len(numbered)), {"office_id": office_id, "at": at, **numbered})
        return {
            ThrottleSubject(subject): Counter(failures=failures, newest_at=newest) for subject, failures, newest in rows
        }

    def save(self, office_id: OfficeId, counters: Counters) -> None:
        """Save the counters."""
        changes = [
            {
                "its_office_id": office_id,
                "its_subject": subject,
                "failures": counter.failures,
                "newest_at": counter.newest_at,
            }
            for subject, counter in counters.items()
        ]
        if changes:
            self._count_each(_SAVE_THROTTLE, changes)

    def forget(self, *, before: datetime, limit: int) -> int:
        """Delete the counters of all offices whose newest failure was before a moment."""
        return self._count(_FORGET_THROTTLES, {"before": before, "limit": limit})


def _acting(actor: Actor) -> Record:
    return {
        "its_office_id": actor.office_id,
        "its_id": actor.session_id,
        "its_person_id": actor.person_id,
        "its_fingerprint": actor.fingerprint,
    }
