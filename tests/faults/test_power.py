"""Power: what was acknowledged is on the disk. The system calls of a real process are traced."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import attrs
import pytest

from klantportaal.adapters.storage.sql import SqlStorage
from tests.conftest import lacking
from tests.faults.load import Place, acknowledged, find, sender
from tests.faults.tally import Tally

MESSAGES = 32
_CALLS = "write,pwrite64,writev,fsync,fdatasync,link,linkat,rename,mkdir,mkdirat,openat,open"
_CALL = re.compile(r"^\d+ +(\w+)\((.*)$")
_DESCRIPTOR = re.compile(r"^\d+<([^>]*)>")
_PATHS = re.compile(r'"((?:[^"\\]|\\.)*)"')


@pytest.fixture
def strace() -> str:
    """The tracer of system calls."""
    found = shutil.which("strace")
    if found is None:
        lacking("no strace", required_by="KLANTPORTAAL_REQUIRE_STRACE")
    return found


@attrs.define
class Disk:
    """What a process has written and not yet flushed, by the calls that a trace shows."""

    folder: Path
    unflushed: set[Path] = attrs.field(factory=set)
    flushed: int = 0

    def follow(self, name: str, arguments: str) -> None:
        """Take one call into account."""
        on = _DESCRIPTOR.match(arguments)
        place = Path(on[1]) if on else None
        match name:
            case "write" | "pwrite64" | "writev" if place and self._counts(place):
                self.unflushed.add(place)
            case "fsync" | "fdatasync" if place and self._counts(place):
                self.unflushed.discard(place)
                self.flushed += 1
            case "link" | "linkat" | "rename" | "mkdir" | "mkdirat":
                self._name(Path(_PATHS.findall(arguments)[-1]))
            case "open" | "openat" if "O_CREAT" in arguments and "O_EXCL" in arguments:
                self._name(Path(_PATHS.findall(arguments)[-1]))

    def _name(self, new: Path) -> None:
        """A new name is on the disk once its folder is flushed. The names of temporary files do not matter."""
        if self._counts(new) and new.parent.name != "writing":
            self.unflushed.add(new.parent)

    def _counts(self, place: Path) -> bool:
        """Tell whether a place must be on the disk. SQLite rebuilds the index of the log after a crash."""
        return place.is_relative_to(self.folder) and not place.name.endswith("-shm")


def calls(trace: Path) -> Iterator[tuple[str, str]]:
    """Read the calls of a trace in their order. A call that was interrupted by another thread counts where it began."""
    for line in trace.read_text(errors="replace").splitlines():
        found = _CALL.match(line)
        if found:
            yield found[1], found[2]


def test_each_acknowledged_message_is_on_the_disk(tmp_path: Path, strace: str) -> None:
    """AL-2: When a message is acknowledged, its rows and its file are flushed, and the file before the rows.

    A power failure at any later moment loses nothing of it.
    """
    folder = tmp_path / "portal"
    folder.mkdir()
    place = Place.furnish(str(folder / "portal.sqlite3"), folder / "files")
    trace = tmp_path / "trace.txt"
    names = [uuid4() for _each in range(MESSAGES)]
    with sender(place, strace, "-f", "-y", "-s", "200", "-e", f"trace={_CALLS}", "-o", os.fspath(trace)) as process:
        said = ""
        for name in names:  # One at a time, so that the trace shows what belongs to which message.
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(f"{name}\n")
            process.stdin.flush()
            said += process.stdout.readline()
        process.communicate()
    disk = Disk(folder)
    lost = told = 0
    for call, arguments in calls(trace):
        if call == "write" and '\\"message\\"' in arguments:
            told += 1
            lost += bool(disk.unflushed)
        elif call == "pwrite64" and "portal.sqlite3-wal>" in arguments:
            files = {each for each in disk.unflushed if each.is_relative_to(place.files)}
            assert files == set(), "a row was written before its file"
        disk.follow(call, arguments)
    assert told == MESSAGES
    assert disk.flushed >= 3 * MESSAGES
    found = find(place)
    assert set(acknowledged(said)) == set(names) == set(found.messages)
    Tally(
        scenario="power failure after each message (SQLite, traced)",
        operations=MESSAGES,
        faults=told,
        acknowledged=told,
        lost=lost,
        doubled=sum(count - 1 for count in found.messages.values()),
    ).require_whole()


def test_every_connection_has_the_settings(tmp_path: Path) -> None:
    """AL-2, SI-5: connections for writing and for reading flush each commit, run the trail's triggers, and keep to WAL.

    After a large transaction the log shrinks to 64 MiB.
    """
    storage = SqlStorage.sqlite(tmp_path / "portal.sqlite3")
    storage.migrate()
    settings = ("synchronous", "recursive_triggers", "journal_size_limit", "foreign_keys", "journal_mode")
    for engine in (storage._engines.writing, storage._engines.readers._engine):
        with engine.connect() as connection:
            found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in settings]
        assert found == [2, 1, 64 * 1024 * 1024, 1, "wal"]
    storage.close()
