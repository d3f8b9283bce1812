"""A portal that judges the files in quarantine. Run as a program, it does so once, and can kill itself meanwhile."""

import os
import signal
import sys
from collections.abc import Callable, Generator, Iterable
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
from klantportaal.domain.errors import Unavailable
from klantportaal.domain.scanning import CLEAN, ScanOutcome, ScanPolicy, ScanVerdict, Unscanned
from klantportaal.domain.values import FileKey
from klantportaal.portal import Portal
from klantportaal.ports.scanner import Scanner
from klantportaal.settings import Settings
from klantportaal.testing.fakes import CountingCodes, FewPasswords, PlainPasswords, PlainPdf, PlainSeals, PlainVault
from tests.faults.load import open_storage
from tests.faults.mailing import AT_ONCE

VIRUS = b"virus"
MOMENTS = ("scanned", "committing", "removing")
"""When a process kills itself: with a verdict, before that is committed, and after that, before the file is removed."""


class Down:
    """A scanner that does not answer."""

    def scan(self, blocks: Iterable[bytes]) -> Generator[bytes, None, ScanVerdict]:
        """Pass the file on, and give no verdict."""
        yield from blocks
        raise Unavailable


@attrs.frozen
class Finding:
    """A scanner that finds a word."""

    then: Callable[[], None] = lambda: None
    """What happens after each scan."""

    def scan(self, blocks: Iterable[bytes]) -> Generator[bytes, None, ScanVerdict]:
        """Look for the word while the file passes."""
        content = b""
        for block in blocks:
            content += block
            yield block
        self.then()
        return ScanVerdict(outcome=ScanOutcome.INFECTED, found="virus") if VIRUS in content else CLEAN


class DyingFiles(DiskFiles):
    """Files of which the process never removes one: it dies first."""

    def remove(self, key: FileKey) -> None:
        """Die."""
        die()


def die() -> None:
    """End this process as ``kill -9`` does."""
    os.kill(os.getpid(), signal.SIGKILL)


def open_portal(database: str, files: Path, scanner: Scanner, moment: str = "") -> Portal:
    """Open a portal that lets files wait while they cannot be scanned. *moment* is when it dies, if it does."""
    storage, scanned = open_storage(database), list[bool]()
    if moment == "scanned":
        scanner = Finding(die)
    elif moment == "committing":
        scanner = Finding(lambda: scanned.append(True))
        event.listen(storage._engines.writing, "commit", lambda _connection: die() if scanned else None)
    return Portal.assemble(
        storage=storage,
        files=(DyingFiles if moment == "removing" else DiskFiles)(files),
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
        scanner=scanner,
        settings=Settings(dispatch=AT_ONCE, scanning=ScanPolicy(unscanned=Unscanned.QUARANTINE)),
        closing=storage.close,
    )


def main(database: str, files: str, moment: str) -> None:
    """Judge what waits, and die at a moment."""
    portal = open_portal(database, Path(files), Finding(), moment)
    portal.background.dispatcher.run_once()
    portal.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
