"""A request for documents from asking to accepting, over sixteen days, on a phone (RQ-1 to RQ-4, RM-1, PG-2, NW-2)."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import attrs
import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from klantportaal import DossierId, ItemState, Language, RequestedItem, RequestId, Waiting, WaitingFor
from klantportaal.ports.mail import Mail
from klantportaal.text import AMSTERDAM
from klantportaal.usecases.office.requests import OfficeRequests
from tests.browser.clocked import Clocked, clocked, link
from tests.browser.conftest import OpenWindow
from tests.browser.demos import Person
from tests.browser.pages import PDF, click_through, pdf, press
from tests.browser.test_requests import PHONE, TURNED, photograph
from tests.browser.words import DUTCH, ENGLISH, Words

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

START = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
"""Monday at ten in the morning in Amsterdam, in winter time. Summer time begins on the 29th."""
DUE = date(2026, 3, 30)
PASSPORT, VALUATION, STATEMENT, LABEL = range(4)
NUMBER = "2026-0316"


@attrs.frozen(kw_only=True)
class Said:
    """What the pages and mails say, in one language. The tests do not read the catalogs."""

    titles: tuple[str, str, str, str]
    deliver: str
    reason: str
    not_applicable: str
    add_one_pdf: str
    two_taken: str
    receipt: str
    check: str
    on_it: str
    not_on_it: str
    returned: str
    accepted: str
    take_back: str
    news: str
    reminder: str
    we_wait: str
    we_waited: str
    you_wait: str
    three: str
    one: str


NL = Said(
    titles=("Kopie paspoort", "Taxatierapport", "Bankafschrift", "Energielabel"),
    deliver="Aanleveren",
    reason="Reden",
    not_applicable="Niet van toepassing",
    add_one_pdf="Als één pdf toevoegen",
    two_taken="2 foto's gemaakt.",
    receipt="Ontvangstbewijs",
    check="Controleren",
    on_it="Dit bestand staat op het ontvangstbewijs",
    not_on_it="Dit bestand staat niet op het ontvangstbewijs",
    returned="Het kantoor heeft dit teruggestuurd:",
    accepted="Goedgekeurd door het kantoor",
    take_back="Terugnemen",
    news="Er staat iets nieuws voor u klaar",
    reminder="Herinnering",
    we_wait="Wij wachten op u: 1 zaak, uiterlijk 30 mrt 2026.",
    we_waited="Wij wachten op u: 1 zaak, die er uiterlijk 30 mrt 2026 had moeten zijn.",
    you_wait="U wacht op ons sinds {} mrt 2026.",
    three="3 gevraagde stukken, uiterlijk 30 maart 2026",
    one="1 gevraagd stuk, uiterlijk 30 maart 2026",
)
EN = Said(
    titles=("Copy of passport", "Valuation report", "Bank statement", "Energy label"),
    deliver="Submit",
    reason="Reason",
    not_applicable="Not applicable",
    add_one_pdf="Add as one PDF",
    two_taken="2 photos taken.",
    receipt="Receipt",
    check="Check",
    on_it="This file is on the receipt",
    not_on_it="This file is not on the receipt",
    returned="The office sent this back:",
    accepted="Accepted by the office",
    take_back="Take back",
    news="There is something new for you",
    reminder="Reminder",
    we_wait="We are waiting for you: 1 thing to do, by 30 Mar 2026 at the latest.",
    we_waited="We are waiting for you: 1 thing to do, which was due on 30 Mar 2026.",
    you_wait="You have been waiting for us since {} Mar 2026.",
    three="3 requested documents, by 30 March 2026",
    one="1 requested document, by 30 March 2026",
)
SAID = {Language.DUTCH: NL, Language.ENGLISH: EN}


def template() -> bytes:
    """Write a template of four documents, each due in fourteen days."""

    def texts(number: int) -> dict[str, dict[str, str]]:
        return {"nl": {"title": NL.titles[number]}, "en": {"title": EN.titles[number]}}

    items = [{"id": f"stuk-{each}", "texts": texts(each), "files": 2, "due_in_days": 14} for each in range(4)]
    titles = {"nl": {"title": "Stukken voor de levering"}, "en": {"title": "Documents for the transfer"}}
    return json.dumps({"id": "levering", "revision": 1, "texts": titles, "items": items}).encode()


@attrs.frozen(kw_only=True)
class Journey:
    """The office and its clock, and the client at its phone."""

    office: Clocked
    words: Words
    javascript: bool
    folder: Path
    person: Person
    page: Page
    dossier: DossierId
    id: RequestId

    @property
    def said(self) -> Said:
        """The words of the client's language."""
        return SAID[self.words.language]

    @property
    def requests(self) -> OfficeRequests:
        """The office's calls."""
        return self.office.portal.office.requests

    def item(self, number: int) -> RequestedItem:
        """Give an item as it is now."""
        return self.requests.get(self.office.actor, self.id).request.items[number]

    def content(self, number: int) -> list[bytes]:
        """Fetch what was delivered for an item, as the office does."""
        files = self.item(number).current_files
        return [b"".join(self.requests.fetch(self.office.actor, self.id, each.id).blocks) for each in files]

    def accept(self, *numbers: int) -> None:
        """Let the office accept items."""
        for each in numbers:
            self.requests.accept_item(self.office.actor, self.id, self.item(each).id)

    def follow(self, mail: Mail) -> None:
        """Follow the link of a mail to the request. It leads through signing in, as the session of days ago ended."""
        self.page.goto(link(mail))
        self.page.get_by_label(self.words.email).fill(self.person.email)
        self.page.get_by_label(self.words.password).fill(self.person.password)
        press(self.page, self.words.sign_in)
        expect(self.page).to_have_url(f"{self.office.demo.url}/verzoeken/{self.id}")

    def part(self, number: int) -> Locator:
        """Find an item on the page of the request."""
        return self.page.locator(".requested > li").nth(number)

    def expect_waiting(self, sentence: str | None, waiting: Waiting | None) -> None:
        """PG-2: expect the same of both sides: the sentence on the client's three pages, and the row in the list."""
        rows = self.office.portal.office.dossiers.waiting(self.office.actor)
        assert [(row.number, row.waiting) for row in rows] == ([(NUMBER, waiting)] if waiting else [])
        for path in ("/home", "/dossiers", f"/dossiers/{self.dossier}"):
            self.page.goto(path)
            expect(self.page.locator(".waits")).to_have_text([sentence] if sentence else [])
        self.find()

    def find(self) -> None:
        """Find the request in the dossier, in whatever state it is."""
        self.page.goto(f"/dossiers/{self.dossier}/aangeleverd")
        click_through(self.page.locator(f"a[href$='/verzoeken/{self.id}']"))


# Pairwise combinations of host, language and script.
WAYS = [
    pytest.param("flask", DUTCH, True, id="flask-nl-script"),
    pytest.param("flask", ENGLISH, False, id="flask-en-plain"),
    pytest.param("fastapi", DUTCH, False, id="fastapi-nl-plain"),
    pytest.param("fastapi", ENGLISH, True, id="fastapi-en-script"),
]


@pytest.fixture
def office(host: str, tmp_path: Path) -> Iterator[Clocked]:
    """The office, on a host. It stops after the windows are closed."""
    with clocked(host, tmp_path, START) as running:
        yield running


@pytest.fixture
def journey(office: Clocked, words: Words, javascript: bool, tmp_path: Path, open_window: OpenWindow) -> Journey:
    """The office asks for four documents from a template. Before that nobody waits for anybody."""
    calls, actor = office.portal.office, office.actor
    person, client = office.newcomer("Saskia de Boer", "saskia@example.nl", words.language)
    dossier = office.open_dossier(NUMBER, client)
    assert calls.dossiers.waiting(actor) == []
    calls.requests.publish_template(actor, template())
    return Journey(
        office=office,
        words=words,
        javascript=javascript,
        folder=tmp_path,
        person=person,
        page=open_window(office.demo, language=words.language, javascript=javascript, width=PHONE),
        dossier=dossier,
        id=calls.requests.make_from_template(actor, dossier, client, "levering"),
    )


@pytest.mark.parametrize("host, words, javascript", WAYS)
def test_from_asking_to_accepting(journey: Journey, open_window: OpenWindow) -> None:
    """RQ-1 to RQ-4, RM-1, PG-2, NW-2: asked, delivered, declined, returned, replaced, accepted and checked."""
    be_told(journey)
    first = take_photographs(journey)
    be_reminded(journey)
    deliver_the_rest(journey, first)
    returned_at = return_one(journey)
    replace_it_late(journey, returned_at)
    be_done(journey)
    check_the_receipt(journey, open_window(journey.office.demo, language=journey.words.language, width=PHONE))


def waiting_for_client(since: datetime) -> Waiting:
    """Say that the request waits for the client."""
    return Waiting(whom=WaitingFor.CLIENT, since=since, count=1, due_on=DUE)


def waiting_for_office(since: datetime) -> Waiting:
    """Say that the request waits for the office."""
    return Waiting(whom=WaitingFor.OFFICE, since=since, count=1)


def at(day: int, hour: int) -> datetime:
    """Give an hour of a day of March in Amsterdam, in winter or summer time."""
    return datetime(2026, 3, day, hour, tzinfo=AMSTERDAM)


def be_told(journey: Journey) -> None:
    """One mail tells of the request, five minutes later, without its contents. Its link leads to the request."""
    assert journey.office.work() == []
    [news] = journey.office.later(timedelta(minutes=5))
    assert news.subject.startswith(journey.said.news)
    assert not any(title in news.text for title in journey.said.titles)
    journey.follow(news)
    expect(journey.page.locator(".requested h2")).to_have_text(journey.said.titles)
    journey.expect_waiting(journey.said.we_wait, waiting_for_client(START))


def take_photographs(journey: Journey) -> datetime:
    """Deliver two photographs, take them back, and deliver them again: the rest still waits for the client."""
    said = journey.said
    deliver(journey, PASSPORT, photograph("1.jpg", 300, 200, TURNED), photograph("2.jpg", 80, 60, 1))
    click_through(journey.part(PASSPORT).get_by_role("button", name=re.compile(f"^{said.take_back}: ")))
    assert journey.item(PASSPORT).state is ItemState.OPEN
    deliver(journey, PASSPORT, photograph("1.jpg", 300, 200, TURNED), photograph("2.jpg", 80, 60, 1))
    assert len(journey.item(PASSPORT).current_files) == (1 if journey.javascript else 2)
    journey.expect_waiting(said.we_wait, waiting_for_client(START))
    return journey.office.clock.now()


def be_reminded(journey: Journey) -> None:
    """Of the three that are left, one mail reminds a week before they are due. Its link leads to the request."""
    [(moment, mail)] = journey.office.until(at(23, 8))
    assert (moment, mail.to) == (at(23, 8), journey.person.email)
    assert mail.subject.startswith(journey.said.reminder)
    assert f"Dossier {NUMBER}: {journey.said.three}" in mail.text
    assert not any(title in mail.text for title in journey.said.titles)
    assert journey.office.until(at(23, 19)) == []
    journey.follow(mail)


def deliver_the_rest(journey: Journey, first: datetime) -> None:
    """Deliver one by camera and one by drag, and decline one. From then on it waits for the office."""
    said = journey.said
    deliver(journey, VALUATION, photograph("taxatie.jpg", 80, 60, 1))
    deliver_by_drag(journey, STATEMENT, "afschrift.pdf", PDF)
    journey.expect_waiting(said.we_wait, waiting_for_client(START))
    click_through(journey.part(LABEL).get_by_role("link", name=f"{said.deliver}: {said.titles[LABEL]}"))
    journey.page.get_by_label(said.reason).fill("Het is een monument.")
    press(journey.page, said.not_applicable)
    journey.expect_waiting(said.you_wait.format(16), waiting_for_office(first))
    states = [journey.item(each).state for each in range(4)]
    assert states == [ItemState.DELIVERED] * 3 + [ItemState.NOT_APPLICABLE]


def return_one(journey: Journey) -> datetime:
    """The office accepts three and returns one: the client is told, and it waits for the client again."""
    assert journey.office.until(at(24, 10)) == []
    assert journey.content(STATEMENT) == [PDF]
    journey.accept(PASSPORT, VALUATION, LABEL)
    returned_at, item_id = journey.office.clock.now(), journey.item(STATEMENT).id
    journey.requests.return_item(journey.office.actor, journey.id, item_id, "Het saldo ontbreekt.")
    [news] = journey.office.later(timedelta(minutes=5))
    assert (news.subject.startswith(journey.said.news), "saldo" in news.text) == (True, False)
    journey.follow(news)
    expect(journey.part(STATEMENT).locator(".quote")).to_have_text(f"{journey.said.returned} Het saldo ontbreekt.")
    expect(journey.page.get_by_text(journey.said.accepted)).to_have_count(3)
    journey.expect_waiting(journey.said.we_wait, waiting_for_client(returned_at))
    return returned_at


def replace_it_late(journey: Journey, returned_at: datetime) -> None:
    """In summer time two more mails remind at eight. A day late, it is replaced."""
    said, sent = journey.said, journey.office.until(at(31, 9))
    assert [moment for moment, _mail in sent] == [at(29, 8), at(30, 8)]
    assert all(f"Dossier {NUMBER}: {said.one}" in mail.text for _moment, mail in sent)
    journey.follow(sent[-1][1])
    journey.expect_waiting(said.we_waited, waiting_for_client(returned_at))
    deliver_by_drag(journey, STATEMENT, "afschrift.pdf", PDF + b"% saldo")
    journey.expect_waiting(said.you_wait.format(31), waiting_for_office(journey.office.clock.now()))
    assert journey.content(STATEMENT) == [PDF + b"% saldo"]


def be_done(journey: Journey) -> None:
    """All is accepted: nobody waits any more, and nothing reminds, also in the week after."""
    journey.accept(STATEMENT)
    journey.expect_waiting(None, None)
    expect(journey.page.get_by_text(journey.said.accepted)).to_have_count(4)
    expect(journey.page.get_by_role("link", name=f"{journey.said.deliver}:")).to_have_count(0)
    answers = journey.page.locator(f"a[href*='/verzoeken/{journey.id}#']")
    journey.page.goto(f"/dossiers/{journey.dossier}/aangeleverd")
    expect(answers).to_have_count(len(journey.item(PASSPORT).current_files) + 3)


def check_the_receipt(journey: Journey, stranger: Page) -> None:
    """A stranger checks the replaced file against its receipt: it is on it, and an altered one is not."""
    journey.find()
    click_through(journey.part(STATEMENT).get_by_role("link", name=journey.said.receipt).last)
    stranger.goto(journey.page.locator(".receipt-address a").inner_text())
    for content, told in ((PDF + b"% saldo", journey.said.on_it), (PDF, journey.said.not_on_it)):
        stranger.locator("#file").set_input_files([pdf("afschrift.pdf", content)])
        press(stranger, journey.said.check)
        expect(stranger.get_by_role("heading", name=told)).to_be_visible()
    assert journey.office.until(at(31, 9) + timedelta(days=8)) == []


def open_item(journey: Journey, number: int) -> None:
    """Go from the request to the form of an item."""
    name = f"{journey.said.deliver}: {journey.said.titles[number]}"
    click_through(journey.part(number).get_by_role("link", name=name))


def deliver(journey: Journey, number: int, *photographs: FilePayload) -> None:
    """Deliver photographs by camera: with script as one PDF, without script each as it is."""
    open_item(journey, number)
    camera = journey.page.locator("[data-photos] input" if journey.javascript else "#files-camera")
    assert camera.get_attribute("capture") == "environment"
    for each in photographs:
        camera.set_input_files([each])
        if not journey.javascript:
            click_through(journey.page.get_by_role("button", name=f"{journey.words.add}: "))
    if journey.javascript:
        journey.page.get_by_role("button", name=journey.said.add_one_pdf).click()
        upload(journey)
    press(journey.page, journey.said.deliver)
    expect(journey.part(number).locator(".file-row").last).to_be_visible()


def deliver_by_drag(journey: Journey, number: int, name: str, content: bytes) -> None:
    """Deliver a file that is dragged onto the form: with script onto its files, without script onto the field."""
    open_item(journey, number)
    file = journey.folder / name
    file.write_bytes(content)
    drop(journey.page.locator("[data-uploads]" if journey.javascript else "#files"), file)
    if journey.javascript:
        upload(journey)
    press(journey.page, journey.said.deliver)
    expect(journey.part(number).locator(".file-row").last).to_contain_text(name)


def drop(target: Locator, file: Path) -> None:
    """Drag a file from the desktop over an element, and drop it there."""
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    assert box is not None
    session = target.page.context.new_cdp_session(target.page)
    for kind in ("dragEnter", "dragOver", "drop"):
        data = {"items": [], "files": [str(file)], "dragOperationsMask": 1}
        place = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        session.send("Input.dispatchDragEvent", {"type": kind, **place, "data": data})
    session.detach()


def upload(journey: Journey) -> None:
    """Upload what is in the dialog."""
    journey.page.locator(".uppy-StatusBar-actionBtn--upload").click()
    expect(journey.page.get_by_role("dialog")).to_be_hidden()
    expect(journey.page.locator(".file-row")).to_have_count(1)
