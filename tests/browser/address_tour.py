"""A tour of changing one's own e-mail address, from the form to the page that says that it changed (PR-4)."""

from collections.abc import Iterator

from playwright.sync_api import Page, expect

from tests.browser.demos import Demo
from tests.browser.pages import click_through
from tests.browser.words import Words

PAGE, LINK = "/mijn-gegevens/e-mailadres", "/e-mailadres"


def link_path(demo: Demo, email: str) -> str:
    """Wait for the mail to a new address, and give the path of its link."""
    return f"{LINK}/{demo.await_mail(email, '').text.split(f'{LINK}/')[1].split()[0]}"


def ask(page: Page, email: str) -> None:
    """Fill in the form and send it."""
    page.locator("#email").fill(email)
    click_through(page.locator("form.form button"))


def changing_the_address(page: Page, demo: Demo, words: Words, mark: str) -> Iterator[str]:
    """Visit all its pages, as a new client."""
    person, _client = demo.newcomer(f"Adres {mark}", f"adres-{mark}@example.nl", language=words.language)
    new = f"een.heel.lang.nieuw.adres.van.een.klant.{mark}@afdeling.havenkwartier.example.nl"
    demo.let_in(page.context, person)
    page.goto(PAGE)
    yield "another address"
    ask(page, person.email.upper())
    expect(page.get_by_role("alert")).to_be_visible()
    yield "another address, refused"
    ask(page, new)
    expect(page.get_by_role("status")).to_be_visible()
    yield "my details, with an address that waits"
    path = link_path(demo, new)
    page.goto(path)
    yield "a new address, to confirm"
    click_through(page.locator("form.form button"))
    yield "an address that was changed"
    page.goto(path)
    yield "a link to an address that was used"
