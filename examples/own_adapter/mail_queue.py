"""A complete mail adapter: it writes mails to a table of the vendor, whose own program sends them.

``klantportaal.ports.mail.MailSender`` states its promises, and ``klantportaal.testing`` tests them.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

import attrs

from klantportaal.ports.mail import Mail, MailServerUnavailable, MailUnavailable, Undeliverable
from klantportaal.text import address, plain_line, plain_text

TABLE = """
    CREATE TABLE IF NOT EXISTS mail_queue (
        key TEXT PRIMARY KEY, sender_name TEXT NOT NULL, reply_to TEXT NOT NULL, recipient TEXT NOT NULL,
        subject TEXT NOT NULL, text TEXT NOT NULL, html TEXT NOT NULL, language TEXT NOT NULL,
        logo BLOB
    )
"""


@attrs.frozen
class MailQueue:
    """Writes each mail as a row. A mail with a known key is skipped."""

    file: Path
    patience: float = 5.0
    """Seconds to wait while another process writes to the file."""

    def send(self, mail: Mail, *, key: str) -> None:
        """Queue a mail, unless it was queued before."""
        if address(mail.to) is None:
            raise Undeliverable(f"not one e-mail address: {mail.to}")
        lines = (plain_line(each) for each in (mail.sender_name, mail.reply_to, mail.to, mail.subject))
        row = (key, *lines, plain_text(mail.text), plain_text(mail.html), mail.language, mail.logo)
        try:
            with closing(sqlite3.connect(self.file, timeout=self.patience)) as database, database:
                database.execute(TABLE)
                database.execute("INSERT OR IGNORE INTO mail_queue VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        except sqlite3.OperationalError as error:  # Locked, no room, or gone: all mail waits.
            raise MailServerUnavailable(f"the queue {self.file} does not work ({error}): check its disk") from error
        except sqlite3.Error as error:  # The table refuses this row: the portal retries this mail later.
            raise MailUnavailable(str(error)) from error

    def close(self) -> None:
        """Do nothing: nothing is kept open."""
