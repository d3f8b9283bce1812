"""Photographs for what the office asks for, and the check of a receipt (RQ-2, RQ-4)."""

import hashlib
import io
import random
import re

import attrs
import pytest
from PIL import Image
from playwright.sync_api import Dialog, FilePayload, Locator, Page, Route, expect
from pypdf import PdfReader

from klantportaal.domain.requests import RequestedItem
from klantportaal.domain.values import DossierId, RequestId
from tests.browser.conftest import OpenWindow
from tests.browser.demos import Demo, Person
from tests.browser.pages import PDF, click_through, pdf, press, saved, stay
from tests.browser.requests_tour import asked
from tests.browser.watching import Watch
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


@attrs.frozen
class Photos:
    """The page of an item for four files, on a phone, where photographs are taken."""

    case: Case
    page: Page

    @classmethod
    def of(cls, case: Case, open_window: OpenWindow, *staged: str) -> "Photos":
        """Open the page, with files that were added earlier."""
        calls, actor = case.demo.portal.client.requests, case.demo.actor(case.person)
        for name in staged:
            calls.stage(actor, case.id, case.item(0).id, name=name, blocks=[PDF, name.encode()])
        page = open_window(case.demo, case.person, width=PHONE)
        page.goto(f"/verzoeken/{case.id}/stukken/{case.item(0).id}")
        return cls(case, page)

    def take(self, *photographs: FilePayload) -> None:
        """Take photographs: one, if none is given."""
        self.page.locator("[data-photos] input").set_input_files(photographs or [photograph("1.jpg", 80, 60, 1)])

    @property
    def add(self) -> Locator:
        """The button that adds the photographs, which is there as long as some wait."""
        return self.page.get_by_role("button", name="Als één pdf toevoegen")

    @property
    def send(self) -> Locator:
        """The button that delivers."""
        return self.page.get_by_role("button", name="Aanleveren", exact=True)

    @property
    def said(self) -> Locator:
        """What is said of the photographs."""
        return self.page.locator("[data-photos-status]")

    @property
    def refused(self) -> Locator:
        """The sentences about files that were refused."""
        return self.page.locator("[data-uploads-refused] li")

    @property
    def rows(self) -> Locator:
        """The names of the files in the list."""
        return self.page.locator(".file-row .file-name")

    def upload(self) -> None:
        """Press the button of the dialog that sends the PDF."""
        self.page.locator(".uppy-StatusBar-actionBtn--upload").click()

    def close(self) -> None:
        """Close the dialog with a key."""
        expect(self.page.get_by_role("dialog")).to_be_visible()
        self.page.keyboard.press("Escape")
        expect(self.page.get_by_role("dialog")).to_be_hidden()

    def delivered(self) -> list[str]:
        """Give the names of what was delivered."""
        return [each.name for each in self.case.item(0).current_files]

    def expect_kept(self) -> None:
        """Expect that the photographs wait, that it is said, and that nothing was delivered."""
        expect(self.said).to_have_text(re.compile(f"{KEPT}$"))
        expect(self.add).to_be_visible()
        assert self.delivered() == []


KEPT = "De foto's zijn nog niet toegevoegd. Voeg ze toe als één pdf of gooi ze weg."
UNSENT = "Er is nog niets verstuurd."


@ON_FLASK
@pytest.mark.parametrize("staged", [(), ("voorkant.pdf",)], ids=["alone", "with a file"])
def test_photographs_that_wait_are_sent(case: Case, staged: tuple[str, ...], open_window: OpenWindow) -> None:
    """RQ-2: photographs that were not added yet become a PDF, and are delivered, when `Aanleveren` is pressed."""
    photos = Photos.of(case, open_window, *staged)
    photos.take()
    click_through(photos.send)
    assert photos.delivered() == [*staged, "Foto's 1.pdf"]
    expect(photos.page).to_have_url(re.compile(f"/verzoeken/{case.id}\\b(?!/stukken)"))


@ON_FLASK
def test_leaving_photographs(case: Case, open_window: OpenWindow, watch: Watch) -> None:
    """RQ-2: the browser asks before a page is left on which photographs wait, and no longer once they are discarded."""
    photos, asked = Photos.of(case, open_window), list[str]()

    def remain(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    watch.on_dialog = remain
    photos.take()
    leave = photos.page.get_by_role("link", name="Annuleer")
    stay(leave)
    expect(photos.said).to_have_text("1 foto gemaakt.")
    photos.page.get_by_role("button", name="Weggooien").click()
    click_through(leave)
    assert asked == ["beforeunload"]


@ON_FLASK
@pytest.mark.parametrize(
    "script, told", [("upload_dialog", "De foto's zijn nog niet"), ("photos_pdf", "U kunt nu geen bestanden kiezen")]
)
def test_nothing_is_sent_without_its_photographs(
    case: Case, script: str, told: str, open_window: OpenWindow, watch: Watch
) -> None:
    """RQ-2: if a script does not load, nothing is delivered, the photographs stay, and the next press delivers all."""
    watch.expected.append(f"/static/{script}")
    photos, address = Photos.of(case, open_window, "voorkant.pdf"), f"**/{script}.*.js*"
    photos.take()
    photos.page.route(address, lambda route: route.abort())
    photos.send.click()
    expect(photos.said).to_have_text(re.compile(f"^{UNSENT} {told}"))
    expect(photos.add).to_be_visible()
    assert photos.delivered() == []
    photos.page.unroute(address)
    click_through(photos.send)
    assert photos.delivered() == ["voorkant.pdf", "Foto's 1.pdf"]


@ON_FLASK
def test_a_connection_that_is_lost_while_sending(case: Case, open_window: OpenWindow, watch: Watch) -> None:
    """RQ-2: a PDF that does not come in can be sent again. If the dialog is closed instead, nothing is delivered."""
    photos = Photos.of(case, open_window)
    watch.expected.append(endpoint := photos.page.locator("[data-uploads]").get_attribute("data-uploads") or "")
    photos.take()
    photos.page.route(f"**{endpoint}", lambda route: route.abort())
    photos.send.click()
    expect(photos.page.locator(".upload-notices")).to_have_text(re.compile("Het portaal reageert niet"))
    photos.close()
    photos.expect_kept()
    expect(photos.said).to_have_text(f"{UNSENT} {KEPT}")
    photos.send.click()
    again = photos.page.locator(".uppy-StatusBar-actionBtn--retry")
    expect(again).to_be_visible()
    photos.page.unroute(f"**{endpoint}")
    click_through(again)
    assert photos.delivered() == ["Foto's 1.pdf"]


@ON_FLASK
def test_photographs_of_a_dialog_that_is_closed(case: Case, open_window: OpenWindow) -> None:
    """RQ-2: photographs stay until their PDF is in the list, also if the dialog is closed before it was sent."""
    photos = Photos.of(case, open_window)
    photos.take()
    photos.add.click()
    photos.close()
    photos.expect_kept()
    expect(photos.page.get_by_role("button", name="Foto's maken")).to_be_focused()
    photos.add.click()
    photos.upload()
    expect(photos.rows).to_have_text(["Foto's 1.pdf"])
    expect(photos.add).to_be_hidden()
    expect(photos.page.get_by_role("button", name="Foto's maken")).to_be_focused()


@ON_FLASK
def test_photographs_of_a_dialog_that_does_not_load(case: Case, open_window: OpenWindow, watch: Watch) -> None:
    """RQ-2: photographs stay if the dialog cannot be loaded, and can be added once it can."""
    watch.expected.append("/static/upload_dialog")
    photos, address = Photos.of(case, open_window), "**/upload_dialog.*.js*"
    photos.take()
    photos.page.route(address, lambda route: route.abort())
    photos.add.click()
    expect(photos.refused).to_have_count(1)
    photos.expect_kept()
    photos.page.unroute(address)
    photos.add.click()
    photos.upload()
    expect(photos.rows).to_have_text(["Foto's 1.pdf"])


@ON_FLASK
def test_photographs_for_a_full_list(case: Case, open_window: OpenWindow) -> None:
    """RQ-2: photographs for which there is no room stay, and can be added once a file was removed."""
    photos = Photos.of(case, open_window, "1.pdf", "2.pdf", "3.pdf", "4.pdf")
    photos.take()
    photos.add.click()
    expect(photos.refused).to_have_text([re.compile("maximaal 4 bestanden")])
    photos.expect_kept()
    photos.send.click()
    expect(photos.said).to_have_text(f"{UNSENT} {KEPT}")
    photos.page.locator(".file-row button").first.click()
    expect(photos.rows).to_have_count(3)
    photos.add.click()
    photos.upload()
    expect(photos.rows).to_have_text(["2.pdf", "3.pdf", "4.pdf", "Foto's 1.pdf"])


@ON_FLASK
def test_photographs_that_are_too_large(case: Case, open_window: OpenWindow) -> None:
    """RQ-2: photographs whose PDF is larger than a file may be stay, and nothing is delivered."""
    photos = Photos.of(case, open_window)
    for number in range(11):
        content, noise = io.BytesIO(), random.Random(number).randbytes(2200 * 2200 * 3)  # 2.7 MB, however it is packed.
        Image.frombytes("RGB", (2200, 2200), noise).save(content, "JPEG")
        photos.take({"name": f"{number}.jpg", "mimeType": "image/jpeg", "buffer": content.getvalue()})
    photos.send.click()
    expect(photos.page.locator(".upload-notices")).to_have_text(re.compile("is groter dan 25.MB"))
    photos.close()
    photos.expect_kept()
    expect(photos.refused).to_have_text([re.compile("“Foto's 1.pdf” is groter dan")])


@ON_FLASK
def test_a_photograph_that_is_taken_late(case: Case, open_window: OpenWindow) -> None:
    """RQ-2: a photograph that is taken while a PDF is made waits for the next one, and cannot be discarded with it."""
    photos, held = Photos.of(case, open_window), list[Route]()

    def hold(route: Route) -> None:
        held.append(route)

    photos.take()
    photos.page.route("**/photos_pdf.*.js", hold)
    with photos.page.expect_request("**/photos_pdf.*.js"):
        photos.add.click()
    photos.take()
    expect(photos.said).to_have_text("2 foto's gemaakt.")
    photos.page.get_by_role("button", name="Weggooien").click(force=True)
    held[0].continue_()
    photos.upload()
    expect(photos.rows).to_have_text(["Foto's 1.pdf"])
    expect(photos.said).to_have_text("1 foto gemaakt.")
    click_through(photos.send)
    assert photos.delivered() == ["Foto's 1.pdf", "Foto's 2.pdf"]
    assert [len(PdfReader(io.BytesIO(content)).pages) for content in case.content(0)] == [1, 1]


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
