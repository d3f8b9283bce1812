"""Offices, sessions and links: reads before somebody is signed in."""

from collections.abc import Sequence
from datetime import datetime

import attrs
from sqlalchemy import bindparam, select

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.reading.base import Reader
from klantportaal.adapters.storage.sql.reading.other_accounts import HAS_OTHERS
from klantportaal.adapters.storage.sql.reading.parts import HAS_TWO_STEP, ITS_CLIENT, ITS_PERSON
from klantportaal.adapters.storage.sql.rows import (
    API_KEYS,
    HOLDING_COLUMNS,
    LINKS,
    OFFICE_COLUMNS,
    PERSONS,
    SESSIONS,
    holding,
    read_office,
)
from klantportaal.adapters.storage.sql.statements import matching
from klantportaal.domain.accounts import Holding, is_open
from klantportaal.domain.api_keys import ApiKey
from klantportaal.domain.offices import Office
from klantportaal.domain.onboarding import LinkPurpose, is_live
from klantportaal.domain.sessions import Actor, SessionTimes
from klantportaal.domain.throttling import Counter, ThrottleSubject
from klantportaal.domain.values import SKEW, AccountId, Fingerprint, OfficeId
from klantportaal.ports.reading import LinkView, SessionRow, SignedInView

_offices, _clients, _persons, _accounts = schema.offices, schema.clients, schema.persons, schema.accounts
_sessions, _links = schema.sessions, schema.links
_keys, _throttles = schema.api_keys, schema.throttles
_OFFICES = select(*OFFICE_COLUMNS)
_OFFICE = select(*OFFICE_COLUMNS).where(_offices.c.id == bindparam("office_id"))
_SESSION = (
    select(
        *SESSIONS.columns,
        _persons.c.epoch,
        _accounts.c.state,
        HAS_OTHERS,
        _clients.c.id,
        _clients.c.name,
        _clients.c.closed_at,
        _clients.c.kind,
        _accounts.c.role,
        _accounts.c.name,
        HAS_TWO_STEP,
        *OFFICE_COLUMNS,
    )
    .join_from(
        _sessions,
        _accounts,
        (_accounts.c.office_id == _sessions.c.office_id)
        & (_accounts.c.id == _sessions.c.account_id)
        & (_accounts.c.person_id == _sessions.c.person_id),
    )
    .join(_persons, (_persons.c.office_id == _sessions.c.office_id) & (_persons.c.id == _sessions.c.person_id))
    .join(_clients, ITS_CLIENT)
    .join(_offices, _offices.c.id == _accounts.c.office_id)
    .where(matching(_sessions, "office_id", "fingerprint"))
)
_FACTS = slice(SESSIONS.width, SESSIONS.width + 10)
_ROW = [field.name for field in attrs.fields(SessionRow)]
_IS_APP = _sessions.c.access_ends_at.is_not(None).label("is_app")
_ALIVE = (
    select(*(_IS_APP if name == "is_app" else _sessions.c[name] for name in _ROW))
    .join_from(_sessions, _persons)
    .where(
        matching(_sessions, "office_id", "person_id"),
        _sessions.c.ended_at.is_(None),
        _sessions.c.epoch == _persons.c.epoch,
        _sessions.c.ends_at > bindparam("at"),
        _sessions.c.seen_at > bindparam("idle_since"),
        _sessions.c.seen_at <= bindparam("ahead"),
    )
    .order_by(_sessions.c.id.desc())
)
_API_KEY = select(*API_KEYS.columns).where(matching(_keys, "office_id", "fingerprint"))
_COUNTER = select(_throttles.c.failures, _throttles.c.newest_at).where(matching(_throttles, "office_id", "subject"))
_ACCOUNT = (
    select(*HOLDING_COLUMNS)
    .join_from(_accounts, _clients, ITS_CLIENT)
    .where(matching(_accounts, "office_id", "id", "person_id"))
)
_LINK = (
    select(*LINKS.columns, *PERSONS.columns, *HOLDING_COLUMNS, _offices.c.vendor_sign_in)
    .join_from(_links, _persons)
    .join(_accounts, ITS_PERSON)
    .join(_clients, ITS_CLIENT)
    .join(_offices, _offices.c.id == _links.c.office_id)
    .where(matching(_links, "office_id", "fingerprint", "purpose"))
    .order_by(_accounts.c.id)
)


class DoorReading(Reader):
    """Reads offices, sessions and links."""

    def offices(self) -> Sequence[Office]:
        """Return all offices."""
        return [read_office(row) for row in self._all(_OFFICES, {})]

    def office(self, office_id: OfficeId) -> Office:
        """Return an office.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        return read_office(self._one(_OFFICE, {"office_id": office_id}, "office"))

    def session(self, office_id: OfficeId, fingerprint: Fingerprint) -> SignedInView | None:
        """Find a session by its token's fingerprint, whatever its state; one statement."""
        rows = self._all(_SESSION, {"office_id": office_id, "fingerprint": fingerprint})
        if not rows:
            return None
        row = rows[0]
        epoch, state, has_others, client_id, client_name, closed_at, kind, role, name, has_two_step = row[_FACTS]
        return SignedInView(
            session=SESSIONS.value(row),
            epoch=epoch,
            account_state=state,
            has_others=bool(has_others),
            client_id=client_id,
            client_name=client_name,
            client_closed=closed_at is not None,
            kind=kind,
            role=role,
            name=name,
            has_two_step=bool(has_two_step),
            office=read_office(row[_FACTS.stop :]),
        )

    def sessions(self, actor: Actor, *, times: SessionTimes, at: datetime) -> Sequence[SessionRow]:
        """Return the live sessions of the actor's person, as `sessions.is_alive` defines them."""
        when = {"at": at, "idle_since": at - times.idle, "ahead": at + SKEW}
        found = self._all(_ALIVE, {"office_id": actor.office_id, "person_id": actor.person_id, **when})
        rows = (dict(zip(_ROW, row, strict=True)) for row in found)
        return [SessionRow(**{**row, "is_app": bool(row["is_app"])}) for row in rows]

    def api_key(self, office_id: OfficeId, fingerprint: Fingerprint) -> ApiKey | None:
        """Find an API key by its secret's fingerprint, whatever its state."""
        rows = self._all(_API_KEY, {"office_id": office_id, "fingerprint": fingerprint})
        return API_KEYS.value(rows[0]) if rows else None

    def counter(self, office_id: OfficeId, subject: ThrottleSubject) -> Counter | None:
        """Return the counter of a subject."""
        rows = self._all(_COUNTER, {"office_id": office_id, "subject": subject})
        return Counter(failures=rows[0][0], newest_at=rows[0][1]) if rows else None

    def account(self, actor: Actor, account_id: AccountId) -> Holding:
        """Return an account of the actor's person, with its client.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        its = {"office_id": actor.office_id, "id": account_id, "person_id": actor.person_id}
        return holding(self._one(_ACCOUNT, its, "account"))

    def link(
        self, office_id: OfficeId, fingerprint: Fingerprint, purpose: LinkPurpose, *, at: datetime
    ) -> LinkView | None:
        """Read whose link it is. The link stays usable (ON-4)."""
        rows = self._all(_LINK, {"office_id": office_id, "fingerprint": fingerprint, "purpose": purpose})
        if not rows:
            return None
        link, person = LINKS.value(rows[0]), PERSONS.value(rows[0][LINKS.width :])
        holdings = [holding(row[LINKS.width + PERSONS.width :]) for row in rows]
        if not is_live(link, person, holdings, rows[0][-1], at=at):
            return None
        name = next(account.name for account, client in holdings if is_open(account, client))
        return LinkView(person_id=person.id, name=name, email=person.email, language=person.language)
