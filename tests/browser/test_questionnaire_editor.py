"""The editor of questionnaires in a browser: its pages, and a questionnaire made by keyboard alone."""

import pytest
from playwright.sync_api import Page

from tests.browser import editor_tour
from tests.browser.conftest import OpenWindow
from tests.browser.demos import Demo
from tests.browser.test_everywhere import all_well, as_on_a_desk, as_on_a_phone, look
from tests.browser.test_keyboard import tab_to
from tests.browser.ways import ON_FLASK
from tests.browser.words import DUTCH, ENGLISH, Words

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@ON_FLASK
@pytest.mark.parametrize("words, find", [(DUTCH, as_on_a_phone), (ENGLISH, as_on_a_desk)], ids=["nl-phone", "en-desk"])
def test_every_page_of_the_editor(demo: Demo, words: Words, find: object, open_window: OpenWindow) -> None:
    """AL-1: every page of the editor, with faults and conflicts too, meets the rules of the portal's own pages."""
    page = open_window(demo, language=words.language)
    found, _paths = look(editor_tour.tour(page, words), page, find)  # type: ignore[arg-type]
    all_well(found)


class Hands:
    """Somebody who uses a keyboard alone."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def fill(self, name: str, text: str) -> None:
        """Go to a field, and type in it instead of what is there."""
        tab_to(self.page, name)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def choose(self, name: str, text: str) -> None:
        """Go to a select, and type the beginning of an option."""
        tab_to(self.page, name)
        self.page.keyboard.type(text)

    def press(self, name: str) -> None:
        """Go to a button or link, and press Enter. A new page begins at its beginning."""
        tab_to(self.page, name)
        with self.page.expect_event("load"):
            self.page.keyboard.press("Enter")

    def texts(self, name: str, dutch: str, english: str) -> None:
        """Fill in a text in both languages."""
        self.fill(f"{name} (Nederlands)", dutch)
        self.fill(f"{name} (English)", english)
