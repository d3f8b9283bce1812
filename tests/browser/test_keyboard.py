"""Use of the portal by keyboard alone: the order of focus, its visibility, and Escape."""

import re

import pytest
from playwright.sync_api import Page, expect

from klantportaal.domain.messages import MessageText
from klantportaal.testing.questionnaires import page as question_page
from klantportaal.testing.questionnaires import question, questionnaire
from tests.browser.asking import Form, give, given, saved_answers
from tests.browser.conftest import OpenWindow
from tests.browser.demos import WILLEMIJN, Demo, Person
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


def tab_to(page: Page, name: str, *, within: str = "", back: bool = False) -> None:
    """Press Tab until an element has the focus.

    The focus must always be visible, and move in the order of the document.

    Args:
        page: the window.
        name: the name of the element.
        within: the end of the ``action`` of its form, if several elements have the name.
        back: whether the element is before the place where the page begins, so that Shift leads to it.
    """
    place = -1
    for _ in range(MOST):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        focus = page.evaluate(FOCUS)
        assert (focus["drawn"], focus["inside"]) == (True, True), focus
        assert place == -1 or (focus["place"] < place) is back, focus
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


def follow(page: Page, name: str, *, back: bool = False) -> None:
    """Go to a link and follow it."""
    tab_to(page, name, back=back)
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


# The buttons in sight that have no border on some side.
BORDERLESS = """() => [...document.querySelectorAll(".button, .icon-button")].flatMap((each) => {
  const style = getComputedStyle(each);
  const hidden = each.closest("[hidden], .visually-hidden") || !each.getClientRects().length;
  const sides = ["Top", "Right", "Bottom", "Left"];
  const has = (side) => style[`border${side}Style`] !== "none" && parseFloat(style[`border${side}Width`]) > 0;
  return hidden || sides.every(has) ? [] : [each.outerHTML];
})"""
QUESTIONS = questionnaire(
    "toetsenbord",
    question_page("begin", question("plaats", required=True), question("partner", "boolean", required=True)),
    question_page("einde", question("opmerking", "long_text")),
)


def stop(page: Page, path: str) -> None:
    """Expect a page of the journey, and that each of its buttons has a border."""
    expect(page).to_have_url(re.compile(rf"{path}(?:[?#].*)?$"))
    assert page.evaluate("matchMedia('(forced-colors: active)').matches")
    assert page.evaluate(BORDERLESS) == []


@ON_FASTAPI
def test_the_whole_journey_by_keyboard_with_forced_colours(demo: Demo, open_window: OpenWindow) -> None:
    """AL-1: From signing in to signing out, all that a client does goes by keyboard alone, in the reader's own colours.

    The focus is always visible, and every button has a border.
    """
    person, client_id = demo.newcomer("Toets Kleur", "toets-kleur@example.nl")
    dossier = demo.open_dossier("2040-0007", "Met eigen kleuren", client_id)
    give(demo, dossier, client_id, QUESTIONS)
    new = MessageText(subject="Een vraag aan u", body="Kunt u dit beantwoorden?")
    demo.portal.office.messages.send(demo.office, dossier, client_id, new)
    page = open_window(demo)
    page.emulate_media(reduced_motion="reduce", forced_colors="active")
    enter(page, person)
    read_and_answer(page)
    fill_in(page)
    change_the_settings(page)
    follow(page, DUTCH.sign_out)
    stop(page, "/inloggen")


def enter(page: Page, person: Person) -> None:
    """Sign in."""
    page.goto("/inloggen")
    stop(page, "/inloggen")
    tab_to(page, DUTCH.email)
    page.keyboard.type(person.email)
    tab_to(page, DUTCH.password)
    page.keyboard.type(person.password)
    follow(page, DUTCH.sign_in)
    stop(page, "/home")


def read_and_answer(page: Page) -> None:
    """Visit each tab of the dossier, and answer the message that is in the last one."""
    follow(page, "Dossiers")
    stop(page, "/dossiers")
    follow(page, "2040-0007")
    stop(page, "/dossiers/[0-9a-f-]+")
    follow(page, f"{DUTCH.tabs[1]} totaal: 0")
    stop(page, "/documenten")
    # A tab leads to its list, and the tabs are above that.
    follow(page, f"{DUTCH.tabs[2]} totaal: 0", back=True)
    stop(page, "/aangeleverd")
    follow(page, f"{DUTCH.tabs[3]} totaal: 1 1 ongelezen", back=True)
    stop(page, "/berichten")
    follow(page, "Een vraag aan u")
    stop(page, "/beantwoorden")  # The page has a form for the answer, whose draft is in its address.
    tab_to(page, DUTCH.message)
    page.keyboard.type("Dat kan.")
    follow(page, DUTCH.send)
    expect(page.get_by_role("status")).to_contain_text(DUTCH.sent)


def fill_in(page: Page) -> None:
    """Fill in a questionnaire, from Acties to its completion."""
    follow(page, DUTCH.actions)
    stop(page, "/acties")
    follow(page, DUTCH.fill_in)
    stop(page, "/begin")
    tab_to(page, "plaats")
    page.keyboard.type("Zwolle")
    tab_to(page, "Ja")
    page.keyboard.press("Space")
    follow(page, DUTCH.next)
    stop(page, "/einde")
    tab_to(page, "opmerking (niet verplicht)")
    page.keyboard.type("Geen.")
    follow(page, DUTCH.next)
    stop(page, "/overzicht")
    follow(page, DUTCH.complete)
    expect(page.locator("main")).to_contain_text(DUTCH.completed_it)


def change_the_settings(page: Page) -> None:
    """Switch a notification off, and save."""
    follow(page, DUTCH.my_details)
    stop(page, "/mijn-gegevens")
    tab_to(page, "nieuwe berichten")
    page.keyboard.press("Space")
    follow(page, "Opslaan")
    expect(page.get_by_label("nieuwe berichten")).not_to_be_checked()
