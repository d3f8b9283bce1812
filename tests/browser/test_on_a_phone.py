"""A dossier on a phone, and on paper: its tabs, its lists, and what waits."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import OpenWindow
from tests.browser.demos import WILLEMIJN, Demo
from tests.browser.looking import box
from tests.browser.pages import click_through
from tests.browser.test_everywhere import DESK, PHONE
from tests.browser.tours import DOSSIERS
from tests.browser.ways import BOTH_WAYS, ON_FLASK

pytestmark = pytest.mark.browser

STRIP = 60
"""More than the height of the tabs in px."""


def expect_open_tab(page: Page) -> None:
    """Expect the tab that is open in sight, from side to side."""
    tab = box(page.locator(".tab[aria-current]"))
    assert tab["x"] >= 0
    assert tab["x"] + tab["width"] <= PHONE


@BOTH_WAYS
def test_a_tab_leads_to_its_list(demo: Demo, javascript: bool, open_window: OpenWindow) -> None:
    """DO-4: On a phone, a tab that was pressed is at the top of the window, and its list right below it."""
    page = open_window(demo, WILLEMIJN, javascript=javascript, width=PHONE)
    page.emulate_media(reduced_motion="reduce")  # Otherwise the page is still scrolling to its list.
    page.goto(demo.path(WILLEMIJN, DOSSIERS["nl"]))
    click_through(page.locator(".tab", has_text="Documenten"))
    expect_open_tab(page)
    assert 0 <= box(page.locator(".tab[aria-current]"))["y"] < STRIP
    assert STRIP / 2 <= box(page.locator("#lijst"))["y"] < 2 * STRIP
    page.set_viewport_size({"width": DESK, "height": 800})
    click_through(page.locator(".tab", has_text="Berichten"))
    expect(page.locator("h1")).to_be_in_viewport()  # On a desktop, the whole page is in sight already.


@ON_FLASK
@pytest.mark.parametrize("width, height", [(320, 568), (375, 740), (568, 320), (740, 375)])
def test_each_tab_on_any_phone(demo: Demo, open_window: OpenWindow, width: int, height: int) -> None:
    """DO-4: On any phone, also on its side, each tab leads to its list, and the page does not scroll sideways."""
    page = open_window(demo, WILLEMIJN, javascript=False, width=width)
    page.set_viewport_size({"width": width, "height": height})
    for tab in ("Documenten", "Door mij aangeleverd", "Berichten", "Voortgang", "Correspondentie"):
        page.goto(f"{demo.path(WILLEMIJN, DOSSIERS['nl'])}{'/documenten' if tab == 'Correspondentie' else ''}")
        click_through(page.locator(".tab", has_text=tab))
        expect(page.locator("#lijst")).to_be_in_viewport()
        assert page.evaluate("document.documentElement.scrollWidth") == width


@ON_FLASK
def test_the_last_tab_is_in_sight(demo: Demo, open_window: OpenWindow) -> None:
    """DO-4: The strip of tabs is scrolled to the open one, also in browsers that do it by script only."""
    page = open_window(demo, WILLEMIJN, width=PHONE)

    def older(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, body=response.text().replace("scroll-initial-target", "--not-known"))

    page.route("**/portal.*.css", older)
    page.goto(f"{demo.path(WILLEMIJN, DOSSIERS['nl'])}/voortgang")
    expect_open_tab(page)


@ON_FLASK
def test_what_waits_is_one_line(demo: Demo, open_window: OpenWindow) -> None:
    """PG-2, QU-1: One line above the list says what waits, and leads to it."""
    page = open_window(demo, WILLEMIJN, width=PHONE)
    page.goto(demo.path(WILLEMIJN, DOSSIERS["nl"]))
    waiting = page.get_by_role("heading", name="Aan te leveren stukken")
    expect(waiting).not_to_be_in_viewport()
    assert box(page.locator("#lijst"))["y"] < box(waiting)["y"]
    page.get_by_role("link", name="Wij wachten op u").click()
    expect(waiting).to_be_in_viewport()


@ON_FLASK
def test_numbers_stay_whole(demo: Demo, open_window: OpenWindow) -> None:
    """NW-1: On the narrowest phone, the number of a dossier is in one line on Home, also where it has a hyphen."""
    page = open_window(demo, WILLEMIJN, width=320)
    page.goto("/home")
    numbers = page.locator(".news .meta [translate=no]")
    lines = numbers.evaluate_all(
        "(all) => all.map((each) => { const range = document.createRange();"
        " range.selectNodeContents(each); return range.getClientRects().length; })"
    )
    assert len(lines) > 3
    assert set(lines) == {1}


@ON_FLASK
def test_messages_are_rows_of_two_lines(demo: Demo, open_window: OpenWindow) -> None:
    """ME-6: On a phone a message is its subject, and below it who wrote it and when. The whole row opens it."""
    page = open_window(demo, WILLEMIJN, width=PHONE)
    page.goto(f"{demo.path(WILLEMIJN, DOSSIERS['nl'])}/berichten")
    row = page.get_by_role("row").filter(has_text="Welke stukken wij nog nodig hebben").last
    subject, author, date = (box(row.get_by_role("cell").nth(number)) for number in (0, 2, 3))
    assert subject["y"] + subject["height"] <= author["y"] + 1
    assert author["y"] == date["y"]
    row.evaluate("each => each.scrollIntoView({ block: 'center', behavior: 'instant' })")
    place = box(row)
    with page.expect_navigation():
        page.mouse.click(place["x"] + place["width"] - 20, place["y"] + place["height"] - 10)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Welke stukken wij nog nodig hebben")


@ON_FLASK
def test_a_printed_dossier(demo: Demo, open_window: OpenWindow) -> None:
    """DO-4: On paper a dossier says which tab it is, for whom and of when, and shows nothing to press."""
    page = open_window(demo, WILLEMIJN)
    page.goto(f"{demo.path(WILLEMIJN, DOSSIERS['nl'])}/berichten")
    line = page.get_by_text("Berichten · Willemijn de Groot · zoals het was op")
    expect(line).to_be_hidden()
    page.emulate_media(media="print", color_scheme="dark")
    expect(line).to_be_visible()
    for pressed in (page.locator(".tabs"), page.get_by_role("link", name="Nieuw bericht")):
        expect(pressed).to_be_hidden()
    ground = page.locator("body").evaluate("each => getComputedStyle(each).color")
    assert ground == "rgb(28, 37, 48)"  # Dark on paper, also for readers in dark mode.
