"""The extra accounts of a company, as its main account sees them (XA-1)."""

from collections.abc import Sequence

from sqlalchemy import bindparam, func, select

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.reading.base import Reader
from klantportaal.adapters.storage.sql.reading.parts import ITS_PERSON, PROBLEM_SINCE_MADE, by_position
from klantportaal.adapters.storage.sql.statements import matching, written
from klantportaal.domain.accounts import AccountRole, AccountState
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import AccountId
from klantportaal.ports.reading import ExtraAccountRow

_accounts, _persons, _sessions = schema.accounts, schema.persons, schema.sessions
_last_used_at = (
    select(func.max(_sessions.c.started_at))
    .where(_sessions.c.office_id == _accounts.c.office_id, _sessions.c.account_id == _accounts.c.id)
    .scalar_subquery()
)
_EXTRA_ACCOUNTS = (
    select(
        _accounts.c.id,
        _accounts.c.name,
        _persons.c.email,
        _accounts.c.state,
        _accounts.c.made_at,
        _accounts.c.invited_at,
        _accounts.c.first_used_at,
        _last_used_at,
        PROBLEM_SINCE_MADE.is_not(None),
    )
    .join_from(_accounts, _persons, ITS_PERSON)
    .where(
        matching(_accounts, "office_id", "client_id"),
        _accounts.c.role == written(AccountRole.EXTRA),
        _accounts.c.state != written(AccountState.DELETED),
    )
    .order_by(_accounts.c.id.desc())
)
_EXTRA_ACCOUNT = _EXTRA_ACCOUNTS.where(_accounts.c.id == bindparam("id"))
_row = by_position(ExtraAccountRow)


class ExtraAccountReading(Reader):
    """Reads a company's extra accounts."""

    def extra_accounts(self, actor: Actor) -> Sequence[ExtraAccountRow]:
        """Return the extra accounts of the actor's client that are not deleted, newest first."""
        return [_row(row) for row in self._all(_EXTRA_ACCOUNTS, _whose(actor))]

    def extra_account(self, actor: Actor, account_id: AccountId) -> ExtraAccountRow:
        """Return one of them.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        return _row(self._one(_EXTRA_ACCOUNT, {**_whose(actor), "id": account_id}, "account"))


def _whose(actor: Actor) -> dict[str, object]:
    return {"office_id": actor.office_id, "client_id": actor.client_id}
