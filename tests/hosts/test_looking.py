"""Looking at files in the browser, through both hosts (NW-3)."""

from collections.abc import Mapping

import pytest

from klantportaal.domain.documents import DocumentKind, Publication
from klantportaal.domain.pdf_actions import acts
from klantportaal.domain.values import DocumentId
from tests.domain.test_looking import HOSTILE
from tests.hosts.browsers import PREFIX, Browser, dutch
from tests.hosts.conftest import PDF, World
from tests.hosts.test_dossiers import actor

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
SHOWN: Mapping[str, tuple[bytes, str, str]] = {
    "akte.pdf": (PDF, "application/pdf", '<iframe class="look" src="{}" title="akte.pdf" referrerpolicy'),
    "foto.png": (PNG, "image/png", '<img class="look-picture" src="{}" alt="foto.png">'),
    "brief.txt": (
        b"Beste <b>klant</b>",
        "text/plain; charset=utf-8",
        '<iframe class="look" src="{}" title="brief.txt" sandbox referrerpolicy',
    ),
}
"""Files, with their types and how the page shows them."""


def publish(world: World, name: str, content: bytes) -> DocumentId:
    """Publish a file as a document."""
    publication = Publication(kind=DocumentKind.DOCUMENT, title="", for_clients=frozenset({world.client.id}))
    desk = world.scene.office_actor(world.office)
    return world.portal.office.documents.publish(desk, world.dossier.id, publication, name=name, blocks=[content])


def path_of(world: World, document: DocumentId) -> str:
    """Give the path of a document."""
    return f"/dossiers/{world.dossier.id}/documenten/{document}"


def marks(world: World, document: DocumentId) -> tuple[bool, bool]:
    """Tell whether a document was looked at, and whether it was downloaded."""
    rows = world.portal.client.dossiers.documents(actor(world), world.dossier.id, DocumentKind.DOCUMENT)
    (row,) = (row for row in rows if row.id == document)
    return row.looked_at is not None, row.downloaded_at is not None


@pytest.mark.parametrize("name", SHOWN)
def test_what_is_shown(client: Browser, world: World, name: str) -> None:
    """NW-3: the page shows the file in a sandbox; the file itself marks it as read, and not as downloaded."""
    content, media_type, shown = SHOWN[name]
    document = publish(world, name, content)
    path = path_of(world, document)
    tab = client.get(f"/dossiers/{world.dossier.id}/documenten").text
    assert f'href="{PREFIX}{path}/bekijken"' in tab
    page = client.get(f"{path}/bekijken")
    assert shown.format(f"{PREFIX}{path}/inhoud") in page.text
    assert f'href="{PREFIX}{path}"' in page.text
    assert "frame-src" not in page.headers["content-security-policy"]  # Its frames are of 'self', by default-src.
    assert marks(world, document) == (False, False)
    reply = client.get(f"{path}/inhoud", Range="bytes=0-1")
    assert (reply.status, reply.body) == (200, content)
    pinned = (
        *("content-type", "content-length", "content-security-policy", "x-frame-options", "x-content-type-options"),
        *("cross-origin-resource-policy", "cache-control", "accept-ranges"),
    )
    assert {each: reply.headers.get(each) for each in pinned} == {
        "content-type": media_type,
        "content-length": str(len(content)),
        "content-security-policy": "default-src 'none'; frame-ancestors 'self'; sandbox",
        "x-frame-options": "SAMEORIGIN",
        "x-content-type-options": "nosniff",
        "cross-origin-resource-policy": "same-origin",
        "cache-control": "no-store",
        "accept-ranges": "none",
    }
    assert reply.headers["content-disposition"].startswith(f'inline; filename="{name}"')
    assert marks(world, document) == (True, False)
    tab = client.get(f"/dossiers/{world.dossier.id}/documenten").text
    row = tab[tab.index(f"{path}/bekijken") - 2500 : tab.index(f"{path}/bekijken")].rpartition("<tr")[2]
    assert not row.startswith(' class="unread"')
    assert dutch("Not downloaded by you yet") in row


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files(client: Browser, world: World, name: str) -> None:
    """NW-3: whatever a file has and is called, it is sent in a sandbox under a type that runs nothing, or not sent."""
    content, media_type = HOSTILE[name]
    document = publish(world, "foto.jpg", content or b" ")
    path = path_of(world, document)
    page, reply = client.get(f"{path}/bekijken"), client.get(f"{path}/inhoud")
    assert page.status == 200
    if media_type is None or acts(content):
        assert reply.status == 404
        assert dutch("This file cannot be shown here") in page.text
        assert f"{path}/inhoud" not in page.text
        assert marks(world, document) == (False, False)
        return
    assert (reply.status, reply.headers["content-type"]) == (200, media_type)
    assert reply.headers["content-security-policy"].endswith("; sandbox")
    assert reply.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("asked", [{"Sec_Purpose": "prefetch"}, {"Purpose": "prefetch"}])
def test_prefetching_marks_nothing(client: Browser, world: World, asked: dict[str, str]) -> None:
    """NW-3: a prefetch, and a request for the headers, are no look."""
    path = path_of(world, world.document)
    assert client.get(f"{path}/inhoud", **asked).status == 503
    head = client.head(f"{path}/inhoud")
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(PDF)))
    assert client.get(f"{path}/bekijken", **asked).status == 200
    assert marks(world, world.document) == (False, False)


def test_who_is_not_signed_in(browser: Browser, world: World) -> None:
    """NW-3: a scanner of links that follows one, without a session, sees nothing and marks nothing."""
    for last in ("bekijken", "inhoud"):
        assert browser.get(f"{path_of(world, world.document)}/{last}").status == 401
    assert marks(world, world.document) == (False, False)


def test_own_files(client: Browser, world: World) -> None:
    """NW-3: what the client delivered is looked at from its list and from its message; a .docx has no button."""
    message = world.scene.outbound(world.dossier, world.client, world.account)
    submission = world.scene.submission(world.dossier, world.account, message)
    world.files.write(submission.file.key, [PDF[: submission.file.size]])
    path = f"{PREFIX}/dossiers/{world.dossier.id}/aangeleverd/{submission.id}/bekijken"
    for page in ("aangeleverd", f"berichten/{message.id}"):
        assert f'href="{path}"' in client.get(f"/dossiers/{world.dossier.id}/{page}").text
    publish(world, "akte.docx", b"PK")
    assert client.get(f"/dossiers/{world.dossier.id}/documenten").text.count("/bekijken") == 1
