"""Hyphenation: long words break as their language breaks them, where there is little room.

Whether a hyphen is drawn depends on the dictionaries of the browser. Debian's Chromium has none: no test sees one.
"""

import pytest
from playwright.sync_api import Page, expect

from klantportaal import Language
from tests.browser.conftest import OpenWindow
from tests.browser.demos import SEEDED, Demo
from tests.browser.tours import DOSSIERS
from tests.browser.ways import ON_FLASK

pytestmark = pytest.mark.browser

PHONE, DESK = 360, 1280
OTHER = {Language.DUTCH: Language.ENGLISH, Language.ENGLISH: Language.DUTCH}
OF = """(selector) => [...document.querySelectorAll(selector)].filter((each) => each.checkVisibility()).map((each) => [
  getComputedStyle(each).hyphens, each.closest("[lang]").lang])"""
"""How each element is hyphenated, and in which language."""
TEXTS = "main :is(h1, h2, p, td, label, legend, a:not([href^='mailto:'])):not([translate=no] *, [translate=no], [lang])"
NAMES = "main :is([translate=no], [href^='mailto:'], input, textarea)"


def hyphenated(page: Page, selector: str) -> set[tuple[str, str]]:
    """Give the ways in which elements of a page are hyphenated."""
    return {(way, language) for way, language in page.evaluate(OF, selector)}


@ON_FLASK
@pytest.mark.parametrize("language", Language)
def test_words_break_as_their_language_does(demo: Demo, language: Language, open_window: OpenWindow) -> None:
    """AL-1: On a phone, texts are hyphenated in the language of the page. Names and what is typed are not."""
    person = SEEDED[language]
    page = open_window(demo, person, javascript=False, width=PHONE)
    dossier = demo.path(person, DOSSIERS[language])
    for path in ("/home", "/dossiers", f"{dossier}/documenten", f"{dossier}/berichten/nieuw", "/acties", "/hulp"):
        page.goto(path)
        assert hyphenated(page, TEXTS) == {("auto", language.value)}, path
        assert {way for way, _language in hyphenated(page, NAMES)} <= {"manual"}, path
    page.set_viewport_size({"width": DESK, "height": 800})
    assert hyphenated(page, TEXTS) == {("manual", language.value)}


@ON_FLASK
@pytest.mark.parametrize("language", Language)
def test_words_of_the_other_language(demo: Demo, language: Language, open_window: OpenWindow) -> None:
    """AL-1: What is in the other language says so: the name of that language, at the door and in the settings."""
    other = OTHER[language]
    stranger = open_window(demo, javascript=False, width=PHONE)
    stranger.goto(f"/inloggen?taal={language.value}")
    assert hyphenated(stranger, TEXTS) == {("auto", language.value)}
    expect(stranger.locator(f"header a[lang={other.value}]")).to_have_count(1)
    page = open_window(demo, SEEDED[language], javascript=False, width=PHONE)
    page.goto("/mijn-gegevens")
    assert hyphenated(page, f"main label[lang={other.value}]") == {("auto", other.value)}
