"""Backups of a portal that is in use, and the verification of everything that is stored."""

import errno
import hashlib
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from klantportaal import embedded, folders
from klantportaal.adapters.files.disk import DiskFiles
from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.domain.backups import Backup, DataPart, DataProgress, FileFault, FileFaultKind
from klantportaal.domain.documents import StoredFile
from klantportaal.domain.errors import FileDamaged, StorageFull, Unavailable
from klantportaal.domain.values import FileKey
from klantportaal.ports.files import Blocks
from klantportaal.ports.reading import Reading
from klantportaal.usecases.background import backups
from klantportaal.usecases.office import audit
from tests.usecases.world import World

NUMBER = 5
"""The number of documents."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A portal on SQLite, with documents in a dossier."""
    storage = SqlStorage.sqlite(tmp_path / "now.sqlite3")
    storage.migrate()
    world = World(storage=storage)
    client = world.onboard()
    dossier = world.dossier(client)
    for _each in range(NUMBER):
        world.publish(dossier, client)
    yield world
    storage.close()


def files_of(read: Reading) -> list[StoredFile]:
    """List the files that rows refer to."""
    return list(read.named_files(size=1000))


@contextmanager
def restored(backup: Path, folder: Path) -> Iterator[tuple[Reading, DiskFiles]]:
    """Restore a backup, and open what is stored in it."""
    embedded.restore(backup, folder)
    storage = SqlStorage.sqlite(folder / "portal.sqlite3")
    try:
        yield storage.read, DiskFiles(folder / "files")
    finally:
        storage.close()


def unreadable(world: World, key: FileKey, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a file fail to be read, as on a broken disk."""
    real = world.files.read

    def read(asked: FileKey) -> Blocks:
        if asked == key:
            raise Unavailable("the disk is broken")
        return real(asked)

    monkeypatch.setattr(world.files, "read", read)


def files_told(files: list[StoredFile]) -> list[DataProgress]:
    """Give what must be told of reading these files: before the first, and after each."""
    sizes = [file.size for file in files]
    return [
        DataProgress(part=DataPart.FILES, done=done, total=len(sizes), size=sum(sizes[:done]), total_size=sum(sizes))
        for done in range(len(sizes) + 1)
    ]


def damage(world: World, monkeypatch: pytest.MonkeyPatch) -> tuple[FileFault, ...]:
    """Remove a file, change two, and let one fail to be read; return these faults, in the order of the keys."""
    missing, longer, other, broken, _sound = files_of(world.storage.read)
    del world.files.contents[missing.key]
    world.files.contents[longer.key] += b"x"
    world.files.contents[other.key] = bytes(other.size)
    unreadable(world, broken.key, monkeypatch)
    kinds = {
        missing.key: FileFaultKind.MISSING,
        longer.key: FileFaultKind.ALTERED,
        other.key: FileFaultKind.ALTERED,
        broken.key: FileFaultKind.UNREADABLE,
    }
    return tuple(FileFault(kind=kind, key=key) for key, kind in kinds.items())


class TestBackup:
    """``portal.background.backup``."""

    @pytest.mark.parametrize("batch", [1, 2, NUMBER, 500])
    def test_a_backup_has_everything(
        self, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch: int
    ) -> None:
        """DC-4: a backup has the database and every file, in however many reads; restored, it is what there was."""
        monkeypatch.setattr(backups, "BATCH", batch)
        files = files_of(world.storage.read)
        made = world.portal.background.backup(tmp_path / "backup")
        size = sum(file.size for file in files)
        assert made == Backup(made_at=world.clock.now(), files=NUMBER, size=size, faults=())
        assert made.is_whole
        with restored(tmp_path / "backup", tmp_path / "again") as (read, disk):
            assert files_of(read) == files
            assert list(read.offices()) == list(world.storage.read.offices())
            for file in files:
                assert b"".join(disk.read(file.key)) == world.files.contents[file.key]

    def test_the_manifest_names_everything(self, world: World, tmp_path: Path) -> None:
        """DC-4: ``SHA256SUMS`` has the digest of every file of the backup, and the manifest has the digest of it."""
        made = world.portal.background.backup(tmp_path / "backup")
        sums = (tmp_path / "backup/SHA256SUMS").read_text()
        listed = {name: digest for digest, name in (line.split("  ") for line in sums.splitlines())}
        present = {
            str(each.relative_to(tmp_path / "backup")): hashlib.sha256(each.read_bytes()).hexdigest()
            for each in (tmp_path / "backup").rglob("*")
            if each.is_file() and each.name not in ("SHA256SUMS", "manifest.json", "keeping.lock")
        }
        assert listed == present
        assert json.loads((tmp_path / "backup/manifest.json").read_text()) == {
            "klantportaal": "0.1.0",
            "made_at": made.made_at.isoformat(),
            "files": made.files,
            "size": made.size,
            "faults": {},
            "sums": hashlib.sha256(sums.encode()).hexdigest(),
        }
        assert not [each for each in (tmp_path / "backup").rglob("*") if each.stat().st_mode & 0o077]

    def test_a_damaged_file_does_not_stop_a_backup(
        self, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        """AL-6: damaged files are left out, named and logged; all other files are in the backup."""
        *_damaged, sound = files_of(world.storage.read)
        faults = damage(world, monkeypatch)
        made = world.portal.background.backup(tmp_path / "backup")
        assert made == Backup(made_at=world.clock.now(), files=1, size=sound.size, faults=faults)
        assert not made.is_whole
        told = json.loads((tmp_path / "backup/manifest.json").read_text())
        assert told["faults"] == {fault.key: fault.kind for fault in faults}
        logged = [each.getMessage() for each in caplog.records if each.levelno >= logging.ERROR]
        assert [fault.key in line for fault, line in zip(faults, logged, strict=True)] == [True] * 4
        with restored(tmp_path / "backup", tmp_path / "again") as (_read, disk):
            assert b"".join(disk.read(sound.key)) == world.files.contents[sound.key]
            with pytest.raises(FileDamaged):
                disk.read(faults[0].key)

    def test_what_comes_and_goes_meanwhile(self, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """AL-3: a file that is removed after the copy of the database is kept for it; a newer one is not needed."""
        first = files_of(world.storage.read)[0]
        real = world.storage.copy

        @contextmanager
        def copy(folder: Path) -> Iterator[Reading]:
            with real(folder) as read:
                world.files.remove(first.key)
                world.files.write(FileKey("newer"), [b"x"])
                yield read

        monkeypatch.setattr(world.storage, "copy", copy)
        assert world.portal.background.backup(tmp_path / "backup").is_whole
        with restored(tmp_path / "backup", tmp_path / "again") as (_read, disk):
            assert b"".join(disk.read(first.key)) == world.files.contents[first.key]
        world.files.remove(first.key)
        assert first.key not in world.files.contents

    @pytest.mark.parametrize("number", [0, 2])
    def test_a_full_disk_leaves_nothing(
        self, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
    ) -> None:
        """AL-2: a backup that fails keeps nothing, and the next one works."""
        real = DiskFiles.write
        left = iter(range(number))

        def write(disk: DiskFiles, key: FileKey, blocks: Iterator[bytes]) -> object:
            if next(left, None) is None:
                raise StorageFull
            return real(disk, key, blocks)

        with monkeypatch.context() as patched:
            patched.setattr(DiskFiles, "write", write)
            with pytest.raises(StorageFull):
                world.portal.background.backup(tmp_path / "backup")
        assert not [each for each in tmp_path.iterdir() if each.name.startswith("backup")]
        assert world.portal.background.backup(tmp_path / "backup").is_whole

    def test_a_disk_that_is_full_at_the_end(
        self, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """AL-2: a full disk raises ``StorageFull``, also while the lists of the backup are written."""

        def write_file(_place: Path, _blocks: object) -> None:
            raise OSError(errno.ENOSPC, "no space")

        monkeypatch.setattr(folders, "write_file", write_file)
        with pytest.raises(StorageFull, match="for the backup"):
            world.portal.background.backup(tmp_path / "backup")
        assert not list(tmp_path.glob("backup*"))

    def test_progress(self, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """AL-6: a backup tells how many files and bytes it has read, of how many; damaged ones too."""
        damage(world, monkeypatch)
        told: list[DataProgress] = []
        world.portal.background.backup(tmp_path / "backup", progress=told.append)
        assert told == files_told(files_of(world.storage.read))

    def test_what_stops_the_progress_stops_the_backup(self, world: World, tmp_path: Path) -> None:
        """AL-2: an error of the caller's function is raised, and nothing is kept."""
        left = [0, 0]
        with pytest.raises(IndexError):
            world.portal.background.backup(tmp_path / "backup", progress=lambda _told: left.pop())
        assert not list(tmp_path.glob("backup*"))

    def test_a_taken_place_is_refused(self, world: World, tmp_path: Path) -> None:
        """AL-1: a backup replaces nothing but an empty folder, and makes the folders above it."""
        (tmp_path / "file").write_text("mine")
        (tmp_path / "folder").mkdir()
        (tmp_path / "folder/mine").write_text("mine")
        (tmp_path / "link").symlink_to(tmp_path / "nowhere")
        before = sorted(tmp_path.rglob("*"))
        for name in ("file", "folder", "link"):
            with pytest.raises(FileExistsError, match=f"{name} exists"):
                world.portal.background.backup(tmp_path / name)
        assert sorted(tmp_path.rglob("*")) == before
        (tmp_path / "empty").mkdir()
        assert world.portal.background.backup(tmp_path / "empty").is_whole
        assert world.portal.background.backup(tmp_path / "years/2026/november").is_whole

    def test_a_storage_in_memory_has_no_backup(self, tmp_path: Path) -> None:
        """AL-1: a backup of a storage in memory is refused, and nothing is written."""
        with pytest.raises(NotImplementedError, match="in memory"):
            World().portal.background.backup(tmp_path / "backup")
        assert list(tmp_path.iterdir()) == []


class TestVerify:
    """``portal.background.verify``."""

    def test_all_is_well(self, world: World) -> None:
        """DC-4: each file is counted once, and the trail of every office is verified and holds."""
        world.other_office()
        found = world.portal.background.verify()
        assert (found.files, found.faults) == (NUMBER, ())
        assert found.size == sum(file.size for file in files_of(world.storage.read))
        assert found.trails.keys() == {office.id for office in world.storage.read.offices()}
        assert len(found.trails) == 2
        assert found.holds

    def test_every_fault_is_named(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """DC-4, AL-6: every damaged file is named, not the first only."""
        faults = damage(world, monkeypatch)
        found = world.portal.background.verify()
        assert found.faults == faults
        assert found.files == NUMBER
        assert not found.holds

    def test_progress(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """AL-6: a verification tells how many files, and then entries of all trails, it has read, of how many."""
        world.portal.background.sealer.run_once()
        world.other_office()
        monkeypatch.setattr(audit, "BATCH", 2)
        told: list[DataProgress] = []
        trails = world.portal.background.verify(progress=told.append).trails.values()
        files = files_told(files_of(world.storage.read))
        assert told[: len(files)] == files
        counts = [each.sealed + each.unsealed for each in trails]
        expected = [
            sum(counts[:trail]) + done
            for trail, count in enumerate(counts)
            for done in (*range(2, count + 1, 2), count)
        ]
        assert [each.done for each in told[len(files) :]] == expected
        assert {(each.part, each.total) for each in told[len(files) :]} == {(DataPart.ENTRIES, sum(counts))}

    def test_a_file_that_was_removed_meanwhile_is_no_fault(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """DC-4: a file whose row was removed after it was listed may be gone."""
        client = world.sign_in()
        dossier = world.dossier(client, number="2026-002")
        draft = world.portal.client.messages.new_draft()
        row = world.portal.client.attachments.stage(client, dossier, draft, name="a.pdf", blocks=[b"%PDF-1.7\n"])
        key = next(each.key for each in files_of(world.storage.read) if each.name == "a.pdf")
        real: Callable[[FileKey], Blocks] = world.files.read

        def read(asked: FileKey) -> Blocks:
            if asked == key:
                world.portal.client.attachments.unstage(client, dossier, row.id)
            return real(asked)

        monkeypatch.setattr(world.files, "read", read)
        found = world.portal.background.verify()
        assert found.holds
        assert key not in world.files.contents

    def test_a_broken_trail(self, world: World) -> None:
        """SI-5: a trail that was changed does not hold, and the result says so."""
        world.portal.background.sealer.run_once()
        assert isinstance(world.storage, SqlStorage)
        with world.storage._engines.writing.begin() as connection:
            for table in ("entries", "chains"):
                triggers = connection.exec_driver_sql(
                    "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", (table,)
                )
                for [name] in triggers.all():
                    connection.exec_driver_sql(f"DROP TRIGGER {name}")
            connection.exec_driver_sql("UPDATE entries SET network_address = 'elsewhere' WHERE number = 2")
        found = world.portal.background.verify()
        assert not found.holds
        assert (found.faults, [trail.holds for trail in found.trails.values()]) == ((), [False])


class TestRestore:
    """``embedded.restore``."""

    @pytest.fixture
    def backup(self, world: World, tmp_path: Path) -> Path:
        """A backup of the portal."""
        world.portal.background.backup(tmp_path / "backup")
        return tmp_path / "backup"

    def test_every_damage_is_named(self, backup: Path, tmp_path: Path) -> None:
        """DC-4: a damaged backup is not restored; each damaged or missing file of it is named."""
        one, other, *_rest = sorted((backup / "files").glob("???/*"))
        one.write_bytes(one.read_bytes() + b"x")
        other.unlink()
        with (backup / "SHA256SUMS").open("a") as sums:
            sums.write(f"{'00' * 32}  ../now.sqlite3\n{'00' * 32}  /etc/hostname\n")
        with pytest.raises(FileDamaged) as failure:
            embedded.restore(backup, tmp_path / "again")
        named = [one.relative_to(backup), other.relative_to(backup), "../now.sqlite3", "/etc/hostname", "SHA256SUMS"]
        assert all(str(name) in str(failure.value) for name in named)
        assert "portal.sqlite3," not in str(failure.value).replace("now.sqlite3", "")
        assert not [each for each in tmp_path.iterdir() if each.name.startswith("again")]

    def test_progress(self, backup: Path, tmp_path: Path) -> None:
        """AL-6: restoring tells how many files and bytes of the backup it has copied, of how many; missing ones too."""
        one, *others = sorted((backup / "files").glob("???/*"))
        one.unlink()
        sizes = [each.stat().st_size for each in (backup / "portal.sqlite3", *others)]
        told: list[DataProgress] = []
        with pytest.raises(FileDamaged):
            embedded.restore(backup, tmp_path / "again", progress=told.append)
        assert [each.done for each in told] == list(range(NUMBER + 2))
        assert (told[0].size, told[-1].size) == (0, sum(sizes))
        assert {(each.total, each.total_size) for each in told} == {(NUMBER + 1, sum(sizes))}

    def test_only_a_whole_backup_into_an_empty_place(self, backup: Path, tmp_path: Path) -> None:
        """AL-1: anything but a complete backup is refused; so is a folder that is not empty."""
        unfinished = tmp_path / "other.unfinished-x"
        unfinished.mkdir()
        (unfinished / "portal.sqlite3").write_bytes(b"")
        for source in (unfinished, tmp_path / "nothing"):
            with pytest.raises(FileNotFoundError, match="not a complete backup"):
                embedded.restore(source, tmp_path / "again")
        with pytest.raises(FileExistsError):
            embedded.restore(backup, backup)
        assert not (tmp_path / "again").exists()
