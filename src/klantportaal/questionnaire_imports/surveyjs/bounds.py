"""What SurveyJS asks of an answer: bounds and validators, which become the schema and the rules of a question."""

from decimal import Decimal
from typing import Any

from klantportaal.domain.questionnaires.conditions import day_in
from klantportaal.domain.questionnaires.definition import QuestionType
from klantportaal.domain.questionnaires.schemas import NUMBER_LIMIT
from klantportaal.domain.values import Language
from klantportaal.questionnaire_imports.drafts import Asked, Deferred, Rule
from klantportaal.questionnaire_imports.elements import Element
from klantportaal.questionnaire_imports.remarks import RemarkCode
from klantportaal.questionnaire_imports.surveyjs.conditions import Scope, condition
from klantportaal.questionnaire_imports.surveyjs.reading import Place, Reader
from klantportaal.questionnaire_imports.words import Words

_DAYS = {"min": "earliest", "max": "latest"}


# ------------------------------------------------------------------ bounds
def number_in(value: Any) -> Decimal | None:
    """Read a number; None for what is none, or beyond every answer."""
    try:
        number = Decimal(str(value)) if value is not None and len(str(value)) < 40 else None
    except ArithmeticError:
        return None
    return number if number is not None and number.is_finite() and number.copy_abs() <= NUMBER_LIMIT else None


def take_limit(asked: Asked, element: Element, key: str, keyword: str) -> None:
    """Take a bound of a number over."""
    if key not in element:
        return
    number = number_in(element.take(key, int, float, str))
    if number is None:
        element.tell(key, RemarkCode.WRONG_SHAPE)
        return
    scaled = number.scaleb(asked.scale)
    asked.schema[keyword] = int(scaled) if scaled == scaled.to_integral_value() else float(scaled)
    asked.sources[f"schema.{keyword}"] = element.at(key)


def take_days(asked: Asked, element: Element) -> None:
    """Take the first and last day over."""
    for key, bound in _DAYS.items():
        day = element.text(key)
        if day and day_in(day[:10]) is None:
            element.tell(key, RemarkCode.LEFT_OUT, name=key)
        elif day:
            asked.more[bound] = day[:10]
            asked.sources[bound] = element.at(key)
        if element.content.get(f"{key}ValueExpression") == "today()" and bound not in asked.more:
            asked.more[bound] = element.text(f"{key}ValueExpression").removesuffix("()")
            asked.sources[bound] = element.at(f"{key}ValueExpression")


def take_longest(asked: Asked, element: Element) -> None:
    """Take the longest length over. -1 means that there is none."""
    length = element.take("maxLength", int)
    if length is not None and length >= 0:
        keep(asked, element, "maxLength", "maxLength", length)


def keep(asked: Asked, element: Element, key: str, keyword: str, value: Any) -> None:
    """Keep a keyword of the schema, and where it was written."""
    asked.schema[keyword] = value
    asked.sources[f"schema.{keyword}"] = element.at(key)


# ------------------------------------------------------------------ validators
def take_validators(reader: Reader, asked: Asked, element: Element, place: Place) -> None:
    """Take the validators of a question over. The text of the first one is what the client reads."""
    for each in element.elements("validators"):
        kind = each.text("type").removesuffix("validator")
        if kind == "expression" and place.rows is None and each.content.get("expression"):
            _rule(reader, asked, each, place)
        elif not _validated(asked, each, kind):
            each.leave_out(RemarkCode.LEFT_OUT, name=kind or "validator")
        elif asked.fault is None:
            asked.fault = reader.words(each, "text")


def _validated(asked: Asked, each: Element, kind: str) -> bool:
    """Take a validator of one answer over. False if the portal has none like it for the question."""
    match kind:
        case "numeric" if asked.type in (QuestionType.INTEGER, QuestionType.DECIMAL):
            take_limit(asked, each, "minValue", "minimum")
            take_limit(asked, each, "maxValue", "maximum")
        case "text" if asked.type in (QuestionType.TEXT, QuestionType.LONG_TEXT):
            for key in ("minLength", "maxLength"):
                if (length := each.take(key, int)) is not None and length > 0:
                    keep(asked, each, key, key, length)
        case "regex" if asked.type is not QuestionType.INTEGER and "pattern" not in asked.schema:
            _pattern(asked, each)
        case "email" if asked.type in (QuestionType.TEXT, QuestionType.EMAIL):
            asked.type = QuestionType.EMAIL
        case "answercount" if asked.type is QuestionType.CHOICES:
            take_counts(asked, each, "minCount", "maxCount")
        case _:
            return False
    return True


def _pattern(asked: Asked, each: Element) -> None:
    pattern = each.text("regex")
    if each.take("caseInsensitive", bool) or each.take("insensitive", bool):
        pattern = f"(?i:{pattern})"
    keep(asked, each, "regex", "pattern", pattern)


def take_counts(asked: Asked, element: Element, least: str, most: str) -> None:
    """Take the least and the most of a list over; 0 means that there is none."""
    for key, keyword in ((least, "minItems"), (most, "maxItems")):
        count = element.take(key, int)
        if count is not None and count > 0:
            keep(asked, element, key, keyword, count)


def _rule(reader: Reader, asked: Asked, each: Element, place: Place) -> None:
    """Make a rule of the page of an expression."""
    expression, named = each.text("expression"), reader.draft.named
    when = Deferred(each.at("expression"), lambda: condition(expression, Scope(named)))
    words = reader.words(each, "text") or Words(
        {
            Language.DUTCH: "Dit klopt niet met uw andere antwoorden.",
            Language.ENGLISH: "This does not fit your other answers.",
        },
        each.path,
    )
    place.page.rules.append(Rule(path=each.path, when=when, words=words, unless_hidden=tuple(asked.conditions)))
