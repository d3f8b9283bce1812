"""A portal that a test starts, kills and starts again. Run as a program, it sends the due mails of a database.

It can kill itself with SIGKILL after a mail: between the server's 250 and the mark in the database.
"""

import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

from klantportaal import OfficeProfile
from klantportaal.adapters.anchors.memory import MemoryAnchors
from klantportaal.adapters.clock import SystemClock
from klantportaal.adapters.files.memory import MemoryFiles
from klantportaal.adapters.mail.memory import MemorySender
from klantportaal.adapters.mail.smtp import SmtpSender
from klantportaal.adapters.mail.texts import JinjaMailWriter
from klantportaal.adapters.secrets.aes_vault import AesVault
from klantportaal.adapters.secrets.bcrypt_passwords import BcryptPasswords
from klantportaal.adapters.secrets.hmac_codes import HmacCodes
from klantportaal.adapters.secrets.hmac_seals import HmacSeals
from klantportaal.adapters.secrets.ids import Uuid7Ids
from klantportaal.adapters.secrets.tokens import HmacTokens
from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.domain.outgoing import DispatchTimes
from klantportaal.portal import Portal
from klantportaal.ports.mail import Mail, MailSender
from klantportaal.settings import Settings
from klantportaal.testing.fakes import FewPasswords, PlainPdf
from tests.support import smtp

PEPPER = b"pepper of the tests, for no-one!"
BASE = "https://portaal.kantoor.test"
AT_ONCE = DispatchTimes(lease=timedelta(milliseconds=1), merge=timedelta(0), first_retry=timedelta(milliseconds=1))
"""A task that was leased by a process that died is free at once."""


def open_storage(location: str) -> SqlStorage:
    """Open the storage at a path or a DSN."""
    return SqlStorage.postgresql(location) if "://" in location else SqlStorage.sqlite(Path(location))


def open_portal(location: str, mail: MailSender | None = None, *, times: DispatchTimes = AT_ONCE) -> Portal:
    """Open a portal on a migrated database, with one office. Its sender keeps mails in memory unless one is given."""
    storage = open_storage(location)
    portal = Portal.assemble(
        storage=storage,
        files=MemoryFiles(clock=SystemClock()),
        anchors=MemoryAnchors(),
        mail=mail or MemorySender(),
        mail_writer=JinjaMailWriter(),
        pdf=PlainPdf(),
        clock=SystemClock(),
        ids=Uuid7Ids(),
        tokens=HmacTokens(PEPPER),
        passwords=BcryptPasswords(PEPPER, cost=4),
        blocklist=FewPasswords(),
        seals=HmacSeals(PEPPER),
        codes=HmacCodes(PEPPER),
        vault=AesVault(PEPPER),
        settings=Settings(dispatch=times),
        closing=storage.close,
    )
    portal.offices.ensure("kantoor", BASE, OfficeProfile(name="Kantoor", contact_address="info@kantoor.test"))
    return portal


class Dying:
    """Sends mails, and kills its process after some of them."""

    def __init__(self, sender: MailSender, mails: int) -> None:
        self._sender = sender
        self._mails = mails

    def send(self, mail: Mail, *, key: str) -> None:
        """Send a mail. After the last one, the process ends before the mail is marked as sent."""
        self._sender.send(mail, key=key)
        self._mails -= 1
        if self._mails == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def close(self) -> None:
        """Close the connections."""
        self._sender.close()


def main(location: str, port: int, mails: int) -> None:
    """Send the due mails of a database, and die after some of them, unless there are fewer."""
    sender = SmtpSender(smtp.HOST, port, sender="portaal@kantoor.test", tls="none")
    portal = open_portal(location, Dying(sender, mails))
    portal.background.dispatcher.run_once()
    portal.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
