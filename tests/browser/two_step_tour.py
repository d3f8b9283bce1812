"""A tour of two-step verification: turning it on, changing it, and the second step of a sign-in."""

import re
from collections.abc import Iterator

from playwright.sync_api import Locator, Page

from tests.browser.demos import Demo, Person
from tests.browser.pages import click_through, press
from tests.browser.words import Words

PAGE = "/mijn-gegevens/tweestaps"
ADDRESS = "/mijn-gegevens/e-mailadres"


def act(page: Page, value: str) -> Locator:
    """Find the form with an action."""
    return page.locator(f"form:has(input[name=actie][value={value}])")


def submit(form: Locator) -> None:
    """Press the button of a form, and wait for the next page."""
    click_through(form.get_by_role("button").last)


def sms_code(demo: Demo, number: str, *, count: int = 1) -> str:
    """Wait for the SMS with number *count* to a number, and return its code."""
    text = demo.await_mail(number, "", count=count).text
    found = re.search(r"#([0-9]{6})\b", text)
    assert found is not None, text
    return found[1]


def two_step(page: Page, demo: Demo, words: Words, mark: str) -> Iterator[str]:
    """Visit all its pages, as a new client with its own phone number."""
    person, _client = demo.newcomer(f"Twee {mark}", f"twee-{mark}@example.nl", language=words.language)
    number = f"+3161{sum(mark.encode()):03}{len(mark):02}{'12' if words.language == 'nl' else '34'}"
    demo.let_in(page.context, person)
    yield from turning_on(page, demo, number)
    yield from changing(page, demo, number)
    yield from second_step(page, words, person)


def turning_on(page: Page, demo: Demo, number: str) -> Iterator[str]:
    """Turn two-step verification on by SMS."""
    page.goto(PAGE)
    yield "two-step verification, off"
    page.locator("#number").fill("020")
    submit(act(page, "sms"))
    yield "a number, refused"
    page.locator("#number").fill(number)
    submit(act(page, "sms"))
    yield "the code of an SMS"
    submit(act(page, "aanzetten"))
    yield "the code of an SMS, refused"
    page.locator("#code").fill(sms_code(demo, number))
    submit(act(page, "aanzetten"))
    yield "the recovery code"
    page.goto("/mijn-gegevens")
    yield "my details, with two-step verification on"


def changing(page: Page, demo: Demo, number: str) -> Iterator[str]:
    """Give a code, and start to set up an app."""
    page.goto(PAGE)
    yield "two-step verification, on"
    page.goto(ADDRESS)
    yield "another address, before a code is asked for"
    page.goto(PAGE)
    submit(act(page, "vragen"))
    yield "the code before a change"
    submit(act(page, "bewijzen"))
    yield "the code before a change, refused"
    page.goto(ADDRESS)
    yield "another address, after a code"
    page.goto(PAGE)
    page.locator("#code").fill(sms_code(demo, number, count=2))
    submit(act(page, "bewijzen"))
    yield "changing it, or turning it off"
    submit(act(page, "app"))
    yield "the picture for an app"
    submit(act(page, "annuleren"))


def second_step(page: Page, words: Words, person: Person) -> Iterator[str]:
    """Sign out, and sign in until the second step."""
    press(page, words.sign_out)
    page.get_by_label(words.email).fill(person.email)
    page.get_by_label(words.password).fill(person.password)
    press(page, words.sign_in)
    yield "the second step"
    press(page, words.sign_in)
    yield "the second step, refused"
    page.goto("/tweede-stap/herstelcode")
    yield "the recovery code at the second step"
    press(page, words.sign_in)
    yield "the recovery code at the second step, refused"
    page.context.clear_cookies()
    page.goto("/tweede-stap")
    yield "a second step that is over"
