"""Backups while others write and remove: each is whole, restored and verified. An interrupted one is none."""

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID, uuid4

import attrs
import pytest

from klantportaal import embedded
from klantportaal.domain.errors import Unavailable
from klantportaal.domain.values import DraftId
from tests.conftest import lacking
from tests.faults.load import Place, acknowledged, find, send, sender
from tests.faults.tally import Tally
from tests.support.postgres import find_binaries, temporary_database

BACKUPS = 8


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A portal on each database in turn."""
    if request.param == "sqlite":
        yield Place.furnish(str(tmp_path / "portal.sqlite3"), tmp_path / "files")
        return
    request.getfixturevalue("postgres_tools")
    with temporary_database(request.getfixturevalue("postgres_server")) as dsn:
        yield Place.furnish(dsn, tmp_path / "files")


@pytest.fixture
def postgres_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """The programs pg_dump and pg_restore, of the machine or of the server of the tests."""
    if (binaries := find_binaries()) is not None:
        monkeypatch.setenv("PATH", f"{os.environ['PATH']}{os.pathsep}{binaries}")
    if shutil.which("pg_dump") is None:
        lacking("no pg_dump", required_by="KLANTPORTAAL_REQUIRE_POSTGRES")


@contextmanager
def restored(place: Place, backup: Path, folder: Path, request: pytest.FixtureRequest) -> Iterator[Place]:
    """Restore a backup as docs/how-to/backups.md says."""
    embedded.restore(backup, folder)
    if "://" not in place.database:
        yield attrs.evolve(place, database=str(folder / "portal.sqlite3"), files=folder / "files")
        return
    with temporary_database(request.getfixturevalue("postgres_server")) as dsn:
        subprocess.run(["pg_restore", "--exit-on-error", f"--dbname={dsn}", str(folder / "portal.dump")], check=True)
        yield attrs.evolve(place, database=dsn, files=folder / "files")


@contextmanager
def load(place: Place) -> Iterator[list[UUID]]:
    """Send messages from another process, and stage and remove files in this one, until the context ends."""
    ended = threading.Event()
    known: list[UUID] = []

    def feed(process: "subprocess.Popen[str]") -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        while not ended.is_set():
            process.stdin.write(f"{uuid4()}\n")
            process.stdin.flush()
            known.extend(acknowledged(process.stdout.readline()))

    def come_and_go() -> None:
        with place.opened() as (portal, actor):
            while not ended.is_set():
                draft = DraftId(uuid4())
                stage, unstage = portal.client.attachments.stage, portal.client.attachments.unstage
                row = stage(actor, place.dossier_id, draft, name="weg.pdf", blocks=[b"%PDF-1.7\n"])
                unstage(actor, place.dossier_id, row.id)

    with sender(place) as process:
        threads = [threading.Thread(target=feed, args=(process,)), threading.Thread(target=come_and_go)]
        for thread in threads:
            thread.start()
        try:
            yield known
        finally:
            ended.set()
            for thread in threads:
                thread.join()
            process.communicate()


def test_backups_under_load_are_whole(place: Place, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """DC-4, AL-3: each of eight backups under load has every message that was acknowledged before it, undamaged."""
    before: list[set[UUID]] = []
    with load(place) as known, place.opened() as (portal, _actor):
        for number in range(BACKUPS):
            while len(known) < 4 * (number + 1):
                ended = threading.Event()
                ended.wait(0.01)
            before.append(set(known))
            assert portal.background.backup(tmp_path / f"backup{number}").is_whole
    lost = doubled = 0
    for number, due in enumerate(before):
        with restored(place, tmp_path / f"backup{number}", tmp_path / f"again{number}", request) as again:
            found = find(again)
            with again.opened() as (portal, _actor):
                verified = portal.background.verify()
            assert verified.holds, verified.faults
            assert verified.files >= len(found.messages)
            lost += len(due - found.messages.keys()) + len(found.damaged)
            doubled += sum(count - 1 for count in found.messages.values())
    Tally(
        scenario=f"backups under load ({request.node.callspec.id})",
        operations=len(known),
        faults=BACKUPS,
        acknowledged=sum(map(len, before)),
        lost=lost,
        doubled=doubled,
    ).require_whole()


INTERRUPTED = """
    import os, signal, sys
    from pathlib import Path
    from klantportaal.adapters.files.disk import DiskFiles
    from tests.faults.load import assemble, open_storage

    left = int(sys.argv[4])
    real = DiskFiles.write

    def write(disk, key, blocks):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(disk, key, blocks)

    DiskFiles.write = write
    storage = open_storage(sys.argv[1])
    assemble(storage, Path(sys.argv[2])).background.backup(Path(sys.argv[3]))
"""


def test_a_killed_backup_is_none(tmp_path: Path) -> None:
    """AL-2: a backup that was killed has no name, is not restored, keeps nothing locked, and hinders no later one."""
    place = Place.furnish(str(tmp_path / "portal.sqlite3"), tmp_path / "files")
    with place.opened() as (portal, actor):
        names = [uuid4() for _each in range(4)]
        for name in names:
            send(portal, actor, place.dossier_id, name)
        for left in range(4):
            command = [sys.executable, "-c", textwrap.dedent(INTERRUPTED), place.database, str(place.files)]
            killed = subprocess.run([*command, str(tmp_path / "backup"), str(left)], check=False)
            assert killed.returncode == -signal.SIGKILL
            assert not (tmp_path / "backup").exists()
        unfinished = list(tmp_path.glob("backup.unfinished-*"))
        assert len(unfinished) == 4
        for each in unfinished:
            with pytest.raises(FileNotFoundError, match="not a complete backup"):
                embedded.restore(each, tmp_path / "again")
        portal.background.backup(tmp_path / "backup")
        embedded.restore(tmp_path / "backup", tmp_path / "again")
    again = attrs.evolve(place, database=str(tmp_path / "again/portal.sqlite3"), files=tmp_path / "again/files")
    found = find(again)
    assert (set(found.messages), found.damaged) == (set(names), frozenset())


@pytest.mark.postgres
def test_a_password_is_not_in_the_command(
    postgres_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AL-6: pg_dump gets the password in its environment. Its error output is reported, and no backup is kept."""
    program = tmp_path / "bin/pg_dump"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\necho "$@" >"$0.said"\necho "$PGPASSWORD" >"$0.secret"\necho broken >&2\nexit 1\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    with temporary_database(postgres_server) as dsn:
        place = Place.furnish(conninfo_with_password(dsn), tmp_path / "files")
        with place.opened() as (portal, _actor), pytest.raises(Unavailable, match="pg_dump: broken"):
            portal.background.backup(tmp_path / "backup")
    assert "s3cret" not in Path(f"{program}.said").read_text()
    assert Path(f"{program}.secret").read_text() == "s3cret\n"
    assert not list(tmp_path.glob("backup*"))


def conninfo_with_password(dsn: str) -> str:
    """Add a password to a DSN. The server of the tests asks for none."""
    return f"{dsn}{'&' if '?' in dsn else '?'}password=s3cret"


@pytest.mark.postgres
def test_without_pg_dump(postgres_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-1: without pg_dump a backup of PostgreSQL is refused with the reason, and nothing is written."""
    with temporary_database(postgres_server) as dsn:
        place = Place.furnish(dsn, tmp_path / "files")
        with place.opened() as (portal, _actor):
            monkeypatch.setenv("PATH", str(tmp_path))
            with pytest.raises(FileNotFoundError, match="needs pg_dump"):
                portal.background.backup(tmp_path / "backup")
    assert not list(tmp_path.glob("backup*"))
