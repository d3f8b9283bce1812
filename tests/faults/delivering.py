"""A portal that sends webhooks. Run as a program, it sends what is due, and can kill itself meanwhile."""

import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

import attrs
from sqlalchemy import event

from klantportaal.adapters.anchors.memory import MemoryAnchors
from klantportaal.adapters.clock import SystemClock
from klantportaal.adapters.files.disk import DiskFiles
from klantportaal.adapters.mail.memory import MemorySender
from klantportaal.adapters.mail.texts import JinjaMailWriter
from klantportaal.adapters.secrets.ids import Uuid7Ids
from klantportaal.adapters.secrets.tokens import HmacTokens
from klantportaal.adapters.webhooks.poster import WebhookPoster
from klantportaal.domain.outgoing import DispatchTimes
from klantportaal.domain.webhooks import WebhookSettings
from klantportaal.portal import Portal
from klantportaal.ports.webhooks import WebhookPost, WebhookSender
from klantportaal.settings import Settings
from klantportaal.testing.fakes import CountingCodes, FewPasswords, PlainPasswords, PlainPdf, PlainSeals, PlainVault
from tests.faults.load import open_storage

MOMENTS = ("leased", "posted", "committing", "settled")
"""When a process kills itself: before it posts, after the answer, before that is committed, and before the task is
done."""
LEASE = timedelta(seconds=2)
WEBHOOKS = WebhookSettings(networks=("127.0.0.0/8",), timeout=timedelta(seconds=1), first_retry=timedelta(seconds=1))


def die() -> None:
    """End this process as ``kill -9`` does."""
    os.kill(os.getpid(), signal.SIGKILL)


@attrs.frozen
class Dying:
    """A sender whose process dies before or after a post, or at the commit after it, which is the first or second."""

    sender: WebhookSender
    moment: str
    answered: list[int]

    def send(self, post: WebhookPost) -> int:
        """Send."""
        if self.moment == "leased":
            die()
        status = self.sender.send(post)
        if self.moment == "posted":
            die()
        self.answered.append(status)
        return status


def open_portal(database: str, files: Path, moment: str = "") -> Portal:
    """Open a portal that sends webhooks to this machine. *moment* is when it dies, if it does."""
    storage, answered, commits = open_storage(database), list[int](), list[int]()

    def committing(_connection: object) -> None:
        if answered:
            commits.append(1)
            if (moment, len(commits)) in {("committing", 1), ("settled", 2)}:
                die()

    event.listen(storage._engines.writing, "commit", committing)
    return Portal.assemble(
        storage=storage,
        files=DiskFiles(files),
        anchors=MemoryAnchors(),
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
        webhooks=Dying(WebhookPoster(WEBHOOKS), moment, answered),
        settings=Settings(dispatch=DispatchTimes(lease=LEASE), webhooks=WEBHOOKS),
        closing=storage.close,
    )


def main(database: str, files: str, moment: str) -> None:
    """Send what is due, and die at a moment."""
    portal = open_portal(database, Path(files), moment)
    portal.background.dispatcher.run_once()
    portal.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
