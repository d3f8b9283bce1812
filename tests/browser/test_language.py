"""The language setting and the next sign-in."""

import pytest
from playwright.sync_api import expect

from klantportaal import Language
from tests.browser.conftest import OpenWindow
from tests.browser.demos import Demo
from tests.browser.pages import press, sign_in
from tests.browser.ways import BOTH_WAYS
from tests.browser.words import WORDS

pytestmark = pytest.mark.browser


@BOTH_WAYS
def test_another_language(demo: Demo, javascript: bool, open_window: OpenWindow) -> None:
    """PR-1: A language that is chosen in `Mijn gegevens` applies from the next sign-in."""
    mark = f"taal-{demo.host}-{javascript}".lower()
    person, _client = demo.newcomer(f"Taal {mark}", f"{mark}@example.nl")
    dutch, english = WORDS[Language.DUTCH], WORDS[Language.ENGLISH]
    page = open_window(demo, javascript=javascript)
    sign_in(page, dutch, person)
    page.goto("/mijn-gegevens")
    page.get_by_label("English").check()
    press(page, "Opslaan")
    expect(page.get_by_role("status")).to_contain_text("Uw gegevens zijn opgeslagen")
    page.goto("/home")
    expect(page.get_by_text(dutch.in_progress)).to_be_visible()
    press(page, dutch.sign_out)
    sign_in(page, dutch, person, now=english)
    page.goto("/home")
    expect(page.get_by_text(english.in_progress)).to_be_visible()
