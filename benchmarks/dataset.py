"""Data sets with any number of dossiers, loaded in bulk into either database, without the use cases.

There is one client per five dossiers. Each dossier has one party, an entry of the trail, five documents or letters and
five messages, half of which are read or handled. One client has 5,000 dossiers, and another has a dossier with 1,000
documents and 1,000 messages: the two extremes that every page must handle.
"""

import itertools
import random
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import attrs
import psycopg
from psycopg import sql
from rich.progress import Progress
from sqlalchemy import Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql.base import PGDialect

from klantportaal.adapters.secrets.tokens import HmacTokens
from klantportaal.adapters.storage.sql import SqlStorage, schema
from klantportaal.adapters.storage.sql.locations import SCHEMA
from klantportaal.adapters.storage.sql.rows import (
    ACCOUNTS,
    CLIENTS,
    DOCUMENTS,
    DOSSIERS,
    ENTRIES,
    MESSAGES,
    PERSONS,
    REQUESTS,
    SESSIONS,
    office_record,
)
from klantportaal.adapters.storage.sql.types import AsJson
from klantportaal.domain.accounts import Account, AccountRole, AccountState, Client, ClientKind
from klantportaal.domain.auditing import Entry
from klantportaal.domain.documents import Document, DocumentKind, StoredFile
from klantportaal.domain.dossiers import Dossier
from klantportaal.domain.messages import Direction, Message
from klantportaal.domain.offices import IN_PROGRESS, Office, OfficeProfile
from klantportaal.domain.persons import Person
from klantportaal.domain.requests import DocumentRequest, RequestedItem
from klantportaal.domain.sessions import Session
from klantportaal.domain.signing import sign
from klantportaal.domain.values import (
    AccountId,
    ClientId,
    Digest,
    DocumentId,
    DossierId,
    EntryId,
    FileKey,
    ItemId,
    Language,
    MessageId,
    OfficeId,
    PersonId,
    RequestId,
    SessionId,
    ThreadId,
    folded,
    searchable,
)
from klantportaal.domain.waiting import WaitingFor

START = datetime(2025, 1, 6, 8, 0, tzinfo=UTC)
DOSSIERS_A_CLIENT = 5
ITEMS = 5
"""The number of documents, and of messages, in a dossier."""
BIG_CLIENT = 5_000
"""The number of dossiers of the client with the most dossiers."""
BIG_DOSSIER = 1_000
"""The number of documents, and of messages, in the largest dossier."""
BATCH = 20_000
STATUSES = (IN_PROGRESS, IN_PROGRESS, IN_PROGRESS, "completed", "archived")
WORDS = ("Levering", "woning", "testament", "hypotheek", "nalatenschap", "aandelen", "oprichting", "huwelijk", "Çelik")
Row = Sequence[Any]


@attrs.frozen(kw_only=True)
class Subject:
    """A client to measure with: a session's token and a dossier."""

    token: str
    account_id: AccountId
    client_id: ClientId
    dossier_id: DossierId
    unread: tuple[MessageId, ...] = ()
    undownloaded: tuple[DocumentId, ...] = ()


@attrs.frozen(kw_only=True)
class Dataset:
    """A loaded data set."""

    office_id: OfficeId
    size: int
    typical: Subject
    many: Subject
    """The client with 5,000 dossiers."""
    heavy: Subject
    """The client of the dossier with 1,000 documents and 1,000 messages."""


class Ids:
    """Makes repeatable ids that sort by time."""

    def __init__(self) -> None:
        self._numbers = itertools.count(int(START.timestamp() * 1000) << 12)

    def new(self) -> UUID:
        """Return the next id."""
        number = next(self._numbers)
        noise = random.getrandbits(62)
        return UUID(int=(number >> 12) << 80 | 7 << 76 | (number & 0xFFF) << 64 | 0b10 << 62 | noise)


class Loader:
    """Inserts rows in bulk."""

    def __init__(self, write: Callable[[Table, list[Row]], None], progress: Callable[[int], None]) -> None:
        self._write = write
        self._progress = progress
        self._waiting: dict[Table, list[Row]] = {}

    def put(self, table: Table, record: dict[str, Any]) -> None:
        """Add a row to the next batch of its table."""
        waiting = self._waiting.setdefault(table, [])
        waiting.append([record[column.name] for column in table.columns])
        if len(waiting) >= BATCH:
            self._flush(table)

    def flush(self) -> None:
        """Insert the remaining rows."""
        for table in schema.metadata.sorted_tables:
            self._flush(table)

    def _flush(self, table: Table) -> None:
        if rows := self._waiting.pop(table, []):
            self._write(table, rows)
            self._progress(len(rows))


def load_sqlite(path: Path, size: int, progress: Progress) -> Dataset:
    """Load a new SQLite database."""
    storage = SqlStorage.sqlite(path)
    storage.migrate()
    storage.close()
    with sqlite3.connect(path, isolation_level=None) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        dataset = _load(size, lambda table, rows: _insert(connection, table, rows), progress, "SQLite")
        connection.execute("COMMIT")
        connection.execute("ANALYZE")
    connection.close()
    return dataset


def _insert(connection: sqlite3.Connection, table: Table, rows: list[Row]) -> None:
    dialect = sqlite.dialect()
    binders = [column.type.dialect_impl(dialect).bind_processor(dialect) for column in table.columns]
    bound = [
        [bind(value) if bind and value is not None else value for bind, value in zip(binders, row, strict=True)]
        for row in rows
    ]
    # By name: the order of columns in the database can differ, because a migration adds new columns at the end.
    names, marks = ", ".join(table.columns.keys()), ", ".join("?" * len(binders))
    connection.executemany(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", bound)


def load_postgresql(dsn: str, size: int, progress: Progress) -> Dataset:
    """Load an empty PostgreSQL database. Needs a superuser, to switch off the checks of foreign keys."""
    storage = SqlStorage.postgresql(dsn)
    storage.migrate()
    storage.close()
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f"SET search_path = {SCHEMA}".encode())
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET synchronous_commit = off")
        dataset = _load(size, lambda table, rows: _copy(connection, table, rows), progress, "PostgreSQL")
        for name in schema.SEARCHED:  # The triggers that do this were off.
            _index(connection, name)
        connection.execute("VACUUM ANALYZE")
    return dataset


def _index(connection: "psycopg.Connection[Any]", name: str) -> None:
    """Fill the table of the trigrams of a table. Its index is made anew, which is faster."""
    command = "SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema AND indexname = %s"
    [[definition]] = connection.execute(command, [f"{name}_trigrams_found"]).fetchall()
    for statement in (
        f"DROP INDEX {name}_trigrams_found",
        f"INSERT INTO {name}_trigrams SELECT office_id, id, trigrams(search) FROM {name}",
        definition,
    ):
        connection.execute(statement.encode())


def _copy(connection: "psycopg.Connection[Any]", table: Table, rows: list[Row]) -> None:
    columns = sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns)
    command = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), columns)
    # Values that stand in a column as JSON are written as the portal writes them.
    dialect = PGDialect()  # type: ignore[no-untyped-call] # SQLAlchemy has no types here.
    kinds = [column.type for column in table.columns]
    written = [kind.bind_processor(dialect) if isinstance(kind, AsJson) else None for kind in kinds]
    with connection.cursor() as cursor, cursor.copy(command) as copy:
        for row in rows:
            values = [write(value) if write else value for write, value in zip(written, row, strict=True)]
            copy.write_row([str(value) if isinstance(value, str) else value for value in values])


def _load(size: int, write: Callable[[Table, list[Row]], None], progress: Progress, database: str) -> Dataset:
    random.seed(size)
    task = progress.add_task(f"{size:,} dossiers into {database}", total=_rows(size))
    loader = Loader(write, lambda rows: progress.advance(task, rows))
    dataset = _Making(loader, size).make()
    loader.flush()
    progress.update(task, completed=_rows(size))
    return dataset


def _rows(size: int) -> int:
    """Estimate the number of rows in a data set."""
    return size * (2 + ITEMS * 4)


class _Making:
    """Makes one data set."""

    def __init__(self, loader: Loader, size: int) -> None:
        self.put = loader.put
        self.size = size
        self.ids = Ids()
        self.office_id = OfficeId(self.ids.new())
        self.numbers = itertools.count(1)
        self.moments = (START + timedelta(seconds=number) for number in itertools.count())

    def make(self) -> Dataset:
        profile = OfficeProfile(name="Notariskantoor Van der Meer", contact_address="info@vandermeer.example.nl")
        office = Office(id=self.office_id, key="kantoor", base_url="http://127.0.0.1", profile=profile)
        self.put(schema.offices, office_record(office))
        subjects = list(itertools.islice(self._clients(), self.size // DOSSIERS_A_CLIENT))
        many = self._client(0, min(BIG_CLIENT, self.size // 2), ITEMS)
        heavy = self._client(1, 1, BIG_DOSSIER)
        return Dataset(
            office_id=self.office_id, size=self.size, typical=subjects[len(subjects) // 2], many=many, heavy=heavy
        )

    def _clients(self) -> Iterator[Subject]:
        for number in itertools.count(2):
            yield self._client(number, DOSSIERS_A_CLIENT, ITEMS)

    def _client(self, number: int, dossiers: int, items: int) -> Subject:
        at = next(self.moments)
        client = Client(
            id=ClientId(self.ids.new()),
            office_id=self.office_id,
            kind=ClientKind.PERSON,
            name=f"Klant {number}",
            made_at=at,
        )
        person, account = self._account(client, number, at)
        token = self._session(person, account)
        unread: list[MessageId] = []
        undownloaded: list[DocumentId] = []
        dossier_id = DossierId(self.ids.new())
        for each in range(dossiers):
            dossier_id = self._dossier(client, f"{number}-{each}")
            undownloaded += self._documents(client, account, dossier_id, items)
            unread += self._messages(client, account, dossier_id, items)
        self._request(client, dossier_id)
        return Subject(
            token=token,
            account_id=account.id,
            client_id=client.id,
            dossier_id=dossier_id,
            unread=tuple(unread),
            undownloaded=tuple(undownloaded),
        )

    def _account(self, client: Client, number: int, at: datetime) -> tuple[Person, Account]:
        account = Account(
            id=AccountId(self.ids.new()),
            office_id=self.office_id,
            person_id=PersonId(self.ids.new()),
            client_id=client.id,
            role=AccountRole.MAIN,
            name=client.name,
            state=AccountState.ACTIVE,
            made_at=at,
            first_used_at=at,
        )
        person = Person(
            id=account.person_id,
            office_id=self.office_id,
            email=f"klant{number}@example.nl",
            language=Language.DUTCH,
            made_at=at,
            first_signed_in_at=at,
            last_account_id=account.id,
        )
        copies = {"address": folded(person.email), "search": searchable(person.email)}
        self.put(schema.clients, {**CLIENTS.record(client), "search": searchable(client.name)})
        self.put(schema.persons, {**PERSONS.record(person), **copies})
        self.put(schema.accounts, {**ACCOUNTS.record(account), "search": searchable(account.name)})
        return person, account

    def _session(self, person: Person, account: Account) -> str:
        tokens = HmacTokens(bytes(32))
        token = tokens.new()
        now = datetime.now(UTC)
        session = Session(
            id=SessionId(self.ids.new()),
            office_id=self.office_id,
            person_id=person.id,
            account_id=account.id,
            fingerprint=tokens.fingerprint(token),
            epoch=person.epoch,
            language=Language.DUTCH,
            device="benchmark",
            network_address=None,
            started_at=now,
            seen_at=now,
            confirmed_at=now,
            ends_at=now + timedelta(hours=12),
        )
        self.put(schema.sessions, SESSIONS.record(session))
        return token

    def _dossier(self, client: Client, number: str) -> DossierId:
        at = next(self.moments)
        dossier = Dossier(
            id=DossierId(self.ids.new()),
            office_id=self.office_id,
            number=number,
            description=" ".join(random.choices(WORDS, k=4)),
            status=random.choice(STATUSES),
            opened_at=at,
            changed_at=at,
        )
        copies = {"search": dossier.search}
        self.put(schema.dossiers, {**DOSSIERS.record(dossier), **copies, "step": dossier.step})
        self._entry(dossier)
        party = {"office_id": self.office_id, "dossier_id": dossier.id, "client_id": client.id, **copies}
        self.put(schema.dossier_parties, {**party, "status": dossier.status, "changed_at": at, **_waits(at)})
        return dossier.id

    def _request(self, client: Client, dossier_id: DossierId) -> None:
        """Let one request for a document wait for a client."""
        item = RequestedItem(
            id=ItemId(self.ids.new()),
            title=dict.fromkeys(Language, "Loonstrook"),
            explanation=dict.fromkeys(Language, ""),
            required=True,
            files=10,
            due_on=None,
        )
        request = DocumentRequest(
            id=RequestId(self.ids.new()),
            office_id=self.office_id,
            client_id=client.id,
            dossier_id=dossier_id,
            subject=dict.fromkeys(Language, "Stukken"),
            made_at=next(self.moments),
            made_by="mr. A. de Wit",
            items=(item,),
        )
        copies = ("state", "total", "waiting", "delivered", "due_on", "waiting_since", "delivered_since")
        self.put(schema.requests, {**REQUESTS.record(request), **{each: getattr(request, each) for each in copies}})

    def _entry(self, dossier: Dossier) -> None:
        entry = Entry(
            id=EntryId(self.ids.new()),
            office_id=self.office_id,
            at=dossier.opened_at,
            what="DossierOpened",
            which=f'{{"dossier_id": "{dossier.id}"}}',
            person_id=None,
            account_id=None,
            client_id=None,
            handler="mr. A. de Wit",
            network_address=None,
        )
        sealed = {"signature": bytes(40), "number": next(self.numbers), "digest": bytes(40)}
        self.put(schema.entries, {**ENTRIES.record(sign(entry, lambda _before, _text: Digest(bytes(40)))), **sealed})

    def _documents(self, client: Client, account: Account, dossier_id: DossierId, items: int) -> Iterable[DocumentId]:
        for number in range(items):
            kind = DocumentKind.DOCUMENT if number % 2 else DocumentKind.CORRESPONDENCE
            document = self._document(dossier_id, kind, number)
            self.put(schema.documents, DOCUMENTS.record(document))
            shared = {"office_id": self.office_id, "document_id": document.id, "dossier_id": dossier_id}
            is_read = number < items // 2
            copies = {"available": True, "shown": True, "published_at": document.published_at, "readers": int(is_read)}
            self.put(schema.document_parties, {**shared, "client_id": client.id, "kind": kind.value, **copies})
            if is_read:
                mark = {**shared, "account_id": account.id, "at": document.published_at, "times": 1}
                mark |= {"looks": 0, "looked_at": None}
                self.put(schema.document_downloads, mark)
            else:
                yield document.id

    def _document(self, dossier_id: DossierId, kind: DocumentKind, number: int) -> Document:
        name = f"Stuk {number}.pdf"
        key = FileKey(self.ids.new().hex)
        file = StoredFile(key=key, name=name, media_type="application/pdf", size=1000, sha256=bytes(32))
        return Document(
            id=DocumentId(self.ids.new()),
            office_id=self.office_id,
            dossier_id=dossier_id,
            kind=kind,
            title=name,
            file=file,
            published_at=next(self.moments),
            published_by="mr. A. de Wit",
        )

    def _messages(self, client: Client, account: Account, dossier_id: DossierId, items: int) -> Iterable[MessageId]:
        for number in range(items):
            inbound = number % 2 == 0
            id = MessageId(self.ids.new())
            message = Message(
                id=id,
                office_id=self.office_id,
                dossier_id=dossier_id,
                client_id=client.id,
                direction=Direction.INBOUND if inbound else Direction.OUTBOUND,
                thread_id=ThreadId(id),
                answers=None,
                subject=f"Onderwerp {number}",
                body="Kunt u dit nakijken? " * 8,
                author="mr. A. de Wit" if inbound else client.name,
                account_id=None if inbound else account.id,
                draft_id=None,
                sent_at=next(self.moments),
                handled_at=None if inbound else client.made_at,
                handled_by=None if inbound else "mr. A. de Wit",
            )
            is_read = inbound and number < items // 2
            self.put(schema.messages, {**MESSAGES.record(message), "read_at": message.sent_at if is_read else None})
            if not inbound:
                continue
            if is_read:
                shared = {"office_id": self.office_id, "dossier_id": dossier_id, "account_id": account.id}
                self.put(schema.message_reads, {**shared, "message_id": id, "at": message.sent_at})
            else:
                yield id


def _waits(at: datetime) -> dict[str, Any]:
    """Let the client or the office have something to do in two of three dossiers."""
    whom = random.choice((WaitingFor.CLIENT, WaitingFor.OFFICE, None))
    named = {"third_party": None, "third_party_since": None, "third_party_expected_on": None}
    since, count = (None, None) if whom is None else (at, 1)
    return {**named, "waiting_for": whom, "waiting_since": since, "waiting_count": count, "waiting_due_on": None}
