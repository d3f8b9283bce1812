"""Looking at files in the browser: marked apart from downloading, on record before the last block (NW-3)."""

from collections.abc import Callable

import pytest

from klantportaal.adapters.files.memory import MemoryFiles
from klantportaal.domain.documents import DocumentKind, Publication
from klantportaal.domain.dossiers import Tab
from klantportaal.domain.errors import Absent, FileDamaged, FileWithheld
from klantportaal.domain.messages import MessageText
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import DossierId, FileKey, SubmissionId
from klantportaal.ports.files import BLOCK, Blocks
from klantportaal.ports.reading import DocumentRow
from klantportaal.usecases.shared.downloading import Download
from klantportaal.usecases.shared.looking import Look
from tests.usecases.test_quarantine import Scene
from tests.usecases.world import PDF, World

CONTENT = PDF * 60
EVENTS = ("LookBegan", "DocumentLookedAt", "SubmissionLookedAt", "LookTakenBack", "DownloadBegan", "DocumentDownloaded")
LOOKED = ["LookBegan", "DocumentLookedAt"]


@pytest.fixture
def dossier(world: World, jan: Actor) -> DossierId:
    """A dossier with a document of several blocks."""
    id = world.dossier(jan)
    world.publish(id, jan, content=CONTENT)
    return id


def row_of(world: World, actor: Actor, dossier: DossierId) -> DocumentRow:
    """Give the row of the document."""
    (row,) = world.portal.client.dossiers.documents(actor, dossier, DocumentKind.DOCUMENT)
    return row


def look(world: World, actor: Actor, dossier: DossierId) -> Download:
    """Begin to look at the document."""
    made = world.portal.client.dossiers.look(actor, dossier, row_of(world, actor, dossier).id)
    assert made.download is not None
    return made.download


def told(world: World) -> list[str]:
    """Tell what the trail has of downloads and looks."""
    return [what for what in world.audit() if what in EVENTS]


def test_looking_marks_as_read_and_not_as_downloaded(world: World, jan: Actor, dossier: DossierId) -> None:
    """NW-3: a document that was looked at is no longer unread, and is not downloaded. The mark keeps its first time."""
    assert row_of(world, jan, dossier).unread
    first = world.clock.now()
    assert b"".join(look(world, jan, dossier).blocks) == CONTENT
    world.later(minutes=1)
    assert b"".join(look(world, jan, dossier).blocks) == CONTENT
    row = row_of(world, jan, dossier)
    assert (row.looked_at, row.downloaded_at, row.unread) == (first, None, False)
    assert world.portal.client.dossiers.open(jan, dossier).tabs[Tab.DOCUMENTS].unread == 0
    assert told(world) == LOOKED * 2
    b"".join(world.portal.client.dossiers.download(jan, dossier, row.id).blocks)
    assert row_of(world, jan, dossier).downloaded_at == world.clock.now()
    (published,) = world.portal.office.dossiers.get(world.handler, dossier).documents
    assert published.looks == {jan.account_id: first}
    assert published.downloads == {jan.account_id: world.clock.now()}


def test_marks_come_before_the_last_block(world: World, jan: Actor, dossier: DossierId) -> None:
    """NW-3, DC-2: the mark is committed when the last block is given, and taken back if that is not sent."""
    download = look(world, jan, dossier)
    count = -(-len(CONTENT) // BLOCK)
    for _number in range(count - 1):
        next(download.blocks)
    assert (row_of(world, jan, dossier).unread, told(world)) == (True, ["LookBegan"])
    next(download.blocks)
    assert (row_of(world, jan, dossier).unread, told(world)) == (False, LOOKED)
    download.close()
    assert (row_of(world, jan, dossier).unread, told(world)) == (True, [*LOOKED, "LookTakenBack"])


def test_asking_how_it_is_shown_marks_nothing(world: World, jan: Actor, dossier: DossierId) -> None:
    """NW-3: the page asks what a file is, and that is no look."""
    look(world, jan, dossier).close()
    assert (row_of(world, jan, dossier).unread, told(world)) == (True, [])


def test_what_a_file_is_decides(world: World, jan: Actor) -> None:
    """NW-3: a page called a picture can only be downloaded; a PDF under any name is shown."""
    dossier = world.dossier(jan)
    made: list[Look] = []
    for name, content in (("foto.jpg", b"<html><script>alert(1)</script>"), ("akte.docx", PDF)):
        publication = Publication(kind=DocumentKind.DOCUMENT, title="", for_clients=frozenset({jan.client_id}))
        id = world.portal.office.documents.publish(world.handler, dossier, publication, name=name, blocks=[content])
        made.append(world.portal.client.dossiers.look(jan, dossier, id))
    page, pdf = made
    assert (page.showing, page.download, page.file.name) == (None, None, "foto.jpg")
    assert pdf.showing is not None
    assert pdf.showing.media_type == "application/pdf"


@pytest.mark.parametrize("content", [PDF + b"<</S/JavaScript/JS(app.alert(1))>>", PDF + bytes(25 * 1024 * 1024)])
def test_a_pdf_that_may_act(world: World, jan: Actor, content: bytes) -> None:
    """NW-3: a PDF with script, and one that is too large to be looked through, can only be downloaded."""
    dossier = world.dossier(jan)
    document = world.publish(dossier, jan, content=content)
    assert world.portal.client.dossiers.look(jan, dossier, document).showing is None


def test_own_files(world: World, jan: Actor) -> None:
    """NW-3: a client looks at what it delivered itself; the trail has it."""
    dossier = world.dossier(jan)
    draft = world.portal.client.messages.new_draft()
    row = world.portal.client.attachments.stage(jan, dossier, draft, name="pas.pdf", blocks=[PDF])
    world.portal.client.messages.send(jan, dossier, draft, MessageText(subject="Pas", body="Hierbij."))
    made = world.portal.client.dossiers.look_at_submission(jan, dossier, SubmissionId(row.id))
    assert made.download is not None
    assert b"".join(made.download.blocks) == PDF
    assert told(world) == ["LookBegan", "SubmissionLookedAt"]


def test_what_is_not_there(world: World, jan: Actor, piet: Actor, dossier: DossierId) -> None:
    """NW-3, DC-3, DC-4: nobody looks at what is of others, withdrawn or damaged."""
    document = row_of(world, jan, dossier).id
    [key] = world.files.contents
    calls: list[tuple[type[Exception], Callable[[], object]]] = [
        (Absent, lambda: world.portal.client.dossiers.look(piet, dossier, document)),
        (FileDamaged, lambda: world.portal.client.dossiers.look(jan, dossier, document)),
    ]
    world.files.contents[key] = CONTENT[:-1]
    for error, call in calls:
        with pytest.raises(error):
            call()
    world.files.contents[key] = CONTENT
    world.portal.office.documents.withdraw(world.handler, document, "vergissing")
    with pytest.raises(Absent):
        world.portal.client.dossiers.look(jan, dossier, document)


def test_a_file_in_quarantine() -> None:
    """NW-3, AT-3: nobody looks at a file that was not scanned yet."""
    scene = Scene()
    scene.stage()
    scene.send()
    (row,) = scene.client.dossiers.submissions(scene.jan, scene.dossier)
    with pytest.raises(FileWithheld):
        scene.client.dossiers.look_at_submission(scene.jan, scene.dossier, row.id)
    scene.work()
    assert scene.client.dossiers.look_at_submission(scene.jan, scene.dossier, row.id).showing is not None


def test_a_pdf_is_looked_through_once(
    world: World, jan: Actor, dossier: DossierId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """NW-3: a PDF is searched once for what it may do. From then on, only its beginning is read before it is sent."""
    document, read = world.publish(dossier, jan), list[FileKey]()
    unpatched = MemoryFiles.read

    def counted(files: MemoryFiles, key: FileKey, *, start: int = 0) -> Blocks:
        read.append(key)
        return unpatched(files, key, start=start)

    monkeypatch.setattr(MemoryFiles, "read", counted)
    looks = world.portal.client.dossiers
    first = looks.look(jan, dossier, document)
    searching = len(read)
    again = looks.look(jan, dossier, document)
    assert searching > 1
    assert (again.showing, len(read) - searching) == (first.showing, 1)
