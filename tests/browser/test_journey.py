"""A client from invitation to reply, and what the office sees: in both languages, with and without script."""

import attrs
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenWindow
from tests.browser.demos import PASSWORD, Demo, Person, wait_for
from tests.browser.pages import PDF, choose, click_through, expect_tabs, mail, open_uploads, pdf, press, saved, sign_in
from tests.browser.words import DUTCH, ENGLISH, Words

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

DEED = PDF + b"akte"
LETTER = PDF + b"brief"
PASSPORT = PDF + b"paspoort"


@attrs.frozen(kw_only=True)
class Journey:
    """The client's window, the office's window, and the client."""

    demo: Demo
    words: Words
    javascript: bool
    desk: Page
    client: Page
    mark: str
    """A mark that makes the names and numbers of this journey unique."""

    @property
    def person(self) -> Person:
        """The new client."""
        email = f"{self.mark.lower()}@example.nl"
        return Person(name=f"Saskia {self.mark}", email=email, password=PASSWORD, language=self.words.language)

    def number(self, which: int) -> str:
        """Give the number of a dossier."""
        return f"{self.mark}-{which}"

    def row(self, text: str) -> Locator:
        """Find a row of the table in the client's window."""
        return self.client.locator("tbody tr").filter(has_text=text)


@pytest.fixture
def journey(demo: Demo, words: Words, javascript: bool, open_window: OpenWindow) -> Journey:
    """Both windows at the start of the journey."""
    return Journey(
        demo=demo,
        words=words,
        javascript=javascript,
        desk=open_window(demo),
        client=open_window(demo, language=words.language, javascript=javascript),
        mark=f"{demo.host}-{words.language}-{'script' if javascript else 'plain'}",
    )


# Pairwise combinations of host, language and script. All eight would double the time of the browser tests.
WAYS = [
    pytest.param("flask", DUTCH, True, id="flask-nl-script"),
    pytest.param("flask", ENGLISH, False, id="flask-en-plain"),
    pytest.param("fastapi", DUTCH, False, id="fastapi-nl-plain"),
    pytest.param("fastapi", ENGLISH, True, id="fastapi-en-script"),
]


@pytest.mark.parametrize("demo, words, javascript", WAYS, indirect=["demo"])
def test_the_whole_journey(journey: Journey) -> None:
    """ON-1 to ON-7, HO-2, DO-2 to DO-4, DC-2, ME-2 to ME-4, AT-1, AT-2, OF-1: The whole journey works."""
    invite(journey)
    open_dossiers(journey)
    fill_dossier(journey)
    follow_the_mails(journey)
    look_around(journey)
    search_and_filter(journey)
    download(journey)
    read_and_answer(journey)
    see_what_was_delivered(journey)
    sign_out_and_in(journey)
    see_at_the_office(journey)


def invite(journey: Journey) -> None:
    """Invite the client at the office desk."""
    desk = journey.desk
    desk.goto("/demo/office")
    click_through(desk.get_by_role("link", name="Clients", exact=True))
    form = desk.get_by_role("region", name="Invite a client")
    form.get_by_label("Name").fill(journey.person.name)
    form.get_by_label("E-mail address").fill(journey.person.email)
    form.get_by_label("Language").select_option(journey.words.language.value)
    press(desk, "Invite", within=form)
    expect(desk.get_by_role("status")).to_contain_text("The client was invited")


def open_dossiers(journey: Journey) -> None:
    """Open three dossiers for the client, one of them completed."""
    desk = journey.desk
    for which, (description, status) in enumerate(
        [("Oude zaak", "Completed"), ("Verkoop café De Zwaan", "In progress"), ("Testament", "In progress")]
    ):
        click_through(desk.get_by_role("link", name="Dossiers", exact=True))
        form = desk.get_by_role("region", name="Open a dossier")
        form.get_by_label("Number").fill(journey.number(which))
        form.get_by_label("Description").fill(description)
        form.get_by_label("Status").select_option(label=status)
        form.get_by_label(journey.person.name).check()
        press(desk, "Open dossier", within=form)
        expect(desk.get_by_role("status")).to_contain_text("The dossier is open")


def fill_dossier(journey: Journey) -> None:
    """Publish a letter and two documents in one dossier, and send a message."""
    desk = journey.desk
    click_through(desk.get_by_role("link", name=journey.number(1)))
    for kind, title, content in [
        ("Letter", "Opdracht", LETTER),
        ("Document", "Akte", DEED),
        ("Document", "Nota", PDF),
    ]:
        form = desk.get_by_role("region", name="Publish a file")
        form.get_by_label("Kind").select_option(label=kind)
        form.get_by_label("Title").fill(title)
        form.get_by_label("File", exact=True).set_input_files(pdf(f"{title}.pdf", content))
        press(desk, "Publish", within=form)
        expect(desk.get_by_role("status")).to_contain_text("The file was published")
    form = desk.get_by_role("region", name="Send a message")
    form.get_by_label("Subject").fill("Uw paspoort")
    form.get_by_label("Message").fill("Geachte mevrouw,\n\nStuurt u ons een kopie?")
    press(desk, "Send", within=form)
    expect(desk.get_by_role("status")).to_contain_text("The message was sent")


def follow_the_mails(journey: Journey) -> None:
    """Follow the links of the mails, set a weak and then a good password, and land on `Mijn gegevens`."""
    client, words, person = journey.client, journey.words, journey.person
    click_through(mail(client, journey.demo, person.email, words.invitation).locator(".body a").first)
    expect(client).to_have_url(f"{journey.demo.url}/instellen-wachtwoord")
    client.get_by_label(words.email).fill(person.email)
    press(client, words.send_link)
    expect(client.get_by_role("heading", level=1)).to_have_text(words.link_sent)

    # This mail in its frame: for the browser it is a page of another site.
    link = mail(client, journey.demo, person.email, words.link_mail)
    link.locator("summary").click()
    click_through(link.frame_locator("iframe").get_by_role("link", name=words.set_password).first)
    expect(client).to_have_url(f"{journey.demo.url}/wachtwoord")
    set_password(client, words, "abc")
    expect(client.locator(".notice-error li")).to_have_text(words.weak)
    set_password(client, words, person.password)
    expect(client).to_have_url(f"{journey.demo.url}/mijn-gegevens")
    expect(client.get_by_role("heading", level=1)).to_have_text(words.my_details)
    journey.demo.await_mail(person.email, words.set_mail)
    three = (words.invitation, words.link_mail, words.set_mail)
    onboarding = [mail.subject for mail in journey.demo.mails(person.email) if mail.subject.startswith(three)]
    assert [subject.startswith(word) for subject, word in zip(onboarding, three, strict=True)] == [True] * 3


def set_password(page: Page, words: Words, password: str) -> None:
    """Send the form that sets a password."""
    page.get_by_label(words.new_password).fill(password)
    page.get_by_label(words.repeat).fill(password)
    press(page, words.set_password)


def look_around(journey: Journey) -> None:
    """Check the numbers in the tiles of `Home`."""
    client, words = journey.client, journey.words
    click_through(client.get_by_role("link", name=words.home).first)
    tiles = [" ".join(tile.inner_text().split()) for tile in client.locator(".tile").all()]
    assert tiles[0].endswith(f"{words.two_dossiers} {words.totals}")
    assert tiles[1].endswith(words.no_actions)
    assert tiles[2].startswith(words.my_details)
    click_through(client.locator(".tile").first.get_by_role("link"))


def search_and_filter(journey: Journey) -> None:
    """Find a dossier by part of its description, find none, and add another status."""
    assert numbers(journey) == [journey.number(1), journey.number(2)]
    assert found(journey, "CAFE") == [journey.number(1)]
    assert found(journey, "vliegtuig") == []
    expect(journey.client.get_by_text(journey.words.nothing_found)).to_be_visible()
    assert found(journey, "") == [journey.number(1), journey.number(2)]
    journey.client.locator("summary").click()
    journey.client.get_by_label(journey.words.completed).check()
    if not journey.javascript:  # With script, a tick applies at once.
        press(journey.client, journey.words.apply)
    expect(journey.row(journey.number(0))).to_be_visible()
    assert numbers(journey) == [journey.number(1), journey.number(2), journey.number(0)]


def numbers(journey: Journey) -> list[str]:
    """List the numbers of the dossiers in the list."""
    return journey.client.locator("tbody td.main").all_inner_texts()


def found(journey: Journey, text: str) -> list[str]:
    """Search the list of dossiers."""
    client = journey.client
    client.get_by_label(journey.words.number_or_description).fill(text)
    press(client, journey.words.search)
    return numbers(journey)


def download(journey: Journey) -> None:
    """Open the dossier, and download one of the two documents. Its icon and the unread count of the tab change."""
    client, words = journey.client, journey.words
    click_through(client.get_by_role("link", name=journey.number(1), exact=True))
    letters, documents, mine, messages = words.tabs
    expect_tabs(client, (letters, 1, 1), (documents, 2, 2), (mine, 0, 0), (messages, 1, 1))
    click_through(client.get_by_role("link", name=documents))
    expect(journey.row("Akte").locator(".mark")).to_contain_text(words.not_downloaded)
    assert saved(client, journey.row("Akte").get_by_role("link", name="Akte", exact=True)) == DEED
    if not journey.javascript:
        wait_for(lambda: is_marked_after_reload(journey), "the mark of what was downloaded")
    expect(journey.row("Akte").locator(".mark")).to_contain_text(words.downloaded)
    expect(journey.row("Nota").locator(".mark")).to_contain_text(words.not_downloaded)
    expect_tabs(client, (letters, 1, 1), (documents, 2, 1), (mine, 0, 0), (messages, 1, 1))


def is_marked_after_reload(journey: Journey) -> bool:
    """Reload the page. The download is recorded after the last byte was sent (DC-2), perhaps a moment later."""
    journey.client.reload()
    return journey.words.downloaded in journey.row("Akte").locator(".mark").inner_text()


def read_and_answer(journey: Journey) -> None:
    """Read the office's message, and reply with two files, one of which is removed again."""
    client, words = journey.client, journey.words
    letters, documents, mine, messages = words.tabs
    click_through(client.get_by_role("link", name=messages))
    expect(journey.row("Uw paspoort")).to_contain_text(words.unread)
    click_through(journey.row("Uw paspoort").get_by_role("link"))
    expect(client.locator(".message-body")).to_have_text("Geachte mevrouw,\n\nStuurt u ons een kopie?")
    client.get_by_role("link", name=words.answer).click()  # It leads to the form beneath the message.
    expect(client.locator("form p").first).to_have_text(f"{words.subject} Re: Uw paspoort")
    client.get_by_label(words.message, exact=True).fill("Hierbij een kopie.\nMet dank.")
    attach(journey)
    client.get_by_role("button", name=words.remove.format("foto.pdf")).click()
    expect(client.locator(".file-row .file-name")).to_have_text(["paspoort.pdf"])
    expect(client.get_by_label(words.message, exact=True)).to_have_value("Hierbij een kopie.\nMet dank.")
    press(client, words.send)
    expect(client.get_by_role("status")).to_contain_text(words.sent)
    expect_tabs(client, (letters, 1, 1), (documents, 2, 1), (mine, 1, 0), (messages, 2, 0))


def attach(journey: Journey) -> None:
    """Add two files: with script in the dialog for attachments, without script in the browser's own field."""
    client, words = journey.client, journey.words
    files = [pdf("paspoort.pdf", PASSPORT), pdf("foto.pdf")]
    if journey.javascript:
        window = open_uploads(client, words)
        choose(client, *files)
        window.get_by_role("button", name=words.upload_two).click()
        expect(window).to_be_hidden()
    else:
        client.locator("input[type=file]").set_input_files(files)
        press(client, f"{words.add}: {words.attachments}")
    # They are uploaded at the same time, so either can be the first.
    expect(client.locator(".file-row .file-name")).to_have_count(2)
    assert sorted(client.locator(".file-row .file-name").all_inner_texts()) == ["foto.pdf", "paspoort.pdf"]


def see_what_was_delivered(journey: Journey) -> None:
    """Check that only the file is under `Door mij aangeleverd`."""
    client = journey.client
    click_through(client.get_by_role("link", name=journey.words.tabs[2]))
    expect(client.locator("tbody tr")).to_have_count(1)
    assert saved(client, client.get_by_role("link", name="paspoort.pdf", exact=True)) == PASSPORT


def sign_out_and_in(journey: Journey) -> None:
    """Sign out, and sign in again. This lands on `Home`."""
    client, words = journey.client, journey.words
    press(client, words.sign_out)
    expect(client.get_by_role("status")).to_contain_text(words.signed_out)
    sign_in(client, words, journey.person)
    expect(client).to_have_url(f"{journey.demo.url}/home")


def see_at_the_office(journey: Journey) -> None:
    """Read the reply in the inbox, download its file, mark it handled, and check who read and downloaded what."""
    desk, person = journey.desk, journey.person
    click_through(desk.get_by_role("link", name="Inbox"))
    row = desk.get_by_role("article").filter(has_text=person.name)
    expect(row.get_by_role("heading")).to_have_text("Re: Uw paspoort")
    expect(row.locator(".body")).to_have_count(0)
    click_through(row.get_by_role("link", name="Open Re: Uw paspoort"))  # From then on, the client cannot take it back.
    click_through(desk.get_by_role("link", name="Inbox"))
    expect(row.locator(".body")).to_have_text("Hierbij een kopie.\nMet dank.")
    expect(row.locator(".files li")).to_have_count(1)
    assert saved(desk, row.get_by_role("link", name="paspoort.pdf")) == PASSPORT
    click_through(row.get_by_role("button", name="Mark as handled"))
    expect(desk.get_by_role("article").filter(has_text=person.name)).to_have_count(0)
    click_through(desk.get_by_role("link", name="Handled", exact=True))
    click_through(desk.get_by_role("article").filter(has_text=person.name).get_by_role("link", name=journey.number(1)))
    expect(desk.get_by_role("article", name="Akte").locator(".marks")).to_contain_text(f"Downloaded by {person.name}")
    expect(desk.get_by_role("article", name="Nota").locator(".marks")).to_have_text("Downloaded by nobody yet.")
    expect(desk.get_by_role("article", name="Uw paspoort", exact=True)).to_contain_text("Read ")
