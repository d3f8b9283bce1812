"""JSON Schema (2020-12) for the answers of one page, for forms that are not the portal's own (QU-2, AP-9).

Every page of answers as it is stored fits the schema, with the ids of files in place of the files. Computed questions
are read-only: a page is saved without values for them.

The schema alone is not enough. Saving also checks what it does not say: conditions decide what is visible, and rules
hold between answers; ``earliest`` and ``latest`` bound a date, also relative to today; numbers such as an IBAN or a BSN
have a form and check digits; an e-mail address has a domain that can exist; a Dutch address has a postcode and a house
number; and a file belongs to one answer.
"""

from collections.abc import Mapping
from typing import Any

from klantportaal.domain.questionnaires.definition import NO_ANSWERS, Answers, Page, Question, QuestionType
from klantportaal.domain.questionnaires.explanations import plain
from klantportaal.domain.questionnaires.postal_addresses import COUNTRIES, COUNTRY, HOME, LIMITS
from klantportaal.domain.questionnaires.rows import KEY
from klantportaal.domain.questionnaires.schemas import LINE_LIMIT, NUMBER_LIMIT, ROWS_LIMIT, TEXT_LIMIT
from klantportaal.domain.questionnaires.signatures import AT, DRAWING, DRAWING_LIMIT, DRAWING_PATTERN, NAME
from klantportaal.domain.values import NAME_LIMIT, Language

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_Json = Mapping[str, Any]
_LINE: _Json = {"type": "string", "maxLength": LINE_LIMIT}
_NUMBER: _Json = {"type": "integer", "minimum": -NUMBER_LIMIT, "maximum": NUMBER_LIMIT}
_FILES: _Json = {"type": "array", "maxItems": ROWS_LIMIT, "items": {"type": "string", "format": "uuid"}}
_ADDRESS: _Json = {
    "type": "object",
    "properties": {
        **{part: {"type": "string", "minLength": 1, "maxLength": limit} for part, limit in LIMITS.items()},
        COUNTRY: {"enum": list(COUNTRIES), "default": HOME},
    },
    "required": ["street", "place"],  # Of any country.
    "additionalProperties": False,
}
_SIGNATURE: _Json = {
    "type": "object",
    "properties": {
        NAME: {"type": "string", "minLength": 1, "maxLength": NAME_LIMIT, "description": "The full name, typed."},
        AT: {
            "type": "string",
            "format": "date-time",
            "readOnly": True,
            "description": "When it was signed. The portal sets it; a new one has none.",
        },
        DRAWING: {
            "type": "string",
            "maxLength": DRAWING_LIMIT,
            "pattern": f"^{DRAWING_PATTERN}$",
            "description": "The path of an SVG of 600 by 240, of lines between points in whole numbers.",
        },
    },
    "required": [NAME],
    "additionalProperties": False,
}
_KEY_MEANS = "The key of a row that was saved. A row without one is new."
_OF_TYPE: Mapping[QuestionType, _Json] = {
    QuestionType.LONG_TEXT: {"type": "string", "maxLength": TEXT_LIMIT},
    QuestionType.INTEGER: _NUMBER,
    QuestionType.AMOUNT: {**_NUMBER, "description": "Whole cents."},
    QuestionType.PERCENTAGE: {**_NUMBER, "description": "Whole hundredths of a percent."},
    QuestionType.DECIMAL: {**_NUMBER, "description": "A whole number of the last digit after the point."},
    QuestionType.DATE: {**_LINE, "format": "date"},
    QuestionType.BOOLEAN: {"type": "boolean"},
    QuestionType.EMAIL: {**_LINE, "format": "idn-email"},
    QuestionType.ADDRESS: {**_ADDRESS, "description": "A Dutch one has a postcode and a number."},
    QuestionType.SIGNATURE: {**_SIGNATURE, "description": "An ordinary electronic signature: a full name, typed."},
    QuestionType.FILE: {**_FILES, "description": "The ids of staged files, and of files of the saved answer."},
}
"""The shape of an answer by its type. Any other is one line of text."""


def page_schema(page: Page, language: Language, defaults: Answers = NO_ANSWERS) -> _Json:
    """Describe the answers of a page, with its texts in a language, and its *defaults*. No answer is null."""
    heading, form = page.texts[language], _object(page.questions, language)
    for id, default in defaults.items():
        form["properties"][id]["default"] = default
    return {
        "$schema": DIALECT,
        "title": heading.title,
        **({"description": plain(heading.intro)} if heading.intro else {}),
        **form,
    }


def _object(questions: tuple[Question, ...], language: Language) -> dict[str, Any]:
    """Describe the answers to questions. One that may be hidden is never required."""
    listed = [each for each in questions if each.is_listed and (each.options_from is None or each.options)]
    asking = [each for each in listed if each.asks]
    return {
        "type": "object",
        "properties": {each.id: _answer(each, language) for each in listed},
        "required": [each.id for each in asking if each.required and each.visible_when is None],
        "additionalProperties": False,
    }


def _answer(question: Question, language: Language) -> dict[str, Any]:
    texts = question.texts[language]
    described: dict[str, Any] = {**_shape(question, language), "title": texts.label}
    if question.computed is not None:
        described["readOnly"] = True
    if texts.help:
        described["description"] = plain(texts.help)
    # What a file's own rules are about is the stored file, of which a page has the id only.
    if question.schema.document and question.type is not QuestionType.FILE:
        described["allOf"] = [_own(question)]
    return described


def _own(question: Question) -> _Json:
    """Give the rules of a question itself. What they refer to stands within them."""
    own = question.schema.document
    return {"$id": f"urn:question:{question.id}", **own} if "$defs" in own else own


def _shape(question: Question, language: Language) -> _Json:
    match question.kind:
        case QuestionType.CHOICE:
            return {"type": "string", "oneOf": _options(question, language)}
        case QuestionType.CHOICES:
            return {"type": "array", "items": {"type": "string", "oneOf": _options(question, language)}}
        case QuestionType.ROWS:
            row = _object(question.columns, language)
            if question.followed:
                row["properties"] |= {KEY: {"type": "string", "description": _KEY_MEANS}}
            return {"type": "array", "maxItems": ROWS_LIMIT, "items": row}
    return _OF_TYPE.get(question.kind, _LINE)


def _options(question: Question, language: Language) -> list[_Json]:
    return [{"const": code, "title": label} for code, label in question.texts[language].options.items()]
