"""SurveyJS: each type of question, texts, ids and conditions."""

import json
from typing import Any

import pytest

from klantportaal import Language
from klantportaal.questionnaires import imported
from tests.questionnaire_imports.given import Content, both, element, outcome, questions, survey

E = "$.pages[0].elements"
CHOICES = ["a", "b"]
YES = {"question": "v", "is": {"const": True}}


@pytest.mark.parametrize(
    "source, expected",
    [
        (element("v"), {"type": "text"}),
        (element("v", maxLength=10, isRequired=True), {"type": "text", "schema": {"maxLength": 10}, "required": True}),
        (element("v", inputType="email"), {"type": "email"}),
        (element("v", inputType="tel"), {"type": "phone"}),
        (element("v", inputType="time"), {"type": "time"}),
        (
            element("v", inputType="number", step=1, min=0, max=9),
            {"type": "integer", "schema": {"minimum": 0, "maximum": 9}},
        ),
        (
            element("v", inputType="number", step=0.01, min=0.5),
            {"type": "decimal", "decimals": 2, "schema": {"minimum": 50}},
        ),
        (
            element("v", inputType="date", min="2020-01-31", maxValueExpression="today()"),
            {"type": "date", "earliest": "2020-01-31", "latest": "today"},
        ),
        (element("v", "comment"), {"type": "long_text"}),
        (element("v", "radiogroup", choices=[1, True, "x"]), {"type": "choice", "options": ["1", "true", "x"]}),
        (element("v", "dropdown", choices=CHOICES), {"type": "choice", "options": CHOICES}),
        (element("v", "buttongroup", choices=CHOICES), {"type": "choice", "options": CHOICES}),
        (
            element("v", "checkbox", choices=CHOICES, minSelectedChoices=1, maxSelectedChoices=2),
            {"type": "choices", "options": CHOICES, "schema": {"minItems": 1, "maxItems": 2}},
        ),
        (element("v", "tagbox", choices=CHOICES), {"type": "choices", "options": CHOICES}),
        (element("v", "imagepicker", choices=CHOICES), {"type": "choice", "options": CHOICES}),
        (element("v", "imagepicker", choices=CHOICES, multiSelect=True), {"type": "choices", "options": CHOICES}),
        (element("v", "rating"), {"type": "choice", "options": ["1", "2", "3", "4", "5"]}),
        (element("v", "rating", rateMin=0, rateMax=4, rateStep=2), {"type": "choice", "options": ["0", "2", "4"]}),
        (element("v", "rating", rateValues=CHOICES), {"type": "choice", "options": CHOICES}),
        (element("v", "boolean"), {"type": "boolean"}),
        (element("v", "file", allowMultiple=True, maxFiles=3), {"type": "file", "schema": {"maxItems": 3}}),
        (element("v", "file", allowMultiple=False), {"type": "file", "schema": {"maxItems": 1}}),
        ({"type": "html", "name": "v", "html": both("Uitleg")}, {"type": "note"}),
        (
            element("v", validators=[{"type": "regex", "regex": "^[a-z]+$", "caseInsensitive": True}]),
            {"type": "text", "schema": {"pattern": "(?i:^[a-z]+$)"}},
        ),
        (
            element("v", validators=[{"type": "textvalidator", "minLength": 2, "maxLength": 5}]),
            {"type": "text", "schema": {"minLength": 2, "maxLength": 5}},
        ),
        (element("v", validators=[{"type": "email"}]), {"type": "email"}),
        (
            element("v", "checkbox", choices=CHOICES, validators=[{"type": "answercount", "minCount": 2}]),
            {"type": "choices", "options": CHOICES, "schema": {"minItems": 2}},
        ),
        (
            element("v", inputType="number", step=1, validators=[{"type": "numeric", "minValue": 2, "maxValue": 5}]),
            {"type": "integer", "schema": {"minimum": 2, "maximum": 5}},
        ),
    ],
)
def test_types(source: Content, expected: Content) -> None:
    """QU-1: Each type with a counterpart becomes that, with its limits, and nothing is told."""
    found, remarks = questions(survey(source))
    codes = {code for _path, code in remarks}
    assert found == [{"id": "v", **expected}]
    assert codes <= {"language_missing"}


@pytest.mark.parametrize(
    "source, path, code",
    [
        (element("v", "signaturepad"), "", "name_typed"),
        (element("v", "signaturepad", penColor="red"), ".penColor", "presentation"),
        (element("v", "signaturepad", defaultValue="data:image/png;base64,"), ".defaultValue", "left_out"),
        (element("v", "image"), "", "type_left_out"),
        (element("v", "expression", expression="{a} + 1"), "", "type_left_out"),
        (element("v", visible=False), "", "hidden"),
        (element("v", inputType="color"), ".inputType", "type_changed"),
        (element("v", inputType="number"), ".inputType", "numbers_whole"),
        (element("v", inputType="number", step=5), ".step", "left_out"),
        (element("v", inputType="number", min="veel", step=1), ".min", "wrong_shape"),
        (element("v", inputType="date", min="vandaag"), ".min", "left_out"),
        (element("v", isRequired="ja"), ".isRequired", "wrong_shape"),
        (element("v", requiredIf="{a} = 1"), ".requiredIf", "left_out"),
        (element("v", setValueIf="{a} = 1"), ".setValueIf", "left_out"),
        (element("v", defaultValue="x"), ".defaultValue", "left_out"),
        (element("v", width="10px"), ".width", "presentation"),
        (element("v", "dropdown", choicesByUrl={"url": "u"}), "", "options_missing"),
        (element("v", "dropdown", choicesByUrl={"url": "u"}), ".choicesByUrl", "left_out"),
        (element("v", "dropdown", choices=list(range(301))), "", "options_missing"),
        (element("v", "dropdown", choices=["a", "a"]), ".choices[1]", "option_left_out"),
        (element("v", "dropdown", choices=["a", None, "b"]), ".choices[1]", "option_left_out"),
        (element("v", "dropdown", choices=["a b", "c"]), ".choices[0]", "code_changed"),
        (element("v", "dropdown", choices=[{"value": "a", "visibleIf": "{x}"}]), ".choices[0].visibleIf", "left_out"),
        (element("v", validators=[{"type": "regex", "regex": "(?=a)"}]), ".validators[0].regex", "refused"),
        (element("v", validators=[{"type": "regex", "regex": "a" * 10_000}]), ".validators[0].regex", "refused"),
        (element("v", validators=[{"type": "numeric", "minValue": 1}]), ".validators[0]", "left_out"),
        (element("Uw naam"), ".name", "id_changed"),
        (element("v", title="Alleen Engels"), ".title", "language_missing"),
        (element("v", title={"nl": "a", "en": "b", "de": "c"}), ".title", "languages_left_out"),
        (element("v", title=both("<b>a</b>")), ".title", "markup_left_out"),
        (element("v", title=both("a" * 2001)), ".title", "text_shortened"),
        (element("v", title=both("Dag {w}")), ".title", "reference_left_out"),
        (element("v", title=["x"]), ".title", "wrong_shape"),
        ({"type": "text"}, "", "text_missing"),
        (element("v", "paneldynamic", templateElements=[]), "", "empty"),
        (element("v", "panel", elements=[]), "", "empty"),
        (element("v", visibleIf="{w} = "), ".visibleIf", "condition_unreadable"),
        (element("v", visibleIf="{geen} = 1"), ".visibleIf", "unknown_name"),
        (element("v", visibleIf="{w} = {w}"), ".visibleIf", "condition_beyond"),
        (element("v", visibleIf="{v} notempty"), ".visibleIf", "refused"),
    ],
)
def test_told(source: Content, path: str, code: str) -> None:
    """QU-1: What cannot be taken over is left out, and told at its place."""
    _document, remarks = outcome(survey(element("w"), source))
    assert (f"{E}[1]{path}", code) in remarks


@pytest.mark.parametrize("key", ["triggers", "calculatedValues", "completedHtml", "navigateToUrl"])
def test_told_of_the_survey(key: str) -> None:
    """QU-1: What the survey itself has and the portal has not is told."""
    assert outcome(survey(element("v"), **{key: ["x"]}))[1] == [(f"$.{key}", "left_out")]


@pytest.mark.parametrize(
    "expression, expected",
    [
        ("{v}", YES),
        ("!{v}", {"not": YES}),
        ("{v} = true AND {k} <> 'a'", {"all": [YES, {"not": {"question": "k", "is": {"const": "a"}}}]}),
        ("{v} == 'true' or {k} anyof ['a', \"b\"]", {"any": [YES, {"question": "k", "is": {"enum": ["a", "b"]}}]}),
        ("{m} contains 'A'", {"question": "m", "is": {"contains": {"const": "a"}}}),
        ("{m} allof ['a','b']", {"all": [{"question": "m", "is": {"contains": {"const": each}}} for each in "ab"]}),
        ("{m} noneof ['a','b']", {"not": {"question": "m", "is": {"contains": {"enum": ["a", "b"]}}}}),
        ("{m} = ['b','a']", {"question": "m", "is": {"const": ["a", "b"]}}),
        ("{m} notcontains 'a'", {"not": {"question": "m", "is": {"contains": {"const": "a"}}}}),
        ("{k} empty", {"not": {"question": "k", "is": {}}}),
        ("({k} notempty)", {"question": "k", "is": {}}),
        ("{n} >= -2.5", {"question": "n", "is": {"minimum": -2.5}}),
        ("3 < {n}", {"question": "n", "is": {"exclusiveMinimum": 3}}),
        ("{r} > 2", {"question": "r", "is": {"enum": ["3", "4", "5"]}}),
        ("{d} > '2026-01-31'", {"question": "d", "after": "2026-01-31"}),
        (
            "{d} <= '2026-01-31'",
            {"all": [{"question": "d", "is": {}}, {"not": {"question": "d", "after": "2026-01-31"}}]},
        ),
        ("{d} < today(-7)", {"question": "d", "before": "today-P7D"}),
        ("age({d}) < 18", {"question": "d", "after": "today-P18Y"}),
        (
            "age({d}) >= 18",
            {"all": [{"question": "d", "is": {}}, {"not": {"question": "d", "after": "today-P18Y"}}]},
        ),
        ("{t} = 'Jan (1)'", {"question": "t", "is": {"pattern": "^(?i:Jan \\(1\\))$"}}),
        ("{t} *= 'jan'", {"question": "t", "is": {"pattern": "(?i:jan)"}}),
        ("{t} = 12", {"question": "t", "is": {"const": "12"}}),
        ("{x.1} = 2", {"question": "x-1", "is": {"const": "2"}}),
        ("{k-Comment} notempty", {"question": "k-other", "is": {}}),
    ],
)
def test_conditions(expression: str, expected: Content) -> None:
    """QU-3: An expression becomes the condition that means the same."""
    asked = [
        element("v", "boolean"),
        element("k", "radiogroup", choices=["a", "b", "c"], showOtherItem=True),
        element("m", "checkbox", choices=["a", "b", "c"]),
        element("n", inputType="number", step=1),
        element("r", "rating"),
        element("d", inputType="date"),
        element("t"),
        element("x", "matrix", rows=[1], columns=[1, 2, 3]),
    ]
    found, remarks = questions(survey(*asked, element("z", visibleIf=expression)))
    assert found[-1] == {"id": "z", "type": "text", "visible_when": expected}
    assert {code for path, code in remarks if path.startswith(f"{E}[8]")} == set()


def test_joined_conditions() -> None:
    """QU-3: The conditions of panels around a question are joined with its own; titles of panels become notes."""
    inner = element("in", "panel", visibleIf="{w}", elements=[element("b", visibleIf="{a} notempty")])
    outer = {"type": "panel", "name": "uit", "visibleIf": "{v}", "elements": [element("a"), inner]}
    found, remarks = questions(survey(element("v", "boolean"), element("w", "boolean"), outer))
    w, answered = {"question": "w", "is": {"const": True}}, {"question": "a", "is": {}}
    assert found[2:] == [
        {"id": "a", "type": "text", "visible_when": YES},
        {"id": "in", "type": "note", "visible_when": {"all": [YES, w]}},
        {"id": "b", "type": "text", "visible_when": {"all": [YES, w, answered]}},
    ]
    assert remarks == [(f"{E}[2].name", "left_out")]


def test_rows() -> None:
    """QU-1: Tables and panels that grow become rows; their conditions may name the columns of the row."""
    column = {"name": "soort", "cellType": "dropdown", "choices": CHOICES, "title": both("Soort")}
    matrix = element("m", "matrixdynamic", columns=[column], minRowCount=1, maxRowCount=3)
    inner = [element("soort"), element("rest", visibleIf="{panel.soort} = 'x1'")]
    panels = element("p", "paneldynamic", templateElements=[*inner, element("q", "matrixdynamic", columns=[column])])
    after = element("na", visibleIf="{m} notempty and {m.soort} = 'a'")
    found, remarks = questions(survey(matrix, panels, after))
    condition = {"question": "p-soort", "is": {"pattern": "^(?i:x1)$"}}
    assert found == [
        {
            "id": "m",
            "type": "rows",
            "schema": {"minItems": 1, "maxItems": 3},
            "columns": [{"id": "soort", "type": "choice", "options": CHOICES}],
        },
        {
            "id": "p",
            "type": "rows",
            "columns": [{"id": "p-soort", "type": "text"}, {"id": "rest", "type": "text", "visible_when": condition}],
        },
        {"id": "na", "type": "text"},
    ]
    assert [each for each in remarks if each[1] != "language_missing"] == [
        (f"{E}[1].templateElements[0].name", "id_changed"),
        (f"{E}[1].templateElements[2]", "nested"),
        (f"{E}[2].visibleIf", "unknown_name"),
    ]


def test_tables() -> None:
    """QU-1: A table with fixed rows becomes a question for each cell; a ranking asks for the place of each option."""
    matrix = element("m", "matrix", rows=["r"], columns=CHOICES, isAllRowRequired=True)
    cells = element(
        "c", "matrixdropdown", rows=["r"], choices=CHOICES, columns=[{"name": "k"}, {"name": "t", "cellType": "text"}]
    )
    lines = element("l", "multipletext", items=[{"name": "een"}, {"name": "twee", "inputType": "email"}])
    found, remarks = questions(survey(matrix, cells, lines, element("o", "ranking", choices=CHOICES)))
    assert found == [
        {"id": "m-r", "type": "choice", "required": True, "options": CHOICES},
        {"id": "c-r-k", "type": "choice", "options": CHOICES},
        {"id": "c-r-t", "type": "text"},
        {"id": "l-een", "type": "text"},
        {"id": "l-twee", "type": "email"},
        {"id": "o-a", "type": "choice", "options": ["1", "2"]},
        {"id": "o-b", "type": "choice", "options": ["1", "2"]},
    ]
    assert (f"{E}[3]", "order_asked") in remarks


def test_special_options() -> None:
    """QU-1: "Other" gets a text beside it; "none of these" and the like stand alone."""
    choices: list[Any] = ["a", {"value": "z", "isExclusive": True}]
    asked = element("m", "checkbox", choices=choices, showOtherItem=True, otherText=both("Anders"), showNoneItem=True)
    found, remarks = questions(survey(asked))
    alone = {"if": {"contains": {"enum": ["z", "none"]}}, "then": {"maxItems": 1}}
    assert found == [
        {"id": "m", "type": "choices", "schema": alone, "options": ["a", "z", "none", "other"]},
        {"id": "m-other", "type": "text", "required": True, "beside": {"question": "m", "option": "other"}},
    ]
    assert {code for _path, code in remarks} == {"language_missing"}


def test_rules() -> None:
    """QU-3: A validator with an expression becomes a rule of the page, which a hidden question need not meet."""
    checks = [{"type": "expression", "expression": "{n} > 3", "text": both("Meer dan drie.")}]
    asked = element("n", inputType="number", step=1, visibleIf="{v}", validators=checks)
    document, remarks = outcome(survey(element("v", "boolean"), asked))
    more = {"question": "n", "is": {"exclusiveMinimum": 3}}
    texts = {"nl": "Meer dan drie.", "en": "Meer dan drie. (en)"}
    assert document["pages"][0]["must_hold"] == [{"when": {"any": [{"not": YES}, more]}, "texts": texts}]
    assert remarks == []


def test_names() -> None:
    """QU-1: Ids are valid and used once; a condition on a name that two questions have means the first."""
    asked = [element("Naam!"), element("naam"), element("naam"), element("1e"), element("é" * 100)]
    found, remarks = questions(survey(*asked, element("z", visibleIf="{naam} notempty")))
    assert [each["id"] for each in found] == ["naam", "naam-2", "naam-3", "v-1e", "e" * 64, "z"]
    assert found[-1]["visible_when"] == {"question": "naam-2", "is": {}}
    assert [path for path, code in remarks if code == "id_changed"] == [f"{E}[{number}].name" for number in range(5)]


def test_texts() -> None:
    """PR-1: Texts are in both languages; an answer of an earlier page stands in them by its new id."""
    first = {"name": "a", "title": both("A"), "elements": [element("Uw naam")]}
    second = {
        "title": both("B"),
        "description": both("Dag {Uw naam}"),
        "elements": [element("v", description=both("Zie {v}"))],
    }
    document, remarks = outcome({"title": "Intake", "pages": [first, second]})
    assert document["texts"] == {"nl": {"title": "Intake"}, "en": {"title": "Intake"}}
    assert document["pages"][1]["texts"]["nl"] == {"title": "B", "intro": "Dag {uw-naam}"}
    assert document["pages"][1]["questions"][0]["texts"]["nl"] == {"label": "v", "help": "Zie (v)"}
    assert remarks == [
        ("$.pages[0].elements[0].name", "id_changed"),
        ("$.pages[1].elements[0].description", "reference_left_out"),
        ("$.title", "language_missing"),
    ]


@pytest.mark.parametrize("more, language", [({}, "nl"), ({"locale": "nl-NL"}, "en")])
def test_one_language(more: Content, language: str) -> None:
    """PR-1: A language that no text has is told once; without a word on it, the texts are English."""
    source = {"title": "A", "elements": [{"type": "text", "name": "v", "title": "V"}], **more}
    made = imported(json.dumps(source))
    told = [each for each in made.remarks if each.code == "language_missing"]
    assert [(each.path, each.params) for each in told] == [("$", {"language": language})]
    assert f"“{language}”" in told[0].sentence(Language.DUTCH)
    assert f"“{language}”" in told[0].sentence(Language.ENGLISH)


def test_language_of_the_caller() -> None:
    """PR-1: The caller can say in which language the texts are, and which id the questionnaire gets."""
    document, remarks = outcome(
        {"title": "A", "elements": [element("v", title="V")]}, id="intake", language=Language.DUTCH
    )
    assert (document["id"], remarks) == ("intake", [("$", "language_missing")])
