"""The demo's own pages in a real Chromium: nothing for axe to find, and the mailbox's frames."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Page
from werkzeug.serving import make_server

from examples.demo.pages import demo_pages
from examples.demo.state import State
from examples.flask_host.host import application
from klantportaal import ClientKind, NewClient, OfficeActor, Portal
from tests.browser.pages import click_through, press

AXE = Path(__file__).parents[2] / "frontend/node_modules/axe-core/axe.min.js"
pytestmark = pytest.mark.browser


@pytest.fixture
def portal(state: State) -> Portal:
    """The portal of the demo."""
    return state.portal()


@pytest.fixture
def url(portal: Portal, state: State) -> Iterator[str]:
    """A demo that is served."""
    app = application(portal, beside={"/demo": demo_pages(portal, state.mails)})
    server = make_server("127.0.0.1", 0, app, threaded=True)
    url = f"http://127.0.0.1:{server.server_port}"
    portal.offices.move(portal.offices.only(), url)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield url
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A window of its own."""
    with browser.new_context(locale="en-GB") as context:
        yield context.new_page()


def violations(page: Page) -> list[str]:
    """Ask axe what is wrong with a page."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {iframes: false}).then(result => result.violations)")
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in found]


def test_axe_finds_nothing(page: Page, url: str) -> None:
    """OF-1: every page of the desk, a refused form among them, and the mailbox are accessible."""
    lists = ("office/", "office/?handled=1", "office/clients", "office/dossiers", "office/questionnaires")
    for path in (*lists, "office/profile", "office/trail", "mailbox"):
        page.goto(f"{url}/demo/{path}")
        assert violations(page) == [], path
    page.goto(f"{url}/demo/office/dossiers")
    click_through(page.get_by_role("link", name="2026-0412"))
    press(page, "Publish")
    assert page.get_by_role("alert").inner_text().endswith("File: Choose a file that is not empty.")
    assert violations(page) == []
    page.goto(f"{url}/demo/office/clients")
    click_through(page.get_by_role("link", name="Willemijn de Groot"))
    assert violations(page) == []


def test_axe_finds_nothing_in_questionnaires(page: Page, url: str) -> None:
    """OF-1: an open questionnaire, a completed one, its answers, and a refused definition are accessible."""
    for name in ("Your will", "Personal details and identity document", "The answers"):
        if name != "The answers":
            page.goto(f"{url}/demo/office/questionnaires")
        click_through(page.get_by_role("link", name=name).first)
        assert violations(page) == [], name
    page.goto(f"{url}/demo/office/questionnaires")
    faulty = FilePayload(name="a.json", mimeType="application/json", buffer=b'{"id": "a"}')
    page.get_by_label("JSON file").set_input_files(faulty)
    press(page, "Publish")
    assert "$.pages: This is required." in page.get_by_role("alert").inner_text()
    assert violations(page) == []


def test_invite_by_hand(page: Page, url: str) -> None:
    """ON-1: what is typed wrongly stays to be mended; then the client is invited."""
    page.goto(f"{url}/demo/office/clients")
    form = page.get_by_role("region", name="Invite a client")
    form.get_by_label("Name", exact=True).fill("Piet Pietersen")
    form.get_by_label("E-mail address").fill("piet")
    press(page, "Invite", within=form)
    assert form.get_by_label("Name", exact=True).input_value() == "Piet Pietersen"
    form.get_by_label("E-mail address").fill("piet@example.nl")
    press(page, "Invite", within=form)
    assert "The client was invited" in page.get_by_role("status").inner_text()


@pytest.mark.parametrize("width", [1200, 390])
def test_long_names_fit(page: Page, url: str, portal: Portal, width: int) -> None:
    """OF-1: however long names and descriptions are, a page is no wider than the window, and short words stay whole."""
    desk = OfficeActor(office_id=portal.offices.only(), handler="A")
    long = "Rechtsbijstandsverzekeringsmaatschappij" * 3
    new = NewClient(kind=ClientKind.COMPANY, name=long, email="lang@example.nl")
    client, _account = portal.office.clients.invite(desk, new)
    portal.office.dossiers.open(desk, number="2026-" + "9" * 35, description=long, parties=[client])
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{url}/demo/office/dossiers")
    for step in ("clients", "dossiers", "2026-999", "Rechtsbijstand"):
        click_through(page.get_by_role("link", name=step).first)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), step
        heights = page.locator(".state").evaluate_all("each => each.map(one => one.clientHeight)")
        assert all(height < 30 for height in heights), step


def test_links_in_a_mail(page: Page, url: str, portal: Portal) -> None:
    """ON-2: the link in a mail's HTML leads the whole window to the portal, although the frame is sandboxed."""
    desk = OfficeActor(office_id=portal.offices.only(), handler="A")
    portal.office.clients.invite(desk, NewClient(kind=ClientKind.PERSON, name="Piet", email="piet@example.nl"))
    portal.background.dispatcher.run_once()
    page.goto(f"{url}/demo/mailbox")
    mail = page.get_by_role("article").first
    mail.get_by_text("As the reader sees it").click()
    mail.frame_locator("iframe").get_by_role("link").first.click()
    page.wait_for_url(lambda where: "/demo/" not in where)
    assert page.title().endswith("Notariskantoor Van der Meer")
