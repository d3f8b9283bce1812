"""Rows of dossiers: the whole row leads to the dossier (NW-1, DO-2)."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenWindow
from tests.browser.demos import Demo
from tests.browser.ways import BOTH_WAYS

pytestmark = pytest.mark.browser


def press_the_end_of(page: Page, row: Locator) -> None:
    """Press the middle of the last cell of a row that is shown, which has no link of its own."""
    row.scroll_into_view_if_needed()
    cell = row.locator("td:visible").last
    assert cell.locator("a, button").count() == 0
    box = cell.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


@BOTH_WAYS
@pytest.mark.parametrize("width", [375, 1280])
def test_the_whole_row_leads_to_the_dossier(demo: Demo, javascript: bool, width: int, open_window: OpenWindow) -> None:
    """NW-1, DO-2: pressing the last cell of a row, on Home and in the list, opens its dossier, on a phone too."""
    mark = f"rij-{'script' if javascript else 'kaal'}-{width}"
    person, client = demo.newcomer(f"Klant {mark}", f"{mark}@example.nl")
    dossiers = [demo.open_dossier(f"{mark}-{number}", "Levering woning", client) for number in (1, 2)]
    page = open_window(demo, person, javascript=javascript, width=width)
    for path in ("/home", "/dossiers"):
        for number, dossier in enumerate(dossiers, start=1):
            page.goto(path)
            press_the_end_of(page, page.locator("tr.row-link", has_text=f"{mark}-{number}"))
            expect(page).to_have_url(re.compile(f"/dossiers/{dossier}$"))
