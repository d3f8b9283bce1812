"""Compares use cases with the raw statements that they execute, in the same run."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

import attrs
import psycopg

from benchmarks import office
from benchmarks.dataset import Dataset, Subject
from benchmarks.measured import Figure, paired, timed
from benchmarks.replay import NotedIds, Raw, Statement, recorded
from benchmarks.server import LONG_SESSIONS, MUCH
from klantportaal import Portal
from klantportaal.adapters.anchors.memory import MemoryAnchors
from klantportaal.adapters.clock import SystemClock
from klantportaal.adapters.files.memory import MemoryFiles
from klantportaal.adapters.mail.memory import MemorySender
from klantportaal.adapters.mail.texts import JinjaMailWriter
from klantportaal.adapters.secrets.ids import Uuid7Ids
from klantportaal.adapters.secrets.tokens import HmacTokens
from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.adapters.storage.sql.locations import SCHEMA
from klantportaal.domain.documents import DocumentKind
from klantportaal.domain.events import DocumentDownloaded
from klantportaal.domain.messages import MessageText
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import DocumentId, DossierId
from klantportaal.ports.mail import MailSender
from klantportaal.ports.reading import DossierQuery
from klantportaal.ports.secrets import Ids
from klantportaal.ports.storage import Storage
from klantportaal.settings import Settings
from klantportaal.testing.fakes import CountingCodes, FewPasswords, PlainPasswords, PlainPdf, PlainSeals, PlainVault
from klantportaal.usecases.shared.download_records import DownloadRecord, Mark

ROUNDS = 300
DRAFT = MessageText(subject="Vraag over de akte", body="Klopt mijn tweede voornaam? " * 6)


@attrs.frozen(kw_only=True)
class Database:
    """A database with a data set in it."""

    name: str
    storage: SqlStorage
    connect: Callable[[], Any]
    """Opens a connection of the driver, in autocommit mode."""
    begin: str
    dataset: Dataset

    @property
    def where(self) -> str:
        """Describe the database and the data set."""
        return f"{self.name}, {self.dataset.size:,} dossiers"


def sqlite_database(path: Path, dataset: Dataset) -> Database:
    """Open a loaded SQLite database."""

    def connect() -> sqlite3.Connection:
        return connect_sqlite(path)

    return Database(
        name="SQLite", storage=SqlStorage.sqlite(path), connect=connect, begin="BEGIN IMMEDIATE", dataset=dataset
    )


def connect_sqlite(path: Path) -> sqlite3.Connection:
    """Open a connection of the driver, with the same settings as the portal."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def postgresql_database(dsn: str, dataset: Dataset) -> Database:
    """Open a loaded PostgreSQL database."""
    storage = SqlStorage.postgresql(dsn)

    def connect() -> Any:
        return psycopg.connect(dsn, autocommit=True, options=f"-c search_path={SCHEMA}")

    return Database(name="PostgreSQL", storage=storage, connect=connect, begin="BEGIN", dataset=dataset)


def assemble(storage: Storage, ids: Ids, *, mail: MailSender | None = None) -> Portal:
    """Assemble a portal around a storage. Without a sender, mails are kept in memory."""
    return Portal.assemble(
        storage=storage,
        files=MemoryFiles(),
        anchors=MemoryAnchors(),
        mail=mail or MemorySender(),
        mail_writer=JinjaMailWriter(),
        pdf=PlainPdf(),
        clock=SystemClock(),
        ids=ids,
        tokens=HmacTokens(bytes(32)),
        passwords=PlainPasswords(),
        blocklist=FewPasswords(),
        seals=PlainSeals(),
        codes=CountingCodes(),
        vault=PlainVault(),
        settings=Settings(quotas=MUCH, sessions=LONG_SESSIONS),
    )


def measure(database: Database) -> list[Figure]:
    """Measure reading and writing."""
    beside = office.measure(database.storage, database.dataset, database.where)
    return [*_reads(database), *beside, *_writes(database)]


# ------------------------------------------------------------------ reading
def pages(portal: Portal, dataset: Dataset, subject: Subject) -> Mapping[str, Callable[[], object]]:
    """Return the calls of use cases for each page, including the check of the session."""

    def who() -> Actor:
        return portal.client.sign_in.whoever(dataset.office_id, subject.token).actor

    def home() -> None:
        actor = who()
        portal.client.home.news(actor)
        portal.client.home.counts(actor)

    def dossier() -> None:
        actor = who()
        portal.client.dossiers.open(actor, subject.dossier_id)
        portal.client.dossiers.documents(actor, subject.dossier_id, DocumentKind.CORRESPONDENCE)

    return {
        "home": home,
        "list": lambda: portal.client.dossiers.list(who(), DossierQuery()),
        "search": lambda: portal.client.dossiers.list(who(), DossierQuery(search="bestaat niet")),
        "dossier": dossier,
    }


STATEMENTS = {"home": 3, "list": 2, "search": 2, "dossier": 4}


def _reads(database: Database) -> Iterator[Figure]:
    portal = assemble(database.storage, Uuid7Ids())
    raw = Raw(database.connect())
    dataset = database.dataset
    for kind, subject in (("", dataset.typical), (", 5,000 dossiers", dataset.many), (", 2,000 items", dataset.heavy)):
        for page, call in pages(portal, dataset, subject).items():
            with recorded() as statements:
                call()
            ours, theirs = paired(call, raw.read(statements), rounds=ROUNDS)
            if not kind:
                yield _count(database, page, statements)
                yield _against(database, page, ours, theirs, len(statements))
            yield Figure(
                subject=f"{page}{kind}",
                where=database.where,
                value=ours / 1000,
                unit="ms",
                budget=3.0 if kind else None,
            )
    raw.close()


def _count(database: Database, page: str, statements: list[Statement]) -> Figure:
    return Figure(
        subject=f"{page}: statements",
        where=database.where,
        value=len(statements),
        unit="",
        budget=STATEMENTS[page],
    )


def _against(database: Database, page: str, ours: float, theirs: float, statements: int) -> Figure:
    basis = f"raw {theirs:,.0f} µs"
    if database.name == "PostgreSQL":
        return Figure(
            subject=f"{page}: reading", where=database.where, value=ours / theirs, unit="× raw", budget=2.0, basis=basis
        )
    return Figure(
        subject=f"{page}: reading over raw",
        where=database.where,
        value=(ours - theirs) / statements,
        unit="µs/statement",
        budget=60,
        basis=basis,
    )


# ------------------------------------------------------------------ writing
def _writes(database: Database) -> Iterator[Figure]:
    ids = NotedIds()
    portal = assemble(database.storage, ids)
    dataset = database.dataset
    heavy = dataset.heavy
    actor = portal.client.sign_in.whoever(dataset.office_id, heavy.token).actor
    unread, undownloaded = iter(heavy.unread), iter(heavy.undownloaded)
    acts: Mapping[str, tuple[Callable[[], object], Iterator[UUID] | None]] = {
        "send a message": (
            lambda: portal.client.messages.send(actor, heavy.dossier_id, portal.client.messages.new_draft(), DRAFT),
            None,
        ),
        "mark read": (lambda: portal.client.messages._mark_read(actor, [next(unread)]), unread),  # noqa: SLF001 - only the write
        "mark downloaded": (
            lambda: _record(portal, database.storage, actor, heavy.dossier_id, DocumentId(next(undownloaded))).end(),
            undownloaded,
        ),
    }
    for name, (call, marked) in acts.items():
        yield from _written(database, name, call, ids, marked)


def _record(
    portal: Portal, storage: Storage, actor: Actor, dossier_id: DossierId, document_id: DocumentId
) -> DownloadRecord:
    """Make a function that records a download, to measure only its write."""
    ended = partial(DocumentDownloaded, dossier_id=dossier_id, document_id=document_id, account_id=actor.account_id)
    return DownloadRecord(
        storage=storage,
        recorder=portal.office.audit._recorder,  # noqa: SLF001 - only the write
        clock=SystemClock(),
        by=actor,
        ended=ended,
        document_id=document_id,
        mark=Mark(actor=actor, dossier_id=dossier_id, document_id=document_id),
    )


def _written(
    database: Database, name: str, call: Callable[[], object], ids: NotedIds, marked: Iterator[UUID] | None
) -> Iterator[Figure]:
    """Compare a use case that writes with its own raw INSERT, UPDATE and DELETE statements, in one transaction."""
    ids.made.clear()
    with recorded() as statements:
        call()
    made = list(ids.made)
    written = [each for each in statements if each.writes]
    old = _marked_in(written, database) if marked else None

    def replaced() -> Iterator[Mapping[UUID, UUID]]:
        fresh = Uuid7Ids()
        while True:
            new = {each: fresh.new() for each in made}
            if marked is not None and old is not None:
                new[old] = next(marked)
            yield new

    rounds = 60
    raw = Raw(database.connect())
    theirs_call = raw.write(written, islice(replaced(), rounds + 5), database.begin)
    for _ in range(5):
        call()
        theirs_call()
    times = [(timed(call), timed(theirs_call)) for _ in range(rounds)]
    raw.close()
    ours, theirs = median(one for one, _ in times), median(other for _, other in times)
    if database.name == "SQLite" and marked is None:
        yield _durability(database, name, written, islice(replaced(), 2 * rounds))
    yield Figure(
        subject=f"{name}: writing",
        where=database.where,
        value=ours / theirs,
        unit="× raw",
        budget=2.0 if database.name == "PostgreSQL" else 2.5,
        basis=f"raw {theirs:,.0f} µs, {len(written)} of {len(statements)} statements write",
    )


def _durability(
    database: Database, name: str, written: list[Statement], replaced: Iterator[Mapping[UUID, UUID]]
) -> Figure:
    """Compare the raw statements with each commit flushed to the disk (FULL), and without (NORMAL)."""
    connection = database.connect()
    raw = Raw(connection)
    call = raw.write(written, replaced, database.begin)
    times: dict[str, list[float]] = {"NORMAL": [], "FULL": []}
    for _ in range(60):
        for setting, measured in times.items():
            connection.execute(f"PRAGMA synchronous = {setting}")
            measured.append(timed(call))
    raw.close()
    full, normal = median(times["FULL"]), median(times["NORMAL"])
    return Figure(
        subject=f"{name}: cost of synchronous = FULL",
        where=database.where,
        value=full / normal,
        unit="× NORMAL",
        basis=f"raw {full:,.0f} µs with FULL, {normal:,.0f} µs with NORMAL",
    )


def _marked_in(written: list[Statement], database: Database) -> UUID | None:
    """Find the message or document that a recorded statement marks."""
    heavy = database.dataset.heavy
    candidates = {*heavy.unread, *heavy.undownloaded}
    for statement in written:
        values = statement.parameters.values() if isinstance(statement.parameters, Mapping) else statement.parameters
        for value in values:
            id = UUID(bytes=value) if isinstance(value, bytes) and len(value) == 16 else value
            if isinstance(id, UUID) and id in candidates:
                return id
    return None
