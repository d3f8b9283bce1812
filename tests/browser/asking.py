"""A questionnaire in a browser window. Questions are found by their keys in the document and their visible labels."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import attrs
from playwright.sync_api import Locator, Page, expect

from klantportaal.domain.values import AssignmentId, ClientId, DossierId
from klantportaal.testing.questionnaires import Content, page, question, questionnaire
from tests.browser.demos import WILLEMIJN, Demo, Person
from tests.browser.pages import press
from tests.browser.words import Words
from tests.support.demo import ROOT

Answers = Mapping[str, Any]
"""Answers by the key of the question, or of a column as ``rows.0.column``: typed text, option codes, yes or no."""
PARTNER = {"question": "partner", "is": {"const": True}}
EVERYTHING = questionnaire(
    "alles",
    page(
        "soorten",
        question("naam", "prefilled", profile="name", required=True),
        question("plaats", required=True),
        question("partner", "boolean", required=True),
        question("hoe-heet", required=True, visible_when=PARTNER),
        question("toelichting", "long_text", schema={"maxLength": 40}),
        question("aantal", "integer", schema={"maximum": 9}),
        question("bedrag", "amount", schema={"minimum": 100_000}),
        question("geboren", "date", required=True),
        question("kleur", "choice", options=("rood", "geel"), required=True),
        question("dieren", "choices", options=("hond", "kat"), schema={"minItems": 1}, required=True),
        question("post", "email"),
        question("bel", "phone"),
        question("rekening", "iban"),
        question("woont", "address"),
        question("teken", "signature"),
        question(
            "kinderen",
            "rows",
            schema={"maxItems": 3},
            columns=[
                question("roep", required=True),
                question("jarig", "date"),
                question("elders", "boolean"),
                question("adres", required=True, visible_when={"question": "elders", "is": {"const": True}}),
            ],
        ),
        question("bewijs", "file", schema={"maxItems": 2}),
        question("let-op", "note"),
    ),
    page("samen", question("sinds", "date", required=True), visible_when=PARTNER),
    page("slot", question("opmerking", "long_text")),
)
"""A page with every type of question, a page that depends on it, and a last page."""
ALONE: Answers = {
    "plaats": "Zwolle",
    "partner": False,
    "geboren": "1951-3-9",
    "kleur": "geel",
    "dieren": ["kat"],
}
"""The fewest answers that the first page accepts. The name is filled in already."""
WRONG: Answers = {
    "naam": "",
    "toelichting": "a" * 41,
    "aantal": "tien",
    "bedrag": "12,345,6",
    "geboren": "1951-2-31",
    "post": "geen adres",
    "bel": "12",
    "rekening": "NL00BANK0123456789",
    "kinderen.0.jarig": "51-13-1",
}
"""An invalid answer for each question with a field of its own."""


def example(name: str) -> Content:
    """Read an example questionnaire of the demo."""
    document: Content = json.loads((ROOT / f"examples/questionnaires/{name}.json").read_text("utf-8"))
    return document


def give(demo: Demo, dossier_id: DossierId, client_id: ClientId, document: Content = EVERYTHING) -> AssignmentId:
    """Assign a questionnaire to a client. Publish it first if needed."""
    office = demo.portal.office.questionnaires
    office.publish(demo.office, json.dumps(document))
    due_on = date(2040, 11, 30)
    return office.assign(demo.office, dossier_id, client_id, str(document["id"]), due_on=due_on)


def given(demo: Demo, mark: str, person: Person = WILLEMIJN, *, document: Content = EVERYTHING) -> AssignmentId:
    """Assign a questionnaire to somebody in a new dossier, and start it."""
    actor = demo.actor(person)
    id = give(demo, demo.open_dossier(f"{mark}-{demo.host}", "Vragen", actor.client_id), actor.client_id, document)
    demo.portal.client.questionnaires.start(actor, id)
    return id


def somebody(demo: Demo, mark: str) -> Person:
    """Make a client that may sign out. Willemijn may not, because other tests share her session."""
    person, _client = demo.newcomer(f"Klant {mark}", f"vragen-{mark}-{demo.host}@example.nl")
    return person


def saved_answers(demo: Demo, id: AssignmentId, person: Person = WILLEMIJN) -> dict[str, Any]:
    """Give the saved answers."""
    answering = demo.portal.client.questionnaires.open(demo.actor(person), id).assignment.answering
    return {} if answering is None else dict(answering.raw)


def version(demo: Demo, id: AssignmentId, person: Person = WILLEMIJN) -> int | None:
    """Give the version of the saved answers."""
    answering = demo.portal.client.questionnaires.open(demo.actor(person), id).assignment.answering
    return None if answering is None else answering.version


@attrs.frozen(kw_only=True)
class Form:
    """A browser window that shows pages of a questionnaire."""

    window: Page
    words: Words
    document: Content = EVERYTHING
    javascript: bool = True

    @property
    def title(self) -> Locator:
        """The heading of the page."""
        return self.window.locator("#page-title")

    def page_title(self, id: str) -> str:
        """Give the title of a page by its id."""
        found = next(each for each in self.document["pages"] if each["id"] == id)
        return str(found["texts"][self.words.language]["title"])

    def asked(self, key: str) -> Content:
        """Find a question or a column in the document."""
        top, *inside = key.split(".")
        found: Content = next(
            each for page in self.document["pages"] for each in page["questions"] if each["id"] == top
        )
        return next(each for each in found["columns"] if each["id"] == inside[1]) if inside else found

    def label(self, key: str) -> str:
        """Give the label of a question."""
        return str(self.asked(key)["texts"][self.words.language]["label"])

    def question(self, key: str) -> Locator:
        """Find a question on the page."""
        return self.window.locator(f'[data-question="{key}"]')

    def field(self, key: str) -> Locator:
        """Find the only field of a question, by its label."""
        return self.question(key).get_by_label(self.label(key))

    def option(self, key: str, code: object) -> Locator:
        """Find an option of a question."""
        if isinstance(code, bool):
            return self.question(key).get_by_label(self.words.yes if code else self.words.no, exact=True)
        return self.question(key).get_by_label(
            self.asked(key)["texts"][self.words.language]["options"][code], exact=True
        )

    def answer(self, key: str, value: Any) -> None:
        """Answer a question as a user does."""
        match value:
            case bool():
                self.option(key, value).check()
            case list():
                for code in value:
                    self.option(key, code).check()
            case _ if self.asked(key)["type"] == "choice":
                self.option(key, value).check()
            case _ if self.asked(key)["type"] == "date":
                for label, part in zip(self.words.day_parts, reversed(value.split("-")), strict=True):
                    self.question(key).get_by_label(label).fill(part)
            case _:
                self.field(key).fill(value)

    def fill(self, answers: Answers) -> None:
        """Answer several questions in order."""
        for key, value in answers.items():
            self.answer(key, value)

    def faults(self, key: str) -> list[str]:
        """Read the faults at a field."""
        return self.window.locator(f'[id="q.{key}-fault"] li').all_inner_texts()

    def next(self) -> None:
        """Press `Volgende`."""
        press(self.window, self.words.next)

    def turn(self, answers: Answers) -> None:
        """Answer a page and save it. Without script, follow-up questions appear after pressing `Volgende` once."""
        later = (
            {} if self.javascript else {key: value for key, value in answers.items() if not self.question(key).count()}
        )
        self.fill({key: value for key, value in answers.items() if key not in later})
        self.next()
        if later:
            expect(self.window.get_by_role("status").get_by_role("heading")).to_have_text(self.words.added)
            expect(self.window.get_by_role("alert")).to_have_count(0)
            self.fill(later)
            self.next()

    def row(self, key: str, number: int) -> Locator:
        """Find a row of a question. The first row is 1."""
        return self.question(key).locator(".row").nth(number - 1)

    def add_row(self, key: str) -> None:
        """Press the button that adds a row."""
        self.question(key).locator(f'button[value="rij-erbij.{key}"]').click()

    def remove_row(self, key: str, number: int) -> None:
        """Press the button that removes a row."""
        self.row(key, number).get_by_role("button", name=self.words.remove_row).click()
