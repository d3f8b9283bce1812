"""Clients and their accounts, as the office sees them."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    bindparam,
    exists,
    or_,
    select,
    tuple_,
    union,
)
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.reading import searching
from klantportaal.adapters.storage.sql.reading.base import Reader, after_id
from klantportaal.adapters.storage.sql.reading.parts import HAS_TWO_STEP, ITS_PERSON, NEWEST_PROBLEM, by_position
from klantportaal.adapters.storage.sql.rows import CLIENTS, Line, Record
from klantportaal.adapters.storage.sql.statements import contains, matching, sought, written
from klantportaal.domain.accounts import AccountState, Client
from klantportaal.domain.outgoing import MAILS, TaskState
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import ClientId, TaskId
from klantportaal.ports.reading import PAGE, AccountCard, ClientCard, MailProblem

_clients, _persons, _accounts, _tasks = schema.clients, schema.persons, schema.accounts, schema.tasks
_CLIENT = select(*CLIENTS.columns).where(matching(_clients, "office_id", "id"))
# Not EXISTS: PostgreSQL may find the accounts of the whole office first, to look them up in what it found.
_found = or_(
    contains(_clients.c.search),
    select(_accounts.c.id)
    .join_from(_accounts, _persons, ITS_PERSON)
    .where(
        _accounts.c.office_id == _clients.c.office_id,
        _accounts.c.client_id == _clients.c.id,
        or_(contains(_accounts.c.search), contains(_persons.c.search)),
    )
    .limit(1)
    .scalar_subquery()
    .is_not(None),
)
_LISTED = (matching(_clients, "office_id"), _clients.c.id < bindparam("after"))
_CLIENTS = select(*CLIENTS.columns).where(*_LISTED).order_by(_clients.c.id.desc()).limit(bindparam("size"))


def _looked_up(ids: Subquery) -> Select[Any]:
    rows = select(*CLIENTS.columns).join_from(ids, _clients, _clients.c.id == ids.c.id)
    return rows.where(matching(_clients, "office_id")).order_by(ids.c.id.desc())


def _among_newest() -> Select[Any]:
    newest = select(_clients.c.id).where(*_LISTED).order_by(_clients.c.id.desc()).limit(bindparam("window"))
    return _looked_up(newest.subquery("newest")).where(_found).limit(bindparam("size"))


def _among_hits(dialect: str) -> Select[Any]:
    """Find clients by their own texts, and by those of their accounts and of the persons of these."""
    hits = {name: searching.hits(name, dialect) for name in ("clients", "accounts", "persons")}
    clients = searching.looked_up(hits["clients"].keys, _clients, _clients.c.id, _clients.c.search).c
    accounts = searching.looked_up(hits["accounts"].keys, _accounts, _accounts.c.client_id, _accounts.c.search).c
    persons = searching.looked_up(hits["persons"].keys, _persons, _persons.c.id, _persons.c.search).c
    of_person = (_accounts.c.office_id == persons.office_id) & (_accounts.c.person_id == persons.id)
    found = union(
        _theirs(clients.id, clients),
        _theirs(accounts.client_id, accounts),
        _theirs(_accounts.c.client_id, persons).where(of_person),
    ).subquery("found")
    ids = select(found.c.id).where(found.c.id < bindparam("after")).order_by(found.c.id.desc())
    page = _looked_up(ids.limit(bindparam("size")).subquery("page")).subquery("shown")
    total = hits["clients"].count + hits["accounts"].count + hits["persons"].count
    return searching.counted(total, page).order_by(page.c.id.desc())


def _theirs(client_id: ColumnElement[UUID], rows: ReadOnlyColumnCollection[str, Any]) -> Select[Any]:
    """Select the clients of the rows that have the text."""
    return select(client_id.label("id")).where(rows.office_id == bindparam("office_id"), contains(rows.search))


_SEARCH = searching.Search(
    window=100,
    most=5_000,
    newest=_among_newest(),
    by_trigrams={dialect: _among_hits(dialect) for dialect in ("sqlite", "postgresql")},
    in_order=_CLIENTS.where(_found),
)

_settled = _tasks.alias("settled")
_CARD = (
    _accounts.c.id,
    _accounts.c.person_id,
    _accounts.c.client_id,
    _accounts.c.role,
    _accounts.c.name,
    _persons.c.email,
    _accounts.c.state,
    _persons.c.language,
    _accounts.c.made_at,
    _accounts.c.first_used_at,
    HAS_TWO_STEP,
    _persons.c.vendor_subject_name.is_not(None),
)
_card = by_position(AccountCard)
_CARDS = (
    select(*_CARD, NEWEST_PROBLEM)
    .join_from(_accounts, _persons, ITS_PERSON)
    .where(matching(_accounts, "office_id"), _accounts.c.client_id.in_(bindparam("client_ids", expanding=True)))
    # Not by their ids alone: SQLite would read all accounts in that order.
    .order_by(_accounts.c.client_id, _accounts.c.id)
)
# A later mail that the server accepted shows that the address is good. It can bounce, so it says nothing about bounces.
_superseded = exists(
    select(_settled.c.id).where(
        _settled.c.office_id == _tasks.c.office_id,
        _settled.c.person_id == _tasks.c.person_id,
        _settled.c.state == TaskState.DONE,
        tuple_(_settled.c.made_at, _settled.c.id) > tuple_(_tasks.c.made_at, _tasks.c.id),
    )
)
_PROBLEM_IDS = (
    select(_tasks.c.id)
    .where(
        matching(_tasks, "office_id"),
        _tasks.c.id < bindparam("after"),
        _tasks.c.problem.is_not(None),
        _tasks.c.state != written(TaskState.DONE),
        _tasks.c.kind.in_(sorted(MAILS)),
        or_(_tasks.c.state != TaskState.REFUSED, ~_superseded),
        exists(
            select(_accounts.c.id).where(
                _accounts.c.office_id == _tasks.c.office_id,
                _accounts.c.person_id == _tasks.c.person_id,
                _accounts.c.state != written(AccountState.DELETED),
            )
        ),
    )
    .order_by(_tasks.c.id.desc())
    .limit(bindparam("size"))
)
_found_tasks = _tasks.alias("found")
_PROBLEM = tuple(_found_tasks.c[name] for name in ("id", "kind", "state", "problem", "attempts", "made_at", "due_at"))
_PROBLEMS = (
    select(*_PROBLEM, *_CARD, NEWEST_PROBLEM)
    .join_from(
        _found_tasks,
        _persons,
        and_(_persons.c.office_id == _found_tasks.c.office_id, _persons.c.id == _found_tasks.c.person_id),
    )
    .join(_accounts, ITS_PERSON)
    .where(
        matching(_found_tasks, "office_id"),
        _found_tasks.c.id.in_(_PROBLEM_IDS),
        _accounts.c.state != written(AccountState.DELETED),
    )
    .order_by(_found_tasks.c.id.desc(), _accounts.c.id)
)

_newer = _tasks.alias("newer")
_superseded_there = exists(
    select(_newer.c.id).where(
        _newer.c.office_id == _tasks.c.office_id,
        _newer.c.address == _tasks.c.address,
        _newer.c.state == TaskState.DONE,
        tuple_(_newer.c.made_at, _newer.c.id) > tuple_(_tasks.c.made_at, _tasks.c.id),
    )
)
_ADDRESS_PROBLEMS = (
    select(*(_tasks.c[column.name] for column in _PROBLEM), _tasks.c.address)
    .where(
        matching(_tasks, "office_id"),
        _tasks.c.id < bindparam("after"),
        _tasks.c.problem.is_not(None),
        _tasks.c.state != written(TaskState.DONE),
        _tasks.c.address.is_not(None),
        or_(_tasks.c.state != TaskState.REFUSED, ~_superseded_there),
    )
    .order_by(_tasks.c.id.desc())
    .limit(bindparam("size"))
)


class OfficeClientReading(Reader):
    """Reads clients for the office."""

    def office_clients(
        self, actor: OfficeActor, *, search: str = "", after: ClientId | None = None, size: int = PAGE
    ) -> Sequence[ClientCard]:
        """Return clients with all their accounts."""
        page: Record = {"office_id": actor.office_id, "after": after_id(after), "size": size}
        if folded := sought(search):
            rows = _SEARCH.run(self._all, self._dialect, search, {**page, "search": folded})
        else:
            rows = self._all(_CLIENTS, page)
        return self._cards(actor, [CLIENTS.value(row) for row in rows])

    def office_client(self, actor: OfficeActor, client_id: ClientId) -> ClientCard:
        """Return a client with its accounts.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        row = self._one(_CLIENT, {"office_id": actor.office_id, "id": client_id}, "client")
        return self._cards(actor, [CLIENTS.value(row)])[0]

    def office_mail_problems(
        self, actor: OfficeActor, *, after: TaskId | None = None, size: int = PAGE
    ) -> Sequence[MailProblem]:
        """Return mails that wait after a failure, were refused, or bounced, newest first."""
        page = {"office_id": actor.office_id, "after": after_id(after), "size": size}
        of_persons = groupby(self._all(_PROBLEMS, page), key=lambda row: row[0])
        problems = [_problem(list(group)) for _id, group in of_persons]
        problems += [_address_problem(row) for row in self._all(_ADDRESS_PROBLEMS, page)]
        return sorted(problems, key=lambda each: each.mail_id, reverse=True)[:size]

    def _cards(self, actor: OfficeActor, clients: Sequence[Client]) -> Sequence[ClientCard]:
        if not clients:
            return []
        wanted: Record = {"office_id": actor.office_id, "client_ids": [client.id for client in clients]}
        accounts: dict[ClientId, list[AccountCard]] = {client.id: [] for client in clients}
        for card in map(_card, self._all(_CARDS, wanted)):
            accounts[card.client_id].append(card)
        return [ClientCard(client=client, accounts=tuple(accounts[client.id])) for client in clients]


def _problem(rows: Sequence[Line]) -> MailProblem:
    """Make a mail problem from its rows, one for each account of its person."""
    accounts = tuple(_card(row[len(_PROBLEM) :]) for row in rows)
    return _of_task(rows[0][: len(_PROBLEM)], accounts[0].email, accounts)


def _address_problem(row: Line) -> MailProblem:
    """Make the problem of a mail to an address of the office."""
    return _of_task(row[:-1], row[-1], ())


def _of_task(row: Line, email: str, accounts: tuple[AccountCard, ...]) -> MailProblem:
    id, kind, state, problem, attempts, made_at, due_at = row
    return MailProblem(
        mail_id=id,
        kind=kind,
        state=state,
        problem=problem,
        attempts=attempts,
        made_at=made_at,
        next_attempt_at=due_at if state is TaskState.WAITING else None,
        email=email,
        accounts=accounts,
    )
