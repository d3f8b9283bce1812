"""User input is shown as text everywhere: many XSS attacks, in a real browser with the real CSP."""

from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

import attrs
import pytest
from playwright.sync_api import Page, expect

from klantportaal import Language, MessageText, OfficeProfile
from klantportaal.domain.values import AssignmentId, ClientId, DossierId
from klantportaal.testing.questionnaires import Content
from tests.browser.asking import give
from tests.browser.conftest import OpenWindow, StartDemo
from tests.browser.demos import Demo, Person
from tests.browser.pages import PDF, choose, click_through, open_uploads, pdf, press
from tests.browser.tours import without_policy
from tests.browser.words import DUTCH

pytestmark = pytest.mark.browser

ATTACKS = (
    "<script class=xss>window.xss = 1</script>",
    '"><img class=xss src=x onerror=window.xss=1>',
    "'><svg class=xss onload=window.xss=1>",
    "</textarea><b class=xss>",
    "</title></style><b class=xss>",
    "<a class=xss href=javascript:window.xss=1>klik</a>",
    "javascript:window.xss=1//http://127.0.0.1/a",
    '" class=xss autofocus onfocus="window.xss=1',
    "<iframe class=xss srcdoc=<script>parent.xss=1</script>>",
    "<!--<b class=xss>--!><b class=xss>",
    "{{ 7 * 191 }} ${7 * 191} &lt;b class=xss&gt;",
    "<base class=xss href=//example.nl><meta class=xss http-equiv=refresh content=0>",
)
INTRUDERS = """() => [
  ...document.querySelectorAll(".xss, script:not([src]), iframe[srcdoc], base:not([target=_top]), object, embed"),
  ...document.querySelectorAll("meta[http-equiv], a[href^='java' i]"),
  ...[...document.querySelectorAll("*")].filter((each) => each.getAttributeNames().some((own) => own.startsWith("on"))),
].map((each) => each.outerHTML.slice(0, 200)).concat(window.xss ? ["it ran"] : [])"""


@attrs.frozen(kw_only=True)
class Attacked:
    """A demo in which all input is an attack."""

    demo: Demo
    person: Person
    client_id: ClientId
    dossier_id: DossierId
    asked: Sequence[AssignmentId]
    """A completed questionnaire, and one that is being filled in."""

    def stops(self, page: Page) -> Iterator[str]:
        """Visit all pages that show user input."""
        dossier = f"/dossiers/{self.dossier_id}"
        messages = self.demo.portal.client.dossiers.messages(self.demo.actor(self.person), self.dossier_id)
        paths = ["/home", "/dossiers", "/mijn-gegevens", dossier, *(f"{dossier}/{tab}" for tab in TABS)]
        paths += [f"{dossier}/berichten/{row.id}" for row in messages]
        paths += [f"{dossier}/berichten/{row.id}/beantwoorden" for row in messages[:2]]
        paths += [f"/dossiers?{urlencode({'zoek': attack, 'status': attack})}" for attack in ATTACKS]
        completed, begun = self.asked
        paths += ["/acties", f"/vragenlijsten/{completed}/resultaat", f"/vragenlijsten/{begun}/pagina/blad"]
        paths += [f"/vragenlijsten/{begun}/overzicht", "/demo/office/questionnaires"]
        paths += [f"/demo/office/assignments/{completed}", f"/demo/office/assignments/{completed}/answers"]
        paths += ["/demo/office/", "/demo/office/clients", f"/demo/office/clients/{self.client_id}"]
        paths += ["/demo/office/dossiers", f"/demo/office{dossier}", "/demo/office/profile", "/demo/mailbox"]
        for path in paths:
            page.goto(path)
            yield path
        page.route("**/demo/mailbox/*.html", without_policy)
        page.goto(page.locator("iframe").first.get_attribute("src") or "")
        yield "a mail"


TABS = ("documenten", "aangeleverd", "berichten")


def attacked(demo: Demo) -> Attacked:
    """Enter attacks wherever an office or a client can type."""
    welcome = {language: " ".join(ATTACKS[:5]) for language in Language}
    profile = OfficeProfile(name=ATTACKS[1], contact_address="info@example.nl", welcome=welcome)
    demo.portal.office.profile.change(demo.office, profile)
    person, client_id = demo.newcomer(ATTACKS[0], "aanval@example.nl")
    for number, attack in enumerate(ATTACKS):
        demo.open_dossier(f"{number} {attack}"[:40], attack, client_id)
    dossier_id = demo.open_dossier("A-1", ATTACKS[4], client_id)
    for attack in ATTACKS:
        demo.publish(dossier_id, attack, client_id, content=PDF, name=f"{attack}.pdf")
        draft = MessageText(subject=attack, body=attack)
        demo.portal.office.messages.send(demo.office, dossier_id, client_id, draft)
        deliver(demo, person, dossier_id, attack)
    asked = [ask(demo, person, dossier_id, client_id, is_completed=each) for each in (True, False)]
    return Attacked(demo=demo, person=person, client_id=client_id, dossier_id=dossier_id, asked=asked)


def questions() -> Content:
    """Make a questionnaire with attacks as labels, help texts and options."""
    texts = [{language: {"label": attack, "help": attack} for language in Language} for attack in ATTACKS]
    options = {f"o{number}": attack for number, attack in enumerate(ATTACKS)}
    offered = {language: {"label": ATTACKS[0], "options": options} for language in Language}
    asked = [{"id": f"v{number}", "type": "long_text", "texts": each} for number, each in enumerate(texts)]
    heading = {language: {"title": ATTACKS[1], "intro": ATTACKS[2]} for language in Language}
    column = {"id": "cel", "type": "text", "texts": texts[4]}
    others = [
        {"id": "keuze", "type": "choices", "texts": offered},
        {"id": "let-op", "type": "note", "texts": texts[5]},
        {"id": "stuk", "type": "file", "texts": texts[6]},
        {"id": "rijen", "type": "rows", "texts": texts[3], "columns": [column]},
    ]
    page = {"id": "blad", "texts": heading, "questions": [*asked, *others]}
    return {"id": "aanval", "revision": 1, "texts": heading, "pages": [page]}


def ask(demo: Demo, person: Person, dossier_id: DossierId, client_id: ClientId, *, is_completed: bool) -> AssignmentId:
    """Let the client answer that questionnaire with attacks, and upload a file with an attack as its name."""
    id, actor = give(demo, dossier_id, client_id, questions()), demo.actor(person)
    portal = demo.portal.client.questionnaires
    portal.start(actor, id)
    staged = demo.portal.client.answer_files.stage(actor, id, "stuk", name=f"{ATTACKS[1]}.pdf", blocks=[PDF])
    answers = {f"v{number}": attack for number, attack in enumerate(ATTACKS)}
    more = {"keuze": ["o1", "o2"], "stuk": [str(staged.id)], "rijen": [{"cel": attack} for attack in ATTACKS]}
    portal.save(actor, id, "blad", {**answers, **more}, version=0)
    if is_completed:
        portal.complete(actor, id, version=1)
    return id


def deliver(demo: Demo, person: Person, dossier_id: DossierId, attack: str) -> None:
    """Let the client send an attack as a message, with a file of that name."""
    draft_id, actor = demo.portal.client.messages.new_draft(), demo.actor(person)
    demo.portal.client.attachments.stage(actor, dossier_id, draft_id, name=f"{attack}.pdf", blocks=[PDF])
    demo.portal.client.messages.send(actor, dossier_id, draft_id, MessageText(subject=attack, body=attack))


@pytest.fixture(scope="module")
def scene(start_demo: StartDemo) -> Attacked:
    """The attacks, in a separate demo. Both hosts render the same pages (`tests/hosts/test_same.py`)."""
    return attacked(start_demo("fastapi"))


def test_what_was_typed_is_text_everywhere(scene: Attacked, open_window: OpenWindow) -> None:
    """ME-5: No input becomes mark-up or runs, and none violates the CSP."""
    page = open_window(scene.demo, scene.person)
    found, seen = [], ""
    for stop in scene.stops(page):
        found += [f"{stop}: {each}" for each in page.evaluate(INTRUDERS)]
        seen += page.locator("body").inner_text()
    assert found == []
    assert [attack for attack in ATTACKS if attack not in seen] == []


def test_what_is_refused_comes_back_as_text(scene: Attacked, open_window: OpenWindow) -> None:
    """AL-1: A refused form shows the input exactly as it was typed."""
    page = open_window(scene.demo)
    found = []
    for attack in ATTACKS[1:5]:
        for path in ("/inloggen", "/instellen-wachtwoord"):
            page.goto(path)
            page.get_by_label(DUTCH.email).fill(attack)
            click_through(page.locator("form.form button"))
            expect(page.get_by_role("alert")).to_be_visible()
            found += page.evaluate(INTRUDERS)
            assert page.get_by_label(DUTCH.email).input_value() == attack
    assert found == []


def test_files_that_are_being_sent_are_text(scene: Attacked, open_window: OpenWindow) -> None:
    """AT-4: A file name is text in the dialog for attachments, in the list, and in a fault."""
    page = open_window(scene.demo, scene.person)
    page.goto(f"/dossiers/{scene.dossier_id}/berichten/nieuw")
    window = open_uploads(page, DUTCH)
    names = [attack.replace("/", ":") for attack in ATTACKS[:5]]  # A file name cannot contain a slash.
    refused = f"{names[1]}.exe"
    choose(page, pdf(refused), *(pdf(f"{name}.pdf") for name in names))
    expect(page.locator("#files-fault")).to_contain_text(refused)
    found = page.evaluate(INTRUDERS)
    window.get_by_role("button", name="Upload 5 bestanden").click()
    expect(window).to_be_hidden()
    expect(page.locator(".file-row")).to_have_count(5)
    found += page.evaluate(INTRUDERS)
    page.get_by_label(DUTCH.subject).fill(ATTACKS[3])
    page.get_by_label(DUTCH.message, exact=True).fill(ATTACKS[3] + "a" * 500)
    press(page, DUTCH.send)
    found += page.evaluate(INTRUDERS)
    assert page.get_by_label(DUTCH.message, exact=True).input_value() == ATTACKS[3] + "a" * 500
    assert found == []
    page.get_by_label(DUTCH.message, exact=True).fill("Hier zijn ze.")
    press(page, DUTCH.send)
    expect(page.get_by_role("status")).to_contain_text(DUTCH.sent)


def test_answers_that_are_refused_are_text(scene: Attacked, open_window: OpenWindow) -> None:
    """AL-1: A refused page of a questionnaire shows its input and its faults as text."""
    page = open_window(scene.demo, scene.person)
    page.goto(f"/vragenlijsten/{scene.asked[1]}/pagina/blad")
    found = []
    for attack in ATTACKS[1:4]:
        page.locator('[id="q.v0"]').fill(attack + "a" * 20_000)
        press(page, DUTCH.next)
        expect(page.get_by_role("alert")).to_be_visible()
        found += page.evaluate(INTRUDERS)
        assert page.locator('[id="q.v0"]').input_value() == attack + "a" * 20_000
    page.locator('[id="q.v0"]').fill("")
    press(page, DUTCH.next)
    assert found == []
