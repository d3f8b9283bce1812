"""What changed between two documents of a questionnaire, in words in both languages (OF-1)."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings

from klantportaal.adapters.web.language.change_texts import KEYS, PARTS, say_changes
from klantportaal.adapters.web.language.question_labels import on_one_line
from klantportaal.adapters.web.language.translations import wordings
from klantportaal.domain.questionnaires.definition import QuestionType
from klantportaal.domain.questionnaires.document_changes import ChangedPart, changes_between
from klantportaal.domain.questionnaires.publishing import restored
from klantportaal.domain.values import Language
from klantportaal.testing.filling_in import documents
from klantportaal.testing.questionnaires import Content, page, question, questionnaire

MINOR = {"question": "jarig", "after": "today-P18Y"}
DOCUMENT = json.loads(
    json.dumps(
        questionnaire(
            "vragen",
            page("een", question("naam"), question("soort", "choice", options=("huis", "flat"))),
            page("twee", question("wie", "rows", columns=[question("jarig", "date"), question("voogd")])),
            page("drie", question("school", required=True), for_each="wie"),
        )
    )
)


def said(edit: Callable[[Any], object], language: Language) -> list[tuple[str, str]]:
    """Say what an edit changes."""
    newer = copy.deepcopy(DOCUMENT)
    edit(newer)
    older, after = (restored(json.dumps(each)) for each in (DOCUMENT, newer))
    found = say_changes(changes_between(DOCUMENT, newer), older, after, wordings()[language])
    return [(each.part, each.sentence) for each in found]


@pytest.mark.parametrize(
    "edit, dutch, english",
    [
        (
            lambda d: d.update(revision=2),
            ("Vragenlijst “Vragen”", "Gewijzigd, versie: was 1, is nu 2."),
            ("Questionnaire “Vragen (en)”", "Changed, revision: was 1, is now 2."),
        ),
        (
            lambda d: d["pages"][2]["questions"][0].pop("required"),
            ("Vraag “school” op pagina “drie”", "Gewijzigd, verplicht: was Ja, is nu niets."),
            ("Question “school (en)” on page “drie (en)”", "Changed, required: was Yes, is now nothing."),
        ),
        (
            lambda d: d["pages"][0]["questions"][0]["texts"]["nl"].update(label="Uw naam"),
            ("Vraag “Uw naam” op pagina “een”", "Gewijzigd, opschrift in het Nederlands: was “naam”, is nu “Uw naam”."),
            ("Question “naam (en)” on page “een (en)”", "Changed, label in Dutch: was “naam”, is now “Uw naam”."),
        ),
        (
            lambda d: d["pages"][1]["questions"][0]["columns"][1].update(visible_when=MINOR),
            (
                "Kolom “voogd” van “wie”",
                "Gewijzigd, getoond: was altijd, is nu als “jarig” later is dan 18 jaar geleden.",
            ),
            (
                "Column “voogd (en)” of “wie (en)”",
                "Changed, shown: was always, is now if “jarig (en)” is later than 18 years ago.",
            ),
        ),
        (
            lambda d: d["pages"][2].update(visible_when=MINOR),
            ("Pagina “drie”", "Gewijzigd, getoond: was altijd, is nu als “jarig” later is dan 18 jaar geleden."),
            ("Page “drie (en)”", "Changed, shown: was always, is now if “jarig (en)” is later than 18 years ago."),
        ),
        (
            lambda d: d["pages"][0]["questions"][0].update(type="date", schema={"const": "2026-01-31"}),
            [
                ("Vraag “naam” op pagina “een”", "Gewijzigd, soort: was “Tekst, één regel”, is nu “Datum”."),
                (
                    "Vraag “naam” op pagina “een”",
                    'Gewijzigd, regels voor het antwoord: was niets, is nu {"const": "2026-01-31"}.',
                ),
            ],
            [
                ("Question “naam (en)” on page “een (en)”", "Changed, type: was “Text, one line”, is now “Date”."),
                (
                    "Question “naam (en)” on page “een (en)”",
                    'Changed, rules for the answer: was nothing, is now {"const": "2026-01-31"}.',
                ),
            ],
        ),
        (
            lambda d: d["pages"][0]["questions"][1].update(type="iban", spaced="x"),
            [
                ("Vraag “soort” op pagina “een”", "Gewijzigd, soort: was “Eén van de keuzes”, is nu “IBAN”."),
                ("Vraag “soort” op pagina “een”", "Gewijzigd, “spaced”: was niets, is nu “x”."),
            ],
            [
                (
                    "Question “soort (en)” on page “een (en)”",
                    "Changed, type: was “One of several options”, is now “IBAN”.",
                ),
                ("Question “soort (en)” on page “een (en)”", "Changed, “spaced”: was nothing, is now “x”."),
            ],
        ),
        (
            lambda d: d["pages"][0]["questions"][1]["texts"]["nl"]["options"].pop("flat"),
            ("Optie “Flat” van “soort”", "Gewijzigd, opschrift in het Nederlands: was “Flat”, is nu niets."),
            ("Option “Flat” of “soort (en)”", "Changed, label in Dutch: was “Flat”, is now nothing."),
        ),
        (
            lambda d: d["pages"][1]["questions"].append(d["pages"][0]["questions"].pop(0)),
            ("Vraag “naam” op pagina “twee”", "Hierheen verplaatst van pagina “een”."),
            ("Question “naam (en)” on page “twee (en)”", "Moved here from page “een (en)”."),
        ),
        (
            lambda d: d["pages"][0]["questions"].reverse(),
            ("Vraag “soort” op pagina “een”", "Verplaatst naar een andere plek."),
            ("Question “soort (en)” on page “een (en)”", "Moved to another place."),
        ),
    ],
)
def test_in_words(edit: Callable[[Any], object], dutch: Any, english: Any) -> None:
    """OF-1: each change says what was changed and how, with texts, answers and conditions in words."""
    for language, expected in ((Language.DUTCH, dutch), (Language.ENGLISH, english)):
        assert said(edit, language) == (expected if isinstance(expected, list) else [expected])


def test_added_and_taken_out() -> None:
    """OF-1: a part that came or went is named by its newest name."""

    def edit(document: Any) -> None:
        document["pages"].pop(0)
        document["pages"].append(json.loads(json.dumps(page("vier", question("slot"), must_hold=[]))))

    assert said(edit, Language.ENGLISH) == [
        ("Page “een (en)”", "Taken out."),
        ("Page “vier (en)”", "Added."),
    ]


def test_each_part_has_a_name() -> None:
    """OF-1: every part of a questionnaire has a name in both languages."""
    assert set(PARTS) == set(ChangedPart)


@settings(max_examples=50)
@given(documents(), documents())
def test_every_change(older: Content, newer: Content) -> None:
    """OF-1: every change between two questionnaires has sentences, with the name of its part, in both languages."""
    changes = changes_between(older, newer)
    definitions = [restored(json.dumps(each)) for each in (older, newer)]
    for language in Language:
        found = say_changes(changes, definitions[0], definitions[1], wordings()[language])
        assert [each.change for each in found] == changes
        for each in found:
            assert on_one_line(each.change.name[language]) in each.part
            assert each.sentence.endswith(".")
            assert each.change.key in {*KEYS, "", "columns", "must_hold"}


def test_every_type() -> None:
    """OF-1: a changed type is said for every type of question."""
    for kind in QuestionType:
        document = copy.deepcopy(DOCUMENT)
        document["pages"][0]["questions"][0]["type"] = kind.value
        found = changes_between(DOCUMENT, document)
        before = restored(json.dumps(DOCUMENT))
        told = [each.sentence for each in say_changes(found, before, before, wordings()[Language.ENGLISH])]
        assert (
            told == [] if kind is QuestionType.TEXT else len(told) == 1 and "was “Text, one line”, is now " in told[0]
        )
