"""Conditions: evaluates a tree over the answers to earlier questions. It never fails."""

import calendar
import json
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, TypeGuard

from klantportaal.domain.questionnaires.definition import (
    After,
    All,
    Answer,
    Answers,
    AnyOf,
    Before,
    Compared,
    Condition,
    Count,
    Every,
    Is,
    Not,
    Order,
    OverRows,
    Some,
    Sum,
    Unique,
)
from klantportaal.domain.questionnaires.rows import answered, bare, column
from klantportaal.domain.questionnaires.schemas import NUMBER_LIMIT, ROWS_LIMIT
from klantportaal.domain.questionnaires.written_forms import is_time

_PERIOD = re.compile(
    r"today(?:(?P<sign>[+-])P(?:(?P<years>[0-9]{1,3})Y)?(?:(?P<months>[0-9]{1,3})M)?"
    r"(?:(?P<weeks>[0-9]{1,3})W)?(?:(?P<days>[0-9]{1,4})D)?)?"
)


def holds(condition: Condition, answers: Answers, *, as_of: date) -> bool:
    """Tell whether a condition holds for the effective answers. A leaf without an answer is false."""
    match condition:
        case All(conditions):
            return all(holds(each, answers, as_of=as_of) for each in conditions)
        case AnyOf(conditions):
            return any(holds(each, answers, as_of=as_of) for each in conditions)
        case Not(inner):
            return not holds(inner, answers, as_of=as_of)
        case Every() | Some() | Count() | Sum() | Unique():
            return _holds_in_rows(condition, answers, as_of)
    return _holds_for(condition, answers, as_of)


def _holds_for(condition: Is | Before | After | Compared, answers: Answers, as_of: date) -> bool:
    """Tell whether the answer to one question meets a comparison."""
    if isinstance(condition, Is):
        answer = answers.get(condition.question)
        return answer is not None and condition.schema.accepts(bare(answer))
    if isinstance(condition, Compared):
        return _in_order(answers.get(condition.question), condition.order, answers.get(condition.other))
    day = day_in(answers.get(condition.question))
    if day is None:
        return False
    moment = day_of(condition.moment, as_of)
    return day < moment if isinstance(condition, Before) else day > moment


def _in_order(answer: Answer, order: Order, other: Answer) -> bool:
    """Compare two numbers, or two days or times: those are text that sorts as they do."""
    alike = any(has_type(answer) and has_type(other) for has_type in (is_number, _is_day, _is_time))
    return alike and _IN_ORDER[order](answer, other)


_IN_ORDER: Mapping[Order, Callable[[Any, Any], bool]] = {
    Order.BEFORE: operator.lt,
    Order.AFTER: operator.gt,
    Order.AT_LEAST: operator.ge,
    Order.AT_MOST: operator.le,
}


def _holds_in_rows(condition: OverRows, answers: Answers, as_of: date) -> bool:
    """Tell whether a condition on rows holds. Without rows, it does not."""
    rows = _rows(answers.get(condition.question))
    if not rows:
        return False
    match condition:
        case Every(_, inner, names):
            return all(holds(inner, _within(row, names, answers), as_of=as_of) for row in rows)
        case Some(_, inner, names):
            return any(holds(inner, _within(row, names, answers), as_of=as_of) for row in rows)
        case Count(_, schema, where, names):
            met = [row for row in rows if where is None or holds(where, _within(row, names, answers), as_of=as_of)]
            return schema.accepts_number(len(met))
        case Sum(_, summed, schema):
            numbers = column(summed, rows, answers)
            return all(map(is_number, numbers)) and schema.accepts_number(sum(numbers))  # type: ignore[arg-type]
    given = [json.dumps(each, sort_keys=True) for each in column(condition.column, rows, answers)]
    return len(set(given)) == len(given)


def _within(row: Mapping[str, Answer], names: Sequence[str], answers: Answers) -> Answers:
    """Give what a condition sees in a row: the answers of the row, before those outside of it."""
    return {**answers, **answered(row, names, answers)}


def _rows(answer: Answer) -> Sequence[Mapping[str, Answer]]:
    """Give the rows of an answer; none if it is no list of rows, or a longer one than may be saved."""
    listed = answer if isinstance(answer, (list, tuple)) and len(answer) <= ROWS_LIMIT else ()
    return [row for row in listed if isinstance(row, Mapping)]


def _is_day(answer: Answer) -> bool:
    return day_in(answer) is not None


def _is_time(answer: Answer) -> bool:
    return isinstance(answer, str) and is_time(answer)


def is_number(answer: object) -> TypeGuard[int]:
    """Tell whether an answer is a whole number, no larger than answers may be."""
    return isinstance(answer, int) and not isinstance(answer, bool) and abs(answer) <= NUMBER_LIMIT


def day_in(answer: object) -> date | None:
    """Read a day as answers hold it: ``2026-01-31``, and no other form of ISO 8601."""
    if not isinstance(answer, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", answer):
        return None
    try:
        return date.fromisoformat(answer)
    except ValueError:
        return None


def is_moment(text: str) -> bool:
    """Tell whether text means a day, as ``day_of`` reads it."""
    return day_in(text) is not None or _PERIOD.fullmatch(text) is not None


@lru_cache(maxsize=4096)
def day_of(moment: str, as_of: date) -> date:
    """Give the day that a condition means: ``2026-01-31``, ``today``, ``today-P18Y``.

    A day that a month lacks becomes the month's last day: eighteen years before 29 February is 28 February. A day
    outside of the calendar becomes the calendar's first or last day.

    Raises:
        ValueError: *moment* is no day.
    """
    if isinstance(found := period_of(moment), date):
        return found
    years, months, weeks, days = found
    sign = -1 if moment.startswith("today-") else 1
    return _moved(as_of, months=sign * (12 * years + months), days=sign * (7 * weeks + days))


def period_of(moment: str) -> date | tuple[int, int, int, int]:
    """Give a day as it is; of ``today-P18Y``, the years, months, weeks and days, without their sign.

    Raises:
        ValueError: *moment* is no day.
    """
    if (day := day_in(moment)) is not None:
        return day
    period = _PERIOD.fullmatch(moment)
    if period is None:
        raise ValueError(f"no day: {moment}")
    years, months, weeks, days = (int(period[part] or 0) for part in ("years", "months", "weeks", "days"))
    return years, months, weeks, days


def _moved(day: date, *, months: int, days: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        return date.max if months > 0 else date.min
    last = calendar.monthrange(year, month + 1)[1]
    try:
        return date(year, month + 1, min(day.day, last)) + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min
