"""Measures how fast waiting mail goes out, beside ``smtplib`` that sends the same messages over one connection."""

import smtplib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.database import assemble
from benchmarks.measured import Figure
from klantportaal import ClientKind, NewClient, OfficeActor, OfficeProfile, Portal
from klantportaal.adapters.mail import building
from klantportaal.adapters.mail.smtp import SmtpSender
from klantportaal.adapters.secrets.ids import Uuid7Ids
from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.adapters.storage.sql.rows import task_record
from klantportaal.adapters.storage.sql.schema import tasks
from klantportaal.domain.outgoing import Task, TaskKind, new_key
from klantportaal.domain.values import OfficeId, PersonId, TaskId
from klantportaal.ports.mail import Mail

WAITING = 100_000
SENT = 2_000
HOST = "localhost"
SENDER = "portaal@kantoor.test"


class Counting:
    """Sends mails, keeps the last one, and notifies when enough were sent."""

    def __init__(self, sender: SmtpSender) -> None:
        self._sender = sender
        self._counting = threading.Semaphore(0)  # noqa: TID251 - nothing is forked
        self.last: Mail | None = None

    def send(self, mail: Mail, *, key: str) -> None:
        """Send a mail."""
        self._sender.send(mail, key=key)
        self.last = mail
        self._counting.release()

    def close(self) -> None:
        """Close the connections."""
        self._sender.close()

    def wait_for(self, mails: int) -> None:
        """Wait until so many more mails were sent."""
        for _mail in range(mails):
            self._counting.acquire()


def measure(folder: Path) -> list[Figure]:
    """Let a long queue of mails wait on SQLite, and send some: due one after another, and all at the same time."""
    return [
        _measured(folder / f"{name}.sqlite3", name, apart)
        for name, apart in (("apart", timedelta(milliseconds=1)), ("at once", timedelta(0)))
    ]


def _measured(path: Path, name: str, apart: timedelta) -> Figure:
    with _server() as port, closing(SqlStorage.sqlite(path)) as storage:
        storage.migrate()
        sender = Counting(SmtpSender(HOST, port, sender=SENDER, tls="none"))
        portal = assemble(storage, Uuid7Ids(), mail=sender)
        _fill(portal, storage, apart)
        ours = _dispatched(portal, sender)
        if sender.last is None:
            raise RuntimeError("no mail was sent")
        theirs = _by_hand(port, building.build(sender.last, key="k", sender=SENDER).content)
    return Figure(
        subject=f"mails a second, {WAITING:,} waiting, due {name}, over smtplib's",
        where="SQLite",
        value=ours / theirs,
        unit="×",
        budget=0.7,
        at_least=True,
        basis=f"{ours:.0f} of {theirs:.0f} a second",
    )


def _dispatched(portal: Portal, sender: Counting) -> float:
    """Give the mails a second of the dispatcher."""
    dispatcher = portal.background.dispatcher
    dispatcher.start()
    sender.wait_for(SENT // 10)
    begun = time.perf_counter()
    sender.wait_for(SENT)
    rate = SENT / (time.perf_counter() - begun)
    dispatcher.stop()
    return rate


def _by_hand(port: int, message: bytes) -> float:
    """Give the mails a second of ``smtplib``."""
    with smtplib.SMTP(HOST, port) as server:
        begun = time.perf_counter()
        for _mail in range(SENT):
            server.sendmail(SENDER, ["klant@example.nl"], message)
        return SENT / (time.perf_counter() - begun)


def _fill(portal: Portal, storage: SqlStorage, apart: timedelta) -> None:
    """Add the waiting mails of one person."""
    office_id = portal.offices.ensure(
        "kantoor", "https://kantoor.example.nl", OfficeProfile(name="Kantoor", contact_address="info@kantoor.test")
    )
    office = OfficeActor(office_id=office_id, handler="mr. A")
    new = NewClient(kind=ClientKind.PERSON, name="Jan Jansen", email="klant@example.nl")
    client_id, _account = portal.office.clients.invite(office, new)
    person_id = portal.office.clients.get(office, client_id).accounts[0].person_id
    rows = [task_record(each) for each in _tasks(office_id, person_id, apart)]
    with storage._engines.writing.begin() as connection:  # noqa: SLF001 - 100,000 units of work take too long
        connection.execute(tasks.insert(), rows)


def _tasks(office_id: OfficeId, person_id: PersonId, apart: timedelta) -> Iterator[Task]:
    ids, at = Uuid7Ids(), datetime.now(UTC) - timedelta(hours=1)
    for number in range(WAITING):
        id = TaskId(ids.new())
        yield Task(
            id=id,
            office_id=office_id,
            kind=TaskKind.PASSWORD_SET,
            key=new_key(TaskKind.PASSWORD_SET, id),
            person_id=person_id,
            payload={},
            made_at=at,
            due_at=at + number * apart,
        )


@contextmanager
def _server() -> Iterator[int]:
    """Run a mail server in its own process, which discards its mails. Give its port."""
    with socket.create_server((HOST, 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "aiosmtpd", "-n", "-l", f"{HOST}:{port}", "-c", "aiosmtpd.handlers.Sink"]
    with subprocess.Popen(command) as process:  # noqa: S603 - a fixed command
        try:
            _await(port)
            yield port
        finally:
            process.terminate()


def _await(port: int) -> None:
    for _attempt in range(600):
        try:
            socket.create_connection((HOST, port)).close()
        except ConnectionRefusedError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the mail server did not start")
