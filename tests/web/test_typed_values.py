"""Conversion of typed fields to typed values, and back."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.adapters.web.forms.questionnaire import fields as form_fields
from klantportaal.adapters.web.forms.questionnaire import typed_values
from klantportaal.adapters.web.http.errors import Malformed
from klantportaal.domain.questionnaires import publishing
from klantportaal.domain.questionnaires.definition import Question
from klantportaal.domain.questionnaires.number_texts import decimal
from klantportaal.domain.questionnaires.replies import tidied
from klantportaal.domain.questionnaires.schemas import NUMBER_LIMIT
from klantportaal.domain.values import Language
from klantportaal.testing.questionnaires import page, question, questionnaire

LANGUAGES = st.sampled_from(list(Language))
NUMBERS = st.integers(-NUMBER_LIMIT, NUMBER_LIMIT)
DAYS = st.dates(date(1000, 1, 1), date(9999, 12, 31)).map(date.isoformat)
LINES = st.text(st.characters(categories=("L", "N", "P")), min_size=1, max_size=20)


def asked(id: str, kind: str = "text", **more: Any) -> Question:
    """Make a question through publishing."""
    definition, _document = publishing.read(
        json.dumps(questionnaire("vragen", page("blad", question(id, kind, **more))))
    )
    return definition.pages[0].questions[0]


def same_after(question: Question, answer: Any, language: Language) -> Any:
    """Write an answer into fields, and read it back."""
    fields = form_fields.written(question, answer, question.id, language)
    return tidied(question, form_fields.read(question, fields, question.id))


TEXT, NUMBER, AMOUNT, DAY, TRUTH = (asked("v", kind) for kind in ("long_text", "integer", "amount", "date", "boolean"))
CHOICES = asked("v", "choices", options=("a", "b", "c"))
ROWS = asked(
    "v", "rows", columns=[question("n"), question("d", "date"), question("b", "amount"), question("j", "boolean")]
)


@given(NUMBERS, LANGUAGES)
def test_numbers_round_trip(number: int, language: Language) -> None:
    """QU-2: A saved number or amount is shown in a form that reads as the same value, in both languages."""
    assert same_after(NUMBER, number, language) == number
    assert same_after(AMOUNT, number, language) == number


@given(st.lists(LINES, min_size=1, max_size=3).map("\n".join), DAYS, st.booleans(), LANGUAGES)
def test_others_round_trip(text: str, day: str, truth: bool, language: Language) -> None:
    """QU-2: Saved texts, dates and choices are shown in a form that reads as the same value."""
    assert same_after(TEXT, tidied(TEXT, text), language) == tidied(TEXT, text)
    assert same_after(DAY, day, language) == day
    assert same_after(TRUTH, truth, language) is truth
    assert same_after(CHOICES, ["a", "c"], language) == ["a", "c"]


@given(
    st.lists(
        st.fixed_dictionaries({"n": LINES}, optional={"d": DAYS, "b": NUMBERS, "j": st.booleans()}),
        min_size=1,
        max_size=5,
    ),
    LANGUAGES,
)
def test_rows_round_trip(rows: list[Any], language: Language) -> None:
    """QU-2: Saved rows are shown in a form that reads as the same rows, with the same columns."""
    assert same_after(ROWS, tidied(ROWS, rows), language) == tidied(ROWS, rows)


@pytest.mark.parametrize(
    "typed, cents",
    [
        ("1.234,56", 123456),
        ("1,234.56", 123456),
        ("1234,56", 123456),
        ("1234.5", 123450),
        ("€ 1.234", 123400),
        ("EUR 1 234,56", 123456),
        ("1.234.567", 123456700),
        ("1'234.50", 123450),
        ("250000", 25000000),
        ("12,5", 1250),
        ("5,-", 500),
        ("5,--", 500),
        ("-0,01", -1),
        ("\u22125", -500),
        (" 7 euro ", 700),
        ("-€5", -500),
        ("- € 5,50", -550),
        ("€ -5", -500),
        (",50", 50),
        ("€ .5", 50),
        ("-,05", -5),
        ("0", 0),
        ("007", 700),
        ("\ufeff€\u200b1.234,56\u202c", 123456),
    ],
)
def test_amounts(typed: str, cents: int) -> None:
    """QU-2: An amount is read from every unambiguous form, whatever the language of the page."""
    assert typed_values.amount(typed) == cents


@pytest.mark.parametrize(
    "typed",
    ["", "x", "1.2.3", "1,234,56", "1.234.56", "12.34,56", "1,2,3", "0.125", "0,125", "1.23456", "1e3", "€", "-", ",-",
     ".", "-€-5", "+-5", ",500", "5,", "1..000", "1 2", "\u0661\u0662", "1\u00bd", "NaN", "9" * 301],
)  # fmt: skip
def test_no_amounts(typed: str) -> None:
    """AL-1: An ambiguous or invalid amount is kept as it was typed, so that it can be refused."""
    assert typed_values.amount(typed) == typed


@pytest.mark.parametrize(
    "typed, hundredths", [("12,5", 1250), ("12.5 %", 1250), ("33,33%", 3333), ("100 procent", 10_000), ("-1%", -100)]
)
def test_percentages(typed: str, hundredths: int) -> None:
    """QU-2: A percentage is read as hundredths of a percent."""
    assert typed_values.percentage(typed) == hundredths


@pytest.mark.parametrize("typed", ["", "%", "12,555", "5,-", "€ 5", "twaalf"])
def test_no_percentages(typed: str) -> None:
    """AL-1: Any other input is kept as it was typed."""
    assert typed_values.percentage(typed) == typed


@pytest.mark.parametrize(
    "typed, scale, units",
    [
        ("1,125", 3, 1125),
        ("1.125", 3, 1125),
        ("1,125", 2, 112_500),
        ("1 234,5", 4, 12_345_000),
        (",5", 1, 5),
        ("7", 4, 70_000),
    ],
)
def test_decimals(typed: str, scale: int, units: int) -> None:
    """QU-2: With more than two decimals, the only mark in a number is its point."""
    assert typed_values.decimal(typed, scale) == units


@given(st.integers(-(10**15), 10**15), st.integers(1, 4), LANGUAGES)
def test_decimals_round_trip(units: int, scale: int, language: Language) -> None:
    """QU-2: A saved decimal is shown in a form that reads as the same value, in both languages."""
    assert typed_values.decimal(decimal(units, scale, language), scale) == units


@pytest.mark.parametrize(
    "typed, number", [("12", 12), (" 1.234 ", 1234), ("1,234", 1234), ("1 234", 1234), ("-3", -3), ("+3", 3)]
)
def test_integers(typed: str, number: int) -> None:
    """QU-2: A whole number may have thousands separators."""
    assert typed_values.integer(typed) == number


@pytest.mark.parametrize("typed", ["", "3,5", "3.0", "12.34", "drie", "1e3", "\u0663", "1" * 301, "--1", "0x1"])
def test_no_integers(typed: str) -> None:
    """AL-1: Any other input is kept as it was typed."""
    assert typed_values.integer(typed) == typed


@given(st.text(max_size=400))
def test_numbers_of_anything(typed: str) -> None:
    """AL-1: Any input gives a number or stays as it was typed."""
    for read in (typed_values.integer, typed_values.amount):
        assert read(typed) == typed or isinstance(read(typed), int)


@pytest.mark.parametrize(
    "parts, day",
    [
        (("3", "1", "1980"), "1980-01-03"),
        (("03", " 01", "1980 "), "1980-01-03"),
        (("31", "2", "1980"), "1980-02-31"),
        (("", "", ""), ""),
        (("3", "1", "80"), "3-1-80"),
        (("3", "", "1980"), "3--1980"),
        (("3", "januari", "1980"), "3-januari-1980"),
        (("\u0663", "1", "1980"), "\u0663-1-1980"),
    ],
)
def test_days(parts: tuple[str, str, str], day: str) -> None:
    """AL-1: Three fields make a date. An invalid date becomes one text, which the engine refuses."""
    assert typed_values.day(parts) == day


@pytest.mark.parametrize("numbers", [["x"], ["1000000000"], ["-1"], ["\u0661"], [str(each) for each in range(102)]])
def test_absurd_rows(numbers: list[str]) -> None:
    """AL-1: A form with impossible row numbers is refused as malformed."""
    with pytest.raises(Malformed):
        form_fields.read(ROWS, {"q.v": numbers}, "v")


def test_rows_are_numbered_anew() -> None:
    """QU-2: Removing a row removes its fields and renumbers the other rows. A new row is empty."""
    fields = {"q.v": ["0", "1"], "q.v.0.n": ["Jan"], "q.v.1.n": ["Piet"], "q.v.1.d.dag": ["3"], "q.w": ["blijft"]}
    assert form_fields.with_rows(ROWS, fields, ["1", None]) == {
        "q.v": ["0", "1"],
        "q.v.0.n": ["Piet"],
        "q.v.0.d.dag": ["3"],
        "q.w": ["blijft"],
    }
