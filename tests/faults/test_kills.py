"""Processes that are killed while clients send: what was acknowledged is there, once, with its file."""

import signal
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID, uuid4

import attrs
import psycopg
import pytest

from tests.faults.load import Found, Place, acknowledged, find, sender
from tests.faults.servers import Server
from tests.faults.tally import Tally

KILLS = 6
"""The number of processes that are killed, one after the other."""
BEFORE = 6
"""The number of messages that each of them acknowledges before it is killed."""


@pytest.fixture
def place(database: str, tmp_path: Path) -> Place:
    """A portal."""
    return Place.furnish(database, tmp_path / "files")


@attrs.define
class Clients:
    """Clients who send each message until it is acknowledged, as a person presses `Versturen` again."""

    names: list[UUID] = attrs.field(factory=list)
    known: set[UUID] = attrs.field(factory=set)

    def ask(self, process: "subprocess.Popen[str]", number: int) -> None:
        """Send what was not acknowledged before, and new messages."""
        waiting = [name for name in self.names if name not in self.known]
        fresh = [uuid4() for _each in range(number - len(waiting))]
        self.names += fresh
        assert process.stdin is not None
        process.stdin.write("".join(f"{name}\n" for name in (*waiting, *fresh)))
        process.stdin.flush()

    def hear(self, process: "subprocess.Popen[str]", number: int) -> None:
        """Wait for a number of answers."""
        assert process.stdout is not None
        for _each in range(number):
            self.known |= acknowledged(process.stdout.readline()).keys()

    def finish(self, place: Place) -> None:
        """Send the rest."""
        with sender(place) as process:
            self.ask(process, 0)
            said, _errors = process.communicate()
        self.known |= acknowledged(said).keys()

    def tally(self, found: Found, *, scenario: str, faults: int) -> Tally:
        """Compare what was acknowledged with what was found."""
        return Tally(
            scenario=scenario,
            operations=len(self.names),
            faults=faults,
            acknowledged=len(self.known),
            lost=len(self.known - found.messages.keys()) + len(found.damaged),
            doubled=sum(count - 1 for count in found.messages.values()),
        )


def test_a_killed_portal(place: Place, named: str) -> None:
    """AL-2, AT-5: after ``kill -9`` at any moment, nothing acknowledged is lost, and nothing is there twice."""
    clients = Clients()
    for _each in range(KILLS):
        with sender(place) as process:
            clients.ask(process, 4 * BEFORE)
            clients.hear(process, BEFORE)
            process.send_signal(signal.SIGKILL)
            assert process.stdout is not None
            clients.known |= acknowledged(process.stdout.read()).keys()
    clients.finish(place)
    assert set(clients.names) == clients.known
    clients.tally(find(place), scenario=f"portal killed under load ({named})", faults=KILLS).require_whole()


@pytest.mark.postgres
def test_a_killed_server(tmp_path: Path) -> None:
    """AL-2: after a crash of PostgreSQL the portal needs no restart; nothing acknowledged is lost or doubled."""
    clients, crashes = Clients(), 3
    with TemporaryDirectory(prefix="klantportaal-pg-") as folder:
        server = Server(Path(folder))
        server.start()
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            connection.execute("CREATE DATABASE portaal TEMPLATE template0 ENCODING 'UTF8'")
        place = Place.furnish(urlunsplit(urlsplit(server.dsn)._replace(path="/portaal")), tmp_path / "files")
        with sender(place) as process:
            for _each in range(crashes):
                before = len(clients.names)
                clients.ask(process, 4 * BEFORE)
                clients.hear(process, BEFORE)
                server.kill()
                clients.hear(process, 4 * BEFORE - BEFORE)
                server.restart()
                assert len(clients.names) > before
            clients.ask(process, 0)
            process.communicate()
        clients.finish(place)
        found = find(place)
        server.stop()
    assert set(clients.names) >= clients.known
    clients.tally(found, scenario="PostgreSQL killed under load", faults=crashes).require_whole()


def test_a_full_disk(place: Place, named: str) -> None:
    """AL-2: when no file can grow, as on a full disk, messages are refused whole. What was acknowledged is whole.

    PostgreSQL is another process, whose files can grow. There, only the files of messages have no room.
    """
    clients = Clients()
    is_here = "://" not in place.database
    room = Path(place.database).stat().st_size + 64 * 1024 if is_here else 16 * 1024
    with sender(place, "sh", "-c", 'ulimit -f "$0" && exec "$@"', str(room // 512)) as process:
        clients.ask(process, 100)
        said, _errors = process.communicate()
    clients.known |= acknowledged(said).keys()
    refused = len(clients.names) - len(clients.known)
    during = find(place)
    assert set(during.messages) == clients.known
    clients.finish(place)  # There is room again.
    assert set(clients.names) == clients.known
    clients.tally(find(place), scenario=f"full disk ({named})", faults=refused).require_whole()
