"""A tour of filling in a questionnaire, from its first page to the result in the dossier."""

from collections.abc import Iterator

from playwright.sync_api import Page, expect

from klantportaal.domain.values import AssignmentId
from tests.browser.asking import ALONE, WRONG, Form, given
from tests.browser.demos import SEEDED, Demo, Person, wait_for
from tests.browser.pages import press
from tests.browser.words import Words

SAVED_ELSEWHERE = {"naam": "Iemand", "plaats": "Kampen", "partner": False, "geboren": "1951-03-09", "kleur": "rood"}


def filling_in(page: Page, demo: Demo, words: Words, mark: str) -> Iterator[str]:
    """Visit every state of a page, the review, the result, and the dossier."""
    person = SEEDED[words.language]
    yield from one_of_the_demos(page, demo, person)
    id = given(demo, f"tour-{mark}", person)
    form = Form(window=page, words=words)
    page.goto(f"/vragenlijsten/{id}")
    yield from one_page(form, demo, person, id)
    page.goto(f"/vragenlijsten/{id}/overzicht")
    yield "the review of what is not finished"
    page.goto(f"/vragenlijsten/{id}")
    form.turn({"sinds": "2001-1-2"})
    form.next()
    yield from finished(form, demo, person, id)


def one_of_the_demos(page: Page, demo: Demo, person: Person) -> Iterator[str]:
    """Visit a page of one of the demo's questionnaires, at the place to resume."""
    actor = demo.actor(person)
    id = demo.portal.client.questionnaires.waiting(actor)[0].id
    demo.portal.client.questionnaires.start(actor, id)
    page.goto(f"/vragenlijsten/{id}")
    yield "a page of one of the demo's questionnaires"


def one_page(form: Form, demo: Demo, person: Person, id: AssignmentId) -> Iterator[str]:
    """Visit one page: empty, with extra questions, with faults, and in conflict with answers saved elsewhere."""
    yield "a page with every type of question"
    form.answer("partner", True)
    expect(form.question("hoe-heet")).to_be_visible()
    form.add_row("kinderen")
    expect(form.row("kinderen", 1)).to_be_visible()
    form.fill(WRONG)
    form.window.locator('[id="q.woont.number"]').fill("x")
    form.window.locator('[id="q.teken"]').fill("x" * 151)
    form.next()
    yield "a page with a row and with faults of every type"
    submitted = {**SAVED_ELSEWHERE, "dieren": ["hond"]}
    demo.portal.client.questionnaires.save(demo.actor(person), id, "soorten", submitted, version=0)
    good = {"toelichting": "", "aantal": "3", "bedrag": "1250", "post": "", "bel": "", "rekening": "", "naam": "Kim"}
    form.window.locator('[id="q.woont.number"]').fill("")
    form.window.locator('[id="q.teken"]').fill("Anna de Wit")
    form.fill({**ALONE, **good, "partner": True, "hoe-heet": "Alex", "kinderen.0.roep": "Anna"})
    form.answer("kinderen.0.jarig", "2001-1-2")
    form.next()
    yield "a page that was saved elsewhere in the meantime"
    form.next()


def finished(form: Form, demo: Demo, person: Person, id: AssignmentId) -> Iterator[str]:
    """Visit the review, the result, and the dossier with the result."""
    page, portal, actor = form.window, demo.portal, demo.actor(person)
    expect(form.title).to_have_text(form.words.overview)
    yield "the review"
    press(page, form.words.complete)
    yield "the result"
    wait_for(lambda: portal.client.questionnaires.open(actor, id).assignment.submission_id is not None, "a PDF")
    page.goto(f"/vragenlijsten/{id}")
    yield "the result with its PDF"
    page.goto(f"/dossiers/{portal.client.questionnaires.open(actor, id).dossier.id}/aangeleverd")
    yield "a completed questionnaire in the dossier"
