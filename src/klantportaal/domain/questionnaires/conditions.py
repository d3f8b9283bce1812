"""Conditions: evaluates a tree over the answers to earlier questions. It never fails."""

import calendar
import re
from datetime import date, timedelta
from functools import lru_cache

from klantportaal.domain.questionnaires.definition import All, Answers, AnyOf, Before, Condition, Is, Not

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
        case Is(question, schema):
            return question in answers and schema.accepts(answers[question])
        case Before(question, moment):
            day = day_in(answers.get(question))
            return day is not None and day < day_of(moment, as_of)
    day = day_in(answers.get(condition.question))
    return day is not None and day > day_of(condition.moment, as_of)


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
    if (day := day_in(moment)) is not None:
        return day
    period = _PERIOD.fullmatch(moment)
    if period is None:
        raise ValueError(f"no day: {moment}")
    years, months, weeks, days = (int(period[part] or 0) for part in ("years", "months", "weeks", "days"))
    sign = -1 if period["sign"] == "-" else 1
    return _moved(as_of, months=sign * (12 * years + months), days=sign * (7 * weeks + days))


def _moved(day: date, *, months: int, days: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        return date.max if months > 0 else date.min
    last = calendar.monthrange(year, month + 1)[1]
    try:
        return date(year, month + 1, min(day.day, last)) + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min
