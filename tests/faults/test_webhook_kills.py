"""Processes that are killed while they send webhooks: no event is lost, and a repetition is known by its id (WH-2)."""

import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from klantportaal.domain.messages import MessageText
from klantportaal.domain.public_events import EventType
from klantportaal.domain.webhook_deliveries import WebhookDeliveryState
from klantportaal.domain.webhooks import NewWebhook
from tests.faults.delivering import LEASE, MOMENTS, open_portal
from tests.faults.load import Place
from tests.support.receivers import running

POSTED = {"leased": 1, "posted": 2, "committing": 2, "settled": 1}
"""How often the event arrives, if a process is killed at a moment and another one goes on."""


@pytest.fixture
def place(database: str, tmp_path: Path) -> Place:
    """A portal."""
    return Place.furnish(database, tmp_path / "files")


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_sender(place: Place, moment: str) -> None:
    """WH-2, AL-2: after ``kill -9`` at any step, each event arrives, at most once more than it was answered."""
    assert isinstance(place.files, Path)
    files = place.files
    with (
        running() as receiver,
        place.opened() as (_portal, actor),
        closing(open_portal(place.database, files)) as portal,
    ):
        new = NewWebhook(url=f"http://127.0.0.1:{receiver.port}/hook", types=(EventType.MESSAGE_SENT,))
        webhook = portal.office.webhooks.make(place.desk, new).webhook_id
        calls = portal.client.messages
        for _each in range(2):
            draft = calls.new_draft()
            calls.send(actor, place.dossier_id, draft, MessageText(subject="Vraag", body="Wanneer?"))
        command = [sys.executable, "-m", "tests.faults.delivering", place.database, str(files), moment]
        assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
        until, log = time.monotonic() + 60, portal.office.webhooks.deliveries(place.desk, webhook)
        while any(each.state is not WebhookDeliveryState.DELIVERED for each in log) and time.monotonic() < until:
            time.sleep(LEASE.total_seconds() / 4)
            portal.background.dispatcher.run_once()
            log = portal.office.webhooks.deliveries(place.desk, webhook)
        events = [each for each in portal.office.events.list(place.desk, size=1000).events if each.type in new.types]
        assert len(events) == len(log) == 2
        arrived = Counter(each.headers["webhook-id"] for each in receiver.received)
        assert sorted(arrived.values()) == sorted([1, POSTED[moment]])
        assert arrived.keys() == {str(each.id) for each in events}
