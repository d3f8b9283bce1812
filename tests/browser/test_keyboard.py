"""Use of the portal by keyboard alone: the order of focus, its visibility, and Escape."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.asking import Form, given, saved_answers
from tests.browser.conftest import OpenWindow
from tests.browser.demos import WILLEMIJN, Demo
from tests.browser.ways import ON_FASTAPI, ON_FLASK
from tests.browser.words import DUTCH

pytestmark = pytest.mark.browser

# The element with the focus: its name, its place in the document, and whether the focus is visible.
FOCUS = """() => {
  const each = document.activeElement;
  const box = each.getBoundingClientRect();
  const drawn = [each, each.closest("li.tile") ?? each].some((shown) => {
    const style = getComputedStyle(shown);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
  });
  const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  return {
    name: (each.labels?.[0]?.innerText ?? each.innerText ?? "").trim().replace(/\\s+/g, " ").replaceAll(" :", ":"),
    form: each.form?.getAttribute("action") ?? "",
    place: [...document.querySelectorAll("*")].indexOf(each),
    drawn: each !== document.body && drawn,
    inside: inside || [box.top, box.bottom, innerHeight],
  };
}"""
MOST = 60
"""The number of presses that reaches anything on a page."""


def tab_to(page: Page, name: str, *, within: str = "") -> None:
    """Press Tab until an element has the focus.

    The focus must always be visible, and move in the order of the document.

    Args:
        page: the window.
        name: the name of the element.
        within: the end of the ``action`` of its form, if several elements have the name.
    """
    place = -1
    for _ in range(MOST):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        assert (focus["drawn"], focus["inside"]) == (True, True), focus
        assert focus["place"] > place, focus
        place = focus["place"]
        if focus["name"] == name and focus["form"].endswith(within):
            return
    pytest.fail(f"no way to {name} by Tab")


@ON_FLASK
def test_a_message_by_keyboard_alone(demo: Demo, open_window: OpenWindow) -> None:
    """AL-1: Signing in, opening a dossier, and sending a message work by keyboard, also the dialog for attachments."""
    mark = f"toets-{demo.host}"
    person, client_id = demo.newcomer(f"Toets {mark}", f"{mark}@example.nl")
    demo.open_dossier(f"{mark}-1", "Met toetsen", client_id)
    page = open_window(demo)
    page.emulate_media(reduced_motion="reduce")  # Otherwise the page still scrolls to the element with the focus.
    page.goto("/inloggen")
    tab_to(page, DUTCH.email)
    page.keyboard.type(person.email)
    tab_to(page, DUTCH.password)
    page.keyboard.type(person.password)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{demo.url}/home")
    follow(page, "Dossiers")
    follow(page, f"{mark}-1")
    follow(page, f"{DUTCH.tabs[3]} totaal: 0")
    follow(page, DUTCH.new_message)
    tab_to(page, DUTCH.subject)
    page.keyboard.type("Een vraag")
    tab_to(page, DUTCH.message)
    page.keyboard.type("Kan het\nmorgen?")
    look_into_the_window(page)
    tab_to(page, DUTCH.send)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text(DUTCH.sent)


def follow(page: Page, name: str) -> None:
    """Go to a link and follow it."""
    tab_to(page, name)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def look_into_the_window(page: Page) -> None:
    """Open the dialog for attachments, which keeps the focus inside. Close it with Escape, which restores the focus."""
    tab_to(page, DUTCH.attachments)
    page.keyboard.press("Enter")
    window = page.get_by_role("dialog")
    expect(window).to_be_visible()
    expect(window.locator(":focus")).to_have_count(1)
    for _ in range(5):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('.uppy-Dashboard') !== null")
    page.keyboard.press("Escape")
    expect(window).to_be_hidden()
    expect(page.get_by_role("button", name=DUTCH.attachments, exact=True)).to_be_focused()


@ON_FASTAPI
def test_past_what_every_page_has(demo: Demo, open_window: OpenWindow) -> None:
    """AL-1: The first Tab reaches the link that skips the header, on pages of the portal and of the demo."""
    page = open_window(demo)
    for path, name in (("/inloggen", "Naar de inhoud"), ("/demo/office/", "Skip to main content")):
        page.goto(path)
        tab_to(page, name)
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()


@ON_FASTAPI
def test_what_was_wrong_is_said_first(demo: Demo, open_window: OpenWindow) -> None:
    """AL-1: A refused form has the focus on its faults, which link to their fields."""
    page = open_window(demo)
    page.goto("/instellen-wachtwoord")
    tab_to(page, DUTCH.email)
    page.keyboard.type("geen adres")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label(DUTCH.email)).to_be_focused()


@ON_FASTAPI
def test_a_page_of_a_questionnaire_by_keyboard_alone(demo: Demo, open_window: OpenWindow) -> None:
    """AL-1, QU-2: A page with every type of question, with rows and with faults can be filled in by keyboard."""
    id = given(demo, "toetsen")
    page = open_window(demo, WILLEMIJN)
    page.emulate_media(reduced_motion="reduce")
    page.goto("/acties")
    tab_to(page, "Verder invullen", within=f"/vragenlijsten/{id}")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    form = Form(window=page, words=DUTCH)
    tab_to(page, DUTCH.next)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    tab_to(page, "Vul “plaats” in.")
    page.keyboard.press("Enter")
    expect(form.field("plaats")).to_be_focused()
    page.keyboard.type("Zwolle")
    answer_the_rest(page, form)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(form.title).to_have_text("samen")
    assert saved_answers(demo, id) == {
        "naam": WILLEMIJN.name,
        "plaats": "Zwolle",
        "partner": True,
        "hoe-heet": "Alex",
        "geboren": "1951-03-09",
        "kleur": "geel",
        "dieren": ["kat"],
        "kinderen": [{"roep": "Bart", "jarig": "2001-01-02"}],
    }


def answer_the_rest(page: Page, form: Form) -> None:
    """Answer the other questions, and move to the button that saves."""
    tab_to(page, "Ja")
    page.keyboard.press("Space")  # A question appears after it, and the focus stays.
    expect(form.field("hoe-heet")).to_be_visible()
    tab_to(page, "hoe-heet")
    page.keyboard.type("Alex")
    for part, typed in zip(DUTCH.day_parts, ("9", "3", "1951"), strict=True):
        tab_to(page, part)
        page.keyboard.type(typed)
    tab_to(page, "Rood")
    page.keyboard.press("ArrowDown")
    expect(form.option("kleur", "geel")).to_be_checked()
    tab_to(page, "Kat")
    page.keyboard.press("Space")
    write_rows(page, form)
    tab_to(page, DUTCH.next)


def write_rows(page: Page, form: Form) -> None:
    """Add two rows, and remove the first one."""
    tab_to(page, "Toevoegen: kinderen")
    page.keyboard.press("Enter")
    expect(form.field("kinderen.0.roep")).to_be_focused()
    page.keyboard.type("Anna")
    tab_to(page, "Nog een toevoegen: kinderen")
    page.keyboard.press("Enter")
    expect(form.field("kinderen.1.roep")).to_be_focused()
    page.keyboard.type("Bart")
    for part, typed in zip(DUTCH.day_parts, ("2", "1", "2001"), strict=True):
        tab_to(page, part)
        page.keyboard.type(typed)
    for _ in range(MOST):
        page.keyboard.press("Shift+Tab")
        if page.evaluate(FOCUS)["name"].startswith("Verwijderen Nr. 1"):
            break
    page.keyboard.press("Enter")
    expect(form.question("kinderen").locator(".row")).to_have_count(1)
    expect(form.window.get_by_role("button", name="Nog een toevoegen")).to_be_focused()
