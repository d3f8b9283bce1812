"""Looking an address up in a browser (QU-2)."""

import pytest
from playwright.sync_api import expect

from klantportaal.testing.questionnaires import page, question, questionnaire
from tests.browser.asking import given, saved_answers
from tests.browser.conftest import OpenWindow
from tests.browser.demos import WILLEMIJN, Demo
from tests.browser.test_everywhere import axe_at, fits
from tests.browser.ways import BOTH_WAYS

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
ASKED = questionnaire("adressen", page("een", question("woont", "address", required=True), question("naam")))


@BOTH_WAYS
def test_found(demo: Demo, javascript: bool, open_window: OpenWindow) -> None:
    """QU-2: One press fills in street and place, with and without script. Nothing is saved."""
    id = given(demo, f"adres-{javascript}".lower(), document=ASKED)
    window = open_window(demo, WILLEMIJN, javascript=javascript, width=320)
    window.goto(f"/vragenlijsten/{id}/pagina/een")
    window.get_by_label("naam").fill("Jan")
    window.get_by_label("Postcode").fill("2513aa")
    window.get_by_label("Huisnummer").fill("1")
    window.get_by_role("button", name="Adres zoeken").press("Enter")
    expect(window.get_by_label("Straat")).to_have_value("Binnenhof")
    expect(window.get_by_label("Plaats")).to_have_value("'s-Gravenhage")
    expect(window.get_by_label("Straat")).to_be_focused()
    expect(window.get_by_label("naam")).to_have_value("Jan")
    assert saved_answers(demo, id) == {}
    assert window.evaluate("document.documentElement.scrollWidth") <= 320
    assert not javascript or axe_at(320, 1280)(window) + fits(window) == []  # Both ways show the same page.
    window.get_by_label("Postcode").fill("12")
    window.get_by_role("button", name="Adres zoeken").press("Enter")
    expect(window.get_by_role("alert").get_by_role("link")).to_have_count(1)
    assert not javascript or axe_at(320, 1280)(window) + fits(window) == []  # Both ways show the same page.
