"""One comparison of a condition as a row of selects: a question, how it is compared, and with what."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from klantportaal.adapters.web.editor.fields import NOT_A_NUMBER, Unreadable, number_in, number_text, tidy
from klantportaal.adapters.web.editor.moments import moment_in, moment_text
from klantportaal.adapters.web.editor.references import Referable
from klantportaal.adapters.web.language.translations import Sentence, sentence
from klantportaal.domain.questionnaires.conditions import day_in
from klantportaal.domain.questionnaires.definition import Order
from klantportaal.domain.questionnaires.editing import CHOOSING, at
from klantportaal.domain.questionnaires.value_checks import IN_TIME, NUMBERS, measure
from klantportaal.domain.values import Language

Tree = Mapping[str, Any]
HOW: Mapping[str, Sentence] = {
    "answered": sentence("is answered"),
    "open": sentence("is not answered"),
    "is": sentence("is"),
    "is_not": sentence("is not"),
    "one_of": sentence("is one of"),
    "none_of": sentence("is none of"),
    "includes": sentence("includes"),
    "includes_not": sentence("does not include"),
    "includes_one_of": sentence("includes one of"),
    "includes_none_of": sentence("includes none of"),
    "chosen_at_least": sentence("number chosen is at least"),
    "chosen_at_most": sentence("number chosen is at most"),
    "at_least": sentence("is at least"),
    "at_most": sentence("is at most"),
    "before": sentence("is before"),
    "after": sentence("is after"),
    "not_before": sentence("is not before"),
    "not_after": sentence("is not after"),
    "before_answer": sentence("is before the answer to"),
    "after_answer": sentence("is after the answer to"),
    "not_before_answer": sentence("is no earlier than the answer to"),
    "not_after_answer": sentence("is no later than the answer to"),
    "at_least_answer": sentence("is at least the answer to"),
    "at_most_answer": sentence("is at most the answer to"),
    "count_is": sentence("number of rows is"),
    "count_at_least": sentence("number of rows is at least"),
    "count_at_most": sentence("number of rows is at most"),
    "some_is": sentence("is in at least one row"),
    "every_is": sentence("is in every row"),
    "sum_is": sentence("added up is"),
    "sum_at_least": sentence("added up is at least"),
    "sum_at_most": sentence("added up is at most"),
    "unique": sentence("is different in each row"),
}
"""The ways to compare, as rows of the form name them."""
NUMERIC = frozenset(kind.value for kind in NUMBERS)
WITHOUT_VALUE = frozenset({"answered", "open", "unique"})
LISTED = frozenset({"one_of", "none_of", "includes_one_of", "includes_none_of"})
"""The ways to compare with several options: their codes, with commas between them."""
_NEGATED = frozenset({"open", "is_not", "none_of", "includes_not", "includes_none_of"})
_CHOSEN = {"chosen_at_least": "minItems", "chosen_at_most": "maxItems"}
_BOUNDS = {"is": "const", "at_least": "minimum", "at_most": "maximum"}
_MOMENTS = {"before": ("before", False), "after": ("after", False)} | {
    "not_before": ("before", True),
    "not_after": ("after", True),
}
_TIMELY: Mapping[str, Order] = {
    "before_answer": Order.BEFORE,
    "after_answer": Order.AFTER,
    "not_before_answer": Order.AT_LEAST,
    "not_after_answer": Order.AT_MOST,
}
_SIZED: Mapping[str, Order] = {"at_least_answer": Order.AT_LEAST, "at_most_answer": Order.AT_MOST}
WITH_ANSWER: Mapping[str, Order] = {**_TIMELY, **_SIZED}
"""The ways to compare with the answer to another question."""
_OF_TYPE: Mapping[str, Sequence[str]] = {
    "rows": ("count_is", "count_at_least", "count_at_most"),
    "choice": ("is", "is_not", "one_of", "none_of"),
    "choices": ("includes", "includes_not", "includes_one_of", "includes_none_of", *_CHOSEN),
    "date": (*_MOMENTS, "is", "is_not"),
    **dict.fromkeys(("file", "address", "signature", "computed"), ()),
}
"""The ways to compare an answer, by type. Others are compared with a value, and numbers with bounds."""
_YES, _NO = "true", "false"
MOST_ROWS = 50
"""The most comparisons of a condition that is shown as rows: as in ``format.schema.json``."""
TOO_MANY_ROWS = sentence("Compare at most 50 times in one condition.")
NO_OPTION = sentence("Choose one of the options.")
NO_OPTIONS = sentence("Tick at least one option.")
NO_DAY = sentence("Enter a day, such as 31-1-2026.")
NO_QUESTION = sentence("Choose the question to compare with.")
NOT_COMPARED = sentence("Choose how each question is compared.")
NOT_ASKED = sentence("This question is not asked before this any more. Take the comparison out.")
OTHER_NOT_ASKED = sentence("The other question is not asked before this any more. Choose another one.")
NOT_SO = sentence("The question cannot be compared in this way any more. Choose another way.")
NO_WAY = sentence("Choose how it is compared with the answer to the other question, or enter what it is compared with.")


@attrs.frozen(kw_only=True)
class Comparison:
    """One row: what is compared, how, and the text of what it is compared with."""

    subject: str
    how: str
    """Empty until it is chosen."""
    value: str = ""
    other: str = ""
    """The question whose answer it is compared with, as a select has it."""


def ways(subject: Referable, subjects: Mapping[str, Referable]) -> Sequence[str]:
    """Give the ways to compare a question: with an answer of another one too, if there is one of its type."""
    with_answer = _SIZED if subject.type in NUMERIC else _TIMELY
    return (*_own_ways(subject), *(with_answer if any(others(subject, subjects)) else ()))


def others(subject: Referable, subjects: Mapping[str, Referable]) -> Iterator[Referable]:
    """Give the questions whose answer can be compared with that of a question. They have its type, and it has an order.

    Args:
        subject: the question.
        subjects: what the condition can compare.
    """
    if subject.rows is None and subject.type in (*IN_TIME, *NUMBERS):
        yield from (
            each
            for each in subjects.values()
            if each.rows is None and each.value != subject.value and measure(each.question) == measure(subject.question)
        )


def _own_ways(subject: Referable) -> Sequence[str]:
    if subject.rows is not None:
        sums = ("sum_is", "sum_at_least", "sum_at_most") if subject.type in NUMERIC else ()
        return ("some_is", "every_is", *sums, "unique")
    bounds = ("at_least", "at_most") if subject.type in NUMERIC else ()
    return ("answered", "open", *_OF_TYPE.get(subject.type, ("is", "is_not", *bounds)))


# ------------------------------------------------------------------ from a comparison to a row
def comparison_of(leaf: Any, subjects: Mapping[str, Referable], spoken: Language) -> Comparison | None:
    """Find the row that makes exactly this comparison. None if there is none."""
    for subject in (each for each in subjects.values() if _is_about(leaf, each)):
        known = {"", *(each.value for each in others(subject, subjects))}
        for how in ways(subject, subjects):
            row = _row_in(leaf, subject, how, spoken)
            if row is None or row.other not in known or not _is_on_one_line(row):
                continue
            try:
                if is_same(leaf_of(row, subject), leaf):
                    return row
            except Unreadable:
                continue
    return None


def _is_on_one_line(row: Comparison) -> bool:
    """Tell whether a browser sends the texts of a row as they are."""
    return all(tidy(text, "text") == text for text in (row.subject, row.value, row.other))


def is_same(one: Any, other: Any) -> bool:
    """Tell whether two values of JSON are the same: 1 is not true."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(is_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    return type(one) is type(other) and bool(one == other)


def _inner(leaf: Any) -> Tree:
    """Give the comparison in a ``not``, or the leaf itself. Empty if it is none."""
    inner = leaf.get("not", leaf) if isinstance(leaf, Mapping) else {}
    return inner if isinstance(inner, Mapping) else {}


def _is_about(leaf: Any, subject: Referable) -> bool:
    """Tell whether a leaf compares this question, or the rows of this column."""
    return bool(_inner(leaf).get("question") == (subject.id if subject.rows is None else subject.rows.id))


def _row_in(leaf: Any, subject: Referable, how: str, spoken: Language) -> Comparison | None:
    """Give the row that a leaf of this question would be, if it compared in this way."""
    if how in WITH_ANSWER:
        other = at(_inner(leaf), (WITH_ANSWER[how].value, "question"))
        return Comparison(subject=subject.value, how=how, other=other) if isinstance(other, str) and other else None
    value = _value_in(_inner(leaf), subject, how, spoken)
    return None if value is None else Comparison(subject=subject.value, how=how, value=value)


def _value_in(inner: Tree, subject: Referable, how: str, spoken: Language) -> str | None:
    """Give the text of what a comparison compares with, if it can be of this way."""
    if how in WITHOUT_VALUE:
        return ""
    if how in _MOMENTS:
        moment = inner.get(_MOMENTS[how][0])
        return moment_text(moment, spoken) if isinstance(moment, str) else None
    return _schema_value(inner, subject, how, spoken)


def _schema_value(leaf: Tree, subject: Referable, how: str, spoken: Language) -> str | None:
    if how in ("some_is", "every_is"):
        within = leaf.get(how.partition("_")[0])
        schema = within.get("is") if isinstance(within, Mapping) else None
        return _text(schema, "const", subject, spoken)
    if how.startswith("count_"):
        return _text(leaf.get("count"), _BOUNDS[how.removeprefix("count_")], None, spoken)
    if how in _CHOSEN:
        return _text(leaf.get("is"), _CHOSEN[how], None, spoken)
    if how in LISTED:
        codes = at(leaf, ("is", "contains", "enum") if how.startswith("includes") else ("is", "enum"))
        is_plain = isinstance(codes, list) and all(isinstance(code, str) for code in codes)
        return ",".join(codes) if is_plain else None
    if how.startswith("includes"):
        schema = leaf.get("is")
        return _text(schema.get("contains") if isinstance(schema, Mapping) else None, "const", subject, spoken)
    return _text(leaf.get("is"), _BOUNDS[how.removeprefix("sum_").removesuffix("_not")], subject, spoken)


def _text(schema: Any, keyword: str, subject: Referable | None, spoken: Language) -> str | None:
    value = schema.get(keyword) if isinstance(schema, Mapping) else None
    return answer_text(value, subject, spoken)


def answer_text(value: Any, subject: Referable | None, spoken: Language) -> str | None:
    """Write an answer to a question as it is typed. None if it is no such answer.

    Args:
        value: the answer.
        subject: the question. None for a number of rows.
        spoken: the language.
    """
    kind = "integer" if subject is None else subject.type
    if isinstance(value, bool):
        return (_YES if value else _NO) if kind == "boolean" else None
    if isinstance(value, int):
        return number_text(value, kind, decimals_of(subject), spoken) if kind in NUMERIC else None
    if not isinstance(value, str):
        return None
    return moment_text(value, spoken) if kind == "date" else value


# ------------------------------------------------------------------ from a row to a comparison
def comparison_in(row: Comparison, subjects: Mapping[str, Referable]) -> Tree:
    """Make the comparison of a row that was sent. Raises: Unreadable."""
    subject = subjects.get(row.subject)
    if subject is None:
        raise Unreadable(NOT_ASKED)
    if not row.how:
        raise Unreadable(NOT_COMPARED)
    if row.how not in ways(subject, subjects):
        raise Unreadable(NOT_SO)
    if row.other and row.other not in [each.value for each in others(subject, subjects)]:
        raise Unreadable(OTHER_NOT_ASKED)
    return leaf_of(row, subject)


def leaf_of(row: Comparison, subject: Referable) -> Tree:
    """Make the comparison of one row. Raises: Unreadable."""
    leaf = {"question": subject.id if subject.rows is None else subject.rows.id}
    if row.how in WITH_ANSWER:
        if not row.other:
            raise Unreadable(NO_QUESTION)
        return {**leaf, WITH_ANSWER[row.how].value: {"question": row.other}}
    if row.other:
        raise Unreadable(NO_WAY)
    if row.how in _MOMENTS:
        key, negated = _MOMENTS[row.how]
        return _negated({**leaf, key: moment_in(row.value)}, negated)
    if subject.rows is not None:
        return {**leaf, **_over_rows(row, subject)}
    if row.how.startswith("count_"):
        return {**leaf, "count": {_BOUNDS[row.how.removeprefix("count_")]: whole_number(row.value)}}
    return _negated({**leaf, "is": _schema(row, subject)}, row.how in _NEGATED)


def _over_rows(row: Comparison, subject: Referable) -> Tree:
    if row.how == "unique":
        return {"unique": subject.id}
    if row.how.startswith("sum_"):
        return {"sum": subject.id, "is": {_BOUNDS[row.how.removeprefix("sum_")]: _number(row.value, subject)}}
    return {row.how.partition("_")[0]: {"question": subject.id, "is": {"const": answer_in(row.value, subject)}}}


def _schema(row: Comparison, subject: Referable) -> Tree:
    if row.how in ("answered", "open"):
        return {}
    if row.how in _CHOSEN:
        return {_CHOSEN[row.how]: whole_number(row.value)}
    if row.how in LISTED:
        if not row.value:
            raise Unreadable(NO_OPTIONS)
        listed = {"enum": row.value.split(",")}
        return {"contains": listed} if row.how.startswith("includes") else listed
    answer = answer_in(row.value, subject)
    if row.how.startswith("includes"):
        return {"contains": {"const": answer}}
    return {_BOUNDS[row.how.removesuffix("_not")]: answer}


def _negated(leaf: Tree, negated: bool) -> Tree:
    return {"not": leaf} if negated else leaf


def answer_in(text: str, subject: Referable) -> Any:
    """Read an answer that a question can have. Raises: Unreadable."""
    if subject.type in NUMERIC:
        return _number(text, subject)
    if subject.type == "boolean":
        if text not in (_YES, _NO):
            raise Unreadable(NO_OPTION)
        return text == _YES
    if subject.type in CHOOSING and not text:
        raise Unreadable(NO_OPTION)
    if subject.type == "date":
        if day_in(moment := moment_in(text)) is None:
            raise Unreadable(NO_DAY)
        return moment
    return text


def whole_number(text: str) -> int:
    """Read a number of rows. Raises: Unreadable."""
    return _number(text, None)


def _number(text: str, subject: Referable | None) -> int:
    number = number_in(text, "integer" if subject is None else subject.type, decimals_of(subject))
    if not isinstance(number, int):
        raise Unreadable(NOT_A_NUMBER)
    return number


def decimals_of(subject: Referable | None) -> int:
    """Give the digits after the point of a decimal."""
    found = None if subject is None else subject.question.get("decimals", 2)
    return found if isinstance(found, int) and not isinstance(found, bool) and 1 <= found <= 4 else 2
