"""Building blocks in the editor, on both hosts: the fragments of an office's own (OF-1, OF-2, QU-3)."""

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from klantportaal.testing.questionnaires import heading, page, question, questionnaire
from tests.conftest import lacking
from tests.hosts import test_questionnaire_editor as editor
from tests.hosts.test_questionnaire_editor import ROOT, Desk, fields_of
from tests.support.html import checker

desk = editor.desk
PERSON = "bouwstenen/persoon"
QUESTIONS = "pages.0.questions"


def block(desk: Desk, id: str = "persoon", *questions: Any) -> str:
    """Add a building block by call, and give where its pages are."""
    document = {"texts": heading(id.capitalize()), "questions": list(questions) or [question("naam")]}
    desk.world.portal.office.questionnaires.save_fragment(desk.actor, id, json.dumps(document))
    return f"bouwstenen/{id}"


def kept(desk: Desk, id: str = "persoon") -> Any:
    """Give the document of a building block."""
    return json.loads(desk.world.portal.office.questionnaires.fragment(desk.actor, id).document)


def send(desk: Desk, path: str, **typed: str) -> Any:
    """Send the form of a page with other texts in some fields."""
    texts = {name.replace("__", "."): text for name, text in typed.items()}
    return desk.post(path, {**fields_of(desk.get(path)), "action": "save", **texts})


def published_ids(desk: Desk) -> list[str]:
    """Give the ids of the questions of the newest revision."""
    calls = desk.world.portal.office.questionnaires
    document = json.loads(calls.document(desk.actor, calls.revisions(desk.actor)[0].digest))
    return [each["id"] for page in document["pages"] for each in page["questions"]]


def test_from_nothing_to_the_next_revision(desk: Desk) -> None:
    """OF-1: a block is made with forms alone, used on a page, published, changed, and published again."""
    added = desk.post("bouwstenen", {"name.nl": "Persoon", "name.en": "Person"})
    assert added.location == f"{ROOT}/{PERSON}?melding=opgeslagen"
    assert kept(desk) == {"texts": {"nl": {"title": "Persoon"}, "en": {"title": "Person"}}, "questions": []}
    assert "Add at least one question to this page." in desk.get(PERSON).text
    form = f"{PERSON}/{QUESTIONS}.0"
    assert desk.post(f"{PERSON}/{QUESTIONS}/toevoegen", {"version": "1"}).location == f"{ROOT}/{form}?nieuw=ja"
    assert send(desk, form, texts__nl__label="Naam", texts__en__label="Name", id="naam").status == 303
    assert [each["id"] for each in kept(desk)["questions"]] == ["naam"]
    assert "Name" in desk.get(f"{PERSON}/voorbeeld").text

    draft = desk.start(questionnaire("verkoop", page("een", question("los"))))
    overview = desk.get(draft).text
    assert '<option value="persoon">Person</option>' in overview
    use = f"{draft}/{QUESTIONS}.1"
    inserted = desk.post(f"{draft}/{QUESTIONS}/toevoegen", {"version": "1", "block": "persoon"})
    assert inserted.location == f"{ROOT}/{use}?nieuw=ja"
    assert send(desk, use, **{"as": "koper"}).status == 303
    assert desk.document(draft)["pages"][0]["questions"][1] == {"use": "office:persoon", "as": "koper"}
    assert "Building block, with koper before the ids of its questions" in desk.get(draft).text
    assert desk.post(f"{draft}/publiceren", {"version": desk.version(draft)}).status == 303
    assert published_ids(desk) == ["los", "koper_naam"]

    send(desk, f"{PERSON}/{QUESTIONS}.0", texts__nl__label="Volledige naam")
    [row] = desk.world.portal.office.questionnaires.revisions(desk.actor)
    again = desk.post("", {"source": f"revision:{row.digest}"}).location.removeprefix(f"{ROOT}/")
    told = unescape(desk.get(f"{again}/publiceren").text)
    assert "It becomes revision 2" in told
    assert "Volledige naam" in told
    assert desk.post(f"{again}/publiceren", {"version": "1"}).status == 303
    assert published_ids(desk) == ["los", "koper_naam"]


def test_no_change_without_a_change(desk: Desk) -> None:
    """QU-3: the page of publishing says that nothing changed while the block is as it was."""
    block(desk)
    draft = desk.start(questionnaire("v", page("een", {"use": "office:persoon", "as": "p"})))
    desk.post(f"{draft}/publiceren", {"version": "1"})
    [row] = desk.world.portal.office.questionnaires.revisions(desk.actor)
    again = desk.post("", {"source": f"revision:{row.digest}"}).location.removeprefix(f"{ROOT}/")
    assert "Nothing changed since the last revision" in desk.get(f"{again}/publiceren").text


def test_names_are_asked(desk: Desk) -> None:
    """AL-1: a block has a name in each language; what was typed stays. A second one of a name has its own id."""
    told = desk.post("bouwstenen", {"name.nl": "Persoon", "name.en": " "})
    assert (told.status, 'href="#name.en"' in told.text, 'value="Persoon"' in told.text) == (422, True, True)
    assert 'href="#name.nl"' not in told.text
    for number in ("", "-2"):
        added = desk.post("bouwstenen", {"name.nl": "Persoon", "name.en": "Person"})
        assert added.location == f"{ROOT}/{PERSON}{number}?melding=opgeslagen"
    assert desk.post("bouwstenen", {"name.nl": "2 mensen", "name.en": "Two"}).location.startswith(
        f"{ROOT}/bouwstenen/bouwsteen-2-mensen"
    )
    listed = desk.get("bouwstenen").text
    assert all(f'href="{ROOT}/bouwstenen/{id}"' in listed for id in ("persoon", "persoon-2", "bouwsteen-2-mensen"))


def test_the_most(desk: Desk) -> None:
    """AL-1: one block more than an office can have is refused at the field of its name."""
    for number in range(100):
        block(desk, f"b{number}")
    told = desk.post("bouwstenen", {"name.nl": "Nog een", "name.en": "One more"})
    assert (told.status, 'href="#name.nl"' in told.text) == (422, True)


def test_the_name_and_the_json(desk: Desk) -> None:
    """OF-1: the form of a block has its names alone, and the document as JSON is that of the block."""
    block(desk)
    form = fields_of(desk.get(f"{PERSON}/document"))
    assert set(form) == {"version", "texts.nl.title", "texts.en.title"}
    send(desk, f"{PERSON}/document", texts__en__title="A person")
    assert kept(desk)["texts"]["en"] == {"title": "A person"}
    raw = fields_of(desk.get(f"{PERSON}/json"))
    assert json.loads(raw["document"]) == kept(desk)
    odd = {**kept(desk), "note": [1], "questions": 5}
    assert desk.post(f"{PERSON}/json", {"version": "2", "document": json.dumps(odd)}).status == 303
    assert desk.get(PERSON).status == 200
    send(desk, f"{PERSON}/document", texts__en__title="Person")
    assert kept(desk) == {**odd, "texts": {**odd["texts"], "en": {"title": "Person"}}}
    refused = desk.post(f"{PERSON}/json", {"version": "3", "document": "[]"})
    assert (refused.status, kept(desk)["note"]) == (422, [1])


def test_a_block_in_a_block(desk: Desk) -> None:
    """QU-3: a block has others on it, but never itself; the fault of a circle has a link to the block that it is in."""
    block(desk)
    block(desk, "stel")
    shown = desk.get("bouwstenen/stel").text
    assert ('<option value="persoon">' in shown, '<option value="stel">' in shown) == (True, False)
    desk.post(f"bouwstenen/stel/{QUESTIONS}/toevoegen", {"version": "1", "block": "persoon"})
    desk.post(f"bouwstenen/stel/{QUESTIONS}/toevoegen", {"version": "2", "block": "persoon"})
    assert [each.get("as") for each in kept(desk, "stel")["questions"]] == [None, "persoon", "persoon-2"]
    assert "Before a questionnaire" not in desk.get("bouwstenen/stel").text
    assert desk.post(f"{PERSON}/{QUESTIONS}/toevoegen", {"version": "1", "block": "stel"}).status == 303
    told = unescape(desk.get(PERSON).text)
    assert f'<a href="{ROOT}/bouwstenen/stel">Building block: stel</a>' in told
    assert "There is no question “office:persoon” to refer to here." in told


def test_faults_of_a_block(desk: Desk) -> None:
    """AL-1: a draft names what is wrong in a block that it uses, with a link to the block; nothing is published."""
    block(desk, "persoon", question("naam", schema={"type": "x"}))
    draft = desk.start(questionnaire("v", page("een", {"use": "office:persoon", "as": "p"})))
    for path in ("", "/publiceren", "/voorbeeld"):
        assert f'<a href="{ROOT}/{PERSON}">Building block: persoon</a>' in desk.get(f"{draft}{path}").text
    assert desk.post(f"{draft}/publiceren", {"version": "1"}).status == 422
    block(desk, "leeg", question("naam", texts={"nl": {"label": ""}, "en": {"label": "Name"}}))
    empty = desk.start(questionnaire("v", page("een", {"use": "office:leeg", "as": "p"})))
    assert "Fill this in." in desk.get(empty).text
    missing = desk.start(questionnaire("v", page("een", {"use": "office:weg", "as": "p"})))
    assert f'<a href="{ROOT}/{missing}/{QUESTIONS}.0">' in desk.get(missing).text
    assert desk.post(f"{draft}/{QUESTIONS}/toevoegen", {"version": "1", "block": "weg"}).status == 404


def test_what_uses_it(desk: Desk) -> None:
    """OF-1: the page of a block names the drafts, blocks and newest revisions that use it; drafts keep it."""
    block(desk)
    assert "Nothing uses it yet." in desk.get(PERSON).text
    block(desk, "stel", {"use": "office:persoon", "as": "een"})
    asking = questionnaire("verkoop", page("een", {"use": "office:persoon", "as": "p"}))
    draft = desk.start(asking)
    desk.world.portal.office.questionnaires.publish(desk.actor, json.dumps(asking))
    told = desk.get(PERSON).text
    assert f'Draft: <a href="{ROOT}/{draft}">Verkoop (en)</a>' in told
    assert f'Building block: <a href="{ROOT}/bouwstenen/stel">Stel (en)</a>' in told
    assert "Published: Verkoop (en) (revision 1)" in told
    asked = desk.get(f"{PERSON}/verwijderen").text
    assert ("cannot be deleted" in asked, "<form" in asked) == (True, False)
    refused = desk.post(f"{PERSON}/verwijderen", {"version": "1"})
    assert (refused.status, f'href="{ROOT}/{draft}"' in refused.text) == (422, True)
    desk.post(f"{draft}/weggooien", {"version": "1"})
    desk.post("bouwstenen/stel/verwijderen", {"version": "1"})
    assert "A new draft of these will lack it:" in desk.get(f"{PERSON}/verwijderen").text
    gone = desk.post(f"{PERSON}/verwijderen", {"version": "1"})
    assert gone.location == f"{ROOT}/bouwstenen?melding=verwijderd"
    assert desk.get(PERSON).status == 404
    assert published_ids(desk) == ["p_naam"]


def test_two_windows(desk: Desk) -> None:
    """Property 8: a form of an older version saves nothing, and shows what was typed beside what was saved."""
    block(desk)
    form, whole = f"{PERSON}/{QUESTIONS}.0", f"{PERSON}/json"
    shown, text = fields_of(desk.get(form)), fields_of(desk.get(whole))
    desk.post(form, {**shown, "texts.nl.label": "Uw naam", "action": "save"})
    told = desk.post(form, {**shown, "texts.nl.label": "Hoe heet u?", "action": "save"})
    again = fields_of(told)
    assert (told.status, "Uw naam" in told.text) == (409, True)
    assert (again["texts.nl.label"], again["version"]) == ("Hoe heet u?", "2")
    told = desk.post(whole, {**text, "document": '{"mine": 1}'})
    assert (told.status, "Uw naam" in told.text, fields_of(told)["document"]) == (409, True, '{"mine": 1}')
    for path in (f"{PERSON}/verwijderen", f"{PERSON}/{QUESTIONS}/toevoegen", f"{PERSON}/{QUESTIONS}.0/weghalen"):
        assert desk.post(path, {"version": "1"}).status == 409
    assert kept(desk)["questions"][0]["texts"]["nl"]["label"] == "Uw naam"


def test_another_office(desk: Desk) -> None:
    """OF-2: the blocks of another office are absent, on their pages, in lists and on the pages of drafts."""
    block(desk)
    for path in ("", "/json", "/document", f"/{QUESTIONS}.0", "/verwijderen", "/voorbeeld"):
        assert desk.get(f"{PERSON}{path}", X_Who="other").status == 404
    assert desk.post(f"{PERSON}/verwijderen", {"version": "1"}, X_Who="other").status == 404
    assert "persoon" not in desk.get("bouwstenen", X_Who="other").text
    assert desk.get("bouwstenen", X_Who="nobody").status == 403
    assert [each["id"] for each in kept(desk)["questions"]] == ["naam"]


@pytest.mark.parametrize("path", ["pages.0", "pages.1.questions.0", "pages.0.must_hold.0", "publiceren", "weggooien"])
def test_unknown_addresses(desk: Desk, path: str) -> None:
    """A block has questions, and no pages, rules or publication."""
    block(desk)
    assert desk.get(f"{PERSON}/{path}").status == 404
    for act in ("toevoegen", "weghalen", "verplaatsen"):
        assert desk.post(f"{PERSON}/{path}/{act}", {"version": "1"}).status == 404
    assert [each["id"] for each in kept(desk)["questions"]] == ["naam"]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_valid_html(desk: Desk, tmp_path: Path, language: str) -> None:
    """WCAG 1.3.1: no page of building blocks has an error or a warning of the checker, and each is in one language."""
    if not checker.is_there():
        lacking("no checker of HTML", required_by="KLANTPORTAAL_REQUIRE_JAVA")
    block(desk)
    block(desk, "stel", {"use": "office:persoon", "as": "een"})
    draft = desk.start(questionnaire("v", page("een", {"use": "office:stel", "as": "p"})))
    paths = ["", "hulp", "bouwstenen", PERSON, f"{PERSON}/verwijderen", "bouwstenen/stel", draft]
    shown = [desk.get(path, Accept_Language=language) for path in paths]
    shown.append(desk.post("bouwstenen", {"name.nl": ""}, Accept_Language=language))
    for number, each in enumerate(shown):
        words = re.sub(r'="[^"]*"', "", each.text).lower()
        assert ("building block" in words, "bouwste" in words) == (language == "en", language == "nl")
        (tmp_path / f"{number}.html").write_bytes(each.body)
    assert checker.check(tmp_path) == []
