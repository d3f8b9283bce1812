"""Repositories of offices, clients, persons and accounts."""

from collections.abc import Collection, Iterator, Sequence

import attrs

from klantportaal.adapters.storage.memory.tables import Tables, owned, put
from klantportaal.domain.accounts import Account, AccountState, Client, Holding, may_act
from klantportaal.domain.admission import Subject
from klantportaal.domain.errors import Absent, Conflict, Fault, FaultCode, NotSignedIn, Refused
from klantportaal.domain.offices import Office
from klantportaal.domain.persons import Person
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import AccountId, ClientId, OfficeId, PersonId, folded


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
class Persons:
    """The persons who sign in."""

    _tables: Tables

    def get(self, office_id: OfficeId, person_id: PersonId) -> Person:
        """Return a person."""
        return owned(self._tables.persons, office_id, person_id, "person")

    def take(self, office_id: OfficeId, person_id: PersonId) -> Person:
        """Return a person. Units of work run one at a time, so it needs no lock."""
        return self.get(office_id, person_id)

    def by_address(self, office_id: OfficeId, folded: str) -> Person | None:
        """Find the person with an address, unless it was freed."""
        return next((each for each in self._with_address(office_id, folded) if each.freed_at is None), None)

    def by_subject(self, office_id: OfficeId, subject: Subject) -> Person | None:
        """Find the person that a subject is bound to, unless it was freed."""
        persons = (each for each in self._tables.persons.values() if each.office_id == office_id)
        return next((each for each in persons if each.freed_at is None and each.vendor_subject == subject), None)

    def add(self, person: Person) -> None:
        """Insert a person."""
        if self._is_taken(person) or self._is_bound_elsewhere(person):
            raise Conflict
        self._tables.persons[person.id] = person

    def save(self, person: Person) -> None:
        """Store a change."""
        if self._is_taken(person):
            raise Refused([Fault(code=FaultCode.ADDRESS_TAKEN, field="email")])
        if self._is_bound_elsewhere(person):
            raise Conflict
        put(self._tables.persons, person.id, person)

    def _is_taken(self, person: Person) -> bool:
        holder = self.by_address(person.office_id, folded(person.email))
        return person.freed_at is None and holder is not None and holder.id != person.id

    def _is_bound_elsewhere(self, person: Person) -> bool:
        if person.freed_at is not None or person.vendor_subject is None:
            return False
        holder = self.by_subject(person.office_id, person.vendor_subject)
        return holder is not None and holder.id != person.id

    def _with_address(self, office_id: OfficeId, address: str) -> Iterator[Person]:
        persons = self._tables.persons.values()
        return (each for each in persons if each.office_id == office_id and folded(each.email) == address)


@attrs.frozen
class Accounts:
    """The accounts of persons and clients."""

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
        if account is None or (account.office_id, account.person_id) != (actor.office_id, actor.person_id):
            raise NotSignedIn
        epoch = self._tables.persons[account.person_id].epoch
        if epoch != actor.epoch or not may_act(account, self._tables.clients[account.client_id]):
            raise NotSignedIn

    def of_person(self, office_id: OfficeId, person_id: PersonId) -> Sequence[Holding]:
        """Return all accounts of a person with their clients, including deleted ones, oldest first."""
        return self._tables.holdings(office_id, person_id)

    def of_clients(self, office_id: OfficeId, client_ids: Collection[ClientId]) -> Sequence[Account]:
        """Return all accounts of some clients, including deleted ones."""
        accounts = self._tables.accounts.values()
        return [each for each in accounts if each.office_id == office_id and each.client_id in client_ids]

    def add(self, account: Account) -> None:
        """Insert an account."""
        self._require_one(account)
        self._tables.accounts[account.id] = account

    def save(self, account: Account) -> None:
        """Store a change."""
        self._require_one(account)
        put(self._tables.accounts, account.id, account)

    def _require_one(self, account: Account) -> None:
        """Require that the person has no other account of the client."""
        if account.state is AccountState.DELETED:
            return
        for each, client in self._tables.holdings(account.office_id, account.person_id):
            other = each.id != account.id and client.id == account.client_id
            if other and each.state is not AccountState.DELETED:
                raise Refused([Fault(code=FaultCode.ADDRESS_TAKEN, field="email")])
