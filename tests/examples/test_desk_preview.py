"""A published questionnaire as the client sees it, at the office desk: nothing is assigned or kept (OF-1)."""

import contextlib
import html
import json
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence

import pytest
from werkzeug.test import TestResponse

from klantportaal import OfficeActor
from klantportaal.questionnaires import library
from klantportaal.testing.questionnaires import page as asked_page
from klantportaal.testing.questionnaires import question, questionnaire
from tests.examples.conftest import Demo
from tests.examples.test_desk import main_of, page, post

LISTED = "/office/questionnaires"
MARRIED = {"question": "gehuwd", "is": {"const": True}}
DOCUMENT = questionnaire(
    "proef",
    asked_page("een", question("gehuwd", "boolean", required=True), question("pas", "file", required=True)),
    asked_page("twee", question("partner", required=True), visible_when=MARRIED),
)
TOLD = "Nothing is kept. What you fill in stays on this page only. Files are not taken in."


def preview_of(demo: Demo, document: object) -> str:
    """Publish a document, and give the path of its preview."""
    here = demo.portal.office.questionnaires
    text = document if isinstance(document, (str, bytes)) else json.dumps(document)
    row = here.publish(OfficeActor(office_id=demo.portal.offices.only(), handler="mr. X"), text)
    path = f"{LISTED}/{row.digest}/preview"
    assert f'href="{path}"' in page(demo, LISTED)
    return path


@contextlib.contextmanager
def unwritten(demo: Demo) -> Iterator[None]:
    """Require that nothing is written to the database."""
    [database] = demo.state.folder.rglob("portal.sqlite3")
    with contextlib.closing(sqlite3.connect(database)) as connection:
        before = connection.execute("PRAGMA data_version").fetchall()
        yield
        assert connection.execute("PRAGMA data_version").fetchall() == before


def fields_of(text: str) -> dict[str, list[str]]:
    """Read the hidden fields of a form, as a browser sends them."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', text):
        found.setdefault(html.unescape(name), []).append(html.unescape(value))
    for name, value in re.findall(r'<textarea name="([^"]+)" hidden>\n([^<]*)</textarea>', text):
        found.setdefault(html.unescape(name), []).append(html.unescape(value))
    return found


def send(demo: Demo, path: str, shown: str, typed: Mapping[str, Sequence[str] | str]) -> TestResponse:
    """Send the form of a page of the preview, filled in."""
    return post(demo, path, {**fields_of(shown), **typed})


@pytest.mark.parametrize("language, told", [("en", TOLD), ("nl", "Er wordt niets opgeslagen.")])
def test_first_page(demo: Demo, language: str, told: str) -> None:
    """OF-1: the first page is the portal's own, says that it is a preview, and takes no files, in both languages."""
    path = preview_of(demo, DOCUMENT)
    shown = page(demo, f"{path}?language={language}")
    assert f'<html lang="{language}">' in shown
    assert told in main_of(shown)
    assert {"nl": "neemt er geen aan", "en": "takes none in"}[language] in main_of(shown)
    assert 'type="file"' not in shown
    assert 'name="q.gehuwd"' in shown


def test_through(demo: Demo) -> None:
    """OF-1: the preview shows faults, goes on to what an answer shows, and ends at the review. Nothing is kept."""
    path = preview_of(demo, DOCUMENT)
    with unwritten(demo):
        first = page(demo, path)
        refused = send(demo, path, first, {})
        assert (refused.status_code, "Choose yes or no for “gehuwd (en)”." in main_of(refused.text)) == (422, True)
        second = send(demo, path, refused.text, {"q.gehuwd": "ja"})
        assert (second.status_code, 'name="q.partner"' in second.text) == (200, True)
        review = send(demo, path, second.text, {"q.partner": "Bo <b>"})
        said = main_of(review.text)
        assert "gehuwd (en) Yes" in said
        assert "partner (en) Bo <b>" in said
        assert "Here the client completes the questionnaire." in said
        assert "Bo &lt;b&gt;" in review.text
        again = send(demo, path, review.text, {"naar": "een"})
        assert re.search(r'value="ja" checked', again.text)
        unmarried = send(demo, path, again.text, {"q.gehuwd": "nee"})
        assert "partner (en)" not in main_of(unmarried.text)


def test_no_form_of_a_preview(demo: Demo) -> None:
    """AL-1: a form that no preview made is refused; a document that is not there is not found."""
    path = preview_of(demo, DOCUMENT)
    assert post(demo, path, {"pagina": "een"}).status_code == 400
    assert demo.client.get(f"{LISTED}/{'0' * 64}/preview").status_code == 404


def test_the_library(demo: Demo) -> None:
    """OF-1: every questionnaire of the library has a preview, and its first page can be looked at in both languages."""
    for document in library().values():
        path = preview_of(demo, document)
        for language in ("nl", "en"):
            assert 'name="voorbeeld"' in page(demo, f"{path}?language={language}")
