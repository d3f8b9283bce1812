"""Conditions of questionnaires in words, in both languages (QU-2)."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings

from klantportaal.adapters.web.language.condition_texts import condition_in_words, referable
from klantportaal.adapters.web.language.question_labels import short_label
from klantportaal.adapters.web.language.translations import wordings
from klantportaal.domain.questionnaires.definition import Before, Condition, Definition, Is, references
from klantportaal.domain.questionnaires.definition_builder import condition_of
from klantportaal.domain.questionnaires.schemas import Schema
from klantportaal.domain.values import Language
from klantportaal.testing.filling_in import definitions, published
from klantportaal.testing.questionnaires import Content, page, question, questionnaire

DUTCH, ENGLISH = (wordings()[language] for language in (Language.DUTCH, Language.ENGLISH))
OWNERS = question("wie", "rows", columns=[question("naam"), question("deel", "percentage"), question("jarig", "date")])
ASKED = published(
    questionnaire(
        "vragen",
        page(
            "een",
            question("gehuwd", "boolean"),
            question("kinderen", "integer"),
            question("prijs", "amount"),
            question("geboren", "date"),
            question("soort", "choice", options=("huis", "flat")),
            question("hulp", "choices", options=("akte", "advies", "volmacht")),
            question("plaats"),
            OWNERS,
        ),
    )
)
MARRIED: Content = {"question": "gehuwd", "is": {"const": True}}
CHILDREN: Content = {"question": "kinderen", "is": {"minimum": 1}}
NAMED: Content = {"question": "naam", "is": {}}


@pytest.mark.parametrize(
    "tree, dutch, english",
    [
        ({"question": "plaats", "is": {}}, "“plaats” is ingevuld", "“plaats (en)” is answered"),
        ({"not": {"question": "plaats", "is": {}}}, "“plaats” niet is ingevuld", "“plaats (en)” is not answered"),
        (MARRIED, "“gehuwd” Ja is", "“gehuwd (en)” is Yes"),
        ({"not": MARRIED}, "“gehuwd” niet Ja is", "“gehuwd (en)” is not Yes"),
        (
            {"all": [MARRIED, CHILDREN]},
            "“gehuwd” Ja is en “kinderen” ten minste 1 is",
            "“gehuwd (en)” is Yes and “kinderen (en)” is at least 1",
        ),
        ({"all": [MARRIED]}, "“gehuwd” Ja is", "“gehuwd (en)” is Yes"),
        (
            {"any": [{"all": [MARRIED, CHILDREN]}, {"question": "plaats", "is": {}}]},
            "(“gehuwd” Ja is en “kinderen” ten minste 1 is) of “plaats” is ingevuld",
            "(“gehuwd (en)” is Yes and “kinderen (en)” is at least 1) or “plaats (en)” is answered",
        ),
        (
            {"not": {"any": [MARRIED, CHILDREN]}},
            "niet geldt dat (“gehuwd” Ja is of “kinderen” ten minste 1 is)",
            "it is not so that (“gehuwd (en)” is Yes or “kinderen (en)” is at least 1)",
        ),
        (
            {"question": "prijs", "is": {"exclusiveMinimum": 125_050, "maximum": 200_000}},
            "“prijs” meer dan € 1.250,50 is en “prijs” ten hoogste € 2.000,00 is",
            "“prijs (en)” is more than €1,250.50 and “prijs (en)” is at most €2,000.00",
        ),
        (
            {"question": "soort", "is": {"enum": ["huis", "flat"]}},
            "“soort” “Huis” of “Flat” is",
            "“soort (en)” is “Huis” or “Flat”",
        ),
        (
            {"question": "soort", "is": {"not": {"const": "huis"}}},
            "“soort” een ander antwoord heeft dan “Huis”",
            "“soort (en)” has another answer than “Huis”",
        ),
        (
            {"question": "hulp", "is": {"contains": {"const": "akte"}}},
            "“Akte” is gekozen bij “hulp”",
            "“Akte” is chosen for “hulp (en)”",
        ),
        (
            {"not": {"question": "hulp", "is": {"contains": {"const": "akte"}}}},
            "“Akte” niet is gekozen bij “hulp”",
            "“Akte” is not chosen for “hulp (en)”",
        ),
        (
            {"question": "hulp", "is": {"minItems": 2}},
            "er bij “hulp” ten minste 2 zijn opgegeven",
            "at least 2 are given for “hulp (en)”",
        ),
        (
            {"question": "plaats", "is": {"minLength": 2}},
            "de lengte van “plaats” ten minste 2 is",
            "the length of “plaats (en)” is at least 2",
        ),
        ({"question": "plaats", "is": {"const": ""}}, "“plaats” “” is", "“plaats (en)” is “”"),
        (
            {"question": "geboren", "is": {"const": "2026-01-31"}},
            "“geboren” 31 januari 2026 is",
            "“geboren (en)” is 31 January 2026",
        ),
        (
            {"question": "geboren", "before": "2026-01-31"},
            "“geboren” eerder is dan 31 januari 2026",
            "“geboren (en)” is earlier than 31 January 2026",
        ),
        (
            {"question": "geboren", "after": "today-P18Y"},
            "“geboren” later is dan 18 jaar geleden",
            "“geboren (en)” is later than 18 years ago",
        ),
        (
            {"question": "geboren", "after": "today+P1M2W"},
            "“geboren” later is dan over 1 maand en 2 weken",
            "“geboren (en)” is later than 1 month and 2 weeks from now",
        ),
        (
            {"question": "geboren", "before": "today"},
            "“geboren” eerder is dan vandaag",
            "“geboren (en)” is earlier than today",
        ),
        (
            {"question": "wie", "every": {"all": [NAMED, {"question": "deel", "is": {"minimum": 2500}}]}},
            "in elke rij van “wie” geldt dat (“naam” is ingevuld en “deel” ten minste 25% is)",
            "in each row of “wie (en)”, (“naam (en)” is answered and “deel (en)” is at least 25%)",
        ),
        (
            {"question": "wie", "some": {"question": "jarig", "before": "today-P18Y"}},
            "in ten minste één rij van “wie” geldt dat “jarig” eerder is dan 18 jaar geleden",
            "in at least one row of “wie (en)”, “jarig (en)” is earlier than 18 years ago",
        ),
        (
            {"question": "wie", "count": {"const": 2}},
            "het aantal rijen van “wie” 2 is",
            "the number of rows of “wie (en)” is 2",
        ),
        (
            {"question": "wie", "count": {"maximum": 1}, "where": NAMED},
            "het aantal rijen van “wie” waarvoor geldt dat (“naam” is ingevuld) ten hoogste 1 is",
            "the number of rows of “wie (en)” where (“naam (en)” is answered) is at most 1",
        ),
        (
            {"question": "wie", "sum": "deel", "is": {"const": 10_000}},
            "de som van “deel” in “wie” 100% is",
            "the sum of “deel (en)” in “wie (en)” is 100%",
        ),
        (
            {"question": "wie", "unique": "naam"},
            "“naam” in elke rij van “wie” anders is",
            "“naam (en)” is different in each row of “wie (en)”",
        ),
    ],
)
def test_in_words(tree: Content, dutch: str, english: str) -> None:
    """QU-2: each kind of condition is a part of a sentence, with labels and answers in its language."""
    said = [condition_in_words(condition_of(tree), referable(ASKED), wording) for wording in (DUTCH, ENGLISH)]
    assert [each.replace("\xa0", " ") for each in said] == [f"als {dutch}", f"if {english}"]


@pytest.mark.parametrize(
    "schema",
    [
        {"pattern": "^[A-C]+$"},
        {"multipleOf": 2.5},
        {"minimum": 0.5},
        {"minimum": 1, "multipleOf": 5},
        {"contains": {"minProperties": 2}},
        {"not": {"minimum": 3}},
        {"const": [1]},
        {"enum": [None]},
        {"minItems": True},
        {"anyOf": [{"const": 1}, {"minimum": 9}]},
    ],
)
def test_quoted(schema: dict[str, Any]) -> None:
    """QU-2: a schema that has no words is quoted whole, and said to be a schema."""
    said = condition_in_words(Is("kinderen", Schema(schema)), referable(ASKED), ENGLISH)
    prefix = "if “kinderen (en)” fits the schema "
    assert said.startswith(prefix)
    assert Schema(json.loads(said.removeprefix(prefix))) == Schema(schema)


def test_unknown() -> None:
    """QU-2: a question that is not known is named by its id, and its answer as it is: a draft may name one."""
    assert condition_in_words(Is("weg", Schema({"const": "x"})), {}, ENGLISH) == "if “weg” is “x”"
    assert condition_in_words(Is("weg", Schema({"const": True})), {}, ENGLISH) == "if “weg” is Yes"
    assert condition_in_words(Before("weg", "today"), {}, DUTCH) == "als “weg” eerder is dan vandaag"


def test_columns_of_a_row() -> None:
    """QU-2: a condition on a column refers to columns of its rows before questions of the same id."""
    asked = referable(ASKED, "wie")
    assert condition_in_words(condition_of(NAMED), asked, ENGLISH) == "if “naam (en)” is answered"
    assert condition_in_words(condition_of(NAMED), referable(ASKED), ENGLISH) == "if “naam” is answered"


def conditions_in(definition: Definition) -> Iterator[tuple[Condition, str | None]]:
    """Give every condition of a definition, with the rows on whose column it stands."""
    for each in definition.pages:
        yield from [] if each.visible_when is None else [(each.visible_when, each.for_each)]
        yield from ((rule.when, each.for_each) for rule in each.must_hold)
        for asked in each.questions:
            rows = [(asked, each.for_each), *((column, asked.id) for column in asked.columns)]
            yield from ((one.visible_when, at) for one, at in rows if one.visible_when is not None)


@settings(max_examples=60)
@given(definitions())
def test_every_condition(definition: Definition) -> None:
    """QU-2: every condition of every questionnaire has a sentence that names each question by its label."""
    for condition, rows in conditions_in(definition):
        asked = referable(definition, rows)
        everything = {**asked, **{c.id: c for q in asked.values() for c in q.columns}}
        for wording, begins in ((DUTCH, "als "), (ENGLISH, "if ")):
            said = condition_in_words(condition, asked, wording)
            assert said.startswith(begins)
            for id in references(condition):
                assert f"“{short_label(everything[id], wording)}”" in said
