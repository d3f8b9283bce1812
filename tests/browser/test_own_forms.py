"""One browser, two people: pages of the one after the other has signed in, and after signing in again."""

import pytest
from playwright.sync_api import Page, expect

from klantportaal.domain.values import DossierId
from tests.browser.conftest import OpenWindow
from tests.browser.demos import WILLEMIJN, Demo, Person
from tests.browser.looking import at_width, too_wide, violations
from tests.browser.pages import choose, open_uploads, pdf, press, sign_in
from tests.browser.test_mishaps import client_with_dossier, messages, write
from tests.browser.watching import Watch
from tests.browser.ways import BOTH_WAYS, ON_FLASK
from tests.browser.words import DUTCH

pytestmark = pytest.mark.browser


def sent(demo: Demo, person: Person, dossier_id: DossierId) -> list[str]:
    """Give the subjects of what somebody sent, whose session was ended."""
    demo._tokens.pop(person.email, None)
    return [row.subject for row in messages(demo, person, dossier_id)]


def pass_on(page: Page, person: Person) -> None:
    """Sign out in another tab, and let somebody else sign in there."""
    tab = page.context.new_page()
    tab.goto("/home")
    press(tab, DUTCH.sign_out)
    sign_in(tab, DUTCH, person)


@BOTH_WAYS
def test_a_message_of_somebody_else(demo: Demo, javascript: bool, open_window: OpenWindow) -> None:
    """PE-4: what A wrote is not sent once B is signed in; the page names both, has the text, and fits a phone."""
    person, dossier_id = client_with_dossier(demo, f"twee-tabs-{javascript}".lower())
    page = open_window(demo, person, javascript=javascript)
    write(page, dossier_id)
    pass_on(page, WILLEMIJN)
    press(page, DUTCH.send)
    expect(page.get_by_role("alert")).to_contain_text(person.name)
    expect(page.get_by_role("alert")).to_contain_text(WILLEMIJN.name)
    expect(page.get_by_label(DUTCH.message, exact=True)).to_have_value("Kan het morgen?")
    expect(page.get_by_role("banner")).to_contain_text(WILLEMIJN.name)
    assert sent(demo, person, dossier_id) == []
    at_width(page, 360)
    if javascript:  # It takes scripts to look.
        assert (violations(page), too_wide(page)) == ([], [])


@ON_FLASK
def test_a_file_of_somebody_else(demo: Demo, open_window: OpenWindow, watch: Watch) -> None:
    """PE-4: a file that A's page uploads while B is signed in is not kept, and the page says why."""
    watch.expected += ["/bijlagen", "/berichten/nieuw"]  # The draft that is saved by itself is not kept either.
    person, dossier_id = client_with_dossier(demo, "bestand-twee-tabs")
    page = open_window(demo, person)
    write(page, dossier_id)
    pass_on(page, WILLEMIJN)
    page.bring_to_front()
    window = open_uploads(page, DUTCH)
    choose(page, pdf("scan.pdf"))
    window.get_by_role("button", name="Upload").click()
    expect(page.locator("[data-uploads-refused]")).to_contain_text(f"van {person.name}")
    expect(page.locator(".file-row")).to_have_count(0)
    watch.said[:] = [each for each in watch.said if "[Uppy]" not in each[1]]  # It logs what it is told, which is right.


@BOTH_WAYS
def test_a_message_after_the_session_ended(demo: Demo, javascript: bool, open_window: OpenWindow) -> None:
    """ST-2: a message that was sent after signing out elsewhere is shown again after signing in, and is sent once."""
    person, dossier_id = client_with_dossier(demo, f"verlopen-{javascript}".lower())
    page = open_window(demo, person, javascript=javascript)
    write(page, dossier_id)
    tab = page.context.new_page()
    tab.goto("/home")
    press(tab, DUTCH.sign_out)
    press(page, DUTCH.send)
    page.get_by_label(DUTCH.email).fill(person.email)
    page.get_by_label(DUTCH.password).fill(person.password)
    press(page, DUTCH.sign_in)
    expect(page.get_by_label(DUTCH.message, exact=True)).to_have_value("Kan het morgen?")
    assert sent(demo, person, dossier_id) == []
    press(page, DUTCH.send)
    expect(page.get_by_role("status").filter(has_text=DUTCH.sent)).to_be_visible()
    assert sent(demo, person, dossier_id) == ["Een vraag"]
