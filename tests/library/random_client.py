"""A client who fills in a questionnaire at random, and chooses what was chosen least before.

So a few clients together answer every question, choose every option, and take every path.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

import attrs

from klantportaal.domain.errors import Fault
from klantportaal.domain.questionnaires import answering
from klantportaal.domain.questionnaires.answering import Answering
from klantportaal.domain.questionnaires.conditions import day_of
from klantportaal.domain.questionnaires.definition import (
    All,
    Answer,
    Answers,
    AnyOf,
    Condition,
    Definition,
    Not,
    Page,
    ProfileValue,
    Question,
    QuestionType,
    Sum,
)
from klantportaal.domain.questionnaires.projection import visible_columns

TODAY = date(2026, 11, 30)
KNOWN = {
    ProfileValue.NAME: "Willemijn de Groot",
    ProfileValue.EMAIL: "w.degroot@example.nl",
    ProfileValue.CLIENT_NAME: "De Groot Beheer B.V.",
}
TRIES = 500
"""How often the client fills in a page before its rules hold."""
WRITTEN: Mapping[str, str] = {
    "^[1-9][0-9]{3} ?[A-Za-z]{2}$": "2023 AB",
    "^[A-Za-z0-9][A-Za-z0-9 -]{3,18}[A-Za-z0-9]$": "NX1A2B3C4",
}
"""An answer for each pattern."""
NUMBERS: Mapping[QuestionType, tuple[str, ...]] = {
    QuestionType.EMAIL: ("jan@example.nl", "s.yilmaz@example.com"),
    QuestionType.PHONE: ("+31612345678", "+3228090900"),
    QuestionType.IBAN: ("NL91ABNA0417164300", "BE68539007547034"),
    QuestionType.BSN: ("111222333", "012345672"),
    QuestionType.RSIN: ("004495445", "123456782"),
    QuestionType.KVK: ("12345678", "00000001", "87654321"),
    QuestionType.PREFILLED: ("Bakkerij Özdemir & Zn. B.V.",),
}
ADDRESSES: tuple[Answer, ...] = (
    {"postcode": "2023 AB", "number": "7", "street": "Rozenprieel", "place": "Haarlem", "country": "NL"},
    {
        "postcode": "2011 HL",
        "number": "1",
        "addition": "bis",
        "street": "Vijfhoek",
        "place": "Haarlem",
        "country": "NL",
    },
)
"""Dutch ones: a question may ask for no others."""
SIGNATURE: Answer = {"name": "Willemijn de Groot", "at": "2026-11-30T12:00:00Z", "drawing": "M10 10L90 60"}
FILE: Answer = {"id": str(UUID(int=1)), "name": "stuk.pdf", "size": 48_213}


@attrs.frozen
class RandomClient:
    """Fills in one questionnaire from its start to its end."""

    definition: Definition
    random: Random
    chosen: Counter[tuple[str, Answer]]
    """How often each answer was chosen, by question; shared by the clients of one questionnaire."""
    broken: set[tuple[str, Any]] = attrs.field(factory=set)
    """The rules that were broken before they held, by page and number; shared likewise."""
    tried: Counter[tuple[str, Answer]] = attrs.field(factory=Counter)
    """How often each answer was part of a page that broke a rule."""

    def fill_in(self) -> Answering:
        """Save page after page, up to the review, and complete it."""
        state = answering.start(self.definition, KNOWN, as_of=TODAY)
        while (shown := answering.resume(self.definition, state)) is not None:
            given = self._page(state, shown.page)
            state = answering.save(self.definition, state, shown.page.id, given, version=state.version)
        return answering.complete(self.definition, state, version=state.version)

    def _page(self, state: Answering, page: Page) -> Answers:
        """Fill in a page until its rules hold."""
        faults: list[Fault] = []
        for _each in range(TRIES):
            given: dict[str, Any] = {}
            for question in page.questions:
                shown, projection = answering.look(self.definition, state, page, given)
                if question in shown.questions and self._answers(question):
                    given[question.id] = self._answer(question, projection.answers)
            if faults := self._faults(state, page, given):
                self.broken.update((page.id, fault.params["number"]) for fault in faults if "number" in fault.params)
                self._share(page, given)
                faults = self._faults(state, page, given)
            if not faults:
                self._remember(given, self.chosen)
                return given
            self._remember(given, self.tried)
        raise AssertionError(f"the client cannot get past {page.id}: {faults}")

    def _faults(self, state: Answering, page: Page, given: Answers) -> list[Fault]:
        shown, projection = answering.look(self.definition, state, page, given)
        return answering.page_faults(shown, projection.answers, as_of=TODAY)

    def _answers(self, question: Question) -> bool:
        return question.asks and (question.required or self.random.random() < 0.6)

    def _remember(self, given: Answers, counted: Counter[tuple[str, Answer]]) -> None:
        for id, answer in given.items():
            for each in answer if isinstance(answer, list) else [answer]:
                if isinstance(each, Mapping) and each not in (FILE, SIGNATURE, *ADDRESSES):
                    self._remember(each, counted)
                else:
                    counted[id, str(each) if isinstance(each, Mapping) else each] += 1

    # -------------------------------------------------------------- one answer
    def _answer(self, question: Question, answers: Answers) -> Any:
        schema, kind = question.schema.document, question.kind
        if "const" in schema:
            return schema["const"]
        if question.type in NUMBERS or kind in NUMBERS:
            return self.random.choice(NUMBERS[question.type if question.type in NUMBERS else kind])
        if kind is QuestionType.ROWS:
            return self._rows(question, answers)
        return self._simple()[kind](question)

    def _simple(self) -> Mapping[QuestionType, Callable[[Question], Any]]:
        return {
            QuestionType.TEXT: self._text,
            QuestionType.LONG_TEXT: lambda question: f"{self._text(question)}\nEn nog een regel: één, twee €."[:500],
            QuestionType.INTEGER: self._number,
            QuestionType.AMOUNT: self._number,
            QuestionType.PERCENTAGE: self._number,
            QuestionType.DATE: self._date,
            QuestionType.BOOLEAN: lambda question: self._least(question, [True, False]),
            QuestionType.CHOICE: lambda question: self._least(question, list(question.options)),
            QuestionType.CHOICES: self._choices,
            QuestionType.ADDRESS: lambda _question: self.random.choice(ADDRESSES),
            QuestionType.SIGNATURE: lambda _question: SIGNATURE,
            QuestionType.FILE: lambda _question: [FILE],
        }

    def _text(self, question: Question) -> str:
        schema = question.schema.document
        if "pattern" in schema:
            return WRITTEN[schema["pattern"]]
        return str(self.random.choice(["Jan", "Ana Özdemir-de Wit", "Van 't Hof & Zn.", "x" * schema["maxLength"]]))

    def _number(self, question: Question) -> int:
        schema = question.schema.document
        low, high = int(schema["minimum"]), int(schema["maximum"])
        return self.random.choice([low, high, self.random.randint(low, high)])

    def _date(self, question: Question) -> str:
        first, last = day_of(question.earliest, TODAY), day_of(question.latest, TODAY)
        usual = [TODAY - timedelta(days=365 * years) for years in (0, 1, 15, 17, 25, 40, 74)]
        days = [first, last, *(day for day in usual if first <= day <= last)]
        return self.random.choice(days).isoformat()

    def _least(self, question: Question, options: list[Any]) -> Any:
        """Choose what was chosen or tried least so far, most of the time."""
        if self.random.random() < 0.3:
            return self.random.choice(options)

        def often(option: Any) -> tuple[int, float]:
            at = (question.id, option)
            return self.chosen[at] + self.tried[at], self.random.random()

        return min(options, key=often)

    def _choices(self, question: Question) -> list[str]:
        first = self._least(question, list(question.options))
        more = {first, *self.random.sample(question.options, self.random.choice([0, 0, 1, 2]))}
        return [code for code in question.options if code in more]

    # -------------------------------------------------------------- rows
    def _rows(self, question: Question, answers: Answers) -> list[dict[str, Any]]:
        schema = question.schema.document
        low = schema.get("minItems", 1)
        return [self._row(question, answers) for _each in range(self.random.randint(low, min(schema["maxItems"], 3)))]

    def _row(self, question: Question, answers: Answers) -> dict[str, Any]:
        row: dict[str, Any] = {}
        for column in question.columns:
            shown = visible_columns(question, row, answers, as_of=TODAY)
            if column in shown and self._answers(column):
                row[column.id] = self._answer(column, answers)
        return row

    def _share(self, page: Page, given: dict[str, Any]) -> None:
        """Let the shares of the rows be 100 % together, where a rule of the page says so."""
        for each in page.must_hold:
            for total in _sums(each.when):
                rows = [row for row in given.get(total.question, []) if total.column in row]
                if rows and total.schema.document == {"const": 100_00}:
                    for row in rows:
                        row[total.column] = 100_00 // len(rows)
                    rows[0][total.column] += 100_00 % len(rows)


def _sums(condition: Condition) -> Iterator[Sum]:
    """Give each sum in a condition."""
    match condition:
        case Sum():
            yield condition
        case All(inner) | AnyOf(inner):
            for each in inner:
                yield from _sums(each)
        case Not(each):
            yield from _sums(each)
