"""What clients see of the virus scanner, on both hosts, with a real clamd (AT-3)."""

import json
from collections.abc import Mapping
from pathlib import Path

import attrs
import pytest
from markupsafe import escape

from klantportaal.adapters.scanner.clamd import ClamdScanner
from klantportaal.domain.scanning import TEST_FILE
from klantportaal.domain.values import Language
from tests.contracts.test_scanner_clamd import nested, pdf
from tests.hosts.browsers import Browser, Upload, dutch
from tests.hosts.conftest import World, build_world
from tests.hosts.test_messaging import (
    JSON,
    SCAN,
    compose_path,
    draft_of,
    kept_files,
    messages,
    staged,
    typed,
    upload_path,
)
from tests.support.clamd import Clamd

FILES = {
    "a virus": Upload(name="factuur <b>.txt", content=TEST_FILE),
    "a password": Upload(name="jaarrekening.pdf", content=pdf(owner="geheim", user="open")),
    "too much": Upload(name="dossier.pdf", content=b"%PDF-1.7 " + nested()),
}
TOLD: Mapping[str, Mapping[str, str]] = {
    "nl": {
        "a virus": "“factuur <b>.txt” is geweigerd: de virusscanner vond er een virus in. Open het bestand niet, en"
        " laat uw computer op virussen controleren.",
        "a password": "“jaarrekening.pdf” is geweigerd: er zit een wachtwoord op, dus het kan niet op virussen worden"
        " gecontroleerd. Sla het zonder wachtwoord op, en voeg het opnieuw toe.",
        "too much": "“dossier.pdf” is geweigerd: er zit te veel in om op virussen te controleren. Splits het in"
        " kleinere bestanden, en voeg die toe.",
    },
    "en": {
        "a virus": "“factuur <b>.txt” was refused: the virus scanner found a virus in it. Do not open the file, and"
        " have your computer checked for viruses.",
        "a password": "“jaarrekening.pdf” was refused: it is protected with a password, so it cannot be checked for"
        " viruses. Save it without a password, and add it again.",
        "too much": "“dossier.pdf” was refused: it contains too much to be checked for viruses. Split it into smaller"
        " files, and add those.",
    },
}


@pytest.fixture
def socket(clamd_server: Clamd, tmp_path: Path) -> Path:
    """A link to the socket of clamd."""
    link = tmp_path / "clamd.ctl"
    link.symlink_to(clamd_server.path)
    return link


@pytest.fixture
def world(socket: Path) -> World:
    """The scene, with a clamd that scans its files."""
    return build_world(scanner=ClamdScanner.unix(socket))


@pytest.fixture(params=["nl", "en"])
def language(request: pytest.FixtureRequest, world: World, browser: Browser) -> str:
    """A language, in which somebody who may see the scene's dossier is signed in."""
    client, account = world.scene.person(
        world.office,
        email="piet@example.nl",
        language=Language(request.param),
        first_signed_in_at=world.scene.clock.now(),
    )
    world.portal.office.dossiers.add_party(world.scene.office_actor(world.office), world.dossier.id, client.id)
    assert browser.sign_in(world.scene.address(account)).status == 303
    return str(request.param)


@pytest.mark.parametrize("what", FILES)
def test_a_file_is_refused(browser: Browser, world: World, language: str, what: str) -> None:
    """AT-3: a form says of each file why it was refused and what to do, in the reader's language. Others stay."""
    before, draft = kept_files(world), draft_of(browser.get(compose_path(world)))
    page = browser.post_files(compose_path(world), typed(draft, body="Dit blijft."), [FILES[what], SCAN])
    assert page.status == 422
    assert str(escape(TOLD[language][what])) in page.text
    assert "Dit blijft." in page.text
    assert "scan.pdf" in page.text
    assert (kept_files(world), len(messages(world))) == (before + 1, 1)


@pytest.mark.parametrize("what", FILES)
def test_a_script_is_refused(browser: Browser, world: World, language: str, what: str) -> None:
    """AT-3: a script that uploads a file gets the same sentence."""
    before, draft = kept_files(world), draft_of(browser.get(compose_path(world)))
    reply = browser.post_files(upload_path(world, draft), {}, [attrs.evolve(FILES[what], field="file")], Accept=JSON)
    assert reply.status == 422
    assert TOLD[language][what] in json.dumps(json.loads(reply.text), ensure_ascii=False)
    assert kept_files(world) == before


def test_a_scanner_that_is_away(client: Browser, world: World, socket: Path) -> None:
    """AT-3: while no file can be scanned, a form keeps its text and says to add the file again in a moment."""
    before, draft = kept_files(world), draft_of(client.get(compose_path(world)))
    target = socket.readlink()
    socket.unlink()
    page = client.post_files(compose_path(world), typed(draft, body="Dit blijft."), [SCAN])
    told = dutch("“%(name)s” could not be kept just now. Add it again in a moment.", name="scan.pdf")
    assert (page.status, told in page.text, "Dit blijft." in page.text) == (422, True, True)
    upload = [attrs.evolve(SCAN, field="file")]
    assert client.post_files(upload_path(world, draft), {}, upload, Accept=JSON).status == 503
    assert (kept_files(world), staged(world, draft)) == (before, [])
    socket.symlink_to(target)
    assert client.post_files(upload_path(world, draft), {}, upload, Accept=JSON).status == 201
