"""Sources that are no questionnaire, or too large, too deep or too strange: each is refused by name, or told."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from klantportaal.domain.errors import FaultCode, Refused
from klantportaal.domain.questionnaires.json_documents import DOCUMENT_LIMIT
from klantportaal.domain.questionnaires.size_limits import LEAVES_LIMIT
from klantportaal.questionnaire_imports import SOURCE_DEPTH, SOURCE_LIMIT
from klantportaal.questionnaire_imports.drafts import OPTIONS_READ, QUESTIONS_LIMIT
from klantportaal.questionnaires import imported
from tests.domain.given import fault, refusal
from tests.questionnaire_imports.given import Content, element, fhir, item, outcome, questions, survey
from tests.support.effort import growth

E = "$.pages[0].elements"
ALTERNATING = "{a} = 'x'"
for _number in range(24):
    ALTERNATING = f"({{a}} = 'x{_number}' {('and', 'or')[_number % 2]} {ALTERNATING})"


@pytest.mark.parametrize(
    "source, code",
    [
        *(
            (each, "not_json")
            for each in ("", "{", "survey", '{"pages": NaN}', '{"a": 1, "a": 2}', b"\xff", "[" * 100_000)
        ),
        *(
            (each, "not_as_format")
            for each in ("[]", "1", "null", "{}", '{"pages": {}}', '{"resourceType": "Patient"}')
        ),
        ('{"pages": []}', "missing"),
        ('{"pages": [1, null, "x", {"elements": 3}]}', "missing"),
        ('{"resourceType": "Questionnaire"}', "missing"),
        ('{"resourceType": "Questionnaire", "item": [7, {"item": {}}]}', "missing"),
    ],
)
def test_no_questionnaire(source: str | bytes, code: str) -> None:
    """AL-1: What is no questionnaire, or has no question, is refused with a code."""
    assert [each.code for each in refusal(lambda: imported(source))] == [code]


def test_too_large() -> None:
    """AL-1: A source beyond a limit is refused with that limit: bytes, levels, questions, and the outcome."""
    assert refusal(lambda: imported(" " * (SOURCE_LIMIT + 1))) == [
        fault(FaultCode.DOCUMENT_TOO_LARGE, "$", limit=SOURCE_LIMIT)
    ]
    deep = '{"elements": ' * SOURCE_DEPTH + "[]" + "}" * SOURCE_DEPTH
    assert refusal(lambda: imported(deep)) == [fault(FaultCode.NOT_AS_FORMAT, "$", limit=SOURCE_DEPTH)]
    many = json.dumps({"elements": [{"type": "text", "name": "a"}] * (QUESTIONS_LIMIT + 1)})
    assert refusal(lambda: imported(many)) == [
        fault(FaultCode.TOO_MANY, f"$.elements[{QUESTIONS_LIMIT}].name", limit=QUESTIONS_LIMIT)
    ]
    table = element(
        "m", "matrixdropdown", rows=list(range(1000)), columns=[{"name": str(each)} for each in range(1000)]
    )
    assert [each.code for each in refusal(lambda: imported(json.dumps(survey(table))))] == ["too_many"]
    long = json.dumps({"elements": [element(f"v{each}", description="x" * 4900) for each in range(600)]})
    assert refusal(lambda: imported(long)) == [fault(FaultCode.DOCUMENT_TOO_LARGE, "$", limit=DOCUMENT_LIMIT)]


def test_many_with_one_list() -> None:
    """AL-1: a short source of which every question has one long list of options is refused before it is checked."""
    table = element(
        "m", "matrix", columns=[f"c{each}" for each in range(200)], rows=[f"r{each}" for each in range(900)]
    )
    assert refusal(lambda: imported(json.dumps(survey(table)))) == [
        fault(FaultCode.DOCUMENT_TOO_LARGE, "$", limit=DOCUMENT_LIMIT)
    ]
    concepts = [{"code": f"c{each}", "display": "x"} for each in range(250)]
    value_set = {"resourceType": "ValueSet", "id": "v", "compose": {"include": [{"concept": concepts}]}}
    asked = [item(f"v{each}", "choice", answerValueSet="#v") for each in range(OPTIONS_READ // 250 + 1)]
    many = fhir(*asked, contained=[value_set])
    assert refusal(lambda: imported(json.dumps(many))) == [
        fault(FaultCode.TOO_MANY, f"$.item[{OPTIONS_READ // 250}]", limit=OPTIONS_READ)
    ]


@pytest.mark.parametrize("number", ["1e999999999", "-1e999999999", 10**39])
def test_endless_numbers(number: str | int) -> None:
    """AL-1: a number beyond every answer is left out and told; it is never computed."""
    found, remarks = questions(survey(element("v", inputType="number", min=number, max=5)))
    assert (found[0]["schema"], (f"{E}[0].min", "wrong_shape") in remarks) == ({"maximum": 5}, True)


def test_wrong_id() -> None:
    """AL-1: An id of the caller that is none is refused."""
    source = json.dumps(survey(element("v")))
    assert refusal(lambda: imported(source, id="Intake!")) == [fault(FaultCode.NOT_AS_FORMAT, "$.id")]


@pytest.mark.parametrize(
    "shown, code",
    [
        ("(" * 10_000 + "{a}" + ")" * 10_000, "condition_unreadable"),
        ("!" * 100 + "{a}", "condition_unreadable"),
        ("{a}" + " + 1" * 1_000, "condition_unreadable"),
        ("{b} = 'x'", "refused"),
        ("{c} = 'x'", "refused"),
        (ALTERNATING, "too_many"),
    ],
)
def test_strange_conditions(shown: str, code: str) -> None:
    """QU-3: A condition that is too deep, about itself, or in a circle, is left out and told; the question is shown."""
    asked = [element("a"), element("b", visibleIf=shown), element("c", visibleIf="{b} = 'x'")]
    found, remarks = questions(survey(*asked))
    assert [each["id"] for each in found] == ["a", "b", "c"]
    assert "visible_when" not in found[1]
    assert (f"{E}[1].visibleIf", code) in remarks


def test_deep_nesting() -> None:
    """QU-1: Questions in 50 panels within one another are taken over, with the conditions of all of them."""
    inner: Content = element("v")
    for number in range(50):
        inner = {"type": "panel", "name": f"p{number}", "visibleIf": f"{{a}} = 'x{number}'", "elements": [inner]}
    found, _remarks = questions(survey(element("a"), inner))
    assert len(found[1]["visible_when"]["all"]) == 50
    nested: Content = item("v")
    for number in range(50):
        nested = item(f"g{number}", "group", item=[nested])
    assert questions(fhir(nested))[0][-1] == {"id": "v", "type": "text"}


def test_more_than_fits() -> None:
    """QU-1: Pages, columns, rules, patterns and conditions beyond a limit are left out and told."""
    pages = [{"name": f"p{each}", "elements": [{"type": "text", "name": f"v{each}"}]} for each in range(201)]
    document, remarks = outcome({"pages": pages})
    assert (len(document["pages"]), remarks[-1]) == (200, ("$.pages[200]", "too_many"))
    columns = [{"name": f"k{each}", "cellType": "text"} for each in range(21)]
    found, remarks = questions(survey(element("m", "matrixdynamic", columns=columns)))
    assert (len(found[0]["columns"]), (f"{E}[0].columns[20]", "too_many") in remarks) == (20, True)
    rules = [{"type": "expression", "expression": f"{{v}} <> 'x{each}'"} for each in range(51)]
    document, remarks = outcome(survey(element("v", validators=rules)))
    assert (len(document["pages"][0]["must_hold"]), (f"{E}[0].validators[50]", "too_many") in remarks) == (50, True)
    asked = [element(f"v{each}", validators=[{"type": "regex", "regex": f"^{each}$"}]) for each in range(120)]
    found, remarks = questions(survey(*asked))
    assert sum("schema" in each for each in found) == 100
    assert [path for path, code in remarks if code == "refused"] == [
        f"{E}[{each}].validators[0].regex" for each in range(100, 120)
    ]
    shown = " or ".join(f"{{a}} = {each}" for each in range(900))
    inner = [element(f"v{each}") for each in range(20)]
    found, remarks = questions(
        survey(element("a", inputType="number", step=1), {"type": "panel", "visibleIf": shown, "elements": inner})
    )
    assert sum("visible_when" in each for each in found) == LEAVES_LIMIT // 900
    assert (f"{E}[1].visibleIf", "too_many") in remarks


@pytest.mark.parametrize("value", [None, 10**400, "{a}", [[]], {"": 1}])
@pytest.mark.parametrize("kind", ["surveyjs", "fhir"])
def test_any_value_anywhere(kind: str, value: Any) -> None:
    """AL-1: A value of any type may stand at any property: it is read, or told, and what comes of it publishes."""
    for source in _replaced(SURVEY if kind == "surveyjs" else FHIR, value):
        try:
            outcome(json.dumps(source))
        except Refused as refused:
            told = {each.code.value for each in refused.faults}
            if not told <= {"not_as_format", "missing"}:
                raise


SURVEY = survey(
    element("a", isRequired=True, inputType="number", step=1, min=1, max=3, visibleIf="{x} = 1"),
    element("t", maxLength=3, validators=[{"type": "regex", "regex": "a", "text": "b"}]),
    element("b", "checkbox", choices=["a", {"value": 1, "text": "c"}], showOtherItem=True, maxSelectedChoices=2),
    element("c", "paneldynamic", templateElements=[element("d", "boolean", valueTrue="ja")], minPanelCount=1),
    element("m", "matrix", rows=[1], columns=["x"]),
    element("r", "rating", rateMin=1, rateMax=3, rateStep=1),
    {"type": "panel", "name": "p", "elements": [{"type": "html", "name": "h", "html": "x"}]},
    locale="nl",
)
FHIR = fhir(
    item(
        "a",
        "integer",
        required=True,
        extension=[{"url": "http://hl7.org/fhir/StructureDefinition/minValue", "valueInteger": 1}],
    ),
    item("b", "choice", repeats=True, answerOption=[{"valueCoding": {"system": "s", "code": "c", "display": "d"}}]),
    item("g", "group", item=[item("c", maxLength=3)], enableBehavior="all"),
    item("d", enableWhen=[{"question": "a", "operator": "=", "answerInteger": 1}]),
    item("v", "choice", answerValueSet="#s"),
    contained=[{"resourceType": "ValueSet", "id": "s", "expansion": {"contains": [{"code": "a"}]}}],
)


def _replaced(source: Any, value: Any) -> Sequence[Any]:
    """Give copies of a source, each with another value of it replaced."""
    if isinstance(source, list):
        return [
            value,
            *(
                [*source[:at], inner, *source[at + 1 :]]
                for at, each in enumerate(source)
                for inner in _replaced(each, value)
            ),
        ]
    if isinstance(source, dict):
        return [value, *({**source, key: inner} for key, each in source.items() for inner in _replaced(each, value))]
    return [value]


def test_time() -> None:
    """AL-1: The work grows with the size of the source, also where each question has a condition on the one before."""

    def work(count: int) -> object:
        shown = [element(f"v{each}", visibleIf=f"{{v{each - 1}}} = 'x'" if each else "") for each in range(count)]
        return imported(json.dumps({"elements": shown}))

    assert growth(work, 100, 400) < 8
