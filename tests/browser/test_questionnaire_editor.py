"""The editor of questionnaires in a browser: its pages, and a questionnaire made by keyboard alone."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from klantportaal.testing.questionnaires import page as asked_page
from klantportaal.testing.questionnaires import question, questionnaire
from tests.browser import editor_tour
from tests.browser.asking import Form, give, saved_answers
from tests.browser.conftest import OpenWindow
from tests.browser.demos import WILLEMIJN, Demo
from tests.browser.test_everywhere import all_well, as_on_a_desk, as_on_a_phone, look
from tests.browser.test_keyboard import tab_to
from tests.browser.watching import Watch
from tests.browser.ways import ON_FLASK
from tests.browser.words import DUTCH, ENGLISH, Words

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


@ON_FLASK
@pytest.mark.parametrize("words, find", [(DUTCH, as_on_a_phone), (ENGLISH, as_on_a_desk)], ids=["nl-phone", "en-desk"])
def test_every_page_of_the_editor(
    demo: Demo, words: Words, find: Callable[[Page], list[str]], open_window: OpenWindow, watch: Watch
) -> None:
    """AL-1: every page of the editor, with faults and conflicts too, meets the rules of the portal's own pages."""
    watch.on_dialog = lambda dialog: dialog.accept()  # What was typed is left, which asks first.
    page = open_window(demo, language=words.language)
    found, _paths = look(editor_tour.tour(page, words), page, find)
    all_well(found)


class Hands:
    """Somebody who uses a keyboard alone."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def fill(self, name: str, text: str) -> None:
        """Go to a field, and type in it instead of what is there."""
        self._to_field(name)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def texts(self, name: str, dutch: str, english: str) -> None:
        """Fill in a text in both languages."""
        self.fill(f"{name} (Nederlands)", dutch)
        self.fill(f"{name} (English)", english)

    def choose(self, name: str, text: str) -> None:
        """Go to a select, and type the beginning of an option."""
        self._to_field(name)
        self.page.keyboard.type(text)

    def _to_field(self, name: str) -> None:
        """Go to a field, past the links to it in the list of faults."""
        tab_to(self.page, name)
        while self.page.evaluate("document.activeElement.matches('a')"):
            tab_to(self.page, name)

    def press(self, name: str, *, back: bool = False) -> None:
        """Go to a button or link, press Enter, and wait for the next page."""
        tab_to(self.page, name, back=back)
        with self.page.expect_event("load"):
            self.page.keyboard.press("Enter")


@ON_FLASK
def test_a_questionnaire_by_keyboard_alone(demo: Demo, open_window: OpenWindow) -> None:
    """AL-1, QU-3: a questionnaire with a page for each row is made by keyboard alone, and a client answers it."""
    page = open_window(demo)
    page.emulate_media(reduced_motion="reduce")
    hands = Hands(page)
    page.goto(editor_tour.EDITOR)
    hands.press("Beginnen")
    hands.texts("Titel", "Kinderen met school", "Children at school")
    hands.press("Opslaan")
    hands.press("Pagina toevoegen")
    hands.texts("Titel", "Uw gezin", "Your family")
    hands.press("Opslaan")
    hands.press("Vraag toevoegen: Pagina 1: Uw gezin")
    hands.choose("Soort antwoord", "Rijen")
    hands.texts("Vraag", "Uw kinderen", "Your children")
    hands.press("Opslaan")
    hands.texts("Woord voor één rij, zoals Kind", "Kind", "Child")
    hands.press("Opslaan, en een vraag aan de rij toevoegen")
    hands.texts("Vraag", "Naam", "Name")
    hands.press("Opslaan")
    hands.press("Opslaan", back=True)
    hands.press("Pagina toevoegen")
    hands.texts("Titel", "Over het kind", "About the child")
    hands.choose("Hoe vaak de pagina er is", "voor elk van")
    hands.press("Opslaan")
    hands.press("Vraag toevoegen: Pagina 2: Over het kind")
    hands.texts("Vraag", "School", "School")
    hands.press("Opslaan")
    hands.press("Publiceren …", back=True)
    hands.press("Publiceren")
    expect(page.get_by_role("status")).to_contain_text("Gepubliceerd")
    answer(demo, open_window(demo, WILLEMIJN))


@ON_FLASK
def test_a_condition_with_groups_by_keyboard_alone(demo: Demo, open_window: OpenWindow) -> None:
    """AL-1, QU-3: a condition with a group in it, and with what must hold row by row, is made by keyboard alone."""
    children = question("kinderen", "rows", columns=[question("naam"), question("klein", "boolean")])
    asked = [question("gehuwd", "boolean"), question("land"), question("plaats"), children]
    document = questionnaire("groepen", asked_page("een", *asked), asked_page("twee", question("los")))
    office = demo.portal.office.questionnaires
    draft = office.start_draft(demo.office, json.dumps(document))
    page = open_window(demo)
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{editor_tour.EDITOR}{draft.id}/pages.1.questions.0.visible_when")
    hands, add, compare = Hands(page), "Deze vraag toevoegen", "Nog een vraag vergelijken"
    hands.choose(compare, "gehuwd")
    hands.press(add)
    hands.choose("Hoe “gehuwd” wordt vergeleken", "is i")
    hands.choose(compare, "land")
    hands.press("In een groep toevoegen")
    hands.choose(f"{compare}: Groep 2", "plaats")
    hands.press(f"{add}: Groep 2")
    hands.choose("Hoe “land” wordt vergeleken", "is niet i")
    hands.choose("Hoe “plaats” wordt vergeleken", "is i")
    hands.choose(compare, "Rij")
    hands.press(add)
    hands.choose(f"{compare}: Rij voor rij: kinderen", "kinderen:")
    hands.press(f"{add}: Rij voor rij: kinderen")
    hands.choose("Wat hieronder staat, moet gelden in", "elke")
    hands.choose("Hoe “kinderen: naam” wordt vergeleken", "is i")
    hands.press("Opslaan")
    answered: list[Any] = [{"question": id, "is": {}} for id in ("gehuwd", "plaats", "naam")]
    married, place, name = answered
    saved = json.loads(office.draft(demo.office, draft.id).document)["pages"][1]["questions"][0]["visible_when"]
    assert saved == {
        "all": [
            married,
            {"any": [{"not": {"question": "land", "is": {}}}, place]},
            {"question": "kinderen", "every": {"all": [name]}},
        ]
    }
    office.discard_draft(demo.office, draft.id, version=office.draft(demo.office, draft.id).version)


@ON_FLASK
def test_a_building_block_by_keyboard_alone(demo: Demo, open_window: OpenWindow) -> None:
    """AL-1, QU-3: a building block is made, put on a page and published by keyboard alone."""
    page = open_window(demo)
    page.emulate_media(reduced_motion="reduce")
    hands = Hands(page)
    page.goto(editor_tour.EDITOR)
    hands.press("Naar de bouwstenen")
    hands.texts("Naam", "Getuige", "Witness")
    hands.press("Toevoegen")
    hands.press("Vraag toevoegen")
    hands.texts("Vraag", "Volledige naam", "Full name")
    hands.press("Opslaan")
    page.goto(editor_tour.EDITOR)
    hands.press("Beginnen")
    hands.texts("Titel", "Getuigen", "Witnesses")
    hands.press("Opslaan")
    hands.press("Pagina toevoegen")
    hands.texts("Titel", "De getuigen", "The witnesses")
    hands.press("Opslaan")
    hands.choose("Bouwsteen: Pagina 1: De getuigen", "Getuige")
    hands.press("Bouwsteen invoegen")
    hands.fill("Naam voor de kenmerken van de vragen ervan", "eerste")
    hands.press("Opslaan")
    hands.press("Publiceren …", back=True)
    hands.press("Publiceren")
    expect(page.get_by_role("status")).to_contain_text("Gepubliceerd")
    office = demo.portal.office.questionnaires
    [row] = office.revisions(demo.office, "getuigen")
    [asked] = json.loads(office.document(demo.office, row.digest))["pages"][0]["questions"]
    assert (row.fragments, asked["id"]) == (("getuige",), "eerste_vraag-1")


def answer(demo: Demo, page: Page) -> None:
    """Answer what was published, as a client."""
    office = demo.portal.office.questionnaires
    [row] = office.revisions(demo.office, "kinderen-met-school")
    document = json.loads(office.document(demo.office, row.digest))
    actor = demo.actor(WILLEMIJN)
    dossier = demo.open_dossier(f"editor-{demo.host}", "Vragen", actor.client_id)
    id = give(demo, dossier, actor.client_id, document)
    demo.portal.client.questionnaires.start(actor, id)
    page.goto(f"/vragenlijsten/{id}")
    form = Form(window=page, words=DUTCH, document=document)
    rows, column, school = ("vraag-1", "vraag-2", "vraag-3")
    name = f"{rows}.0.{column}"
    if not form.question(name).count():
        form.add_row(rows)
    form.answer(name, "Eva")
    form.next()
    expect(form.title).to_have_text("Over het kind (Kind 1: Eva)")
    page.get_by_label("School").fill("De Regenboog")
    form.next()
    answers = saved_answers(demo, id)
    [key] = [each["#"] for each in answers[rows]]
    assert answers[f"{school}~{key}"] == "De Regenboog"
