"""Receipts on both hosts: the client's page, the PDF, the mail, and the page for whoever holds one (RQ-4)."""

import hashlib
import re
from collections.abc import Callable
from uuid import UUID

import pytest

from klantportaal.domain.values import Language
from tests.hosts.browsers import Browser, Reply, Upload, dutch
from tests.hosts.conftest import PDF, World
from tests.hosts.test_messaging import SCAN, compose_path, draft_of, typed

OTHER = Upload(name="scan.pdf", content=PDF + b"% changed", field="file")
SAME = Upload(name="anders.pdf", content=PDF, field="file")


@pytest.fixture
def path(client: Browser, world: World) -> str:
    """The path of the receipt of a message with a file, which its page and the list of files lead to."""
    draft = draft_of(client.get(compose_path(world)))
    assert client.post_files(compose_path(world), typed(draft), [SCAN]).status == 303
    listed = client.get(f"/dossiers/{world.dossier.id}/aangeleverd").text
    found = re.search(r'href="/portaal(/dossiers/[^"]+/ontvangstbewijzen/[^"]+)"', listed)
    assert found is not None
    message = client.get(f"/dossiers/{world.dossier.id}/berichten/{found[1].rpartition('/')[2]}").text
    assert f'href="/portaal{found[1]}"' in message
    return found[1]


@pytest.fixture
def check_path(client: Browser, path: str) -> str:
    """The path of the page for whoever holds the receipt, as the receipt has it."""
    found = re.search(r'href="https://kantoor.example.nl/portaal(/ontvangstbewijs/[^"]+)"', client.get(path).text)
    assert found is not None
    return found[1]


@pytest.fixture
def stranger(new_browser: Callable[[], Browser]) -> Browser:
    """A browser of somebody who never signed in, and holds the receipt."""
    return new_browser()


def said(reply: Reply) -> str:
    """Find what a page says about a checked file."""
    found = re.search(r'<h2 class="notice-title">([^<]+)</h2>', reply.text)
    assert found is not None
    return found[1]


def test_the_page_of_the_client(client: Browser, path: str) -> None:
    """RQ-4: the receipt has the names, sizes and SHA-256, the address as QR code, and leads to its PDF."""
    page = client.get(path).text
    for each in ("scan.pdf", hashlib.sha256(PDF).hexdigest(), "2026-0001", "<svg", f"{path}/pdf"):
        assert each in page


def test_the_pdf(client: Browser, path: str) -> None:
    """RQ-4: the PDF is downloaded under a name of its own. HEAD has the headers only."""
    reply = client.get(f"{path}/pdf")
    assert reply.status == 200
    assert reply.body.startswith(b"%PDF-")
    assert hashlib.sha256(PDF).hexdigest().encode() in reply.body
    headers = reply.headers
    assert headers["content-type"] == "application/pdf"
    assert "Ontvangstbewijs 2026-0001" in headers["content-disposition"]
    assert client.head(f"{path}/pdf").body == b""


def test_by_mail(client: Browser, world: World, path: str, check_path: str) -> None:
    """RQ-4: one press mails the receipt to the person's own address; a second press the same day mails nothing."""
    world.portal.background.dispatcher.run_once()
    before = len(world.mail.sent)
    for _ in range(2):
        sent = client.post(f"{path}/mailen")
        assert dutch("The receipt is on its way to your e-mail address.") in client.follow(sent).text
    world.portal.background.dispatcher.run_once()
    (mail,) = world.mail.sent[before:]
    assert mail.to.lower() == world.email.lower()
    assert check_path in mail.text


def test_checking_a_file(stranger: Browser, world: World, check_path: str) -> None:
    """RQ-4: without a session, the page says whether a file is on the receipt, and keeps nothing of it."""
    before = len(list(world.files.keys(before=world.scene.clock.now())))
    page = stranger.get(check_path)
    assert page.status == 200
    assert "scan.pdf" in page.text
    assert "uitloggen" not in page.text
    found = stranger.post_files(check_path, {"sha256": ""}, [SAME])
    assert (found.status, said(found)) == (200, dutch("This file is on the receipt"))
    assert "scan.pdf" in found.text
    altered = stranger.post_files(check_path, {"sha256": ""}, [OTHER])
    assert (altered.status, said(altered)) == (200, dutch("This file is not on the receipt"))
    assert len(list(world.files.keys(before=world.scene.clock.now()))) == before


def test_by_digest(stranger: Browser, check_path: str) -> None:
    """RQ-4: a browser with script sends only the SHA-256, and gets the same answers."""
    good, bad = (hashlib.sha256(each).hexdigest() for each in (PDF, OTHER.content))
    for send in (stranger.post_files, stranger.post):
        assert said(send(check_path, {"sha256": good})) == dutch("This file is on the receipt")
        assert said(send(check_path, {"sha256": bad})) == dutch("This file is not on the receipt")
        assert send(check_path, {"sha256": "x" * 64}).status == 422


def test_no_file_or_too_large_a_file(stranger: Browser, check_path: str) -> None:
    """RQ-4, AL-1: without a file, and with one that is larger than can be delivered, the page says why."""
    missing = stranger.post_files(check_path, {"sha256": ""}, [])
    assert missing.status == 422
    assert 'href="#file"' in missing.text
    large = Upload(name="groot.pdf", content=bytes(1024 * 1024 + 1), field="file")
    assert stranger.post_files(check_path, {"sha256": ""}, [large]).status == 422


@pytest.mark.parametrize("change", [lambda code: code[:-1], lambda code: code[::-1], lambda _code: "%ff%00", str.upper])
def test_a_wrong_code(stranger: Browser, check_path: str, change: object) -> None:
    """RQ-4: a wrong code, and an unknown receipt, are pages that do not exist, for every method."""
    assert callable(change)
    _empty, name, id, code = check_path.split("/")
    for wrong in (f"/{name}/{id}/{change(code)}", f"/{name}/{UUID(int=5)}/{code}", f"/{name}/x/{code}"):
        assert stranger.get(wrong).status == 404
        assert stranger.post_files(wrong, {"sha256": "0" * 64}).status == 404


def test_in_english(stranger: Browser, check_path: str) -> None:
    """PR-1: the page for whoever holds a receipt has both languages."""
    assert "This file is not on the receipt" in stranger.post(f"{check_path}?taal=en", {"sha256": "0" * 64}).text
    assert f'lang="{Language.ENGLISH}"' in stranger.get(check_path).text
