"""The archive of a dossier, through both hosts (NW-4)."""

import subprocess
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile, is_zipfile

import pytest

from klantportaal.domain.archives import CHECKSUMS
from klantportaal.domain.documents import DocumentKind
from klantportaal.ports.files import BLOCK
from tests.hosts.browsers import PREFIX, Browser, dutch
from tests.hosts.conftest import PDF, World
from tests.hosts.test_dossiers import actor
from tests.hosts.test_unsent_downloads import HOSTS


def archive_path(world: World) -> str:
    """Give the path of the archive."""
    return f"/dossiers/{world.dossier.id}/alles"


def told(world: World) -> list[str]:
    """List the entries about archives in the trail, oldest first."""
    desk = world.scene.office_actor(world.office)
    lines = world.portal.office.audit.entries(desk, oldest_first=True, size=100)
    return [line.entry.what for line in lines if line.entry.what.startswith("Archive")]


def is_marked(world: World) -> bool:
    """Tell whether the document is marked as downloaded."""
    (row,) = world.portal.client.dossiers.documents(actor(world), world.dossier.id, DocumentKind.DOCUMENT)
    return row.downloaded_at is not None


def test_the_button(client: Browser, world: World) -> None:
    """NW-4: each tab of a dossier has the button."""
    for tab in ("", "/documenten", "/aangeleverd", "/berichten"):
        page = client.get(f"/dossiers/{world.dossier.id}{tab}").text
        assert f'href="{PREFIX}{archive_path(world)}"' in page
        assert dutch("Download everything (ZIP)") in page


def test_taking_it(client: Browser, world: World, tmp_path: Path) -> None:
    """NW-4: the archive opens, its checksums agree, and its documents count as downloaded. No ranges are offered."""
    reply = client.get(archive_path(world), Range="bytes=0-9")
    kept = ("content-type", "content-disposition", "content-security-policy", "cache-control", "accept-ranges")
    assert {name: reply.headers[name] for name in kept} == {
        "content-type": "application/zip",
        "content-disposition": (
            "attachment; filename=\"dossier 2026-0001.zip\"; filename*=UTF-8''dossier%202026-0001.zip"
        ),
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
        "cache-control": "no-store",
        "accept-ranges": "none",
    }
    assert (reply.status, reply.headers.get("content-length")) == (200, None)
    with ZipFile(BytesIO(reply.body)) as archive:
        archive.extractall(tmp_path)
    assert (tmp_path / "Documenten" / "Concept akte é.pdf").read_bytes() == PDF
    said = subprocess.run(
        ["/usr/bin/sha256sum", "--check", "--strict", CHECKSUMS],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (said.returncode, said.stdout.count(": OK")) == (0, 4), said
    assert is_marked(world)
    assert told(world) == ["ArchiveBegan", "ArchiveDownloaded"]


def test_looking_marks_nothing(client: Browser, browser: Browser, world: World) -> None:
    """NW-4, DC-2: HEAD, a prefetch, and a browser that is not signed in take nothing."""
    head = client.head(archive_path(world))
    assert (head.status, head.body, head.headers["content-type"]) == (200, b"", "application/zip")
    assert client.get(archive_path(world), Sec_Purpose="prefetch").status == 503
    assert told(world) == []
    assert not is_marked(world)


def test_a_dossier_of_others(client: Browser, world: World) -> None:
    """NW-4, DO-1: the archive of a dossier of others does not exist."""
    other, _account = world.scene.person(world.office, email="ander@example.nl")
    dossier = world.scene.dossier(world.office, other, number="2026-0002")
    assert client.get(f"/dossiers/{dossier.id}/alles").status == 404
    assert client.get("/dossiers/niets/alles").status == 404


@pytest.fixture
def large(world: World) -> str:
    """Make the document one of several blocks. Return the whole path of the archive."""
    content = b"%PDF-1.7\n" + bytes(3 * BLOCK)
    desk = world.scene.office_actor(world.office)
    world.portal.office.documents.replace(desk, world.document, name="groot.pdf", blocks=iter([content]))
    return f"{PREFIX}{archive_path(world)}"


def is_large_marked(world: World) -> bool:
    """Tell whether the newer document is marked as downloaded."""
    rows = world.portal.client.dossiers.documents(actor(world), world.dossier.id, DocumentKind.DOCUMENT)
    return rows[0].downloaded_at is not None


@pytest.mark.parametrize("host", HOSTS)
def test_a_server_that_sends_all(world: World, large: str, host: str) -> None:
    """NW-4, DC-2: when the last block comes, the archive is on record; it stays if the server asks for more."""
    content, last_told = HOSTS[host](world, large, 99)
    assert is_zipfile(BytesIO(content))
    assert told(world) == ["ArchiveBegan", "ArchiveDownloaded"]
    assert last_told == ["ArchiveDownloaded"]
    assert is_large_marked(world)


@pytest.mark.parametrize("host", HOSTS)
def test_a_server_that_cannot_send_the_rest(world: World, large: str, host: str) -> None:
    """NW-4, DC-2: an archive that is broken off opens nowhere, and marks nothing."""
    content, _told = HOSTS[host](world, large, 2)
    assert content
    assert not is_zipfile(BytesIO(content))
    assert told(world) == ["ArchiveBegan"]
    assert not is_large_marked(world)
