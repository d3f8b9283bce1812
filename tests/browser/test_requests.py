"""Photographs for what the office asks for, and the check of a receipt (RQ-2, RQ-4)."""

import hashlib
import io
import re

import attrs
import pytest
from PIL import Image
from playwright.sync_api import FilePayload, expect
from pypdf import PdfReader

from klantportaal.domain.requests import RequestedItem
from klantportaal.domain.values import DossierId, RequestId
from tests.browser.conftest import OpenWindow
from tests.browser.demos import Demo, Person
from tests.browser.pages import PDF, click_through, pdf, press, saved
from tests.browser.requests_tour import asked
from tests.browser.ways import ON_FLASK

pytestmark = pytest.mark.browser
PHONE = 375
TURNED = 6
"""The EXIF orientation of a photograph for which the camera was held upright."""


@attrs.frozen(kw_only=True)
class Case:
    """A request to a new client."""

    demo: Demo
    person: Person
    dossier: DossierId
    id: RequestId

    def item(self, number: int) -> RequestedItem:
        """Give an item as it is now."""
        return self.demo.portal.client.requests.get(self.demo.actor(self.person), self.id).request.items[number]

    def content(self, number: int) -> list[bytes]:
        """Fetch what was delivered for an item, as the office does."""
        office, files = self.demo.portal.office.requests, self.item(number).current_files
        return [b"".join(office.fetch(self.demo.office, self.id, each.id).blocks) for each in files]


@pytest.fixture
def case(demo: Demo, request: pytest.FixtureRequest) -> Case:
    """Ask a new client for four documents."""
    mark = re.sub("[^a-z]+", "-", request.node.name).strip("-")[-24:].strip("-")
    person, client = demo.newcomer(f"Klant {mark}", f"{mark}@example.nl")
    dossier = demo.open_dossier(mark, "Levering woning", client)
    return Case(demo=demo, person=person, dossier=dossier, id=asked(demo, dossier, client))


def photograph(name: str, width: int, height: int, orientation: int) -> FilePayload:
    """Make a photograph as a camera stores it: in the sensor's direction, with a note how to turn it."""
    exif, content = Image.Exif(), io.BytesIO()
    exif[0x0112] = orientation
    Image.new("RGB", (width, height), "teal").save(content, "JPEG", exif=exif)
    return {"name": name, "mimeType": "image/jpeg", "buffer": content.getvalue()}


@ON_FLASK
def test_photographs_become_one_pdf(case: Case, open_window: OpenWindow) -> None:
    """RQ-2: photographs of a phone are turned right, scaled down, and delivered as one PDF."""
    page = open_window(case.demo, case.person, width=PHONE)
    page.goto(f"/verzoeken/{case.id}/stukken/{case.item(0).id}")
    field = page.locator("[data-photos] input")
    assert field.get_attribute("capture") == "environment"
    field.set_input_files([photograph("1.jpg", 3000, 2000, TURNED)])
    field.set_input_files([photograph("2.jpg", 800, 600, 1)])
    expect(page.locator("[data-photos-status]")).to_have_text("2 foto's gemaakt.")
    page.get_by_role("button", name="Als één pdf toevoegen").click()
    page.locator(".uppy-StatusBar-actionBtn--upload").click()
    expect(page.locator(".file-row .file-name")).to_have_text(["Foto's 1.pdf"])
    press(page, "Aanleveren")
    (content,) = case.content(0)
    sheets = PdfReader(io.BytesIO(content)).pages
    assert [sheet.mediabox.width > sheet.mediabox.height for sheet in sheets] == [False, True]
    assert sorted(each.image.size for each in sheets[0].images if each.image) == [(800, 600), (1467, 2200)]


@ON_FLASK
def test_a_receipt_checks(case: Case, open_window: OpenWindow) -> None:
    """RQ-4: a stranger checks a file against a receipt. With script, the file does not leave the device."""
    calls, actor = case.demo.portal.client, case.demo.actor(case.person)
    calls.requests.stage(actor, case.id, case.item(0).id, name="paspoort.pdf", blocks=[PDF])
    calls.requests.deliver(actor, case.id, case.item(0).id, calls.requests.new_delivery())
    page = open_window(case.demo, case.person)
    page.goto(f"/verzoeken/{case.id}")
    click_through(page.get_by_role("link", name="Ontvangstbewijs: Kopie paspoort"))
    address = page.locator(".receipt-address a").inner_text()
    written = saved(page, page.get_by_role("link", name="Downloaden als pdf"))
    said = "".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(written)).pages).replace("\n", "")
    assert address in said
    assert hashlib.sha256(PDF).hexdigest() in said
    stranger = open_window(case.demo, width=PHONE)
    bodies: list[int] = []
    stranger.on("request", lambda each: bodies.append(len(each.post_data_buffer or b"")))
    stranger.goto(address)
    for content, told in ((PDF, "Dit bestand staat op het"), (PDF + b"%", "Dit bestand staat niet op het")):
        stranger.locator("#file").set_input_files([pdf("mijn pas.pdf", content)])
        press(stranger, "Controleren")
        expect(stranger.get_by_role("heading", name=told)).to_be_visible()
    assert max(bodies) < 2000
