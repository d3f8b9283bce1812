"""How a computed question is worked out, as selects: the calculation, and the numbers or days that it is made of."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import attrs

from klantportaal.adapters.web.editor.condition_form import NUMERIC
from klantportaal.adapters.web.editor.fields import NONE, Chosen, Field, Option, Unreadable, tidy, with_own
from klantportaal.adapters.web.editor.references import Referable, Scope
from klantportaal.adapters.web.forms.questionnaire import typed_values
from klantportaal.adapters.web.language.translations import Sentence, Wording, sentence
from klantportaal.domain.questionnaires.definition import FACTOR_DECIMALS, Calculation, QuestionType
from klantportaal.domain.questionnaires.editing import Document, Place, at, put
from klantportaal.domain.values import Language

CALCULATIONS: Mapping[Calculation, Sentence] = {
    Calculation.SUM: sentence("Numbers added up"),
    Calculation.DIFFERENCE: sentence("One number less another one"),
    Calculation.PRODUCT: sentence("A number times a fixed number"),
    Calculation.YEARS: sentence("Whole years between two days"),
}
TODAY = ".today"
"""How a select has today. No id begins with a point."""
NEW_SLOTS = 3
"""The empty selects under the numbers of a sum."""
MOST_NUMBERS = 20
_NUMBER = sentence("Number %(number)s")
_SLOTS: Mapping[Calculation, Sequence[Sentence]] = {
    Calculation.DIFFERENCE: (sentence("This number"), sentence("Less this number")),
    Calculation.PRODUCT: (sentence("This number"),),
    Calculation.YEARS: (sentence("From this day"), sentence("To this day")),
}
"""The labels of what each calculation is made of. A sum has as many numbers as it needs."""
NO_FACTOR = sentence("Enter a number with at most four digits after the point.")
_WHOLE: int = 10**FACTOR_DECIMALS


@attrs.frozen(kw_only=True)
class Calculated:
    """How a value is worked out, as selects have it."""

    how: Calculation | None = None
    """None if the document does not say it yet."""
    of: tuple[str, ...] = ()
    """The questions, and columns behind their rows and a point. Empty where none is chosen."""

    @property
    def slots(self) -> tuple[str, ...]:
        """What each select has."""
        if self.how is None:
            return ()
        empty = ("",) * NEW_SLOTS if self.how is Calculation.SUM else ("",) * (len(_SLOTS[self.how]) - len(self.of))
        return (*self.of, *empty)[:MOST_NUMBERS]


@attrs.frozen(kw_only=True)
class Factor(Field):
    """The fixed number of a product."""

    spoken: Language

    def shown(self, thing: Any) -> str | None:
        """Write the number."""
        found = at(thing, self.at)
        if found is None:
            return ""
        if not isinstance(found, int | float) or isinstance(found, bool):
            return None
        text = format(Decimal(str(found)), "f")
        return text.replace(".", ",") if self.spoken is Language.DUTCH else text

    def read(self, text: str) -> int | float:
        """Read the number: a whole one as such. Raises: Unreadable."""
        parts = typed_values.decimal(text, FACTOR_DECIMALS)
        if not isinstance(parts, int):
            raise Unreadable(NO_FACTOR)
        whole, rest = divmod(parts, _WHOLE)
        return parts / _WHOLE if rest else whole


# ------------------------------------------------------------------ from a document to selects
def calculated(question: Any) -> Calculated | None:
    """Read how a question is worked out. None if selects have no words for it."""
    compute = at(question, ("compute",))
    if compute is None:
        return Calculated()
    keys = set(compute) if isinstance(compute, Mapping) else set()
    how = next((each for each in Calculation if keys - _beside(each) == {each.value}), None)
    if how is None:
        return None
    listed = [compute[how]] if how is Calculation.PRODUCT else compute[how]
    texts = [_text(each) for each in listed] if isinstance(listed, list) else [None]
    known = tuple(text for text in texts if text is not None)
    most = MOST_NUMBERS if how is Calculation.SUM else len(_SLOTS[how])
    return Calculated(how=how, of=known) if len(known) == len(texts) <= most else None


def _beside(how: Calculation) -> set[str]:
    """Give the keys that may stand beside a calculation."""
    return {"by"} if how is Calculation.PRODUCT else set()


def _text(operand: Any) -> str | None:
    """Give a number or day as a select has it. None if it has no words for it."""
    if operand == "today":
        return TODAY
    parts = [operand.get(key) for key in ("question", "column") if key in operand] if isinstance(operand, dict) else []
    text = ".".join(part for part in parts if isinstance(part, str))
    return text if parts and _operand(text) == operand and tidy(text, "select") == text else None


def _operand(text: str) -> Any:
    """Write what a select has as documents do."""
    if text == TODAY:
        return "today"
    question, point, column = text.partition(".")
    return {"question": question, **({"column": column} if point else {})}


# ------------------------------------------------------------------ the fields
def fields(document: Document, place: Place, known: Sequence[Referable], wording: Wording) -> Iterator[Field]:
    """Give the fields for how the computed question at a place is worked out. *known*: all questions and columns."""
    now = calculated(at(document, place))
    label = sentence("How it is calculated")
    if now is None:
        yield Chosen(at=("compute",), label=label, value=None)
        return
    options = [(how.value, wording.say(said)) for how, said in CALCULATIONS.items()]
    hint = sentence("After another choice, save first: then the fields that go with it are here.")
    ways = options if now.how else [("", wording.say(NONE)), *options]
    yield Chosen(at=("compute",), label=label, hint=hint, options=ways, value=now.how or "")
    offered = [("", wording.say(NONE)), *_offered(Scope.of(document, place, known), now.how, wording)]
    for number, text in enumerate(now.slots):
        said = {"number": number + 1}
        slot = _slot(now.how, number)
        own = with_own(offered, text)
        yield Chosen(at=slot, label=_label(now.how, number), said_with=said, options=own, value=text)
    if now.how is Calculation.PRODUCT:
        hint = sentence("A number with at most four digits after the point, such as 12 or 0.021.")
        yield Factor(at=("compute", "by"), label=sentence("Times"), hint=hint, spoken=wording.language)


def _label(how: Calculation | None, number: int) -> Sentence:
    return _NUMBER if how is None or how is Calculation.SUM else _SLOTS[how][number]


def _slot(how: Calculation | None, number: int) -> Place:
    """Give where the number or day of a select stands in its question."""
    there: Place = ("compute", str(how))
    return there if how is Calculation.PRODUCT else (*there, number)


def _offered(scope: Scope, how: Calculation | None, wording: Wording) -> Sequence[Option]:
    """Give what a calculation can be made of: the numbers, or the days, that are asked before its place."""
    earlier = scope.subjects.values()
    if how is not Calculation.YEARS:
        return [(each.value, each.name) for each in earlier if each.type in NUMERIC]
    days = [(each.value, each.name) for each in earlier if _is_day(each)]
    return [(TODAY, wording.say(sentence("Today, when the client starts"))), *days]


def _is_day(each: Referable) -> bool:
    return each.type == QuestionType.DATE and each.rows is None


# ------------------------------------------------------------------ what was sent
def changed(question: Any, typed: Mapping[str, str]) -> Any:
    """Work a question out as was sent. With another calculation, what fits it stays."""
    now = calculated(question)
    if now is None or "compute" not in typed:
        return question
    slots = tuple(typed.get(_name(now.how, number), text) for number, text in enumerate(now.slots))
    chosen = typed["compute"]
    if chosen in list(Calculation) and chosen != now.how:
        kept = () if Calculation.YEARS in (chosen, now.how) else [text for text in slots if text]
        return _put(question, Calculation(chosen), kept)
    if now.how is None or slots == now.slots:
        return question
    is_open = now.how is Calculation.SUM or not any(slots)
    return _put(question, now.how, [text for text in slots if text] if is_open else slots)


def _name(how: Calculation | None, number: int) -> str:
    return ".".join(map(str, _slot(how, number)))


def _put(question: Any, how: Calculation, of: Sequence[str]) -> Any:
    """Write how a question is worked out. What is too many goes."""
    if how is Calculation.PRODUCT:
        by = at(question, ("compute", "by"))
        product = {"product": _operand(of[0] if of else "")}
        return put(question, ("compute",), product if by is None else {**product, "by": by})
    most = MOST_NUMBERS if how is Calculation.SUM else len(_SLOTS[how])
    return put(question, ("compute",), {how.value: [_operand(text) for text in of[:most]]})
