"""Looking at HEIC pictures: as JPEG, marked and recorded as other looks, once the file was verified (NW-3)."""

import attrs
import pytest

from klantportaal.domain.documents import DocumentKind, Publication
from klantportaal.domain.errors import Absent, FileDamaged, FileWithheld, Unavailable
from klantportaal.domain.looking import CONVERTED, MOST_CONVERTED
from klantportaal.domain.messages import MessageText
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import DocumentId, DossierId, SubmissionId
from klantportaal.ports.files import BLOCK
from klantportaal.usecases.shared.looking import Look
from tests.domain.files import photo
from tests.usecases.test_looking import LOOKED, row_of, told
from tests.usecases.test_quarantine import Scene
from tests.usecases.world import World

HEIC = photo(b"heic", b"mif1") + bytes(range(256))
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(BLOCK)
"""A JPEG of more than one block."""


@attrs.define
class Drawing:
    """Stands for what makes pictures. A test sets what it makes."""

    makes: bytes | None = JPEG
    is_busy: bool = False
    got: list[bytes] = attrs.field(factory=list)

    def jpeg(self, content: bytes) -> bytes | None:
        """Note the file, and make the picture."""
        self.got.append(content)
        if self.is_busy:
            raise Unavailable("too many at once")
        return self.makes


@attrs.frozen
class Gallery:
    """A client with a picture in a dossier."""

    world: World
    drawing: Drawing
    jan: Actor
    dossier: DossierId
    document: DocumentId

    def look(self) -> Look:
        """Look at the picture."""
        return self.world.portal.client.dossiers.look(self.jan, self.dossier, self.document)


def gallery(content: bytes = HEIC, *, drawing: Drawing | None = None, converts: bool = True) -> Gallery:
    """Let an office publish a picture."""
    drawing = drawing or Drawing()
    world = World(pictures=drawing if converts else None)
    jan = world.onboard()
    dossier = world.dossier(jan)
    publication = Publication(kind=DocumentKind.DOCUMENT, title="", for_clients=frozenset({jan.client_id}))
    document = world.portal.office.documents.publish(
        world.handler, dossier, publication, name="IMG_1.HEIC", blocks=[content]
    )
    return Gallery(world, drawing, jan, dossier, document)


def test_a_picture_is_looked_at() -> None:
    """NW-3: of a HEIC picture, a JPEG is given. It marks the document as read, and the trail has a look."""
    scene = gallery()
    made = scene.look()
    assert (made.showing, made.file.name, scene.drawing.got) == (CONVERTED, "IMG_1.HEIC", [HEIC])
    assert made.download is not None
    assert (made.download.file.name, made.download.file.size) == ("IMG_1.jpg", len(JPEG))
    assert (row_of(scene.world, scene.jan, scene.dossier).unread, told(scene.world)) == (True, [])
    blocks = made.download.blocks
    first = next(blocks)
    assert (len(first), told(scene.world)) == (BLOCK, ["LookBegan"])
    assert first + next(blocks) == JPEG
    row = row_of(scene.world, scene.jan, scene.dossier)
    assert (row.unread, row.downloaded_at, told(scene.world)) == (False, None, LOOKED)
    made.download.close()
    assert row_of(scene.world, scene.jan, scene.dossier).unread
    assert told(scene.world) == [*LOOKED, "LookTakenBack"]


@pytest.mark.parametrize("makes", [None, b"", b"<html><script>alert(1)</script>", b"\x89PNG\r\n\x1a\n" + bytes(8)])
def test_what_cannot_be_made(makes: bytes | None) -> None:
    """NW-3: a picture of which no JPEG can be made is only downloaded, as one of which something else is made."""
    made = gallery(drawing=Drawing(makes)).look()
    assert (made.showing, made.download, made.file.name) == (None, None, "IMG_1.HEIC")


def test_what_is_not_tried() -> None:
    """NW-3: nothing is made without the library, nor of a picture that is very large, nor of what is no picture."""
    large = HEIC + bytes(MOST_CONVERTED)
    for scene in (gallery(converts=False), gallery(large), gallery(b"PK\x03\x04" + bytes(100))):
        assert (scene.look().showing, scene.drawing.got) == (None, [])
    assert gallery(large[:MOST_CONVERTED]).look().showing == CONVERTED


def test_a_damaged_picture() -> None:
    """NW-3, DC-4: nothing is made of a file that is not what was stored."""
    scene = gallery()
    (key,) = scene.world.files.contents
    scene.world.files.contents[key] = HEIC[:-1] + b"x"
    with pytest.raises(FileDamaged):
        scene.look()
    assert scene.drawing.got == []


def test_too_many_at_once() -> None:
    """NW-3: if it cannot be made now, the client hears that, and nothing is marked."""
    scene = gallery(drawing=Drawing(is_busy=True))
    with pytest.raises(Unavailable):
        scene.look()
    assert told(scene.world) == []


def test_whose_picture() -> None:
    """NW-3, DC-3: nothing is made for who may not see the picture; the client looks at its own too."""
    scene = gallery()
    world = scene.world
    piet = world.onboard("piet@example.nl")
    dossier = scene.dossier
    with pytest.raises(Absent):
        world.portal.client.dossiers.look(piet, dossier, scene.document)
    assert scene.drawing.got == []
    client = world.portal.client
    draft = client.messages.new_draft()
    row = client.attachments.stage(scene.jan, dossier, draft, name="pas.heic", blocks=[HEIC])
    client.messages.send(scene.jan, dossier, draft, MessageText(subject="Pas", body="Hierbij."))
    made = client.dossiers.look_at_submission(scene.jan, dossier, SubmissionId(row.id))
    assert made.download is not None
    assert b"".join(made.download.blocks) == JPEG
    assert told(world) == ["LookBegan", "SubmissionLookedAt"]


def test_a_picture_in_quarantine() -> None:
    """NW-3, AT-3: nothing is made of a file that was not scanned yet."""
    drawing = Drawing()
    scene = Scene(pictures=drawing)
    scene.stage(HEIC)
    scene.send()
    (row,) = scene.client.dossiers.submissions(scene.jan, scene.dossier)
    with pytest.raises(FileWithheld):
        scene.client.dossiers.look_at_submission(scene.jan, scene.dossier, row.id)
    assert drawing.got == []
    scene.work()
    assert scene.client.dossiers.look_at_submission(scene.jan, scene.dossier, row.id).showing == CONVERTED
