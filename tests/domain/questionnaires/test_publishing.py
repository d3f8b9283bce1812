"""Publishing: each fault that a document can have, with its JSON path."""

import json
import socket
import tracemalloc
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator

from klantportaal.domain.errors import FaultCode, Refused
from klantportaal.domain.questionnaires import drafts, publishing
from klantportaal.domain.questionnaires.json_documents import DOCUMENT_LIMIT, FAULTS_LIMIT, KEY_LIMIT
from klantportaal.domain.questionnaires.publishing import REVISION_LIMIT, Published
from klantportaal.domain.questionnaires.schema_checks import FRAGMENT_LIMIT
from klantportaal.domain.questionnaires.schemas import OPTIONS_LIMIT
from klantportaal.domain.questionnaires.size_limits import PATTERNS_LIMIT, SCHEMAS_LIMIT
from klantportaal.domain.values import Language, QuestionnaireDraftId
from klantportaal.testing.filling_in import published
from klantportaal.testing.questionnaires import Content, page, question, questionnaire
from tests.domain.given import AT, HANDLER, OFFICE_ID, fault, refusal
from tests.domain.questionnaires.given import DEFINITION, DOCUMENT, IS_YES, publishing_faults
from tests.support.effort import growth

P, Q = "$.pages[0]", "$.pages[0].questions"
ANSWERED: Content = {"is": {}}
KEYWORDS: dict[str, Content] = {
    "string": {"minLength": 1, "maxLength": 2, "pattern": "^a", "format": "date", "type": ["null", "string"]},
    "number": {
        "minimum": 1,
        "maximum": 2,
        "exclusiveMinimum": 1,
        "exclusiveMaximum": 2,
        "multipleOf": 1,
        "type": "number",
    },
    "array": {
        "minItems": 1,
        "maxItems": 2,
        "uniqueItems": True,
        "items": {"minLength": 1},
        "prefixItems": [{}],
        "contains": {},
        "minContains": 1,
        "maxContains": 2,
        "type": "array",
    },
    "boolean": {"type": "boolean"},
    "object": {
        "properties": {},
        "additionalProperties": True,
        "propertyNames": {},
        "required": ["a"],
        "minProperties": 1,
        "maxProperties": 2,
        "type": "object",
    },
}
"""By JSON type, a schema with keywords that all constrain that type."""


def one(*questions: Content, **more: Any) -> Content:
    """Make a questionnaire of one page."""
    return questionnaire("vragen", page("pagina", *questions, **more))


def shown_when(condition: object) -> Content:
    """Make a questionnaire with a condition on its second question."""
    return one(question("a", "date"), question("b", visible_when=condition))


def choice(id: str, kind: str = "choice") -> Content:
    """Make a question with two options."""
    return question(id, kind, options=("een", "twee"))


def about(id: str, schema: Content) -> Content:
    """Make a condition that compares an answer with a schema."""
    return {"question": id, "is": schema}


def with_schema(schema: Content) -> Content:
    """Make a questionnaire with a schema on its question, of a type that fits the schema."""
    kinds = {"minimum": "integer", "multipleOf": "integer", "items": "file", "contains": "file"}
    return one(question("a", next((kinds[key] for key in schema if key in kinds), "text"), schema=schema))


@pytest.mark.parametrize(
    "document",
    [
        *("", "x", "{", "[1,]", "{'a': 1}", '{"a": 1} x', "NaN", '{"a": NaN}', '{"a": Infinity}', '{"a": 1e400}'),
        *('{"a": 1, "a": 2}', '{"a": "\\ud800"}', '{"\\ud800": 1}', '{"a": "\\u0000"}', "[" * 100_000, "9" * 5000),
        *(b"\xff\xfe\x00", b'{"a": "\xff"}', '{"a":' * 2000),
    ],
)
def test_no_json(document: str | bytes) -> None:
    """AL-1: JSON is parsed strictly: no NaN, no infinite number, no duplicate key, no NUL."""
    assert publishing_faults(document) == [("not_json", "$")]


def test_long_keys() -> None:
    """AL-1: a long key over many objects costs no path for each of them. A very long key is refused."""
    inner: Any = [{}] * 20_000
    for _level in range(50):
        inner = {"k" * KEY_LIMIT: inner}
    tracemalloc.start()
    try:
        assert publishing_faults(json.dumps(inner))[0] == ("missing", "$.id")
        assert tracemalloc.get_traced_memory()[1] < 100 * 2**20
    finally:
        tracemalloc.stop()
    longer = json.dumps({"k" * (KEY_LIMIT + 1): 1})
    assert refusal(lambda: publishing.read(longer)) == [fault(FaultCode.TOO_LONG, "$", limit=KEY_LIMIT)]


def test_short_numbers_stay_short() -> None:
    """AL-1: a number in scientific notation is never written with all its digits: a document would grow fifty times."""
    draft, _fact = drafts.start(
        '{"whole": [1.0, 1E2, -4e15], "huge": [1e308, -1e16]}',
        id=QuestionnaireDraftId(UUID(int=1)),
        office_id=OFFICE_ID,
        kept=0,
        handler=HANDLER,
        at=AT,
    )
    assert draft.document == '{"whole":[1,100,-4000000000000000],"huge":[1e+308,-1e+16]}'


@pytest.mark.parametrize(
    "document,place", [("{", (1, 2)), (b'{"a": 1,\n "b" 2}', (2, 6)), ('{"a": NaN}', None), ('{"a": 1, "a": 2}', None)]
)
def test_place_of_no_json(document: str | bytes, place: tuple[int, int] | None) -> None:
    """AL-1: a syntax error is reported with line and column; other refusals of the parser without."""
    where = {"line": place[0], "column": place[1]} if place else {}
    assert refusal(lambda: publishing.read(document)) == [fault(FaultCode.NOT_JSON, "$", **where)]


def test_allowed() -> None:
    """AL-1: a fault of an enumeration lists the allowed values; for a column, only the types of columns."""
    types = "text, long_text, integer, amount, percentage, decimal, date, time, boolean, choice, choices, email, phone"
    types += ", iban, bsn, rsin, kvk, vat, address, signature"
    known = "name, email, client_name, dossier_number, dossier_description, client_kind"
    rows = question("r", "rows", columns=[question("k", "getal")])
    assert refusal(lambda: published(one(question("a", "zin"), rows, question("p", "prefilled", profile="naam")))) == [
        fault(FaultCode.NOT_AS_FORMAT, f"{Q}[0].type", allowed=f"{types}, file, rows, note, prefilled, computed"),
        fault(FaultCode.NOT_AS_FORMAT, f"{Q}[1].columns[0].type", allowed=f"{types}, file, note"),
        fault(FaultCode.NOT_AS_FORMAT, f"{Q}[2].profile", allowed=known),
    ]


def test_size() -> None:
    """AL-1: a document of 5 MB is refused before it is parsed, and a deeply nested one before it is walked."""
    too_large = refusal(lambda: publishing.read("[" * (DOCUMENT_LIMIT + 1)))
    assert too_large == [fault(FaultCode.DOCUMENT_TOO_LARGE, "$", limit=DOCUMENT_LIMIT)]
    assert publishing_faults("[" * 61 + "]" * 61) == [("not_as_format", "$")]
    assert publishing_faults('{"a":' * 61 + "1" + "}" * 61) == [("not_as_format", "$")]
    nested: object = {"question": "a", "is": {}}
    for _each in range(50):
        nested = {"not": nested}
    assert published(shown_when(nested)).pages[0].questions[1].visible_when is not None


@pytest.mark.parametrize("document", [[], 1, None, True])
def test_no_object(document: object) -> None:
    """AL-1: a document is an object."""
    assert publishing_faults(document) == [("not_as_format", "$")]


@pytest.mark.parametrize(
    "document,expected",
    [
        ({}, [("missing", f"$.{key}") for key in ("id", "revision", "texts", "pages")]),
        ({**DOCUMENT, "x y": 1, "z": 2}, [("unknown_key", "$['x y']"), ("unknown_key", "$.z")]),
        ({**DOCUMENT, "id": "Testament"}, [("not_as_format", "$.id")]),
        ({**DOCUMENT, "id": "a\n"}, [("not_as_format", "$.id")]),
        ({**DOCUMENT, "id": 1}, [("not_as_format", "$.id")]),
        ({**DOCUMENT, "revision": 0}, [("not_as_format", "$.revision")]),
        ({**DOCUMENT, "revision": 1.5}, [("not_as_format", "$.revision")]),
        ({**DOCUMENT, "revision": True}, [("not_as_format", "$.revision")]),
        ({**DOCUMENT, "pages": []}, [("not_as_format", "$.pages")]),
        ({**DOCUMENT, "pages": [1]}, [("not_as_format", "$.pages[0]")]),
        ({**DOCUMENT, "texts": {"nl": {"title": "x"}}}, [("language_missing", "$.texts.en")]),
        ({**DOCUMENT, "texts": {"nl": {"title": "x"}, "en": {"intro": "x"}}}, [("missing", "$.texts.en.title")]),
        (one(), [("not_as_format", Q)]),
        (one({"id": "a"}), [("missing", f"{Q}[0].type"), ("missing", f"{Q}[0].texts")]),
        (one(question("a", "zin")), [("not_as_format", f"{Q}[0].type")]),
        (one(question("a\n")), [("not_as_format", f"{Q}[0].id")]),
        (one(question("a", required=1)), [("not_as_format", f"{Q}[0].required")]),
        (
            one(question("a", "choice")),
            [("missing", f"{Q}[0].texts.nl.options"), ("missing", f"{Q}[0].texts.en.options")],
        ),
        (one(question("a", "rows")), [("missing", f"{Q}[0].columns")]),
        (one(question("a", "prefilled")), [("missing", f"{Q}[0].profile")]),
        (one(question("a", "amount", decimals=3)), [("not_as_format", f"{Q}[0].decimals")]),
        (one(question("a", "decimal", decimals=5)), [("not_as_format", f"{Q}[0].decimals")]),
        (one(question("a", profile="name")), [("not_as_format", f"{Q}[0].profile")]),
        (one(question("a", columns=[question("b")])), [("not_as_format", f"{Q}[0].columns")]),
        (one(question("a", "zin", schema={"const": "x"})), [("not_as_format", f"{Q}[0].type")]),
        (one(question("a", "note", required=True)), [("not_as_format", f"{Q}[0].required")]),
        (
            one(question("a", "rows", columns=[question("b", "prefilled", profile="name")])),
            [("not_as_format", f"{Q}[0].columns[0].type")],
        ),
        (one(question("a", "rows", columns=[question("b", "note")])), [("not_as_format", f"{Q}[0].columns")]),
        (
            one(question("a", "rows", columns=[{"id": "b", "type": "zin"}])),
            [("missing", f"{Q}[0].columns[0].texts"), ("not_as_format", f"{Q}[0].columns[0].type")],
        ),
        (
            one(question("a"), must_hold=[{"when": {"question": "a", "is": {}}, "texts": {"en": "x"}}]),
            [("language_missing", f"{P}.must_hold[0].texts.nl")],
        ),
    ],
)
def test_format(document: Content, expected: list[tuple[str, str]]) -> None:
    """AL-1: each deviation from the format is reported once, by its path."""
    assert sorted(publishing_faults(document)) == sorted(expected)


@pytest.mark.parametrize("title", ["x" * 151, "a\nb", "a\x1bb", " ", ""])
def test_titles(title: str) -> None:
    """QU-1: a title is one line, since lists show it as the subject."""
    faults = publishing_faults({**DOCUMENT, "texts": {"nl": {"title": title}, "en": {"title": "x"}}})
    assert {field for _code, field in faults} == {"$.texts.nl.title"}


def test_long_label() -> None:
    """AL-1: the fault of a text that is too long has the limit."""
    texts = {"nl": {"label": "x" * 2001}, "en": {"label": "x"}}
    refused = refusal(lambda: published(one({"id": "a", "type": "text", "texts": texts})))
    assert refused == [fault(FaultCode.TOO_LONG, f"{Q}[0].texts.nl.label", limit=2000)]


@pytest.mark.parametrize("code", ["a\n", "a b", "é", "-a", "x" * 65])
def test_codes(code: str) -> None:
    """QU-3: the code of an option has plain characters only: it is used in forms, URLs and files."""
    options = (code, "b")
    faults = publishing_faults(one(question("a", "choice", options=options)))
    assert {field for _code, field in faults} == {f"{Q}[0].texts.nl.options", f"{Q}[0].texts.en.options"}


def test_options() -> None:
    """Property 10: every language has the same options, up to the limit."""
    texts = {"nl": {"label": "?", "options": {"a": "A"}}, "en": {"label": "?", "options": {"b": "B"}}}
    assert publishing_faults(one({"id": "a", "type": "choice", "texts": texts})) == [
        ("options_differ", f"{Q}[0].texts")
    ]
    many = tuple(f"c{number}" for number in range(OPTIONS_LIMIT + 1))
    assert len(publishing_faults(one(question("a", "choice", options=many)))) == 2
    order = {
        "nl": {"label": "?", "options": {"a": "A", "b": "B"}},
        "en": {"label": "?", "options": {"b": "B", "a": "A"}},
    }
    assert published(one({"id": "a", "type": "choice", "texts": order})).pages[0].questions[0].options == ("a", "b")


def test_own_words() -> None:
    """QU-3: the author's own words are in both languages or in none, and a noun for a row is for rows alone."""
    texts = {"nl": {"label": "a", "fault": "x"}, "en": {"label": "a"}}
    assert publishing_faults(one({"id": "a", "type": "text", "texts": texts})) == [
        ("language_missing", f"{Q}[0].texts.en.fault")
    ]
    texts = {language: {"label": "a", "row": "Kind"} for language in ("nl", "en")}
    rows = {**question("a", "rows", columns=[question("b")]), "texts": texts}
    assert published(one(rows)).pages[0].questions[0].texts[Language.DUTCH].row == "Kind"
    assert sorted(publishing_faults(one({"id": "a", "type": "text", "texts": texts}))) == [
        ("not_as_format", f"{Q}[0].texts.en.row"),
        ("not_as_format", f"{Q}[0].texts.nl.row"),
    ]


def test_duplicates() -> None:
    """QU-3: ids are unique among questions, among pages, and within a row and its pages."""
    rows = question("r", "rows", columns=[question("a"), question("b"), question("b")])
    others = question("s", "rows", columns=[question("a"), question("b")])
    each = page("q", question("b"), question("c"), for_each="s")
    document = questionnaire("vragen", page("p", question("a"), rows), page("p", question("r"), others), each)
    assert publishing_faults(document) == [
        ("duplicate_id", "$.pages[1].id"),
        ("duplicate_id", "$.pages[1].questions[0].id"),
        ("duplicate_id", f"{Q}[1].columns[2].id"),
        ("duplicate_id", "$.pages[2].questions[0].id"),
    ]


def leaf(id: str) -> Content:
    """Make a condition that a question is answered."""
    return {"question": id, "is": {}}


def test_references() -> None:
    """QU-3: a condition refers to earlier questions only: not to itself, a note, or a column of other rows."""
    rows = question("r", "rows", columns=[question("k", visible_when=leaf("m")), question("m", visible_when=leaf("r"))])
    document = questionnaire(
        "vragen",
        page("p", question("a", visible_when=leaf("a")), question("n", "note"), rows, visible_when=leaf("a")),
        page(
            "q",
            question("b", visible_when={"all": [leaf("k"), {"not": leaf("n")}, {"any": [leaf("c"), leaf("x")]}]}),
            question("c", visible_when=leaf("b")),
            visible_when=leaf("b"),
            must_hold=[
                {"when": {"any": [leaf("c"), leaf("d")]}, "texts": {"nl": "x", "en": "x"}},
                {"when": leaf("k"), "texts": {"nl": "x", "en": "x"}},
            ],
        ),
        page("s", question("d", visible_when=leaf("r"))),
    )
    second = "$.pages[1]"
    assert sorted(publishing_faults(document)) == sorted(
        [
            ("forward_reference", f"{P}.visible_when.question"),
            ("forward_reference", f"{Q}[0].visible_when.question"),
            ("forward_reference", f"{Q}[2].columns[0].visible_when.question"),
            ("forward_reference", f"{Q}[2].columns[1].visible_when.question"),
            ("forward_reference", f"{second}.visible_when.question"),
            ("unknown_reference", f"{second}.questions[0].visible_when.all[0].question"),
            ("unknown_reference", f"{second}.questions[0].visible_when.all[1].not.question"),
            ("forward_reference", f"{second}.questions[0].visible_when.all[2].any[0].question"),
            ("unknown_reference", f"{second}.questions[0].visible_when.all[2].any[1].question"),
            ("forward_reference", f"{second}.must_hold[0].when.any[1].question"),
            ("unknown_reference", f"{second}.must_hold[1].when.question"),
        ]
    )


def test_good_references() -> None:
    """QU-3: a condition may refer to earlier columns of the row, earlier questions of the page, and whole rows."""
    rows = question("r", "rows", columns=[question("k", visible_when=leaf("a")), question("m", visible_when=leaf("k"))])
    rule = {"when": leaf("b"), "texts": {"nl": "x", "en": "x"}}
    published(one(question("a"), rows, question("b", visible_when=leaf("r")), must_hold=[rule]))


@pytest.mark.parametrize(
    "condition,path",
    [
        ({}, ""),
        ([], ""),
        ({"all": []}, ".all"),
        ({"question": "a"}, ""),
        ({"question": "a", "is": {}, "before": "today"}, ""),
        ({"all": [{"question": "a", "is": {}}], "not": {"question": "a", "is": {}}}, ""),
        ({"question": "a", "before": "yesterday"}, ".before"),
        ({"question": "a", "after": "today-P"}, ".after"),
        ({"question": "a", "after": "today-P1D1Y"}, ".after"),
        ({"question": "a", "after": "today-P1000Y"}, ".after"),
        ({"question": "a", "after": "today\n"}, ".after"),
        ({"question": "a", "is": True}, ".is"),
    ],
)
def test_conditions(condition: object, path: str) -> None:
    """QU-3: a condition has exactly the keys of one kind."""
    assert publishing_faults(shown_when(condition)) == [("not_as_format", f"{Q}[1].visible_when{path}")]


@pytest.mark.parametrize(
    "moment", ["2024-02-29", "today", "today+P1Y2M3W4D", "today-P999Y", "today+P2M9999D", "today-P3W"]
)
def test_moments(moment: str) -> None:
    """QU-3: a moment is a day, today, or today more or less a period."""
    published(shown_when({"question": "a", "before": moment}))


def test_no_day() -> None:
    """QU-3: a day that the calendar lacks is refused."""
    condition = {"question": "a", "before": "2023-02-29"}
    assert publishing_faults(shown_when(condition)) == [("not_a_date", f"{Q}[1].visible_when.before")]


@pytest.mark.parametrize(
    "bounds,expected",
    [
        ({"earliest": "2023-02-29"}, [("not_a_date", ".earliest")]),
        ({"earliest": "2024-02-01", "latest": "2024-01-31"}, [("never_true", ".earliest")]),
        ({"latest": "1899-12-31"}, [("never_true", ".latest")]),
        ({"earliest": "today+P101Y"}, [("never_true", ".earliest")]),
        ({"earliest": "morgen"}, [("not_as_format", ".earliest")]),
        ({"earliest": 1}, [("not_as_format", ".earliest")]),
    ],
)
def test_bounds(bounds: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    """QU-3: a bound of a date is a day that exists, and some day is between the bounds."""
    assert publishing_faults(one(question("a", "date", **bounds))) == [
        (code, f"{Q}[0]{path}") for code, path in expected
    ]


def test_good_bounds() -> None:
    """QU-3: bounds may be days or relative to the day of starting, for dates only."""
    published(
        one(question("a", "date", earliest="today-P120Y", latest="today"), question("b", "date", latest="2024-02-29"))
    )
    assert publishing_faults(one(question("a", latest="today"))) == [("not_as_format", f"{Q}[0].latest")]


@pytest.mark.parametrize("kind", ["text", "integer", "prefilled", "boolean", "file"])
def test_no_days(kind: str) -> None:
    """QU-3: before and after are for dates only: for other answers they never hold."""
    for key in ("before", "after"):
        asked = {**question("a", kind), **({"profile": "name"} if kind == "prefilled" else {})}
        document = one(asked, question("b", visible_when={"not": {"question": "a", key: "today"}}))
        assert publishing_faults(document) == [("not_a_date", f"{Q}[1].visible_when.not.question")]


@pytest.mark.parametrize("schema", [{"const": "drie"}, {"enum": ["een", "Twee"]}, {"const": True}, {"enum": [1]}])
def test_no_option(schema: Content) -> None:
    """QU-3: a condition on a choice that names no option is refused, since it never holds."""
    rows = question("r", "rows", columns=[choice("a"), question("k", visible_when=about("a", schema))])
    document = one(rows, choice("b"), question("c", visible_when={"any": [about("b", schema)]}))
    assert publishing_faults(document) == [
        ("unknown_choice", f"{Q}[0].columns[1].visible_when.is.{next(iter(schema))}"),
        ("unknown_choice", f"{Q}[2].visible_when.any[0].is.{next(iter(schema))}"),
    ]


CHILDREN = question("r", "rows", columns=[question("k"), choice("s"), choice("m", "choices")])


@pytest.mark.parametrize(
    "first,schema,expected",
    [
        (question("a"), {"minimum": 3}, [("keyword_misfit", ".is.minimum")]),
        (question("a"), {"type": "array"}, [("keyword_misfit", ".is.type")]),
        (question("a"), {"minLength": 1}, [("always_true", ".is.minLength")]),
        (question("a"), {"maxLength": 500, "pattern": "a"}, [("always_true", ".is.maxLength")]),
        (question("a", "long_text"), {"minLength": 10_001}, [("never_true", ".is.minLength")]),
        (question("a"), {"maxLength": 0}, [("never_true", ".is.maxLength")]),
        (question("a", "file"), {"minItems": 1}, [("always_true", ".is.minItems")]),
        (question("a", "file"), {"minItems": 101}, [("never_true", ".is.minItems")]),
        (choice("a", "choices"), {"minItems": 3}, [("never_true", ".is.minItems")]),
        (question("a"), {"const": " Jan"}, [("never_true", ".is.const")]),
        (question("a", "integer"), {"enum": [1, "2"]}, [("never_true", ".is.enum")]),
        (question("a", "amount"), {"const": 2.5}, [("never_true", ".is.const")]),
        (question("a", "date"), {"const": "2023-02-29"}, [("never_true", ".is.const")]),
        (question("a", "boolean"), {"const": "ja"}, [("never_true", ".is.const")]),
        (question("a", "iban"), {"const": "NL91 ABNA 0417 1643 00"}, [("never_true", ".is.const")]),
        (question("a", "prefilled", profile="email"), {"const": "jan"}, [("never_true", ".is.const")]),
        (question("a", "boolean"), {"enum": [True, False]}, [("always_true", ".is")]),
        (question("a", "boolean"), {"type": "boolean"}, [("always_true", ".is")]),
        (question("a", "boolean"), {"const": True, "not": {"const": True}}, [("never_true", "")]),
        (choice("a"), {"enum": ["een", "twee"]}, [("always_true", ".is")]),
        (choice("a"), {"not": {"const": "drie"}}, [("unknown_choice", ".is.not.const")]),
        (choice("a"), {"anyOf": [{"const": "een"}, {"enum": ["vier"]}]}, [("unknown_choice", ".is.anyOf[1].enum")]),
        (choice("a"), {"pattern": "x"}, [("never_true", "")]),
        (choice("a", "choices"), {"const": ["twee", "een"]}, [("never_true", "")]),
        (choice("a", "choices"), {"contains": {"const": "drie"}}, [("unknown_choice", ".is.contains.const")]),
        (choice("a", "choices"), {"items": {"enum": ["een", "x"]}}, [("unknown_choice", ".is.items.enum")]),
        (choice("a", "choices"), {"prefixItems": [{"const": "x"}]}, [("unknown_choice", ".is.prefixItems[0].const")]),
        (CHILDREN, {"contains": {"required": ["k", "x"]}}, [("unknown_column", ".is.contains.required[1]")]),
        (CHILDREN, {"items": {"properties": {"x": {}}}}, [("unknown_column", ".is.items.properties.x")]),
        (
            CHILDREN,
            {"contains": {"not": {"properties": {"s": {"const": "vier"}, "k": {"const": "vier"}}}}},
            [("unknown_choice", ".is.contains.not.properties.s.const")],
        ),
        (
            CHILDREN,
            {"contains": {"properties": {"m": {"contains": {"const": "vier"}}}}},
            [("unknown_choice", ".is.contains.properties.m.contains.const")],
        ),
    ],
)
def test_a_condition_that_says_nothing(first: Content, schema: Content, expected: list[tuple[str, str]]) -> None:
    """QU-3: a comparison that every answer meets, or none, or that names what is not there is refused."""
    document = one(first, question("b", visible_when=about(str(first["id"]), schema)))
    assert publishing_faults(document) == [(code, f"{Q}[1].visible_when{path}") for code, path in expected]


A, B = about("a", {"const": True}), about("b", {"const": "een"})
ANY_B = about("b", {})
NAME = about("c", {"minLength": 3})
LATER: Content = {"question": "d", "after": "today"}


@pytest.mark.parametrize(
    "condition,expected",
    [
        ({"any": [A, {"not": A}]}, [("always_true", "")]),
        ({"all": [A, {"not": A}]}, [("never_true", "")]),
        ({"all": [B, about("b", {"const": "twee"})]}, [("never_true", "")]),
        ({"any": [B, about("b", {"const": "twee"}), {"not": ANY_B}]}, [("always_true", "")]),
        ({"all": [A, {"any": [B, {"not": B}]}]}, [("always_true", ".all[1]")]),
        ({"not": {"all": [NAME, {"not": about("c", {})}]}}, [("never_true", ".not")]),
        ({"any": [{"all": [A, B]}, {"not": {"all": [B, A]}}]}, [("always_true", "")]),
        ({"all": [A, {"not": about("a", {"const": 1})}]}, [("never_true", ".all[1].not.is.const")]),
        ({"any": [A, about("a", {"const": False})]}, [("always_true", "")]),
        ({"any": [A, about("a", {})]}, []),
        ({"any": [A, about("a", {"const": False}), B]}, []),
        ({"any": [NAME, {"not": about("c", {"minLength": 4})}]}, []),
        ({"all": [NAME, {"not": about("c", {"minLength": 4})}]}, []),
        ({"question": "d", "before": "0001-01-01"}, [("never_true", ".before")]),
        ({"question": "d", "after": "9999-12-31"}, [("never_true", ".after")]),
        ({"all": [LATER, {"not": LATER}]}, [("never_true", "")]),
    ],
)
def test_conditions_that_say_nothing(condition: Content, expected: list[tuple[str, str]]) -> None:
    """QU-3: a condition that holds whatever is answered, or never, is refused at its innermost part."""
    asked = (question("a", "boolean"), choice("b"), question("c"), question("d", "date"))
    document = one(*asked, question("e", visible_when=condition))
    if expected:
        assert publishing_faults(document) == [(code, f"{Q}[4].visible_when{path}") for code, path in expected]
    else:
        published(document)


def test_many_states() -> None:
    """QU-3: a condition with too many states to try is let through, in no time."""
    asked = [question(f"q{number}") for number in range(50)]
    either = {
        "any": [
            {"any": [about(str(each["id"]), {"const": "x"}) for each in asked]},
            {"not": about("q0", {"const": "x"})},
        ]
    }
    published(one(*asked, question("e", visible_when=either)))
    much = {"all": [about("q0", {"minLength": number}) for number in range(2, 51)]}
    published(one(*asked, question("e", visible_when=much)))


ABOUT_X = about("groep", {"const": "x"})
SHARES = question(
    "r",
    "rows",
    columns=[question("deel", "percentage"), question("naam"), question("groep", "choice", options=("x", "y"))],
)


@pytest.mark.parametrize(
    "condition,expected",
    [
        ({"question": "r", "sum": "deel", "is": {"const": 10_000}}, []),
        ({"question": "r", "unique": "naam"}, []),
        (about("r", {"contains": True, "minItems": 2}), []),
        ({"question": "r", "count": {"minimum": 2}}, []),
        ({"question": "r", "count": {"minimum": 2}, "where": about("groep", {"const": "x"})}, []),
        ({"question": "r", "every": {"any": [about("deel", {"minimum": 1}), about("a", {})]}}, []),
        ({"question": "r", "some": about("groep", {"const": "x"})}, []),
        ({"question": "r", "sum": "naam", "is": {}}, [("keyword_misfit", ".sum")]),
        ({"question": "r", "sum": "x", "is": {}}, [("unknown_column", ".sum")]),
        ({"question": "r", "unique": "x"}, [("unknown_column", ".unique")]),
        ({"question": "a", "unique": "x"}, [("keyword_misfit", ".unique")]),
        ({"question": "a", "every": about("a", {})}, [("keyword_misfit", ".every")]),
        ({"question": "r", "count": {"minimun": 2}}, [("unknown_key", ".count.minimun")]),
        ({"question": "r", "every": about("x", {})}, [("unknown_reference", ".every.question")]),
        ({"question": "r", "some": about("z", {})}, [("forward_reference", ".some.question")]),
        ({"question": "r", "some": about("groep", {"const": "z"})}, [("unknown_choice", ".some.is.const")]),
        ({"question": "r", "every": {"any": [ABOUT_X, {"not": ABOUT_X}]}}, [("always_true", ".every")]),
        ({"question": "r", "sum": "deel"}, [("not_as_format", "")]),
        ({"question": "r", "every": about("deel", {}), "where": about("deel", {})}, [("not_as_format", "")]),
        (
            {"all": [{"question": "r", "unique": "naam"}, {"not": {"question": "r", "unique": "naam"}}]},
            [("never_true", "")],
        ),
    ],
)
def test_conditions_on_rows(condition: Content, expected: list[tuple[str, str]]) -> None:
    """QU-3: conditions over rows name their columns, and see these and earlier questions."""
    document = one(question("a"), SHARES, question("b", visible_when=condition), question("z"))
    if expected:
        assert publishing_faults(document) == [(code, f"{Q}[2].visible_when{path}") for code, path in expected]
    else:
        published(document)


@pytest.mark.parametrize(
    "first,path",
    [
        ({**choice("a"), "schema": {"const": "drie"}}, "const"),
        ({**choice("a", "choices"), "schema": {"contains": {"const": "drie"}}}, "contains.const"),
    ],
)
def test_a_schema_with_an_unknown_option(first: Content, path: str) -> None:
    """QU-3: a schema of a question that names an option which it does not have is refused."""
    assert publishing_faults(one(first)) == [("unknown_choice", f"{Q}[0].schema.{path}")]


def test_a_schema_with_an_unknown_column() -> None:
    """QU-3: a schema of rows that names a column which they do not have is refused, with the name."""
    refused = refusal(lambda: published(one({**CHILDREN, "schema": {"items": {"required": ["x"]}}})))
    assert refused == [fault(FaultCode.UNKNOWN_COLUMN, f"{Q}[0].schema.items.required[0]", id="x")]


@pytest.mark.parametrize("schema", [True, "een", ["een"]])
def test_a_condition_without_schema(schema: object) -> None:
    """QU-3: a condition without a valid schema is reported once, and its options are not checked."""
    document = one(choice("a"), question("b", visible_when={"question": "a", "is": schema}))
    assert publishing_faults(document) == [("not_as_format", f"{Q}[1].visible_when.is")]


@pytest.mark.parametrize("schema", [{"const": "een"}, {"const": ["een", "drie"]}, {"enum": [["een"], ["vier"]]}])
def test_no_options(schema: Content) -> None:
    """QU-3: a condition on choices compares with a list of options, not with one option."""
    document = one(choice("a", "choices"), question("b", visible_when=about("a", schema)))
    assert publishing_faults(document) == [("unknown_choice", f"{Q}[1].visible_when.is.{next(iter(schema))}")]


@pytest.mark.parametrize(
    "kind,schema",
    [
        ("choice", {"enum": ["een"]}),
        ("choice", {"not": {"const": "een"}}),
        ("choices", {"const": ["een", "twee"]}),
        ("choices", {"enum": [[], ["een"]]}),
        ("choices", {"contains": {"const": "een"}, "items": {"enum": ["een"]}}),
        ("text", {"const": "drie"}),
    ],
)
def test_options_named(kind: str, schema: Content) -> None:
    """QU-3: a condition may name any option, in lists too; for other answers it may name any value."""
    first = question("a") if kind == "text" else choice("a", kind)
    published(one(first, question("b", visible_when=about("a", schema))))


@pytest.mark.parametrize(
    "schema,expected",
    [
        ({"type": "zin", "minLength": -1}, [("not_a_schema", ".type"), ("not_a_schema", ".minLength")]),
        ({"anyOf": {}, "$defs": []}, [("not_a_schema", ".anyOf"), ("not_a_schema", "['$defs']")]),
        ({"maxLenght": 3}, [("unknown_key", ".maxLenght")]),
        ({"anyOf": [{"unevaluatedProperties": False}]}, [("unknown_key", ".anyOf[0].unevaluatedProperties")]),
        ({"$id": "https://voorbeeld.test"}, [("unknown_key", "['$id']")]),
        ({"$dynamicRef": "#x"}, [("unknown_key", "['$dynamicRef']")]),
        ({"contentSchema": {}}, [("unknown_key", ".contentSchema")]),
        ({"$ref": "https://voorbeeld.test/x"}, [("reference_outside", "['$ref']")]),
        ({"$ref": "#"}, [("reference_outside", "['$ref']")]),
        ({"items": {"$ref": "#/$defs/a/items"}}, [("reference_outside", ".items['$ref']")]),
        ({"$ref": "#/$defs/a"}, [("reference_cyclic", "")]),
        ({"$defs": {"a": {"not": {"$ref": "#/$defs/a"}}}}, [("reference_cyclic", "")]),
        (
            {"$defs": {"a": {"items": {"$ref": "#/$defs/b"}}, "b": {"allOf": [{"$ref": "#/$defs/a"}]}}},
            [("reference_cyclic", "")],
        ),
        ({"format": "postcode"}, [("unknown_format", ".format")]),
        (
            {"minimum": 10**15, "exclusiveMinimum": -1e30},
            [("too_large", ".minimum"), ("too_small", ".exclusiveMinimum")],
        ),
        ({"multipleOf": 10**300, "minimum": -(10**400)}, [("too_large", ".multipleOf"), ("too_small", ".minimum")]),
        ({"items": {"maxItems": 10**4200}}, [("too_large", ".items.maxItems")]),
        ({"maxLength": 2, "minLength": 3, "format": 1}, [("not_a_schema", ".format"), ("not_a_schema", ".minLength")]),
        ({"minimum": 0.5, "maximum": 0}, [("not_a_schema", ".minimum")]),
        ({"maxItems": 1, "minItems": 2, "items": {}}, [("not_a_schema", ".minItems")]),
        ({"pattern": "("}, [("pattern_invalid", ".pattern")]),
        ({"anyOf": [{"pattern": "a(?=b)"}]}, [("pattern_unsupported", ".anyOf[0].pattern")]),
        ({"items": {"pattern": "a{1001}"}}, [("pattern_too_large", ".items.pattern")]),
        ({"pattern": "a" * 501}, [("pattern_too_long", ".pattern")]),
        ({"patternProperties": {"^a": {}}}, [("unknown_key", ".patternProperties")]),
        ({"not": {"enum": ["x" * FRAGMENT_LIMIT]}}, [("too_long", "")]),
        (
            {
                "$defs": {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(20)} | {"d20": {}},
                "$ref": "#/$defs/d0",
            },
            [("too_long", "")],
        ),
    ],
)
def test_schemas(schema: Content, expected: list[tuple[str, str]]) -> None:
    """QU-3: each fault of a schema is reported: syntax, unknown keyword, outside or circular reference, size."""
    assert sorted(publishing_faults(with_schema(schema))) == sorted(
        (code, f"{Q}[0].schema{path}") for code, path in expected
    )
    inside = shown_when({"question": "a", "is": schema})
    assert sorted(publishing_faults(inside)) == sorted(
        (code, f"{Q}[1].visible_when.is{path}") for code, path in expected
    )


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#/$defs/a-1", "$defs": {"a-1": {"items": {"$ref": "#/$defs/b"}}, "b": {"minLength": 2}}},
        {"items": {"properties": {"$ref": {"type": "string"}, "pattern": {"pattern": "^a"}, "format": {}}}},
        {"not": {"enum": [{"$ref": "https://voorbeeld.test"}, {"pattern": "("}]}, "examples": [{"format": "x"}]},
        {"pattern": "(a+)+$"},
        {"if": {"const": 1}, "then": {"minimum": 0}, "else": False, "contains": True, "prefixItems": [{}]},
        {"multipleOf": 10**15 - 1, "minimum": 1 - 10**15, "title": "Een", "$comment": "x"},
        {"format": "email", "minLength": 3, "maxLength": 3},
    ],
)
def test_good_schemas(schema: Content) -> None:
    """QU-3: the keywords of JSON Schema for one answer may be used; data within a schema is not checked."""
    published(with_schema(schema))


@pytest.mark.parametrize(
    "kinds,fitting",
    [
        (("text", "long_text", "date", "time", "choice", "email", "phone", "iban", "bsn", "prefilled"), "string"),
        (("integer", "amount", "percentage", "decimal"), "number"),
        (("boolean",), "boolean"),
        (("choices", "file", "rows"), "array"),
    ],
)
def test_misfits(kinds: tuple[str, ...], fitting: str) -> None:
    """QU-3: a keyword that does not constrain answers of the question's type is refused, and so is another type."""
    for kind in kinds:
        published(one(asking(kind, {**KEYWORDS[fitting], "title": "x", "not": {"minimum": 3, "minItems": 3}})))
        for name in KEYWORDS.keys() - {fitting}:
            expected = [("keyword_misfit", f"{Q}[0].schema.{key}") for key in KEYWORDS[name]]
            assert publishing_faults(one(asking(kind, KEYWORDS[name]))) == expected


def asking(kind: str, schema: Content) -> Content:
    """Make a question of a type, with a schema."""
    more: Content = (
        {"columns": [question("k")]} if kind == "rows" else {"profile": "name"} if kind == "prefilled" else {}
    )
    options = ("een", "twee") if kind in ("choice", "choices") else ()
    return {**question("a", kind, options=options, schema=schema), **more}


def test_whole_numbers() -> None:
    """QU-3: integers and amounts may have the type integer; an unknown type is one fault, not two."""
    published(one(asking("integer", {"type": "integer"}), {**asking("amount", {"type": ["integer"]}), "id": "b"}))
    assert publishing_faults(one(asking("integer", {"type": "int"}))) == [("not_a_schema", f"{Q}[0].schema.type")]


def test_nothing_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    """QU-3: a reference out of the fragment is refused and never fetched."""
    reached: list[object] = []
    monkeypatch.setattr(socket.socket, "connect", lambda _self, address: reached.append(address))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *about, **_more: reached.append(about))
    for target in ("http://192.0.2.1/x", "file:///etc/passwd", "//voorbeeld.test", "urn:x", "x.json"):
        assert publishing_faults(with_schema({"$ref": target})) == [("reference_outside", f"{Q}[0].schema['$ref']")]
    assert reached == []


def test_all_at_once() -> None:
    """AL-1: all faults are reported at once, of every kind."""
    document = questionnaire(
        "Vragen",
        page("p", question("a", schema={"pattern": "("}), question("a", "choice"), x=1),
        page("q", question("b", visible_when=leaf("c"))),
    )
    assert {code for code, _field in publishing_faults(document)} == {
        *("not_as_format", "pattern_invalid", "missing", "unknown_key", "duplicate_id", "unknown_reference")
    }


def test_faults_limit() -> None:
    """AL-1: of many faults the first 500 are reported, quickly."""
    assert len(publishing_faults({**DOCUMENT, "pages": [1] * 10_000})) == FAULTS_LIMIT
    assert growth(lambda count: publishing_faults({**DOCUMENT, "pages": [1] * count}), 10_000, 80_000) < 24


def _numbered(number: int, each: int) -> Content:
    shown = {"visible_when": {"question": f"q{number}-{each - 1}", "is": {"minLength": number + 2}}} if each else {}
    return {**question(f"q{number}-{each}", schema={"maxLength": 20 * number + each + 5}), **shown}


def test_many_questions() -> None:
    """QU-3: 2,000 questions with conditions and schemas of their own can be published."""
    pages = [page(f"p{number}", *[_numbered(number, each) for each in range(20)]) for number in range(100)]
    assert len(list(published(questionnaire("vragen", *pages)).questions())) == 2000


def test_references_are_not_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-1: the references within the format are known. To look up each of 28,000 took a fifth of the time."""
    monkeypatch.setattr("referencing._core.Resolver.lookup", None)
    assert publishing_faults({**DOCUMENT, "pages": [page("p", {**question("q"), "texts": 1})]}) == [
        ("not_as_format", "$.pages[0].questions[0].texts")
    ]


def test_canonical() -> None:
    """Property 7: white space, and 1.0 for 1, do not change the digest; any other change does."""
    definition, text = publishing.read(json.dumps(DOCUMENT, indent=4).replace('"revision": 1', '"revision": 1.0'))
    assert (definition, text) == (DEFINITION, json.dumps(DOCUMENT, separators=(",", ":")))
    assert definition.revision == 1
    assert isinstance(definition.revision, int)
    assert publishing.restored(text) == definition
    assert publishing.read(text.encode()) == (definition, text)
    assert published({**DOCUMENT, "revision": 2}).digest != definition.digest


def test_publish() -> None:
    """QU-3: a revision is published once, and must be higher than the newest."""
    read = publishing.check(DOCUMENT)
    first, fact = publishing.publish(read, office_id=OFFICE_ID, newest=None, handler=HANDLER, at=AT)
    assert first == Published(
        office_id=OFFICE_ID,
        digest=DEFINITION.digest,
        questionnaire="gezin",
        revision=1,
        titles={Language.DUTCH: "Gezin", Language.ENGLISH: "Gezin (en)"},
        document=json.dumps(DOCUMENT, ensure_ascii=False, separators=(",", ":")),
        published_at=AT,
        published_by=HANDLER,
    )
    assert fact is not None
    assert (fact.questionnaire, fact.revision, fact.digest) == ("gezin", 1, DEFINITION.digest)
    again = publishing.publish(read, office_id=OFFICE_ID, newest=first, handler="Ander", at=AT)
    assert again == (first, None)
    other = publishing.check({**DOCUMENT, "pages": DOCUMENT["pages"][:1]})
    assert refusal(lambda: publishing.publish(other, office_id=OFFICE_ID, newest=first, handler=HANDLER, at=AT)) == [
        fault(FaultCode.REVISION_TAKEN, "$.revision", newest=1)
    ]
    second = publishing.check({**DOCUMENT, "revision": 2})
    assert publishing.publish(second, office_id=OFFICE_ID, newest=first, handler=HANDLER, at=AT)[0].revision == 2


def test_format_schema() -> None:
    """QU-3: the format is a valid JSON Schema (2020-12) with descriptions."""
    schema = publishing.format_schema()
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    assert Draft202012Validator(schema).is_valid(DOCUMENT)
    assert schema["properties"]["revision"]["maximum"] == REVISION_LIMIT
    assert all(each["description"] for each in [schema, schema["$defs"]["condition"], schema["$defs"]["schema"]])


@pytest.mark.parametrize(
    "limit,path,fragment",
    [
        (PATTERNS_LIMIT, "$.pages[0].questions[100].schema", lambda number: {"pattern": f"^{number}$"}),
        (
            SCHEMAS_LIMIT,
            "$.pages[0].questions[9].schema",
            lambda number: {"minLength": number, "allOf": [{}, True] * 500},
        ),
    ],
)
def test_too_much(limit: int, path: str, fragment: Callable[[int], Content]) -> None:
    """QU-3: a document that would take long to check is refused first, at the first place beyond the limit."""
    questions = [question(f"q{number}", schema=fragment(number)) for number in range(101)]
    faults = publishing_faults(questionnaire("x", page("p", *questions)))
    assert faults == [(FaultCode.TOO_MANY, path)]
    few = [question(f"q{number}", schema=fragment(number % 9)) for number in range(101)]
    assert published(questionnaire("x", page("p", *few))).id == "x"


def test_too_many_conditions() -> None:
    """QU-3: the limit of conditions is for the whole document."""
    leaf = {"question": "a", "is": {"const": "x"}}
    pages = [page(f"p{number}", question(f"q{number}"), visible_when={"any": [leaf] * 101}) for number in range(100)]
    faults = publishing_faults(questionnaire("x", page("p", question("a")), *pages))
    path = "$.pages[100].visible_when.any[1]"
    assert faults == [(FaultCode.TOO_MANY, path)]


def test_structure() -> None:
    """QU-3: a definition finds its pages, and gives its questions in order."""
    assert [page.id for page in DEFINITION.pages] == ["persoon", "partner", "slot"]
    assert DEFINITION.page("slot") is DEFINITION.pages[2]
    assert DEFINITION.page("x") is None
    assert [asked.id for _page, asked in DEFINITION.questions()] == [
        *("naam", "getrouwd", "partner-naam", "akte", "opmerking", "uitleg")
    ]
    assert DEFINITION.pages[1].visible_when is not None
    assert IS_YES["question"] == "getrouwd"


def test_refused_is_told() -> None:
    """AL-1: the text of the error has paths and codes, and nothing of the document."""
    with pytest.raises(Refused, match=r"^\$\.id: not_as_format$"):
        published({**DOCUMENT, "id": "GEHEIM"})
