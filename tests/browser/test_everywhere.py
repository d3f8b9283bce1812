"""Checks of every page: axe-core, phones, large text. A page that no tour visits fails the test."""

import re
from collections.abc import Callable, Sequence

import pytest
from playwright.sync_api import Page

from examples.demo.pages import demo_pages
from klantportaal import Language
from tests.browser import tours
from tests.browser.asking import Form, given
from tests.browser.conftest import OpenWindow
from tests.browser.demos import SEEDED, Demo
from tests.browser.looking import at_width, too_small, too_wide, violations, violations_of_colour, with_large_text
from tests.browser.shifting import load_slowly, looked, moves
from tests.browser.ways import ON_FLASK
from tests.browser.words import DUTCH, ENGLISH, Words
from tests.hosts.routes import ROUTES

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

NO_PAGES = {"start", "sign_out", "invitation", "password_link", "style", "logo", "static", "upload", "remove_upload"}
NO_PAGES |= {
    "address_link",
    "start_questionnaire",
    "questionnaire_upload",
    "end_session",
    "keep_session",
    "switch_account",
    "mail_receipt",
    "request_upload",
    "remove_request_upload",
    "take_back_delivery",
}
"""Routes that have no page of their own, except for errors."""
NO_PAGES |= {"icon", "manifest", "dark_logo"}
NO_PAGES |= {"message"}  # It is visited, but its script puts the address of its answer's form in its place.
FILES = {"download_document", "download_submission", "download_dossier", "recovery_file"}
FILES |= {"document_contents", "submission_contents", "handler_picture"}
FILES |= {"receipt_pdf", "questionnaire_pdf"}
NO_DESK_PAGES = {"static", "mailbox.as_json", "documents.download", "documents.fetch"}
NO_DESK_PAGES |= {"questionnaires.document", "questionnaires.answers_file", "questionnaires.pdf"}
NO_DESK_PAGES |= {"documents.archive", "requests.fetch", "requests.template_document", "progress.template_document"}
DESK, PHONE, NARROW = 1280, 360, 320
FINGER, LEAST = 44, 24
"""The sizes of controls in px: of the portal's, and of the demo's own pages (WCAG 2.5.5 and 2.5.8)."""


def look(tour: tours.Stops, page: Page, find: Callable[[Page], list[str]]) -> tuple[str, set[str]]:
    """Follow a tour. Return the faults, one a line, and the visited paths."""
    found, paths = [], set()
    for stop in tour:
        paths.add(re.sub(r"^https?://[^/]+|[?#].*$", "", page.url))
        found += [f"{stop}: {fault}" for fault in find(page)]
    return "\n".join(found), paths


def all_well(found: str) -> None:
    """Fail with all faults, if there are any."""
    if found:
        pytest.fail(found, pytrace=False)


def axe_at(*widths: int) -> Callable[[Page], list[str]]:
    """Make a function that runs axe on a page at each of these widths in px."""

    def look_at(page: Page) -> list[str]:
        found = []
        for width in widths:
            at_width(page, width)
            found += [f"{width} px: {each}" for each in violations(page)]
        return found

    return look_at


def fits(page: Page, *, least: int = FINGER, large: Sequence[int] = (NARROW, PHONE, DESK)) -> list[str]:
    """List what does not fit: on a phone, on the narrowest screen, zoomed in, or with text of twice the size.

    Args:
        page: the page.
        least: the least width and height of a control, in px.
        large: the widths at which text of twice the size must fit.
    """
    found = []
    for width in (DESK, 640, PHONE, NARROW):  # 640 px is a desktop's 1280 px at 200 %.
        at_width(page, width)
        found += [f"{width} px: {each}" for each in too_wide(page)]
        found += [f"{width} px, small: {each}" for each in too_small(page, least)]
    return found + with_large_text(page, *large)


def in_the_dark(page: Page) -> list[str]:
    """Look at the colours of a page in dark mode, at its width: nothing else differs."""
    page.emulate_media(color_scheme="dark")
    found = [f"dark: {each}" for each in violations_of_colour(page)]
    page.emulate_media(color_scheme="light")
    return found


def as_on_a_phone(page: Page) -> list[str]:
    """Check how a page loaded on a phone; then check it with axe, in light and in the dark, and at every size."""
    found = moves(page) + axe_at(PHONE)(page) + in_the_dark(page) + fits(page)
    at_width(page, PHONE)
    looked(page)
    return found


def as_on_a_desk(page: Page) -> list[str]:
    """Check how a page loaded on a desktop; then check it with axe, and at every size."""
    found = moves(page) + axe_at(DESK)(page) + fits(page)
    at_width(page, DESK)
    looked(page)
    return found


def as_at_the_desk(page: Page) -> list[str]:
    """Check a page of the demo itself, on a desktop and on a phone."""
    return axe_at(DESK, PHONE)(page) + fits(page, least=LEAST, large=[DESK])


def unvisited(paths: set[str]) -> set[str]:
    """List the pages of the portal that a tour did not visit."""
    patterns = {route.name: re.sub(r"\{[^}]*\}", "[^/]+", route.path) for route in ROUTES if route.name not in NO_PAGES}
    # Use the most specific matching route: /berichten/nieuw is not a message.
    seen = {
        min((name for name, pattern in patterns.items() if re.fullmatch(pattern, path)), key=_wildness(patterns))
        for path in paths
        if any(re.fullmatch(pattern, path) for pattern in patterns.values())
    }
    return set(patterns) - seen - FILES


def _wildness(patterns: dict[str, str]) -> Callable[[str], int]:
    return lambda name: patterns[name].count("[^/]+")


@pytest.mark.parametrize(
    "demo, words, width, find",
    [
        pytest.param("flask", DUTCH, PHONE, as_on_a_phone, id="flask-nl-phone"),
        pytest.param("fastapi", ENGLISH, DESK, as_on_a_desk, id="fastapi-en-desk"),
    ],
    indirect=["demo"],
)
def test_every_page_of_the_portal(
    demo: Demo, words: Words, width: int, find: Callable[[Page], list[str]], open_window: OpenWindow
) -> None:
    """AL-1: Every page, refused form, empty list and error meets WCAG 2.2 AA and best practices.

    No page scrolls sideways, on a desktop or on a phone of 360 or 320 px, also with text of 200 %. Every control is at
    least 44 px, links in a sentence and Uppy's dialog excepted. The rules of axe are met in light and in the dark. On a
    slow connection no page moves by more than 0.02 when its fonts, pictures and scripts come. Both hosts have the same
    templates, so each host is tested in one language. A page that the tour does not visit fails.
    """
    page = open_window(demo, language=words.language, width=width)
    load_slowly(page)
    found, paths = look(tours.portal(page, demo, words, "overal"), page, find)
    all_well(found)
    assert unvisited(paths) == set()


@ON_FLASK
def test_every_page_of_the_demo(demo: Demo, open_window: OpenWindow) -> None:
    """OF-1: Every page of the example of a vendor's side meets the same rules."""
    page = open_window(demo)
    found, paths = look(tours.desk(page, demo, DUTCH), page, as_at_the_desk)
    all_well(found)
    assert unvisited_at_the_desk(demo, paths) == set()


def unvisited_at_the_desk(demo: Demo, paths: set[str]) -> set[str]:
    """List the pages of the demo that a tour did not visit."""
    app = demo_pages(demo.portal, demo.state.mails)
    adapter = app.url_map.bind("127.0.0.1")
    inside = [path.removeprefix("/demo") for path in paths]  # Some are paths of refused forms, which have no GET.
    seen = {adapter.match(path)[0] for path in inside if adapter.test(path)}
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    return pages - NO_DESK_PAGES - seen


@ON_FLASK
def test_without_script(demo: Demo, open_window: OpenWindow) -> None:
    """AT-1, QU-3: Without script, the file fields and the buttons for rows meet the same rules."""
    person = SEEDED[Language.DUTCH]
    page = open_window(demo, person)
    # Axe is a script and needs JavaScript, so only the page's own scripts are replaced by empty ones.
    page.route("**/static/*.js*", lambda route: route.fulfill(content_type="text/javascript", body=""))
    page.goto(demo.path(person, tours.DOSSIERS["nl"]) + "/berichten/nieuw")
    assert page.locator("#files").is_visible()
    look_at = axe_at(PHONE, DESK)
    found = look_at(page)
    page.goto(f"/vragenlijsten/{given(demo, 'zonder', person)}")
    form = Form(window=page, words=DUTCH, javascript=False)
    form.answer("partner", True)
    form.add_row("kinderen")
    form.next()
    assert form.question("bewijs").locator("input[type=file]").is_visible()
    assert found + look_at(page) == []
