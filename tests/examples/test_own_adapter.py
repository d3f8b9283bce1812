"""The example of a vendor's own adapter fulfils the contract of its port."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from examples.own_adapter.mail_queue import MailQueue
from klantportaal.ports.mail import MailUnavailable
from klantportaal.testing.contracts.mail import MAIL, MailSenderContract
from klantportaal.testing.contracts.mail_messages import Delivered


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
        )
        for key, name, reply_to, to, subject, text, html, language in rows
    ]


def test_a_locked_queue_is_tried_again(tmp_path: Path) -> None:
    """AL-2: While another process locks the queue, sending is a temporary failure."""
    file = tmp_path / "vendor.sqlite3"
    MailQueue(file).send(MAIL, key="k1")
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(MailUnavailable):
            MailQueue(file, patience=0.01).send(MAIL, key="k2")
