"""A session that ends while its pages are open: in two tabs, by keyboard, with text that was typed (ST-3)."""

import re
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from examples.demo.state import State
from klantportaal import Language, SessionTimes
from tests.browser import short_sessions
from tests.browser.conftest import OpenWindow
from tests.browser.demos import EMPTY_DOSSIER, OLIVIA, WILLEMIJN, Demo
from tests.browser.looking import too_wide, violations
from tests.browser.pages import choose, open_uploads, pdf, press, sign_in
from tests.browser.watching import Watch
from tests.browser.words import DUTCH, WORDS

pytestmark = pytest.mark.browser
KEEP = "/ingelogd-blijven"
SECOND = timedelta(seconds=1)
SHORT = SessionTimes(idle=16 * SECOND, seen_every=SECOND)
"""Warns after eight seconds. Somebody who types is told of every four."""
LAST = SessionTimes(absolute=20 * SECOND)
"""Ends after twenty seconds, of which the last ten are warned of."""
TYPED = "Kan het morgen?"
SAID = re.compile(r"U hebt een tijd niets gedaan\. Daarom wordt u om \d\d:\d\d:\d\d uitgelogd\.")


ServeEnding = Callable[[SessionTimes], Demo]


@pytest.fixture
def ending(seeded: State, servers: ExitStack, tmp_path: Path) -> ServeEnding:
    """A function that serves the demo with sessions of seconds, until the windows of the test are closed."""
    return lambda times: servers.enter_context(short_sessions.ending(seeded, tmp_path, times))


def dialog(page: Page) -> Locator:
    """Give the dialog, if it is open."""
    return page.get_by_role("alertdialog")


def write(page: Page, path: str) -> Locator:
    """Begin a message."""
    page.goto(f"{path}/berichten/nieuw")
    page.get_by_label(DUTCH.subject).fill("Een vraag")
    body = page.get_by_label(DUTCH.message, exact=True)
    body.press_sequentially(TYPED)
    return body


def expect_open(title: str, *pages: Page) -> None:
    """Expect that the dialog is open, with its focus on something to press."""
    for page in pages:
        expect(dialog(page)).to_have_accessible_name(title)


def expect_closed(*pages: Page) -> None:
    """Expect that no dialog is open."""
    for page in pages:
        expect(dialog(page)).to_have_count(0)


def test_a_session_that_ends(ending: ServeEnding, open_window: OpenWindow, watch: Watch) -> None:
    """ST-3: one key prolongs the session in both tabs, and so does typing; after the end the text can still be sent."""
    demo = ending(SHORT)
    page = open_window(demo, WILLEMIJN)
    page.emulate_media(reduced_motion="reduce")
    path = demo.path(WILLEMIJN, EMPTY_DOSSIER)
    other = page.context.new_page()
    other.goto("/dossiers")
    body = write(page, path)
    expect_open("Bent u er nog?", page, other)
    expect(page.get_by_role("button", name="Blijf ingelogd")).to_be_focused()
    expect(dialog(page)).to_have_accessible_description(SAID)
    page.keyboard.press("Enter")
    expect_closed(page, other)
    expect(body).to_be_focused()
    for _time in range(6):  # Half as long again as a session lasts that nobody uses.
        page.keyboard.type("?")
        page.wait_for_timeout(4000)
        expect_closed(page, other)
    expect_open("Bent u er nog?", page, other)
    assert violations(page) + too_wide(page) == []
    page.keyboard.press("Escape")
    expect_closed(page)
    expect_open("U bent niet meer ingelogd", page, other)
    assert violations(page) + too_wide(page) == []
    with page.expect_popup() as opened:
        page.keyboard.press("Enter")  # On the link to sign in, in a tab of its own.
    sign_in(opened.value, DUTCH, WILLEMIJN)
    expect_closed(page, other)
    expect(body).to_have_value(TYPED + 6 * "?")
    press(page, DUTCH.send)
    expect(page.get_by_role("status")).to_contain_text(DUTCH.sent)


def test_the_portal_cannot_be_reached(ending: ServeEnding, open_window: OpenWindow, watch: Watch) -> None:
    """ST-3: if a press does not arrive, the page says so, and it can be repeated; after the end it says that."""
    watch.expected.append(KEEP)
    demo = ending(SHORT)
    page = open_window(demo, WILLEMIJN)
    page.goto("/home")
    page.route(f"**{KEEP}", lambda route: route.abort())
    stay = page.get_by_role("button", name="Blijf ingelogd")
    stay.click()
    expect(dialog(page).get_by_role("status")).to_have_text("Het portaal is niet bereikbaar. Probeer het nog eens.")
    page.unroute(f"**{KEEP}")
    stay.click()
    expect_closed(page)
    stay.wait_for()
    demo.portal.client.sign_in.sign_out(demo.actor(WILLEMIJN))
    stay.click()
    expect_open("U bent niet meer ingelogd", page)


def test_a_slow_upload(ending: ServeEnding, open_window: OpenWindow) -> None:
    """ST-3: a session of 16 seconds lasts during an upload of twice that time, without a warning."""
    demo = ending(SHORT)
    page = open_window(demo, WILLEMIJN)
    page.goto(f"{demo.path(WILLEMIJN, EMPTY_DOSSIER)}/berichten/nieuw")
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 20_000}
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", slow)
    window = open_uploads(page, DUTCH)
    choose(page, pdf("traag.pdf", b"%PDF-1.7\n" + bytes(640_000)))
    window.get_by_role("button", name=DUTCH.upload_one).click()
    warned = []
    dialog(page).wait_for(state="hidden")
    for _second in range(60):
        page.wait_for_timeout(1000)
        warned.append(dialog(page).count())
        if page.locator(".file-row").count():
            break
    expect(page.locator(".file-row")).to_have_count(1)
    assert (sum(warned), len(warned) > 20) == (0, True)
    other = page.context.new_page()
    other.goto("/home")
    expect(other.get_by_role("button", name=DUTCH.sign_out)).to_be_visible()


def test_the_last_end(ending: ServeEnding, open_window: OpenWindow) -> None:
    """ST-3, SI-3: the final end is announced once, as final; without typed text, signing in leads back to the page."""
    words = WORDS[Language.ENGLISH]
    demo = ending(LAST)
    page = open_window(demo, OLIVIA)
    page.set_viewport_size({"width": 375, "height": 740})
    page.goto("/dossiers")
    expect_open("You will have to sign in again soon", page)
    expect(page.get_by_role("button", name="Stay signed in")).to_be_hidden()
    assert too_wide(page) == []
    dialog(page).get_by_role("button", name="Close").click()
    expect_closed(page)
    expect_open("You are no longer signed in", page)
    assert violations(page) + too_wide(page) == []
    dialog(page).get_by_role("link", name=words.sign_in).click()
    page.get_by_label(words.email).fill(OLIVIA.email)
    page.get_by_label(words.password).fill(OLIVIA.password)
    press(page, words.sign_in)
    assert page.url == f"{demo.url}/dossiers"
