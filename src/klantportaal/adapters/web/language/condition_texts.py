"""Conditions of questionnaires in words: ``if “Are you married?” is Yes and “Number of children” is at least 1``.

Every condition has a sentence. A schema that has no words here is quoted as it is.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import attrs
from babel.lists import format_list
from babel.units import format_unit

from klantportaal.adapters.answer_texts import NO, YES, in_words, number_text
from klantportaal.adapters.figures import locale_of, long_day
from klantportaal.adapters.web.language.question_labels import short_label
from klantportaal.adapters.web.language.translations import Sentence, Wording, sentence
from klantportaal.domain.questionnaires.conditions import period_of
from klantportaal.domain.questionnaires.definition import (
    After,
    All,
    AnyOf,
    Before,
    Condition,
    Count,
    Definition,
    Every,
    Is,
    Not,
    Question,
    QuestionType,
    Some,
    Sum,
    Unique,
)
from klantportaal.domain.questionnaires.schemas import Schema
from klantportaal.domain.values import Language

IF = sentence("if %(condition)s")
AND, OR = sentence("and"), sentence("or")
NOT = sentence("it is not so that %(condition)s")

# ------------------------------------------------------------------ one answer
ANSWERED, OPEN = sentence("%(subject)s is answered"), sentence("%(subject)s is not answered")
EQUAL, UNEQUAL = sentence("%(subject)s is %(answer)s"), sentence("%(subject)s is not %(answer)s")
CHOSEN = sentence("%(answer)s is chosen for %(subject)s")
NOT_CHOSEN = sentence("%(answer)s is not chosen for %(subject)s")
ANOTHER = sentence("%(subject)s has another answer than %(answer)s")
EARLIER = sentence("%(subject)s is earlier than %(moment)s")
LATER = sentence("%(subject)s is later than %(moment)s")
LIMITS: Mapping[str, Sentence] = {
    "minimum": sentence("%(subject)s is at least %(limit)s"),
    "maximum": sentence("%(subject)s is at most %(limit)s"),
    "exclusiveMinimum": sentence("%(subject)s is more than %(limit)s"),
    "exclusiveMaximum": sentence("%(subject)s is less than %(limit)s"),
    "minLength": sentence("the length of %(subject)s is at least %(limit)s"),
    "maxLength": sentence("the length of %(subject)s is at most %(limit)s"),
    "minItems": sentence("at least %(limit)s are given for %(subject)s"),
    "maxItems": sentence("at most %(limit)s are given for %(subject)s"),
}
"""The keywords with a number. Of the first four, it is written as the question writes numbers."""
FITS = sentence("%(subject)s fits the schema %(schema)s")

# ------------------------------------------------------------------ moments
TODAY = sentence("today")
AGO, AHEAD = sentence("%(period)s ago"), sentence("%(period)s from now")
UNITS = ("year", "month", "week", "day")

# ------------------------------------------------------------------ rows
EVERY = sentence("in each row of %(rows)s, %(condition)s")
SOME = sentence("in at least one row of %(rows)s, %(condition)s")
NUMBER = sentence("the number of rows of %(rows)s")
NUMBER_WHERE = sentence("the number of rows of %(rows)s where %(condition)s")
TOTAL = sentence("the sum of %(column)s in %(rows)s")
DIFFERENT = sentence("%(column)s is different in each row of %(rows)s")


@attrs.frozen
class _Clause:
    """A part of a sentence. One with several parts stands in brackets beside others."""

    text: str
    several: bool = False

    @property
    def single(self) -> str:
        return f"({self.text})" if self.several else self.text


@attrs.frozen
class _Subject:
    """What a schema is about: an answer, a number of rows, or a sum."""

    name: str
    question: Question | None
    """The question whose answers are written alike. None: plain numbers."""


def referable(definition: Definition, rows: str | None = None) -> Mapping[str, Question]:
    """Give the questions that a condition can refer to, by id.

    Args:
        definition: the questionnaire.
        rows: the rows whose columns the condition can refer to: it stands on one of them, or on a page for each row.
    """
    asked = dict(definition.by_id)
    return asked if rows is None else _with_columns(asked, rows)


def condition_in_words(condition: Condition, asked: Mapping[str, Question], wording: Wording) -> str:
    """Say a condition as a part of a sentence that begins with ``if``.

    Args:
        condition: the condition.
        asked: the questions that it can refer to, by id, as ``referable`` gives them. Another one is named by its id.
        wording: the language.
    """
    return wording.say(IF, condition=_clause(condition, asked, wording).text)


def _clause(condition: Condition, asked: Mapping[str, Question], wording: Wording) -> _Clause:
    match condition:
        case All(conditions):
            return _joined([_clause(each, asked, wording) for each in conditions], wording.say(AND))
        case AnyOf(conditions):
            return _joined([_clause(each, asked, wording) for each in conditions], wording.say(OR))
        case Not(inner):
            return _Clause(_negated(inner, asked, wording))
        case Is(question, schema):
            return _of_schema(_subject(question, asked, wording), schema, wording)
        case Before(question, moment) | After(question, moment):
            than = EARLIER if isinstance(condition, Before) else LATER
            return _Clause(wording.say(than, subject=_named(question, asked, wording), moment=_day(moment, wording)))
    return _of_rows(condition, asked, wording)


def _of_rows(
    condition: Every | Some | Count | Sum | Unique, asked: Mapping[str, Question], wording: Wording
) -> _Clause:
    rows, within = _named(condition.question, asked, wording), _with_columns(asked, condition.question)
    match condition:
        case Every(_, inner):
            return _Clause(wording.say(EVERY, rows=rows, condition=_clause(inner, within, wording).single))
        case Some(_, inner):
            return _Clause(wording.say(SOME, rows=rows, condition=_clause(inner, within, wording).single))
        case Count(_, schema, where):
            number = wording.say(NUMBER, rows=rows)
            if where is not None:
                met = _clause(where, within, wording).text
                number = wording.say(NUMBER_WHERE, rows=rows, condition=f"({met})")
            return _of_schema(_Subject(number, None), schema, wording)
        case Sum(_, column, schema):
            total = wording.say(TOTAL, column=_named(column, within, wording), rows=rows)
            return _of_schema(_Subject(total, within.get(column)), schema, wording)
    return _Clause(wording.say(DIFFERENT, column=_named(condition.column, within, wording), rows=rows))


def _joined(clauses: Sequence[_Clause], word: str) -> _Clause:
    if len(clauses) == 1:
        return clauses[0]
    return _Clause(f" {word} ".join(each.single for each in clauses), several=True)


def _negated(inner: Condition, asked: Mapping[str, Question], wording: Wording) -> str:
    """Say that a condition does not hold. An answer that is not there is not equal either."""
    if isinstance(inner, Is):
        subject = _subject(inner.question, asked, wording)
        match dict(inner.schema.document):
            case {**rest} if not rest:
                return wording.say(OPEN, subject=subject.name)
            case {"contains": dict(part), **rest} if not rest and (answer := _one_of(subject, part, wording)):
                return wording.say(NOT_CHOSEN, subject=subject.name, answer=answer)
            case part if answer := _one_of(subject, part, wording):
                return wording.say(UNEQUAL, subject=subject.name, answer=answer)
    return wording.say(NOT, condition=_clause(inner, asked, wording).single)


# ------------------------------------------------------------------ schemas
def _of_schema(subject: _Subject, schema: Schema, wording: Wording) -> _Clause:
    """Say a schema keyword by keyword; one with a keyword that has no words is quoted whole."""
    if not schema.document:
        return _Clause(wording.say(ANSWERED, subject=subject.name))
    parts = [_keyword(subject, keyword, asked, wording) for keyword, asked in schema.document.items()]
    said = [part for part in parts if part is not None]
    if len(said) < len(parts):
        quoted = json.dumps(schema.document, ensure_ascii=False)
        return _Clause(wording.say(FITS, subject=subject.name, schema=quoted))
    return _joined([_Clause(part) for part in said], wording.say(AND))


def _keyword(subject: _Subject, keyword: str, asked: Any, wording: Wording) -> str | None:
    """Say one keyword of a schema; None if it has no words."""
    name = subject.name
    if keyword in LIMITS and _is_whole(asked):
        as_answer = subject.question if keyword in ("minimum", "maximum") or "exclusive" in keyword else None
        limit = str(asked) if as_answer is None else number_text(as_answer, asked, wording.language)
        return wording.say(LIMITS[keyword], subject=name, limit=limit)
    if keyword == "contains" and isinstance(asked, Mapping) and (answer := _one_of(subject, asked, wording)):
        return wording.say(CHOSEN, subject=name, answer=answer)
    if keyword == "not" and isinstance(asked, Mapping) and (answer := _one_of(subject, asked, wording)):
        return wording.say(ANOTHER, subject=name, answer=answer)
    answer = _one_of(subject, {keyword: asked}, wording)
    return wording.say(EQUAL, subject=name, answer=answer) if answer else None


def _one_of(subject: _Subject, schema: Mapping[str, Any], wording: Wording) -> str:
    """Name the answers that a schema lists; "" if it is no list of single values."""
    match dict(schema):
        case {"const": constant, **rest} if not rest:
            values = [constant]
        case {"enum": list(listed), **rest} if not rest:
            values = listed
        case _:
            return ""
    if not all(isinstance(each, str) or _is_whole(each) or isinstance(each, bool) for each in values):
        return ""
    return str(format_list([_answer(subject, each, wording) for each in values], "or", locale_of(wording.language)))


def _answer(subject: _Subject, value: str | int, wording: Wording) -> str:
    """Write an answer as every view does. Text stands between quotation marks."""
    question = subject.question
    if isinstance(value, bool):
        return (YES if value else NO)[wording.language]
    if question is None or value == "":
        return f"“{value}”" if isinstance(value, str) else str(value)
    said = ", ".join(in_words(question, value, wording.language).lines)
    return f"“{said}”" if isinstance(value, str) and question.type is not QuestionType.DATE else said


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


# ------------------------------------------------------------------ names and moments
def _with_columns(asked: Mapping[str, Question], rows: str) -> Mapping[str, Question]:
    columns = asked[rows].columns if rows in asked else ()
    return {**asked, **{column.id: column for column in columns}}


def _subject(id: str, asked: Mapping[str, Question], wording: Wording) -> _Subject:
    return _Subject(_named(id, asked, wording), asked.get(id))


def _named(id: str, asked: Mapping[str, Question], wording: Wording) -> str:
    return f"“{short_label(asked[id], wording) if id in asked else id}”"


def _day(moment: str, wording: Wording) -> str:
    """Say the day that a condition means, today as the day on which the client starts."""
    if isinstance(found := period_of(moment), date):
        return long_day(found, wording.language)
    parts = list(_units(found, wording.language))
    if not parts:
        return wording.say(TODAY)
    period = str(format_list(parts, "standard", locale_of(wording.language)))
    return wording.say(AGO if moment.startswith("today-") else AHEAD, period=period)


def _units(period: Sequence[int], language: Language) -> Iterator[str]:
    """Write the years, months, weeks and days of a period."""
    for number, unit in zip(period, UNITS, strict=True):
        if number:
            yield str(format_unit(number, f"duration-{unit}", locale=locale_of(language)))
