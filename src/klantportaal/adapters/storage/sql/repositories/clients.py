"""Clients and their accounts."""

from collections.abc import Collection, Sequence

from sqlalchemy import bindparam, select

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.failures import Taken
from klantportaal.adapters.storage.sql.repositories.base import Repository
from klantportaal.adapters.storage.sql.repositories.persons import address_taken
from klantportaal.adapters.storage.sql.rows import ACCOUNTS, CLIENTS, HOLDING_COLUMNS, Record, holding
from klantportaal.adapters.storage.sql.statements import (
    adding,
    adding_once,
    change,
    changing,
    matching,
    scope,
    written,
)
from klantportaal.domain.accounts import Account, AccountState, Client, Holding
from klantportaal.domain.errors import NotSignedIn
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import AccountId, ClientId, OfficeId, PersonId, searchable

_clients = schema.clients
_CLIENT = select(*CLIENTS.columns).where(matching(_clients, "office_id", "id"))
# SQLite has one writer at a time; both kinds of FOR are left out there.
_HELD_CLIENT = _CLIENT.with_for_update(key_share=True)
_ADD_CLIENT = adding(_clients)
_SAVE_CLIENT = changing(_clients, "made_at")

_accounts, _persons = schema.accounts, schema.persons
_HOLDINGS = select(*HOLDING_COLUMNS).join_from(_accounts, _clients)
_ACCOUNT = _HOLDINGS.where(matching(_accounts, "office_id", "id"))
_OF_PERSON = _HOLDINGS.where(matching(_accounts, "office_id", "person_id")).order_by(_accounts.c.id)
_TAKEN_ACCOUNT = select(*ACCOUNTS.columns).where(matching(_accounts, "office_id", "id")).with_for_update(key_share=True)
# PostgreSQL locks the rows in the order in which FROM names the tables, which is the order that the port fixes.
_HELD = (
    select(_persons.c.id)
    .select_from(
        _persons.join(_clients, _clients.c.office_id == _persons.c.office_id).join(
            _accounts, (_accounts.c.person_id == _persons.c.id) & (_accounts.c.client_id == _clients.c.id)
        )
    )
    .where(
        _persons.c.id == bindparam("person_id"),
        matching(_persons, "office_id", "epoch"),
        _clients.c.id == bindparam("client_id"),
        _clients.c.closed_at.is_(None),
        _accounts.c.id == bindparam("account_id"),
        matching(_accounts, "office_id"),
        _accounts.c.state == written(AccountState.ACTIVE),
    )
    .with_for_update(read=True)
)
_OF_CLIENTS = select(*ACCOUNTS.columns).where(
    matching(_accounts, "office_id"), _accounts.c.client_id.in_(bindparam("client_ids", expanding=True))
)
_ADD_ACCOUNT = adding_once(_accounts)
_SAVE_ACCOUNT = changing(_accounts, "client_id", "made_at")


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
        self._run(_ADD_CLIENT, _client_record(client))

    def save(self, client: Client) -> None:
        """Save a changed client.

        Raises:
            Conflict: it was changed in the meantime.
        """
        change(self._runner, _SAVE_CLIENT, _client_record(client))


class SqlAccounts(Repository):
    """Accounts."""

    def get(self, office_id: OfficeId, account_id: AccountId) -> Holding:
        """Return an account with its client.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        return holding(self._one(_ACCOUNT, {"office_id": office_id, "id": account_id}, "account"))

    def take(self, office_id: OfficeId, account_id: AccountId) -> Account:
        """Return an account, and lock it until the unit of work ends.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        return ACCOUNTS.value(self._one(_TAKEN_ACCOUNT, {"office_id": office_id, "id": account_id}, "account"))

    def hold(self, actor: Actor) -> None:
        """Check that the actor may still act, and lock its person, client and account against changes.

        Raises:
            NotSignedIn: the actor may no longer act.
        """
        if self._first(_HELD, scope(actor, epoch=actor.epoch)) is None:
            raise NotSignedIn

    def of_person(self, office_id: OfficeId, person_id: PersonId) -> Sequence[Holding]:
        """Return all accounts of a person with their clients, deleted ones included, oldest first."""
        return [holding(row) for row in self._all(_OF_PERSON, {"office_id": office_id, "person_id": person_id})]

    def of_clients(self, office_id: OfficeId, client_ids: Collection[ClientId]) -> Sequence[Account]:
        """Return all accounts of some clients, deleted ones included, oldest first."""
        rows = self._all(_OF_CLIENTS, {"office_id": office_id, "client_ids": list(client_ids)})
        # Sorted here: for the order of ids, SQLite would read all accounts.
        return sorted(map(ACCOUNTS.value, rows), key=lambda account: account.id)

    def add(self, account: Account) -> None:
        """Insert an account.

        Raises:
            Refused: the person has an account of the client.
        """
        if self._count(_ADD_ACCOUNT, _account_record(account)) == 0:
            raise address_taken()

    def save(self, account: Account) -> None:
        """Save a changed account.

        Raises:
            Conflict: it was changed in the meantime.
            Refused: the person has another account of the client.
        """
        try:
            change(self._runner, _SAVE_ACCOUNT, _account_record(account))
        except Taken as taken:
            raise address_taken() from taken


def _client_record(client: Client) -> Record:
    return {**CLIENTS.record(client), "search": searchable(client.name)}


def _account_record(account: Account) -> Record:
    return {**ACCOUNTS.record(account), "search": searchable(account.name)}
