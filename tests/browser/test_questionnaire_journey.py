"""A questionnaire from the office to the client and back: in both languages, with and without script."""

import io
import json
import re
from typing import Any

import attrs
import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from klantportaal.domain.values import DossierId
from tests.browser.asking import Answers, Form
from tests.browser.conftest import OpenWindow
from tests.browser.demos import Demo, Person
from tests.browser.pages import choose, click_through, pdf, press, saved, sign_in
from tests.browser.personal_details import AFTER, BEFORE, DOCUMENT, PASSPORT, answers_of, on_paper
from tests.browser.words import DUTCH, ENGLISH, Words

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@attrs.frozen(kw_only=True)
class Journey:
    """The client's window, the office's window, and the questionnaire."""

    demo: Demo
    words: Words
    form: Form
    person: Person
    dossier_id: DossierId
    number: str
    desk: Page

    @property
    def client(self) -> Page:
        """The client's window."""
        return self.form.window

    @property
    def subject(self) -> str:
        """The title of the questionnaire."""
        return str(DOCUMENT["texts"][self.words.language]["title"])


# Pairwise combinations of host, language and script. ``test_journey`` has the other four.
WAYS = [
    pytest.param("flask", DUTCH, False, id="flask-nl-plain"),
    pytest.param("flask", ENGLISH, True, id="flask-en-script"),
    pytest.param("fastapi", DUTCH, True, id="fastapi-nl-script"),
    pytest.param("fastapi", ENGLISH, False, id="fastapi-en-plain"),
]


@pytest.fixture
def journey(demo: Demo, words: Words, javascript: bool, open_window: OpenWindow) -> Journey:
    """A client with an empty dossier, and two windows."""
    mark = f"vragen-{demo.host}-{words.language}"
    person, client_id = demo.newcomer(f"Saskia {mark}", f"{mark}@example.nl", language=words.language)
    window = open_window(demo, language=words.language, javascript=javascript)
    return Journey(
        demo=demo,
        words=words,
        form=Form(window=window, words=words, document=DOCUMENT, javascript=javascript),
        person=person,
        dossier_id=demo.open_dossier(f"{mark}-1", "Levering", client_id),
        number=f"{mark}-1",
        desk=open_window(demo),
    )


@pytest.mark.parametrize("demo, words, javascript", WAYS, indirect=["demo"])
def test_a_questionnaire_from_desk_to_desk(journey: Journey) -> None:
    """QU-1 to QU-4: A questionnaire is resumed, changed, completed, printed, filed once, and read by the office."""
    give_at_the_desk(journey)
    answer_half(journey)
    stop_and_resume(journey)
    change_an_early_answer(journey)
    answer_the_rest(journey)
    review_and_complete(journey)
    look_at_it_on_paper(journey)
    document = find_in_the_dossier(journey)
    read_at_the_desk(journey, document)


def give_at_the_desk(journey: Journey) -> None:
    """Assign the questionnaire to the client at the desk."""
    desk = journey.desk
    desk.goto(f"/demo/office/dossiers/{journey.dossier_id}")
    form = desk.get_by_role("region", name="Assign a questionnaire")
    form.get_by_label("Questionnaire").select_option(value="persoonsgegevens")
    press(desk, "Assign", within=form)
    expect(desk.get_by_role("status")).to_contain_text("The questionnaire was assigned to the client")


def answer_half(journey: Journey) -> None:
    """Start from `Acties`, and answer the first pages."""
    client, words = journey.client, journey.words
    sign_in(client, words, journey.person)
    click_through(client.get_by_role("link", name=words.actions).first)
    expect(client.locator("tbody tr")).to_have_count(1)
    press(client, f"{words.fill_in}: {journey.subject}")
    answer_pages(journey, BEFORE)


def answer_pages(journey: Journey, pages: dict[str, Answers]) -> None:
    """Answer pages, and check that each is the next one."""
    for page, answers in pages.items():
        expect(journey.form.title).to_have_text(journey.form.page_title(page))
        if page == "identiteitsbewijs":
            add_passport(journey)
        journey.form.turn(answers)


def stop_and_resume(journey: Journey) -> None:
    """Sign out halfway, sign in, and resume from the dossier at the first page that was not saved."""
    client, words = journey.client, journey.words
    expect(journey.form.title).to_have_text(journey.form.page_title("identiteitsbewijs"))
    press(client, words.sign_out)
    sign_in(client, words, journey.person)
    client.goto(f"/dossiers/{journey.dossier_id}")
    press(client, f"{words.go_on}: {journey.subject}")
    expect(journey.form.title).to_have_text(journey.form.page_title("identiteitsbewijs"))


def change_an_early_answer(journey: Journey) -> None:
    """Go back two pages and change an answer. The page about the partner disappears."""
    client, words = journey.client, journey.words
    for page in ("partner", "relatie"):
        click_through(client.get_by_role("link", name=words.previous, exact=True))
        expect(journey.form.title).to_have_text(journey.form.page_title(page))
    expect(journey.form.option("burgerlijke_staat", "samenwonend")).to_be_checked()
    journey.form.turn({"burgerlijke_staat": "alleenstaand"})


def add_passport(journey: Journey) -> None:
    """Add a file to the question that appears after the kind of document is chosen."""
    form, words = journey.form, journey.words
    form.answer("document_soort", "paspoort")
    if journey.form.javascript:
        form.question("document_kopie").get_by_role("button", name=words.add_files).click()
        choose(form.window, pdf("paspoort.pdf", PASSPORT))
        form.window.get_by_role("dialog").get_by_role("button", name=words.upload_one).click()
    else:
        form.next()
        form.question("document_kopie").locator("input[type=file]").set_input_files(pdf("paspoort.pdf", PASSPORT))
        click_through(form.question("document_kopie").get_by_role("button", name=f"{words.add}: "))
    expect(form.question("document_kopie").locator(".file-name")).to_have_text("paspoort.pdf")


def answer_the_rest(journey: Journey) -> None:
    """Answer the other pages, with a file and a row."""
    answer_pages(journey, AFTER)
    expect(journey.form.title).to_have_text(journey.words.overview)


def review_and_complete(journey: Journey) -> None:
    """Read the review, change an answer from there, and complete the questionnaire."""
    client, words = journey.client, journey.words
    assert "Onzichtbaar" not in client.locator("main").inner_text()
    click_through(
        client.get_by_role("link", name=re.compile(f"{words.change} ?: {journey.form.page_title('contact')}"))
    )
    expect(journey.form.option("bereikbaar", "portaal")).to_be_checked()
    journey.form.next()
    expect(journey.form.title).to_have_text(words.overview)
    press(client, words.complete)
    expect(client.get_by_role("status").first).to_contain_text(words.completed_it)


def look_at_it_on_paper(journey: Journey) -> None:
    """Check the print view: it has the office, titles, questions and answers, and no buttons."""
    client, words = journey.client, journey.words
    client.emulate_media(media="print")
    lines = client.locator("body").inner_text().split("\n")
    printed = [line.strip() for line in lines if line.strip()]
    client.emulate_media(media="screen")
    office = journey.demo.portal.office.profile.get(journey.demo.office).profile
    assert printed[:3] == [office.name, journey.subject, f"Dossier {journey.number} · Levering"]
    assert printed[4] == journey.person.name  # The line before is `Klant`. The lines after are the time of completion.
    assert printed[7:] == list(on_paper(journey.form, journey.person))
    if journey.form.javascript:
        client.evaluate("window.print = () => document.body.setAttribute('data-printed', '')")
        client.get_by_role("button", name=words.print).click()
        expect(client.locator("body[data-printed]")).to_have_count(1)


def find_in_the_dossier(journey: Journey) -> bytes:
    """Wait for the PDF, and check that it is in the dossier once, with the client's file."""
    client, words = journey.client, journey.words
    wait = client.get_by_role("link", name=words.again)
    while wait.count():  # The link reloads the page. The test's own timeout ends the loop.
        click_through(wait)
    document = saved(client, client.get_by_role("link", name=words.download_pdf))
    click_through(client.get_by_role("link", name=words.to_dossier))
    rows = client.locator("tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.filter(has_text=".pdf").filter(has_text=journey.subject)).to_have_count(1)
    assert saved(client, client.get_by_role("link", name="paspoort.pdf", exact=True)) == PASSPORT
    again = rows.filter(has_text=journey.subject).locator("td.main a[download]")
    assert saved(client, again) == document
    click_through(client.get_by_role("link", name=words.actions).first)
    expect(client.locator("tbody tr")).to_have_count(0)
    read(journey, document)
    return document


def read(journey: Journey, document: bytes) -> None:
    """Check the answers in the PDF's text and in its attachment."""
    assert document.startswith(b"%PDF-")
    pdf_file = PdfReader(io.BytesIO(document))
    text = " ".join(" ".join(page.extract_text() for page in pdf_file.pages).split())
    for answer in ("Bergsma", "NX1A2B3C4", "België", "BE-77", "paspoort.pdf", "Bellen kan ná vijf uur: € 0,-"):
        assert answer in text
    assert "Onzichtbaar" not in text
    assert list(pdf_file.attachments) == ["antwoorden.json"]
    assert of_the_office(json.loads(pdf_file.attachments["antwoorden.json"][0])) == answers_of(journey.person)


def of_the_office(read: dict[str, Any]) -> dict[str, Any]:
    """Give the answers that the office reads, without the file, whose id is unknown."""
    answers: dict[str, Any] = read["answers"]
    assert [(file["name"], file["size"]) for file in answers.pop("document_kopie")] == [("paspoort.pdf", len(PASSPORT))]
    return answers


def read_at_the_desk(journey: Journey, document: bytes) -> None:
    """Check that the desk has the same answers, in words and as JSON, and the same PDF."""
    desk = journey.desk
    desk.reload()
    click_through(desk.get_by_role("region", name="Questionnaires").get_by_role("link"))
    assert saved(desk, desk.get_by_role("link", name=journey.words.download_pdf)) == document
    click_through(desk.get_by_role("link", name="The answers"))
    expect(desk.get_by_role("main")).to_contain_text("Bergsma")
    read = json.loads(saved(desk, desk.get_by_role("link", name="Download as a JSON file")))
    assert of_the_office(read) == answers_of(journey.person)
