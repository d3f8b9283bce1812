"""Downloads: verified while they are sent, on record before the last block, and taken back if that is not sent."""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.adapters.files.memory import MemoryFiles
from klantportaal.adapters.storage.memory import MemoryStorage
from klantportaal.domain.documents import DocumentKind, StoredFile
from klantportaal.domain.errors import FileDamaged, Unavailable
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import DocumentId, DossierId, FileKey
from klantportaal.ports.files import BLOCK, Blocks
from klantportaal.usecases.shared import verified_files
from klantportaal.usecases.shared.downloading import Download
from tests.usecases.world import World

BLOCKS = 9
CONTENT = b"%PDF-1.7\n" + bytes(range(251)) * (BLOCKS * BLOCK // 251 - 1)
"""A PDF of nine blocks, the last of them not full."""
EVENTS = ("DownloadBegan", "DocumentDownloaded", "DownloadTakenBack", "PartDownloaded")


class Scene:
    """A client with one large document."""

    def __init__(self, *, storage: MemoryStorage | None = None) -> None:
        self.world = World(storage=storage)
        self.jan = self.world.onboard()
        self.dossier: DossierId = self.world.dossier(self.jan)
        self.document: DocumentId = self.world.publish(self.dossier, self.jan, content=CONTENT)
        [self.key] = self.world.files.contents

    def download(self, actor: Actor | None = None) -> Download:
        """Begin to download the document."""
        return self.world.portal.client.dossiers.download(actor or self.jan, self.dossier, self.document)

    def marked_at(self) -> datetime | None:
        """When the client downloaded the document first."""
        documents = self.world.portal.client.dossiers.documents(self.jan, self.dossier, DocumentKind.DOCUMENT)
        return documents[0].downloaded_at

    @property
    def told(self) -> list[str]:
        """What the trail has about downloads."""
        return [what for what in self.world.audit() if what in EVENTS]

    def damage(self, content: bytes) -> None:
        """Change the stored file."""
        self.world.files.contents[self.key] = content


@pytest.fixture
def scene() -> Scene:
    """Make the scene."""
    return Scene()


def until_last(download: Download) -> bytes:
    """Read everything before the last block."""
    blocks = iter(download.blocks)
    return b"".join(next(blocks) for _ in range(BLOCKS - 1))


# ------------------------------------------------------------------ on record before the last block
def test_the_mark_comes_before_the_last_block(scene: Scene) -> None:
    """DC-2: the mark and its entry are committed when the last block is given, and not before."""
    download = scene.download()
    assert until_last(download) == CONTENT[: (BLOCKS - 1) * BLOCK]
    assert (scene.marked_at(), scene.told) == (None, ["DownloadBegan"])
    assert next(download.blocks) == CONTENT[(BLOCKS - 1) * BLOCK :]
    assert (scene.marked_at(), scene.told) == (scene.world.clock.now(), ["DownloadBegan", "DocumentDownloaded"])
    assert list(download.blocks) == []
    download.close()
    assert scene.told == ["DownloadBegan", "DocumentDownloaded"]


def test_a_last_block_that_is_not_sent(scene: Scene) -> None:
    """DC-2: if the last block cannot be sent, the mark is taken back, and the trail says so."""
    download = scene.download()
    until_last(download)
    next(download.blocks)
    download.close()
    assert scene.marked_at() is None
    assert scene.told == ["DownloadBegan", "DocumentDownloaded", "DownloadTakenBack"]
    download.close()
    assert b"".join(scene.download().blocks) == CONTENT
    assert scene.marked_at() is not None
    [first, _second] = scene.world.portal.office.audit.entries(scene.world.handler, what="DownloadBegan")
    assert json.loads(first.entry.which) == {"document_id": str(scene.document), "submission_id": None}
    assert first.entry.account_id == scene.jan.account_id


@pytest.mark.parametrize("blocks", range(BLOCKS))
def test_a_download_that_is_broken_off(scene: Scene, blocks: int) -> None:
    """DC-2: a download that breaks off before the last block is recorded as begun only."""
    download = scene.download()
    for _each in range(blocks):
        next(download.blocks)
    download.close()
    assert (scene.marked_at(), scene.told) == (None, ["DownloadBegan"] if blocks else [])


def test_the_first_mark_stays(scene: Scene) -> None:
    """DC-2: a later download whose last block is not sent does not take the earlier mark away."""
    b"".join(scene.download().blocks)
    first = scene.marked_at()
    scene.world.later(hours=1)
    again = scene.download(scene.world.sign_in())
    until_last(again)
    next(again.blocks)
    again.close()
    assert scene.marked_at() == first is not None


def test_two_downloads_at_once(scene: Scene) -> None:
    """DC-2: of two downloads at once, the one that ends keeps the mark which the other one set and took back."""
    one, other = scene.download(), scene.download()
    for download in (one, other):
        until_last(download)
        next(download.blocks)
    one.close()
    assert scene.marked_at() is not None
    assert list(other.blocks) == []
    assert scene.marked_at() is not None


def test_the_beginning_is_told_once(scene: Scene) -> None:
    """SI-5: a host that records the beginning before it sends the headers does not record it twice."""
    download = scene.download()
    assert scene.told == []
    download.begin()
    download.begin()
    assert b"".join(download.blocks) == CONTENT
    assert scene.told == ["DownloadBegan", "DocumentDownloaded"]


# ------------------------------------------------------------------ a database that fails
class FailingStorage(MemoryStorage):
    """Storage that fails on demand."""

    fails = False

    def begin(self, *, flushed: bool = True) -> Any:
        """Begin, or fail."""
        if self.fails:
            raise Unavailable
        return super().begin(flushed=flushed)


def test_a_database_that_fails_at_the_end() -> None:
    """DC-2: if the end cannot be committed, the last block is not given, and nothing counts as downloaded."""
    storage = FailingStorage()
    scene = Scene(storage=storage)
    download = scene.download()
    until_last(download)
    storage.fails = True
    with pytest.raises(Unavailable):
        next(download.blocks)
    storage.fails = False
    assert list(download.blocks) == []
    assert (scene.marked_at(), scene.told) == (None, ["DownloadBegan"])


def test_a_database_that_fails_at_the_beginning() -> None:
    """DC-2: if the beginning cannot be recorded, nothing is sent."""
    storage = FailingStorage()
    scene = Scene(storage=storage)
    storage.fails = True
    with pytest.raises(Unavailable):
        next(scene.download().blocks)
    with pytest.raises(Unavailable):
        scene.download().begin()


def test_a_database_that_fails_at_the_taking_back(caplog: pytest.LogCaptureFixture) -> None:
    """AL-6: if the mark cannot be taken back, that is logged, with the file and nobody's name."""
    storage = FailingStorage()
    scene = Scene(storage=storage)
    download = scene.download()
    until_last(download)
    next(download.blocks)
    storage.fails = True
    download.close()
    storage.fails = False
    assert scene.marked_at() is not None
    [told] = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert told == f"the last block of file {scene.key} was not sent, and its download still counts: Unavailable"


# ------------------------------------------------------------------ damaged files
FLIPPED = bytes([CONTENT[0] ^ 1]) + CONTENT[1:]
DAMAGES = {
    "a bit at the start": FLIPPED,
    "a bit at the end": CONTENT[:-1] + bytes([CONTENT[-1] ^ 1]),
    "blocks exchanged": CONTENT[BLOCK : 2 * BLOCK] + CONTENT[:BLOCK] + CONTENT[2 * BLOCK :],
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_file_that_is_damaged(scene: Scene, damage: str, caplog: pytest.LogCaptureFixture) -> None:
    """DC-4, AL-6: a damaged file is never given completely: the last block is not given, and the file is logged."""
    scene.damage(DAMAGES[damage])
    given_: list[bytes] = []
    with pytest.raises(FileDamaged):
        given_.extend(scene.download().blocks)
    assert b"".join(given_) == DAMAGES[damage][: (BLOCKS - 1) * BLOCK]
    assert (scene.marked_at(), scene.told) == (None, ["DownloadBegan"])
    [record] = caplog.records
    told = f"file {scene.key} is not what was stored: restore it from a backup (time 1)"
    assert (record.levelname, record.getMessage()) == ("ERROR", told)


def test_a_file_that_is_known_to_be_damaged(scene: Scene) -> None:
    """DC-4: a file that was found damaged is refused before the next download begins, until it is replaced."""
    scene.damage(FLIPPED)
    with pytest.raises(FileDamaged):
        list(scene.download().blocks)
    with pytest.raises(FileDamaged):
        scene.download()
    assert scene.told == ["DownloadBegan"]
    scene.world.later(minutes=1)
    scene.world.files.remove(scene.key)
    scene.world.files.write(scene.key, [CONTENT])
    assert b"".join(scene.download().blocks) == CONTENT


def test_a_damaged_file_is_told_ever_more_rarely(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    """AL-6: a damaged file is logged at its first, second, fourth, eighth … time, and anew after a repair."""
    scene.damage(FLIPPED)
    for _time in range(9):
        with pytest.raises(FileDamaged):
            list(scene.download().blocks)
    assert [record.getMessage()[-8:] for record in caplog.records] == [f"(time {time})" for time in (1, 2, 4, 8)]
    scene.world.later(minutes=1)
    scene.world.files.remove(scene.key)
    scene.world.files.write(scene.key, [CONTENT])
    assert b"".join(scene.download().blocks) == CONTENT
    caplog.clear()
    scene.world.files.remove(scene.key)
    with pytest.raises(FileDamaged):
        scene.download()
    assert scene.world.portal.health().files.problem is None
    assert [record.levelname for record in caplog.records] == []


def test_what_is_known_is_not_known_for_ever(scene: Scene) -> None:
    """DC-4: after a while a file is read again, whether it was damaged or sound."""
    scene.damage(FLIPPED)
    with pytest.raises(FileDamaged):
        list(scene.download().blocks)
    scene.damage(CONTENT)
    scene.world.later(minutes=9)
    with pytest.raises(FileDamaged):
        scene.download(scene.world.sign_in())
    scene.world.later(minutes=1)
    assert b"".join(scene.download(scene.world.sign_in()).blocks) == CONTENT


@pytest.mark.parametrize("change", [CONTENT[:-1], CONTENT + b"x", CONTENT + b"x" * BLOCK, b""])
def test_a_file_of_another_size(scene: Scene, change: bytes) -> None:
    """DC-4: a file of another size is refused at once; and if it changes during the download, before its end."""
    download = scene.download()
    first = next(download.blocks)
    scene.damage(change)
    with pytest.raises(FileDamaged):
        scene.download()
    scene.damage(CONTENT)
    rest = b"".join(download.blocks)  # It is read from the file that was opened.
    assert first + rest == CONTENT
    begun = scene.download()
    begun.begin()
    scene.damage(change)
    with pytest.raises(FileDamaged):
        next(begun.blocks)


@pytest.mark.parametrize("change", [CONTENT[:-1], CONTENT + b"x", CONTENT + b"x" * BLOCK, b""])
def test_a_file_that_changes_after_it_was_looked_at(
    scene: Scene, change: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DC-4: a file that becomes shorter or longer while it is read is never given to its end."""
    read = MemoryFiles.read

    def other(self: MemoryFiles, key: FileKey, *, start: int = 0) -> Any:
        scene.damage(change)
        return read(self, key, start=start)

    monkeypatch.setattr(MemoryFiles, "read", other)
    given_: list[bytes] = []
    with pytest.raises(FileDamaged):
        given_.extend(scene.download().blocks)
    assert len(b"".join(given_)) < len(CONTENT)
    assert scene.marked_at() is None


def test_a_part_of_a_file_that_becomes_shorter(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """DC-4: a part is not given to its end either, if the file is cut off after it was verified."""
    part = scene.download().part(BLOCK, len(CONTENT) - 1)
    read = MemoryFiles.read

    def other(self: MemoryFiles, key: FileKey, *, start: int = 0) -> Any:
        scene.damage(CONTENT[: 3 * BLOCK])
        return read(self, key, start=start)

    monkeypatch.setattr(MemoryFiles, "read", other)
    given_: list[bytes] = []
    with pytest.raises(FileDamaged):
        given_.extend(part.blocks)
    assert b"".join(given_) == CONTENT[BLOCK : 2 * BLOCK]
    assert scene.told == ["DownloadBegan"]


def test_an_empty_file(scene: Scene) -> None:
    """DC-4: a file of no bytes is given as such, and checked like any other."""
    downloads = scene.world.portal.client.dossiers._downloads
    scene.world.files.write(FileKey("empty"), [])
    file = StoredFile(
        key=FileKey("empty"), name="leeg.txt", media_type="text/plain", size=0, sha256=hashlib.sha256().digest()
    )
    assert list(downloads.unrecorded(file).blocks) == []
    with pytest.raises(FileDamaged):
        downloads.unrecorded(attrs.evolve(file, sha256=bytes(32)))


def test_a_small_file_that_is_damaged(scene: Scene) -> None:
    """DC-4: damage of a file of at most one block is told before the download begins."""
    small = scene.world.publish(scene.dossier, scene.jan, content=b"%PDF-1.7\n" + bytes(100))
    [key] = scene.world.files.contents.keys() - {scene.key}
    scene.damage(CONTENT)
    scene.world.files.contents[key] = b"%PDF-1.7\n" + bytes(99) + b"x"
    with pytest.raises(FileDamaged):
        scene.world.portal.client.dossiers.download(scene.jan, scene.dossier, small)


# ------------------------------------------------------------------ parts
parts = st.tuples(st.integers(0, len(CONTENT) - 1), st.integers(0, len(CONTENT) - 1)).map(sorted)


@given(part=parts)
def test_a_part(part: list[int]) -> None:
    """DC-4: any part of a file comes byte for byte."""
    first, last = part
    download = SHARED.download().part(first, last)
    assert b"".join(download.blocks) == CONTENT[first : last + 1]


SHARED = Scene()


def test_a_part_marks_nothing(scene: Scene) -> None:
    """DC-2: a part is an entry, and no download; one that is the whole file is a download."""
    last = len(CONTENT) - 1
    for first, end in ((0, last - 1), (1, last), (5, 5)):
        b"".join(scene.download().part(first, end).blocks)
    assert (scene.marked_at(), scene.told) == (None, ["DownloadBegan", "PartDownloaded"] * 3)
    [entry] = scene.world.portal.office.audit.entries(scene.world.handler, what="PartDownloaded", size=1)
    assert json.loads(entry.entry.which) == {
        "document_id": str(scene.document),
        "submission_id": None,
        "first": 5,
        "last": 5,
    }
    b"".join(scene.download().part(0, last).blocks)
    assert scene.marked_at() is not None
    assert scene.told[-1] == "DocumentDownloaded"


def test_a_part_that_is_not_sent(scene: Scene) -> None:
    """DC-2: a part whose last block is not sent is told, and takes no mark away."""
    b"".join(scene.download().blocks)
    part = scene.download().part(1, 2 * BLOCK)
    next(part.blocks)
    assert scene.told[2:] == ["DownloadBegan"]
    next(part.blocks)
    part.close()
    assert scene.marked_at() is not None
    assert scene.told[2:] == ["DownloadBegan", "PartDownloaded", "DownloadTakenBack"]


def test_a_part_of_a_damaged_file(scene: Scene) -> None:
    """DC-4: no part of a damaged file is given, not even a part that is not damaged."""
    scene.damage(FLIPPED)
    with pytest.raises(FileDamaged):
        scene.download().part(BLOCK, 2 * BLOCK)
    assert scene.told == []


def test_a_file_that_changes_during_a_part(scene: Scene) -> None:
    """DC-4: if the file is written to while a part of it is sent, the last block of the part is not given."""
    part = scene.download().part(0, 2 * BLOCK)
    next(part.blocks)
    scene.world.later(seconds=1)
    scene.world.files.remove(scene.key)
    scene.world.files.write(scene.key, [FLIPPED])
    next(part.blocks)
    with pytest.raises(FileDamaged):
        next(part.blocks)
    assert scene.told == ["DownloadBegan"]


class CountingFiles(MemoryFiles):
    """Files that count how often one is read from its start to its end."""

    read_whole = 0

    def read(self, key: FileKey, *, start: int = 0) -> Any:
        """Read, and count."""
        blocks = super().read(key, start=start)
        return self._counted(blocks) if start == 0 else blocks

    def _counted(self, blocks: Blocks) -> Iterator[bytes]:
        yield from blocks
        self.read_whole += 1


def test_a_file_is_read_through_once_for_many_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """DC-4: parts of a file that was read through lately cost no reading of the whole file again."""
    monkeypatch.setattr("tests.usecases.world.MemoryFiles", CountingFiles)
    scene = Scene()
    files = scene.world.files
    assert isinstance(files, CountingFiles)
    files.read_whole = 0
    for _each in range(3):
        assert b"".join(scene.download().part(7, 9).blocks) == CONTENT[7:10]
    assert files.read_whole == 1
    scene.world.later(minutes=10)
    scene.jan = scene.world.sign_in()
    b"".join(scene.download().part(7, 9).blocks)
    assert files.read_whole == 2


def test_few_files_are_remembered(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-2: the memory of what was read is bounded: the file that was read longest ago is forgotten."""
    monkeypatch.setattr(verified_files, "MOST", 1)
    other = scene.world.publish(scene.dossier, scene.jan, content=b"%PDF-1.7\n" + bytes(BLOCK))
    scene.damage(FLIPPED)
    with pytest.raises(FileDamaged):
        list(scene.download().blocks)
    list(scene.world.portal.client.dossiers.download(scene.jan, scene.dossier, other).blocks)
    assert next(scene.download().blocks)


def test_what_is_not_recorded(scene: Scene) -> None:
    """OF-3: a logo is given without an entry, and may be cut off anywhere."""
    png = b"\x89PNG\r\n\x1a\n" + bytes(3 * BLOCK)
    scene.world.portal.office.profile.change_logo(scene.world.handler, name="logo.png", blocks=[png])
    told = scene.world.audit()
    logo = scene.world.portal.offices.logo
    assert b"".join(logo(scene.world.office).blocks) == png
    cut_off = logo(scene.world.office)
    for _each in range(4):
        next(cut_off.blocks)
    cut_off.close()
    assert b"".join(logo(scene.world.office).part(1, 2).blocks) == png[1:3]
    assert scene.world.audit() == told
