"""The list of sessions in two windows, and asking for the password again (SI-3, SI-4)."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenWindow
from tests.browser.demos import Demo, Person
from tests.browser.pages import click_through, press, sign_in
from tests.browser.test_keyboard import tab_to
from tests.browser.tours import FIREFOX
from tests.browser.ways import BOTH_WAYS, ON_FASTAPI
from tests.browser.words import DUTCH, WORDS, Words

pytestmark = pytest.mark.browser
PHONE = 375


def guest(demo: Demo, mark: str, words: Words = DUTCH) -> Person:
    """Add a client with a password."""
    person, _client = demo.newcomer(f"Gast {mark}", f"{mark}@example.nl", language=words.language)
    return person


def is_signed_out(page: Page, words: Words) -> None:
    """Check that the next page asks to sign in."""
    page.goto("/home")
    expect(page.get_by_role("button", name=words.sign_in)).to_be_visible()


@pytest.mark.parametrize("words", WORDS.values(), ids=str)
@BOTH_WAYS
def test_signing_out_elsewhere(demo: Demo, javascript: bool, words: Words, open_window: OpenWindow) -> None:
    """SI-4: On a phone, the list can end one other session and then all others. This session stays."""
    person = guest(demo, f"sessies-{demo.host}-{words.language}", words)
    here, other = (
        open_window(demo, language=words.language, javascript=javascript, width=PHONE) for _window in range(2)
    )
    for page in (other, here):
        sign_in(page, words, person)
    demo.sign_in_elsewhere(person, FIREFOX)
    here.goto("/mijn-gegevens")
    click_through(here.locator('a[href$="/sessies"]'))
    expect(here.get_by_role("heading", level=1)).to_have_text(words.signed_in_where)
    rows = here.get_by_role("row").filter(has_text="Firefox")
    click_through(rows.get_by_role("button"))
    expect(here.get_by_role("status")).to_be_visible()
    expect(rows).to_have_count(0)
    press(here, words.sign_out_elsewhere)
    expect(here.get_by_role("button", name=words.sign_out_elsewhere)).to_have_count(0)
    is_signed_out(other, words)
    here.goto("/home")
    expect(here.get_by_role("button", name=words.sign_out)).to_be_visible()


@ON_FASTAPI
def test_the_password_once_more_by_keyboard(demo: Demo, open_window: OpenWindow) -> None:
    """SI-3, SI-4: A user can give the password again and end other sessions by keyboard."""
    person = guest(demo, "bevestigen-toetsen")
    page = open_window(demo, person)
    page.emulate_media(reduced_motion="reduce")
    demo.sign_in_elsewhere(person, FIREFOX)
    demo.gave_password(person, timedelta(hours=1))
    page.goto("/mijn-gegevens/sessies")
    tab_to(page, "Wachtwoord invullen")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(DUTCH.once_more)
    expect(page.get_by_label(DUTCH.email)).to_have_value(person.email)
    tab_to(page, "Huidig wachtwoord")
    page.keyboard.type(person.password)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(DUTCH.signed_in_where)
    tab_to(page, DUTCH.sign_out_elsewhere)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("U bent uitgelogd op alle andere apparaten.")


@BOTH_WAYS
def test_a_form_that_came_too_late(demo: Demo, javascript: bool, open_window: OpenWindow) -> None:
    """SI-3: After ten minutes a button asks for the password, says that nothing was done, and leads back."""
    person = guest(demo, f"te-laat-{demo.host}")
    page = open_window(demo, person, javascript=javascript)
    demo.sign_in_elsewhere(person, FIREFOX)
    page.goto("/mijn-gegevens/sessies")
    demo.gave_password(person, timedelta(hours=1))
    press(page, DUTCH.sign_out_elsewhere)
    expect(page.get_by_role("status")).to_contain_text("Wat u vroeg, is nog niet gedaan.")
    page.get_by_label("Huidig wachtwoord").fill(person.password)
    press(page, DUTCH.continue_)
    expect(page.get_by_role("row").filter(has_text="Firefox")).to_have_count(1)
    press(page, DUTCH.sign_out_elsewhere)
    expect(page.get_by_role("row").filter(has_text="Firefox")).to_have_count(0)
