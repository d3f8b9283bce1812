"""Repositories of offices, clients and accounts."""

from collections.abc import Collection, Sequence

import attrs

from klantportaal.adapters.storage.memory.tables import Tables, owned, put
from klantportaal.domain.accounts import Account, AccountState, Client
from klantportaal.domain.errors import Absent, Conflict, Fault, FaultCode, NotSignedIn, Refused
from klantportaal.domain.offices import Office
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import AccountId, ClientId, OfficeId, folded


@attrs.frozen
class Offices:
    """The offices."""

    _tables: Tables

    def get(self, office_id: OfficeId) -> Office:
        """Return an office."""
        if office_id not in self._tables.offices:
            raise Absent("office")
        return self._tables.offices[office_id]

    def add(self, office: Office) -> None:
        """Insert an office."""
        if any(office.id == each.id or office.key == each.key for each in self._tables.offices.values()):
            raise Conflict
        self._require_own_base_url(office)
        self._tables.offices[office.id] = office

    def save(self, office: Office) -> None:
        """Store a change."""
        self._require_own_base_url(office)
        put(self._tables.offices, office.id, office)

    def _require_own_base_url(self, office: Office) -> None:
        if any(office.base_url == each.base_url and office.id != each.id for each in self._tables.offices.values()):
            raise Refused([Fault(code=FaultCode.BASE_URL_TAKEN, field="base_url")])


@attrs.frozen
class Clients:
    """The clients of offices."""

    _tables: Tables

    def get(self, office_id: OfficeId, client_id: ClientId) -> Client:
        """Return a client."""
        return owned(self._tables.clients, office_id, client_id, "client")

    def hold(self, office_id: OfficeId, client_id: ClientId) -> Client:
        """Return a client. Units of work run one at a time, so it needs no lock."""
        return self.get(office_id, client_id)

    def add(self, client: Client) -> None:
        """Insert a client."""
        self._tables.clients[client.id] = client

    def save(self, client: Client) -> None:
        """Store a change."""
        put(self._tables.clients, client.id, client)


@attrs.frozen
class Accounts:
    """The accounts of clients."""

    _tables: Tables

    def get(self, office_id: OfficeId, account_id: AccountId) -> tuple[Account, Client]:
        """Return an account and its client."""
        account = owned(self._tables.accounts, office_id, account_id, "account")
        return account, self._tables.clients[account.client_id]

    def take(self, office_id: OfficeId, account_id: AccountId) -> Account:
        """Return an account. Units of work run one at a time, so it needs no lock."""
        return owned(self._tables.accounts, office_id, account_id, "account")

    def hold(self, actor: Actor) -> None:
        """Check that the actor may still act. Units of work run one at a time, so no lock is needed."""
        account = self._tables.accounts.get(actor.account_id)
        may = (actor.office_id, AccountState.ACTIVE, actor.epoch)
        if account is None or (account.office_id, account.state, account.epoch) != may:
            raise NotSignedIn

    def by_address(self, office_id: OfficeId, folded: str) -> tuple[Account, Client] | None:
        """Find the account with an address, unless it was deleted."""
        account = self._with_address(office_id, folded)
        return None if account is None else (account, self._tables.clients[account.client_id])

    def of_clients(self, office_id: OfficeId, client_ids: Collection[ClientId]) -> Sequence[Account]:
        """Return all accounts of some clients, including deleted ones."""
        accounts = self._tables.accounts.values()
        return [each for each in accounts if each.office_id == office_id and each.client_id in client_ids]

    def add(self, account: Account) -> None:
        """Insert an account."""
        self._require_free_address(account)
        self._tables.accounts[account.id] = account

    def save(self, account: Account) -> None:
        """Store a change."""
        self._require_free_address(account)
        put(self._tables.accounts, account.id, account)

    def _require_free_address(self, account: Account) -> None:
        holder = self._with_address(account.office_id, folded(account.email))
        other = holder is not None and holder.id != account.id
        if other and account.state is not AccountState.DELETED:
            raise Refused([Fault(code=FaultCode.ADDRESS_TAKEN, field="email")])

    def _with_address(self, office_id: OfficeId, address: str) -> Account | None:
        for account in self._tables.accounts.values():
            living = account.state is not AccountState.DELETED
            if living and account.office_id == office_id and folded(account.email) == address:
                return account
        return None
