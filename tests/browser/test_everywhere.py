"""Every page that there is, looked at closely: axe-core, phones, large text. A page that no tour visits fails."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from examples.demo.pages import demo_pages
from klantportaal import Language
from tests.browser import tours
from tests.browser.asking import Form, given
from tests.browser.conftest import OpenWindow, StartDemo
from tests.browser.demos import SEEDED, Demo
from tests.browser.looking import at_width, too_small, too_wide, violations, with_large_text
from tests.browser.words import DUTCH, ENGLISH, WORDS, Words
from tests.hosts.routes import ROUTES

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

NO_PAGES = {"start", "sign_out", "invitation", "password_link", "style", "logo", "static", "upload", "remove_upload"}
NO_PAGES |= {"start_questionnaire", "questionnaire_upload", "end_session"}
"""Routes that never answer with a page of their own when all is well."""
FILES = {"download_document", "download_submission", "recovery_file"}
NO_DESK_PAGES = {"static", "mailbox.as_json", "documents.download", "documents.fetch"}
NO_DESK_PAGES |= {"questionnaires.document", "questionnaires.answers_file", "questionnaires.pdf"}
TURNS = [("flask", DUTCH), ("fastapi", ENGLISH)]
"""Both hosts draw the same templates: each has one of the languages."""
DESK, PHONE = 1280, 360


def look(tour: tours.Stops, page: Page, find: Callable[[Page], list[str]]) -> tuple[str, set[str]]:
    """Follow a tour; give what was found, a line each, and the addresses that it came along."""
    found, paths = [], set()
    for stop in tour:
        paths.add(re.sub(r"^https?://[^/]+|\?.*$", "", page.url))
        found += [f"{stop}: {fault}" for fault in find(page)]
    return "\n".join(found), paths


def all_well(found: str) -> None:
    """Fail with what was found, all of it, if anything was."""
    if found:
        pytest.fail(found, pytrace=False)


def axe_at(*widths: int) -> Callable[[Page], list[str]]:
    """Look at a page at each of these widths, in px."""

    def look_at(page: Page) -> list[str]:
        found = []
        for width in widths:
            at_width(page, width)
            found += [f"{width} px: {each}" for each in violations(page)]
        return found

    return look_at


def phone(page: Page) -> list[str]:
    """Look at what does not fit: on a phone, on the narrowest screen, enlarged, with text twice as large."""
    found = []
    for width in (640, PHONE, 320):  # 640 is a desk's 1280 at 200 %.
        at_width(page, width)
        found += [f"{width} px: {each}" for each in too_wide(page)]
    found += [f"small: {each}" for each in too_small(page)]
    at_width(page, DESK)
    return found + [f"200 %: {each}" for each in with_large_text(page)]


@pytest.fixture(params=TURNS, ids=[f"{host}-{words.language}" for host, words in TURNS])
def turn(request: pytest.FixtureRequest, demos: StartDemo) -> tuple[Demo, Words]:
    """A host with a language."""
    host, words = request.param
    return demos(host), words


def unvisited(paths: set[str]) -> set[str]:
    """Tell which pages of the portal a tour did not come along."""
    patterns = {route.name: re.sub(r"\{[^}]*\}", "[^/]+", route.path) for route in ROUTES if route.name not in NO_PAGES}
    # The most precise of those that fit: /berichten/nieuw is no message.
    seen = {
        min((name for name, pattern in patterns.items() if re.fullmatch(pattern, path)), key=_wildness(patterns))
        for path in paths
        if any(re.fullmatch(pattern, path) for pattern in patterns.values())
    }
    return set(patterns) - seen - FILES


def _wildness(patterns: dict[str, str]) -> Callable[[str], int]:
    return lambda name: patterns[name].count("[^/]+")


def test_axe_finds_nothing_on_the_portal(turn: tuple[Demo, Words], open_window: OpenWindow) -> None:
    """AL-1: no page, refused form, empty list or error breaks WCAG 2.2 AA or a best practice; none is left out.

    On one host all of it is seen as on a phone, on the other as on a desk.
    """
    demo, words = turn
    width = PHONE if words is DUTCH else DESK
    page = open_window(demo, language=words.language, width=width)
    found, paths = look(tours.portal(page, demo, words, "axe"), page, axe_at(width))
    all_well(found)
    assert unvisited(paths) == set()


def test_axe_finds_nothing_on_the_demo(demos: StartDemo, open_window: OpenWindow) -> None:
    """OF-1: the example of a vendor's side holds to the same rules, all of its pages."""
    demo = demos("flask")
    page = open_window(demo)
    found, paths = look(tours.desk(page, demo, DUTCH), page, axe_at(PHONE, DESK))
    all_well(found)
    assert unvisited_at_the_desk(demo, paths) == set()


def unvisited_at_the_desk(demo: Demo, paths: set[str]) -> set[str]:
    """Tell which pages of the demo a tour did not come along."""
    app = demo_pages(demo.portal, demo.state.mails)
    adapter = app.url_map.bind("127.0.0.1")
    inside = [
        path.removeprefix("/demo") for path in paths
    ]  # Some are those of refused forms, which cannot be asked for.
    seen = {adapter.match(path)[0] for path in inside if adapter.test(path)}
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    return pages - NO_DESK_PAGES - seen


def test_axe_finds_nothing_without_script(demos: StartDemo, open_window: OpenWindow) -> None:
    """AT-1, QU-3: the plain fields for files, and the buttons for rows, hold to the same rules."""
    demo, person = demos("flask"), SEEDED[Language.DUTCH]
    page = open_window(demo, person)
    # Axe is a script, so those of the page stay away by themselves.
    page.route("**/static/*.js*", lambda route: route.fulfill(content_type="text/javascript", body=""))
    page.goto(demo.path(person, tours.DOSSIERS["nl"]) + "/berichten/nieuw")
    assert page.get_by_label("Bijlagen").is_visible()
    look_at = axe_at(PHONE, DESK)
    found = look_at(page)
    page.goto(f"/vragenlijsten/{given(demo, 'zonder', person)}")
    form = Form(window=page, words=DUTCH, javascript=False)
    form.answer("partner", True)
    form.add_row("kinderen")
    form.next()
    assert form.field("bewijs").is_visible()
    assert found + look_at(page) == []


@pytest.mark.parametrize("turn", [each for each in TURNS if each[1].language == "nl"], indirect=True, ids=["nl"])
def test_everything_fits_a_phone(turn: tuple[Demo, Words], open_window: OpenWindow) -> None:
    """AL-1: no page scrolls sideways at 360 and 320 px or with text of 200 %; every control is 24 px or more."""
    demo, words = turn
    page = open_window(demo, language=words.language)
    found, _paths = look(tours.portal(page, demo, words, "telefoon"), page, phone)
    all_well(found)


def test_the_demo_fits_a_phone(demos: StartDemo, open_window: OpenWindow) -> None:
    """OF-1: the example of a vendor's side fits a phone too."""
    demo = demos("fastapi")
    page = open_window(demo)
    found, _paths = look(tours.desk(page, demo, WORDS[Language.ENGLISH]), page, phone)
    all_well(found)
