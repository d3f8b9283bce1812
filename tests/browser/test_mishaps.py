"""Unusual use: double clicks, several tabs, the back button, and links that were opened before."""

from collections.abc import Sequence

import pytest
from playwright.sync_api import Cookie as BrowserCookie
from playwright.sync_api import Dialog, Page, expect

from klantportaal.adapters.web.http.cookies import Cookie
from klantportaal.domain.values import DossierId
from klantportaal.ports.reading import MessageRow
from tests.browser.conftest import OpenWindow
from tests.browser.demos import PASSWORD, WILLEMIJN, Demo, Person
from tests.browser.pages import choose, click_through, open_uploads, pdf, press, sign_in, stay
from tests.browser.watching import Watch
from tests.browser.ways import BOTH_WAYS, ON_FASTAPI, ON_FLASK
from tests.browser.words import DUTCH

pytestmark = pytest.mark.browser


def client_with_dossier(demo: Demo, mark: str) -> tuple[Person, DossierId]:
    """Make a client with an empty dossier."""
    mark = f"ongeluk-{mark}-{demo.host}"
    person, client_id = demo.newcomer(f"Klant {mark}", f"{mark}@example.nl")
    return person, demo.open_dossier(f"{mark}-1", "Ongelukjes", client_id)


def messages(demo: Demo, person: Person, dossier_id: DossierId) -> Sequence[MessageRow]:
    """List the messages in the dossier."""
    return demo.portal.client.dossiers.messages(demo.actor(person), dossier_id)


def write(page: Page, dossier_id: DossierId, *, subject: str = "Een vraag", body: str = "Kan het morgen?") -> None:
    """Write a message, without sending it."""
    page.goto(f"/dossiers/{dossier_id}/berichten/nieuw")
    page.get_by_label(DUTCH.subject).fill(subject)
    page.get_by_label(DUTCH.message, exact=True).fill(body)


def test_seeing_what_is_typed(demo: Demo, open_window: OpenWindow) -> None:
    """PW-4: A password can be shown and hidden, also by keyboard, and is hidden again when it is sent."""
    page = open_window(demo)
    page.goto("/inloggen")
    password, show = page.get_by_label(DUTCH.password), page.get_by_label(DUTCH.show_typed)
    password.fill("Niet goed 1")
    show.focus()
    page.keyboard.press("Space")
    expect(password).to_have_attribute("type", "text")
    page.keyboard.press("Space")
    expect(password).to_have_attribute("type", "password")
    show.check()
    page.evaluate("document.forms[0].addEventListener('submit', (event) => event.preventDefault())")
    page.get_by_role("button", name=DUTCH.sign_in).click()
    expect(password).to_have_attribute("type", "password")
    plain = open_window(demo, javascript=False)
    plain.goto("/inloggen")
    expect(plain.get_by_label(DUTCH.show_typed)).to_be_hidden()


@BOTH_WAYS
def test_sending_twice(demo: Demo, javascript: bool, open_window: OpenWindow) -> None:
    """AT-5: A double click on `Versturen` sends one message."""
    person, dossier_id = client_with_dossier(demo, f"dubbel-{javascript}".lower())
    page = open_window(demo, person, javascript=javascript)
    write(page, dossier_id)
    with page.expect_event("load"):
        page.get_by_role("button", name=DUTCH.send).dblclick()
    expect(page.get_by_role("status")).to_contain_text(DUTCH.sent)
    assert [row.subject for row in messages(demo, person, dossier_id)] == ["Een vraag"]


@ON_FASTAPI
def test_leaving_what_was_not_sent(demo: Demo, open_window: OpenWindow, watch: Watch) -> None:
    """AT-1: Leaving a message that is not kept as a draft asks first. Staying keeps the message."""
    asked, answers = [], iter([Dialog.dismiss, Dialog.accept])

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        next(answers)(dialog)

    watch.on_dialog = answer
    person, dossier_id = client_with_dossier(demo, "weg")
    page = open_window(demo, person)
    page.route("**/berichten/nieuw", lambda route: route.request.method == "POST" or route.continue_())  # Not kept.
    write(page, dossier_id)
    home = page.get_by_role("link", name=DUTCH.home).first
    stay(home)
    expect(page.get_by_label(DUTCH.subject)).to_have_value("Een vraag")
    assert asked == ["beforeunload"]
    home.click()
    expect(page).to_have_url(f"{demo.url}/home")
    assert asked == ["beforeunload", "beforeunload"]


@ON_FLASK
def test_an_untouched_message_is_left_without_a_word(demo: Demo, open_window: OpenWindow) -> None:
    """AT-1: Leaving an empty message asks nothing."""
    person, dossier_id = client_with_dossier(demo, "leeg")
    page = open_window(demo, person)
    page.goto(f"/dossiers/{dossier_id}/berichten/nieuw")
    page.get_by_label(DUTCH.subject).click()
    click_through(page.get_by_role("link", name=DUTCH.home).first)
    expect(page).to_have_url(f"{demo.url}/home")


@ON_FASTAPI
def test_leaving_what_was_changed(demo: Demo, open_window: OpenWindow, watch: Watch) -> None:
    """AT-1: Leaving any other form asks first once something in it was changed, and asks nothing before that."""
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    watch.on_dialog = answer
    person, _client = demo.newcomer("Wijzigt", "wijzigt@example.nl")
    page = open_window(demo, person)
    home = page.get_by_role("link", name=DUTCH.home).first
    page.goto("/mijn-gegevens")
    click_through(home)
    page.goto("/mijn-gegevens")
    page.locator("input[type=checkbox]").first.uncheck()
    stay(home)
    expect(page.locator("input[type=checkbox]").first).not_to_be_checked()
    press(page, "Opslaan")
    assert asked == ["beforeunload"]


@ON_FLASK
def test_a_filter_applies_at_once(demo: Demo, open_window: OpenWindow) -> None:
    """DO-3: A tick shows the dossiers of that status without leaving the page, says how many, and keeps the focus."""
    page = open_window(demo, WILLEMIJN)
    page.goto("/dossiers?zoek=2026")
    before = page.locator("tbody tr").count()
    page.locator("summary").click()
    box = page.locator(".filter input").first
    box.check()
    expect(page.locator("tbody tr")).not_to_have_count(before)
    expect(page.locator(".filter [role=status]")).to_contain_text(str(page.locator("tbody tr").count()))
    expect(box).to_be_focused()
    address = page.url
    assert address.startswith(f"{demo.url}/dossiers?zoek=2026&status=")
    page.reload()
    expect(box).to_be_checked()
    box.uncheck()
    expect(page.locator("tbody tr")).to_have_count(before)


FAMILY = "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}"
"""One emoji of five characters."""
LINES = f"{FAMILY * 20}\n{'é' * 100}\n\n"
"""203 characters, with the two newlines at the end."""


@ON_FASTAPI
def test_the_countdown_counts_as_the_portal_does(demo: Demo, open_window: OpenWindow) -> None:
    """ME-3: The countdown and the portal count emoji and newlines alike: 501 characters are too many, 500 are not."""
    person, dossier_id = client_with_dossier(demo, "tel")
    page = open_window(demo, person)
    body = f"{LINES}{'a' * (500 - 100 - 1 - 100 - 2)}"
    write(page, dossier_id, body=body + "b")
    expect(page.locator(".countdown")).to_have_text("1 teken te veel")
    press(page, DUTCH.send)
    assert page.locator(".notice-error li").all_inner_texts() == ["Bericht mag maximaal 500 tekens hebben."]
    expect(page.locator(".countdown")).to_have_text("1 teken te veel")
    page.get_by_label(DUTCH.message, exact=True).fill(body[:-1])
    expect(page.locator(".countdown")).to_have_text("Nog 1 teken over")
    page.get_by_label(DUTCH.message, exact=True).fill(body)
    expect(page.locator(".countdown")).to_have_text("Nog 0 tekens over")
    press(page, DUTCH.send)
    expect(page.get_by_role("status")).to_contain_text(DUTCH.sent)
    click_through(page.get_by_role("link", name="Een vraag"))
    expect(page.locator(".message-body")).to_have_text(body, use_inner_text=True)


def test_a_session_that_ended_in_another_tab(demo: Demo, open_window: OpenWindow) -> None:
    """SI-3: After signing out in another tab, a click asks to sign in again, and then leads to its page."""
    person, dossier_id = client_with_dossier(demo, "tabs")
    first = open_window(demo)
    sign_in(first, DUTCH, person)
    first.goto(f"/dossiers/{dossier_id}")
    second = first.context.new_page()
    second.goto("/home")
    press(second, DUTCH.sign_out)
    expect(second.get_by_role("status")).to_contain_text(DUTCH.signed_out)
    click_through(first.get_by_role("link", name=DUTCH.tabs[3]))
    expect(first.get_by_role("status")).to_contain_text("Was u al ingelogd? Dan is uw sessie verlopen.")
    first.get_by_label(DUTCH.email).fill(person.email)
    first.get_by_label(DUTCH.password).fill(person.password)
    press(first, DUTCH.sign_in)
    expect(first).to_have_url(f"{demo.url}/dossiers/{dossier_id}/berichten")


@ON_FLASK
def test_back_after_signing_out(demo: Demo, open_window: OpenWindow) -> None:
    """SI-3: After signing out, the back button shows no earlier page, because browsers keep none."""
    person, dossier_id = client_with_dossier(demo, "terug")
    page = open_window(demo)
    sign_in(page, DUTCH, person)
    page.goto(f"/dossiers/{dossier_id}")
    expect(page.get_by_text("Ongelukjes").first).to_be_visible()
    press(page, DUTCH.sign_out)
    expect(page.get_by_role("status")).to_contain_text(DUTCH.signed_out)
    page.go_back()
    expect(page.get_by_label(DUTCH.password)).to_be_visible()
    expect(page.get_by_text("Ongelukjes")).to_have_count(0)


def test_a_link_that_was_looked_at_often(demo: Demo, open_window: OpenWindow) -> None:
    """ON-4: A link that mail scanners opened twenty times still sets the password. After that it is invalid."""
    email = f"scanner-{demo.host}@example.nl"
    demo.invite("Scanner", email)
    link = f"{demo.url}/wachtwoord/{demo.password_token(email)}"
    page = open_window(demo)
    for _ in range(20):
        scanner = open_request(page, link)
        assert scanner == 200
    page.goto(link)
    page.get_by_label(DUTCH.new_password).fill(PASSWORD)
    page.get_by_label(DUTCH.repeat).fill(PASSWORD)
    press(page, DUTCH.set_password)
    expect(page).to_have_url(f"{demo.url}/mijn-gegevens")
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("Deze link werkt niet meer")


def open_request(page: Page, link: str) -> int:
    """Open a link as a scanner does, with HEAD and then GET, and follow redirects. Return the status of the page."""
    page.request.head(link).dispose()
    answer = page.request.get(link)
    return answer.status


@ON_FASTAPI
def test_two_messages_in_two_tabs(demo: Demo, open_window: OpenWindow) -> None:
    """AT-2: Two messages that are written at the same time keep their own files."""
    person, dossier_id = client_with_dossier(demo, "naast")
    first = open_window(demo, person)
    second = first.context.new_page()
    for page, files in ((first, ["een.pdf"]), (second, ["twee.pdf", "drie.pdf"])):
        write(page, dossier_id, subject=f"Met {len(files)}")
        page.bring_to_front()
        window = open_uploads(page, DUTCH)
        choose(page, *map(pdf, files))
        window.get_by_role("button", name="Upload").click()
        expect(page.locator(".file-row")).to_have_count(len(files))
    for page in (first, second):
        page.bring_to_front()
        press(page, DUTCH.send)
        expect(page.get_by_role("status").filter(has_text=DUTCH.sent)).to_be_visible()
    sent = {row.subject: row.attachments for row in messages(demo, person, dossier_id)}
    assert sent == {"Met 1": 1, "Met 2": 2}


@BOTH_WAYS
def test_cookies(demo: Demo, javascript: bool, open_window: OpenWindow) -> None:
    """SI-3: cookies are this office's, out of scripts' reach, not for other sites; signing out leaves the language."""
    page = open_window(demo, javascript=javascript)
    sign_in(page, DUTCH, WILLEMIJN)
    session, language = (demo.cookie(each) for each in (Cookie.SESSION, Cookie.LANGUAGE))
    kept = {cookie["name"]: flags(cookie) for cookie in page.context.cookies()}
    assert kept[session] == ("/", "127.0.0.1", True, False, "Lax")  # Plain HTTP, as in the demo.
    assert {name: flag == kept[session] for name, flag in kept.items()} == {session: True, language: True}
    assert [cookie["expires"] for cookie in page.context.cookies() if cookie["name"] == session] == [-1]
    press(page, DUTCH.sign_out)
    expect(page.get_by_role("status")).to_contain_text(DUTCH.signed_out)
    assert {cookie["name"]: cookie["value"] for cookie in page.context.cookies()} == {language: "sessie-nl"}


def flags(cookie: BrowserCookie) -> tuple[object, ...]:
    """Give what is set of a cookie, less its name, its value and its life."""
    return tuple(cookie.get(key) for key in ("path", "domain", "httpOnly", "secure", "sameSite"))
