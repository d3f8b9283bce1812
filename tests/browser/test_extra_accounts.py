"""A company's main account and its extra account, in two browsers at once (XA-1 to XA-3)."""

import pytest
from playwright.sync_api import expect

from klantportaal import ClientKind
from tests.browser.conftest import OpenWindow
from tests.browser.demos import PASSWORD, Demo, Person
from tests.browser.pages import click_through, press
from tests.browser.test_keyboard import follow, tab_to
from tests.browser.ways import ON_FASTAPI, ON_FLASK
from tests.browser.words import DUTCH

pytestmark = pytest.mark.browser


def company(demo: Demo, mark: str) -> Person:
    """Add a company with a dossier."""
    main, client_id = demo.newcomer(f"Bedrijf {mark}", f"{mark}@example.nl", kind=ClientKind.COMPANY)
    demo.open_dossier(f"{mark}-1", "Van het bedrijf", client_id)
    return main


@ON_FLASK
def test_a_colleague_comes_and_goes(demo: Demo, open_window: OpenWindow) -> None:
    """XA-1 to XA-3: Without script, a colleague is added, also after Back, signs in, and is signed out when deleted."""
    mark = f"collega-{demo.host}"
    main, email = company(demo, mark), f"piet-{mark}@example.nl"
    page = open_window(demo, main, javascript=False)
    page.goto("/home")
    click_through(page.get_by_role("link", name="Accounts", exact=True))
    click_through(page.get_by_role("link", name="Nieuw account"))
    page.get_by_label("Naam").fill("Piet Peters")
    page.get_by_label(DUTCH.email).fill(email)
    click_through(page.get_by_role("link", name=DUTCH.home).first)
    page.go_back()
    expect(page.get_by_label("Naam")).to_have_value("Piet Peters")
    expect(page.get_by_label(DUTCH.email)).to_have_value(email)
    press(page, "Toevoegen en uitnodigen")
    expect(page.get_by_role("status")).to_contain_text("Het account is toegevoegd.")
    expect(page.get_by_role("row").filter(has_text="Piet Peters")).to_contain_text("Uitgenodigd")
    demo.await_mail(email, DUTCH.invitation)
    theirs = open_window(demo)
    theirs.goto(f"/wachtwoord/{demo.password_token(email)}")
    theirs.get_by_label(DUTCH.new_password).fill(PASSWORD)
    theirs.get_by_label(DUTCH.repeat).fill(PASSWORD)
    press(theirs, DUTCH.set_password)
    theirs.goto("/dossiers")
    expect(theirs.get_by_role("link", name=f"{mark}-1", exact=True)).to_be_visible()
    expect(theirs.get_by_role("link", name="Accounts", exact=True)).to_have_count(0)
    page.reload()
    expect(page.get_by_role("row").filter(has_text="Piet Peters")).to_contain_text("Actief")
    click_through(page.get_by_role("link", name="Verwijderen"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Dit account verwijderen?")
    press(page, "Account verwijderen")
    expect(page.get_by_role("status")).to_contain_text("Het account is verwijderd.")
    theirs.goto("/dossiers")
    expect(theirs.get_by_role("button", name=DUTCH.sign_in)).to_be_visible()
    theirs.get_by_label(DUTCH.email).fill(email)
    theirs.get_by_label(DUTCH.password).fill(PASSWORD)
    press(theirs, DUTCH.sign_in)
    expect(theirs.get_by_role("alert")).to_be_visible()


@ON_FASTAPI
def test_by_keyboard_alone(demo: Demo, open_window: OpenWindow) -> None:
    """XA-1: An account can be added and deleted by keyboard alone. Faults get the focus."""
    mark = f"toetsenbord-{demo.host}"
    page = open_window(demo, company(demo, mark))
    page.emulate_media(reduced_motion="reduce")
    page.goto("/home")
    follow(page, "Accounts")
    follow(page, "Nieuw account")
    tab_to(page, "Toevoegen en uitnodigen")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    tab_to(page, "Naam")
    page.keyboard.type("Piet Peters")
    tab_to(page, DUTCH.email)
    page.keyboard.type(f"piet-{mark}@example.nl")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Het account is toegevoegd.")
    follow(page, "Inzien: Piet Peters")
    follow(page, "Verwijderen")
    tab_to(page, "Account verwijderen")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Het account is verwijderd.")
    expect(page.get_by_text("Geen extra accounts")).to_be_visible()
