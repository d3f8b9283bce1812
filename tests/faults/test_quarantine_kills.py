"""Processes that are killed while they judge files in quarantine: nobody reads a file that was not scanned (AT-3)."""

import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from klantportaal.domain.errors import FileWithheld
from klantportaal.domain.messages import MessageText
from klantportaal.domain.quarantine import QuarantineState
from klantportaal.domain.sessions import Actor
from klantportaal.portal import Portal
from tests.faults.judging import MOMENTS, VIRUS, Down, Finding, open_portal
from tests.faults.load import Place

GOOD, BAD = b"%PDF-1.7\n" + bytes(3000), b"%PDF-1.7\n" + VIRUS


@pytest.fixture
def place(database: str, tmp_path: Path) -> Place:
    """A portal."""
    return Place.furnish(database, tmp_path / "files")


def send(portal: Portal, actor: Actor, place: Place) -> None:
    """Send a message with a good file and a bad one."""
    draft = portal.client.messages.new_draft()
    for name, content in (("goed.pdf", GOOD), ("fout.pdf", BAD)):
        portal.client.attachments.stage(actor, place.dossier_id, draft, name=name, blocks=[content])
    portal.client.messages.send(actor, place.dossier_id, draft, MessageText(subject="Stukken", body="Hierbij."))


def found(place: Place) -> dict[str, bytes | QuarantineState | None]:
    """Give what the client reads of each file, or why it cannot."""
    with place.opened() as (portal, actor):
        read: dict[str, bytes | QuarantineState | None] = {}
        for row in portal.client.dossiers.submissions(actor, place.dossier_id):
            try:
                blocks = portal.client.dossiers.download_submission(actor, place.dossier_id, row.id).blocks
                read[row.name] = b"".join(blocks)
            except FileWithheld:
                read[row.name] = row.quarantine
    return read


def told(place: Place) -> Sequence[str]:
    """List the judgements in the trail."""
    with place.opened() as (portal, _actor):
        kinds = ("FileReleased", "FileRejected")
        return sorted(each.entry.what for each in portal.office.audit.entries(place.desk) if each.entry.what in kinds)


def test_a_killed_judge(place: Place) -> None:
    """AT-3, AL-2: after ``kill -9`` at any step, a file waits or is judged, once, and nobody reads a bad one."""
    assert isinstance(place.files, Path)
    portal = open_portal(place.database, place.files, Down())
    with place.opened() as (_portal, actor):
        send(portal, actor, place)
    portal.close()
    waiting: dict[str, bytes | QuarantineState | None] = dict.fromkeys(
        ["fout.pdf", "goed.pdf"], QuarantineState.WAITING
    )
    for moment in MOMENTS:
        assert found(place) == waiting
        command = [sys.executable, "-m", "tests.faults.judging", place.database, str(place.files), moment]
        assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert found(place)["fout.pdf"] is QuarantineState.INFECTED
    portal = open_portal(place.database, place.files, Finding())
    portal.background.dispatcher.run_once()
    portal.close()
    assert found(place) == {"fout.pdf": QuarantineState.INFECTED, "goed.pdf": GOOD}
    assert told(place) == ["FileRejected", "FileReleased"]
