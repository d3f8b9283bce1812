"""The reference of questionnaires lists exactly the keys, types, limits and faults that the code has."""

import json
import re
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from klantportaal.domain import values
from klantportaal.domain.questionnaires.definition import Question, QuestionTexts, QuestionType
from klantportaal.domain.questionnaires.publishing import format_schema
from klantportaal.domain.questionnaires.replies import faults, tidied
from klantportaal.domain.values import Language
from klantportaal.questionnaires import library

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src/klantportaal"
PAGE = (ROOT / "docs/reference/questionnaires.md").read_text()
QUESTIONNAIRES = "domain/questionnaires"
OF_PUBLISHING = tuple(
    f"{QUESTIONNAIRES}/{name}.py"
    for name in (
        *("document_checks", "beside_checks", "text_checks", "earlier_options", "ecma262", "json_documents", "misfits"),
        *("schema_checks", "fragments", "size_limits", "patterns", "publishing", "value_checks", "defaults"),
    )
)
OF_ANSWERS = (
    *(f"{QUESTIONNAIRES}/{name}.py" for name in ("answering", "assignments", "given", "revision_change", "replies")),
    *(f"{QUESTIONNAIRES}/{name}.py" for name in ("postal_addresses", "signatures", "answer_files")),
    "usecases/client/answer_files.py",
)


def section(heading: str) -> list[list[str]]:
    """Give the cells of the table under a heading, without the table's header."""
    text = PAGE.split(f"# {heading}\n", 1)[1].split("\n#", 1)[0]
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[1:]]


def listed(heading: str) -> list[str]:
    """List the names in the first column of a table."""
    return [name for row in section(heading) for name in re.findall(r"`([^`]+)`", row[0])]


def required(heading: str) -> list[str]:
    """List the names that are marked with a star."""
    return [row[0].strip("`* ") for row in section(heading) if row[0].endswith("*")]


@pytest.mark.parametrize(
    "heading, part",
    [
        *[("The document", ""), ("A page", "page"), ("A question", "question"), ("Conditions", "condition")],
        ("Fragments", "use"),
    ],
)
def test_keys(heading: str, part: str) -> None:
    """QU-3: Every key of the format is in the reference, with whether it is required."""
    schema: dict[str, Any] = format_schema()["$defs"][part] if part else dict(format_schema())
    assert sorted(listed(heading)) == sorted(schema["properties"])
    assert sorted(required(heading)) == sorted(schema.get("required", []))


def test_types() -> None:
    """QU-3: Every type is in the reference, in the order of the format, with an answer that its rules accept."""
    assert listed("Types") == list(QuestionType) == format_schema()["$defs"]["question"]["properties"]["type"]["enum"]
    for kind, answer, _kept in section("Types"):
        if kind not in ("`note`", "`computed`"):
            example = json.loads(answer.strip("`"))
            asked = question(QuestionType(kind.strip("`")))
            assert (tidied(asked, example), list(faults(asked, example, {}, as_of=date(2026, 1, 31)))) == (example, [])


def test_library() -> None:
    """QU-1: Every questionnaire of the library is in the reference."""
    assert [row[0].strip("`") for row in section("The library")] == list(library())


def question(kind: QuestionType) -> Question:
    """Make a question with everything that a type can require."""
    options = {"a": "A", "b": "B"}
    texts = {language: QuestionTexts(label="?", options=options) for language in Language}
    name = Question(id="name", type=QuestionType.TEXT, texts=texts)
    return Question(id="asked", type=kind, texts=texts, columns=(name,) if kind is QuestionType.ROWS else ())


def test_limits() -> None:
    """QU-3: Every limit is in the reference with its value."""
    built = {
        f"`{module}.{name}`": str(value)
        for module in (
            "answering",
            "fragments",
            "json_documents",
            "office_fragments",
            "size_limits",
            "patterns",
            "publishing",
            "schema_checks",
            "schemas",
            "signatures",
        )
        for name, value in vars(import_module(f"klantportaal.domain.questionnaires.{module}")).items()
        if name.endswith("_LIMIT") and not name.startswith("_") and not hasattr(values, name)
    }
    assert {row[0]: row[1] for row in section("Limits")} == built


@pytest.mark.parametrize(
    "heading, places", [("Faults of publishing", OF_PUBLISHING), ("Faults of answers", OF_ANSWERS)]
)
def test_faults(heading: str, places: tuple[str, ...]) -> None:
    """AL-1: Every fault that the rules name is in the reference."""
    named = {code.lower() for place in places for code in re.findall(r"FaultCode\.(\w+)", (SOURCE / place).read_text())}
    assert sorted(listed(heading)) == sorted(named)
