"""Files that wait while a real clamd is down, on both hosts (AT-3)."""

from collections.abc import Iterator

import attrs
import pytest

from klantportaal.adapters.scanner.clamd import ClamdScanner
from klantportaal.domain.scanning import TEST_FILE, ScanPolicy, Unscanned
from tests.conftest import clamd_or_lacking
from tests.hosts.browsers import Browser, Upload, dutch
from tests.hosts.conftest import World, build_world
from tests.hosts.test_messaging import JSON, SCAN, compose_path, delivered, draft_of, messages, typed, upload_path
from tests.support.clamd import Clamd

VIRUS = Upload(name="factuur.txt", content=TEST_FILE)
WAITS = dutch("Still being checked for viruses")
REMOVED = dutch("Removed: the virus scanner found a virus in it. Have your computer checked for viruses.")


@pytest.fixture(scope="module")
def own_clamd() -> Iterator[Clamd]:
    """A clamd that the tests of this module stop and start."""
    with clamd_or_lacking() as server:
        yield server


@pytest.fixture
def world(own_clamd: Clamd) -> World:
    """The scene, with a clamd that is down, and files that wait for it."""
    own_clamd.kill()
    scanner = ClamdScanner.unix(own_clamd.path)
    return build_world(scanner=scanner, scanning=ScanPolicy(unscanned=Unscanned.QUARANTINE))


def test_what_waits_is_released_or_removed(client: Browser, world: World, own_clamd: Clamd) -> None:
    """AT-3: while clamd is down, files are sent, and nobody can read them. Then one is released, one removed.

    The staged rows, the sent message and the list of what was delivered say so. A script gets the same row.
    """
    draft = draft_of(client.get(compose_path(world)))
    row = client.post_files(upload_path(world, draft), {}, [attrs.evolve(SCAN, field="file")], Accept=JSON)
    assert (row.status, WAITS in row.text) == (201, True)
    page = client.post_files(compose_path(world), typed(draft, action="attach"), [VIRUS])
    assert (page.status, page.text.count(WAITS)) == (200, 2)
    assert client.post_files(compose_path(world), typed(draft, subject="Stukken", body="Zie."), []).status == 303
    place = f"/dossiers/{world.dossier.id}"
    message = next(each.id for each in messages(world) if each.subject == "Stukken")
    lists = (f"{place}/berichten/{message}", f"{place}/aangeleverd")
    links = {each.name: f"{place}/aangeleverd/{each.id}" for each in delivered(world) if each.message_id == message}
    for address in lists:
        shown = client.get(address).text
        assert (shown.count(WAITS), [name for name, link in links.items() if link in shown]) == (2, [])
    assert {client.get(link).status for link in links.values()} == {409}
    own_clamd.start()
    world.portal.background.dispatcher.run_once()
    for address in lists:
        shown = client.get(address).text
        assert (WAITS in shown, shown.count(REMOVED)) == (False, 1)
        assert [name for name, link in links.items() if link in shown] == ["scan.pdf"]
    assert {name: client.get(link).status for name, link in links.items()} == {"scan.pdf": 200, "factuur.txt": 409}
