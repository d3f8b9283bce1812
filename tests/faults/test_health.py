"""The health report under real faults: it has them, and raises no error (AL-6)."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from klantportaal import Finding, Portal, Verdict, embedded
from klantportaal.adapters.mail.memory import MemorySender
from klantportaal.adapters.mail.smtp import SmtpSender
from klantportaal.domain.accounts import ClientKind, NewClient
from klantportaal.domain.offices import OfficeProfile
from klantportaal.domain.outgoing import Lane
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import Language

PEPPER = b"p" * 32
PROFILE = OfficeProfile(name="Kantoor", contact_address="info@example.nl")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a portal."""
    return tmp_path / "portal"


@pytest.fixture
def portal(folder: Path) -> Iterator[Portal]:
    """A portal on SQLite and a disk."""
    opened = embedded.portal(folder, mail=MemorySender(), pepper=PEPPER)
    yield opened
    opened.close()


def test_real_disks_are_told(portal: Portal, folder: Path) -> None:
    """AL-6: the report writes and removes a real file, and has the free space of the disk."""
    health = portal.health()
    assert (health.database.problem, health.files.problem, health.disk.problem) == (None, None, None)
    assert health.database.latency is not None
    assert health.disk.files is not None
    assert health.disk.database is not None
    assert list((folder / "files").rglob("*health*")) == []


def test_files_that_are_gone(portal: Portal, folder: Path) -> None:
    """AL-6: if the folder of the files is gone, as of a disk that is not mounted, files and their disk say so."""
    (folder / "files").rename(folder / "elsewhere")
    health = portal.health()
    assert (health.files.problem, health.disk.problem) == ("Unavailable", "Unavailable")
    assert (health.verdict, health.findings[0]) == (Verdict.FAILING, Finding.FILES_FAIL)
    (folder / "elsewhere").rename(folder / "files")
    assert portal.health().files.problem is None


def test_a_damaged_database_is_told(portal: Portal, folder: Path) -> None:
    """AL-6: a database that is none any more is failing, and all that hangs on it is unknown."""
    portal.close()
    for place in folder.glob("portal.sqlite3*"):
        place.write_bytes(b"no database at all" * 1000)
    health = portal.health()
    assert health.database.problem == health.outbox.problem == health.sealer.problem == "DatabaseDamaged"
    assert health.verdict is Verdict.FAILING


def test_a_closed_port_is_told_without_the_address(folder: Path) -> None:
    """AL-6: a mail server whose port is closed is in the report with its reason, also of the next process."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]  # Nobody listens on it, and nobody else gets it.
        sender = SmtpSender("127.0.0.1", port, sender="portaal@example.nl", tls="none")
        portal = embedded.portal(folder, mail=sender, pepper=PEPPER)
        office = portal.offices.ensure("kantoor", "https://portaal.example.nl", PROFILE)
        new = NewClient(kind=ClientKind.PERSON, name="Jan", email="jan@example.nl", language=Language.DUTCH)
        portal.office.clients.invite(OfficeActor(office_id=office, handler="mr. A. de Wit"), new)
        portal.background.dispatcher.run_once()
        portal.close()
    other = embedded.portal(folder, mail=MemorySender(), pepper=PEPPER)
    health = other.health()
    (awaited,) = (each for each in health.outbox.lanes if each.lane is Lane.AWAITED)
    assert awaited.fails
    assert "refused" in (awaited.problem or "")
    assert Finding.LANE_FAILS in health.findings
    assert "jan@example.nl" not in repr(health)
    other.close()
