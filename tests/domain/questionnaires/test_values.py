"""Values between questions: one answer against another, values that are computed, and defaults."""

import json
from datetime import date, timedelta
from decimal import Decimal, localcontext
from functools import partial
from typing import Any

import attrs
import pytest
from babel.numbers import format_currency
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.adapters.figures import locale_of
from klantportaal.domain.errors import FaultCode
from klantportaal.domain.questionnaires import answering, results
from klantportaal.domain.questionnaires.answering import Answering
from klantportaal.domain.questionnaires.assignments import AssignmentState
from klantportaal.domain.questionnaires.conditions import holds
from klantportaal.domain.questionnaires.defaults import as_stored
from klantportaal.domain.questionnaires.definition import After, Not, QuestionType
from klantportaal.domain.questionnaires.number_texts import euros
from klantportaal.domain.questionnaires.page_schemas import page_schema
from klantportaal.domain.questionnaires.projection import asked, project
from klantportaal.domain.questionnaires.replies import tidied
from klantportaal.domain.values import Language
from klantportaal.testing.filling_in import RUBBISH, TODAY, published
from klantportaal.testing.questionnaires import Content, page, question, questionnaire
from tests.domain.given import fault, refusal
from tests.domain.questionnaires.given import assigned, definition, publishing_faults

Q = "$.pages[0].questions"
PRICE, MORTGAGE = question("koopsom", "amount"), question("hypotheek", "amount")
TOO_HIGH = {"nl": "Hoger dan de koopsom.", "en": "Higher than the price."}


def against(one: str, order: str, other: str) -> Content:
    """Make a condition that compares two answers."""
    return {"question": one, order: {"question": other}}


# ------------------------------------------------------------------ one answer against another
BOUGHT = definition(
    PRICE,
    MORTGAGE,
    question("eigen", visible_when={"not": against("hypotheek", "at_least", "koopsom")}),
    must_hold=[{"when": against("hypotheek", "at_most", "koopsom"), "texts": TOO_HIGH}],
)


def saved(of: Any, submitted: dict[str, Any]) -> Answering:
    """Save the only page of a questionnaire."""
    return answering.save(of, Answering(as_of=TODAY), "pagina", submitted, version=0)


def test_against() -> None:
    """QU-3: a rule and a question's visibility may compare two answers."""
    shown = {
        mortgage: answering.view(BOUGHT, saved(BOUGHT, {"koopsom": 200, "hypotheek": mortgage, "eigen": "x"})).answers
        for mortgage in (100, 200)
    }
    assert shown == {
        100: {"koopsom": 200, "hypotheek": 100, "eigen": "x"},
        200: {"koopsom": 200, "hypotheek": 200},
    }
    too_high = [fault(FaultCode.MUST_HOLD, "pagina", number=0)]
    for submitted in ({"koopsom": 200, "hypotheek": 201}, {"koopsom": 200}, {"hypotheek": 200}):
        assert refusal(partial(saved, BOUGHT, submitted)) == too_high


def test_against_hidden() -> None:
    """QU-3, property 4: a comparison with a hidden answer is false, whatever that answer was."""
    asked = [question("a", "boolean"), question("b", "integer", visible_when={"question": "a", "is": {"const": True}})]
    later = [question("c", "integer"), question("d", visible_when=against("c", "at_least", "b"))]
    of = definition(*asked, *later)
    shown = [
        [each.id for each in answering.view(of, Answering(as_of=TODAY, raw=raw)).pages[0].questions]
        for raw in ({"a": True, "b": 1, "c": 2}, {"a": False, "b": 1, "c": 2}, {"a": True, "c": 2})
    ]
    assert shown == [["a", "b", "c", "d"], ["a", "c"], ["a", "b", "c"]]


def test_against_in_rows() -> None:
    """QU-3: a column may be compared with an earlier column of its row, and with an earlier question."""
    columns = [
        question("van", "date"),
        question("tot", "date"),
        question("waarom", required=True, visible_when=against("tot", "before", "van")),
        question("eerder", visible_when=against("van", "at_most", "geboren")),
    ]
    of = definition(question("geboren", "date"), question("banen", "rows", columns=columns))
    rows = [{"van": "2001-01-01", "tot": "2002-01-01"}, {"van": "1999-01-01", "tot": "1998-01-01"}]
    assert refusal(lambda: saved(of, {"geboren": "1999-01-01", "banen": rows})) == [
        fault(FaultCode.MISSING, "banen.1.waarom")
    ]
    rows[1] |= {"waarom": "x", "eerder": "y"}
    assert saved(of, {"geboren": "1999-01-01", "banen": rows}).raw["banen"] == rows


@pytest.mark.parametrize("order", ["before", "after", "at_least", "at_most"])
@pytest.mark.parametrize("kind", ["date", "time"])
def test_days_and_times(kind: str, order: str) -> None:
    """QU-3: days and times can be compared in every way."""
    published(one_page(question("a", kind), question("b", kind), question("c", visible_when=against("b", order, "a"))))


def one_page(*questions: Content) -> Content:
    """Make a questionnaire of one page."""
    return questionnaire("vragen", page("pagina", *questions))


ROWS = question("r", "rows", columns=[question("k", "amount"), question("m", "amount")])


@pytest.mark.parametrize(
    "condition,expected",
    [
        (against("a", "at_least", "x"), ("unknown_reference", ".at_least.question")),
        (against("a", "at_least", "k"), ("unknown_reference", ".at_least.question")),
        (against("a", "at_least", "n"), ("unknown_reference", ".at_least.question")),
        (against("a", "at_least", "later"), ("forward_reference", ".at_least.question")),
        (against("later", "at_least", "a"), ("forward_reference", ".question")),
        (against("a", "at_least", "g"), ("types_differ", ".at_least.question")),
        (against("p", "at_most", "e"), ("types_differ", ".at_most.question")),
        (against("p", "at_most", "p4"), ("types_differ", ".at_most.question")),
        (against("a", "before", "b"), ("keyword_misfit", ".before")),
        (against("t", "at_least", "t2"), ("keyword_misfit", ".at_least")),
        (against("a", "at_least", "a"), ("always_true", ".at_least.question")),
        (against("d", "before", "d"), ("never_true", ".before.question")),
        ({"question": "a", "at_least": 1}, ("not_as_format", ".at_least")),
        ({"question": "d", "before": {"question": 1}}, ("not_as_format", ".before.question")),
        ({"question": "d", "before": {}}, ("missing", ".before.question")),
        ({"question": "d", "before": {"question": "d2", "is": {}}}, ("unknown_key", ".before.is")),
        ({"question": "r", "some": against("k", "at_least", "x")}, ("unknown_reference", ".some.at_least.question")),
        (
            {"question": "r", "count": {"minimum": 1}, "where": against("k", "at_least", "d")},
            ("types_differ", ".where.at_least.question"),
        ),
    ],
)
def test_wrong_comparisons(condition: Content, expected: tuple[str, str]) -> None:
    """AL-1: an answer is compared with an earlier one of its type, and never with itself."""
    asked = [
        *(question("a", "amount"), question("b", "amount"), question("g", "integer"), question("n", "note")),
        *(question("p", "decimal"), question("p4", "decimal", decimals=4), question("e", "percentage")),
        *(question("d", "date"), question("d2", "date"), question("t"), question("t2"), ROWS),
    ]
    document = one_page(*asked, question("last", visible_when=condition), question("later", "amount"))
    code, path = expected
    assert publishing_faults(document) == [(code, f"{Q}[{len(asked)}].visible_when{path}")]


def test_good_comparisons() -> None:
    """QU-3: columns of one row may be compared with each other, and numbers with as many digits after the point."""
    condition = {
        "all": [
            {"question": "r", "every": against("k", "at_least", "m")},
            {"question": "r", "some": against("k", "at_most", "a")},
            against("p", "at_least", "p2"),
        ]
    }
    asked = [question("a", "amount"), ROWS, question("p", "decimal"), question("p2", "decimal", decimals=2)]
    published(one_page(*asked, question("last", visible_when=condition)))


# ------------------------------------------------------------------ computed values
def computed(id: str, compute: Content, **more: Any) -> Content:
    """Make a computed question."""
    return question(id, "computed", compute=compute, **more)


def at(id: str, column: str = "") -> Content:
    """Name a number or a day."""
    return {"question": id, **({"column": column} if column else {})}


NUMBERS = [question("a", "amount"), question("b", "amount"), question("c", "amount")]
WORTH = question("bezit", "rows", columns=[question("wat"), question("waarde", "amount")])
MOST = 10**15 - 1


def worked_out(compute: Content, raw: dict[str, Any], *, as_of: date = TODAY) -> object:
    """Work out a value from answers."""
    days = [question("d", "date"), question("e", "date")]
    of = definition(*NUMBERS, WORTH, *days, question("p", "percentage"), computed("uit", compute))
    return project(of, raw, as_of=as_of).answers.get("uit")


SUM = {"sum": [at("a"), at("b"), at("bezit", "waarde")]}
LESS = {"difference": [at("a"), at("b")]}


@pytest.mark.parametrize(
    "compute,raw,expected",
    [
        (SUM, {"a": 1, "b": 2, "bezit": [{"waarde": 3}, {"wat": "x"}, {"waarde": 4}]}, 10),
        (SUM, {"b": -2}, -2),
        (SUM, {"a": 0}, 0),
        (SUM, {}, None),
        (SUM, {"bezit": [{"wat": "x"}]}, None),
        (LESS, {"a": 100, "b": 250}, -150),
        (LESS, {"a": 100}, None),
        (LESS, {"b": 100}, None),
        ({"difference": [at("a"), at("bezit", "waarde")]}, {"a": 5, "bezit": [{"waarde": 3}, {"waarde": 4}]}, -2),
        ({"product": at("a"), "by": 12}, {"a": 100}, 1200),
        ({"product": at("a"), "by": 12}, {}, None),
        ({"product": at("a"), "by": 0.21}, {"a": 50}, 11),
        ({"product": at("a"), "by": 0.21}, {"a": -50}, -11),
        ({"product": at("a"), "by": 0.21}, {"a": 49}, 10),
        ({"product": at("a"), "by": 1.005}, {"a": 100}, 101),
        ({"product": at("a"), "by": 0.0001}, {"a": MOST}, 100_000_000_000),
        ({"product": at("bezit", "waarde"), "by": -1}, {"bezit": [{"waarde": 3}, {"waarde": 4}]}, -7),
        ({"product": at("p"), "by": 0.5}, {"p": 3333}, 1667),
    ],
)
def test_worked_out(compute: Content, raw: dict[str, Any], expected: int | None) -> None:
    """QU-3: sums add what is answered; anything else is absent where an answer is missing. A half goes from zero."""
    assert worked_out(compute, raw) == expected


@pytest.mark.parametrize(
    "first,last,expected",
    [
        ("2006-02-28", "today", 18),
        ("2006-03-01", "today", 17),
        ("2004-02-29", "today", 20),
        ("2004-02-29", "2022-02-28", 17),
        ("2004-02-29", "2022-03-01", 18),
        ("2024-02-28", "today", 0),
        ("2026-02-28", "today", -1),
        ("2026-03-01", "today", -2),
        ("0001-01-01", "9999-12-31", 9998),
    ],
)
def test_years(first: str, last: str, expected: int) -> None:
    """QU-3: whole years are counted by birthdays; the other way round they are less than zero."""
    raw = {"d": first, **({} if last == "today" else {"e": last})}
    of = [at("d"), "today" if last == "today" else at("e")]
    assert worked_out({"years": of}, raw) == expected
    assert worked_out({"years": of[::-1]}, raw) == -expected
    assert worked_out({"years": [at("d"), at("e")]}, {"d": first}) is None


def test_as_old_as_conditions_say() -> None:
    """QU-3: somebody is eighteen in years on the day on which a condition with today-P18Y says so."""
    old_enough = Not(After("d", "today-P18Y"))
    for days in range(4 * 366):
        today = date(2024, 1, 1) + timedelta(days=days)
        for born in ("2006-02-28", "2006-03-01", "2008-02-29", "2005-12-31"):
            years = worked_out_from(born, today)
            assert (years >= 18) == holds(old_enough, {"d": born}, as_of=today), (born, today)


AGED = definition(question("d", "date"), computed("uit", {"years": [at("d"), "today"]}))


def worked_out_from(born: str, today: date) -> int:
    """Give the age of somebody."""
    age = project(AGED, {"d": born}, as_of=today).answers["uit"]
    assert isinstance(age, int)
    return age


@pytest.mark.parametrize("rubbish", [True, 1.5, "1", 10**400, float("nan"), [1], {"x": 1}, -(10**15)])
def test_rubbish(rubbish: object) -> None:
    """AL-1: what is no number, or a larger one than any answer, counts as not answered, and never as a float."""
    assert worked_out(SUM, {"a": 1, "b": rubbish, "bezit": [{"waarde": rubbish}, rubbish]}) == 1
    assert worked_out(LESS, {"a": rubbish, "b": 1}) is None
    assert worked_out({"years": [at("d"), "today"]}, {"d": rubbish}) is None


def test_bounds() -> None:
    """AL-1: a hundred rows of the largest amounts are added exactly; what is beyond the largest answer is absent."""
    rows = [{"waarde": MOST // 100}] * 99
    exact = {"bezit": [*rows, {"waarde": MOST - 99 * (MOST // 100)}]}
    only = {"sum": [at("bezit", "waarde")]}
    assert worked_out(only, exact) == MOST
    for beyond in ({"bezit": [*exact["bezit"][1:], {"waarde": MOST // 100 + 1}]}, {"bezit": [{"waarde": MOST}] * 100}):
        assert worked_out(only, beyond) is None
    assert worked_out({**SUM}, {"a": 1, "bezit": exact["bezit"]}) is None
    assert (
        worked_out({"difference": [at("bezit", "waarde"), at("a")]}, {"a": MOST, "bezit": [{"waarde": MOST}] * 2})
        == MOST
    )
    assert worked_out({"product": at("a"), "by": 1_000_000}, {"a": MOST}) is None
    chain = [
        computed(f"u{each}", {"product": at(f"u{each - 1}" if each else "a"), "by": 1_000_000}) for each in range(50)
    ]
    of = definition(NUMBERS[0], *chain)
    assert project(of, {"a": 1}, as_of=TODAY).answers == {"a": 1, "u0": 10**6, "u1": 10**12}


TOTAL = computed("totaal", {"sum": [at("bezit", "waarde"), at("a")]})
NET = computed(
    "netto", {"difference": [at("totaal"), at("b")]}, visible_when={"question": "totaal", "is": {"minimum": 1}}
)
SAID = {**question("slot"), "texts": {key: {"label": "Netto {netto}, van {totaal}"} for key in ("nl", "en")}}
RICH = {"question": "netto", "is": {"minimum": 100_000}}
TWO_PAGES = published(
    questionnaire(
        "vermogen",
        page(
            "pagina",
            *(*NUMBERS[:2], WORTH, TOTAL, NET),
            must_hold=[{"when": against("b", "at_most", "totaal"), "texts": TOO_HIGH}],
        ),
        page("later", SAID, question("rijk", visible_when=RICH)),
    )
)
FILLED: dict[str, Any] = {"a": 100_000, "b": 50_000, "bezit": [{"waarde": 75_000}]}


def test_in_every_view() -> None:
    """QU-3, property 10: a value is listed in its place, stands in later texts, and decides what is visible."""
    state = saved(TWO_PAGES, FILLED)
    assert state.raw == FILLED
    forged = attrs.evolve(state, raw={**FILLED, "totaal": 1, "netto": "veel"})
    assert answering.view(TWO_PAGES, forged) == answering.view(TWO_PAGES, state)
    projection = answering.view(TWO_PAGES, state)
    assert [(each.question.id, each.answer) for each in asked(projection)] == [
        *(("a", 100_000), ("b", 50_000), ("bezit", [{"wat": None, "waarde": 75_000}])),
        *(("totaal", 175_000), ("netto", 125_000), ("slot", None), ("rijk", None)),
    ]
    labels = [projection.pages[1].questions[0].texts[language].label for language in Language]
    assert labels == [
        "Netto €\N{NO-BREAK SPACE}1.250,00, van €\N{NO-BREAK SPACE}1.750,00",
        "Netto €1,250.00, van €1,750.00",
    ]
    less = answering.view(TWO_PAGES, saved(TWO_PAGES, {"a": 0, "b": 0}))
    assert less.answers == {"a": 0, "b": 0, "totaal": 0}
    assert [each.id for each in less.pages[1].questions] == ["slot"]
    assert less.pages[1].questions[0].texts[Language.DUTCH].label == "Netto …, van €\N{NO-BREAK SPACE}0,00"


def test_rules_on_values() -> None:
    """QU-3: a rule sees the value of what is submitted, and is silent about one made of a faulty answer."""
    assert refusal(lambda: saved(TWO_PAGES, {**FILLED, "b": 175_001})) == [
        fault(FaultCode.MUST_HOLD, "pagina", number=0)
    ]
    assert refusal(lambda: saved(TWO_PAGES, {**FILLED, "a": "veel", "b": 175_001})) == [
        fault(FaultCode.NOT_AN_AMOUNT, "a")
    ]
    assert refusal(lambda: saved(TWO_PAGES, {**FILLED, "totaal": 175_000})) == [
        fault(FaultCode.UNKNOWN_QUESTION, "totaal")
    ]


def test_completed() -> None:
    """QU-4: the result keeps the values, as JSON too."""
    state = answering.save(TWO_PAGES, saved(TWO_PAGES, FILLED), "later", {}, version=1)
    done = answering.complete(TWO_PAGES, state, version=2)
    assert done.raw == {**FILLED, "totaal": 175_000, "netto": 125_000}
    finished = attrs.evolve(assigned(TWO_PAGES, done), state=AssignmentState.COMPLETED)
    written = json.loads(results.as_json(finished, TWO_PAGES))
    assert written["answers"] == {
        "a": 100_000,
        "b": 50_000,
        "bezit": [{"wat": None, "waarde": 75_000}],
        "totaal": 175_000,
        "netto": 125_000,
        "slot": None,
        "rijk": None,
    }


def test_on_pages_of_rows() -> None:
    """QU-3: on a page for each row, a value is computed from that row, and stands in it in the result."""
    rows = question("kinderen", "rows", columns=[question("naam"), question("geboren", "date")])
    age = computed("leeftijd", {"years": [at("geboren"), "today"]})
    school = question("school", visible_when={"question": "leeftijd", "is": {"maximum": 17}})
    of = published(questionnaire("v", page("pagina", rows), page("kind", age, school, for_each="kinderen")))
    state = saved(of, {"kinderen": [{"naam": "Eva", "geboren": "2020-01-01"}, {"naam": "Bo", "geboren": "1990-01-01"}]})
    keys = [row["#"] for row in state.raw["kinderen"]]  # type: ignore[union-attr, index, call-overload]
    projection = answering.view(of, state)
    shown = {each.page.id: [question.id for question in each.questions] for each in projection.pages[1:]}
    assert shown == {
        f"kind~{keys[0]}": [f"leeftijd~{keys[0]}", f"school~{keys[0]}"],
        f"kind~{keys[1]}": [f"leeftijd~{keys[1]}"],
    }
    assert [projection.answers[f"leeftijd~{key}"] for key in keys] == [4, 34]


C = f"{Q}[{len(NUMBERS) + 6}]"


@pytest.mark.parametrize(
    "compute,expected",
    [
        ({"sum": [at("x")]}, ("unknown_reference", ".sum[0].question")),
        ({"sum": [at("n")]}, ("unknown_reference", ".sum[0].question")),
        ({"sum": [at("waarde")]}, ("unknown_reference", ".sum[0].question")),
        ({"sum": [at("later")]}, ("forward_reference", ".sum[0].question")),
        ({"sum": [at("uit")]}, ("forward_reference", ".sum[0].question")),
        ({"sum": [at("a"), at("t")]}, ("keyword_misfit", ".sum[1].question")),
        ({"sum": [at("a"), at("bezit")]}, ("keyword_misfit", ".sum[1].question")),
        ({"sum": [at("bezit", "wat")]}, ("keyword_misfit", ".sum[0].column")),
        ({"sum": [at("bezit", "x")]}, ("unknown_column", ".sum[0].column")),
        ({"sum": [at("a", "waarde")]}, ("keyword_misfit", ".sum[0].column")),
        ({"sum": [at("a"), at("p")]}, ("types_differ", ".sum[1]")),
        ({"difference": [at("p"), at("bezit", "waarde")]}, ("types_differ", ".difference[1]")),
        ({"product": at("d"), "by": 2}, ("keyword_misfit", ".product.question")),
        ({"product": at("a"), "by": 0.00001}, ("not_a_decimal", ".by")),
        ({"product": at("a"), "by": 0}, ("not_as_format", ".by")),
        ({"product": at("a"), "by": 1_000_001}, ("not_as_format", ".by")),
        ({"product": at("a")}, ("not_as_format", "")),
        ({"sum": [at("a")], "by": 2}, ("not_as_format", "")),
        ({"sum": []}, ("not_as_format", ".sum")),
        ({"sum": [at("a"), at("a")]}, ("not_as_format", ".sum")),
        ({"difference": [at("a")]}, ("not_as_format", ".difference")),
        ({"years": ["today", "today"]}, ("not_as_format", ".years")),
        ({"years": [at("d"), "2024-01-01"]}, ("not_as_format", ".years[1]")),
        ({"years": [at("a"), "today"]}, ("keyword_misfit", ".years[0].question")),
        ({"years": [at("bezit", "op"), "today"]}, ("keyword_misfit", ".years[0].column")),
        ({}, ("not_as_format", "")),
    ],
)
def test_wrong_values(compute: Content, expected: tuple[str, str]) -> None:
    """AL-1: a value is of earlier numbers of one type, or of days; nothing can be computed from itself."""
    columns = [question("wat"), question("waarde", "amount"), question("op", "date")]
    rows = question("bezit", "rows", columns=columns)
    more = [question("d", "date"), question("t"), question("p", "percentage"), question("n", "note"), rows]
    document = one_page(
        *NUMBERS, *more, question("k", "boolean"), computed("uit", compute), question("later", "amount")
    )
    assert publishing_faults(document) == [(expected[0], f"{C}.compute{expected[1]}")]


@pytest.mark.parametrize("more", [{"required": True}, {"schema": {}}, {"fixed": True}, {"decimals": 2}])
def test_nothing_to_answer(more: Content) -> None:
    """AL-1: a computed question has nothing that is about an answer of the client."""
    key = next(iter(more))
    assert publishing_faults(one_page(NUMBERS[0], computed("uit", {"sum": [at("a")]}, **more))) == [
        ("not_as_format", f"{Q}[1].{key}")
    ]
    assert publishing_faults(one_page(NUMBERS[0], computed("uit", {"sum": [at("a")]}, visible_when={}))) == [
        ("not_as_format", f"{Q}[1].visible_when")
    ]
    assert publishing_faults(one_page(question("x", "computed"))) == [("missing", f"{Q}[0].compute")]
    assert publishing_faults(one_page(question("x", compute={"sum": [at("x")]}))) == [
        ("not_as_format", f"{Q}[0].compute"),
        ("forward_reference", f"{Q}[0].compute.sum[0].question"),
        ("keyword_misfit", f"{Q}[0].compute.sum[0].question"),
    ]
    rows = question("r", "rows", columns=[question("k", "amount"), computed("m", {"sum": [at("k")]})])
    assert ("not_as_format", f"{Q}[0].columns[1].type") in publishing_faults(one_page(rows))


def test_type_of_a_value() -> None:
    """QU-3: a value has the type of what it is made of, so conditions and comparisons on it are checked as on that."""
    chain = [computed("u", {"product": at("p4"), "by": 2}), computed("v", {"sum": [at("u")]})]
    chain.append(computed("w", {"years": [at("d"), "today"]}))
    asked_first = [question("p4", "decimal", decimals=4), question("d", "date"), *chain]
    of = definition(*asked_first)
    kinds = [(each.id, each.kind, each.scale, each.asks) for each in of.pages[0].questions[2:]]
    assert kinds == [
        ("u", QuestionType.DECIMAL, 4, False),
        ("v", QuestionType.DECIMAL, 4, False),
        ("w", QuestionType.INTEGER, 0, False),
    ]
    published(one_page(*asked_first, question("z", visible_when=against("v", "at_least", "p4"))))
    for condition, code, path in (
        (against("w", "at_least", "v"), "types_differ", ".at_least.question"),
        ({"question": "v", "is": {"pattern": "^a"}}, "keyword_misfit", ".is.pattern"),
        ({"question": "w", "is": {"const": "x"}}, "never_true", ".is.const"),
    ):
        faulty = one_page(*asked_first, question("z", visible_when=condition))
        assert publishing_faults(faulty) == [(code, f"{Q}[{len(asked_first)}].visible_when{path}")]


@given(number=st.integers(-(10**18), 10**18), language=st.sampled_from(Language))
def test_amounts_in_texts(number: int, language: Language) -> None:
    """QU-3, property 10: an amount is written as Babel writes it, in both languages."""
    with localcontext(prec=30):
        babel = format_currency(Decimal(number).scaleb(-2), "EUR", locale=locale_of(language))
    assert euros(number, language) == babel


# ------------------------------------------------------------------ defaults
def with_default(kind: str, default: object, **more: Any) -> Content:
    """Make a question with a default."""
    options = ("een", "twee", "drie") if kind in ("choice", "choices") else ()
    return question("x", kind, options=options, default=default, **more)


@pytest.mark.parametrize(
    "kind,default,more",
    [
        *(("text", "Nederland", {}), ("long_text", "een\ntwee", {}), ("integer", 0, {"schema": {"minimum": 0}})),
        *(
            ("amount", 12_50, {}),
            ("percentage", 21_00, {}),
            ("decimal", 1_2345, {"decimals": 4}),
            ("boolean", False, {}),
        ),
        *(("choice", "twee", {}), ("choices", ["een", "drie"], {"schema": {"minItems": 2}}), ("time", "09:00", {})),
        *(("date", "2026-01-01", {"earliest": "today-P1Y"}), ("date", "2030-01-01", {"latest": "2030-01-01"})),
        *(("email", "jan@example.nl", {}), ("phone", "+31612345678", {}), ("bsn", "111222333", {"required": True})),
    ],
)
def test_proposed(kind: str, default: object, more: Content) -> None:
    """QU-3: a default is an answer as it is stored. The page has it until it was saved, and no answer before."""
    of = definition(with_default(kind, default, **more))
    state = Answering(as_of=date(2026, 1, 31))
    assert answering.proposed(of, state, of.pages[0]) == {"x": default}
    assert answering.view(of, state).answers == {}
    again = answering.save(of, state, "pagina", {"x": default}, version=0)
    assert (again.raw, answering.proposed(of, again, of.pages[0])) == ({"x": default}, {})


@pytest.mark.parametrize("kind", ["text", "amount", "choices", "phone", "date", "address"])
@pytest.mark.parametrize("answer", [*RUBBISH, " Utrecht ", "06-12345678", ["een", "drie"]])
def test_as_stored(kind: str, answer: Any) -> None:
    """QU-3: what an author gives as a default is stored as an answer that a client gives, and then stays so."""
    asked = with_default(kind, None)
    (question,) = definition({name: each for name, each in asked.items() if name != "default"}).pages[0].questions
    stored = as_stored(asked, answer)
    assert repr(stored) == repr(tidied(question, answer))
    assert repr(as_stored(asked, stored)) == repr(stored)


PARTNER = question("partner", "boolean")
COUNTRY = with_default("text", "Nederland", visible_when={"question": "partner", "is": {"const": True}})


def test_never_proposed_twice() -> None:
    """QU-3: what the client left open stays open; what was hidden when the page was saved is proposed when it comes."""
    of = definition(question("y", default="Utrecht"), PARTNER, COUNTRY)
    left_open = saved(of, {"partner": False})
    assert answering.proposed(of, left_open, of.pages[0]) == {"x": "Nederland"}
    state = answering.save(of, left_open, "pagina", {"partner": True}, version=1)
    assert answering.proposed(of, state, of.pages[0]) == {}


EARLIER_DEFAULT = published(
    questionnaire(
        "v",
        page(
            "pagina",
            question("stad"),
            question("kleur", "choice", options=("een", "vier")),
            *NUMBERS[:1],
            question("p", "prefilled", profile="name"),
        ),
        page(
            "later",
            *(question("woont", default={"question": "stad"}), question("heet", default={"question": "p"})),
            question("tint", "choice", options=("een", "twee"), default={"question": "kleur"}),
            question("bedrag", "amount", default={"question": "a"}, schema={"minimum": 1}),
        ),
    )
)


@pytest.mark.parametrize(
    "raw,expected",
    [
        ({}, {}),
        (
            {"stad": "Edam", "kleur": "een", "a": 5, "p": "Jan"},
            {"woont": "Edam", "heet": "Jan", "tint": "een", "bedrag": 5},
        ),
        ({"stad": "Edam", "kleur": "vier", "a": 0}, {"woont": "Edam"}),
        ({"stad": "Edam", "woont": "Hoorn"}, {}),
    ],
)
def test_earlier_answer_as_default(raw: dict[str, Any], expected: dict[str, Any]) -> None:
    """QU-3: an earlier answer is the default as far as the question accepts it, and until it has an answer itself."""
    state = Answering(as_of=TODAY, raw=raw)
    page = EARLIER_DEFAULT.pages[1]
    assert answering.proposed(EARLIER_DEFAULT, state, page) == expected
    form = page_schema(page, Language.DUTCH, expected)["properties"]
    assert {id: each["default"] for id, each in form.items() if "default" in each} == expected


def test_default_on_pages_of_rows() -> None:
    """QU-3: each page of a row has the default, and a hidden page has none."""
    rows = question("kinderen", "rows", columns=[question("naam")])
    of = published(
        questionnaire(
            "v",
            page("pagina", rows, question("land")),
            page("kind", question("woont", default={"question": "land"}), for_each="kinderen"),
        )
    )
    state = saved(of, {"kinderen": [{"naam": "Eva"}, {"naam": "Bo"}], "land": "België"})
    pages = [shown.page for shown in answering.view(of, state).pages[1:]]
    assert [answering.proposed(of, state, page) for page in pages] == [{"woont~1-0": "België"}, {"woont~1-1": "België"}]
    gone = of.page("kind~9-9")
    assert gone is not None
    assert answering.proposed(of, state, gone) == {}


@pytest.mark.parametrize(
    "asked,expected",
    [
        (with_default("text", "  a"), [("not_accepted", ".default")]),
        (with_default("text", ""), [("not_accepted", ".default")]),
        (with_default("text", 1), [("not_text", ".default")]),
        (with_default("text", "abc", schema={"maxLength": 2}), [("too_long", ".default")]),
        (with_default("integer", "1"), [("not_a_number", ".default")]),
        (with_default("integer", 1, schema={"minimum": 2}), [("too_small", ".default")]),
        (with_default("decimal", 1.5), [("not_a_decimal", ".default")]),
        (with_default("choice", "vier"), [("unknown_choice", ".default")]),
        (with_default("choices", ["drie", "een"]), [("not_accepted", ".default")]),
        (with_default("date", "2023-02-29"), [("not_a_date", ".default")]),
        (with_default("date", "2026-01-01", latest="2025-12-31"), [("too_late", ".default")]),
        (with_default("text", None), [("not_as_format", ".default")]),
        (with_default("text", {"question": "y"}), [("forward_reference", ".default.question")]),
        (with_default("text", {"question": "x"}), [("forward_reference", ".default.question")]),
        (with_default("text", {"question": "niets"}), [("unknown_reference", ".default.question")]),
        (with_default("text", {"question": "n"}), [("unknown_reference", ".default.question")]),
        (with_default("text", {"question": "k"}), [("unknown_reference", ".default.question")]),
        (with_default("text", {"question": "a"}), [("types_differ", ".default.question")]),
        (with_default("text", {"question": "e"}), [("types_differ", ".default.question")]),
        (with_default("decimal", {"question": "d4"}), [("types_differ", ".default.question")]),
        (
            with_default("text", {"question": 1}),
            [("not_as_format", ".default.question"), ("unknown_reference", ".default.question")],
        ),
        (with_default("note", "a"), [("not_as_format", ".default")]),
        (with_default("text", "a", schema={"pattern": "("}), [("pattern_invalid", ".schema.pattern")]),
        (question("x", "rows", columns=[question("z", default="a")]), [("not_as_format", ".columns[0].default")]),
    ],
)
def test_wrong_defaults(asked: Content, expected: list[tuple[str, str]]) -> None:
    """AL-1: a default is valid for its question, or the answer to one of its type on an earlier page."""
    rows = question("r", "rows", columns=[question("k")])
    more = [question("e", "prefilled", profile="email"), question("d4", "decimal", decimals=4)]
    first = page("eerst", question("a", "amount"), question("n", "note"), rows, *more)
    found = publishing_faults(questionnaire("v", first, page("later", asked, question("y"))))
    assert found == [(code, f"$.pages[1].questions[0]{path}") for code, path in expected]
