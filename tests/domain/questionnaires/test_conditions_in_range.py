"""Conditions beyond what their questions accept, and conditions that contradict each other."""

import json
from datetime import timedelta
from itertools import chain
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain.errors import FaultCode
from klantportaal.domain.questionnaires import publishing
from klantportaal.domain.questionnaires.condition_checks import empty_conditions
from klantportaal.domain.questionnaires.conditions import holds
from klantportaal.domain.questionnaires.definition_builder import condition_of
from klantportaal.testing.filling_in import TODAY
from klantportaal.testing.questionnaires import Content, page, question, questionnaire
from tests.domain.questionnaires.given import publishing_faults

COLUMNS = [
    question("naam", schema={"maxLength": 20}),
    question("deel", "percentage", schema={"minimum": 1, "maximum": 10_000}),
    question("ja", "boolean"),
    question("kopie", "file"),
]
ASKED = [
    question("n", "integer", schema={"minimum": 0, "exclusiveMaximum": 11}),
    question("m", "integer"),
    question("dag", "date", earliest="2000-01-01", latest="today"),
    question("dag2", "date"),
    question("tekst", schema={"minLength": 2, "maxLength": 5, "pattern": "^[a-z]+$"}),
    question("adres", "address"),
    question("rijen", "rows", columns=COLUMNS, schema={"minItems": 2, "maxItems": 5}),
    question("stukken", "file"),
]


def document(condition: object) -> Content:
    """Give a questionnaire of which the second page has a condition."""
    return questionnaire("vragen", page("een", *ASKED), page("twee", question("slot"), visible_when=condition))


def of(id: str, **comparison: object) -> Content:
    """Compare the answer to a question."""
    return {"question": id, **comparison}


def is_(id: str, **schema: object) -> Content:
    """Compare the answer to a question with a schema."""
    return {"question": id, "is": schema}


ABSURD = [
    (is_("n", **{"not": True}), "never_true", ""),
    (is_("n", anyOf=[True, {"minimum": 3}]), "always_true", ".is"),
    (is_("n", minimum=11), "never_true", ""),
    (is_("n", maximum=-1), "never_true", ""),
    (is_("n", const=11), "never_true", ".is.const"),
    (is_("n", enum=[1, 11]), "never_true", ".is.enum"),
    (is_("n", minimum=0), "always_true", ".is"),
    (is_("n", maximum=10), "always_true", ".is"),
    (is_("n", multipleOf=0.5), "always_true", ".is.multipleOf"),
    (is_("n", type="integer"), "always_true", ".is"),
    (is_("n", anyOf=[{"minimum": 5}, {"maximum": 6}]), "always_true", ".is"),
    (is_("n", **{"not": {"minimum": 0}}), "never_true", ""),
    ({"all": [is_("n", minimum=5), is_("n", maximum=4)]}, "never_true", ""),
    ({"any": [is_("n", minimum=4), is_("n", maximum=5)]}, "always_true", ""),
    ({"all": [is_("n", const=4), is_("n", const=5)]}, "never_true", ""),
    ({"any": [is_("m", const=4), {"not": {"all": [is_("m", minimum=4), is_("m", maximum=4)]}}]}, "always_true", ""),
    (of("dag", before="2000-01-01"), "never_true", ""),
    (of("dag", after="1999-12-31"), "always_true", ".after"),
    (of("dag", after="today"), "never_true", ""),
    (of("dag", before="today+P1D"), "always_true", ".before"),
    (of("dag2", before="1900-01-01"), "never_true", ""),
    (is_("dag", const="1999-12-31"), "never_true", ""),
    ({"all": [of("dag", before="2010-01-01"), of("dag", after="2010-01-01")]}, "never_true", ""),
    ({"any": [of("dag2", before="today-P18Y"), of("dag2", after="today-P19Y")]}, "always_true", ""),
    ({"any": [of("dag2", before="today"), of("dag2", after="today-P1D")]}, "always_true", ""),
    ({"all": [of("n", at_least={"question": "m"}), {"not": of("n", at_least={"question": "m"})}]}, "never_true", ""),
    ({"all": [of("dag", before={"question": "dag2"}), of("dag", after={"question": "dag2"})]}, "never_true", ""),
    (is_("tekst", minLength=6), "never_true", ".is.minLength"),
    (is_("tekst", minLength=2), "always_true", ".is.minLength"),
    (is_("tekst", maxLength=1), "never_true", ".is.maxLength"),
    (is_("tekst", maxLength=5), "always_true", ".is.maxLength"),
    (is_("tekst", const="ABC"), "never_true", ".is.const"),
    (is_("tekst", title="Naam"), "always_true", ".is"),
    ({"all": [is_("tekst", const="aa"), is_("tekst", const="bb")]}, "never_true", ""),
    (is_("adres", type="object"), "always_true", ".is"),
    (is_("rijen", minItems=2), "always_true", ".is.minItems"),
    (of("rijen", count={"const": 0}), "never_true", ""),
    (of("rijen", count={"minimum": 6}), "never_true", ""),
    (of("rijen", count={"minimum": 2}), "always_true", ".count"),
    (of("rijen", count={"const": "2"}), "never_true", ""),
    (of("rijen", count={"minimum": 0}, where=is_("ja", const=True)), "always_true", ".count"),
    ({"all": [of("rijen", count={"minimum": 4}), of("rijen", count={"maximum": 3})]}, "never_true", ""),
    (of("rijen", sum="deel", **{"is": {"minimum": 0}}), "always_true", ".is"),
    (of("rijen", sum="deel", **{"is": {"const": "100"}}), "never_true", ""),
    (of("rijen", sum="deel", **{"is": {"minimum": 1_000_001}}), "never_true", ""),
    (of("rijen", some=is_("deel", minimum=0)), "always_true", ".some.is"),
    (of("rijen", every=is_("naam", minLength=21)), "never_true", ".every.is.minLength"),
    (of("rijen", unique="kopie"), "keyword_misfit", ".unique"),
]


@pytest.mark.parametrize("condition,code,path", ABSURD)
def test_absurd(condition: Content, code: str, path: str) -> None:
    """QU-3: what no answer meets, or every one, is refused: the schema and the days of the question are known."""
    assert publishing_faults(document(condition)) == [(code, f"$.pages[1].visible_when{path}")]


SENSIBLE = [
    is_("n", minimum=1),
    is_("n", maximum=9),
    is_("n", minimum=10),
    is_("n", multipleOf=2),
    {"all": [is_("n", minimum=4), is_("n", maximum=4)]},
    {"any": [is_("n", minimum=5), is_("n", maximum=3)]},
    {"not": is_("n", const=0)},
    is_("n"),
    of("dag", before="2000-01-02"),
    of("dag", after="2000-01-01"),
    of("dag", before="today"),
    of("dag2", after="today"),
    is_("dag", const="2000-01-01"),
    {"all": [of("dag", after="2005-01-01"), of("dag", before="today-P18Y")]},
    {"all": [of("dag2", before="today-P1M"), of("dag2", after="today-P30D")]},  # Only in March.
    {"any": [of("dag", before={"question": "dag2"}), of("dag", after={"question": "dag2"})]},
    {"all": [of("n", at_least={"question": "m"}), of("n", at_most={"question": "m"})]},
    is_("tekst", minLength=5),
    is_("tekst", maxLength=2),
    is_("tekst", const="aa"),
    {"any": [is_("tekst", const="aa"), is_("tekst", pattern="^b")]},
    of("rijen", count={"minimum": 3}),
    of("rijen", count={}),
    of("rijen", count={"const": 0}, where=is_("ja", const=True)),
    {"not": of("rijen", count={"minimum": 3})},
    of("rijen", sum="deel", **{"is": {"const": 10_000}}),
    of("rijen", some=is_("deel", minimum=2)),
    {"all": [of("rijen", count={"const": 2}), of("rijen", sum="deel", **{"is": {"const": 10_000}})]},
    of("rijen", unique="naam"),
]


@pytest.mark.parametrize("condition", SENSIBLE)
def test_sensible(condition: Content) -> None:
    """QU-3: a condition that some answers meet and others do not is taken."""
    publishing.read(json.dumps(document(condition)))


# ------------------------------------------------------------------ against all answers
def trees(leaves: st.SearchStrategy[Content]) -> st.SearchStrategy[Content]:
    """Make conditions of comparisons."""
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3).map(lambda each: {"all": each}),
            st.lists(inner, min_size=1, max_size=3).map(lambda each: {"any": each}),
            inner.map(lambda each: {"not": each}),
        ),
        max_leaves=5,
    )


BOUNDS = st.dictionaries(
    st.sampled_from(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "const"]),
    st.integers(-3, 9),
    min_size=1,
    max_size=2,
)
DAYS = [TODAY + timedelta(days=each) for each in range(-6, 7)]


@st.composite
def numbers(draw: st.DrawFn) -> tuple[Content, list[Any]]:
    """Make a number with a schema, and all of its answers."""
    low = draw(st.integers(-2, 4))
    high = low + draw(st.integers(0, 5))
    return question("x", "integer", schema={"minimum": low, "maximum": high}), list(range(low, high + 1))


@st.composite
def days(draw: st.DrawFn) -> tuple[Content, list[Any]]:
    """Make a date of a few days from today, and all of its answers."""
    low = draw(st.integers(-3, 2))
    high = low + draw(st.integers(0, 3))
    asked = question("x", "date", earliest=_from_today(low), latest=_from_today(high))
    return asked, [(TODAY + timedelta(days=each)).isoformat() for each in range(low, high + 1)]


def _from_today(days: int) -> str:
    return f"today{'-' if days < 0 else '+'}P{abs(days)}D"


def about_days(day: int, key: str) -> Content:
    """Compare with a day."""
    return of("x", **{key: _from_today(day)})


@given(
    st.one_of(
        st.tuples(numbers(), trees(BOUNDS.map(lambda each: is_("x", **each)))),
        st.tuples(days(), trees(st.builds(about_days, st.integers(-5, 5), st.sampled_from(["before", "after"])))),
    )
)
def test_against_all_answers(drawn: tuple[tuple[Content, list[Any]], Content]) -> None:
    """QU-3: a part of a condition is refused if and only if it is true, or false, for all answers and for none."""
    (asked, answers), condition = drawn
    found = {(fault.field, fault.code) for fault in empty_conditions(condition, "", {"x": asked}, set())}
    states: list[dict[str, Any]] = [{}, *({"x": each} for each in answers)]
    for path, part in parts(condition):
        held = [holds(condition_of(part), state, as_of=TODAY) for state in states]
        code = FaultCode.ALWAYS_TRUE if all(held) else FaultCode.NEVER_TRUE
        if len(set(held)) == 1:
            assert any(field is not None and field.startswith(path) for field, _code in found)
        else:
            assert (path, code) not in found or (path == "" and held == [False, *[True] * len(answers)])


def parts(tree: Content, path: str = "") -> list[tuple[str, Content]]:
    """Give a condition and the conditions in it, with their paths."""
    inner = [
        (f"{path}.{key}[{number}]", each) for key in ("all", "any") for number, each in enumerate(tree.get(key, ()))
    ]
    inner += [(f"{path}.not", tree["not"])] if "not" in tree else []
    return [(path, tree), *chain.from_iterable(parts(each, at) for at, each in inner)]
