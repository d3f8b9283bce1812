"""A company's main account and extra account in separate browsers: codes, sessions, adding and deleting."""

import re

import attrs
import pytest
from playwright.sync_api import Locator, Page, expect

from klantportaal import ClientKind
from tests.browser.conftest import OpenWindow
from tests.browser.demos import PASSWORD, Demo, Person
from tests.browser.pages import click_through, mail, press, sign_in
from tests.browser.two_step_tour import act, sms_code, submit
from tests.browser.words import DUTCH, ENGLISH, Words

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

TWO_STEP, SESSIONS, EXTRA = "/mijn-gegevens/tweestaps", "/mijn-gegevens/sessies", "/accounts/extra-accounts"
WAYS = [
    pytest.param("flask", DUTCH, True, id="flask-nl-script"),
    pytest.param("fastapi", ENGLISH, False, id="fastapi-en-plain"),
]


@attrs.frozen(kw_only=True)
class Journey:
    """The company's director and a colleague, and the browsers that they use."""

    demo: Demo
    words: Words
    director: Person
    colleague: Person
    main: Page
    second: Page
    """The director's other browser."""
    extra: Page
    """The colleague's browser."""
    number: str


@pytest.fixture
def journey(demo: Demo, words: Words, javascript: bool, open_window: OpenWindow) -> Journey:
    """A company with one dossier, whose director has a password."""
    mark = f"{demo.host}-{words.language}"
    email = f"directie-{mark}@example.nl"
    director, client_id = demo.newcomer("Dirk Directeur", email, language=words.language, kind=ClientKind.COMPANY)
    demo.open_dossier(f"{mark}-1", "Bakkerij", client_id)

    def window() -> Page:
        return open_window(demo, language=words.language, javascript=javascript)

    return Journey(
        demo=demo,
        words=words,
        director=director,
        colleague=attrs.evolve(director, name="Els Extra", email=f"els-{mark}@example.nl"),
        main=window(),
        second=window(),
        extra=window(),
        number=f"+31620{'1' if demo.host == 'flask' else '2'}00001",
    )


@pytest.mark.parametrize("demo, words, javascript", WAYS, indirect=["demo"])
def test_accounts_that_hold(journey: Journey) -> None:
    """TS-1 to TS-5, SI-3, SI-4, XA-1 to XA-3: Two-step verification and an extra account work in several browsers."""
    first = turn_on(journey)
    come_in_by_code(journey)
    last = come_in_by_recovery_code(journey, first)
    end_the_other_browser(journey)
    add_a_colleague(journey)
    let_the_colleague_in(journey)
    delete_the_colleague(journey)
    turn_off(journey, last)


def credentials(page: Page, words: Words, person: Person) -> None:
    """Enter only the address and the password."""
    page.goto("/inloggen")
    page.get_by_label(words.email).fill(person.email)
    page.get_by_label(words.password).fill(person.password)
    press(page, words.sign_in)


def code_form(page: Page) -> Locator:
    """Find the form for a code or a recovery code."""
    return page.locator("form:has(input[data-code])")


def give(page: Page, code: str) -> None:
    """Enter a code or a recovery code."""
    code_form(page).locator("input[data-code]").fill(code)
    submit(code_form(page))


def newest_code(journey: Journey, count: int) -> str:
    """Read the code of the SMS with number *count* from the demo's mailbox."""
    return sms_code(journey.demo, journey.number, count=count)


def turn_on(journey: Journey) -> str:
    """Sign in with the password, turn two-step verification on, and return the recovery code."""
    page = journey.main
    sign_in(page, journey.words, journey.director)
    page.goto(TWO_STEP)
    page.locator("#number").fill("020 1234567")
    submit(act(page, "sms"))
    expect(page.get_by_role("alert")).to_be_visible()
    page.locator("#number").fill(journey.number)
    submit(act(page, "sms"))
    right = newest_code(journey, 1)
    give(page, f"{(int(right) + 1) % 1_000_000:06}")
    expect(page.get_by_role("alert")).to_contain_text("4")
    give(page, f"{right[:3]} {right[3:]}")
    return recovery_code(page)


def recovery_code(page: Page) -> str:
    """Read the recovery code on the page, and check the downloaded file."""
    code = page.locator("#recovery-code").inner_text()
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{5}(-[0-9A-HJKMNP-TV-Z]{5}){4}", code)
    with page.expect_download() as coming:
        page.locator("main form[data-again] button").click()
    assert code in coming.value.path().read_text()
    return code


def come_in_by_code(journey: Journey) -> None:
    """Sign in from another browser. Pages open only after the code, not after the password."""
    page = journey.second
    credentials(page, journey.words, journey.director)
    expect(page).to_have_url(f"{journey.demo.url}/tweede-stap")
    page.goto("/home")
    expect(page.get_by_label(journey.words.password)).to_be_visible()
    page.goto("/tweede-stap")
    give(page, newest_code(journey, 2))
    expect(page).to_have_url(f"{journey.demo.url}/home")


def come_in_by_recovery_code(journey: Journey, code: str) -> str:
    """Sign in again with the recovery code, typed with common errors. It works only once."""
    page, typed = journey.second, code.lower().replace("-", " ").replace("0", "o").replace("1", "i")
    press(page, journey.words.sign_out)
    credentials(page, journey.words, journey.director)
    click_through(page.locator("a[href*=herstelcode]"))
    give(page, typed)
    fresh = recovery_code(page)
    journey.demo.await_mail(
        journey.director.email, "Uw herstelcode" if journey.words is DUTCH else "Your recovery code"
    )
    page.goto("/home")
    press(page, journey.words.sign_out)
    credentials(page, journey.words, journey.director)
    page.goto("/tweede-stap/herstelcode")
    give(page, code)
    expect(page.get_by_role("alert")).to_be_visible()
    give(page, fresh)
    return recovery_code(page)


def end_the_other_browser(journey: Journey) -> None:
    """Check that both browsers are listed, and end the other session. Its next page asks to sign in."""
    page = journey.main
    page.goto(SESSIONS)
    assert page.locator("tbody tr").count() == 2
    click_through(page.locator("tbody form button"))
    assert page.locator("tbody tr").count() == 1
    journey.second.goto("/home")
    expect(journey.second.get_by_label(journey.words.password)).to_be_visible()


def add_a_colleague(journey: Journey) -> None:
    """Add an extra account, first with an invalid address."""
    page, colleague = journey.main, journey.colleague
    click_through(page.get_by_role("link", name="Accounts", exact=True))
    click_through(page.locator(f"a[href$='{EXTRA}/nieuw']"))
    for email in ("els", colleague.email):
        page.locator("#name").fill(colleague.name)
        page.locator("#email").fill(email)
        click_through(page.locator("form.form button"))
        if email == "els":
            expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("status").first).to_be_visible()
    page.goto(EXTRA)
    expect(page.locator("tbody tr")).to_contain_text(colleague.email)


def let_the_colleague_in(journey: Journey) -> None:
    """Follow both mails, set a password, and see the company's dossier, but not its accounts."""
    page, words, colleague = journey.extra, journey.words, journey.colleague
    click_through(mail(page, journey.demo, colleague.email, words.invitation).locator(".body a").first)
    page.get_by_label(words.email).fill(colleague.email)
    press(page, words.send_link)
    expect(page.get_by_role("heading", level=1)).to_have_text(words.link_sent)
    click_through(mail(page, journey.demo, colleague.email, words.link_mail).locator(".body a").first)
    page.get_by_label(words.new_password).fill(PASSWORD)
    page.get_by_label(words.repeat).fill(PASSWORD)
    press(page, words.set_password)
    expect(page).to_have_url(f"{journey.demo.url}/mijn-gegevens")
    page.goto("/dossiers")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.get_by_role("link", name="Accounts", exact=True)).to_have_count(0)
    assert page.request.get(EXTRA).status == 404


def delete_the_colleague(journey: Journey) -> None:
    """Delete the extra account. Its next page asks to sign in, and signing in fails."""
    page, words = journey.main, journey.words
    page.goto(EXTRA)
    click_through(page.locator("tbody a[href$=verwijderen]"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    click_through(page.locator("form[action$=verwijderen] button"))
    expect(page.locator("tbody tr")).to_have_count(0)
    journey.extra.reload()
    expect(journey.extra.get_by_label(words.password)).to_be_visible()
    credentials(journey.extra, words, journey.colleague)
    expect(journey.extra.get_by_role("alert")).to_be_visible()


def turn_off(journey: Journey, recovery: str) -> None:
    """Turn two-step verification off with the recovery code. After that the password is enough."""
    page = journey.main
    page.goto(TWO_STEP)
    submit(act(page, "vragen"))
    give(page, recovery)
    recovery_code(page)
    page.goto(TWO_STEP)
    submit(act(page, "uitzetten"))
    expect(page.locator("#number")).to_be_visible()
    sign_in(journey.second, journey.words, journey.director)
