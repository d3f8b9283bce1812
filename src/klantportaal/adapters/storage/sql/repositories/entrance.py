"""Links and sessions: what lets somebody in."""

from datetime import datetime

from sqlalchemy import bindparam, delete, select, update

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.repositories.base import Repository
from klantportaal.adapters.storage.sql.rows import LINKS, SESSIONS
from klantportaal.adapters.storage.sql.statements import adding, its, matching
from klantportaal.domain.onboarding import Link, LinkPurpose
from klantportaal.domain.sessions import Actor, Session
from klantportaal.domain.values import AccountId, Fingerprint, LinkId, OfficeId, SessionId

_links = schema.links
_ADD_LINK = adding(_links)
_LINK = select(*LINKS.columns).where(matching(_links, "office_id", "fingerprint", "purpose"))
_NEWEST_LINK = (
    select(*LINKS.columns)
    .where(matching(_links, "office_id", "account_id", "purpose"))
    .order_by(_links.c.id.desc())
    .limit(1)
)
_UNTOUCHED = _links.c.used_at.is_(None) & _links.c.voided_at.is_(None)
_VOID = (
    update(_links)
    .where(its(_links, "office_id", "account_id", "purpose"), _UNTOUCHED)
    .values(voided_at=bindparam("at"))
)
_USE = update(_links).where(its(_links, "office_id", "id"), _UNTOUCHED).values(used_at=bindparam("at"))
_FORGET_LINKS = delete(_links).where(_links.c.expires_at < bindparam("before"))

_sessions = schema.sessions
_ADD_SESSION = adding(_sessions)
_TOUCH = (
    update(_sessions)
    .where(its(_sessions, "office_id", "id"), _sessions.c.seen_at < bindparam("at"))
    .values(seen_at=bindparam("at"))
)
_RUNNING = _sessions.c.ended_at.is_(None)
_CONFIRM = (
    update(_sessions)
    .where(its(_sessions, "office_id", "id", "account_id", "fingerprint"), _RUNNING)
    .values(fingerprint=bindparam("fingerprint"), confirmed_at=bindparam("at"))
)
_END = update(_sessions).where(its(_sessions, "office_id", "id"), _RUNNING).values(ended_at=bindparam("at"))
_END_ALL = update(_sessions).where(its(_sessions, "office_id", "account_id"), _RUNNING).values(ended_at=bindparam("at"))
_FORGET_SESSIONS = delete(_sessions).where(_sessions.c.ends_at < bindparam("before"))


class SqlLinks(Repository):
    """What mails open."""

    def add(self, link: Link) -> None:
        """Keep a new link."""
        self._connection.execute(_ADD_LINK, LINKS.record(link))

    def find(self, office_id: OfficeId, fingerprint: Fingerprint, purpose: LinkPurpose) -> Link | None:
        """Find a link, whatever its state."""
        row = self._first(_LINK, {"office_id": office_id, "fingerprint": fingerprint, "purpose": purpose})
        return None if row is None else LINKS.value(row)

    def newest(self, office_id: OfficeId, account_id: AccountId, purpose: LinkPurpose) -> Link | None:
        """Find the link of an account that was made last."""
        row = self._first(_NEWEST_LINK, {"office_id": office_id, "account_id": account_id, "purpose": purpose})
        return None if row is None else LINKS.value(row)

    def void(self, office_id: OfficeId, account_id: AccountId, purpose: LinkPurpose, *, at: datetime) -> None:
        """Void every link of an account for a purpose that is neither used nor void."""
        whose = {"its_office_id": office_id, "its_account_id": account_id, "its_purpose": purpose}
        self._connection.execute(_VOID, {**whose, "at": at})

    def use(self, office_id: OfficeId, link_id: LinkId, *, at: datetime) -> bool:
        """Use a link up; of any number at once exactly one gets True."""
        return self._count(_USE, {"its_office_id": office_id, "its_id": link_id, "at": at}) == 1

    def forget(self, *, before: datetime) -> None:
        """Drop the links of all offices that expired before a moment."""
        self._connection.execute(_FORGET_LINKS, {"before": before})


class SqlSessions(Repository):
    """Who is signed in."""

    def add(self, session: Session) -> None:
        """Keep a new session."""
        self._connection.execute(_ADD_SESSION, SESSIONS.record(session))

    def touch(self, office_id: OfficeId, session_id: SessionId, *, at: datetime) -> None:
        """Write down a session's last request; never earlier than what stands."""
        self._connection.execute(_TOUCH, {"its_office_id": office_id, "its_id": session_id, "at": at})

    def confirm(self, actor: Actor, *, fingerprint: Fingerprint, at: datetime) -> bool:
        """Note that the actor gave its password, and give its session another token; of many at once one does."""
        whose = {"its_office_id": actor.office_id, "its_id": actor.session_id, "its_account_id": actor.account_id}
        known = {**whose, "its_fingerprint": actor.fingerprint}
        return self._count(_CONFIRM, {**known, "fingerprint": fingerprint, "at": at}) == 1

    def end(self, office_id: OfficeId, session_id: SessionId, *, at: datetime) -> None:
        """End one session, if it has not ended."""
        self._connection.execute(_END, {"its_office_id": office_id, "its_id": session_id, "at": at})

    def end_all(self, office_id: OfficeId, account_id: AccountId, *, at: datetime) -> None:
        """End every session of an account."""
        self._connection.execute(_END_ALL, {"its_office_id": office_id, "its_account_id": account_id, "at": at})

    def forget(self, *, before: datetime) -> None:
        """Drop the sessions of all offices whose absolute end was before a moment."""
        self._connection.execute(_FORGET_SESSIONS, {"before": before})
