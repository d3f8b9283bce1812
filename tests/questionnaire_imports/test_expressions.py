"""The expressions of SurveyJS: how they are read, and that conditions mean what they mean."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain.questionnaires.conditions import holds
from klantportaal.questionnaire_imports.surveyjs.expressions import (
    BRACKETS_LIMIT,
    LENGTH_LIMIT,
    Binary,
    Call,
    Combined,
    Emptiness,
    Listed,
    Literal,
    Name,
    Negated,
    Node,
    Unreadable,
    parse,
)
from tests.questionnaire_imports.given import definition, element, survey

TODAY = date(2026, 1, 5)
A, B = Name("a"), Name("b")
ONE = Literal(Decimal(1))


@pytest.mark.parametrize(
    "text, expected",
    [
        ("{a}", A),
        ("{ Uw naam }", Name("Uw naam")),
        ("'it\\'s'", Literal("it's")),
        ('"x y"', Literal("x y")),
        ("''", Literal("")),
        ("word", Literal("word")),
        ("true", Literal(True)),
        ("FALSE", Literal(False)),
        ("null", Literal(None)),
        ("0x10", Literal(Decimal(16))),
        ("-1.50", Literal(Decimal("-1.50"))),
        ("['a', 1]", Listed([Literal("a"), ONE])),
        ("[]", Listed([])),
        ("today(1)", Call("today", [ONE])),
        ("f({a}, {b})", Call("f", [A, B])),
        ("!{a}", Negated(A)),
        ("! ! {a}", Negated(Negated(A))),
        ("{a} empty", Emptiness(A, True)),
        ("{a} NotEmpty", Emptiness(A, False)),
        ("{a} =< 1", Binary("<=", A, ONE)),
        ("{a} => 1", Binary(">=", A, ONE)),
        ("{a}<>1", Binary("!=", A, ONE)),
        ("{a} equals 1", Binary("=", A, ONE)),
        ("{a} *= 1", Binary("contains", A, ONE)),
        ("{a} contain 1", Binary("contains", A, ONE)),
        ("{a} or {b} and {a}", Combined("or", [A, Combined("and", [B, A])])),
        ("({a} || {b}) && {a}", Combined("and", [Combined("or", [A, B]), A])),
        ("{a} and {b} and {a}", Combined("and", [A, B, A])),
        ("{a} + 1 > {b} * 1", Binary(">", Binary("+", A, ONE), Binary("*", B, ONE))),
        ("{a} - 1 - 1", Binary("-", Binary("-", A, ONE), ONE)),
    ],
)
def test_parse(text: str, expected: Node) -> None:
    """QU-3: Each construct of the grammar, and which operator is the stronger."""
    assert parse(text) == expected


@pytest.mark.parametrize(
    "text, position",
    [
        ("", 1),
        ("   ", 4),
        ("{a", 1),
        ("{}", 1),
        ("'a", 1),
        ("{a} =", 6),
        ("= 1", 1),
        ("({a}", 5),
        ("{a})", 4),
        ("[1", 3),
        ("[1 2]", 4),
        ("f(1,", 5),
        ("{a} {b}", 5),
        ("1.2.3", 1),
        ("{a} ; 1", 5),
        ("(" * 10_000, BRACKETS_LIMIT + 2),
        ("!" * 10_000, BRACKETS_LIMIT + 2),
        ("f(" * 9_000, 2 * BRACKETS_LIMIT + 3),
        ("a" * (LENGTH_LIMIT + 1), LENGTH_LIMIT + 1),
    ],
)
def test_unreadable(text: str, position: int) -> None:
    """QU-3: What is no expression is refused at the character that is wrong, however deep its brackets are."""
    with pytest.raises(Unreadable) as refused:
        parse(text)
    assert refused.value.position == position


@pytest.mark.parametrize("text", ["{a}" + " + 1" * 1_000, "{a}" + " empty" * 1_000, "{a}" + " = 1" * 1_000])
def test_long_chains(text: str) -> None:
    """QU-3: A chain of operators that take the outcome of the one before is refused before it is too deep."""
    with pytest.raises(Unreadable):
        parse(text)
    assert parse(" or ".join(["{a}"] * 2_000)) == Combined("or", [A] * 2_000)


# ------------------------------------------------------------------ meaning
ASKED = survey(
    element("b", "boolean"),
    element("k", "radiogroup", choices=["x", "Y z", 3]),
    element("m", "checkbox", choices=["x", "y", "z"]),
    element("n", inputType="number", step=1),
    element("p", inputType="number", step=0.01),
    element("d", inputType="date"),
    element("t"),
)
DAYS = ["2025-12-31", "2026-01-05", "2026-02-01"]
ANSWERS: Mapping[str, st.SearchStrategy[Any]] = {
    "b": st.booleans(),
    "k": st.sampled_from(["x", "Y z", 3]),
    "m": st.lists(st.sampled_from(["x", "y", "z"]), min_size=1, unique=True).map(sorted),
    "n": st.integers(-2, 4),
    "p": st.integers(-200, 400).map(lambda cents: cents / 100),
    "d": st.sampled_from(DAYS),
    "t": st.sampled_from(["Jan", "jan", "Piet Jan", "12"]),
}
ORDER = ["=", "!=", "<", "<=", ">", ">="]
COMPARISONS = st.one_of(
    st.tuples(st.just("b"), st.sampled_from(["=", "!="]), st.booleans()),
    st.tuples(st.just("k"), st.sampled_from(["=", "!="]), st.sampled_from(["x", "y Z", "3", 3])),
    st.tuples(
        st.just("k"), st.sampled_from(["anyof", "noneof"]), st.lists(st.sampled_from(["x", "y z", 3]), min_size=1)
    ),
    st.tuples(
        st.just("m"),
        st.sampled_from(["anyof", "allof", "noneof", "contains", "notcontains"]),
        st.lists(st.sampled_from(["x", "Y", "z"]), min_size=1, unique=True),
    ),
    st.tuples(st.just("m"), st.sampled_from(["=", "!="]), st.permutations(["x", "y"]).map(list)),
    st.tuples(st.sampled_from(["n", "p"]), st.sampled_from(ORDER), st.integers(-2, 4)),
    st.tuples(st.just("p"), st.sampled_from(ORDER), st.sampled_from([0.25, -1.5])),
    st.tuples(st.just("d"), st.sampled_from(ORDER), st.sampled_from(DAYS)),
    st.tuples(
        st.just("t"),
        st.sampled_from(["=", "!=", "contains", "notcontains"]),
        st.sampled_from(["JAN", "12", "piet jan"]),
    ),
    st.tuples(st.sampled_from([*ANSWERS]), st.sampled_from(["empty", "notempty"]), st.none()),
)
TREES = st.recursive(
    COMPARISONS,
    lambda inner: st.tuples(st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3)),
    max_leaves=6,
)


def written(tree: Any) -> str:
    """Write a tree as an expression."""
    if tree[0] in ("and", "or") and len(tree) == 2:
        return f" {tree[0]} ".join(f"({written(each)})" for each in tree[1])
    name, operator, value = tree
    return f"{{{name}}} {operator}" + ("" if value is None else f" {value_written(value)}")


def value_written(value: Any) -> str:
    """Write a value as SurveyJS does."""
    if isinstance(value, list):
        return f"[{', '.join(map(value_written, value))}]"
    return str(value).lower() if isinstance(value, (bool, int, float)) else f"'{value}'"


def means(tree: Any, answers: Mapping[str, Any]) -> bool:
    """Tell whether a tree holds, as the functions of SurveyJS's ``OperandMaker`` have it."""
    if tree[0] in ("and", "or") and len(tree) == 2:
        parts = [means(each, answers) for each in tree[1]]
        return all(parts) if tree[0] == "and" else any(parts)
    name, operator, value = tree
    answer = answers.get(name)
    if operator in ("empty", "notempty"):
        return bool((answer is None) == (operator == "empty"))
    if operator in ("!=", "notcontains", "noneof"):
        positive = {"!=": "=", "notcontains": "contains", "noneof": "anyof"}[operator]
        return not means((name, positive, value), answers)
    return answer is not None and compares(answer, operator, value)


def compares(answer: Any, operator: str, value: Any) -> bool:
    """Compare an answer with a value."""
    if operator == "contains" and isinstance(answer, str):
        return str(value).lower() in answer.lower()
    if operator in ("contains", "allof"):
        return all(among(each, answer) for each in value)
    if operator == "anyof":
        return any(among(each, answer if isinstance(answer, list) else [answer]) for each in value)
    if operator == "=":
        return sorted(answer) == sorted(value) if isinstance(answer, list) else among(value, [answer])
    return bool({"<": answer < value, "<=": answer <= value, ">": answer > value, ">=": answer >= value}[operator])


def among(value: Any, answers: Sequence[Any]) -> bool:
    """Tell whether a value is among answers, whatever its case and type."""
    return any(plain(value) == plain(each) for each in answers)


def plain(value: Any) -> str:
    """Write a value without its type and case."""
    return str(float(value)) if str(value).lstrip("-").replace(".", "").isdecimal() else str(value).lower()


def stored(name: str, answer: Any) -> Any:
    """Give an answer as the portal stores it."""
    if name == "k":
        return {"x": "x", "Y z": "Y-z", 3: "3"}[answer]
    return round(answer * 100) if name == "p" else answer


@given(tree=TREES, answers=st.fixed_dictionaries({}, optional=dict(ANSWERS)))
def test_meaning(tree: Any, answers: Mapping[str, Any]) -> None:
    """QU-3: A condition holds for exactly the answers for which the expression holds."""
    source = {**ASKED, "pages": [*ASKED["pages"], {"name": "z", "elements": [element("z", visibleIf=written(tree))]}]}
    condition = definition(source).pages[1].questions[0].visible_when
    if condition is not None:  # What holds for every answer, or none, is left out and told: test_told.
        found = holds(condition, {name: stored(name, each) for name, each in answers.items()}, as_of=TODAY)
        assert found == means(tree, answers)
