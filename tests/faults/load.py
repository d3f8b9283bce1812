"""A portal under load in its own process: ``python -m tests.faults.load PLACE FILES OFFICE ACCOUNT DOSSIER``.

Each line of its standard input is the name of a draft. It sends that draft as a message with one file, and then writes
the name and the message's id to standard output: the message is acknowledged. Four threads send at once.
"""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import attrs

from klantportaal.adapters.anchors.files import FileAnchors
from klantportaal.adapters.clock import SystemClock
from klantportaal.adapters.files.disk import DiskFiles
from klantportaal.adapters.mail.memory import MemorySender
from klantportaal.adapters.mail.texts import JinjaMailWriter
from klantportaal.adapters.secrets.ids import Uuid7Ids
from klantportaal.adapters.secrets.tokens import HmacTokens
from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.domain.errors import FileDamaged, PortalError
from klantportaal.domain.messages import MessageText
from klantportaal.domain.quotas import DailyQuotas
from klantportaal.domain.sessions import Actor, OfficeActor
from klantportaal.domain.values import AccountId, DossierId, DraftId, MessageId, OfficeId
from klantportaal.opening import open_files
from klantportaal.portal import Portal
from klantportaal.settings import Settings
from klantportaal.testing.builders import Scene
from klantportaal.testing.fakes import CountingCodes, FewPasswords, PlainPasswords, PlainPdf, PlainSeals, PlainVault

THREADS = 4


MUCH = DailyQuotas(
    client_messages=10**6,
    client_files=10**6,
    client_bytes=10**12,
    office_messages=10**6,
    office_files=10**6,
    office_bytes=10**12,
)
"""More than a client sends in a day: under load, nothing is refused for that."""


@attrs.frozen(kw_only=True)
class Place:
    """A portal's database and files, with one client in one dossier."""

    database: str
    """The path of a SQLite file, or a DSN."""
    files: Path | str
    """A folder, or the word of a place in an object store. The anchors are then beside the SQLite file."""
    office_id: OfficeId
    account_id: AccountId
    dossier_id: DossierId

    @classmethod
    def furnish(cls, database: str, files: Path | str, **fields: str) -> "Place":
        """Make the tables, an office, a client and a dossier. *fields* are those of the office."""
        storage = open_storage(database)
        storage.migrate()
        scene = Scene(storage=storage)
        office = scene.office(**fields)
        client, account = scene.person(office)
        dossier = scene.dossier(office, client)
        storage.close()
        return cls(database=database, files=files, office_id=office.id, account_id=account.id, dossier_id=dossier.id)

    @classmethod
    def named(cls, database: str, files: str, *ids: str) -> "Place":
        """Read the arguments of a command line."""
        office_id, account_id, dossier_id = map(UUID, ids)
        return cls(
            database=database,
            files=files if "://" in files else Path(files),
            office_id=OfficeId(office_id),
            account_id=AccountId(account_id),
            dossier_id=DossierId(dossier_id),
        )

    @property
    def desk(self) -> OfficeActor:
        """The office."""
        return OfficeActor(office_id=self.office_id, handler="mr. A. de Wit")

    def actor(self, storage: SqlStorage) -> Actor:
        """The client."""
        with storage.begin() as uow:
            account, _client = uow.accounts.get(self.office_id, self.account_id)
        return Scene(storage=storage).actor(account)

    @property
    def anchors(self) -> Path:
        """The folder of the anchors."""
        beside = self.files if isinstance(self.files, Path) else Path(self.database)
        return beside.parent / "anchors"

    @contextmanager
    def opened(self) -> Iterator[tuple[Portal, Actor]]:
        """Open the portal in this process."""
        storage = open_storage(self.database)
        portal = assemble(storage, self.files, self.anchors)
        try:
            yield portal, self.actor(storage)
        finally:
            portal.close()

    def arguments(self) -> list[str]:
        """Return the arguments of the module's command line."""
        return [self.database, str(self.files), str(self.office_id), str(self.account_id), str(self.dossier_id)]


def open_storage(database: str, *, patience: float = 30) -> SqlStorage:
    """Open the storage of a SQLite file or a DSN, which waits for so many seconds."""
    open_one = SqlStorage.postgresql if "://" in database else SqlStorage.sqlite
    return open_one(database, patience=patience)


def assemble(storage: SqlStorage, files: Path | str, anchors: Path | None = None) -> Portal:
    """Assemble a portal on real storage and real files. Without *anchors*, they are beside the files."""
    return Portal.assemble(
        storage=storage,
        files=DiskFiles(files) if isinstance(files, Path) else open_files(files),
        anchors=FileAnchors(anchors or Path(files).parent / "anchors"),
        mail=MemorySender(),
        mail_writer=JinjaMailWriter(),
        pdf=PlainPdf(),
        clock=SystemClock(),
        ids=Uuid7Ids(),
        tokens=HmacTokens(bytes(32)),
        passwords=PlainPasswords(),
        blocklist=FewPasswords(),
        seals=PlainSeals(),
        codes=CountingCodes(),
        vault=PlainVault(),
        settings=Settings(quotas=MUCH),
        closing=storage.close,
    )


def contents(name: UUID) -> bytes:
    """Return the contents of the file that goes with a draft: 8 KB, or 32 KB for about half of the drafts."""
    return b"%PDF-1.7\n" + name.bytes * (500 if name.bytes[-1] % 2 else 2000)


def send(portal: Portal, actor: Actor, dossier_id: DossierId, name: UUID) -> UUID:
    """Send a draft with its file. The same draft sent again is the same message (AT-5)."""
    draft = DraftId(name)
    portal.client.attachments.stage(actor, dossier_id, draft, name="stuk.pdf", blocks=[contents(name)])
    text = MessageText(subject=str(name), body="Hierbij het stuk.")
    return portal.client.messages.send(actor, dossier_id, draft, text)


@contextmanager
def sender(place: Place, *prefix: str) -> Iterator["subprocess.Popen[str]"]:
    """Start a process that sends. It ends when its input ends.

    Args:
        place: the portal.
        prefix: the words that begin the command, such as those of a tracer.
    """
    command = [*prefix, sys.executable, "-m", "tests.faults.load", *place.arguments()]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process


def acknowledged(lines: str) -> Mapping[UUID, UUID]:
    """Read what a sender wrote: the message of each acknowledged draft. A line that was cut off is none."""
    whole = [json.loads(line) for line in lines.splitlines(keepends=True) if line.endswith("\n")]
    return {UUID(each["draft"]): UUID(each["message"]) for each in whole if "message" in each}


@attrs.frozen(kw_only=True)
class Found:
    """The messages that a portal has, by the draft that they were sent as."""

    messages: Mapping[UUID, int]
    """The number of messages of each draft."""
    damaged: frozenset[UUID]
    """The drafts whose file is not there, or is not what was sent."""


def find(place: Place) -> Found:
    """Read everything that was sent, with its files."""
    messages: dict[UUID, int] = {}
    damaged: set[UUID] = set()
    with place.opened() as (portal, actor):
        after = None
        while rows := portal.client.dossiers.messages(actor, place.dossier_id, after=after):
            for row in rows:
                name = UUID(row.subject)
                messages[name] = messages.get(name, 0) + 1
                if _files_of(portal, actor, place, row.id) != [contents(name)]:
                    damaged.add(name)
            after = rows[-1].id
    return Found(messages=messages, damaged=frozenset(damaged))


def _files_of(portal: Portal, actor: Actor, place: Place, message_id: MessageId) -> list[bytes]:
    """Read the files of a message. A damaged file is empty."""
    read: list[bytes] = []
    for row in portal.client.messages.peek(actor, place.dossier_id, message_id).attachments:
        try:
            download = portal.client.dossiers.download_submission(actor, place.dossier_id, row.id)
            read.append(b"".join(download.blocks))
        except FileDamaged:
            read.append(b"")
    return read


def main(*arguments: str) -> None:
    """Send every draft that is named on standard input."""
    place = Place.named(*arguments)
    names = iter(sys.stdin.readline, "")
    reading, telling = threading.Lock(), threading.Lock()

    def work(portal: Portal, actor: Actor) -> None:
        while True:
            with reading:
                name = next(names, "").strip()
            if not name:
                return
            told: dict[str, str] = {"draft": name}
            try:
                told["message"] = str(send(portal, actor, place.dossier_id, UUID(name)))
            except PortalError as error:
                told["error"] = type(error).__name__
            with telling:
                sys.stdout.write(json.dumps(told) + "\n")
                sys.stdout.flush()

    with place.opened() as (portal, actor):
        threads = [threading.Thread(target=work, args=(portal, actor)) for _each in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


if __name__ == "__main__":
    main(*sys.argv[1:])
