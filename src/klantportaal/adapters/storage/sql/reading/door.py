"""Offices, sessions and links: reads before somebody is signed in."""

from collections.abc import Sequence
from datetime import datetime

import attrs
from sqlalchemy import bindparam, exists, select

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.reading.base import Reader
from klantportaal.adapters.storage.sql.rows import (
    ACCOUNTS,
    CLIENTS,
    LINKS,
    OFFICE_COLUMNS,
    SESSIONS,
    read_office,
)
from klantportaal.adapters.storage.sql.statements import matching
from klantportaal.domain.offices import Office
from klantportaal.domain.onboarding import LinkPurpose, is_live
from klantportaal.domain.sessions import SKEW, Actor, SessionTimes
from klantportaal.domain.values import Fingerprint, OfficeId
from klantportaal.ports.reading import LinkView, SessionRow, SignedInView

_offices, _clients, _accounts = schema.offices, schema.clients, schema.accounts
_two_steps = schema.two_steps
_OFFICES = select(*OFFICE_COLUMNS)
_OFFICE = select(*OFFICE_COLUMNS).where(_offices.c.id == bindparam("office_id"))
_SESSION = (
    select(
        *SESSIONS.columns,
        _accounts.c.epoch,
        _accounts.c.state,
        _clients.c.id,
        _clients.c.closed_at,
        _clients.c.kind,
        _accounts.c.role,
        _accounts.c.name,
        exists(
            select(_two_steps.c.account_id).where(
                _two_steps.c.office_id == _accounts.c.office_id, _two_steps.c.account_id == _accounts.c.id
            )
        ),
        *OFFICE_COLUMNS,
    )
    .join_from(schema.sessions, _accounts)
    .join(_clients, (_clients.c.office_id == _accounts.c.office_id) & (_clients.c.id == _accounts.c.client_id))
    .join(_offices, _offices.c.id == _accounts.c.office_id)
    .where(matching(schema.sessions, "office_id", "fingerprint"))
)
_ROW = [field.name for field in attrs.fields(SessionRow)]
_ALIVE = (
    select(*(schema.sessions.c[name] for name in _ROW))
    .join_from(schema.sessions, _accounts)
    .where(
        matching(schema.sessions, "office_id", "account_id"),
        schema.sessions.c.ended_at.is_(None),
        schema.sessions.c.epoch == _accounts.c.epoch,
        schema.sessions.c.ends_at > bindparam("at"),
        schema.sessions.c.seen_at > bindparam("idle_since"),
        schema.sessions.c.seen_at <= bindparam("ahead"),
    )
    .order_by(schema.sessions.c.id.desc())
)
_LINK = (
    select(*LINKS.columns, *ACCOUNTS.columns, *CLIENTS.columns)
    .join_from(schema.links, _accounts)
    .join(_clients, (_clients.c.office_id == _accounts.c.office_id) & (_clients.c.id == _accounts.c.client_id))
    .where(matching(schema.links, "office_id", "fingerprint", "purpose"))
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
        epoch, state, client_id, closed_at, kind, role, name, has_two_step = row[SESSIONS.width : SESSIONS.width + 8]
        return SignedInView(
            session=SESSIONS.value(row),
            epoch=epoch,
            account_state=state,
            client_id=client_id,
            client_closed=closed_at is not None,
            kind=kind,
            role=role,
            name=name,
            has_two_step=bool(has_two_step),
            office=read_office(row[SESSIONS.width + 8 :]),
        )

    def sessions(self, actor: Actor, *, times: SessionTimes, at: datetime) -> Sequence[SessionRow]:
        """Return the live sessions of the actor's account, as `sessions.is_alive` defines them."""
        when = {"at": at, "idle_since": at - times.idle, "ahead": at + SKEW}
        found = self._all(_ALIVE, {"office_id": actor.office_id, "account_id": actor.account_id, **when})
        return [SessionRow(**dict(zip(_ROW, row, strict=True))) for row in found]

    def link(
        self, office_id: OfficeId, fingerprint: Fingerprint, purpose: LinkPurpose, *, at: datetime
    ) -> LinkView | None:
        """Read whose link it is. The link stays usable (ON-4)."""
        rows = self._all(_LINK, {"office_id": office_id, "fingerprint": fingerprint, "purpose": purpose})
        if not rows:
            return None
        row = rows[0]
        account = ACCOUNTS.value(row[LINKS.width :])
        client = CLIENTS.value(row[LINKS.width + ACCOUNTS.width :])
        if not is_live(LINKS.value(row), account, client, at=at):
            return None
        return LinkView(account_id=account.id, name=account.name, email=account.email, language=account.language)
