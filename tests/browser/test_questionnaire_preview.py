"""The preview of a questionnaire at the office's desk, in a browser: with and without script, wide and narrow."""

import json
import re

import pytest
from playwright.sync_api import expect

from klantportaal.testing.questionnaires import page as asked_page
from klantportaal.testing.questionnaires import question, questionnaire
from tests.browser.conftest import OpenWindow
from tests.browser.demos import Demo
from tests.browser.looking import violations
from tests.browser.pages import click_through, press
from tests.browser.ways import BOTH_WAYS

pytestmark = pytest.mark.browser

MARRIED = {"question": "gehuwd", "is": {"const": True}}
DOCUMENT = questionnaire(
    "proef",
    asked_page(
        "een",
        question("gehuwd", "boolean", required=True),
        question("partner", required=True, visible_when=MARRIED),
        question("pas", "file", required=True),
    ),
    asked_page("twee", question("kinderen", "rows", columns=[question("naam")])),
)


@BOTH_WAYS
def test_through(demo: Demo, open_window: OpenWindow, javascript: bool) -> None:
    """OF-1: A preview is filled in up to the review, by keyboard too, and each of its pages is accessible."""
    published = demo.portal.office.questionnaires.publish(demo.office, json.dumps(DOCUMENT))
    page = open_window(demo, width=320, javascript=javascript)
    page.goto(f"/demo/office/questionnaires/{published.digest}/preview?language=en")

    def looks_well() -> None:
        expect(page.get_by_text("Preview: this is what the client sees")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert not javascript or violations(page) == []  # Without script, axe does not run either.

    looks_well()
    press(page, "Next")
    expect(page.get_by_text("Choose yes or no for “gehuwd (en)”.").first).to_be_visible()
    looks_well()
    page.get_by_label("Yes", exact=True).check()
    if javascript:  # The question comes at once; without script it comes at Next.
        expect(page.get_by_label("partner (en)")).to_be_visible()
    else:
        press(page, "Next")
        expect(page.get_by_role("heading", name="Questions were added")).to_be_visible()
    page.get_by_label("partner (en)").fill("Bo")
    with page.expect_event("load"):
        page.get_by_label("partner (en)").press("Enter")
    page.get_by_role("button", name=re.compile("^Add")).click()  # With script, the row comes without another page.
    page.get_by_label("naam (en)").fill("Eva")
    looks_well()
    press(page, "Next")
    expect(page.get_by_role("heading", name="Overview of your answers")).to_be_visible()
    expect(page.get_by_text("Eva", exact=True)).to_be_visible()
    looks_well()
    click_through(page.get_by_role("button", name=re.compile("^Change.*een")))
    expect(page.get_by_label("partner (en)")).to_have_value("Bo")
    press(page, "Back to the overview")
    expect(page.get_by_text("Here the client completes the questionnaire.")).to_be_visible()
