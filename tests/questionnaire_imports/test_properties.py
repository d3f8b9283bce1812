"""Over generated sources: what comes out publishes, and each part of the source is in it or in the report."""

import json
import re
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain.errors import FaultCode, Refused
from klantportaal.domain.questionnaires.schema_checks import step
from klantportaal.questionnaires import imported, read
from tests.questionnaire_imports.given import Content, translated

NAMES = st.sampled_from(["a", "b", "Uw naam", "c-d", "1", "é", "a" * 70])
VALUES = st.sampled_from(["a", "b", "ja", 1, 2, True, "x y", ""])
EXPRESSIONS = st.sampled_from(
    [
        *(
            "{a} = 'a'",
            "{b} > 1 and {a} notempty",
            "{panel.a} = 1",
            "!{1}",
            "{Uw naam} contains 'x'",
            "{a} = ",
            "{zz} = 1",
        ),
        *(
            "{a} anyof ['a', 1]",
            "age({b}) >= 18",
            "{a} + 1 > 2",
            "{b} < today()",
            "({a} empty or {a} = 2)",
            "{c-d} = true",
        ),
    ]
)
UNKNOWN = ("onbekend", "enableIf", "defaultValue", "width", "triggers")
"""Properties that no question of the portal has."""


@st.composite
def texts(draw: st.DrawFn) -> Any:
    """Draw a text of SurveyJS with a word of its own."""
    word = f"woord{draw(st.integers(0, 10**9))}"
    return draw(st.sampled_from([word, f"<b>{word}</b>", {"default": word}, {"nl": word, "en": word, "de": "x"}]))


@st.composite
def elements(draw: st.DrawFn, depth: int = 2) -> Content:
    """Draw an element of SurveyJS."""
    kinds = [
        *(
            "text",
            "comment",
            "radiogroup",
            "checkbox",
            "dropdown",
            "tagbox",
            "boolean",
            "file",
            "rating",
            "imagepicker",
        ),
        *("ranking", "signaturepad", "matrix", "multipletext", "html"),
        *(("panel", "paneldynamic", "matrixdynamic", "matrixdropdown") if depth else ()),
    ]
    kind = draw(st.sampled_from(kinds))
    made: dict[str, Any] = {"type": kind, "name": draw(NAMES), "title": draw(texts()), "html": draw(texts())}
    optional: dict[str, st.SearchStrategy[Any]] = {
        "visibleIf": EXPRESSIONS,
        "isRequired": st.booleans(),
        "description": texts(),
        "inputType": st.sampled_from(["number", "date", "email", "url", "text"]),
        "min": st.sampled_from([1, "2020-01-31", -5, "x"]),
        "maxLength": st.integers(-1, 1000),
        "choices": st.lists(VALUES, max_size=4),
        "columns": st.lists(st.fixed_dictionaries({"name": NAMES}), max_size=3),
        "rows": st.lists(VALUES, max_size=2),
        "items": st.lists(st.fixed_dictionaries({"name": NAMES}), max_size=2),
        "validators": st.lists(
            st.fixed_dictionaries(
                {"type": st.sampled_from(["regex", "numeric", "text", "expression", "email"])},
                optional={
                    "regex": st.sampled_from(["^a+$", "(?=a)", "("]),
                    "minValue": st.integers(-3, 3),
                    "minLength": st.integers(-1, 600),
                    "expression": EXPRESSIONS,
                    "text": texts(),
                },
            ),
            max_size=2,
        ),
        **{key: st.just("x") for key in UNKNOWN},
    }
    made |= draw(st.fixed_dictionaries({}, optional=optional))
    if kind in ("panel", "paneldynamic"):
        made["elements" if kind == "panel" else "templateElements"] = draw(
            st.lists(elements(depth=depth - 1), max_size=3)
        )
    return made


SURVEYS = st.fixed_dictionaries(
    {
        "title": texts(),
        "pages": st.lists(
            st.fixed_dictionaries(
                {"name": NAMES, "elements": st.lists(elements(), max_size=4)}, optional={"visibleIf": EXPRESSIONS}
            ),
            min_size=1,
            max_size=3,
        ),
    },
    optional={key: st.just("x") for key in UNKNOWN},
)


@st.composite
def items(draw: st.DrawFn, depth: int = 2) -> Content:
    """Draw an item of FHIR."""
    kinds = [
        "string",
        "text",
        "boolean",
        "integer",
        "decimal",
        "date",
        "choice",
        "open-choice",
        "coding",
        "attachment",
        "url",
    ]
    kinds += ["display", "reference", "quantity", "time", "group", "group"]
    word = f"woord{draw(st.integers(0, 10**9))}"
    made: dict[str, Any] = {"linkId": draw(NAMES), "type": draw(st.sampled_from(kinds)), "text": word}
    when: dict[str, st.SearchStrategy[Any]] = {
        "question": NAMES,
        "operator": st.sampled_from(["=", "!=", "exists", ">", "<="]),
    }
    answers: dict[str, st.SearchStrategy[Any]] = {
        "answerBoolean": st.booleans(),
        "answerInteger": st.integers(0, 3),
        "answerString": st.sampled_from("ab"),
    }
    optional: dict[str, st.SearchStrategy[Any]] = {
        "_text": st.builds(translated, st.just(word)),
        "required": st.booleans(),
        "repeats": st.booleans(),
        "maxLength": st.integers(-1, 1000),
        "answerOption": st.lists(
            st.fixed_dictionaries({"valueString": st.sampled_from(["a", "b", "x y"])}), max_size=3
        ),
        "enableWhen": st.lists(
            st.one_of([st.fixed_dictionaries({**when, key: each}) for key, each in answers.items()]), max_size=2
        ),
        "initial": st.just([{"valueString": "x"}]),
        "prefix": st.just("1."),
    }
    made |= draw(st.fixed_dictionaries({}, optional=optional))
    if depth and draw(st.booleans()):
        made["item"] = draw(st.lists(items(depth=depth - 1), max_size=3))
    return made


FORMS = st.fixed_dictionaries(
    {
        "resourceType": st.just("Questionnaire"),
        "title": st.just("woord"),
        "item": st.lists(items(), min_size=1, max_size=4),
    },
    optional={"purpose": st.just("x"), "onbekend": st.just("x")},
)


def checked(source: Content) -> None:
    """Check that what comes of a source publishes, and that each part of it is there or told."""
    try:
        made = imported(json.dumps(source))
    except Refused as refused:
        if [each.code for each in refused.faults] != [FaultCode.MISSING]:
            raise
        return
    read(made.document)
    told = {each.path for each in made.remarks}
    for path, key, value in parts(source, "$"):
        if any(each == path or path.startswith((f"{each}.", f"{each}[")) for each in told if each != "$"):
            continue
        assert key not in (*UNKNOWN, "initial", "prefix", "purpose")
        for word in re.findall(r"woord[0-9]*", value) if isinstance(value, str) else ():
            assert f"{word}" in made.document, (path, word)


def parts(content: Any, path: str, key: str = "") -> Iterator[tuple[str, str, Any]]:
    """Give each value within a source with its path and key."""
    yield path, key, content
    if isinstance(content, dict):
        for name, each in content.items():
            yield from parts(each, step(path, name), name)
    elif isinstance(content, list):
        for number, each in enumerate(content):
            yield from parts(each, f"{path}[{number}]", key)


@given(source=SURVEYS)
def test_surveyjs(source: Content) -> None:
    """QU-1: What comes of a survey publishes; each text is in it or told, as is what has no counterpart."""
    checked(source)


@given(source=FORMS)
def test_fhir(source: Content) -> None:
    """QU-1: The same for a Questionnaire of FHIR."""
    checked(source)
