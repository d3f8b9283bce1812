"""One answer: tidies it into the form in which it is stored, and lists its faults.

Types are strict: ``"1"`` is no number, and 1 is no code. Pages convert what was typed before they call this. A
vendor's own page that passes text for a number gets the fault of a number.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, TypeGuard, cast

from klantportaal.domain.errors import Fault, FaultCode
from klantportaal.domain.questionnaires import postal_addresses, signatures, written_forms
from klantportaal.domain.questionnaires.conditions import day_in, day_of
from klantportaal.domain.questionnaires.definition import Answer, Answers, Question, QuestionType
from klantportaal.domain.questionnaires.projection import visible_columns
from klantportaal.domain.questionnaires.rows import bare, is_empty
from klantportaal.domain.questionnaires.schemas import LINE_LIMIT, NUMBER_LIMIT, ROWS_LIMIT, TEXT_LIMIT
from klantportaal.domain.values import address, composed, is_blank, plain_text

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_WRONG: Mapping[QuestionType, FaultCode] = {
    QuestionType.TEXT: FaultCode.NOT_TEXT,
    QuestionType.LONG_TEXT: FaultCode.NOT_TEXT,
    QuestionType.INTEGER: FaultCode.NOT_A_NUMBER,
    QuestionType.AMOUNT: FaultCode.NOT_AN_AMOUNT,
    QuestionType.PERCENTAGE: FaultCode.NOT_A_PERCENTAGE,
    QuestionType.DECIMAL: FaultCode.NOT_A_DECIMAL,
    QuestionType.DATE: FaultCode.NOT_A_DATE,
    QuestionType.TIME: FaultCode.NOT_A_TIME,
    QuestionType.BOOLEAN: FaultCode.NOT_YES_OR_NO,
    QuestionType.CHOICE: FaultCode.UNKNOWN_CHOICE,
    QuestionType.CHOICES: FaultCode.UNKNOWN_CHOICE,
    QuestionType.EMAIL: FaultCode.NOT_AN_ADDRESS,
    QuestionType.PHONE: FaultCode.NOT_A_PHONE_NUMBER,
    QuestionType.IBAN: FaultCode.NOT_AN_IBAN,
    QuestionType.BSN: FaultCode.NOT_A_BSN,
    QuestionType.RSIN: FaultCode.NOT_A_RSIN,
    QuestionType.KVK: FaultCode.NOT_A_KVK_NUMBER,
    QuestionType.VAT: FaultCode.NOT_A_VAT_NUMBER,
    QuestionType.ADDRESS: FaultCode.NOT_A_POSTAL_ADDRESS,
    QuestionType.SIGNATURE: FaultCode.NOT_A_SIGNATURE,
    QuestionType.FILE: FaultCode.NOT_A_LIST,
    QuestionType.ROWS: FaultCode.NOT_A_LIST,
}
"""The fault of an answer that has not the type of its question."""
_KEYWORDS: Mapping[str, FaultCode] = {
    "minLength": FaultCode.TOO_SHORT,
    "maxLength": FaultCode.TOO_LONG,
    "minimum": FaultCode.TOO_SMALL,
    "maximum": FaultCode.TOO_LARGE,
    "exclusiveMinimum": FaultCode.TOO_SMALL,
    "exclusiveMaximum": FaultCode.TOO_LARGE,
    "minItems": FaultCode.TOO_FEW,
    "maxItems": FaultCode.TOO_MANY,
    "pattern": FaultCode.WRONG_FORM,
}
"""The fault of an answer that breaks a keyword of the schema. For other keywords: ``NOT_ACCEPTED``."""


_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LISTS = (QuestionType.CHOICES, QuestionType.FILE, QuestionType.ROWS)


# ------------------------------------------------------------------ tidying
def tidied(question: Question, answer: Any) -> Answer:
    """Give an answer the form in which it is stored; None for a blank one. Values of a wrong type stay as they are.

    Tidying a tidy answer changes nothing.
    """
    if isinstance(answer, str):
        if _is_endless(question, answer):
            return None if answer.isspace() else answer
        answer = _TEXTS.get(question.kind, str)(answer)
        return None if is_blank(answer) else answer
    if isinstance(answer, (list, tuple)) and question.type in _LISTS:
        return _tidied_list(question, answer) or None
    if isinstance(answer, Mapping) and question.type is QuestionType.ADDRESS:
        return postal_addresses.tidied(answer)
    if isinstance(answer, Mapping) and question.type is QuestionType.SIGNATURE:
        return signatures.tidied(answer)
    return cast(Answer, answer)


def _is_endless(question: Question, text: str) -> bool:
    """Tell whether text stays too long after tidying. It is left as it is, to spend no work on it."""
    most = 2 * TEXT_LIMIT if question.type is QuestionType.LONG_TEXT else 4 * LINE_LIMIT
    return len(text) > most and len(text.strip()) > most


def _tidied_list(question: Question, answer: Sequence[Answer]) -> list[Answer]:
    if question.type is QuestionType.ROWS and len(answer) <= 2 * ROWS_LIMIT:
        rows = [_tidied_row(question, row) if isinstance(row, Mapping) else row for row in answer]
        return [row for row in rows if not is_empty(row)]
    if question.type is QuestionType.CHOICES and all(isinstance(code, str) for code in answer):
        if question.options_from is not None:  # Which options there are, earlier answers decide.
            return list(dict.fromkeys(answer))
        chosen = set(cast(Sequence[str], answer))
        if chosen <= set(question.options):
            return [code for code in question.options if code in chosen]
    return list(answer)


def _tidied_row(question: Question, row: Mapping[str, Answer]) -> Mapping[str, Answer]:
    columns = {column.id: column for column in question.columns}
    tidy = {key: tidied(columns[key], answer) if key in columns else answer for key, answer in row.items()}
    return {key: answer for key, answer in tidy.items() if answer is not None}


def _lines(text: str) -> str:
    return composed(plain_text(text).strip())


def _email(text: str) -> str:
    return address(text) or written_forms.line(text)


_TEXTS: Mapping[QuestionType, Callable[[str], str]] = {
    QuestionType.TEXT: written_forms.line,
    QuestionType.LONG_TEXT: _lines,
    QuestionType.DATE: written_forms.number_line,
    QuestionType.TIME: written_forms.time,
    QuestionType.EMAIL: _email,
    QuestionType.PHONE: written_forms.phone,
    QuestionType.IBAN: written_forms.compact,
    QuestionType.BSN: written_forms.nine_digits,
    QuestionType.RSIN: written_forms.nine_digits,
    QuestionType.KVK: written_forms.compact,
    QuestionType.VAT: written_forms.vat,
}
_VALID: Mapping[QuestionType, Callable[[str], bool]] = {
    QuestionType.DATE: lambda answer: day_in(answer) is not None,
    QuestionType.TIME: written_forms.is_time,
    QuestionType.EMAIL: lambda answer: address(answer) is not None,
    QuestionType.PHONE: written_forms.is_phone,
    QuestionType.IBAN: written_forms.is_iban,
    QuestionType.BSN: written_forms.is_bsn,
    QuestionType.RSIN: written_forms.is_bsn,
    QuestionType.KVK: written_forms.is_kvk,
    QuestionType.VAT: written_forms.is_vat,
}
"""Tells whether tidy text is valid for its type. Types that are not listed take every text."""


# ------------------------------------------------------------------ checking
def faults(question: Question, answer: object, answers: Answers, *, as_of: date, field: str = "") -> Iterator[Fault]:
    """List the faults of a tidy answer.

    The field of a fault is the question's id, or *field*. Within rows the row's number, from 0, and the column follow:
    ``children.1.born``; within an address or a signature the part: ``home.postcode``. Too many rows are one fault; the
    rows are not checked then.

    Args:
        question: what was asked.
        answer: the answer, as ``tidied`` gave it.
        answers: the effective answers; they decide which columns a row shows.
        as_of: the day that conditions mean by ``today``.
        field: the field of the faults, instead of the question's id.
    """
    field = field or question.id
    if answer is None:
        if question.required:
            yield Fault(code=FaultCode.MISSING, field=field)
        return
    wrong = list(_type_faults(question, answer, field))
    found = wrong or [*_day_faults(question, answer, as_of, field), *_schema_faults(question, answer, field)]
    yield from found
    too_many = any(fault.code is FaultCode.TOO_MANY for fault in found)
    if not (wrong or too_many) and question.type is QuestionType.ROWS and isinstance(answer, list):
        for number, row in enumerate(answer):
            yield from _row_faults(question, row, answers, as_of, f"{field}.{number}")


def _day_faults(question: Question, answer: object, as_of: date, field: str) -> Iterator[Fault]:
    """List the bound that a date is beyond. The limit is a day as text."""
    day = day_in(answer) if question.type is QuestionType.DATE else None
    if day is None:
        return
    first, last = day_of(question.earliest, as_of), day_of(question.latest, as_of)
    if day < first:
        yield Fault(code=FaultCode.TOO_EARLY, field=field, params={"limit": first.isoformat()})
    elif day > last:
        yield Fault(code=FaultCode.TOO_LATE, field=field, params={"limit": last.isoformat()})


def _row_faults(
    question: Question, row: Mapping[str, Answer], answers: Answers, as_of: date, field: str
) -> Iterator[Fault]:
    for column in visible_columns(question, row, answers, as_of=as_of):
        if column.asks:
            yield from faults(column, row.get(column.id), answers, as_of=as_of, field=f"{field}.{column.id}")


def _type_faults(question: Question, answer: object, field: str) -> Iterator[Fault]:
    """List faults of type and of the limits of its type. With such a fault, nothing else is checked."""
    limit = TEXT_LIMIT if question.type is QuestionType.LONG_TEXT else LINE_LIMIT
    if isinstance(answer, str) and question.kind in _TEXTS and len(answer) > limit:
        yield Fault(code=FaultCode.TOO_LONG, field=field, params={"limit": limit, "length": len(answer)})
    elif not _has_type(question, answer):
        params = {"limit": question.scale} if question.type is QuestionType.DECIMAL else {}
        yield Fault(code=_WRONG[question.kind], field=field, params=params)
    elif isinstance(answer, Mapping):
        of_type = signatures if question.type is QuestionType.SIGNATURE else postal_addresses
        yield from of_type.faults(answer, field)
    elif isinstance(answer, (list, tuple)):
        if len(answer) > ROWS_LIMIT and question.type is not QuestionType.CHOICES:
            yield Fault(code=FaultCode.TOO_MANY, field=field, params={"limit": ROWS_LIMIT})
    elif isinstance(answer, int) and abs(answer) > NUMBER_LIMIT:
        code, limit = (FaultCode.TOO_LARGE, NUMBER_LIMIT) if answer > 0 else (FaultCode.TOO_SMALL, -NUMBER_LIMIT)
        yield Fault(code=code, field=field, params={"limit": limit})


def _has_type(question: Question, answer: object) -> bool:
    """Tell whether an answer has the shape of its question type."""
    if question.type in _LISTS:
        return _is_list(answer) and _has_elements(question, answer)
    match question.type:
        case QuestionType.BOOLEAN:
            return isinstance(answer, bool)
        case QuestionType.INTEGER | QuestionType.AMOUNT | QuestionType.PERCENTAGE | QuestionType.DECIMAL:
            return isinstance(answer, int) and not isinstance(answer, bool)
        case QuestionType.ADDRESS:
            return postal_addresses.is_address(answer)
        case QuestionType.SIGNATURE:
            return signatures.is_signature(answer)
    return isinstance(answer, str) and _is_word(question, answer)


def _has_elements(question: Question, answer: Sequence[object]) -> bool:
    """Tell whether a list has what its question type asks for: options, rows or files."""
    if question.type is QuestionType.CHOICES:
        return all(isinstance(code, str) and code in question.options for code in answer)
    if question.type is QuestionType.ROWS:
        return all(isinstance(row, Mapping) for row in answer)
    return all(_is_file(file) for file in answer)


def _is_word(question: Question, answer: str) -> bool:
    """Tell whether text is valid for its type: a code, a day, an address, a number with a check digit."""
    if question.type is QuestionType.CHOICE:
        return answer in question.options
    return question.kind not in _VALID or _VALID[question.kind](answer)


def _is_list(answer: object) -> TypeGuard[list[object]]:
    return isinstance(answer, list)


def _is_file(file: object) -> bool:
    match file:
        case {"id": str(id), "name": str(), "size": int(), **rest}:
            return not rest and _UUID.fullmatch(id) is not None
    return False


def _schema_faults(question: Question, answer: Any, field: str) -> Iterator[Fault]:
    """List the faults of an answer by the question's own schema, each code once. A part of an address has its own."""
    seen: set[tuple[FaultCode, str | None]] = set()
    for error in question.schema.refusals(bare(answer)):
        fault = _schema_fault(error, field, has_parts=question.type is QuestionType.ADDRESS)
        if (fault.code, fault.field) not in seen:
            seen.add((fault.code, fault.field))
            yield fault


def _schema_fault(error: "ValidationError", field: str, *, has_parts: bool) -> Fault:
    path = [str(each) for each in error.absolute_path]
    keyword = str(error.validator) if has_parts or not path else ""  # A fault of an element is not one of the list.
    field = ".".join([field, *path]) if has_parts else field
    code = _KEYWORDS.get(keyword, FaultCode.NOT_ACCEPTED)
    if code in (FaultCode.NOT_ACCEPTED, FaultCode.WRONG_FORM):
        return Fault(code=code, field=field)
    instance = cast(Any, error.instance)
    length = {"length": len(instance)} if code is FaultCode.TOO_LONG else {}
    return Fault(code=code, field=field, params={"limit": _limit(error), **length})


def _limit(error: "ValidationError") -> int:
    """Give the limit of a broken keyword as the last whole number that it accepts."""
    keyword, asked = str(error.validator), cast(float, error.validator_value)
    if keyword.startswith("exclusive"):
        return math.floor(asked) + 1 if keyword == "exclusiveMinimum" else math.ceil(asked) - 1
    return math.ceil(asked) if keyword == "minimum" else math.floor(asked)
