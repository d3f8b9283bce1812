"""The example of a vendor's own adapter fulfils the contract of its port."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from examples.own_adapter.mail_queue import TABLE, MailQueue
from klantportaal.testing.contracts.mail import MAIL, MailSenderContract
from klantportaal.testing.contracts.mail_messages import Delivered
from tests.support.disks import small_disk


class TestMailQueue(MailSenderContract):
    """The contract for the adapter, over a queue in a file."""

    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        """The vendor's database."""
        return tmp_path / "vendor.sqlite3"

    @pytest.fixture
    def sender(self, file: Path) -> MailQueue:
        """The adapter."""
        return MailQueue(file)

    @pytest.fixture
    def delivered(self, file: Path) -> Callable[[], list[Delivered]]:
        """Read the queue."""
        return lambda: [] if not file.exists() else queued(file)

    @pytest.fixture
    def reopened(self, file: Path) -> Callable[[], MailQueue]:
        """Open the same queue, as another process does."""
        return lambda: MailQueue(file)

    @pytest.fixture
    def full(self, file: Path) -> Iterator[MailQueue]:
        """A queue on a disk without room."""
        with small_disk(file.parent) as disk:
            self._execute(file, TABLE)
            disk.fill()
            yield MailQueue(file)

    @pytest.fixture
    def away(self, tmp_path: Path) -> MailQueue:
        """A queue in a folder that is gone."""
        return MailQueue(tmp_path / "gone" / "vendor.sqlite3")

    @pytest.fixture
    def slow(self, file: Path) -> Iterator[MailQueue]:
        """A queue that another process locks until the test is over."""
        MailQueue(file).send(MAIL, key="before")
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            yield MailQueue(file, patience=0.01)

    @pytest.fixture
    def refusing(self, file: Path) -> MailQueue:
        """A queue whose table refuses every mail."""
        self._execute(file, TABLE)
        self._execute(file, "CREATE TRIGGER no BEFORE INSERT ON mail_queue BEGIN SELECT RAISE(ABORT, 'no'); END")
        return MailQueue(file)

    def _execute(self, file: Path, statement: str) -> None:
        with closing(sqlite3.connect(file)) as database:
            database.execute(statement)


def queued(file: Path) -> list[Delivered]:
    """Read the mails in the queue."""
    with closing(sqlite3.connect(file)) as database:
        rows = database.execute("SELECT * FROM mail_queue ORDER BY rowid").fetchall()
    return [
        Delivered(
            sender_name=name,
            reply_to=(reply_to,),
            to=(to,),
            subject=subject,
            text=text,
            html=html,
            language=language,
            message_id=key,
            logo=logo,
        )
        for key, name, reply_to, to, subject, text, html, language, logo in rows
    ]
