"""The JSON Schema of a page of a questionnaire, against what saving the page accepts (AP-9, QU-2)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator

from klantportaal.domain.questionnaires import publishing
from klantportaal.domain.questionnaires.definition import Definition
from klantportaal.domain.questionnaires.page_schemas import page_schema
from klantportaal.domain.values import Language
from tests.usecases import intake

NL, EN = Language.DUTCH, Language.ENGLISH


def _schema(definition: Definition, page_id: str, language: Language = NL) -> Mapping[str, Any]:
    page = definition.page(page_id)
    assert page is not None
    return page_schema(page, language)


def _definition(*questions: Mapping[str, Any]) -> Definition:
    texts = {"nl": {"title": "P", "intro": "Uitleg"}, "en": {"title": "P"}}
    pages = [{"id": "p", "texts": texts, "questions": list(questions)}]
    return publishing.restored(intake.document(pages=pages))


@pytest.mark.parametrize("page", intake.ALL)
def test_what_is_saved_fits(page: str) -> None:
    """AP-9: answers that are saved fit the schema of their page."""
    schema = _schema(publishing.restored(intake.document()), page)
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(intake.ALL[page])


def test_a_page() -> None:
    """AP-9: a schema has the texts of its language, the shape of each answer, and the rules of the question."""
    schema = _schema(publishing.restored(intake.document()), "huwelijk", EN)
    assert schema == {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Your marriage",
        "type": "object",
        "properties": {
            "partner": {"type": "string", "maxLength": 500, "title": "Your partner", "allOf": [{"maxLength": 20}]},
            "akte": {
                "type": "array",
                "maxItems": 100,
                "items": {"type": "string", "format": "uuid"},
                "description": "The ids of staged files, and of files of the saved answer.",
                "title": "Your marriage certificate",
            },
        },
        "required": ["partner"],
        "additionalProperties": False,
    }


WRONG: tuple[tuple[str, Any], ...] = (
    ("text", 1),
    ("text", "x" * 501),
    ("long_text", "x" * 10_001),
    ("integer", "1"),
    ("integer", 10**15),
    ("amount", 1.5),
    ("date", "gisteren"),
    ("boolean", "ja"),
    ("email", "jan"),
    ("file", [{"id": str(UUID(int=1))}]),
)


@pytest.mark.parametrize("kind, answer", WRONG)
def test_what_does_not_fit(kind: str, answer: object) -> None:
    """AP-9: an answer of the wrong type, or beyond the limits of its type, does not fit."""
    schema = _schema(_definition(intake.question("q", kind, "V", "Q")), "p")
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    assert not validator.is_valid({"q": answer})
    assert validator.is_valid({})
    assert not validator.is_valid({"r": 1})


def test_choices_and_rows() -> None:
    """AP-9: a choice lists its options with their labels; rows have their columns; what a note says asks nothing."""
    options = {"a": "Aap", "b": "Beer"}
    texts = {language: {"label": "Dier", "help": "Kies", "options": options} for language in ("nl", "en")}
    choice = {"id": "dier", "type": "choice", "texts": texts, "required": True}
    several = {"id": "dieren", "type": "choices", "texts": texts}
    note = intake.question("let-op", "note", "Let op", "Note")
    rows = intake.question(
        "rijen", "rows", "Rijen", "Rows", columns=[intake.question("naam", "text", "Naam", "Name", required=True)]
    )
    schema = _schema(_definition(choice, several, note, rows), "p")
    listed = [{"const": "a", "title": "Aap"}, {"const": "b", "title": "Beer"}]
    assert schema["properties"]["dier"] == {
        "type": "string",
        "oneOf": listed,
        "title": "Dier",
        "description": "Kies",
    }
    assert schema["description"] == "Uitleg"
    assert list(schema["properties"]) == ["dier", "dieren", "rijen"]
    validator = Draft202012Validator(schema)
    assert validator.is_valid({"dier": "a", "dieren": ["a", "b"], "rijen": [{"naam": "Jan"}]})
    for wrong in ({}, {"dier": "c"}, {"dier": "a", "dieren": ["c"]}, {"dier": "a", "rijen": [{}]}):
        assert not validator.is_valid(wrong)


def test_numbers() -> None:
    """AP-9: every number is a whole number; one that is computed is read-only, and never required."""
    asked = [intake.question(kind, kind, "V", "Q", required=True) for kind in ("percentage", "decimal")]
    total = intake.question("totaal", "computed", "Totaal", "Total", compute={"sum": [{"question": "percentage"}]})
    schema = _schema(_definition(*asked, total), "p")
    assert schema["required"] == ["percentage", "decimal"]
    told = {key: (each["type"], each.get("readOnly", False)) for key, each in schema["properties"].items()}
    assert told == {"percentage": ("integer", False), "decimal": ("integer", False), "totaal": ("integer", True)}


def test_rules_that_refer_to_themselves() -> None:
    """AP-9: what the rules of a question refer to stands within them, wherever they stand in the page."""
    own = {"$defs": {"kort": {"maxLength": 3}}, "$ref": "#/$defs/kort"}
    validator = Draft202012Validator(_schema(_definition(intake.question("q", "text", "V", "Q", schema=own)), "p"))
    assert validator.is_valid({"q": "abc"})
    assert not validator.is_valid({"q": "abcd"})


def test_what_may_be_hidden() -> None:
    """AP-9: a question that may be hidden is not required, since the answers of the page decide."""
    first = intake.question("gehuwd", "boolean", "Gehuwd?", "Married?", required=True)
    second = intake.question("met", "text", "Met", "With", required=True, visible_when=intake.MARRIED)
    assert _schema(_definition(first, second), "p")["required"] == ["gehuwd"]
