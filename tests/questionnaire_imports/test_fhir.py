"""Questionnaires of FHIR, R4 and R5: types, options, groups and enableWhen."""

from typing import Any

import pytest

from tests.questionnaire_imports.given import Content, fhir, item, outcome, questions, translated

I = "$.item"  # noqa: E741 - as E of SurveyJS
HL7 = "http://hl7.org/fhir/StructureDefinition/"
CODES = [{"valueCoding": {"system": "s", "code": each, "display": each, "_display": translated(each)}} for each in "ab"]


def more(name: str, **value: Any) -> Content:
    """Make an extension."""
    return {"url": HL7 + name, **value}


@pytest.mark.parametrize(
    "source, expected",
    [
        (item("v"), {"type": "text"}),
        (item("v", required=True, repeats=False, readOnly=False), {"type": "text", "required": True}),
        (item("v", maxLength=9), {"type": "text", "schema": {"maxLength": 9}}),
        (
            item("v", extension=[more("regex", valueString="[a-z]+")]),
            {"type": "text", "schema": {"pattern": "^(?:[a-z]+)$"}},
        ),
        (item("v", extension=[more("minLength", valueInteger=2)]), {"type": "text", "schema": {"minLength": 2}}),
        (item("v", "text"), {"type": "long_text"}),
        (item("v", "boolean"), {"type": "boolean"}),
        (
            item("v", "integer", extension=[more("minValue", valueInteger=0), more("maxValue", valueInteger=9)]),
            {"type": "integer", "schema": {"minimum": 0, "maximum": 9}},
        ),
        (
            item(
                "v", "decimal", extension=[more("maxDecimalPlaces", valueInteger=1), more("minValue", valueDecimal=0.5)]
            ),
            {"type": "decimal", "decimals": 1, "schema": {"minimum": 5}},
        ),
        (
            item(
                "v",
                "date",
                extension=[more("minValue", valueDate="2020-01-31"), more("maxValue", valueDate="2026-01-31")],
            ),
            {"type": "date", "earliest": "2020-01-31", "latest": "2026-01-31"},
        ),
        (item("v", "time"), {"type": "time"}),
        (item("v", "attachment"), {"type": "file", "schema": {"maxItems": 1}}),
        (item("v", "attachment", repeats=True), {"type": "file"}),
        (item("v", "display"), {"type": "note"}),
        (item("v", "choice", answerOption=CODES), {"type": "choice", "options": ["a", "b"]}),
        (item("v", "coding", answerOption=CODES), {"type": "choice", "options": ["a", "b"]}),
        (item("v", "choice", repeats=True, answerOption=CODES), {"type": "choices", "options": ["a", "b"]}),
        (
            item("v", "integer", answerOption=[{"valueInteger": 1}, {"valueInteger": 2}]),
            {"type": "choice", "options": ["1", "2"]},
        ),
        (
            item("v", "string", repeats=True, extension=[more("questionnaire-maxOccurs", valueInteger=3)]),
            {"type": "rows", "schema": {"maxItems": 3}, "columns": [{"id": "v-v", "type": "text"}]},
        ),
    ],
)
def test_types(source: Content, expected: Content) -> None:
    """QU-1: Each type with a counterpart becomes that, with its limits, and no more than a new id is told."""
    found, remarks = questions(fhir(source))
    assert found == [{"id": "v", **expected}]
    assert {code for _path, code in remarks} <= {"id_changed"}


@pytest.mark.parametrize(
    "source, path, code",
    [
        (item("v", "reference"), "", "type_left_out"),
        ({"linkId": "v", "text": "v"}, "", "type_left_out"),
        (item("v", "url"), ".type", "type_changed"),
        (item("v", "dateTime"), ".type", "type_changed"),
        (item("v", "quantity"), ".type", "type_changed"),
        (item("v", extension=[more("questionnaire-hidden", valueBoolean=True)]), "", "hidden"),
        (item("v", extension=[more("regex", valueString="(?=a)")]), ".extension[0]", "refused"),
        (item("v", extension=[more("regex", valueInteger=1)]), ".extension[0]", "wrong_shape"),
        (item("v", extension=[more("entryFormat", valueString="x")]), ".extension[0]", "left_out"),
        (item("v", "date", extension=[more("minValue", valueDate="nu")]), ".extension[0]", "left_out"),
        (item("v", "integer", extension=[more("minValue", valueInteger=10**20)]), ".extension[0]", "left_out"),
        (item("v", initial=[{"valueString": "x"}]), ".initial", "left_out"),
        (item("v", readOnly=True), ".readOnly", "left_out"),
        (item("v", prefix="1."), ".prefix", "presentation"),
        (item("v", "choice", answerValueSet="http://elders"), "", "options_missing"),
        (item("v", "choice", answerValueSet="http://elders"), ".answerValueSet", "left_out"),
        (item("v", "choice", answerOption=[*CODES, CODES[0]]), ".answerOption[2].valueCoding", "option_left_out"),
        (item("Uw Naam"), ".linkId", "id_changed"),
        ({"linkId": "v", "type": "string"}, ".text", "text_missing"),
        (item("v", item=[item("x")]), ".item", "flattened"),
        (item("g", "group", repeats=True, item=[item("r", repeats=True)]), ".item[0]", "nested"),
        (item("g", "group", item=[]), "", "empty"),
        (item("v", enableWhen=[{"question": "x", "operator": "="}]), ".enableWhen", "unknown_name"),
        (
            item("v", enableWhen=[{"question": "w", "operator": ">", "answerString": "a"}]),
            ".enableWhen",
            "condition_beyond",
        ),
        (
            item("v", enableWhen=[{"question": "w", "operator": "exists", "answerBoolean": True}] * 2),
            ".enableWhen",
            "conditions_any",
        ),
        (
            item("v", enableWhen=[{"question": "v", "operator": "exists", "answerBoolean": True}]),
            ".enableWhen",
            "refused",
        ),
    ],
)
def test_told(source: Content, path: str, code: str) -> None:
    """QU-1: What cannot be taken over is left out, and told at its place."""
    assert (f"{I}[1]{path}", code) in outcome(fhir(item("w"), source))[1]


@pytest.mark.parametrize(
    "when, expected",
    [
        ({"question": "b", "operator": "=", "answerBoolean": False}, {"question": "b", "is": {"const": False}}),
        ({"question": "b", "operator": "exists", "answerBoolean": True}, {"question": "b", "is": {}}),
        ({"question": "b", "operator": "exists", "answerBoolean": False}, {"not": {"question": "b", "is": {}}}),
        (
            {"question": "k", "operator": "!=", "answerCoding": {"system": "s", "code": "a"}},
            {"not": {"question": "k", "is": {"const": "a"}}},
        ),
        (
            {"question": "m", "operator": "=", "answerCoding": {"code": "b"}},
            {"question": "m", "is": {"contains": {"const": "b"}}},
        ),
        ({"question": "n", "operator": ">=", "answerInteger": 3}, {"question": "n", "is": {"minimum": 3}}),
        (
            {"question": "q", "operator": "<", "answerQuantity": {"value": 1.5}},
            {"question": "q", "is": {"exclusiveMaximum": 150}},
        ),
        ({"question": "d", "operator": ">", "answerDate": "2026-01-31"}, {"question": "d", "after": "2026-01-31"}),
        ({"question": "t", "operator": "=", "answerString": "Jan"}, {"question": "t", "is": {"const": "Jan"}}),
        (
            {"question": "r", "operator": "=", "answerString": "x"},
            {"question": "r", "some": {"question": "r-r", "is": {"const": "x"}}},
        ),
    ],
)
def test_enable_when(when: Content, expected: Content) -> None:
    """QU-3: Each operator and kind of answer becomes the condition that means the same."""
    asked = [
        item("b", "boolean"),
        item("k", "choice", answerOption=CODES),
        item("m", "choice", answerOption=CODES, repeats=True),
        item("n", "integer"),
        item("q", "quantity"),
        item("d", "date"),
        item("t"),
        item("r", repeats=True),
    ]
    assert questions(fhir(*asked, item("z", enableWhen=[when])))[0][-1] == {
        "id": "z",
        "type": "text",
        "visible_when": expected,
    }


@pytest.mark.parametrize("behaviour, key", [("all", "all"), ("any", "any")])
def test_enable_behavior(behaviour: str, key: str) -> None:
    """QU-3: Several conditions are joined as ``enableBehavior`` says; those of groups with those of their items."""
    two = [{"question": each, "operator": "exists", "answerBoolean": True} for each in "ab"]
    group = item("g", "group", enableWhen=two, enableBehavior=behaviour, item=[item("z", enableWhen=two[:1])])
    found, remarks = questions(fhir(item("a"), item("b"), item("o", "group", item=[group])))
    a, b = ({"question": each, "is": {}} for each in "ab")
    joined = {"all": [a, b]} if key == "all" else {"all": [{"any": [a, b]}, a]}
    assert found[2:] == [
        {"id": "g", "type": "note", "visible_when": {key: [a, b]}},
        {"id": "z", "type": "text", "visible_when": joined},
    ]
    assert remarks == []


def test_pages() -> None:
    """QU-1: Each group at the top is a page, with its condition; what stands between them are pages too."""
    shown = [{"question": "a", "operator": "exists", "answerBoolean": True}]
    rows = item("kinderen", "group", repeats=True, item=[item("naam"), item("lijst", "group", item=[item("x")])])
    document, remarks = outcome(
        fhir(item("a"), item("B", "group", enableWhen=shown, item=[item("b")]), rows, item("c"))
    )
    found = [(each["id"], each.get("visible_when"), [q["id"] for q in each["questions"]]) for each in document["pages"]]
    assert found == [
        ("pagina-1", None, ["a"]),
        ("b", {"question": "a", "is": {}}, ["b"]),
        ("kinderen", None, ["kinderen"]),
        ("pagina-4", None, ["c"]),
    ]
    assert [each["id"] for each in document["pages"][2]["questions"][0]["columns"]] == ["naam", "lijst", "x"]
    assert remarks == [("$.item[1].linkId", "id_changed")]


@pytest.mark.parametrize("form", ["compose", "expansion"])
def test_value_sets(form: str) -> None:
    """QU-1: Options of a value set within the document are taken over, with their translations."""
    concepts = [
        {"code": "a", "display": "Yes", "designation": [{"language": "nl", "value": "Ja"}]},
        {"code": "b", "display": "No"},
    ]
    inner = {"compose": {"include": [{"system": "s", "concept": concepts}]}, "expansion": {"contains": concepts}}
    value_set = {"resourceType": "ValueSet", "id": "jn", form: inner[form]}
    document, remarks = outcome(fhir(item("v", "choice", answerValueSet="#jn"), contained=[value_set]))
    [question] = document["pages"][0]["questions"]
    assert [question["texts"][each]["options"] for each in ("nl", "en")] == [
        {"a": "Ja", "b": "No"},
        {"a": "Yes", "b": "No"},
    ]
    assert [code for _path, code in remarks] == ["language_missing"]


@pytest.mark.parametrize("asked", [{"type": "open-choice"}, {"type": "coding", "answerConstraint": "optionsOrString"}])
def test_open_choice(asked: Content) -> None:
    """QU-1: A choice that takes other answers gets "other", with a text beside it; an exclusive option stands alone."""
    alone = {"valueString": "geen", "extension": [more("questionnaire-optionExclusive", valueBoolean=True)]}
    found, remarks = questions(fhir({**item("v", repeats=True, answerOption=[*CODES, alone]), **asked}))
    assert found == [
        {
            "id": "v",
            "type": "choices",
            "schema": {"if": {"contains": {"const": "geen"}}, "then": {"maxItems": 1}},
            "options": ["a", "b", "geen", "other"],
        },
        {"id": "v-other", "type": "text", "beside": {"question": "v", "option": "other"}},
    ]
    assert [code for _path, code in remarks] == ["language_missing"]


def test_units() -> None:
    """QU-1: The unit of a number stands behind its label."""
    unit = more("questionnaire-unit", valueCoding={"code": "kg"})
    document, remarks = outcome(fhir(item("v", "decimal", extension=[unit])))
    assert document["pages"][0]["questions"][0]["texts"]["nl"] == {"label": "v (kg)"}
    assert remarks == []
