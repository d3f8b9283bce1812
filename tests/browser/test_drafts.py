"""Drafts in a browser: kept while somebody types, in two windows, and over a connection that breaks (ST-1)."""

import re

import pytest
from playwright.sync_api import Dialog, Locator, Page, Route, expect

from tests.browser.conftest import OpenWindow
from tests.browser.demos import Demo, wait_for
from tests.browser.pages import choose, click_through, open_uploads, pdf, press
from tests.browser.test_mishaps import client_with_dossier, messages, write
from tests.browser.watching import Watch
from tests.browser.ways import BOTH_WAYS, ON_FASTAPI, ON_FLASK
from tests.browser.words import DUTCH

pytestmark = pytest.mark.browser

SAVE = "Bewaar als concept"
SENT_BEFORE = "Dit concept is al verstuurd."
SAVED = re.compile(r"^Concept bewaard om \d\d:\d\d$")


def said(page: Page) -> Locator:
    """Find what is said about the draft."""
    return page.locator("[data-draft-said]")


def body(page: Page) -> Locator:
    """Find the field of the message."""
    return page.get_by_label(DUTCH.message, exact=True)


@ON_FLASK
def test_kept_while_typing(demo: Demo, open_window: OpenWindow) -> None:
    """ST-1: text and files are saved automatically; leaving the page asks nothing, and the draft can be resumed."""
    person, dossier_id = client_with_dossier(demo, "bewaard")
    page = open_window(demo, person)
    write(page, dossier_id, subject="", body="")
    page.wait_for_timeout(4000)
    expect(said(page)).to_have_text("")
    body(page).press_sequentially("Kan het morgen?")
    expect(said(page)).to_have_text(SAVED)
    window = open_uploads(page, DUTCH)
    choose(page, pdf("een.pdf"), pdf("twee.pdf"))
    window.get_by_role("button", name="Upload").click()
    expect(page.locator(".file-row")).to_have_count(2)
    expect(page.locator('form[data-kept="yes"]')).to_be_attached()
    page.goto("/home")
    page.go_back()
    expect(body(page)).to_have_value("Kan het morgen?")
    click_through(page.get_by_role("link", name=DUTCH.tabs[3]).first)
    draft = page.get_by_role("region", name="Concepten").get_by_role("row").nth(1)
    expect(draft).to_contain_text("2")
    click_through(draft.get_by_role("link", name="Kan het morgen?", exact=True))
    expect(body(page)).to_have_value("Kan het morgen?")
    expect(page.locator(".file-row")).to_have_count(2)
    page.get_by_label(DUTCH.subject).fill("Een vraag")
    press(page, DUTCH.send)
    expect(page.get_by_role("status")).to_contain_text(DUTCH.sent)
    expect(page.get_by_role("region", name="Concepten")).to_have_count(0)
    page.go_back()
    expect(page.get_by_role("status")).to_contain_text(SENT_BEFORE)
    assert [(row.subject, row.attachments) for row in messages(demo, person, dossier_id)] == [("Een vraag", 2)]


@ON_FLASK
def test_back_after_sending(demo: Demo, open_window: OpenWindow) -> None:
    """AT-5: a message that was sent at once does not come back as a draft when somebody goes back."""
    person, dossier_id = client_with_dossier(demo, "terug")
    page = open_window(demo, person)
    write(page, dossier_id, body="Meteen verstuurd")
    press(page, DUTCH.send)
    expect(page.get_by_role("status")).to_contain_text(DUTCH.sent)
    page.go_back()
    expect(page.get_by_role("status")).to_contain_text(SENT_BEFORE)
    assert demo.portal.client.drafts.list(demo.actor(person), dossier_id) == []


@ON_FASTAPI
def test_back_at_once(demo: Demo, open_window: OpenWindow, watch: Watch) -> None:
    """ST-1: who leaves before anything was kept, and comes back, sees what was typed: leaving keeps it."""
    watch.on_dialog = Dialog.accept  # What is typed is not kept yet, so the browser asks.
    person, dossier_id = client_with_dossier(demo, "meteen-terug")
    page = open_window(demo, person)
    write(page, dossier_id, body="Net begonnen")
    page.get_by_role("link", name=DUTCH.home).first.click()
    expect(page).to_have_url(f"{demo.url}/home")
    wait_for(lambda: demo.portal.client.drafts.list(demo.actor(person), dossier_id) != [], "the draft")
    page.go_back()
    expect(body(page)).to_have_value("Net begonnen")
    press(page, DUTCH.send)
    expect(page.get_by_role("status")).to_contain_text(DUTCH.sent)
    assert [row.subject for row in messages(demo, person, dossier_id)] == ["Een vraag"]


@BOTH_WAYS
def test_the_button(demo: Demo, javascript: bool, open_window: OpenWindow) -> None:
    """ST-1: with and without script a button saves the draft, and the page does not change."""
    person, dossier_id = client_with_dossier(demo, f"knop-{javascript}".lower())
    page = open_window(demo, person, javascript=javascript)
    for number in range(2):
        if not number:
            write(page, dossier_id)
        body(page).fill(f"Versie {number}")
        page.get_by_role("button", name=SAVE).click()
        expect(said(page)).to_contain_text("Concept bewaard")
        expect(body(page)).to_have_value(f"Versie {number}")
    [draft] = demo.portal.client.drafts.list(demo.actor(person), dossier_id)
    assert draft.opening == "Versie 1"


@ON_FLASK
def test_a_message_that_is_refused(demo: Demo, open_window: OpenWindow) -> None:
    """ST-1: text that was typed just before a message was refused is saved too, without more typing."""
    person, dossier_id = client_with_dossier(demo, "geweigerd")
    page = open_window(demo, person)
    write(page, dossier_id, subject="", body="Zonder onderwerp")
    press(page, DUTCH.send)
    expect(page.get_by_role("alert")).to_be_visible()
    expect(said(page)).to_have_text(SAVED)
    [draft] = demo.portal.client.drafts.list(demo.actor(person), dossier_id)
    assert draft.opening == "Zonder onderwerp"


@ON_FASTAPI
def test_two_windows(demo: Demo, open_window: OpenWindow, watch: Watch) -> None:
    """ST-1: the second window says that the first has saved, and keeps its text; it saves only by its button then."""
    watch.expected.append("/berichten/nieuw")
    person, dossier_id = client_with_dossier(demo, "vensters")
    first = open_window(demo, person)
    write(first, dossier_id, body="Begin")
    first.get_by_role("button", name=SAVE).click()
    expect(said(first)).to_have_text(SAVED)
    second = first.context.new_page()
    second.goto(f"/dossiers/{dossier_id}/berichten")
    click_through(second.get_by_role("link", name="Een vraag", exact=True))
    first.bring_to_front()
    body(first).fill("Uit het eerste venster")
    first.get_by_role("button", name=SAVE).click()
    expect(first.locator('form[data-kept="yes"]')).to_be_attached()
    second.bring_to_front()
    body(second).fill("Uit het tweede venster")
    expect(said(second)).to_contain_text("Dit concept is in een ander venster gewijzigd")
    body(second).press_sequentially("!")
    second.wait_for_timeout(4000)
    [draft] = demo.portal.client.drafts.list(demo.actor(person), dossier_id)
    assert draft.opening == "Uit het eerste venster"
    second.get_by_role("button", name=SAVE).click()
    expect(said(second)).to_have_text(SAVED)
    first.bring_to_front()
    press(first, DUTCH.send)
    expect(first.get_by_role("alert")).to_contain_text("Dit concept is in een ander venster gewijzigd")
    press(first, DUTCH.send)
    expect(first.get_by_role("status")).to_contain_text(DUTCH.sent)
    assert demo.portal.client.drafts.list(demo.actor(person), dossier_id) == []


@ON_FLASK
def test_an_answer_that_was_lost(demo: Demo, open_window: OpenWindow, watch: Watch) -> None:
    """ST-1: a save without a response is shown as not saved, tried again, and not treated as another window's."""
    watch.expected.append("/berichten/nieuw")
    person, dossier_id = client_with_dossier(demo, "weggevallen")
    page = open_window(demo, person)
    lost: list[str] = []

    def lose_the_first(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch().text())
            route.abort()
        else:
            route.continue_()

    page.route("**/berichten/nieuw", lose_the_first)
    write(page, dossier_id, body="Begin")
    expect(said(page)).to_contain_text("Dit is niet bewaard")
    assert "Concept bewaard" in lost[0]
    body(page).fill("Begin, en meer")
    page.get_by_role("button", name=SAVE).click()
    expect(said(page)).to_have_text(SAVED)
    expect(page.locator('form[data-kept="yes"]')).to_be_attached()
    [draft] = demo.portal.client.drafts.list(demo.actor(person), dossier_id)
    assert draft.opening == "Begin, en meer"


@ON_FASTAPI
def test_sending_that_is_stopped(demo: Demo, open_window: OpenWindow) -> None:
    """AT-5, ST-1: after the browser's Stop, typing releases the form: it is saved again by itself, and can be sent."""
    person, dossier_id = client_with_dossier(demo, "gestopt")
    page = open_window(demo, person)
    held: list[Route] = []
    write(page, dossier_id, body="Een tekst")
    page.route(
        "**/berichten/nieuw",
        lambda route: held.append(route) if route.request.is_navigation_request() else route.continue_(),
    )
    page.evaluate("document.querySelector('.form-actions button').click()")
    page.wait_for_timeout(500)
    page.context.new_cdp_session(page).send("Page.stopLoading")
    page.unroute("**/berichten/nieuw")
    assert len(held) == 1
    form = page.locator("form[data-draft]")
    expect(form).to_have_attribute("data-sending", "yes")
    body(page).press_sequentially(", langer")
    expect(form).not_to_have_attribute("data-sending", "yes")
    expect(said(page)).to_have_text(SAVED)
    press(page, DUTCH.send)
    expect(page.get_by_role("status")).to_contain_text(DUTCH.sent)
    assert [row.subject for row in messages(demo, person, dossier_id)] == ["Een vraag"]


@ON_FLASK
def test_the_session_ended(demo: Demo, open_window: OpenWindow, watch: Watch) -> None:
    """ST-1, SI-3: a save after the session ended says what to do, and the text stays."""
    watch.expected.append("/berichten/nieuw")
    person, dossier_id = client_with_dossier(demo, "verlopen")
    page = open_window(demo, person)
    write(page, dossier_id, body="Begin")
    page.context.clear_cookies()
    expect(said(page)).to_contain_text("Dit is niet bewaard: u bent niet meer ingelogd.")
    expect(body(page)).to_have_value("Begin")


@ON_FLASK
def test_a_file_that_is_listed(demo: Demo, open_window: OpenWindow) -> None:
    """AT-5: a file that is chosen again is not reported as added: it is already in the list."""
    person, dossier_id = client_with_dossier(demo, "dubbel")
    page = open_window(demo, person)
    write(page, dossier_id)
    for sentence in ("1 bestand toegevoegd.", "“een.pdf” staat al in de lijst."):
        window = open_uploads(page, DUTCH)
        choose(page, pdf("een.pdf"))
        window.get_by_role("button", name="Upload").click()
        expect(page.locator("[data-uploads-status]")).to_have_text(sentence)
        expect(page.locator(".file-row")).to_have_count(1)
