"""Offices, clients and accounts."""

from collections.abc import Collection, Sequence

from sqlalchemy import bindparam, select

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.failures import Taken
from klantportaal.adapters.storage.sql.repositories.base import Repository
from klantportaal.adapters.storage.sql.rows import (
    ACCOUNTS,
    CLIENTS,
    OFFICE_COLUMNS,
    Record,
    office_record,
    read_office,
)
from klantportaal.adapters.storage.sql.statements import (
    adding,
    adding_once,
    change,
    changing,
    matching,
    storable,
    written,
)
from klantportaal.domain.accounts import Account, AccountState, Client
from klantportaal.domain.errors import Conflict, Fault, FaultCode, NotSignedIn, Refused
from klantportaal.domain.offices import Office
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import AccountId, ClientId, OfficeId, folded, searchable

_offices = schema.offices
OFFICE = select(*OFFICE_COLUMNS).where(_offices.c.id == bindparam("office_id"))
_AT_BASE_URL = select(_offices.c.id).where(matching(_offices, "base_url"))
_ADD_OFFICE = adding_once(_offices)
_SAVE_OFFICE = changing(_offices, "key")

_CLIENT = select(*CLIENTS.columns).where(matching(schema.clients, "office_id", "id"))
# SQLite has one writer at a time; both kinds of FOR are left out there.
_HELD_CLIENT = _CLIENT.with_for_update(key_share=True)
_ADD_CLIENT = adding(schema.clients)
_SAVE_CLIENT = changing(schema.clients, "made_at")

_accounts = schema.accounts
_WITH_CLIENT = select(*ACCOUNTS.columns, *CLIENTS.columns).join_from(_accounts, schema.clients)
_ACCOUNT = _WITH_CLIENT.where(matching(_accounts, "office_id", "id"))
_BY_ADDRESS = _WITH_CLIENT.where(
    matching(_accounts, "office_id", "address"), _accounts.c.state != written(AccountState.DELETED)
)
_TAKEN_ACCOUNT = select(*ACCOUNTS.columns).where(matching(_accounts, "office_id", "id")).with_for_update(key_share=True)
_HELD = (
    select(_accounts.c.id)
    .where(matching(_accounts, "office_id", "id", "epoch"), _accounts.c.state == written(AccountState.ACTIVE))
    .with_for_update(read=True)
)
_OF_CLIENTS = (
    select(*ACCOUNTS.columns)
    .where(matching(_accounts, "office_id"), _accounts.c.client_id.in_(bindparam("client_ids", expanding=True)))
    .order_by(_accounts.c.id)
)
_ADD_ACCOUNT = adding_once(_accounts)
_SAVE_ACCOUNT = changing(_accounts, "client_id", "made_at")


class SqlOffices(Repository):
    """Offices."""

    def get(self, office_id: OfficeId) -> Office:
        """Return an office.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        return read_office(self._one(OFFICE, {"office_id": office_id}, "office"))

    def add(self, office: Office) -> None:
        """Insert an office.

        Raises:
            Conflict: there is one with its id or key.
            Refused: another office has the base URL.
        """
        if self._count(_ADD_OFFICE, office_record(office)) == 0:
            at = [id for (id,) in self._all(_AT_BASE_URL, {"base_url": office.base_url})]
            raise _base_url_taken() if at not in ([], [office.id]) else Conflict

    def save(self, office: Office) -> None:
        """Save a changed office.

        Raises:
            Conflict: it was changed in the meantime.
            Refused: another office has the base URL.
        """
        try:
            change(self._connection, _SAVE_OFFICE, office_record(office))
        except Taken as taken:
            raise _base_url_taken() from taken


class SqlClients(Repository):
    """Clients."""

    def get(self, office_id: OfficeId, client_id: ClientId) -> Client:
        """Return a client.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        return CLIENTS.value(self._one(_CLIENT, {"office_id": office_id, "id": client_id}, "client"))

    def hold(self, office_id: OfficeId, client_id: ClientId) -> Client:
        """Return a client, and lock it until the unit of work ends.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        return CLIENTS.value(self._one(_HELD_CLIENT, {"office_id": office_id, "id": client_id}, "client"))

    def add(self, client: Client) -> None:
        """Insert a client."""
        self._connection.execute(_ADD_CLIENT, _client_record(client))

    def save(self, client: Client) -> None:
        """Save a changed client.

        Raises:
            Conflict: it was changed in the meantime.
        """
        change(self._connection, _SAVE_CLIENT, _client_record(client))


class SqlAccounts(Repository):
    """Accounts."""

    def get(self, office_id: OfficeId, account_id: AccountId) -> tuple[Account, Client]:
        """Return an account with its client.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        return _with_client(self._one(_ACCOUNT, {"office_id": office_id, "id": account_id}, "account"))

    def take(self, office_id: OfficeId, account_id: AccountId) -> Account:
        """Return an account, and lock it until the unit of work ends.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        return ACCOUNTS.value(self._one(_TAKEN_ACCOUNT, {"office_id": office_id, "id": account_id}, "account"))

    def hold(self, actor: Actor) -> None:
        """Check that the actor may still act, and lock its account against changes.

        Raises:
            NotSignedIn: the actor may no longer act.
        """
        whose = {"office_id": actor.office_id, "id": actor.account_id, "epoch": actor.epoch}
        if self._first(_HELD, whose) is None:
            raise NotSignedIn

    def by_address(self, office_id: OfficeId, folded: str) -> tuple[Account, Client] | None:
        """Find the account with an address, unless it was deleted."""
        if not storable(folded):
            return None
        row = self._first(_BY_ADDRESS, {"office_id": office_id, "address": folded})
        return None if row is None else _with_client(row)

    def of_clients(self, office_id: OfficeId, client_ids: Collection[ClientId]) -> Sequence[Account]:
        """Return all accounts of some clients, deleted ones included, oldest first."""
        rows = self._all(_OF_CLIENTS, {"office_id": office_id, "client_ids": list(client_ids)})
        return [ACCOUNTS.value(row) for row in rows]

    def add(self, account: Account) -> None:
        """Insert an account.

        Raises:
            Refused: the office has the address.
        """
        if self._count(_ADD_ACCOUNT, _account_record(account)) == 0:
            raise _address_taken()

    def save(self, account: Account) -> None:
        """Save a changed account.

        Raises:
            Conflict: it was changed in the meantime.
            Refused: another account has the address.
        """
        try:
            change(self._connection, _SAVE_ACCOUNT, _account_record(account))
        except Taken as taken:
            raise _address_taken() from taken


def _base_url_taken() -> Refused:
    return Refused([Fault(code=FaultCode.BASE_URL_TAKEN, field="base_url")])


def _address_taken() -> Refused:
    return Refused([Fault(code=FaultCode.ADDRESS_TAKEN, field="email")])


def _with_client(row: Sequence[object]) -> tuple[Account, Client]:
    return ACCOUNTS.value(row), CLIENTS.value(row[ACCOUNTS.width :])


def _client_record(client: Client) -> Record:
    return {**CLIENTS.record(client), "search": searchable(client.name)}


def _account_record(account: Account) -> Record:
    # A search never holds a line end, so nothing is found across the two.
    search = "\n".join((searchable(account.name), searchable(account.email)))
    return {**ACCOUNTS.record(account), "address": folded(account.email), "search": search}
