"""Looking at files in a real browser: Chromium's own PDF viewer shows them, and nothing in them runs (NW-3)."""

import base64
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from klantportaal import DocumentKind
from klantportaal.domain.values import ClientId, DocumentId, DossierId
from tests.browser.conftest import OpenWindow
from tests.browser.demos import WILLEMIJN, Demo, Person, wait_for
from tests.browser.pages import click_through, mail, press
from tests.browser.words import DUTCH
from tests.conftest import lacking
from tests.support import chromium

pytestmark = pytest.mark.browser

VIEWER = "chrome-extension://"
"""The origin of Chromium's PDF viewer."""
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PATIENCE = 40_000
"""The timeout in milliseconds, on a busy machine."""


@pytest.fixture(scope="session")
def browser(browser: Browser) -> Iterator[Browser]:
    """A Chromium with its PDF viewer."""
    executable = chromium.find(whole=True)
    if executable is None:
        lacking("no Chromium with a PDF viewer installed", required_by="KLANTPORTAAL_REQUIRE_BROWSER")
    with chromium.launched(browser.browser_type, executable) as running:
        yield running


def following_pdf(url: str) -> bytes:
    """Make a PDF of one page that names an address to follow when it is opened."""
    objects = (
        b"<</Type/Catalog/Pages 2 0 R/OpenAction 4 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/AA<</O 4 0 R>>>>",
        b"<</S/URI/URI(" + url.encode() + b")>>",
    )
    body, places = b"%PDF-1.7\n", list[int]()
    for number, each in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    return body + head + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(body))


def client_of(demo: Demo) -> ClientId:
    """Find the client that Willemijn acts for."""
    return demo.actor(WILLEMIJN).client_id


def looked_at(demo: Demo, dossier: DossierId, document: DocumentId) -> bool:
    """Tell whether the client looked at a document."""
    rows = demo.portal.client.dossiers.documents(demo.actor(WILLEMIJN), dossier, DocumentKind.DOCUMENT)
    return any(row.id == document and row.looked_at is not None for row in rows)


def open_look(page: Page, dossier: DossierId, document: DocumentId) -> None:
    """Go to a document's page from the button in its list."""
    page.goto(f"/dossiers/{dossier}/documenten")
    page.locator(f'a[href$="/documenten/{document}/bekijken"]').click()


def follow_the_mail(page: Page, demo: Demo, person: Person) -> None:
    """Press the button of the mail about one document, and sign in."""
    news = mail(page, demo, person.email, "Er staat iets nieuws voor u klaar")
    news.locator("summary").click()
    click_through(news.frame_locator("iframe").get_by_role("link", name="Bekijk het document"))
    page.get_by_label(DUTCH.email).fill(person.email)
    page.get_by_label(DUTCH.password).fill(person.password)
    press(page, DUTCH.sign_in)


@pytest.mark.parametrize("javascript", [True, False])
def test_files_in_the_browser(demo: Demo, open_window: OpenWindow, javascript: bool) -> None:
    """NW-3: Chromium's viewer shows a PDF under the portal's policy, and follows nothing; so are pictures and texts.

    NW-2: The button of a mail about one document leads to its page, through signing in.
    """
    newcomer, newcomers = demo.newcomer("Mies Mail", f"mies-{javascript}@example.nl".lower())
    told = demo.open_dossier(f"MAIL-{javascript}", "Schenking", newcomers)
    new = demo.publish(told, "Schenkingsakte", newcomers, content=b"Beste Mies", name="akte.txt")

    dossier = demo.open_dossier(f"KIJK-{javascript}", "Bekijken", client_of(demo))
    elsewhere, client = f"{demo.url}/elders", client_of(demo)
    page, asked = open_window(demo, WILLEMIJN, javascript=javascript), list[str]()
    page.context.on("request", lambda request: asked.append(request.url))

    akte = demo.publish(dossier, "Akte", client, content=following_pdf(elsewhere), name="akte.pdf")
    page.goto(f"/dossiers/{dossier}/documenten")
    with page.expect_event("framenavigated", lambda frame: frame.url.startswith(VIEWER), timeout=PATIENCE):
        page.locator(f'a[href$="/documenten/{akte}/bekijken"]').click()
    wait_for(lambda: looked_at(demo, dossier, akte), "the mark of the PDF")

    picture = demo.publish(dossier, "Foto", client, content=PNG, name="foto.png")
    open_look(page, dossier, picture)
    assert page.locator("img.look-picture").evaluate("each => each.decode().then(() => each.naturalWidth)") == 1
    wait_for(lambda: looked_at(demo, dossier, picture), "the mark of the picture")

    letter = demo.publish(dossier, "Brief", client, content=b"Beste <b>klant</b>", name="brief.txt")
    open_look(page, dossier, letter)
    text = page.frame_locator("iframe.look").locator("body")
    expect(text).to_have_text("Beste <b>klant</b>")
    expect(text.locator("b")).to_have_count(0)
    wait_for(lambda: looked_at(demo, dossier, letter), "the mark of the text")
    assert elsewhere not in asked
    assert len(page.context.pages) == 1

    visitor = open_window(demo, javascript=javascript)
    follow_the_mail(visitor, demo, newcomer)
    expect(visitor).to_have_url(f"{demo.url}/dossiers/{told}/documenten/{new}/bekijken")
    expect(visitor.get_by_role("heading", level=1)).to_have_text("akte.txt")


@pytest.mark.parametrize("javascript", [True, False])
def test_a_tab_on_a_phone(demo: Demo, open_window: OpenWindow, javascript: bool) -> None:
    """DO-4, QU-1: On a phone, a tab that is chosen has its list in view, also where a questionnaire waits."""
    dossier = demo.open_dossier(f"TAB-{javascript}", "Levering van de woning aan de Dorpsstraat", client_of(demo))
    portal, published = demo.portal, demo.publish(dossier, "Akte", client_of(demo), content=b"Akte", name="akte.txt")
    first = portal.office.questionnaires.list(demo.office)[0]
    portal.office.questionnaires.assign(demo.office, dossier, client_of(demo), first.questionnaire)
    page = open_window(demo, WILLEMIJN, javascript=javascript, width=375)
    page.set_viewport_size({"width": 375, "height": 740})
    page.goto(f"/dossiers/{dossier}")
    page.get_by_role("navigation", name="Onderdelen van dit dossier").get_by_role("link", name="Documenten").click()
    row = page.locator(f'a[href$="/documenten/{published}/bekijken"]')
    expect(row).to_be_in_viewport()
