"""Rows with files and a page for each of them, in a browser, with script and without (AT-1, QU-2, QU-3)."""

import pytest
from playwright.sync_api import Page, expect

from klantportaal.testing.questionnaires import page, question, questionnaire
from tests.browser.asking import Form, given, saved_answers
from tests.browser.conftest import OpenWindow
from tests.browser.demos import WILLEMIJN, Demo
from tests.browser.pages import press
from tests.browser.test_filling_in import add_files, opened
from tests.browser.ways import BOTH_WAYS
from tests.browser.words import DUTCH

pytestmark = pytest.mark.browser

ROWS = question("ubos", "rows", required=True, columns=[question("wie"), question("pas", "file")])
EACH = page(
    "ubo",
    question("pep", "boolean", required=True),
    question("herkomst", visible_when={"question": "pep", "is": {"const": True}}),
    for_each="ubos",
)
DOCUMENT = questionnaire("rijen", page("een", ROWS), EACH, page("slot", question("verder")))


@BOTH_WAYS
def test_rows_with_pages(demo: Demo, javascript: bool, open_window: OpenWindow) -> None:
    """AT-1, QU-2: files are added to their own row; each row has its page; taking the first out leaves the second's."""
    id = given(demo, f"rij-{javascript}".lower(), document=DOCUMENT)
    window = open_window(demo, WILLEMIJN, javascript=javascript)
    form = opened(window, id, "een", document=DOCUMENT, javascript=javascript)
    _type(window, "q.ubos.0.wie", "Eva")
    window.locator('button[value="rij-erbij.ubos"]').click()
    expect(window.locator('[id="q.ubos.1.wie"]')).to_be_focused()
    _type(window, "q.ubos.1.wie", "Bo")
    add_files(form, "bo.pdf", "om.pdf", key="ubos.1.pas")
    press(window, DUTCH.next)
    expect(form.title).to_have_text("ubo (1: Eva)")
    _answer(form, "1-0", "nee")
    expect(form.title).to_have_text("ubo (2: Bo)")
    _answer(form, "1-1", "ja")
    expect(form.title).to_have_text("slot")
    window.goto(f"/vragenlijsten/{id}/pagina/een")
    window.locator('button[value="rij-weg.ubos.0"]').click()
    expect(window.locator('[id="q.ubos.1.wie"]')).to_have_count(0)
    names = form.question("ubos.0.pas").locator(".file-name")
    expect(names).to_have_count(2)
    assert sorted(names.all_text_contents()) == ["bo.pdf", "om.pdf"]  # The order is that in which they arrived.
    press(window, DUTCH.next)
    expect(form.title).to_have_text("ubo (1: Bo)")
    answers = saved_answers(demo, id)
    assert [(row["#"], row["wie"], {file["name"] for file in row["pas"]}) for row in answers.pop("ubos")] == [
        ("1-1", "Bo", {"bo.pdf", "om.pdf"})
    ]
    assert answers == {"pep~1-1": True}


def _type(window: Page, id: str, text: str) -> None:
    window.locator(f'[id="{id}"]').fill(text)


def _answer(form: Form, key: str, answer: str) -> None:
    """Answer the page of a row, and save it; a question that comes along is left open."""
    form.window.locator(f'input[name="q.pep~{key}"][value="{answer}"]').check()
    extra = form.window.locator(f'[id="q.herkomst~{key}"]')
    if form.javascript:
        expect(extra).to_have_count(1 if answer == "ja" else 0)
    press(form.window, DUTCH.next)
    if not form.javascript and answer == "ja":
        expect(extra).to_have_count(1)
        press(form.window, DUTCH.next)
