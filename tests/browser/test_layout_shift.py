"""The parts of the most opened pages do not move while the rest of them loads. For all others, see test_everywhere."""

import itertools

import pytest
from playwright.sync_api import expect

from klantportaal import Language
from tests.browser import tours
from tests.browser.conftest import OpenWindow
from tests.browser.demos import SEEDED, WILLEMIJN, Demo
from tests.browser.shifting import load_slowly, moves
from tests.browser.test_everywhere import DESK, PHONE, all_well
from tests.browser.ways import ON_FLASK
from tests.browser.words import DUTCH

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

DRAGGED = """() => {
  const files = new DataTransfer();
  for (const name of ["akte.pdf", "virus.exe", "nota.pdf"]) files.items.add(new File(["%PDF-1.7"], name));
  return files;
}"""
"""Three files that are dragged. One of them is refused."""


@pytest.mark.parametrize("language, width", list(itertools.product(Language, (PHONE, DESK))))
def test_pages_that_are_opened_most(demo: Demo, language: Language, width: int, open_window: OpenWindow) -> None:
    """AL-1: The same holds for the pages that clients open most, on each host, in each language and at each width."""
    person = SEEDED[language]
    found = []
    door, page = open_window(demo, language=language, width=width), open_window(demo, person, width=width)
    dossier = demo.path(person, tours.DOSSIERS[language])
    visits = [(door, "/inloggen"), (page, "/home"), (page, "/dossiers"), (page, "/mijn-gegevens")]
    visits += [
        (page, f"{dossier}{tab}") for tab in ("", "/documenten", "/aangeleverd", "/berichten", "/berichten/nieuw")
    ]
    for window in (door, page):
        load_slowly(window)
    for window, path in visits:
        window.goto(path)
        found += [f"{path}: {each}" for each in moves(window)]
    all_well("\n".join(found))


@ON_FLASK
def test_files_that_come_late(demo: Demo, open_window: OpenWindow) -> None:
    """AL-1: Files and refusals that come in long after the last press or key move nothing either.

    Nothing is pressed here: what a browser counts as a consequence of a press, it does not count as a move.
    """
    page = open_window(demo, WILLEMIJN, width=PHONE)
    page.goto(f"{demo.path(WILLEMIJN, tours.DOSSIERS[Language.DUTCH])}/berichten/nieuw")
    page.locator("[data-uploads]").evaluate("each => each.scrollIntoView({ block: 'start', behavior: 'instant' })")
    page.dispatch_event("[data-uploads]", "drop", {"dataTransfer": page.evaluate_handle(DRAGGED)})
    upload = page.get_by_role("dialog").get_by_role("button", name=DUTCH.upload_two)
    upload.evaluate("each => each.click()")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator(".file-row")).to_have_count(2)
    expect(page.locator("[data-uploads-refused]")).to_contain_text("virus.exe")
    all_well("\n".join(moves(page)))
