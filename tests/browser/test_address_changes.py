"""Changing one's own e-mail address with two devices, on both hosts and in both languages (PR-4)."""

import pytest
from playwright.sync_api import expect

from tests.browser.address_tour import PAGE, ask, link_path
from tests.browser.conftest import OpenWindow
from tests.browser.demos import Demo
from tests.browser.pages import click_through, press, sign_in
from tests.browser.words import DUTCH, ENGLISH, Words

pytestmark = pytest.mark.browser
WAYS = [
    pytest.param("flask", DUTCH, True, id="flask-nl-script"),
    pytest.param("fastapi", ENGLISH, False, id="fastapi-en-plain"),
]
PHONE = 375


@pytest.mark.parametrize("demo, words, javascript", WAYS, indirect=["demo"])
def test_from_mijn_gegevens_to_the_phone(demo: Demo, words: Words, javascript: bool, open_window: OpenWindow) -> None:
    """PR-4: asked on a computer and confirmed on a phone by a double click; the computer stays signed in."""
    mark = f"verhuisd-{demo.host}-{words.language}"
    person, _client = demo.newcomer("Vera Verhuisd", f"{mark}@example.nl", language=words.language)
    here, other, phone = (
        open_window(demo, language=words.language, javascript=javascript, width=width) for width in (1280, 1280, PHONE)
    )
    for page in (other, here):
        sign_in(page, words, person)
    here.goto("/mijn-gegevens")
    click_through(here.locator(f'a[href$="{PAGE}"]'))
    new = f"nieuw-{mark}@example.nl"
    ask(here, new)
    expect(here.get_by_role("status")).to_be_visible()
    expect(here.get_by_text(new)).to_be_visible()
    phone.goto(link_path(demo, new))
    with phone.expect_navigation():
        phone.locator("form.form button").dblclick()
    expect(phone.get_by_text(new)).to_be_visible()
    click_through(phone.locator("a.button"))
    phone.get_by_label(words.email).fill(new)
    phone.get_by_label(words.password).fill(person.password)
    press(phone, words.sign_in)
    expect(phone.get_by_role("button", name=words.sign_out)).to_be_visible()
    here.goto("/mijn-gegevens")
    expect(here.locator(".lede")).to_contain_text(new)
    other.goto("/home")
    expect(other.get_by_role("button", name=words.sign_in)).to_be_visible()
    told = {"nl": "Uw e-mailadres voor het klantenportaal", "en": "Your e-mail address for the client portal"}
    demo.await_mail(person.email, told[words.language])
    assert sum(each.subject.startswith(told[words.language]) for each in demo.mails(person.email)) == 1
