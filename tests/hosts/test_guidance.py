"""The help page and the accessibility statement, on each host, in each language, signed in and not."""

import ast
from collections.abc import Mapping
from pathlib import Path

import attrs
import pytest
from markupsafe import escape

from klantportaal import Language
from klantportaal.adapters.web.language.translations import Sentence, wordings
from klantportaal.adapters.web.pages.guidance import ICONS, NOT_YET, TESTED
from klantportaal.domain.uploads import UploadLimits
from tests.hosts.browsers import Browser
from tests.hosts.conftest import World

ROOT = Path(__file__).parents[2]
PLACES = ("/hulp", "/toegankelijkheid")
SHOWN_BY: Mapping[Sentence, tuple[str, ...]] = dict(
    zip(
        TESTED,
        (
            ("tests/browser/test_everywhere.py::test_every_page_of_the_portal",),
            ("tests/browser/test_everywhere.py::test_every_page_of_the_portal",),
            (
                "tests/browser/test_keyboard.py::test_a_message_by_keyboard_alone",
                "tests/browser/test_keyboard.py::test_a_page_of_a_questionnaire_by_keyboard_alone",
            ),
            ("tests/browser/test_keyboard.py::test_what_was_wrong_is_said_first",),
            ("tests/browser/test_journey.py::test_the_whole_journey",),
            ("tests/browser/test_session_end.py::test_a_session_that_ends",),
            ("tests/hosts/test_valid_html.py::test_valid_html",),
        ),
        strict=True,
    )
)
"""The tests that show what the statement says."""


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("place", PLACES)
def test_reachable_from_every_page(browser: Browser, world: World, place: str, language: Language) -> None:
    """OF-3: The footer leads to both pages, before signing in and after it."""
    link = f'href="/portaal{place}"'
    assert link in browser.get(f"/inloggen?taal={language}").text
    shown = browser.get(f"{place}?taal={language}")
    assert (shown.status, f'<html lang="{language}">' in shown.text) == (200, True)
    browser.sign_in(world.email)
    assert link in browser.get("/home").text
    assert browser.get(place).status == 200


@pytest.mark.parametrize("language", Language)
def test_help_of_this_office(browser: Browser, world: World, language: Language) -> None:
    """OF-3: The help page says how to reach the office, its limits of files, and what it adds, as plain text."""
    desk = world.scene.office_actor(world.office)
    before = browser.get(f"/hulp?taal={language}").text
    profile = attrs.evolve(
        world.portal.office.profile.get(desk).profile,
        telephone="020 123 45 67",
        help_text={Language.DUTCH: "Bel <b>Ria</b>.\nOf kom.", Language.ENGLISH: "Call <b>Ria</b>.\nOr come."},
    )
    world.portal.office.profile.change(desk, profile)
    after = browser.get(f"/hulp?taal={language}").text
    added = {
        Language.DUTCH: "Bel &lt;b&gt;Ria&lt;/b&gt;.\nOf kom.",
        Language.ENGLISH: "Call &lt;b&gt;Ria&lt;/b&gt;.\nOr come.",
    }
    assert ('id="kantoor"' in before, 'id="kantoor"' in after) == (False, True)
    assert f'<p class="lines">{added[language]}</p>' in after
    assert 'href="tel:+31-20-123-4567"' in after
    limits, say = world.portal.settings.uploads, wordings()[language]
    assert isinstance(limits, UploadLimits)
    assert f"{limits.files} " in after
    assert say.size(limits.file_size) in after
    assert all(f"<span>{say.say(meaning)}</span>" in after for meaning in ICONS.values())


@pytest.mark.parametrize("language", Language)
def test_the_statement_says_what_tests_show(browser: Browser, language: Language) -> None:
    """WCAG: The statement has each sentence that tests show, and what is not known; the tests that it names exist."""
    page, say = browser.get(f"/toegankelijkheid?taal={language}").text, wordings()[language]
    assert [each for each in (*TESTED, *NOT_YET) if f"<li>{escape(say.say(each))}</li>" not in page] == []
    named = [test.split("::") for tests in SHOWN_BY.values() for test in tests]
    assert [(file, name) for file, name in named if name not in names_of_tests(ROOT / file)] == []


def names_of_tests(file: Path) -> set[str]:
    """Name the tests of a file."""
    return {each.name for each in ast.parse(file.read_text()).body if isinstance(each, ast.FunctionDef)}
